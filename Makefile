# make app · make test · make check · make bench · make models · make venv
SHELL := /bin/sh
BIN := .venv/bin
PYTHON ?=
WORKERS ?= 2
export PYTHON

.PHONY: app test check bench venv models docs clean

app: .venv/.app            ## start the web app on http://127.0.0.1:8050
	exec $(BIN)/python app.py $(if $(PORT),--port $(PORT))

test: .venv/.dev           ## everything the tests need, and the tests
	scripts/test-tools
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

check: .venv/.dev          ## ruff, mypy strict, import contracts, docs and doctests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q --doctest-modules twin -p no:cacheprovider
	$(BIN)/python docs/build.py --check

bench: .venv/.dev          ## every figure that the README quotes
	$(BIN)/python -m bench

venv: .venv/.app           ## just the environment

models: .venv/.train        ## train the shipped models anew (half an hour), with their cards
	$(BIN)/twin models train bearing --out twin/nodes/models \
	  $(if $(wildcard $(TWIN_DATA)/bearing/cwru_drive_end.npz),--test $(TWIN_DATA)/bearing/cwru_drive_end.npz)
	$(BIN)/twin models train tool --out twin/nodes/models
	$(BIN)/twin models train anomaly --out twin/nodes/models
	$(BIN)/twin models train inspection --out twin/nodes/models
	$(BIN)/twin models train acoustic --out twin/nodes/models
	$(BIN)/twin models train thermal --out twin/nodes/models
	$(BIN)/twin models train occupancy --out twin/nodes/models \
	  $(if $(wildcard $(TWIN_DATA)/building/occupancy_datatest.txt),--test $(TWIN_DATA)/building/occupancy_datatest.txt)

docs: .venv/.app           ## the reference page of the parameters
	$(BIN)/python docs/build.py

lock:                      ## renew the pins
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header \
	  --no-emit-index-url --no-annotate --extra dev pyproject.toml -o requirements.lock

.venv/.app: requirements.lock pyproject.toml scripts/venv
	scripts/venv
	touch $@

.venv/.dev: requirements.lock pyproject.toml scripts/venv
	scripts/venv dev
	touch $@ .venv/.app

.venv/.train: requirements.lock pyproject.toml scripts/venv
	scripts/venv train
	touch $@

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
