"""A real IMAP server on loopback, with the few commands that our client uses."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

LITERAL = re.compile(rb"BODY\.PEEK\[\]<0\.(\d+)>")


@dataclass
class Mailroom:
    """`flags` by UID. With `drop_at` the line breaks when this command comes."""

    letters: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    password: str = "open"
    keywords: bool = True
    drop_at: str = ""
    port: int = 0

    def deliver(self, raw: bytes) -> int:
        uid = len(self.letters) + 1
        self.letters[uid], self.flags[uid] = (
            raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
            set(),
        )
        return uid


class Talk(socketserver.StreamRequestHandler):
    room: ClassVar[Mailroom]

    def handle(self) -> None:
        self.say("* OK IMAP4rev1 ready")
        for line in iter(self.rfile.readline, b""):
            tag, _, rest = line.decode().strip().partition(" ")
            words = rest.upper().split()
            command = words[1] if words[0] == "UID" else words[0]
            if command == self.room.drop_at:
                self.room.drop_at = ""
                return
            answer = getattr(self, f"do_{command.lower()}")(rest)
            self.say(f"{tag} {answer or 'OK done'}")
            if command == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def do_capability(self, rest: str) -> str:
        self.say("* CAPABILITY IMAP4rev1")
        return ""

    def do_login(self, rest: str) -> str:
        good = rest.rsplit(maxsplit=1)[-1].strip('"') == self.room.password
        return "" if good else "NO [AUTHENTICATIONFAILED] wrong"

    def do_select(self, rest: str) -> str:
        self.say(f"* {len(self.room.letters)} EXISTS")
        any_keyword = r" \*" if self.room.keywords else ""
        self.say(rf"* OK [PERMANENTFLAGS (\Seen{any_keyword})] limited")
        return "OK [READ-WRITE] selected"

    def do_search(self, rest: str) -> str:
        unwanted = {
            *re.findall(r"UNKEYWORD (\S+)", rest),
            *([r"\Seen"] if "UNSEEN" in rest else []),
        }
        found = [uid for uid, flags in self.room.flags.items() if not flags & unwanted]
        self.say("* SEARCH " + " ".join(map(str, found)))
        return ""

    def do_fetch(self, rest: str) -> str:
        uid = int(rest.split()[2])
        limit = LITERAL.search(rest.encode())
        assert limit is not None
        part = self.room.letters[uid][: int(limit[1])]
        self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n".encode())
        self.wfile.write(part + b")\r\n")
        return ""

    def do_store(self, rest: str) -> str:
        uid = int(rest.split()[2])
        flags = re.findall(r"[\\$]\w+", rest)
        self.room.flags[uid] |= set(flags)
        return ""

    def do_logout(self, rest: str) -> str:
        self.say("* BYE")
        return ""


@contextmanager
def running() -> Iterator[Mailroom]:
    room = Mailroom()
    handler = type("TalkOfRoom", (Talk,), {"room": room})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        room.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield room
        finally:
            server.shutdown()
