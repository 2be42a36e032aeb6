"""Which of a board's filters a panel cannot obey, as its documents have no such field, and the title that says so."""

from dataclasses import replace
from typing import TypeVar

from config.both import Both
from dashboards.panel import Board, Control, Listing, Panel
from indexing.elasticsearch.mappings import KINDS

__all__ = ["marked", "unheeded"]

_Shown = TypeVar("_Shown", bound=Panel | Listing)


def unheeded(board: Board, panel: Panel | Listing) -> tuple[Control, ...]:
    """Return the board's controls that choose nothing among the panel's documents."""
    fields = {field.name for field in KINDS[panel.kind]}
    return tuple(control for control in board.controls if control.field not in fields)


def marked(board: Board, panel: _Shown) -> _Shown:
    """Return the panel with a title that names what it does not obey; Kibana itself would ignore it without a word."""
    names = [control.name for control in unheeded(board, panel)]
    if not names:
        return panel
    if len(names) == len(board.controls):
        mark = Both("不随筛选", "not filtered")
    else:
        mark = Both(
            f"不随{'、'.join(name.zh for name in names)}筛选", f"not by {', '.join(name.en.lower() for name in names)}"
        )
    return replace(panel, title=Both(f"{panel.title.zh}（{mark.zh}）", f"{panel.title.en} ({mark.en})"))
