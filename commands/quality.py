"""A sample's figures as people read them in a terminal and in a model card."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexing.labelling.results import Results
    from indexing.metrics.wilson import Estimate

__all__ = ["said", "table_of"]


def said(of: "Estimate | None", digits: int = 2) -> str:
    """Return an estimate with its 95 % interval, or that there is none."""
    if of is None:
        return "not known yet"
    return f"{of.value:.{digits}f} ({of.low:.{digits}f} to {of.high:.{digits}f})"


def table_of(found: "Results") -> str:
    """Return a sample's figures, a line each."""
    lines = [
        f"sample {found.sample}: {found.drawn:,} of {found.mentions:,} mentions, read by {found.model}",
        f"settled {found.settled:,}; labelled by two {found.both:,}; {found.differ:,} wait for a third person",
        f"agreement of two people, kappa   {said(found.kappa)}",
        f"the engine is right              {said(found.right)}",
        *(f"  of its {label:<9}              {said(share)}" for label, share in sorted(found.by_label.items())),
        f"  of its sure negatives          {said(found.sure)}, {found.sure_settled:,} settled",
        f"speaks of something else         {said(found.unrelated)}",
    ]
    return "\n".join(lines)
