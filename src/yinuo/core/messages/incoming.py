"""An e-mail that came in, as plain values. Pure, and never at a loss: whatever was sent is read.

What is machine-made is told by its headers (RFC 3834 and what is in wide use beside it), so that
no machine answers a machine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Literal

from lxml import etree, html

from yinuo.kit import ids

Automatic = Literal["", "reply", "list", "bounce", "loop"]
DEEPEST = 20
"""Parts within parts; nobody nests a letter so deep who has something to say."""
LONGEST_HEADER = 255
_MULTIPART = re.compile(rb"content-type:\s*multipart/", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_MACHINES = re.compile(
    r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|listserv|majordomo)([+\-._=].*)?"
)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SILENT = ("script", "style", "head", "title", "template", "noscript")
_BLOCKS = frozenset(
    {
        *("p", "div", "br", "hr", "li", "ul", "ol", "tr", "table", "pre", "blockquote"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "section", "article"),
    }
)
# The mailbox of mainland China: what calls itself GB2312 is written in its successors.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "us-ascii": "utf-8"}
# What the library's readers of headers raise on letters that no standard knows.
_ODD = (ValueError, LookupError, AttributeError, TypeError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True)
class Attachment:
    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Incoming:
    """`key` is the same for the same letter. `refers_to` are the Message-IDs that it answers, the
    nearest first. `bounced` is the one that could not be delivered. `cut` names what was too much.
    """

    key: str
    mail_id: str
    sender: str
    sender_name: str
    subject: str
    words: str
    refers_to: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    automatic: Automatic
    bounced: str
    cut: tuple[str, ...]


def read_mail(
    raw: bytes, *, most_bytes: int, longest_words: int, ours: Collection[str] = ()
) -> Incoming:
    """Read one RFC 5322 message. `ours` are the addresses that we write from.

    More than `most_bytes` is read without its attachments, whose end is missing.
    """
    whole = len(raw) <= most_bytes
    message = _parsed(raw[:most_bytes])
    mail_id = _first_id(_header(message, "Message-ID"))
    name, sender = parseaddr(_header(message, "From"))
    sender = sender if "@" in sender else ""
    automatic = _automatic(message, sender.lower(), {one.lower() for one in ours})
    words = _tidied(_words_of(message, 0))
    cut = (() if whole else ("mail_too_large",)) + (
        ("words_cut",) if len(words) > longest_words else ()
    )
    return Incoming(
        key=ids.digest_of("mail", mail_id or ids.fingerprint(raw)),
        mail_id=mail_id,
        sender=sender,
        sender_name=_one_line(name)[:80],
        subject=_one_line(_header(message, "Subject"))[:LONGEST_HEADER],
        words=words[:longest_words],
        refers_to=_references(message),
        attachments=tuple(_attachments(message)) if whole else (),
        automatic=automatic,
        bounced=_bounced(message) if automatic == "bounce" else "",
        cut=cut,
    )


def own_words(words: str, marks: Iterable[str]) -> str:
    """What stands before the first quoted line; all of it when the quotation comes first."""
    found = re.compile("|".join(f"(?:{mark})" for mark in marks), re.MULTILINE).search(words)
    before = words[: found.start()] if found else words
    return before if before.strip() else words


# Headers ---------------------------------------------------------------------------------------


def _parsed(raw: bytes) -> EmailMessage:
    """The parts, or only the headers of what is nested so deep that reading it takes forever."""
    try:
        if len(_MULTIPART.findall(raw)) <= DEEPEST:
            return message_from_bytes(raw, policy=policy.default)
    except _ODD:
        pass
    return BytesHeaderParser(policy=policy.default).parsebytes(raw)


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name) or "").replace("\x00", "")
    except _ODD:
        return ""


def _first_id(text: str) -> str:
    found = _MESSAGE_ID.search(text)
    return found.group() if found else ""


def _references(message: Message) -> tuple[str, ...]:
    near = _MESSAGE_ID.findall(_header(message, "In-Reply-To"))
    far = _MESSAGE_ID.findall(_header(message, "References"))
    return tuple(dict.fromkeys([*near, *reversed(far)]))[:DEEPEST]


def _automatic(message: Message, sender: str, ours: Collection[str]) -> Automatic:
    report = message.get_content_type() == "multipart/report"
    if report and _parameter(message, "report-type") == "delivery-status":
        return "bounce"
    if sender in ours:
        return "loop"
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _header(message, "Precedence").strip().lower()
    if submitted not in ("", "no"):
        return "reply"
    if precedence in _BULK or _header(message, "List-Id"):
        return "list"
    answered = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    empty_path = "Return-Path" in message and _header(message, "Return-Path").strip() == "<>"
    machine = _MACHINES.fullmatch(sender.partition("@")[0])
    if empty_path or machine or not sender or any(_header(message, one) for one in answered):
        return "reply"
    return ""


def _parameter(message: Message, name: str) -> str:
    try:
        return str(message.get_param(name) or "").lower()
    except _ODD:
        return ""


def _bounced(message: Message) -> str:
    """The Message-ID in the returned letter or its headers."""
    for part in _parts(message, 0):
        if part.get_content_type() in ("text/rfc822-headers", "message/rfc822"):
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                return _first_id(_header(inner[0], "Message-ID"))
            lines = re.search(r"(?im)^message-id:\s*(<[^<>\s]+>)", _decoded(part))
            return lines.group(1) if lines else ""
    return ""


# Words -----------------------------------------------------------------------------------------


def _words_of(part: Message, depth: int) -> str:
    """The text of a part: of alternatives the plain one, else the HTML as text."""
    if depth > DEEPEST or _is_file(part):
        return ""
    kind = part.get_content_type()
    children = _children(part)
    if kind == "multipart/alternative":
        plain = [one for one in children if one.get_content_type() == "text/plain"]
        rest = [one for one in reversed(children) if one not in plain]
        texts = (_words_of(one, depth + 1) for one in (*plain, *rest))
        return next((text for text in texts if text.strip()), "")
    if kind == "multipart/report":
        children = children[:1]
    if children:
        texts = (_words_of(one, depth + 1) for one in children)
        return "\n\n".join(text.strip("\n") for text in texts if text.strip())
    if kind == "text/html":
        return text_of_html(_decoded(part))
    return _decoded(part) if kind == "text/plain" else ""


def text_of_html(source: str) -> str:
    """What a reader sees: no scripts, styles and head; blocks on lines of their own."""
    try:
        root = html.document_fromstring(
            source.replace("\x00", "").encode(),
            parser=html.HTMLParser(encoding="utf-8", no_network=True),
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    etree.strip_elements(root, *_SILENT, etree.Comment, with_tail=False)
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in _BLOCKS:
            pieces.append("\n")
        text = element.text if event == "start" else element.tail
        if text:
            pieces.append(re.sub(r"\s+", " ", text))
    return "".join(pieces)


def _tidied(text: str) -> str:
    """Lines without spaces at their ends, and never more than one empty line."""
    lines = [line.strip(" \t\u00a0\u3000\r") for line in text.replace("\x00", "").splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _decoded(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except _ODD:
        return ""
    if not isinstance(content, bytes):
        return ""
    try:
        charset = (part.get_content_charset() or "utf-8").lower()
    except _ODD:
        charset = "utf-8"
    for name in (_WIDER.get(charset, charset), "utf-8", "gb18030"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


# Parts -----------------------------------------------------------------------------------------


def _children(part: Message) -> list[Message]:
    inner = part.get_payload()
    if not part.is_multipart() or not isinstance(inner, list):
        return []
    return [one for one in inner if isinstance(one, Message)]


def _parts(part: Message, depth: int) -> Sequence[Message]:
    if depth > DEEPEST:
        return []
    if part.get_content_maintype() != "multipart":
        return [part]
    return [one for child in _children(part) for one in _parts(child, depth + 1)]


def _is_file(part: Message) -> bool:
    kind = part.get_content_maintype()
    if kind in ("multipart", "message"):
        return False
    return kind != "text" or _disposition(part) == "attachment" or bool(_file_name(part))


def _disposition(part: Message) -> str:
    try:
        return str(part.get_content_disposition() or "")
    except _ODD:
        return ""


def _file_name(part: Message) -> str:
    try:
        return _one_line(part.get_filename() or "").replace("\x00", "")
    except _ODD:
        return ""


def _attachments(message: Message) -> Iterable[Attachment]:
    for part in _parts(message, 0):
        if not _is_file(part):
            continue
        try:
            content = part.get_payload(decode=True)
        except _ODD:
            content = None
        if isinstance(content, bytes) and content:
            yield Attachment(_file_name(part), content)


def _one_line(text: str) -> str:
    return " ".join(text.split())
