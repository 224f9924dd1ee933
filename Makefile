# The daily commands. Each makes what it needs: the first one on a fresh clone installs into .venv, later ones
# work without a network.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint fuzz faults races bench bench-rows bench-imports bench-many store workbooks pictures reference locale language release clean

PYTHON ?= python3
OUT ?= demo
ARGS ?=

BIN := .venv/bin
STAMP := .venv/.kpixl-installed
LOCALES := kpixl/locale
POT := $(LOCALES)/kpixl.pot
PO := $(wildcard $(LOCALES)/*/LC_MESSAGES/kpixl.po)
MO := $(PO:.po=.mo)
# Whoever is done first takes over from the others. What many tests need alike is made once: see tests/builds.py.
SPREAD := -n auto --dist worksteal
HEAVY := workbook or engine or libreoffice or browser or process or slow

# What pytest makes of the tests is kept, whatever the shell says: making it takes as long as many tests do.
test test-fast: export PYTHONDONTWRITEBYTECODE =

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) $(MO) ## make sample workbooks and their reports (OUT=folder, demo without it)
	@$(BIN)/kpixl demo --out "$(OUT)"

test: $(STAMP) $(MO) ## run the tests (ARGS="-k calc" for some)
	@$(BIN)/pytest $(SPREAD) $(ARGS)

test-fast: $(STAMP) $(MO) ## run the tests that make no workbook and start no other program: under a minute
	@$(BIN)/pytest $(SPREAD) -q -m "not ($(HEAVY))" $(ARGS)

lint: $(STAMP) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fuzz: $(STAMP) $(MO) ## try files that are broken on purpose (ARGS="5000 0": how many, from which seed)
	@PYTHONPATH=. $(BIN)/python tests/fuzzing.py $(ARGS)

faults: $(STAMP) $(MO) ## have every writing call of whole commands fail once, with every error
	@KPIXL_FAULTS=1 $(BIN)/pytest -q -s -n 0 tests/test_faults.py $(ARGS)

races: $(STAMP) $(MO) ## have all verbs that write run at once on one workbook, two and five of them
	@KPIXL_RACES=1 $(BIN)/pytest -q -n 0 tests/test_races.py $(ARGS)

bench: $(STAMP) $(MO) ## measure how fast it is
	@$(BIN)/python -m benchmarks $(ARGS)

bench-rows: $(STAMP) $(MO) ## measure one workbook of ever more rows, beside other programs (ARGS="1000 10000": how many)
	@$(BIN)/python -m benchmarks.one_workbook $(ARGS)

bench-imports: $(STAMP) $(MO) ## measure imports beside pandas, openpyxl and calamine (ARGS="100000 3": rows, and how often)
	@$(BIN)/python -m benchmarks.imports $(ARGS)

bench-many: $(STAMP) $(MO) ## measure many workbooks in one command (ARGS="300 1000": how many, and in the portfolio)
	@$(BIN)/python -m benchmarks.many_workbooks $(ARGS)

store: ## read workbooks from an object store, in an environment of its own
	@$(PYTHON) -m venv .venv-store
	@.venv-store/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@.venv-store/bin/python -m pip install --quiet --group dev --editable ".[portfolio]" "moto[s3,server]" s3fs
	@.venv-store/bin/python -m pytest -q -n 0 tests/test_object_store.py

workbooks: $(STAMP) $(MO) ## make the samples in workbooks/ anew
	@$(BIN)/python tools/make_workbooks.py

pictures: $(STAMP) $(MO) ## draw the README's pictures anew (ARGS=the helpdesk's export, for the second one)
	@$(BIN)/python tools/make_pictures.py $(ARGS)

reference: $(STAMP) ## write docs/cli.md and docs/pack-keys.md anew from the code
	@$(BIN)/python tools/make_cli_reference.py
	@$(BIN)/python tools/make_pack_reference.py

# Files without line numbers as locations, and no dates: a change of code alone changes no translation.
locale: $(STAMP) ## collect the texts to translate, update and compile every language
	@mkdir -p $(LOCALES)
	@$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k t --add-location=file --omit-header --width=120 -o $(POT) .
	@for po in $(PO); do \
	  code=$$(basename "$$(dirname "$$(dirname "$$po")")"); \
	  $(BIN)/pybabel -q update -i $(POT) -o "$$po" -l "$$code" --no-fuzzy-matching --ignore-obsolete \
	    --ignore-pot-creation-date --width=120; \
	  $(BIN)/pybabel compile -i "$$po" -o "$${po%.po}.mo" -l "$$code" --statistics; \
	done

language: $(STAMP) ## begin a language (LANG=it): its file, and translations to fill in
	@$(BIN)/python tools/begin_language.py "$(if $(filter command,$(origin LANG)),$(LANG))"

release: $(STAMP) $(MO) ## build what is handed out into dist/: wheel, sdist, and the add-in with and without Python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "build>=1.2"
	@$(BIN)/python tools/make_release.py

clean: ## remove what was built, but not the environment
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info $(MO)
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	@echo "Installing into .venv" >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable .
	@touch $@

$(LOCALES)/%/LC_MESSAGES/kpixl.mo: $(LOCALES)/%/LC_MESSAGES/kpixl.po | $(STAMP)
	@$(BIN)/pybabel -q compile -i $< -o $@ -l $*
