"""Value, churn and influence of a customer: plain formulas, each with its parts, none of them learnt.

value      (f + m) / 2 of the RFM fifths: from 4 high, from 2.5 middle, else low
silence    (t / g - 1) / 3, t days since the last purchase, g the customer's usual gap (three purchase days or
           more), else the customers' median: 0 up to the usual gap, 1 from four times the gap on
negative   of the mentions of the last 90 days: min(1, negative / 3) × negative / all
tickets    min(1, open tickets and cases / 2)
membership 1 once it has ended, 0.5 within its last 30 days
churn      0.50 silence + 0.25 negative + 0.15 tickets + 0.10 membership, over the weights of the parts known
followers  log10(1 + followers) / 6;  engagement  log10(1 + 互动量 a mention) / 4;  both at most 1
influence  0.50 followers + 0.35 engagement + 0.15 verified
"""

from collections.abc import Mapping
from math import log10
from types import MappingProxyType

__all__ = ["GROUPS", "churn", "influence", "rfm_group", "value_band"]

CHURN = MappingProxyType({"silence": 0.50, "negative": 0.25, "tickets": 0.15, "membership": 0.10})
INFLUENCE = MappingProxyType({"followers": 0.50, "engagement": 0.35, "verified": 0.15})
GROUPS: Mapping[tuple[bool, bool, bool], str] = MappingProxyType(
    {
        (True, True, True): "key_value",  # 重要价值
        (True, False, True): "key_develop",  # 重要发展
        (False, True, True): "key_keep",  # 重要保持
        (False, False, True): "key_win_back",  # 重要挽留
        (True, True, False): "usual_value",  # 一般价值
        (True, False, False): "usual_develop",  # 一般发展
        (False, True, False): "usual_keep",  # 一般保持
        (False, False, False): "usual_win_back",  # 一般挽留
    }
)
"""The eight groups of RFM, by whether recency, frequency and amount are in the upper three fifths."""
_UPPER = 3
_HIGH, _MIDDLE = 4.0, 2.5
_HIGH_RISK, _MIDDLE_RISK = 0.6, 0.3


def rfm_group(r: int | None, f: int | None, m: int | None) -> str:
    """Return the group; no_purchase without a purchase, unranked where too few bought to rank anybody."""
    if r is None:
        return "unranked"
    return GROUPS[r >= _UPPER, (f or 1) >= _UPPER, (m or 1) >= _UPPER]


def value_band(f: int | None, m: int | None) -> str:
    """Return high, middle, low, or none for those who bought nothing within a year."""
    if f is None or m is None:
        return "none"
    value = (f + m) / 2
    return "high" if value >= _HIGH else "middle" if value >= _MIDDLE else "low"


def churn(
    *,
    silent_days: int | None,
    gap_days: float,
    negative: int,
    mentions: int,
    open_complaints: int,
    member: str | None,
) -> dict[str, float | str]:
    """Return the score, its band and the parts that are known; nothing for somebody who never bought nor joined."""
    parts: dict[str, float] = {}
    if silent_days is not None:
        parts["silence"] = _unit((silent_days / max(gap_days, 1.0) - 1) / 3)
    if member:
        parts["membership"] = {"expired": 1.0, "expiring": 0.5}.get(member, 0.0)
    if not parts:
        return {}
    parts["negative"] = min(1.0, negative / 3) * negative / mentions if mentions else 0.0
    parts["tickets"] = min(1.0, open_complaints / 2)
    score = _weighted(parts, CHURN)
    band = "high" if score >= _HIGH_RISK else "middle" if score >= _MIDDLE_RISK else "low"
    return {"score": score, "band": band, **{name: round(value, 4) for name, value in parts.items()}}


def influence(*, followers: int | None, engagement: int, mentions: int, verified: bool) -> dict[str, float]:
    """Return the score and its parts; nothing for somebody who was not heard. Followers not shown leave theirs out."""
    if not mentions:
        return {}
    parts = {"engagement": _unit(log10(1 + max(0, engagement) / mentions) / 4), "verified": float(verified)}
    if followers is not None:
        parts["followers"] = _unit(log10(1 + max(0, followers)) / 6)
    return {"score": _weighted(parts, INFLUENCE), **{name: round(value, 4) for name, value in parts.items()}}


def _weighted(parts: Mapping[str, float], weights: Mapping[str, float]) -> float:
    whole = sum(weights[name] for name in parts)
    return round(sum(weights[name] * value for name, value in sorted(parts.items())) / whole, 4)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
