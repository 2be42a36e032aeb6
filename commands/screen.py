"""How commands speak to people: one console, one form of progress bar, one form of table."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import typer
from rich.console import Console, ConsoleDimensions, Group
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

__all__ = [
    "Bars",
    "bars",
    "clock",
    "console",
    "errors",
    "length_of",
    "mentions_balance",
    "posts_balance",
    "not_blank",
    "table",
    "with_notes",
]

_ON_PAPER = 160
"""Columns where no screen limits them."""


class _Screen(Console):
    """A console that shows what people and posts say as it is: brackets are no styles, :words: no pictures."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    @property
    def size(self) -> ConsoleDimensions:
        """Its columns and lines; a pipe, a file or a log has columns enough, unless COLUMNS says how many."""
        found = super().size
        free = "COLUMNS" not in os.environ and not self.is_terminal
        return ConsoleDimensions(_ON_PAPER, found.height) if free else found

    @size.setter
    def size(self, wanted: tuple[int, int]) -> None:
        self._width, self._height = wanted


console = _Screen()
errors = _Screen(stderr=True)


class Bars:
    """Progress bars by the step's name; a step's bar appears with its first report."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, int] = {}

    def __call__(self, step: str, done: int, of: int) -> None:
        """Show that `done` of `of` are done; `of` 0 means that the total is not known yet."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=of or None)
        self._progress.update(self._tasks[step], completed=done, total=of or None)  # type: ignore[arg-type]


@contextmanager
def bars() -> Iterator[Bars]:
    """Show progress bars while the block runs; where no person looks on, they are left out."""
    columns = (
        TextColumn("  {task.description:<28}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as progress:
        yield Bars(progress)


def posts_balance(books: Mapping[str, int]) -> str:
    """Return the analysis' books as people check them: posts = matched + unmatched + dead letters."""
    return _equation(books, "posts", ("matched", "unmatched", "dead")) + f" · {books.get('mentions', 0):,} mentions"


def mentions_balance(books: Mapping[str, int]) -> str:
    """Return the index's books as people check them: mentions = indexed + unchanged + dead letters."""
    return _equation(books, "mentions", ("indexed", "unchanged", "dead"))


def _equation(books: Mapping[str, int], whole: str, parts: tuple[str, ...]) -> str:
    return f"{whole} {books.get(whole, 0):,} = " + " + ".join(f"{part} {books.get(part, 0):,}" for part in parts)


def table(title: str, rows: Mapping[str, str]) -> Group:
    """Return a table of names and values below its title, which may be wider than it."""
    made = Table(show_header=False, box=None, padding=(0, 2))
    for name, value in rows.items():
        made.add_row(name, value)
    return Group(Text(title, style="italic"), made)


def not_blank(text: str | None) -> str | None:
    """Return what an option says, on one line, for what stays on record must say something; an option's callback."""
    if text is not None and not text.strip():
        raise typer.BadParameter("nothing is said: write it out")
    return text and " ".join(text.split())


def length_of(text: str) -> timedelta:
    """Return what `--for` says as a length of time; UserError where it is none."""
    from pydantic import TypeAdapter, ValidationError

    from config.duration import Duration
    from config.errors import UserError

    try:
        found: timedelta = TypeAdapter(Duration).validate_python(text)
    except ValidationError as error:
        raise UserError(f"--for: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error
    return found


def clock(moment: datetime) -> str:
    """Return a time as every command shows it: by the clock of Beijing, whatever zone it was written in."""
    from config.settings import DAY_ZONE

    return f"{moment.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"


def with_notes(made: Table, notes: Iterable[str | None]) -> Group:
    """Return a table with what is to be said below it, on lines as wide as the screen: an address stays whole."""
    return Group(made, *(Text(note) for note in notes if note))
