"""Templates that escape everything and refuse an unknown name: posts are taken for hostile."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["templates"]


def templates(folder: Path) -> Environment:
    """Return a new environment over the templates in `folder`; filters and globals are its owner's to add."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
