"""The command line: `tingfeng --help`."""

import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from commands import (
    alerts,
    backfill,
    brands,
    cases,
    channels,
    console,
    coverage,
    customers,
    dark,
    dashboards,
    demo,
    doctor,
    effect,
    es,
    evidence,
    imports,
    init,
    label,
    leads,
    links,
    maintenance,
    models,
    notes,
    pipeline,
    plans,
    privacy,
    profiles,
    query,
    record,
    replay,
    report,
    rota,
    rules,
    segments,
    sentiment,
    silences,
    topics,
    up,
    wecom,
)
from commands.screen import errors
from config.errors import UserError

__all__ = ["app", "main"]

alerts.app.add_typer(silences.app)  # one name, two rooms each
customers.app.add_typer(profiles.app)

_PANELS: dict[str, dict[str, Any]] = {
    "Begin": {"demo": demo.demo, "init": init.init, "doctor": doctor.doctor, "up": up.up},
    "What you listen for": {
        "brands": brands.app,
        "label": label.app,
        "sentiment": sentiment.app,
        "models": models.app,
    },
    "From page to index": {
        "crawl": pipeline.crawl,
        "plans": plans.app,
        "import": imports.app,
        "wecom": wecom.app,
        "analyse": pipeline.analyse,
        "index": pipeline.index,
        "backfill": backfill.backfill,
        "record": record.record,
        "replay": replay.replay,
    },
    "Ask and see": {
        "query": query.query,
        "report": report.report,
        "topics": topics.topics,
        "coverage": coverage.coverage,
        "dark": dark.dark,
        "notes": notes.app,
        "dashboards": dashboards.app,
        "console": console.console,
    },
    "Alerts": {
        "alerts": alerts.app,
        "rules": rules.app,
        "channels": channels.app,
        "rota": rota.app,
        "prove": evidence.prove,
        "evidence": evidence.evidence,
    },
    "Customers": {
        "customers": customers.app,
        "links": links.app,
        "cases": cases.app,
        "segments": segments.app,
        "effect": effect.effect,
        "leads": leads.leads,
        "advocates": leads.advocates,
        "privacy": privacy.app,
    },
    "Keep": {
        "es": es.app,
        "backup": maintenance.backup,
        "restore": maintenance.restore,
        "rebuild": maintenance.rebuild,
        "maintain": maintenance.maintain,
    },
}


_MENDABLE = {
    errno.ENOSPC: "make room there, and run the same command again: it goes on where it was",
    errno.EDQUOT: "make room there, and run the same command again: it goes on where it was",
    errno.EFBIG: "raise the limit of a file's size, and run the same command again",
    errno.EACCES: "give yourself the right to it, or name another place",
    errno.EPERM: "give yourself the right to it, or name another place",
    errno.EROFS: "it lies on a disk that cannot be written: name another place",
    errno.ENOTDIR: "a file stands where a folder is wanted: name another place",
    errno.EISDIR: "a folder stands where a file is wanted: name a file",
    errno.ENAMETOOLONG: "name a shorter one",
    errno.ELOOP: "its links lead in a circle: name what they should lead to",
}
"""What a disk may refuse to any command, by the system's number for it, with the remedy."""


class _InPanels(TyperGroup):
    """Lists commands in the order of their panels."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return their names."""
        return [name for commands in _PANELS.values() for name in commands]


app = typer.Typer(
    cls=_InPanels,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""听风 tingfeng: what the public says of your brands, from crawl to alert.

    Begin with `tingfeng demo` (real posts, no account needed) or `tingfeng init 小米` (your own brand),
    then `tingfeng up`. Brands and rules are YAML files under config/, or where TINGFENG_CONFIG points;
    everything written goes to data/, or where TINGFENG_DATA points.""",
)
for _panel, _commands in _PANELS.items():
    for _name, _command in _commands.items():
        if isinstance(_command, typer.Typer):
            app.add_typer(_command, name=_name, rich_help_panel=_panel)
        else:
            app.command(_name, rich_help_panel=_panel)(_command)


_WITHOUT_CONFIG = ("es",)
"""What a person may need just when something in config/ is wrong."""
_WITHOUT_FOLDER = ("init", "doctor")
"""What makes the folder that TINGFENG_CONFIG names, and what says that it is to be made."""


@app.callback()
def check_what_is_written(context: typer.Context) -> None:
    """Refuse malformed brands, rules and channels before any command does anything."""
    if "--help" not in sys.argv and context.invoked_subcommand not in _WITHOUT_CONFIG:
        from config.files import check_folder
        from indexing.pipeline import load_config

        if context.invoked_subcommand not in _WITHOUT_FOLDER:
            check_folder()
        load_config()


def _in_utf8(arguments: Sequence[str]) -> None:
    """Refuse what no file, index or page could hold: bytes of another charset, which Python keeps as surrogates."""
    for argument in arguments:
        if argument.encode(errors="ignore") != argument.encode(errors="surrogatepass"):
            raise UserError(f"{argument!r}: is not UTF-8: set your terminal to UTF-8, or give the file another name")


def main() -> None:
    """Run the command line; what a person can mend is told in one message, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of another charset shows ? for what it does not know
    try:
        _in_utf8(sys.argv[1:])
        app()
    except UserError as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        if picture := getattr(error, "picture", ""):
            errors.print(picture, markup=False, soft_wrap=True)
        sys.exit(1)
    except OSError as error:
        if error.errno not in _MENDABLE:
            raise
        what = error.filename or "what this command writes"
        errors.print(f"{what}: {os.strerror(error.errno)}: {_MENDABLE[error.errno]}", soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
