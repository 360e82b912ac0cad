# raceview: everything runs from .venv, which the first target that needs it makes. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup run test lint format sample pictures bench clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; `make PYTHON=/path/to/python3 ...` chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed ## make .venv and install raceview into it

# Made again only where pyproject.toml changed: the install is editable, so code needs nothing.
$(VENV)/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "raceview needs Python 3.11 or later; found none. Try: make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		echo "making $(VENV) with $(PYTHON)" >&2; rm -rf $(VENV); \
		$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
			echo "$(PYTHON) -m venv failed. On Debian and Ubuntu: apt install python3-venv, then try again." >&2; exit 1; }; }
	@echo "installing raceview and its dependencies into $(VENV) (a minute or two, once)" >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m compileall -q raceview
	@touch $@

# The investigator needs a terminal: elsewhere the same answers are exported.
run: $(VENV)/.installed ## open raceview on the sample in data/; without a terminal, export it to exports/
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/raceview data; \
	else echo "headless: raceview data --export --out exports" >&2; $(BIN)/raceview data --export --out exports; fi

test: $(VENV)/.installed ## run the tests
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal

lint: $(VENV)/.installed ## check format, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.installed ## format the code and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

sample: $(VENV)/.installed ## make the sample bundle in data/ again
	@$(BIN)/raceview simulate data --family mixed --events 4000 --seed 7

pictures: $(VENV)/.installed ## draw the pictures of the README and of the tests again
	@RACEVIEW_SNAPSHOTS=write $(BIN)/python -m pytest -q tests/tui/test_snapshots.py

# Some seconds by default; `make bench BENCH=all`, or names: `make bench BENCH="export_small link_million"`.
BENCH ?= export_small
BENCHES := export_small terminal link_million dedup_scripts output_only export_ten_million

bench: $(VENV)/.installed ## run the small benchmark (all of them: BENCH=all)
	@set -e; for b in $(if $(filter all,$(BENCH)),$(BENCHES),$(BENCH)); do \
		echo "== $$b"; $(BIN)/python benchmarks/$$b.py; done

clean: ## remove .venv, caches and exports
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find exports -mindepth 1 ! -name .gitignore -delete
