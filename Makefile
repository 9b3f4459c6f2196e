# Vigil's commands. `make demo` and `make test` do all the set-up they need.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && exit; done; echo python3)
VIGIL  := .venv/bin/vigil
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
CHAOS_DRAW = $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED))
# Images of Python often set it: then each of the many processes that a stack and the tests start compiles all it imports.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup city-setup lock test lint demo bench chaos access bad-input noise evaluate clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

setup: ## prepare everything on a fresh machine (idempotent)
	@$(PYTHON) -m infra.setup

test: setup ## run the tests, the local stack included (ARGS="-n 0 PATH" for some of them in one process)
	.venv/bin/python -m pytest -n auto $(ARGS)

lint: setup ## ruff and mypy over product and tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

demo: setup ## run the whole chain on real footage; results in demo-out/
	@$(VIGIL) demo $(ARGS)

bench: ## run the benchmarks; a table, and bench-out/bench.json (ONLY=name for one group)
	@$(PYTHON) -m infra.setup --bench --city
	@$(VIGIL) bench $(if $(ONLY),--only $(ONLY)) $(ARGS)

chaos: setup ## kill and disturb the chain, then the sinks, and look at tables and evidence (RUNS=n SEED=n ONLY=chain|sinks|evidence)
	$(if $(filter-out chain sinks evidence,$(ONLY)),$(error ONLY=$(ONLY): expected chain, sinks or evidence))
	@failed=0; \
	$(if $(filter sinks evidence,$(ONLY)),,$(VIGIL) chaos chain $(if $(ONLY),$(CHAOS_DRAW) $(ARGS)) || failed=1;) \
	$(if $(filter chain evidence,$(ONLY)),,$(VIGIL) chaos sinks --million $(CHAOS_DRAW) $(if $(ONLY),$(ARGS)) || failed=1;) \
	$(if $(filter chain sinks,$(ONLY)),,$(VIGIL) chaos evidence $(if $(SEED),--seed $(SEED)) $(if $(ONLY),$(ARGS)) || failed=1;) \
	exit $$failed

access: setup ## start each process on a broker with users, with its own rights alone (docs/access.md)
	VIGIL_TEST_EVERY_PROCESS=1 .venv/bin/pytest -n 0 tests/integration/topics/test_access_on_broker.py

bad-input: setup ## try bad input beside a good camera and show what each came to
	@$(VIGIL) bad-input $(ARGS)

city-setup: ## SUMO in an environment of its own, for `vigil city run` (800 MB)
	@$(PYTHON) -m infra.setup --city

noise: setup ## the simulated detector beside the real one, clip by clip (docs/noise.md)
	@$(VIGIL) city noise $(ARGS)

evaluate: setup ## run the test city through the chain and score it (SEEDS="101 102"; docs/evaluate.md)
	@$(VIGIL) evaluate --seeds "$(or $(SEEDS),101)" $(ARGS)

lock: ## compile the lock files (needs uv)
	$(COMPILE) requirements-dev.in -o requirements.lock
	$(COMPILE) requirements-triton.in -o requirements-triton.lock
	$(COMPILE) requirements-bench.in -o requirements-bench.lock
	$(COMPILE) requirements-city.in -o requirements-city.lock

clean: ## remove what the stack and the runs wrote (not the downloads)
	rm -rf .local demo-out bench-out chaos-out evaluate-out film-out
