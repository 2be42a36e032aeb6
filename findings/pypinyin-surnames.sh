#!/usr/bin/env bash
# pypinyin reads 17 surnames as the common words that are written with them, also before a given name: 曾伟 is ceng wei and not
# zeng wei, 解 jie and not xie, 单 dan and not shan, 仇 chou and not qiu, 查 cha and not zha, whatever name follows. Handles,
# addresses and bank forms carry the surname's own sound (zengwei@, qiuyan88), so that who links accounts by pinyin misses these
# people and always them, while the rest match as they should. Compound ones (尉迟, 万俟) are right as a word and
# wrong a character at a time. Asked for since 2018 (github.com/mozillazg/python-pinyin issues 120 and 297, open); its page
# speaks of phrases that set a reading right and not of names. Look the surname up in a table first. pypinyin 0.55.0, seen
# 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pypinyin==0.55.0
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from pypinyin import lazy_pinyin

SURNAMES = {
    **{"曾": "zeng", "解": "xie", "单": "shan", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "缪": "miao", "朴": "piao"},
    **{"翟": "zhai", "乐": "yue", "种": "chong", "员": "yun", "折": "she", "召": "shao", "覃": "qin", "祭": "zhai"},
}
RIGHT = {"任": "ren", "王": "wang", "葛": "ge", "冼": "xian", "尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu", "澹台": "tantai"}


def wrong(surnames):
    """Return the surnames read otherwise, with their reading, before every one of four given names."""
    found = {}
    for surname, reading in surnames.items():
        said = {"".join(lazy_pinyin(surname + given)[: len(surname)]) for given in ("伟", "丽", "建国", "晓明")}
        if reading not in said:
            found[surname] = "/".join(sorted(said))
    return found


print("pypinyin", version("pypinyin"))
found = wrong(SURNAMES)
for surname, said in found.items():
    print(f"{surname}伟: expected {SURNAMES[surname]} wei, found {said} wei")
apart = ["".join(lazy_pinyin([*surname])) for surname in ("尉迟", "万俟")]
print(f"尉迟, 万俟 a character at a time: expected yuchi, moqi, found {', '.join(apart)}; as words {lazy_pinyin('尉迟'), lazy_pinyin('万俟')}")
same = found.keys() == SURNAMES.keys() and not wrong(RIGHT) and apart == ["weichi", "wanqi"]
raise SystemExit(0 if same else f"surnames are read otherwise now: {found}")
PYTHON
