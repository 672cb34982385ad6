# The one entrance. `make help` lists what it can do.

VENV := .venv
PYTHON := $(VENV)/bin/python
YINUO := $(PYTHON) -m yinuo.interfaces.cli.main
PORT ?= 8000
WORKERS ?= 2
# While one waits for a killed program to come back, the others have something to do.
SOAK_WORKERS ?= 3
OPTIONS ?=

# Compiled modules make the second start several times as fast.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check fix soak bench where generate stop clean

help: ## Say what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Two stamps: who only wants to look does not wait for the tools of those who build.
$(VENV)/ready-to-run: requirements.txt pyproject.toml tests/environment.sh
	@sh tests/environment.sh $(VENV) requirements.txt
	@touch $@

$(VENV)/ready-to-build: requirements.txt requirements-dev.txt pyproject.toml tests/environment.sh
	@sh tests/environment.sh $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/ready-to-run

run: $(VENV)/ready-to-run ## Start a whole demo insurer: database, web and worker
	@$(YINUO) run --port $(PORT) $(OPTIONS)

test: $(VENV)/ready-to-build ## Get what the tests need, then run them
	@$(PYTHON) tests/make.py browser
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadgroup -m "not soak"

check: $(VENV)/ready-to-build ## Lint, types, architecture, templates, generated files, migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint src/yinuo/templates --lint --quiet
	$(PYTHON) tests/make.py fresh
	$(YINUO) manage makemigrations --check --dry-run

fix: $(VENV)/ready-to-build ## Format, and mend what lint can mend by itself
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

generate: $(VENV)/ready-to-build ## Write the generated files again
	@$(PYTHON) tests/make.py generate

soak: $(VENV)/ready-to-build ## Every kill, every replayed row, the whole API; writes a table of figures
	@$(PYTHON) tests/make.py browser
	@$(PYTHON) -m pytest -n $(SOAK_WORKERS) --dist loadgroup -m soak --soak-table docs/soak.md

bench: $(VENV)/ready-to-build ## Measure every figure that we publish
	@$(PYTHON) -m bench

where: $(VENV)/ready-to-run ## Where a rule is: make where KEY=claims.first_contact
	@$(YINUO) where "$(KEY)"

stop: $(VENV)/ready-to-run ## Stop the embedded databases
	@$(YINUO) stop
	@YINUO_MODE=test $(YINUO) stop

clean: ## Stop everything and delete environment and local state
	@if [ -x $(PYTHON) ]; then $(MAKE) --no-print-directory stop; fi
	rm -rf $(VENV) .local
