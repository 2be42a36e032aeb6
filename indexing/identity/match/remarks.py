"""What shops write beside a name: 王伟（老客户）, 李霞 VIP, 陈欣悦2, AA张伟, 杨国-广州; it is left out."""

import re

from config.fold import PICTURES
from indexing.identity.match.sound import COMPOUND, SURNAMES

__all__ = ["without_remarks"]

_HAN = "\u3400-\u9fff"
_PICTURES = re.compile(f"[{PICTURES}\ufe0f\u200d]")
_BRACKETS = re.compile(r"\s*[（(【\[{《<]([^（）()【】\[\]{}《》<>]*)[）)】\]}》>]\s*")
_BEFORE = re.compile(rf"^(?:a{{1,4}}|[0-9]{{1,3}})[\s._-]*(?=[{_HAN}]{{2}})")
"""What sorts a name to the top of an address book, or numbers it."""
_BEHIND = re.compile(rf"([{_HAN}]{{2,4}})(?:[\s/@|_+&,，、;；:：~—-]+|(?=[a-z0-9]))(\S.*)")
_LEFT_OPEN = "（(【[{《<-_/@|+&,，、;；:：~— "
_OF_ANOTHER = re.compile(
    r"妈|爸|父亲|母亲|家长|家属|老公|老婆|丈夫|妻子|爱人|儿子|女儿|爷爷|奶奶|外婆|外公|姥|朋友|同事|代[收买]"
)
"""The number is whoever's is named so, who is not the one whose name stands before it."""
_HONORIFICS = re.compile(r"先生|女士|小姐|太太|老师")


def without_remarks(name: str) -> str:
    """Return a folded name in Chinese characters without what was written beside it."""
    if _OF_ANOTHER.search(name):
        return name
    plain = _PICTURES.sub("", name)
    plain = _BRACKETS.sub(lambda found: found[1] if _HONORIFICS.fullmatch(found[1]) else " ", plain).strip()
    plain = _BEFORE.sub("", plain.rstrip(_LEFT_OPEN) or name, count=1)
    found = _BEHIND.fullmatch(plain)
    if not found or found[2].strip("x") == "" or found[1] in COMPOUND or not _begins_with_surname(found[1]):
        return plain
    spaced = plain[len(found[1])].isspace() and re.fullmatch(f"[{_HAN}]", found[2])
    return plain if spaced else found[1]


def _begins_with_surname(name: str) -> bool:
    return name[0] in SURNAMES or name[:2] in COMPOUND
