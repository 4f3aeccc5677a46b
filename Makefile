# Everything here needs python3 (3.11 or newer), pip and make, and sets up the rest itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK := --universal --python-version 3.11 --generate-hashes --no-header --quiet --upgrade

# Where Python may keep what it compiled (which a container often forbids), each of the hundreds of processes
# that tests start begins with a sixth less work, and collecting the tests takes half as long.
export PYTHONDONTWRITEBYTECODE :=

# Tests wait a fifth of their time for processes that they start, stop and kill: one more than there are cores.
PROCESSES := $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')

.DEFAULT_GOAL := help
.PHONY: help setup spark demo check test lint format lock clean

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: $(READY)  ## make .venv from the pinned requirements

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "phucvu needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

spark: setup  ## add PySpark (needs Java 17), for those who outgrow one machine
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/spark.txt
	$(BIN)/python tools/spark_classes.py

demo: setup  ## show the national index of 2026 and serve it at http://127.0.0.1:8766
	$(BIN)/phucvu demo

# What is quick and needs no more than Python: rules, figures, scores, the engine, examples in docstrings.
UNIT := tests/rules tests/figures tests/scoring tests/tables tests/engine src

check: lint  ## style, types, layers and the quick tests, in about a minute
	$(BIN)/python -m pytest --quiet --numprocesses auto --dist loadfile -m 'not hypothesis and not spark' $(UNIT)

test: setup  ## run all tests
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

lint: setup  ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PHUCVU_SECRET_KEY=only-for-types $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry src

format: setup  ## mend what the formatter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:  ## pin the requirements anew (the newest that fit pyproject.toml)
	$(PYTHON) -m venv .lock && .lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	.lock/bin/uv pip compile pyproject.toml --extra dev $(LOCK) --output-file requirements/dev.txt
	.lock/bin/uv pip compile pyproject.toml $(LOCK) --constraint requirements/dev.txt --output-file requirements/run.txt
	.lock/bin/uv pip compile pyproject.toml --extra spark $(LOCK) --constraint requirements/dev.txt --output-file requirements/spark.txt
	rm -rf .lock

clean:  ## take away what was made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
