"""The model card of one brand's stream: which model read it, with what prior, and how often that is right there."""

from datetime import datetime, timedelta
from typing import Any

from config.brand import Brand
from config.settings import DAY_ZONE
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.labelling.results import Results, latest, results
from indexing.mentions.search import matching
from indexing.metrics.wilson import Estimate
from nlp.priors import priors

__all__ = ["card"]

_DAY = timedelta(days=1)


def card(store: Store, brand: Brand, model: str, *, since: datetime, until: datetime) -> str:
    """Return the card as Markdown; what is not known says so, and how to find out."""
    sample = latest(store, brand.id)
    found = results(store, sample) if sample else None
    return "\n".join(
        [
            f"# {brand.name}: model card",
            "",
            *_stream(store, brand, since, until),
            "",
            "## Model",
            "",
            f"`{model}`; what it was trained on, and how it is right elsewhere: docs/sentiment.md.",
            *_prior(brand, model),
            "",
            "## How often it is right here",
            "",
            *(_quality(found, model) if found else _no_labels(brand)),
            "",
            "## Limits",
            "",
            "- A probability is about a text, never about the person who wrote it.",
            "- The figures hold for the days, platforms and query that the sample was drawn from: draw anew after a"
            " change of query, of model, or of what people speak of.",
            "- Copies of one text count once in the sample, and as often as they stand in the stream on the boards.",
            "",
        ]
    )


def _stream(store: Store, brand: Brand, since: datetime, until: datetime) -> list[str]:
    aggs: dict[str, Any] = {
        "platforms": {"terms": {"field": "platform", "size": 20}},
        "labels": {"terms": {"field": "sentiment.label", "size": 3}},
        "models": {"terms": {"field": "sentiment.model", "size": 5}},
        "people": {"filter": {"exists": {"field": "correction.sentiment"}}},
    }
    query = matching(since=since, until=until, brand=brand.id)
    with store_errors():
        store.refresh(MONTHLY)
        answer = store.client.search(index=store.alias(MONTHLY), size=0, query=query, aggs=aggs, track_total_hits=True)
    every, made = answer["hits"]["total"]["value"], answer["aggregations"]
    days = f"{since.astimezone(DAY_ZONE):%Y-%m-%d} to {until.astimezone(DAY_ZONE):%Y-%m-%d}"
    return [
        f"{every:,} mentions of {days}, by the query `{brand.query}`.",
        "",
        f"- platforms: {_counted(made['platforms'])}",
        f"- labels: {_counted(made['labels'])}; {made['people']['doc_count']:,} of them by people",
        f"- read by: {_counted(made['models'])}",
    ]


def _counted(terms: dict[str, Any]) -> str:
    return ", ".join(f"{one['key']} {one['doc_count']:,}" for one in terms["buckets"]) or "none"


def _prior(brand: Brand, model: str) -> list[str]:
    lines = [f"- `neutral: {brand.neutral:g}` in the brand's file."] if brand.neutral != 1 else []
    if prior := priors(brand.id).now:
        odds = " / ".join(f"{value:.2f}" for value in prior.odds)
        stands = "" if prior.model == model else f" It was learnt from `{prior.model}` and does not count now."
        lines.append(
            f"- Prior {prior.id}, put in use by {prior.by}: odds of negative / neutral / positive {odds}, power "
            f"{prior.power:.2f}, from {prior.mentions:,} texts of {prior.since:%Y-%m-%d} to "
            f"{prior.until - _DAY:%Y-%m-%d}, bursts left out, and {prior.labels:,} labels.{stands}"
        )
    return lines or ["- No prior: probabilities are the engine's own."]


def _quality(found: Results, model: str) -> list[str]:
    other = "" if found.model == model else f" **They were read by `{found.model}`, not by the model above.**"
    rows = [
        ("label right", found.right),
        *((f"… of `{label}`", share) for label, share in sorted(found.by_label.items())),
        (f"… of sure negatives (0.8 and more; {found.sure_settled:,} settled)", found.sure),
        ("speaks of something else", found.unrelated),
        ("agreement of two people (Cohen's kappa)", found.kappa),
    ]
    return [
        f"Sample `{found.sample}`: {found.drawn:,} drawn for {found.mentions:,} mentions, {found.settled:,} settled by "
        f"people who did not see the engine's label nor each other's (docs/codebook.md).{other}",
        "",
        "| | estimate | 95 % interval |",
        "|---|---|---|",
        *(f"| {name} | {_row(share)} |" for name, share in rows),
    ]


def _row(of: Estimate | None) -> str:
    return f"{of.value:.3f} | {of.low:.3f} to {of.high:.3f}" if of else "not known yet | "


def _no_labels(brand: Brand) -> list[str]:
    return [f"Not known: `tingfeng label plan --brand {brand.name}` draws mentions for two people to label."]
