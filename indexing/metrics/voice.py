"""Share of voice: each brand's part of all mentions, or the reason why it would mislead."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.both import Both

__all__ = ["Crawled", "ShareOfVoice", "share_of_voice"]

_MOST_APART = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """How the sources that found a brand's mentions were crawled: all runs, and those that saw all."""

    runs: int = 0
    complete: int = 0

    @property
    def share(self) -> float | None:
        """Complete runs of all, 0 to 1; None without a run."""
        return self.complete / self.runs if self.runs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOfVoice:
    """The shares by brand, 0 to 1, or the reason why they would mislead."""

    shares: Mapping[str, float] | None
    withheld: Both | None = None


def share_of_voice(mentions: Mapping[str, int], crawled: Mapping[str, Crawled]) -> ShareOfVoice:
    """Return each brand's share of all mentions.

    Withheld where a brand's sources have no crawl on record, or where the shares of complete crawls are more than two
    points apart: a brand of which less was seen would look smaller than it is.
    """
    seen = {brand: crawled.get(brand, Crawled()).share for brand in mentions}
    unknown = [brand for brand, share in seen.items() if share is None]
    if unknown:
        names = "、".join(sorted(unknown))
        return ShareOfVoice(
            shares=None,
            withheld=Both(
                f"不显示：{names} 的来源没有采集记录，无法判断是否与其他品牌采集得同样完整。",
                f"Withheld: no crawl is on record for the sources of {names}, so nothing says whether they were seen "
                "as well as the others.",
            ),
        )
    shares = {brand: share for brand, share in seen.items() if share is not None}
    if shares and max(shares.values()) - min(shares.values()) > _MOST_APART:
        worst, best = min(shares, key=lambda brand: shares[brand]), max(shares, key=lambda brand: shares[brand])
        return ShareOfVoice(
            shares=None,
            withheld=Both(
                f"不显示：采集的完整程度不同（{worst} {shares[worst]:.0%}，{best} {shares[best]:.0%}），会误导。",
                f"Withheld: the brands were not crawled alike ({worst} {shares[worst]:.0%} of runs complete, {best} "
                f"{shares[best]:.0%}), and shares would mislead.",
            ),
        )
    whole = sum(mentions.values())
    return ShareOfVoice(shares={brand: count / whole for brand, count in mentions.items()} if whole else {})
