"""The saved objects hold together as Kibana 8.12 needs them: an import alone would not notice what is checked here."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboards.kibana.build import SAVED
from dashboards.kibana.publish import BrokenReferences, check_references
from indexing.elasticsearch.mappings import KINDS
from tests import lens_query

Json = dict[str, Any]

SAVED_OBJECTS: list[Json] = [json.loads(line) for line in SAVED.read_text(encoding="utf-8").splitlines()]
LENS = [one for one in SAVED_OBJECTS if one["type"] == "lens"]
DASHBOARDS = [one for one in SAVED_OBJECTS if one["type"] == "dashboard"]
NEWEST = {"dashboard": (8, 9, 0), "lens": (8, 9, 0), "search": (8, 0, 0), "index-pattern": (8, 0, 0)}
NUMBERS = {"long", "double"}
TAKES: dict[str, set[Any]] = {
    "terms": {"keyword", "boolean"},
    "date_histogram": {"date"},
    "sum": NUMBERS,
    "average": NUMBERS,
    "median": NUMBERS,
    "max": {*NUMBERS, "date"},
    "unique_count": {*NUMBERS, "keyword", "date", "boolean"},
    "count": {None},
    "formula": {None},
    "math": {None},
}
"""The operations of Lens that the panels use, and the types of field that each takes."""
KNOWN = {"lnsXY", "lnsMetric", "lnsPie", "lnsDatatable", "lnsTagcloud"}
FUNCTIONS = {"add": 2, "subtract": 2, "multiply": 2, "divide": 2, "sqrt": 1}


def types_of(view: str) -> dict[str | None, str | None]:
    kind = view.removeprefix("tingfeng-")
    return {**{field.name: field.type["type"] for field in KINDS[kind]}, "___records___": None, None: None}


def view_of(saved: Json) -> str:
    views = {one["name"]: one["id"] for one in saved["references"] if one["type"] == "index-pattern"}
    events = annotations_of(saved)
    assert all(views.pop(f"xy-visualization-layer-{layer['layerId']}") for layer in events)
    (view,) = views.values()
    return str(view)


def annotations_of(saved: Json) -> list[Json]:
    """Return the layers of a chart that show what happened meanwhile."""
    if saved["type"] != "lens":
        return []
    layers = saved["attributes"]["state"]["visualization"].get("layers", [])
    return [layer for layer in layers if layer["layerType"] == "annotations"]


def test_the_file_is_sorted_and_each_id_stands_once() -> None:
    names = [(one["type"], one["id"]) for one in SAVED_OBJECTS]
    assert names == sorted(names)
    assert len(set(names)) == len(names)


def test_no_object_is_newer_than_kibana_8_12() -> None:
    for one in SAVED_OBJECTS:
        assert one["coreMigrationVersion"] == "8.8.0"
        assert tuple(map(int, one["typeMigrationVersion"].split("."))) == NEWEST[one["type"]]
        assert set(one) == {"attributes", "coreMigrationVersion", "id", "references", "type", "typeMigrationVersion"}


def test_every_reference_is_there_and_a_lost_one_is_told() -> None:
    check_references(SAVED_OBJECTS)
    without = [one for one in SAVED_OBJECTS if one["id"] != "tingfeng-runs"]
    with pytest.raises(BrokenReferences, match="refers to index-pattern tingfeng-runs, which is not there"):
        check_references(without)


@pytest.mark.parametrize("saved", LENS, ids=lambda saved: saved["id"])
def test_a_lens_panel_is_whole(saved: Json) -> None:
    assert saved["attributes"]["visualizationType"] in KNOWN
    layer = lens_query.layer_of(saved)
    columns, order = layer["columns"], layer["columnOrder"]
    assert sorted(order) == sorted(columns)
    bucketed = [columns[id]["isBucketed"] for id in order]
    assert bucketed == sorted(bucketed, reverse=True), "buckets come first"
    types = types_of(view_of(saved))
    for id, column in columns.items():
        field = column.get("sourceField")
        assert field in types, f"{id}: no field {field}"
        assert types[field] in TAKES[str(column["operationType"])], f"{id}: {column['operationType']} of {field}"
        assert (field is None) == (column["operationType"] in ("formula", "math"))
        assert set(column.get("references", ())) <= set(columns)
        lens_query.kql(column.get("filter", {}).get("query", ""))
    assert set(_accessors(saved["attributes"]["state"]["visualization"])) <= set(columns)
    managed = {id for id in columns if re.search(r"X\d+$", id)}
    referred = {part for column in columns.values() for part in column.get("references", ())}
    assert managed == referred


def test_annotations_name_fields_of_their_view() -> None:
    layers = [(saved, layer) for saved in LENS for layer in annotations_of(saved)]
    assert {layer["layerId"] for _, layer in layers} == {"alerts", "notes"}
    for saved, layer in layers:
        names = {one["name"]: one["id"] for one in saved["references"]}
        types = types_of(names[f"xy-visualization-layer-{layer['layerId']}"])
        for event in layer["annotations"]:
            assert types[event["timeField"]] == "date"
            assert lens_query.kql(event["filter"]["query"]), "without a query Kibana draws none"
            assert {types[field] for field in (event["textField"], *event["extraFields"])} == {"keyword"}


@pytest.mark.parametrize("saved", LENS, ids=lambda saved: saved["id"])
def test_a_formula_is_its_tree(saved: Json) -> None:
    columns = lens_query.layer_of(saved)["columns"]
    for id, column in columns.items():
        if column["operationType"] == "formula":
            (whole,) = column["references"]
            tree = columns[whole]["params"]["tinymathAst"]
            assert tree["text"] == column["params"]["formula"]
            assert tree["location"] == {"max": len(tree["text"]), "min": 0}
            assert set(_parts(tree)) == set(columns[whole]["references"])
            assert not column["params"]["isFormulaBroken"]
            assert whole.startswith(id)


@pytest.mark.parametrize("saved", DASHBOARDS, ids=lambda saved: saved["id"])
def test_a_dashboard_is_whole(saved: Json) -> None:
    attributes = saved["attributes"]
    panels = json.loads(attributes["panelsJSON"])
    named = {one["name"]: one for one in saved["references"]}
    places = [(one["gridData"], one) for one in panels]
    for place, one in places:
        assert one["panelIndex"] == place["i"]
        assert place["x"] + place["w"] <= 48
        if "panelRefName" in one:
            assert named[f"{one['panelIndex']}:{one['panelRefName']}"]["type"] == one["type"]
        for event in one["embeddableConfig"]["enhancements"].get("dynamicActions", {}).get("events", ()):
            assert event["triggers"] == ["FILTER_TRIGGER"]
            assert event["action"]["factoryId"] == "DASHBOARD_TO_DASHBOARD_DRILLDOWN", (
                "others need a licence, or columns"
            )
            name = f"{one['panelIndex']}:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:{event['eventId']}:dashboardId"
            assert named[name]["id"] == "tingfeng-mentions"
    assert len({one["panelIndex"] for one in panels}) == len(panels)
    assert not _overlapping([place for place, _ in places])
    controls = json.loads(attributes["controlGroupInput"]["panelsJSON"])
    for id, control in controls.items():
        assert control["explicitInput"]["id"] == id
        if control["type"] == "optionsListControl":
            view = named[f"controlGroup_{id}:optionsListDataView"]["id"]
            assert types_of(view)[control["explicitInput"]["fieldName"]] in ("keyword", "boolean")
    assert [one["type"] for one in controls.values()].count("timeSlider") == 1


def test_no_part_of_a_board_has_the_id_of_another_boards_part() -> None:
    """Kibana shows the panels of the board before under those ids that stand on the next one too."""
    parts = [part for saved in DASHBOARDS for part in set(_parts_of(saved))]
    assert len(parts) > 100
    assert {part for part in parts if parts.count(part) > 1} == set()


def test_a_board_sets_no_slice_of_its_time() -> None:
    """A slice ends with the hour, so that after 23:00 every chart would have an empty tomorrow."""
    for saved in DASHBOARDS:
        controls = json.loads(saved["attributes"]["controlGroupInput"]["panelsJSON"]).values()
        (slider,) = [one["explicitInput"] for one in controls if one["type"] == "timeSlider"]
        assert set(slider) == {"enhancements", "id"}


def _parts_of(saved: Json) -> Iterator[str]:
    for one in json.loads(saved["attributes"]["panelsJSON"]):
        yield from (one["panelIndex"], one["gridData"]["i"])
        config = one["embeddableConfig"]
        yield from (link["id"] for link in config.get("attributes", {}).get("links", ()))
        yield from (event["eventId"] for event in config["enhancements"].get("dynamicActions", {}).get("events", ()))
    for id, control in json.loads(saved["attributes"]["controlGroupInput"]["panelsJSON"]).items():
        yield from (id, control["explicitInput"]["id"])


def test_the_boards_lead_to_each_other_and_each_chart_to_its_mentions() -> None:
    ids = {one["id"] for one in DASHBOARDS}
    assert len(ids) == 8
    for saved in DASHBOARDS:
        links = [one for one in json.loads(saved["attributes"]["panelsJSON"]) if one["type"] == "links"]
        assert len(links) == 1
        led_to = {one["id"] for one in saved["references"] if ":link_" in one["name"]}
        assert led_to == ids


def test_lists_show_the_link_to_the_post() -> None:
    searches = [one for one in SAVED_OBJECTS if one["type"] == "search"]
    of_mentions = [one for one in searches if view_of(one) == "tingfeng-mentions"]
    assert of_mentions
    assert all("url.full" in one["attributes"]["columns"] for one in of_mentions)
    for one in searches:
        assert set(one["attributes"]["columns"]) <= set(types_of(view_of(one)))
    (view,) = [one for one in SAVED_OBJECTS if one["id"] == "tingfeng-mentions" and one["type"] == "index-pattern"]
    assert json.loads(view["attributes"]["fieldFormatMap"])["url.full"]["id"] == "url"


def test_the_heads_of_lists_are_words_in_both_languages() -> None:
    views = {one["id"]: json.loads(one["attributes"]["fieldAttrs"]) for one in SAVED_OBJECTS if _is_view(one)}
    for one in SAVED_OBJECTS:
        if one["type"] == "search":
            for column in ("@timestamp", *one["attributes"]["columns"]):
                label = views[view_of(one)][column]["customLabel"]
                assert re.search(r"[\u4e00-\u9fff]", label) and re.search("[A-Za-z]", label), (one["id"], column)


def test_the_link_stays_in_sight_in_lists_of_half_the_width() -> None:
    for saved in DASHBOARDS:
        named = {one["name"]: one["id"] for one in saved["references"]}
        for place in json.loads(saved["attributes"]["panelsJSON"]):
            if place["type"] == "search" and place["gridData"]["w"] <= 24:
                search = named[f"{place['panelIndex']}:{place['panelRefName']}"]
                (listed,) = [one for one in SAVED_OBJECTS if (one["type"], one["id"]) == ("search", search)]
                widths = {name: column["width"] for name, column in listed["attributes"]["grid"]["columns"].items()}
                free = {"@timestamp", *listed["attributes"]["columns"]} - set(widths)
                assert len(free) <= 1
                assert sum(widths.values()) <= 690


def _is_view(saved: Json) -> bool:
    return bool(saved["type"] == "index-pattern")


def _accessors(state: Any) -> Iterator[str]:
    if isinstance(state, dict):
        for name, value in state.items():
            if name in ("accessors", "metrics", "primaryGroups"):
                yield from value
            elif name.endswith("Accessor") or name in ("columnId", "forAccessor"):
                yield value
            else:
                yield from _accessors(value)
    elif isinstance(state, list):
        for value in state:
            yield from _accessors(value)


def _parts(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        assert len(tree["args"]) == FUNCTIONS[tree["name"]]
        for argument in tree["args"]:
            yield from _parts(argument)


def _overlapping(places: list[Json]) -> list[tuple[str, str]]:
    return [
        (one["i"], other["i"])
        for number, one in enumerate(places)
        for other in places[:number]
        if one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    ]
