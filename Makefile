# The commands of Weegschaal. `make` alone lists them.
#
# Needs: make, and Python 3.11 or newer with its venv module. The rest is installed in .venv,
# from the locks in requirements/. With uv on the PATH that takes seconds; pip does it as well.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
PYBABEL := $(BIN)/pybabel
TEXTS := course/translations
CATALOGUE := $(TEXTS)/nl/LC_MESSAGES/messages

# Two stamps, so that `make demo` does not wait for the tools of the tests.
RUNTIME := .venv/.runtime
INSTALLED := .venv/.installed

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##### Running

.PHONY: demo
demo: $(RUNTIME) ## Start with an invented course and its people, and tell how to sign in
	$(FLASK) serve --demo --host $(HOST) --port $(PORT)

.PHONY: serve
serve: $(RUNTIME) ## Start with your own data
	$(FLASK) serve --host $(HOST) --port $(PORT)

##### Checking

.PHONY: test
test: $(INSTALLED) ## Run every check and every test
	$(BIN)/python tests/check.py

.PHONY: search
search: $(INSTALLED) ## Try what no run has met: thousands of new examples, another order
	$(BIN)/python tests/check.py --search

.PHONY: bench
bench: $(INSTALLED) ## Measure how fast the pages are
	$(BIN)/python -m tests.benchmarks

.PHONY: content
content: $(RUNTIME) ## Check the lessons, and name the file and line of each mistake
	$(BIN)/python -m course.curriculum check

##### Writing

.PHONY: format
format: $(INSTALLED) ## Lay out the code, and repair what can be repaired safely
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: translations
translations: $(RUNTIME) ## Collect the interface texts and compile the Dutch catalogue
	$(PYBABEL) extract --mapping-file pyproject.toml --keywords "_ _l _n:1,2 _p:1c,2" \
		--add-location=file --no-wrap --sort-by-file --add-comments "Translators:" \
		--project Weegschaal --copyright-holder "the Weegschaal contributors" \
		--output $(TEXTS)/messages.pot .
	test -f $(CATALOGUE).po \
		|| $(PYBABEL) init --input-file $(TEXTS)/messages.pot --output-dir $(TEXTS) --locale nl --no-wrap
	$(PYBABEL) update --input-file $(TEXTS)/messages.pot --output-dir $(TEXTS) --locale nl \
		--no-wrap --ignore-obsolete --no-fuzzy-matching --ignore-pot-creation-date
	$(PYBABEL) compile --directory $(TEXTS) --locale nl --statistics
	rm $(TEXTS)/messages.pot

##### Upkeep

# A release has to be a week old before it comes in, so that a bad one is found elsewhere first.
# A repair that cannot wait: make lock ONLY=name AGE="1 hour"
AGE ?= 7 days
LOCK := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--exclude-newer "$(AGE)" --custom-compile-command "make lock"

.PHONY: lock
lock: ## Renew the locks in requirements/ (ONLY=name renews one package)
	command -v uv >/dev/null || { echo "Renewing the locks needs uv: pip install uv" >&2; exit 1; }
	$(LOCK) $(if $(ONLY),--upgrade-package $(ONLY),--upgrade) --output-file requirements/runtime.txt
	$(LOCK) $(if $(ONLY),--upgrade-package $(ONLY),--upgrade) --group dev \
		--constraints requirements/runtime.txt --output-file requirements/dev.txt

.PHONY: clean
clean: ## Remove .venv and the caches; your data in instance/ stay
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

##### The environment

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null \
		|| { echo "Weegschaal needs Python 3.11 or newer, and there is no '$(PYTHON)' here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Weegschaal needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V)." \
			"Name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "'$(PYTHON)' has no venv module. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv

# $(call install,LOCK): uv where there is one; pip where there is not, or where uv cannot reach
# the packages that pip was told about.
define install
{ command -v uv >/dev/null && uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1); } \
	|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
endef

$(RUNTIME): requirements/runtime.txt | $(BIN)/python
	@echo "Installing what Weegschaal runs on …"
	@$(call install,requirements/runtime.txt)
	@touch $@

$(INSTALLED): requirements/dev.txt pyproject.toml $(RUNTIME)
	@echo "Installing the tools of the tests …"
	@$(call install,requirements/dev.txt)
	@touch $@
