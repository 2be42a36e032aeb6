"""The house rules that no linter knows."""

import ast
import importlib.metadata
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "crawlers", "nlp", "indexing", "dashboards", "commands", "dags")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))] + [ROOT / "tingfeng.py"]
SLOW = set(
    ["airflow", "scrapy", "twisted", "elasticsearch", "snownlp", "jpype", "numpy", "apprise", "rjieba", "onnxruntime"]
)


def imported_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_no_package_that_we_install_owns_our_names() -> None:
    owners = importlib.metadata.packages_distributions()
    ours = {name: set(owners.get(name, [])) - {"tingfeng"} for name in (*PACKAGES, "tingfeng")}
    assert not any(ours.values()), ours


def test_modules_are_short() -> None:
    lines = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: count for path, count in lines.items() if count > 300} == {}
    assert statistics.median(lines.values()) <= 100


def test_functions_are_short() -> None:
    long = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > 40:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines")
    assert long == []


def test_no_pattern_repeats_without_giving_back() -> None:
    """Python 3.11.2, Debian 12's, finds other words with `*+`, `++`, `?+` and `(?>`: nlp/words.py says it without."""
    repeat = re.compile(r"(?:[])*?.]|\\[wdsWDS])[*+?]\+|[*?]\+|\d\}\+|\(\?>")
    found = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and repeat.search(node.value):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value[:60]!r}")
    assert found == []


def test_a_dag_only_names_schedules_and_wires() -> None:
    for path in (ROOT / "dags").glob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        code = body[-1].end_lineno - body[1].lineno if len(body) > 1 else 0  # type: ignore[operator]
        assert code <= 50, f"{path.name} has {code} lines below its docstring"


def test_the_command_line_starts_without_what_is_slow() -> None:
    assert not SLOW & imported_by("import tingfeng")


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "dags"])
def test_a_package_is_cheap_to_import(package: str) -> None:
    assert not SLOW & imported_by(f"import {package}")


@pytest.mark.parametrize(("name", "least"), [("requirements.lock", 100), ("requirements-cluster.lock", 10)])
def test_a_lock_pins_by_version_and_hash_alone(name: str, least: int) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in lock
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    assert len(entries) > least
    assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("extra", "names"),
    [("dev", ["requirements.lock"]), ("cluster", ["requirements.lock", "requirements-cluster.lock"])],
)
def test_the_locks_serve_what_the_project_asks(extra: str, names: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"][extra]]
    locks = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", locks, re.MULTILINE))
    assert {re.split(r"[<>=\[]", name)[0] for name in asked} <= locked
