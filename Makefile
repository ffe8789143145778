# Two commands matter: `make demo` and `make test`. Both make their own .venv.
.DEFAULT_GOAL := help
.PHONY: help setup demo check test slow fix benchmarks clean
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8377

help:        ## this list
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train,tune,dev]'
	touch $@

setup: $(VENV)/installed  ## install the package and its tools into .venv

demo: $(VENV)/installed   ## simulate a society, train on it, serve its Explore page
	$(BIN)/bowerbird demo --port $(PORT)

check: $(VENV)/installed  ## format, lint, layers, types, spelling: in the order that fails fastest
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell src tests docs benchmarks README.md CHANGELOG.md CONTRIBUTING.md
	$(BIN)/lint-imports
	$(BIN)/mypy

test: $(VENV)/installed   ## every test but the slow ones
	$(BIN)/pytest --numprocesses 2 --dist loadfile

slow: $(VENV)/installed   ## the tests that take minutes
	$(BIN)/pytest -m slow

PEERS := fasttext-wheel gensim implicit lightgbm polars scikit-learn
benchmarks: .venv-bench/installed  ## install the peers that benchmarks measure, into .venv-bench
.venv-bench/installed: pyproject.toml Makefile
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[train]' $(PEERS)
	touch $@

fix: $(VENV)/installed    ## format, and repair what can be repaired
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:       ## remove what was built, keep the demo's data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
