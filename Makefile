# All set-up happens inside the checkout: .venv (Python packages, locked with hashes), data (what tingfeng writes).
PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/.setup
FIRST := .venv/first.txt
TORCH := .venv-torch
CLUSTER := .venv-cluster
# every command and every task is a process: each would compile all its libraries anew
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-torch cluster lint format schemas lock bench eval soak clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SETUP)  ## make .venv with every package of requirements.lock, checked by hash

$(SETUP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: sudo apt install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@# uv installs the rest in a tenth of pip's time; pip brings uv itself, by the same lock and hashes
	sed -n '/^uv==/,/# via/p' requirements.lock > $(FIRST)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(FIRST)
	$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: setup  ## run the whole pipeline on real posts, and write a page
	$(BIN)/tingfeng demo

up: setup  ## run it for good: Elasticsearch, Airflow and, while no feed is configured, the replay server
	$(BIN)/tingfeng up

test: setup  ## run the tests, two files at a time, against a real Elasticsearch, Airflow and browser
	$(BIN)/python -m pytest -m "not soak and not bench and not torch and not cluster" -n 2 --dist loadfile --no-loadscope-reorder

test-torch: $(TORCH)/.setup  ## run the tests of what needs PyTorch, which are 6 GB, in an environment of their own
	$(TORCH)/bin/python -m pytest -m torch

$(TORCH)/.setup: $(SETUP) requirements-torch.lock
	test -x $(TORCH)/bin/python || $(PYTHON) -m venv $(TORCH)
	$(BIN)/uv pip sync --quiet --python $(TORCH)/bin/python --require-hashes requirements.lock requirements-torch.lock
	touch $@

cluster: $(CLUSTER)/.setup  ## run the tests of `tingfeng up` and of many machines: Celery executor, S3, three nodes
	$(CLUSTER)/bin/python -m pytest -m cluster --timeout 2400

$(CLUSTER)/.setup: $(SETUP) requirements-cluster.lock
	test -x $(CLUSTER)/bin/python || $(PYTHON) -m venv $(CLUSTER)
	$(BIN)/uv pip sync --quiet --python $(CLUSTER)/bin/python --require-hashes requirements.lock requirements-cluster.lock
	touch $@

soak: setup  ## run the long checks
	$(BIN)/python -m pytest -m soak --timeout 3600

bench: setup  ## measure, each speed beside a named reference
	$(BIN)/python -m pytest -m bench -s -p no:randomly --timeout 3600

eval: setup  ## measure every sentiment engine on the research data's dev parts; tables and a picture in data/eval
	TINGFENG_DATA=$${TINGFENG_DATA:-data} $(BIN)/tingfeng models eval

lint: setup  ## style, types, and the one-way imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup  ## put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: setup  ## write config/schemas anew from the models
	$(BIN)/python -m config.schema

lock: setup  ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --upgrade --output-file requirements.lock
	@# what PyTorch adds; its other packages are those of the lock above
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra torch --extra train --universal --python-version 3.11 \
		--constraint requirements.lock $$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock) \
		--generate-hashes --no-emit-index-url --no-header --upgrade --output-file requirements-torch.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra cluster --universal --python-version 3.11 \
		--constraint requirements.lock $$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock) \
		--generate-hashes --no-emit-index-url --no-header --upgrade --output-file requirements-cluster.lock

clean:  ## remove .venv and the caches; data stays
	rm -rf .venv .venv-torch .venv-cluster .mypy_cache .ruff_cache .pytest_cache .hypothesis
