"""The command line: `tingfeng --help`."""

import sys

import typer

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
    topics,
    up,
    wecom,
)
from commands.screen import errors
from config.errors import UserError

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""听风 tingfeng: what the public says of your brands, from crawl to alert.

    Begin with `tingfeng demo` (real posts, no account needed) or `tingfeng init 小米` (your own brand),
    then `tingfeng up`. Brands and rules are YAML files under config/, or where TINGFENG_CONFIG points;
    everything written goes to data/, or where TINGFENG_DATA points.""",
)
app.command()(demo.demo)
app.command()(init.init)
app.command()(doctor.doctor)
app.command()(up.up)
app.command()(pipeline.crawl)
app.command()(pipeline.analyse)
app.command()(pipeline.index)
app.command()(backfill.backfill)
app.command()(query.query)
app.command()(report.report)
app.command()(coverage.coverage)
app.command()(dark.dark)
app.command()(topics.topics)
app.add_typer(brands.app, name="brands")
app.add_typer(alerts.app, name="alerts")
app.add_typer(channels.app, name="channels")
app.command()(console.console)
app.add_typer(rota.app, name="rota")
app.add_typer(rules.app, name="rules")
app.add_typer(imports.app, name="import")
customers.app.add_typer(profiles.app)  # one name, two rooms
app.add_typer(customers.app, name="customers")
app.add_typer(links.app, name="links")
app.add_typer(segments.app, name="segments")
app.add_typer(cases.app, name="cases")
app.command()(effect.effect)
app.command()(leads.leads)
app.command()(leads.advocates)
app.add_typer(notes.app, name="notes")
app.add_typer(privacy.app, name="privacy")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(es.app, name="es")
app.add_typer(models.app, name="models")
app.add_typer(label.app, name="label")
app.add_typer(wecom.app, name="wecom")
app.command()(record.record)
app.add_typer(sentiment.app, name="sentiment")
app.command()(replay.replay)
app.command()(evidence.prove)
app.command()(evidence.evidence)
app.command()(maintenance.rebuild)
app.command()(maintenance.backup)
app.command()(maintenance.restore)
app.command()(maintenance.maintain)


@app.callback()
def check_what_is_written() -> None:
    """Refuse malformed brands, rules and channels before any command does anything."""
    if "--help" not in sys.argv:
        from indexing.pipeline import load_config

        load_config()


def main() -> None:
    """Run the command line; what a person can mend is told in one message, without a traceback."""
    try:
        app()
    except UserError as error:
        errors.print(str(error), markup=False, soft_wrap=True)
        if picture := getattr(error, "picture", ""):
            errors.print(picture, markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
