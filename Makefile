# What continuous integration runs and what a person types are the same targets.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
SHELL := /bin/bash
# Each worker has servers of its own; a file stays on one worker, with what it has prepared.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile
export PYTHONPATH :=
# Decision 0022: at most three tests of a suite are heard a second time, and what they said the first time is printed.
HEARD_AGAIN := --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks
# compiled once and kept, wherever it is set otherwise: the tests start hundreds of processes, each compiles for seconds
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test install-tests lint types contracts unit bench campaign soak docs clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run:  ## install what is missing, start everything, stop it with Ctrl-C (PORT, DATA_DIR, MODEL)
	@$(PYTHON) -m infra.bootstrap run

install-tests:
	@$(PYTHON) -m infra.bootstrap test

# Each suite in a process of its own: none inherits the threads, connections and models of another.
test: install-tests  ## everything: lint, types, contracts, then every test
	$(MAKE) --no-print-directory --jobs 3 --output-sync lint types contracts
	$(BIN)/python -m pytest tests/architecture tests/unit $(SIDE_BY_SIDE) $(HEARD_AGAIN)
	$(BIN)/python -m pytest tests/functional $(SIDE_BY_SIDE) $(HEARD_AGAIN)
	$(BIN)/python -m pytest tests/integration $(HEARD_AGAIN)
	$(BIN)/python -m pytest tests/browser $(SIDE_BY_SIDE) $(HEARD_AGAIN)
	$(BIN)/python -m pytest tests/ide $(HEARD_AGAIN)

lint: install-tests  ## ruff, style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install-tests  ## mypy, strict
	$(BIN)/mypy

contracts: install-tests  ## who may import whom
	$(BIN)/lint-imports

unit: install-tests  ## the quick tests alone
	$(BIN)/python -m pytest tests/unit tests/architecture $(SIDE_BY_SIDE)

bench: install-tests  ## benchmarks against the assistant that runs, or one started for them
	$(BIN)/python -m benchmarks

campaign: install-tests  ## the long suites in full; figures go to docs/campaign.txt
	$(BIN)/python -m infra.campaign

soak: install-tests  ## hours of mixed load on a running assistant
	$(BIN)/python -m benchmarks.soak

docs: install-tests  ## the REST reference from the code
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

clean:  ## forget caches; keeps .venv and var
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
