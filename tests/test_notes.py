"""Notes: written and taken away by the command line, and shown where charts run along the time."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from dashboards.page.boards import gather_boards
from dashboards.page.render import render_boards
from indexing.elasticsearch.store import Store
from tests import board_data
from tests.test_oncall_commands import Run
from tests.test_oncall_commands import run as run

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

HOSTILE = "<script>alert(1)</script> 大促"


def test_a_note_is_written_listed_shown_and_taken_away(run: Run, emptied_es: "Elasticsearch") -> None:
    store = Store(emptied_es)
    code, said = run("notes", "add", HOSTILE, "--at", "2026-11-05T20:00", "--by", "li")
    assert code == 0, said
    made = re.search(r"Note (\w+) stands", said)
    assert made
    listed = run("notes", "list", "--since", "2026-11-01")[1]
    assert "2026-11-05 20:00" in listed
    assert "1 notes" in listed
    level = {"@timestamp": "2026-11-05T12:00:00Z", "rule": "r", "brand": "xinghe", "counted": 1, "threshold": 5}
    emptied_es.index(index=store.alias("levels"), document=level, refresh=True)
    data = gather_boards(store, until=board_data.UNTIL, days=timedelta(days=14), names={"xinghe": "星河"})
    page = render_boards(data)
    assert "11-05 20:00" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 大促" in page
    assert run("notes", "remove", made[1])[0] == 0
    assert run("notes", "list", "--since", "2026-11-01")[1].strip() == "0 notes"


def test_what_is_no_note_is_refused_with_what_to_do(run: Run) -> None:
    refused: tuple[tuple[tuple[str, ...], str], ...] = (
        (("add", "  ", "--by", "li"), "1 to 200 characters, and this one has 0"),
        (("add", "字" * 201, "--by", "li"), "this one has 201"),
        (("add", "x", "--at", "gestern", "--by", "li"), "is no time"),
        (("add", "x", "--brand", "nobody", "--by", "li"), "nobody"),
        (("remove", "nothing"), "there is no note 'nothing': `tingfeng notes list`"),
    )
    for command, told in refused:
        code, said = run("notes", *command)
        assert (code, told in " ".join(said.split()), "Traceback" in said) == (1, True, False), said
