# The one command surface. `make run` needs python3 with its venv module, and nothing else.
.DEFAULT_GOAL := help
.PHONY: help run test test-full coverage check format bench lock
MAKEFLAGS += --no-print-directory

PYTHON3 ?= python3
PYTHON := .venv/bin/python
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes

help:  ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: .venv/service.stamp  ## serve on http://127.0.0.1:8000 (PORT, HOST and POSOLOGY_STORE are read)
	@exec $(PYTHON) -m api.wsgi

test: .venv/development.stamp  ## every test, property tests at a short run
	@PYTHON=$(PYTHON) sh tests/run.sh

test-full: .venv/development.stamp  ## every test, property tests at their full figures
	@PYTHON=$(PYTHON) POSOLOGY_PROPERTY=full sh tests/run.sh

coverage: .venv/development.stamp  ## which branches of the core no test takes
	@$(PYTHON) -m pytest -q -n 2 --cov --cov-report=term

check: .venv/development.stamp  ## format, lint, strict types, imports one way, formulary
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy --strict dosing schedules api
	.venv/bin/lint-imports --no-logo
	./posology formulary lint

format: .venv/development.stamp  ## rewrite the code in the one style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: .venv/development.stamp  ## what an answer and a plan cost; whether tablets are the dose in 215 tapers
	@$(PYTHON) bench/head_to_head.py
	@$(PYTHON) bench/run.py

LOCK := .venv/bin/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
lock: .venv/development.stamp  ## settle the versions of requirements*.in anew, with hashes and without addresses
	$(LOCK) --upgrade --output-file requirements.txt requirements.in
	$(LOCK) --upgrade --output-file requirements-dev.txt requirements-dev.in

# A stamp is newer than the lock it was installed from, or the lock is installed again.
.venv/service.stamp: requirements.txt
	@$(PYTHON3) -c 'import sys; sys.exit("Posology needs Python 3.11 or later.") if sys.version_info < (3, 11) else None'
	@test -x $(PYTHON) || $(PYTHON3) -m venv .venv
	@echo "Installing what the service needs into .venv ..."
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/development.stamp: requirements-dev.txt .venv/service.stamp
	@echo "Installing what the tests and checks need into .venv ..."
	@$(INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@
