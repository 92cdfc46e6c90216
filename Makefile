# Aandacht. `make` alone lists the targets; each does all the set-up it needs.
#   PYTHON=python3.12 make setup     chooses the Python that .venv is made from

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/ready
# The first Python that is new enough, python3 before all others; nothing when there is none.
NEW_ENOUGH := 'import sys; sys.exit(sys.version_info < (3, 11))'
FIND_PYTHON = for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	command -v "$$python" >/dev/null 2>&1 && "$$python" -c $(NEW_ENOUGH) 2>/dev/null && echo "$$python" && break; done

.PHONY: help setup demo test test-all test-slow hostile bench-start lint lab quizzes release verify
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Aandacht: a course on attention, and its autograder. Targets:'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name words; do \
		printf '  make %-12s %s\n' "$$name" "$$words"; done

setup: $(READY) ## make .venv with the pinned requirements and the package

demo: $(READY) ## grade a made-up class of about fifteen, in demo/; then look at it
	@$(BIN)/autograder demo

test: lint ## lint, then the quick tests
	@echo '== Quick tests'
	@$(BIN)/python -m pytest

test-all: test test-slow ## all of `test`, the slow tests, and the proofs of the checks

test-slow: verify
	@echo '== Slow tests'
	@$(BIN)/python -m pytest -m 'slow and not gpu and not hostile'

hostile: $(READY) ## grade hostile and faulty submissions, and show what came of each
	@$(BIN)/python -m autograder.tests.hostile

bench-start: $(READY) ## measure what a kernel costs to start, cold and warm
	@$(BIN)/python -m autograder.bench.start

lint: $(READY) ## ruff, mypy and the one-way imports
	@echo '== Lint (ruff), layout (ruff format), types (mypy), one-way imports (lint-imports)'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'The layout differs: `.venv/bin/ruff format` mends it.'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

lab: $(READY) ## open JupyterLab here
	@$(BIN)/jupyter lab

quizzes: $(READY) ## check the quizzes, and make their notebooks
	@$(BIN)/autograder quiz check
	@$(BIN)/autograder quiz build

release: $(READY) ## build release/ from source/
	@$(BIN)/autograder release

verify: $(READY) ## prove the checks: every misconception is caught, every alternative passes
	@echo '== Proofs of the checks'
	@$(BIN)/autograder verify

# One stamp says that .venv holds what requirements.txt and pyproject.toml ask for.
$(READY): requirements.txt pyproject.toml
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ]; then \
		echo 'Python 3.11 or newer is needed, and neither $(or $(PYTHON),python3) nor another one was found. Install it from your system or python.org,' >&2; \
		echo 'or name it: `PYTHON=/path/to/python3 make setup`.' >&2; exit 1; fi; \
	if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		echo "== Making the virtual environment .venv with $$python ($$($$python -c 'import platform; print(platform.python_version())'))"; \
		"$$python" -m venv --clear .venv || { echo 'It could not be made. On Debian and Ubuntu: `apt install python3-venv`, then try again.' >&2; exit 1; }; fi
	@echo '== Installing the pinned requirements into .venv (torch is large: the first time takes a few minutes)'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@rm -rf autograder.egg-info  # of an earlier version, it would hide the entry points of this one
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
	@echo '== Ready: .venv/bin/autograder --help'
