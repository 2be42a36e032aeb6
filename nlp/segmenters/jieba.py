"""The jieba package itself: slower, for those who compare with what they know."""

import logging
import warnings
from importlib.metadata import version

from config import settings

__all__ = ["MODEL", "Jieba", "load"]

MODEL = f"jieba-{version('jieba')}"


class Jieba:
    """The engine; its prepared dictionary is kept in the data folder and not in the machine's shared one."""

    def __init__(self) -> None:
        with warnings.catch_warnings():  # it asks pkg_resources, and its patterns are no raw strings
            warnings.simplefilter("ignore")
            import jieba
        jieba.setLogLevel(logging.WARNING)  # it tells on stderr of every start
        self._jieba = jieba.Tokenizer()
        folder = settings.data_dir() / "jieba"
        folder.mkdir(parents=True, exist_ok=True)
        self._jieba.tmp_dir = str(folder)

    def add(self, word: str, frequency: int | None, tag: str | None) -> None:
        """Put a word into the dictionary; without a frequency it gets the one that keeps it whole."""
        self._jieba.add_word(word, frequency, tag)

    def cut(self, text: str) -> list[str]:
        """Return the text's pieces in order, punctuation and white space among them."""
        return list(self._jieba.cut(text))


def load() -> Jieba:
    """Return the engine with a dictionary of its own."""
    return Jieba()
