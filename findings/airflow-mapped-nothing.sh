#!/usr/bin/env bash
# Of a mapped task in Airflow, zip pairs the answers with the wrong questions as soon as one instance has nothing to give: four
# queries are crawled, the second returns None (or is skipped), and q.zip(crawl.expand(q=q)) hands 华为 the pages of 苹果, 苹果
# those of 三星, and drops 三星. The answers close up over the gap, so `expand(pair=…)` and a plain zip(queries, answers) inside
# a task do the same; all tasks are green. One brand's posts are stored as another's from the first quiet hour on, and a
# test in which every query finds something shows nothing. Whoever zips expects the instance's number to hold the place.
# That the numbers shift within a mapped task group is open (github.com/apache/airflow issue 40321), not that pairs are made.
# Let each instance return its question with its answer. apache-airflow-core 3.3.2, seen 2026-12-01, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apache-airflow-core==3.3.2 apache-airflow-task-sdk==1.3.2 \
    apache-airflow-providers-standard==1.21.0 sqlalchemy==2.1.9 fastapi==0.136.3 starlette==1.10.0 pydantic==2.14.3
mkdir "$folder/home" "$folder/dags"
cat >"$folder/dags/crawls.py" <<'PYTHON'
import json
import os
from pathlib import Path

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

QUERIES = ["小米", "华为", "苹果", "三星"]


def seen(kind, value):
    with Path(os.environ["SEEN"]).open("a") as file:
        file.write(json.dumps([kind, value]) + "\n")


@dag(schedule=None)
def crawls():
    @task
    def queries():
        return QUERIES

    @task
    def crawl(q, all_found=False, skip=False):
        if q == "华为" and not all_found:
            if skip:
                raise AirflowSkipException("nothing new")
            return None
        return f"pages of {q}"

    @task(trigger_rule="none_failed")
    def store(pair, kind):
        seen(kind, list(pair))

    @task(trigger_rule="none_failed")
    def report(asked, found):
        seen("zip in a task", list(zip(asked, found, strict=False)))

    asked = queries()
    for kind, how in (("all found", {"all_found": True}), ("None", {}), ("skipped", {"skip": True})):
        name = kind.replace(" ", "_")
        found = crawl.override(task_id=f"crawl_{name}").partial(**how).expand(q=asked)
        store.override(task_id=f"store_{name}").partial(kind=kind).expand(pair=asked.zip(found))
        if kind == "None":
            report(asked, found)


if __name__ == "__main__":
    run = crawls().test()
    seen("states", [str(run.state)] + sorted({str(one.state) for one in run.get_task_instances()}))
else:
    crawls()
PYTHON
export AIRFLOW_HOME="$folder/home" AIRFLOW__CORE__DAGS_FOLDER="$folder/dags" AIRFLOW__CORE__LOAD_EXAMPLES=False SEEN="$folder/seen"
"$folder/venv/bin/airflow" db migrate >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
"$folder/venv/bin/python" "$folder/dags/crawls.py" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
"$folder/venv/bin/python" - "$folder/seen" <<'PYTHON'
import json
import sys
from importlib.metadata import version
from pathlib import Path

lines = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
print("apache-airflow-core", version("apache-airflow-core"))
order = ["小米", "华为", "苹果", "三星"]
pairs = {
    kind: sorted((value for one, value in lines if one == kind), key=lambda pair: order.index(pair[0]))
    for kind in ("all found", "None", "skipped")
}
inside, states = dict(lines)["zip in a task"], dict(lines)["states"]
print("every instance returns something:", pairs["all found"])
for kind in ("None", "skipped"):
    print(f"华为 is {kind}: expected 苹果 with pages of 苹果; found {pairs[kind]}")
print("zip in a task:", inside)
print("states of the run and its tasks:", states)
shifted = [["小米", "pages of 小米"], ["华为", "pages of 苹果"], ["苹果", "pages of 三星"]]
same = pairs["None"] == pairs["skipped"] == inside == shifted and "failed" not in states
right = pairs["all found"] == [[query, f"pages of {query}"] for query in order]
raise SystemExit(0 if same and right else "the pairs are made otherwise now")
PYTHON
