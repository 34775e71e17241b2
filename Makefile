# Every everyday command of the kit. `make help` lists them.
VENV := .venv
PY := $(VENV)/bin/python
BACKEND_PORT ?= 8000
SANDBOX_PORT ?= 8800
STREAM_PORT ?= 8001
BROKER ?= redis
# Whose accounts the demo's widget connects.
MESSENGER ?= webchat
# Tests run in this many processes at a time; a file's tests stay together.
JOBS ?= auto
# Newest first; the first that is 3.11 or later and can make virtual environments is taken. Yours: make PYTHON=...
PYTHONS := $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help install demo scaled chaos slow test check unit browser build sandbox screenshots pages constraints clean
.DEFAULT_GOAL := help

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 - \2/p' Makefile | awk -F' - ' '{ printf "%-20s %s\n", $$1, $$2 }'

install: $(VENV)/.installed ## make .venv with everything for development

$(PY):
	@sh .ci/new-venv.sh $(VENV) $(PYTHONS)

$(VENV)/.installed: pyproject.toml constraints.txt | $(PY)
	@echo "Installing into $(VENV): about a minute the first time."
	@$(PY) -m pip install --quiet --upgrade "pip>=25.1"
	@$(PY) -m pip install --quiet --constraint constraints.txt --group test
	@touch $@

demo: install ## build, migrate, seed, start backend and sandbox (BACKEND_PORT=8000 SANDBOX_PORT=8800 MESSENGER=webchat)
	@exec $(PY) demo.py --backend-port $(BACKEND_PORT) --sandbox-port $(SANDBOX_PORT) --messenger $(MESSENGER)

test: check browser ## everything: linters, types, import contracts, unit tests, journeys, browser tests
	@$(PY) -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder -m 'not slow'

check: install ## linters, formatting, types, import contracts
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

unit: install ## the quick tests alone: no browser, no processes
	@$(PY) -m pytest -m "not browser and not journey"

browser: install ## find or install the Chromium that the browser tests drive
	@$(PY) -m programs.chromium

build: install ## dist/widget.zip
	@$(PY) build.py

scaled: install ## the same on PostgreSQL and Celery: web, streams, two workers, beat (BROKER=redis or rabbitmq)
	@exec $(PY) scaled.py --backend-port $(BACKEND_PORT) --sandbox-port $(SANDBOX_PORT) --stream-port $(STREAM_PORT) \
		--broker $(BROKER)

slow: install browser ## the tests that wait for silences and losses of connections
	@$(PY) -m pytest -m slow

chaos: install ## kill the kit at random for minutes and count what was lost
	@$(PY) -m bench chaos

sandbox: build ## the sandbox alone, for a backend that you run yourself
	@exec $(PY) -m sandbox --widget dist/widget.zip --backend http://127.0.0.1:$(BACKEND_PORT) --port $(SANDBOX_PORT)

screenshots: install browser ## take the pictures of the documentation anew
	@$(PY) docs/screenshots.py

pages: install ## write the generated pages of the documentation anew
	@$(PY) docs/pages.py
	@$(PY) build.py rules --markdown > docs/rules.md

constraints: install ## write the versions installed now to constraints.txt
	@{ sed -n '/^#/p' constraints.txt; $(PY) -m pip freeze --exclude pip | grep -v '@'; } > constraints.new
	@mv constraints.new constraints.txt

clean: ## remove everything that these commands made
	@rm -rf $(VENV) var dist/* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
