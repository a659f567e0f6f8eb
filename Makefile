# `make` lists the targets.
PYTHON ?= python3.11
REPO ?= examples
VENV := .venv
RUN := $(VENV)/bin

.PHONY: help dev audit test test-programs test-fast test-pythons lint format docs bench accuracy dossier clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(VENV)/.audit: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(RUN)/pip install --quiet --disable-pip-version-check --editable '.[audit]'
	@touch $@

$(VENV)/.dev: $(VENV)/.audit constraints.txt
	$(RUN)/pip install --quiet --disable-pip-version-check --editable '.[dev]' --constraint constraints.txt
	@touch $@

$(VENV)/.test: $(VENV)/.dev
	$(RUN)/pip install --quiet --disable-pip-version-check --editable '.[dev,reports,frameworks]' --constraint constraints.txt
	@touch $@

dev: $(VENV)/.dev ## Create the environment for working on fwaudit; no frameworks

audit: $(VENV)/.audit ## Audit REPO=path (default: examples/) and write fwaudit-report.html
	$(RUN)/fwaudit scan $(REPO) --exit-zero --format text --format html=fwaudit-report.html
	@echo "report: fwaudit-report.html"

test: $(VENV)/.test ## Lint, types, and the tests, frameworks included
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/pyright --pythonpath $(RUN)/python
	$(RUN)/fwaudit scan . --statistics
	$(RUN)/python -m pytest -q -n 2 -m "not programs"

test-programs: $(VENV)/.test ## Verify every program of the verify suite: verdict, cause, place; half an hour and more
	$(RUN)/python -m pytest -q tests/verify/test_programs.py

test-fast: $(VENV)/.dev ## The tests that need neither frameworks nor a browser
	$(RUN)/python -m pytest -q -n 2 -m "not slow and not frameworks and not browser"

test-pythons: ## The framework-free tests on each other Python that is installed
	@for version in 3.12 3.13; do tests/on-python.sh $$version || exit 1; done

lint: $(VENV)/.dev ## Lint and types only
	$(RUN)/ruff check . && $(RUN)/ruff format --check . && $(RUN)/mypy && $(RUN)/pyright --pythonpath $(RUN)/python

format: $(VENV)/.dev ## Format the code
	$(RUN)/ruff check --fix . ; $(RUN)/ruff format .

docs: $(VENV)/.audit ## Write the manual pages of the rules
	$(RUN)/fwaudit rules --write docs/rules

bench: $(VENV)/.test ## fwaudit and its peers side by side on pinned packages
	$(RUN)/python benchmarks/speed.py

clean: ## Remove what was built here
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache fwaudit-report.html
