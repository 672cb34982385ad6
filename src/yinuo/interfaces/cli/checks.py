"""What `yinuo doctor` looks at. A check says what it found; it changes nothing."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils.translation import gettext as _

from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.messages import mailbox as letters_in
from yinuo.core.people.models import Staff
from yinuo.interfaces.common import upgrades
from yinuo.kit import env, machine

OLDEST_SERVER = 15
CLOCK_SECONDS = 2
GIBIBYTE = 1024**3
ENOUGH_DISK = 5 * GIBIBYTE
TOO_LITTLE_DISK = GIBIBYTE
WAITING_SECONDS = 300

SERVER = """
select current_setting('server_version'), current_setting('server_version_num')::int / 10000,
       current_setting('server_encoding'), current_setting('fsync') = 'on',
       current_setting('synchronous_commit') <> 'off', clock_timestamp()
"""
QUEUE = """
select count(*) filter (where status = 'failed'),
       count(*) filter (where status = 'todo'
                        and coalesce(scheduled_at, now()) <= now()
                        and exists (select from procrastinate_events e
                                    where e.job_id = j.id and e.type = 'deferred'
                                    and e.at < now() - %s * interval '1 second'))
from procrastinate_jobs j where status in ('failed', 'todo')
"""


class Level(IntEnum):
    GOOD = 0
    NOTE = 1
    WARNING = 2
    WRONG = 3


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    subject: str
    says: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]


def database() -> Iterator[Finding]:
    subject = _("Database")
    cluster = env.embedded_cluster()
    if cluster is not None and not cluster.is_running():
        if not (cluster.directory / "PG_VERSION").exists():
            says = _("The embedded database has not been made yet.")
        else:
            says = _("The embedded database is not running.")
        yield Finding(Level.WRONG, subject, says, _("Run `make run` or `yinuo migrate`."))
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(SERVER)
            version, major, encoding, fsync, synchronous, _now = cursor.fetchone()
    except DatabaseError:
        yield Finding(
            Level.WRONG,
            subject,
            _("The database does not answer."),
            _("Check DATABASE_URL, and that the server runs and lets this machine in."),
        )
        return
    kind = _("embedded") if cluster else _("server")
    yield Finding(Level.GOOD, subject, f"PostgreSQL {version} ({kind})")
    if major < OLDEST_SERVER:
        yield Finding(
            Level.WRONG,
            subject,
            _("PostgreSQL %(version)s is too old.") % {"version": version},
            _("Use PostgreSQL 15 or later."),
        )
    if encoding != "UTF8":
        yield Finding(
            Level.WRONG,
            subject,
            _("The database is not in UTF-8, so Chinese cannot be stored."),
            _("Create it again with `createdb --encoding=UTF8`."),
        )
    if not (fsync and synchronous):
        yield Finding(
            Level.WARNING if settings.PRODUCTION else Level.NOTE,
            subject,
            _("The server does not wait for the disk, so a power cut loses what was just saved."),
            _("Set fsync and synchronous_commit to on."),
        )
    yield from _migrations(subject)


def _migrations(subject: str) -> Iterator[Finding]:
    waiting = upgrades.waiting()
    if waiting.before:
        yield Finding(
            Level.WRONG,
            subject,
            _("The database is behind the code: %(number)s migrations wait.")
            % {"number": len(waiting.before)},
            _("Make a backup, then run `yinuo migrate`."),
        )
    elif waiting.after:
        yield Finding(
            Level.WARNING,
            subject,
            _("%(number)s migrations wait until the previous version is gone.")
            % {"number": len(waiting.after)},
            _("Stop what still runs the previous version, then run `yinuo migrate --finish`."),
        )


def clock() -> Iterator[Finding]:
    subject = _("Clock")
    if not answers():
        return
    before = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (there,) = cursor.fetchone()
    after = datetime.now(UTC)
    here = before + (after - before) / 2
    apart = abs((there - here).total_seconds())
    if apart > CLOCK_SECONDS:
        yield Finding(
            Level.WRONG,
            subject,
            _("This machine and the database are %(seconds)s seconds apart.")
            % {"seconds": round(apart, 1)},
            _("Let both take the time from one server (NTP): promises are measured by it."),
        )
    else:
        yield Finding(Level.GOOD, subject, _("This machine and the database agree."))


def secrets() -> Iterator[Finding]:
    subject = _("Secrets")
    made = [name for name in env.GENERATED if env.is_generated(name)]
    for key in settings.YINUO_DATA_KEYS:
        try:
            Fernet(key)
        except ValueError:
            yield Finding(
                Level.WRONG,
                subject,
                _("YINUO_DATA_KEYS holds something that is not a key."),
                _("Make keys with `yinuo new-key`; separate several with commas."),
            )
    for path in _secret_files():
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding(
                Level.WRONG,
                subject,
                _("Others on this machine can read %(path)s.") % {"path": path},
                f"chmod 600 {path}",
            )
    if made and settings.PRODUCTION:
        yield Finding(
            Level.WRONG,
            subject,
            _("Made for a trial, not for production: %(names)s") % {"names": ", ".join(made)},
            _("Set them in the environment; `yinuo new-key` prints a new one."),
        )
    elif made:
        says = _("Made for this trial and kept in %(path)s.")
        path = env.state_directory() / env.SECRETS_FILE
        yield Finding(Level.GOOD, subject, says % {"path": path})
    else:
        yield Finding(Level.GOOD, subject, _("Taken from the environment."))


def _secret_files() -> list[Path]:
    named = [Path(os.environ[f"{n}_FILE"]) for n in env.GENERATED if f"{n}_FILE" in os.environ]
    return [env.state_directory() / env.SECRETS_FILE, *named]


def demo_accounts() -> Iterator[Finding]:
    if not settings.PRODUCTION or not answers():
        return
    number = Staff.objects.filter(is_demo=True, is_active=True).count()
    if number:
        yield Finding(
            Level.WRONG,
            _("Demo accounts"),
            _("%(number)s demo accounts can sign in.") % {"number": number},
            _("Production refuses to start with them: deactivate them, or use a clean database."),
        )


def fonts() -> Iterator[Finding]:
    subject = _("Chinese font")
    if machine.has_cjk_font():
        yield Finding(Level.GOOD, subject, _("Found."))
    else:
        yield Finding(
            Level.WARNING,
            subject,
            _("None found: letters and pictures would show boxes instead of Chinese."),
            "sudo apt-get install fonts-noto-cjk",
        )


def browser() -> Iterator[Finding]:
    found = machine.find_chromium()
    if found:
        yield Finding(Level.GOOD, "Chromium", str(found))
    else:
        yield Finding(
            Level.NOTE if settings.PRODUCTION else Level.WARNING,
            "Chromium",
            _("None found. Only the tests need it."),
            "sudo apt-get install chromium",
        )


def disk() -> Iterator[Finding]:
    subject = _("Disk")
    for place in sorted({settings.STATE, settings.KEPT}):
        if not place.exists():
            yield Finding(
                Level.NOTE,
                subject,
                _("%(path)s will be made at the first start.") % {"path": place},
            )
            continue
        if not os.access(place, os.W_OK):
            yield Finding(
                Level.WRONG,
                subject,
                _("%(path)s cannot be written.") % {"path": place},
                _("Give this account the right to write there, or set YINUO_STATE."),
            )
            continue
        free = shutil.disk_usage(place).free
        says = _("%(free)s GiB free for %(path)s")
        values = {"free": round(free / GIBIBYTE, 1), "path": place}
        level = Level.GOOD
        if free < ENOUGH_DISK:
            level = Level.WRONG if free < TOO_LITTLE_DISK else Level.WARNING
        remedy = _("Make room, or move the files with YINUO_FILES.") if level > Level.NOTE else ""
        yield Finding(level, subject, says % values, remedy)


def workflows() -> Iterator[Finding]:
    subject = _("Workflows")
    if not answers() or upgrades.waiting().before:
        return
    open_cases = (
        Case.objects.filter(closed_at__isnull=True)
        .values_list("kind", "workflow_version")
        .annotate(number=Count("id"))
        .order_by("kind", "workflow_version")
    )
    lost = [
        (kind, version, number)
        for kind, version, number in open_cases
        if kind not in WORKFLOWS.kinds() or version not in WORKFLOWS.versions(kind)
    ]
    for kind, version, number in lost:
        says = _("%(number)s open cases run under %(kind)s version %(version)s, which is gone.")
        yield Finding(
            Level.WRONG,
            subject,
            says % {"number": number, "kind": kind, "version": version},
            _("Put that version back into the code until its last case has ended."),
        )
    if not lost:
        yield Finding(Level.GOOD, subject, _("Every open case finds its version in the code."))


def worker() -> Iterator[Finding]:
    subject = _("Worker")
    if not answers() or upgrades.waiting().before:
        return
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [WAITING_SECONDS])
        failed, waiting = cursor.fetchone()
    if waiting:
        yield Finding(
            Level.WARNING,
            subject,
            _("%(number)s jobs have been waiting for more than five minutes.")
            % {"number": waiting},
            _("Start a worker with `yinuo worker`, or more of them."),
        )
    if failed:
        yield Finding(
            Level.WARNING,
            subject,
            _("%(number)s jobs failed for good.") % {"number": failed},
            _("Read the log for job_failed, mend the cause, then `yinuo retry-failed`."),
        )
    if not failed and not waiting:
        yield Finding(Level.GOOD, subject, _("No job waits or failed."))


def mail() -> Iterator[Finding]:
    if settings.EMAIL_HOST:
        yield Finding(Level.GOOD, _("E-mail"), settings.EMAIL_HOST)
        return
    yield Finding(
        Level.WRONG if settings.PRODUCTION else Level.NOTE,
        _("E-mail"),
        _("No mail server: letters are only written to %(path)s.")
        % {"path": settings.EMAIL_FILE_PATH},
        _("Set YINUO_SMTP_HOST and, if it asks, YINUO_SMTP_USER and YINUO_SMTP_PASSWORD."),
    )


def mailbox() -> Iterator[Finding]:
    subject = _("Mailbox")
    if not settings.IMAP_HOST:
        yield Finding(
            Level.NOTE,
            subject,
            _("No mailbox is read: e-mail comes in only by `yinuo receive-mail`."),
            _("Set YINUO_IMAP_HOST, YINUO_IMAP_USER, YINUO_IMAP_PASSWORD and YINUO_MAIL_INTAKE."),
        )
        return
    try:
        with letters_in.opened() as box:
            waiting = len(box.waiting())
    except letters_in.MailboxClosed as error:
        yield Finding(
            Level.WRONG,
            subject,
            _("%(host)s does not let us in (%(why)s).")
            % {"host": settings.IMAP_HOST, "why": error},
            _("Check YINUO_IMAP_HOST, YINUO_IMAP_USER, YINUO_IMAP_PASSWORD, YINUO_IMAP_FOLDER."),
        )
        return
    said = _("%(host)s: %(number)s letters wait.")
    yield Finding(Level.GOOD, subject, said % {"host": settings.IMAP_HOST, "number": waiting})
    if not box.keywords:
        yield Finding(
            Level.NOTE,
            subject,
            _("The server keeps no marks of ours, so a letter that a person has read is left out."),
            _("Let nobody but Yinuo open this mailbox."),
        )


def answers() -> bool:
    """True when the database can be asked; `database` says what is wrong when it cannot."""
    cluster = env.embedded_cluster()
    if cluster is not None and not cluster.is_running():
        return False
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True


ALL: tuple[Check, ...] = (
    database,
    clock,
    secrets,
    demo_accounts,
    workflows,
    worker,
    mail,
    mailbox,
    fonts,
    browser,
    disk,
)
