# Mutual's vocabulary. `make` alone prints it.
PY   ?= python3
PORT ?= 8000
T    ?=
FAST ?=
STRICT ?=
NAME ?=

# No exported PYTHONPATH or user site may leak in: the locks are the whole truth.
unexport PYTHONPATH
export PYTHONNOUSERSITE = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore
export STRICT

BIN  := .venv/bin
CODE := $(wildcard models schema web seeds bench scripts tests migrations examples)
TYPED := $(wildcard models schema web seeds bench scripts)
PIP  := $(BIN)/python -m pip install -q --require-hashes --only-binary :all:

.DEFAULT_GOAL := help
.PHONY: help run test check fix schema release-schema migration seed bench reset lock assets venv

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: venv assets ## Serve the demo network on http://127.0.0.1:8000 (PORT= changes it)
	@$(BIN)/python -m web migrate
	@$(BIN)/python -m web seed --if-empty
	@DEMO=$${DEMO:-1} BASE_URL=$${BASE_URL:-http://127.0.0.1:$(PORT)} exec $(BIN)/python -m web serve --port $(PORT)

# The pytest arguments: a part (T=path), the fast part (FAST=1), or everything.
# Browser and cluster tests are slow to start, so two workers share the machine's cores.
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadgroup

test: venv assets ## Run all tests on real services; T=path a part, FAST=1 without services
ifeq ($(FAST),)
	@$(BIN)/python scripts/services.py run -- $(PYTEST) $(T)
else
	@$(PYTEST) -m "not (postgres or redis or browser or node or slow)" $(T)
endif

check: venv ## Format, lint, types, schema and migrations up to date, templates
	@$(BIN)/python scripts/check.py

fix: venv ## Format the code and repair what the linter can repair
	$(BIN)/ruff check -q --fix $(CODE) || true
	$(BIN)/ruff format -q $(CODE)

schema: venv ## Write schema/schema.graphql and say what changed since the last release
	@$(BIN)/python -m web schema > schema/schema.graphql.new
	@mv schema/schema.graphql.new schema/schema.graphql
	@$(BIN)/python -m web schema --compare

# What a release promises to clients, see docs/api/versioning.md. Part of making a release.
release-schema: schema
	@$(BIN)/python -m web schema --release

migration: venv ## Write a migration for changed models: make migration NAME=add_skill
	@test -n "$(NAME)" || { echo "Say what it does: make migration NAME=add_skill"; exit 2; }
	@$(BIN)/python -m web migration "$(NAME)"

seed: venv ## Fill the database with the demo network
	@$(BIN)/python -m web migrate
	@$(BIN)/python -m web seed

bench: venv ## Measure Mutual beside a hand-written floor
	@$(BIN)/python scripts/services.py run -- $(BIN)/python -m bench

reset: ## Delete the local database and everything else under var/
	@rm -rf var && echo "Deleted var/: the next 'make run' starts with a new demo network."

# Compile requirements/*.in again. Needs uv, which nothing else does.
lock:
	@cd requirements && for f in run dev node; do \
	  uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 $$f.in -o $$f.txt || exit 1; done

venv: .venv/.ok

.venv/.ok: requirements/run.txt requirements/dev.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Mutual needs Python 3.11 or newer: make PY=/path/to/python3.11 …"; exit 1; }
	@$(PY) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing the locked packages into .venv (once, about a minute) …"
	@test -x $(BIN)/python || $(PY) -m venv .venv
	@$(PIP) -r requirements/run.txt -r requirements/dev.txt
	@touch $@

assets: venv
	@$(BIN)/python scripts/assets.py
