# Each target makes the virtual environment it needs, from nothing but Python 3.11 or newer.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
# Data is kept in one sorted form; ontology and shapes are in the order and with the comments that a reader needs.
TURTLE := $(shell find data ontology/concepts -name '*.ttl' | sort)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help tour test soak bench lint types format reference picture wheel clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */\1\t/' | expand -t 10

tour: .venv/.installed  ## a guided first look at the bundled graph
	@$(BIN)/clayonto tour

test: .venv/.developing  ## all tests, and the examples in the docstrings
	$(BIN)/python -m pytest -n 2 --dist worksteal

soak: .venv/.developing  ## the fuzzing of the tests, a hundred times as long
	CLAYONTO_SOAK=100 $(BIN)/python -m pytest -n 2 --dist worksteal -m fuzz

bench: .venv/.developing  ## measure beside the alternatives
	$(BIN)/python benchmarks/startup.py
	@echo
	$(BIN)/python benchmarks/rows.py
	@echo
	$(BIN)/python benchmarks/analytics.py
	@echo
	$(BIN)/python benchmarks/validation.py
	@echo
	$(BIN)/python benchmarks/reasoning.py
	@echo
	$(BIN)/python benchmarks/diff.py
	@echo
	$(BIN)/python benchmarks/remote.py

lint: .venv/.developing  ## style and spelling of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clayonto format --check $(TURTLE)

types: .venv/.developing  ## types, strictly
	$(BIN)/mypy

format: .venv/.developing  ## write the code in the one style
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .
	$(BIN)/clayonto format $(TURTLE)

reference: .venv/.developing  ## write docs/reference from docstrings, help texts, ontology and queries
	$(BIN)/python docs/reference.py

picture: .venv/.developing  ## draw the picture of the README anew
	$(BIN)/python docs/picture.py docs/tour.svg

wheel: .venv/.developing  ## build the wheel and the source archive into dist/
	$(BIN)/python -m build --outdir dist .

clean:  ## remove what the other targets made
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

.venv/.developing: .venv/.installed requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	@touch $@
