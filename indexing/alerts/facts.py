"""What there is to say of an alert, composed once: message, console and brief show these facts in their own form."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.both import Both
from config.settings import DAY_ZONE
from indexing.alerts.alert import Alert, Earlier, Quote, State, Word
from indexing.alerts.brand_label import brand_label
from indexing.alerts.figure import Figure
from indexing.alerts.figure_names import figure_name
from indexing.alerts.plain_text import plain_text

__all__ = ["ZONE", "Facts", "ShownEarlier", "ShownFigure", "clock", "facts_of"]

ZONE = Both("北京时间", "Beijing time")
_OF_THE_RULE = frozenset(
    {"bound", "changed", "listed", "mad", "past_blocks", "past_windows", "threshold", "unlisted"}
    | {"peak", "peak_times", "quarter", "quarter_peak", "quarter_times", "quarter_threshold", "sudden_threshold"}
)
"""What the rule itself states or reckons with: it is shown where the reason states it."""
_REASON_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFigure:
    """One figure as it is read: `question` is its trace, where it has one."""

    name: str
    label: Both
    text: str
    usual: str | None = None
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEarlier:
    """One alert before this one, and how it ended."""

    id: str
    raised_at: datetime
    ended: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an alert says beside its reason."""

    brand: str
    window: Both
    """By the clock, with the zone's name."""
    figures: tuple[ShownFigure, ...]
    platforms: tuple[tuple[str, int], ...]
    words: tuple[Word, ...]
    """What stands out against the brand's own past, the most telling first."""
    quotes: tuple[Quote, ...]
    """One a story, the weightiest first."""
    more: Both | None
    """What the quotes leave out."""
    total: int
    """Mentions that the alert is about."""
    earlier: tuple[ShownEarlier, ...]
    """The newest first."""


def facts_of(alert: Alert, names: Mapping[str, str] | None = None) -> Facts:
    """Return what there is to say of the alert; the same alert gives the same facts wherever they are shown.

    `names` are the people's names by their ids.
    """
    evidence = alert.evidence
    return Facts(
        brand=brand_label(alert.brand),
        window=_window(alert),
        figures=tuple(_figures(alert)),
        platforms=tuple((one.platform, one.mentions) for one in evidence.platforms),
        words=evidence.words,
        quotes=evidence.quotes,
        more=_more(evidence.more_stories, evidence.more_mentions),
        total=evidence.total,
        earlier=tuple(_earlier(one, names or {}) for one in alert.earlier),
    )


def clock(moment: datetime) -> str:
    """Return month, day, hour and minute as the clocks of ZONE show them."""
    return moment.astimezone(DAY_ZONE).strftime("%m-%d %H:%M")


def _window(alert: Alert) -> Both:
    start, end = (moment.astimezone(DAY_ZONE) for moment in (alert.window_start, alert.window_end))
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%m-%d %H:%M}"
    written = f"{start:%m-%d %H:%M}–{until}"
    return Both(f"{written}（{ZONE.zh}）", f"{written} ({ZONE.en})")


def _figures(alert: Alert) -> Iterator[ShownFigure]:
    seen: set[tuple[str, str]] = set()
    for figure in alert.figures:
        if not _tells(figure, alert.said):
            continue
        label = figure_name(figure.name, alert.kind)
        shown = ShownFigure(
            name=figure.name,
            label=label,
            text=_written(figure, figure.value),
            usual=None if figure.usual is None else _written(figure, figure.usual),
            question=figure.question,
        )
        same = ("authors" if figure.name == "authors_speaking" else figure.name, shown.text)
        if same not in seen:
            seen.add(same)
            yield shown


def _tells(figure: Figure, said: tuple[str, ...]) -> bool:
    """Whether a figure says something: the reason states it, or it was counted and is not zero."""
    if figure.name in said:
        return True
    part = "." in figure.name or figure.name == "usual" or figure.unit.startswith("ms ")
    return bool(figure.value) and not part and figure.name not in _OF_THE_RULE


def _written(figure: Figure, value: float) -> str:
    if figure.unit in ("share", "0 to 1") or figure.name == "share":
        return f"{value:.0%}"
    if figure.name == "times":
        return f"{value:.3g}"
    rounded = round(float(value), 2)
    return f"{rounded:,.0f}" if rounded.is_integer() else f"{rounded:,.2f}"


def _more(stories: int, mentions: int) -> Both | None:
    if not stories:
        return None
    of = f"{stories:,} more {'story' if stories == 1 else 'stories'}"
    return Both(
        f"另有 {stories} 件事，{mentions} 条提及", f"and {of}, {mentions:,} mention{'' if mentions == 1 else 's'}"
    )


def _earlier(one: Earlier, names: Mapping[str, str]) -> ShownEarlier:
    return ShownEarlier(id=one.id, raised_at=one.raised_at, ended=_ended(one, names))


def _ended(one: Earlier, names: Mapping[str, str]) -> Both:
    if one.state is not State.RESOLVED or one.resolved_at is None:
        return Both("当时仍未解除", "still open then")
    at = clock(one.resolved_at)
    if one.resolved_by is None:
        return Both(f"{at} 自行平息", f"came to rest by itself {at}")
    by = plain_text(names.get(one.resolved_by, one.resolved_by), _REASON_LENGTH)
    why = plain_text(one.reason or "", _REASON_LENGTH)
    zh, en = f"{at} 由 {by} 解除", f"resolved by {by} {at}"
    return Both(f"{zh}：{why}", f"{en}: {why}") if why else Both(zh, en)
