#!/usr/bin/env bash
# courlan, by which trafilatura's crawler tells pages apart, makes one address of many on Chinese forums: Tieba, Discuz and others
# write words in GBK in their addresses, and each byte that is no UTF-8 becomes the same sign of replacement. The forums of
# Volkswagen (大众), BMW, Haier, Midea and 20 other brands all become kw=%EF%BF%BD%EF%BF%BD%EF%BF%BD%EF%BF%BD: one is crawled,
# the others count as seen, and the address that is kept leads nowhere. furl does the same; w3lib and url-normalize leave the bytes
# alone. A query may hold the bytes of any charset (RFC 3986, 2.5), and neither page says that one is assumed. The cause is
# urllib's parse_qs, so whatever passes a link through it is to be tried with such an address. courlan 1.4.0, furl 2.1.4,
# seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check courlan==1.4.0 furl==2.1.4 w3lib==2.5.0 url-normalize==3.1.0
"$folder/venv/bin/python" - <<'PYTHON'
from collections import Counter
from importlib.metadata import version
from urllib.parse import quote

from courlan import UrlStore, clean_url, normalize_url
from furl import furl
from url_normalize import url_normalize
from w3lib.url import canonicalize_url

BRANDS = "伊利 瑞幸 理想 奔驰 宝马 大众 丰田 本田 格力 美的 海尔 李宁 京东 网易 美团 抖音 快手 联想 长安 吉利 奇瑞 长城 红旗 麦当劳".split()
ADDRESSES = ["https://tieba.baidu.com/f?kw=" + quote(brand, encoding="gbk") for brand in BRANDS]
WAYS = {
    "courlan.normalize_url": (normalize_url, 1),
    "courlan.clean_url": (clean_url, 1),
    "furl": (lambda address: furl(address).url, 1),
    "w3lib": (canonicalize_url, len(BRANDS)),
    "url-normalize": (url_normalize, len(BRANDS)),
}
print("courlan", version("courlan"), "furl", version("furl"))
changed = []
for name, (way, seen) in WAYS.items():
    made = Counter(map(way, ADDRESSES))
    print(f"{name}: {len(BRANDS)} addresses, expected {len(BRANDS)} after it, found {len(made)}, such as {min(made)}")
    changed += [] if len(made) == seen else [name]
store = UrlStore()
store.add_urls([clean_url(address) for address in ADDRESSES])
kept = len(store.find_known_urls("https://tieba.baidu.com"))
print(f"courlan.UrlStore, given all of them after clean_url: expected {len(BRANDS)}, keeps {kept}")
changed += [] if kept == 1 else ["UrlStore"]
raise SystemExit(f"made otherwise now: {changed}" if changed else 0)
PYTHON
