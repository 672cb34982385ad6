"""``yinuo``: one word for everything that is done from a terminal.

A command is one function in a module of this package and one line in `COMMANDS`. The module is
imported when the command is called, after Django is set up, so `yinuo run` starts at once: this
module itself loads neither Django nor the rules.
"""

from __future__ import annotations

import ast
import gc
import logging
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from yinuo.kit import env
from yinuo.kit.embedded import EmbeddedPostgresError
from yinuo.kit.errors import DomainError, RuleError

# name -> module:function. Keep it in the order in which a newcomer would ask.
COMMANDS = {
    "run": "yinuo.interfaces.cli.run:run",
    "serve": "yinuo.interfaces.cli.serve:serve",
    "worker": "yinuo.interfaces.worker.command:worker",
    "retry-failed": "yinuo.interfaces.worker.command:retry_failed",
    "preflight": "yinuo.interfaces.cli.admin:preflight",
    "migrate": "yinuo.interfaces.cli.admin:migrate",
    "stop": "yinuo.interfaces.cli.serve:stop",
    "demo": "yinuo.interfaces.cli.demo:demo",
    "claim": "yinuo.interfaces.cli.claims:claim",
    "case": "yinuo.interfaces.cli.cases:case",
    "call-backs": "yinuo.interfaces.cli.call_backs:call_backs",
    "receive-mail": "yinuo.interfaces.cli.mail:receive_mail",
    "doctor": "yinuo.interfaces.cli.doctor:doctor",
    "settle": "yinuo.interfaces.cli.settling:settle",
    "explain": "yinuo.interfaces.cli.settling:explain",
    "sweep": "yinuo.interfaces.cli.timeline:sweep",
    "import": "yinuo.interfaces.cli.importing:import_group",
    "replay": "yinuo.interfaces.cli.replaying:replay",
    "seal": "yinuo.interfaces.cli.timeline:seal",
    "verify": "yinuo.interfaces.cli.timeline:verify",
    "recount-year": "yinuo.interfaces.cli.timeline:recount_year",
    "backup": "yinuo.interfaces.cli.backup:backup",
    "restore": "yinuo.interfaces.cli.backup:restore",
    "new-key": "yinuo.interfaces.cli.admin:print_new_key",
    "manage": "yinuo.interfaces.cli.admin:manage",
    "where": "yinuo.interfaces.cli.where:where",
    "docs": "yinuo.interfaces.cli.docs:docs",
    "openapi": "yinuo.interfaces.api.command:openapi",
    "texts": "yinuo.interfaces.cli.texts:texts",
    "read-words": "yinuo.interfaces.cli.words:read_words",
    "train-words": "yinuo.interfaces.cli.words:train_words",
}
# These start other programs or only calculate: they load no Django, so that they are there at once.
WITHOUT_DJANGO = frozenset({"run", "serve", "stop", "settle", "explain"})
# These look at what may be missing, or need no database: nothing is started for them.
WITHOUT_DATABASE = WITHOUT_DJANGO | {
    "doctor",
    "new-key",
    "where",
    "docs",
    "openapi",
    "texts",
    "read-words",
    "train-words",
}
SOURCE = Path(__file__).parents[2]
LANGUAGES = ("zh-hans", "zh-hant", "en")
REFUSED = 2
"""Exit code of an expected refusal, as click uses for wrong arguments."""


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from their source: to load them all would take seconds."""
        width = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [(name, said_of(place, width)) for name, place in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        # All that is loaded stays: to look through it for garbage again and again would be a
        # good part of the start.
        gc.disable()
        try:
            if cmd_name not in WITHOUT_DJANGO:
                set_up_django()
            module, function = place.split(":")
            command: click.Command = getattr(import_module(module), function)
        finally:
            gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name not in WITHOUT_DATABASE and not {"-h", "--help"} & set(rest):
            start_embedded_database()
        return name, command, rest


def said_of(place: str, width: int) -> str:
    """What a command's function says first, cut to the width of a line."""
    module, function = place.split(":")
    source = SOURCE.joinpath(*module.split(".")[1:]).with_suffix(".py").read_text(encoding="utf-8")
    found = next(
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    said = click.Command(place, help=ast.get_docstring(found))
    return said.get_short_help_str(width)


def set_up_django() -> None:
    """Load settings and models; what a door logs here goes to the terminal's error stream."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.conf.settings")
    import_module("django").setup()


def start_embedded_database() -> None:
    """Start the embedded server and create its database; nothing when DATABASE_URL is set."""
    cluster = env.embedded_cluster()
    if cluster is not None and env.mode() is not env.Mode.PRODUCTION:
        cluster.start()
        cluster.create_database()


def terminal_language() -> str:
    """The reader's language, from YINUO_LANG or the terminal's own settings."""
    wish = os.environ.get("YINUO_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    wish = wish.lower().replace("_", "-")
    if wish.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
        return "zh-hant"
    return "en" if wish.startswith("en") else "zh-hans"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of what is printed.")
@click.option("-v", "--verbose", is_flag=True, help="Show the log.")
@click.pass_context
def yinuo(ctx: click.Context, lang: str | None, verbose: bool) -> None:
    """Yinuo 一诺: claims service in which every promise is a row."""
    ctx.obj = lang or terminal_language()
    if ctx.invoked_subcommand not in WITHOUT_DJANGO:
        import_module("django.utils.translation").activate(ctx.obj)
        if not verbose and ctx.invoked_subcommand != "worker":
            logging.getLogger().setLevel(logging.WARNING)


def main() -> None:
    """The program. Expected refusals end with code 2 and one sentence, not with a traceback."""
    try:
        yinuo(standalone_mode=True)
    except (DomainError, EmbeddedPostgresError, RuleError, env.ConfigurationError) as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
