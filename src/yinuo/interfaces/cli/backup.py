"""`yinuo backup FILE` and `yinuo restore FILE`: everything but the secrets, in one file.

The file is a tar of a database dump, the stored papers, the seals, and a manifest with the
checksum of each. Keys are left out on purpose: a stolen backup must not open itself.
"""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext

from yinuo.interfaces.cli import archive, pgtools
from yinuo.interfaces.cli.archive import BadArchive, Manifest


class Refused(click.ClickException):
    exit_code = 2


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write database, papers and seals into FILE; nothing has to be stopped for it."""
    if file.exists():
        raise Refused(gettext("%(path)s is there already.") % {"path": file})
    partial = file.with_name(f"{file.name}.partial")
    dump = file.with_name(f"{file.name}.dump")
    try:
        # First the database: a paper that arrives in between is then in the files and in no row,
        # which harms nobody; the other order would lose it.
        pgtools.dump_to(dump)
        manifest = archive.write(partial, dump=dump, trees=trees())
        partial.rename(file)
    except pgtools.ToolProblem as problem:
        raise Refused(str(problem)) from problem
    finally:
        dump.unlink(missing_ok=True)
        partial.unlink(missing_ok=True)
    said = gettext("%(path)s: %(files)s files, %(bytes)s bytes. The keys are not in it.")
    size = file.stat().st_size
    click.echo(said % {"path": file, "files": len(manifest.members), "bytes": f"{size:,}"})


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the database holds now.")
@click.option("--other-keys", is_flag=True, help="Restore although our keys cannot read it.")
def restore(file: Path, *, replace: bool, other_keys: bool) -> None:
    """Bring back what `yinuo backup` wrote; everything is checked before anything is changed."""
    try:
        manifest = archive.verify(file)
    except BadArchive as problem:
        raise Refused(
            gettext("%(path)s is damaged or no backup: %(reason)s")
            % {"path": file, "reason": problem}
        ) from problem
    refuse_other_keys(manifest, allowed=other_keys)
    tables = pgtools.tables_with_rows()
    if tables and not replace:
        raise Refused(
            gettext("The database is not empty (%(tables)s). Use --replace to throw it away.")
            % {"tables": ", ".join(tables[:5])}
        )
    try:
        # First the files, each under its own name: a crash in between leaves some too many.
        dump = archive.extract(file, manifest, trees=trees())
        try:
            pgtools.replace_database(dump)
        finally:
            dump.unlink(missing_ok=True)
    except (BadArchive, pgtools.ToolProblem) as problem:
        raise Refused(str(problem)) from problem
    said = gettext(
        "Restored what was saved at %(at)s. Now run `yinuo migrate`, then `yinuo verify`."
    )
    click.echo(said % {"at": manifest.made_at})


def trees() -> dict[str, Path]:
    """The directories that belong to a backup, under the names that they bear in it."""
    return {"files": settings.DOCUMENTS_ROOT, "seals": settings.SEALS_ROOT}


def refuse_other_keys(manifest: Manifest, *, allowed: bool) -> None:
    if allowed or manifest.keys == archive.key_marks():
        return
    missing = set(manifest.keys) - set(archive.key_marks())
    if missing:
        raise Refused(
            gettext(
                "The backup was written with keys that are not set here, so phones and accounts "
                "could not be read. Set the same YINUO_DATA_KEYS and YINUO_INDEX_KEY, or say "
                "--other-keys."
            )
        )
