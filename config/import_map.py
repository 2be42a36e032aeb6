"""What the columns of a table of posts mean: config/imports/<name>.yaml."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from config import settings
from config.load import ConfigError, load, load_folder, written_files

__all__ = ["ImportMap", "check_import_maps", "import_map", "import_maps"]

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Columns(BaseModel):
    """The table's own name of each column; `text` and `time` must be there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: _Name | tuple[_Name, ...]
    """Where the words stand; of several columns the texts are joined, a line each."""
    time: _Name
    """When it was said; a row without it is set aside, for nobody should be woken by an old complaint."""
    id: _Name | None = None
    """The source's own number of the row; without one, text, time and author make one."""
    title: _Name | None = None
    author: _Name | None = None
    author_id: _Name | None = None
    url: _Name | None = None
    rating: _Name | None = None
    likes: _Name | None = None
    comments: _Name | None = None
    region: _Name | None = None
    tags: _Name | None = None
    """Topics, separated by commas, semicolons or |."""

    def named(self) -> dict[str, str]:
        """Return the columns that the table must have, with the field that names each."""
        texts = (self.text,) if isinstance(self.text, str) else self.text
        others = {name: value for name, value in self if name != "text" and isinstance(value, str)}
        return {text: "text" for text in texts} | {value: name for name, value in others.items()}


class ImportMap(BaseModel):
    """A source of posts that come as tables: reviews, tickets, surveys, call notes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    """What people call it, such as 天猫旗舰店评价; it is the posts' site."""
    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    """The site family, such as tmall: a lower-case name."""
    kind: Literal["post", "article", "comment", "review"] = "review"
    rating_of: Annotated[float, Field(gt=0)] = 5
    """The best rating of the scale."""
    columns: Columns

    @field_validator("source")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("must be one line of printable characters: write a name such as 天猫旗舰店评价")
        return value

    @model_validator(mode="after")
    def _each_once(self) -> "ImportMap":
        texts = (self.columns.text,) if isinstance(self.columns.text, str) else self.columns.text
        stated = [*texts, *(value for name, value in self.columns if name != "text" and value)]
        if twice := sorted({str(name) for name in stated if stated.count(name) > 1}):
            raise ValueError(f"columns: {twice[0]!r} stands for two fields: name another column for one of them")
        return self


def import_map(name: str) -> ImportMap:
    """Return the map of that name; ConfigError names what is wrong with it, or which maps there are."""
    for path in import_maps():
        if path.stem == name:
            return load(path, ImportMap)
    there = ", ".join(path.stem for path in import_maps()) or "none"
    raise ConfigError(f"{_folder() / f'{name}.yaml'}: missing: write it as docs/importing.md says (there are: {there})")


def import_maps() -> list[Path]:
    """Return the files of config/imports, sorted."""
    return written_files(_folder())


def check_import_maps() -> None:
    """Raise ConfigError with every fault of every map."""
    load_folder(_folder(), ImportMap)


def _folder() -> Path:
    return settings.config_dir() / "imports"
