"""What the documents show is true: commands with their options, queries, brand files, and a Post's fields."""

import dataclasses
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

import tingfeng
from config.brand import Brand
from config.campaign import Campaign
from config.case_rules import CaseRules
from config.channel import Channel
from config.customer_source import CustomerSource
from config.import_map import ImportMap
from config.load import load
from config.notify import Notify
from config.pictures import Pictures
from config.platform import Platform
from config.privacy import Privacy
from config.retention import Retention
from config.rota import Rota
from config.segment import Segment
from crawlers.post import Post
from indexing.elasticsearch.mappings import STANDING

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])
_COMMAND = re.compile(r"(?:^|`|&& |\s)(?:\.venv/bin/)?tingfeng ([a-z][^`\n#]*)", re.MULTILINE)
_PART = r"`[^`\n]+`|^(?:    |\t).*|^\s*```.*?^\s*```"


def commands() -> list[tuple[str, str]]:
    """Return each command line that stands in a document's code, with the document's name."""
    found = []
    for path in DOCUMENTS:
        for code in re.findall(_PART, path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            found += [(path.name, line.strip()) for line in _COMMAND.findall(code)]
    return sorted(set(found))


@cache
def command_line() -> Any:
    """Return the whole command line; making it takes longest."""
    return typer.main.get_command(tingfeng.app)


@pytest.mark.parametrize(("document", "line"), commands())
def test_every_command_line_has_a_known_command_and_known_options(document: str, line: str) -> None:
    words = shlex.split(re.split(r" && | \| |…|;|   ", line)[0])
    at = command_line()
    while words and hasattr(at, "commands") and words[0] in at.commands:
        at = at.commands[words.pop(0)]
    if hasattr(at, "commands") and "set" in at.commands:  # `label ID …` is short for `label set ID …`
        at = at.commands["set"]
    assert not hasattr(at, "commands") or not words or words[0].startswith("-"), (document, line)
    known = {option for parameter in at.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    used = {word.partition("=")[0] for word in words if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)}
    assert used <= known, (document, line)


def blocks() -> list[tuple[str, str]]:
    """Return each block of YAML, with the document's name."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        found += [(path.name, block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]
    return found


def meant(written: dict[str, Any]) -> type[BaseModel]:
    """Return what file a block shows, by the fields that only such a file has."""
    known: dict[str, type[BaseModel]] = {
        "rows": CustomerSource,
        "treated": Campaign,
        "profile": Segment,
        "open_for": CaseRules,
        "query": Brand,
        "people": Rota,
        "delay": Platform,
        "columns": ImportMap,
        "raw": Retention,
        "roles": Privacy,
        "of_a_post": Pictures,
        "kind": Channel,
    }
    return next(model for field, model in known.items() if field in written)


@pytest.mark.parametrize(("document", "block"), blocks())
def test_every_block_of_yaml_is_read_as_the_file_that_it_shows(document: str, block: str, tmp_path: Path) -> None:
    written = yaml.safe_load(block)
    if set(written) == {"notify"}:
        Notify.model_validate(written["notify"])
        return
    path = tmp_path / "shown.yaml"
    path.write_text(block, encoding="utf-8")
    load(path, meant(written))


def test_every_index_is_named() -> None:
    told = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert [kind for kind in STANDING if f"`tingfeng-{kind}`" not in told] == []


def test_the_fields_of_a_post_are_named() -> None:
    text = (ROOT / "docs" / "replay.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"<!-- fields of crawlers/post.py -->\n(.*)", text)
    needed = dataclasses.MISSING
    fields = dataclasses.fields(Post)
    assert re.findall(r"`(\w+)`", line) == [field.name for field in fields]
    assert re.findall(r"\*\*`(\w+)`\*\*", line) == [
        field.name for field in fields if field.default is needed and field.default_factory is needed
    ]
