PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: env check fix test test-fast report lab lock bench clean

env: $(STAMP)

# The marker is newer than the lock file when the environment is that of the lock file.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $(STAMP)

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/nbstripout --verify notebooks/chapters/*.ipynb

fix: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/nbstripout notebooks/chapters/*.ipynb

test: env
	$(BIN)/python -m pytest -n 2

test-fast: env
	$(BIN)/python -m pytest -n 2 -m "not slow and not browser"

report: env
	$(BIN)/recovery report england --all las --all trusts --store demo --out reports/demo

lab: env
	$(BIN)/jupyter lab notebooks/chapters

lock:
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet -o requirements.lock

bench: env
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/stats/cluster.py
	$(BIN)/python benchmarks/stats/gaps.py
	$(BIN)/python benchmarks/stats/mixed.py

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis reports/demo
