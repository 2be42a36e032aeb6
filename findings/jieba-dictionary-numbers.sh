#!/usr/bin/env bash
# A product whose name ends in a number ruins its brand in jieba: load_userdict reads the line "小米 14" as the word 小米 with
# the frequency 14 (396 in jieba's own dictionary) and "大众 7" as 大众 with 7. So the brand falls apart into single characters
# in every text, also in those that never name the product, and "iPhone 17" becomes the word iPhone. Nothing is reported.
# Whoever lists product names one a line loses the brand's counts. The documents say that a line is word, frequency and tag,
# by spaces; that words with spaces are read is in the change log of 0.38. A name with a number at its end must be given by
# add_word (or with a frequency and a tag behind it). jieba 0.42.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jieba==0.42.1
"$folder/venv/bin/python" - <<'PYTHON'
import io
import logging
import warnings

warnings.simplefilter("ignore")
import jieba

jieba.setLogLevel(logging.ERROR)
print("jieba", jieba.__version__)


def pieces(lines, texts):
    cutter = jieba.Tokenizer()
    cutter.initialize()
    cutter.load_userdict(io.StringIO(lines))
    return [cutter.lcut(text) for text in texts], [cutter.FREQ.get(word) for word in ("小米", "大众", "小米 14", "iPhone 17")]


TEXTS = ["小米发布手机", "大众点评"]
before, counts_before = pieces("", TEXTS)
after, counts_after = pieces("小米 14\n大众 7\niPhone 17\n", TEXTS)
print("without a dictionary:   ", before, counts_before)
print("expected with products: ", before, "and the names with their numbers known")
print("found with products:    ", after, counts_after)
same = before == [["小米", "发布", "手机"], ["大众", "点评"]] and counts_before == [396, 1523, None, None]
same = same and after == [["小", "米", "发布", "手机"], ["大", "众", "点评"]] and counts_after == [14, 7, None, None]
raise SystemExit(0 if same else "the dictionary is read otherwise now")
PYTHON
