# Two commands are enough: `make run` and `make test`. `make` alone lists the others.
PYTHON ?= python3
# The environment is of the Python somebody named, else of the machine's quickest (ADR 32).
export PYTHON_NAMED := $(filter-out file,$(origin PYTHON))
BIN := .venv/bin
UV := .local/uv/bin/uv
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-annotate --custom-compile-command 'make lock' $(UPGRADE)
# A browser that never answers fails its test and says where. Benches and soaks may take as long as they like.
HANG := -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true
# A dozen processes begin here, and each would compile every module anew.
export PYTHONDONTWRITEBYTECODE =
# What each linter says stays together, where this make knows how.
TOGETHER = $(if $(filter output-sync,$(.FEATURES)),--output-sync)
# Sizes of `make demo-large`, for example: make demo-large YEARS=10 PARTICIPANTS=20 LINES=1000000
SIZES = $(foreach size,YEARS PARTICIPANTS LINES DECISIONS,\
  $(if $($(size)),--$(shell echo $(size) | tr A-Z a-z)=$($(size))))

.DEFAULT_GOAL := help
.PHONY: help run test lint lint-tests lint-models lint-templates lint-imports lint-python fmt soak bench bench-decisions bench-ledger demo-large lock check-deploy clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: ## Start Concordat on this machine: http://localhost:8000/ (PORT=… for another port)
	@$(PYTHON) alliance/local/bootstrap.py run && exec $(BIN)/python -m alliance.local.run

test: ## Set up, then run every check and every test
	@$(PYTHON) alliance/local/bootstrap.py test
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest -n auto --dist worksteal $(HANG) $(PYTEST)

lint: ## Run the linters and the checks of the house
	@$(MAKE) --no-print-directory --jobs=2 --keep-going $(TOGETHER) \
	  lint-tests lint-models lint-templates lint-imports lint-python

lint-tests: # What it compiles, every worker of the tests reads.
	@mkdir -p .local/logs
	$(BIN)/pytest --collect-only -qq > .local/logs/tests.txt || (cat .local/logs/tests.txt; false)

lint-models:
	$(BIN)/python -m alliance.local.with_servers manage.py makemigrations --check --dry-run \
	  -- manage.py draw_lifecycles --check

lint-templates:
	$(BIN)/djlint --quiet --lint templates

lint-imports:
	$(BIN)/lint-imports

lint-python:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

fmt: ## Format the code and draw the lifecycles
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .
	$(BIN)/python -m alliance.local.with_servers manage.py draw_lifecycles

soak: ## Decide and post at random, race, send hostile files for as long as you like (SOAK=examples RACES=rounds HOSTILE=files)
	@$(PYTHON) alliance/local/bootstrap.py test
	@SOAK=$(or $(SOAK),5000) RACES=$(or $(RACES),500) HOSTILE=$(or $(HOSTILE),2000) \
	  $(BIN)/pytest -q --hypothesis-show-statistics tests/properties/test_decisions_machine.py \
	  tests/properties/test_ledger_machine.py tests/decisions/test_races.py tests/ledger/test_races.py \
	  tests/ledger/test_book_races.py tests/ledger/test_book_together.py \
	  tests/decisions/test_specification.py tests/ledger/test_hostile_files.py

bench: ## Time every page on the demonstration and print a table
	@$(PYTHON) alliance/local/bootstrap.py test
	@$(BIN)/pytest tests/bench/bench_pages.py --no-header -q -s -o python_files='bench_*.py'

bench-decisions: ## Time the register and its pages with thousands of decisions (DECISIONS=…)
	@$(PYTHON) alliance/local/bootstrap.py test
	@$(BIN)/pytest tests/bench/bench_decisions.py --no-header -q -s -o python_files='bench_*.py'

bench-ledger: ## Time the book beside other ledgers, and its pages as it grows (LINES=… OTHERS=…)
	@$(PYTHON) alliance/local/bootstrap.py bench
	@LINES=$(LINES) OTHERS=$(OTHERS) $(BIN)/pytest tests/bench/bench_ledger.py --no-header -q -s -o python_files='bench_*.py'

demo-large: ## Load years of an invented alliance (YEARS=… PARTICIPANTS=… LINES=… DECISIONS=…)
	@$(PYTHON) alliance/local/bootstrap.py run && exec $(BIN)/python -m alliance.local.run load_demo --large $(SIZES)

lock: ## Lock every package again, by hash (UPGRADE=--upgrade for newer ones)
	@test -x $(UV) || ($(PYTHON) -m venv .local/uv && .local/uv/bin/python -m pip install --quiet uv)
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group local -c requirements.txt -o requirements-local.txt
	$(COMPILE) pyproject.toml --group local --group dev -c requirements-local.txt -o requirements-dev.txt
	$(COMPILE) --group uv -o requirements-uv.txt
	$(COMPILE) --group node -o requirements-node.txt
	$(COMPILE) --group bench -o requirements-bench.txt
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund --omit-lockfile-registry-resolved

check-deploy: ## Ask Django whether the settings are safe for a server
	@DEBUG=0 DEMO=0 BASE_URL=https://alliance.example $(BIN)/python -m alliance.local.with_servers \
	  manage.py check --deploy --fail-level WARNING

clean: ## Remove what was made from sources; data in .local/ stays
	rm -rf static/build node_modules .venv .local/stamps .local/static .ruff_cache .pytest_cache .import_linter_cache .hypothesis
