# Two commands are enough: `make run` (the sample province, every night of it) and `make test` (everything).
# Each makes the environment first, whenever pyproject.toml or constraints.txt has changed.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
BUILD ?= build

# The sample's secret is public and only for fictional children; a real one never stands in a file of the repository.
SAMPLE_SECRET := sample-secret-of-a-fictional-province
SAMPLE_HOME ?= $(BUILD)/sample
WORLD ?=
COMPARE ?= $(WORLD)/../../tools/compare/compare.py
ACCEPT_HOME ?= $(BUILD)/accept
ACCEPT_TABLES ?= zeroing dropout_rate retention enrolment_rate source_status restricted.children restricted.cases restricted.events
CHILDREN ?= 200000
ROWS ?= 8000000
ROUNDS ?= 12

export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := 1

.PHONY: help env run test test-full test-faults lint format cookbook pictures dev accept bench spark bench-files bench-matching clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

env: $(STAMP) ## the environment only

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || { \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11' >&2; exit 1; }; \
	  $(PYTHON) -m venv $(VENV); }
	@# setuptools warns of every editable installation in a project whose packages lie at its root, as ours do.
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,postgres]'
	@touch $(STAMP)

run: $(STAMP) ## the nights of the sample province, from nothing; prints the last one
	@rm -rf $(SAMPLE_HOME)
	@KONGCHUO_SECRET=$(SAMPLE_SECRET) $(BIN)/kongchuo replay --dates data/sample/run_dates.txt \
	  --landing data/sample/landing --home $(SAMPLE_HOME) --policy data/sample/policy.toml --suites

test: $(STAMP) ## lint, types, layers and all tests but the long ones
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not full'

test-full: $(STAMP) ## what `make test` leaves out: long tests, browser, office programs, the lint of the models
	tests/programs.sh
	@# Only the installation on PostgreSQL needs it, and nobody without a server.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt dagster-postgres
	@$(MAKE) --no-print-directory spark || echo 'No environment for Spark: its tests are skipped.' >&2
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint --processes 2 pipelines/models
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m full

test-faults: $(STAMP) ## ROUNDS=12: nights killed at random moments; full disk, damaged files, no memory, mounts that go
	ROUNDS=$(ROUNDS) $(BIN)/pytest tests/faults

lint: $(STAMP) ## ruff, mypy, layers, sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/sqlfluff lint --processes 2 pipelines/models pipelines/publish/ready

format: $(STAMP) ## put the code in its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

cookbook: $(STAMP) ## the results in docs/cookbook.md again, on some nights of the sample (build/cookbook)
	@rm -rf $(BUILD)/cookbook
	$(BIN)/python -m tests.support.cookbook $(BUILD)/cookbook

DEV_ENV = KONGCHUO_SECRET=$(SAMPLE_SECRET) KONGCHUO_LANDING=$(CURDIR)/data/sample/landing \
  KONGCHUO_HOME=$(abspath $(SAMPLE_HOME)) KONGCHUO_POLICY=$(CURDIR)/data/sample/policy.toml \
  DAGSTER_HOME=$(abspath $(BUILD)/dagster) VIRTUAL_ENV=$(abspath $(VENV))

dev: $(STAMP) ## Dagster's page with the sample loaded, on http://127.0.0.1:3000
	@mkdir -p $(BUILD)/dagster
	@cp assets/dagster.yaml $(BUILD)/dagster/dagster.yaml
	@test -e $(SAMPLE_HOME)/published/current || $(MAKE) run
	@# The last night once more, so that the page has rows, columns and checks to show.
	@test -e $(BUILD)/dagster/.loaded || { echo 'Running the last night of the sample for the page …'; \
	  $(DEV_ENV) $(BIN)/dg launch --job nightly --partition $$(tail -n 1 data/sample/run_dates.txt) > $(BUILD)/dagster/launch.log 2>&1 \
	  || { tail -n 20 $(BUILD)/dagster/launch.log >&2; exit 1; }; touch $(BUILD)/dagster/.loaded; }
	$(DEV_ENV) $(BIN)/dg dev

accept: $(STAMP) ## WORLD=dir: replay a world and compare every expected night with what was published
	@test -d '$(WORLD)/expected' || { echo 'Give the folder of a world: make accept WORLD=dir (landing/, run_dates.txt, policy.toml, expected/).' >&2; exit 2; }
	@rm -rf $(ACCEPT_HOME); mkdir -p $(ACCEPT_HOME)
	@cp '$(WORLD)/policy.toml' $(ACCEPT_HOME)/policy.toml && chmod u+w $(ACCEPT_HOME)/policy.toml
	@# Every night is compared, so every night is kept.
	@sed -i 's/^keep_nights *=.*/keep_nights = 100000/' $(ACCEPT_HOME)/policy.toml
	KONGCHUO_SECRET=test-secret $(BIN)/kongchuo replay --plain --dates '$(WORLD)/run_dates.txt' \
	  --landing '$(WORLD)/landing' --home $(ACCEPT_HOME) --policy $(ACCEPT_HOME)/policy.toml
	$(BIN)/python $(COMPARE) --expected '$(WORLD)/expected' --actual $(ACCEPT_HOME)/published --tables $(ACCEPT_TABLES)

bench: $(STAMP) ## CHILDREN=200000: seconds and memory by step on made deliveries, beside pandas, Polars and Spark
	$(BIN)/python -m tests.bench.run --children $(CHILDREN)

spark: ## build/spark: an environment of its own with the program and pyspark (2 GB; Java 17 must be there)
	@# Never in $(VENV): whoever runs on DuckDB alone has no use for 450 MB, and Pandera takes longer to load beside them.
	$(PYTHON) -m venv $(BUILD)/spark
	PYTHONWARNINGS=ignore $(BUILD)/spark/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[spark,dev]'

bench-files: $(STAMP) ## ROWS=8000000: one large GB18030 file against what DuckDB needs to load it from UTF-8
	$(BIN)/python -m tests.bench.files --rows $(ROWS)

bench-matching: $(STAMP) ## precision and recall of the matching by tier, on labelled rows
	$(BIN)/python -m tests.bench.matching

pictures: $(STAMP) ## docs/reports: forms, bulletin and pages of the sample as pictures (LibreOffice, Chromium, poppler)
	$(BIN)/python -m tests.pictures --reports $(SAMPLE_HOME)/published/current/reports
	$(BIN)/python -m tests.page_pictures --reports $(SAMPLE_HOME)/published/current/reports

clean: ## everything that make has made, but the environment
	rm -rf $(BUILD) *.egg-info
