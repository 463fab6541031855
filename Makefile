# Each target makes the virtual environment it needs, from nothing but Python 3.11 or newer.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
BIN := .venv/bin
# Data is kept in one sorted form; ontology and shapes are in the order and with the comments that a reader needs.
TURTLE := $(shell find data ontology/concepts -name '*.ttl' | sort)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# The SPARQL engine of published sites: a package of npm, at the version and with the checksum in package-lock.json.
ENGINE := clayonto/publish/assets/oxigraph

.PHONY: help tour test soak bench lint types format reference picture wheel engine checkers clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */\1\t/' | expand -t 10

tour: .venv/.installed engine  ## a guided first look at the bundled graph
	@$(BIN)/clayonto tour

test: .venv/.developing engine checkers  ## all tests, and the examples in the docstrings
	$(BIN)/python -m pytest -n 2 --dist worksteal

soak: .venv/.developing  ## the fuzzing of the tests, a hundred times as long
	CLAYONTO_SOAK=100 $(BIN)/python -m pytest -n 2 --dist worksteal -m fuzz

bench: .venv/.developing engine  ## measure beside the alternatives
	$(BIN)/python benchmarks/startup.py
	@echo
	$(BIN)/python benchmarks/rows.py
	@echo
	$(BIN)/python benchmarks/ordering.py
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
	@echo
	$(BIN)/python benchmarks/publish.py
	@echo
	$(BIN)/python benchmarks/browser.py
	@echo
	$(BIN)/python benchmarks/serve.py
	@echo
	$(BIN)/python benchmarks/pages.py
	@echo
	$(BIN)/python benchmarks/load.py
	@echo
	$(BIN)/python benchmarks/registers.py
	@echo
	$(BIN)/python benchmarks/linking.py
	@echo
	$(BIN)/python benchmarks/scale.py

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

wheel: .venv/.developing engine  ## build the wheel and the source archive into dist/
	$(BIN)/python -m build --outdir dist .

engine:  ## fetch the SPARQL engine that published sites carry, through npm
	@test $(ENGINE)/package.json -nt package-lock.json || { command -v npm >/dev/null && $(MAKE) --no-print-directory $(ENGINE)/package.json; } || \
		echo "Published sites have no SPARQL page: the npm package oxigraph could not be fetched. Install npm and run make engine."

checkers:  ## fetch what the tests hold web pages against, through npm
	@test tests/npm/node_modules/.package-lock.json -nt tests/npm/package-lock.json || { command -v npm >/dev/null && \
		npm ci --prefix tests/npm --silent --no-audit --no-fund --ignore-scripts && touch tests/npm/node_modules/.package-lock.json; } || \
		echo "Pages are not held against WCAG and HTML: the checkers could not be fetched. Install npm and run make checkers."

clean:  ## remove what the other targets made
	rm -rf .venv dist node_modules tests/npm/node_modules $(ENGINE) .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The package has its licence by name alone, so the text goes with it. What tells the version is written last.
$(ENGINE)/package.json: package.json package-lock.json
	npm ci --silent --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000
	@mkdir -p $(ENGINE)
	@cp node_modules/oxigraph/web.js node_modules/oxigraph/web_bg.wasm $(ENGINE)/
	@cp LICENSE $(ENGINE)/LICENSE-APACHE
	@cp node_modules/oxigraph/package.json $@
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

.venv/.developing: .venv/.installed requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	@touch $@
