"""Every saved object of every board, and the file in dashboards/saved/ that holds them."""

from collections.abc import Sequence
from pathlib import Path

from config.brand import Brand
from dashboards.boards import boards
from dashboards.kibana.boards import dashboard, panel_id
from dashboards.kibana.discover import data_view, search
from dashboards.kibana.lens import lens
from dashboards.kibana.objects import SavedObject, ndjson
from dashboards.panel import Panel
from dashboards.unheeded import marked
from indexing.elasticsearch.mappings import KINDS

__all__ = ["SAVED", "objects", "saved_text"]

SAVED = Path(__file__).resolve().parent.parent / "saved" / "tingfeng.ndjson"


def objects(brands: Sequence[Brand] = ()) -> list[SavedObject]:
    """Return every object: data views, panels, lists and dashboards. What one refers to is among them.

    The colours of `brands` are fixed, and Kibana shows their names; without them a brand's colour follows from its
    rank, and it goes by its id, which is its key.
    """
    ids, names = [brand.id for brand in brands], {brand.id: brand.name for brand in brands}
    every = boards()
    timed = [kind for kind, fields in KINDS.items() if any(field.name == "@timestamp" for field in fields)]
    made = [data_view(kind, names) for kind in timed]
    for id, board in every.items():
        made.append(dashboard(id, board, every))
        for panel in board.panels:
            name = panel_id(id, panel)
            shown = marked(board, panel)
            made.append(lens(name, shown, ids) if isinstance(shown, Panel) else search(name, shown))
    return made


def saved_text() -> str:
    """Return the file's content: always the same for the same definitions."""
    return ndjson(objects())
