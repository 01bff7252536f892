# What a person runs. Everything is done by the programs named here; `make help` lists the targets.

PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup browser run demo test check bench pictures format lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

setup: ## bring everything the project needs to this machine
	@$(PYTHON) -m infra.tools.setup

browser: ## look again for a browser, for the browser tests
	@rm -f .venv/stamps/browser
	@$(PYTHON) -m infra.tools.setup

run: setup ## start the bot and the simulator, and print the one address to open
	@exec $(BIN)/countersign serve --simulator

demo: setup ## run the whole loop once, with time sped up, as a readable story
	@exec $(BIN)/countersign demo

test: setup ## run every test
	@exec $(BIN)/python -m pytest

check: setup ## run every gate: lint, types, import contracts, schemas, README, lock, tree
	@exec $(BIN)/python -m infra.tools.check

bench: setup ## measure turns, approvals and event-loop lag
	@exec $(BIN)/python -m infra.bench

pictures: setup ## make the pictures of the README anew
	@exec $(BIN)/python -m infra.tools.pictures

format: setup ## lay out the Python files and mend what ruff can mend
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lock: setup ## choose the versions anew and write infra/requirements.lock
	@$(BIN)/python -m infra.tools.lock

clean: ## remove what setup and the tests made
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build infra/simulator/node_modules manifest/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
