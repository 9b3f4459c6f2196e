# Vigil's commands. `make demo` and `make test` do all the set-up they need.
PYTHON ?= python3
VIGIL  := .venv/bin/vigil
.DEFAULT_GOAL := help
.PHONY: help setup lock test lint demo clean

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

setup: ## prepare everything on a fresh machine (idempotent)
	@$(PYTHON) -m infra.setup

test: setup ## run the tests, the local stack included
	.venv/bin/python -m pytest $(ARGS)

lint: setup ## ruff and mypy over product and tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

demo: setup ## run the whole chain on real footage; results in demo-out/
	@$(VIGIL) demo $(ARGS)

lock: ## compile the lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements-dev.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements-triton.in -o requirements-triton.lock

clean: ## remove what the stack and the runs wrote (not the downloads)
	rm -rf .local demo-out bench-out chaos-out
