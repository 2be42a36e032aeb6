"""What people write, as JSON Schema, so that an editor helps to write it: `python -m config.schema` (`make schemas`).

Put `# yaml-language-server: $schema=../schemas/rule.json` into the first line of a file.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from config.brand import Brand
from config.campaign import Campaign
from config.case_rules import CaseRules
from config.channel import Channel
from config.customer_source import written_model
from config.import_map import ImportMap
from config.kinds import kinds
from config.pictures import Pictures
from config.privacy import Privacy
from config.retention import Retention
from config.rule import rule_of
from config.segment import Segment

__all__ = ["FOLDER", "schemas", "write"]

FOLDER = Path(__file__).resolve().parent / "schemas"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return the text of each schema by the name of its file."""
    rules = [_of(rule_of(kind), kind) for kind in kinds()]
    rule = {"$schema": _DRAFT, "title": "Rule", "$defs": dict(_shared(rules)), "oneOf": rules}
    models: dict[str, type[BaseModel]] = {
        "brand": Brand,
        "campaign": Campaign,
        "cases": CaseRules,
        "channel": Channel,
        "customer-source": written_model(),
        "import": ImportMap,
        "pictures": Pictures,
        "privacy": Privacy,
        "retention": Retention,
        "segment": Segment,
    }
    found = {"rule": rule, **{name: {"$schema": _DRAFT, **_of(model)} for name, model in models.items()}}
    return {
        f"{name}.json": json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        for name, schema in found.items()
    }


def write() -> None:
    """Bring the folder up to the models."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _of(model: type[BaseModel], prefix: str = "") -> dict[str, Any]:
    """Return a model's schema without `id`, which is the file's name; `prefix` keeps its parts apart from others'."""
    template = f"#/$defs/{prefix}.{{model}}" if prefix else "#/$defs/{model}"
    schema = model.model_json_schema(ref_template=template)
    schema["properties"].pop("id", None)
    schema["required"] = [name for name in schema.get("required", ()) if name != "id"]
    if prefix:
        schema["$defs"] = {f"{prefix}.{name}": part for name, part in schema.get("$defs", {}).items()}
    return schema


def _shared(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Move the parts' definitions to where references look for them."""
    return {name: definition for part in parts for name, definition in part.pop("$defs", {}).items()}


if __name__ == "__main__":
    write()
