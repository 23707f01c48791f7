# Everything runs in .venv, made on first use. Nothing outside this folder is touched.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
AREA ?=
PORT ?= 2024
SECURED ?=

.PHONY: setup demo langgraph-dev test check fix bench pictures clean

$(VENV)/installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "plancraft needs Python 3.11, 3.12 or 3.13 on the PATH (or make PYTHON=/path/to/python)"; exit 1; }
	@echo "Setting up $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

setup: $(VENV)/installed ## Make the environment

demo: $(VENV)/installed ## Plan an idea in the terminal; ARGS="--help" lists what it takes
	@$(BIN)/python -m graph.demo $(ARGS)

langgraph-dev: $(VENV)/installed ## Serve the graphs on LangGraph's dev server; PORT=0 takes any, SECURED=1 asks for keys
	@exec $(BIN)/python -m utils.langgraph_dev --port $(PORT) $(if $(SECURED),--secured) $(ARGS)

test: $(VENV)/installed ## Run all tests; ARGS goes to pytest
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

check: $(VENV)/installed ## Lint, types, layers, pure pauses
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && PYTHONPATH=. $(BIN)/lint-imports \
		&& $(BIN)/plancraft lint graph

fix: $(VENV)/installed ## Format and mend what can be mended
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(VENV)/installed ## Measure; AREA=overhead|pending|double|kills|back|approvals|service|pages|deployed|a2a for one
	@$(BIN)/python -m utils.benchmarks $(AREA) $(ARGS)

pictures: $(VENV)/installed ## Draw the README's pictures of the inbox anew; needs Chromium
	@$(BIN)/python -m utils.screenshots

clean: ## Remove the environment and caches
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache demo-output .langgraph_api tests/langgraph_server/js/node_modules
