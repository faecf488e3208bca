# Every target needs Python 3.11 or later, make and git, and installs everything else into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLDEST := .venv-oldest

TIME ?= 60

.PHONY: help demo test test-oldest test-cluster test-shells lint faults fuzz docs tables gallery bench bench-quick dist clean
.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/run ## Pool a photograph of a cat and print the folder of the pictures
	$(BIN)/poolcli max samples/cat.jpg -k 2 -n 3
	@echo "The pictures are in $(CURDIR)/pooled; open cat_max_k2_n3_comparison.png first."

test: $(VENV)/test ## Run all tests, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term-missing

# Matplotlib 3.10.0 uses what Pillow 11.3 deprecates; NumPy 2.2 warns of long integers.
test-oldest: $(OLDEST)/test ## Run all tests with the lowest versions of the dependencies
	$(OLDEST)/bin/python -m pytest -W ignore::DeprecationWarning

test-cluster: $(VENV)/test-cluster ## Run the tests of URLs and clusters, on 127.0.0.1 only
	$(BIN)/python -m pytest tests/cluster

test-shells: $(VENV)/test-shells ## Run the tests of tab completion in bash, zsh and fish, which root installs by apt-get
	$(BIN)/python tests/shells/install.py
	$(BIN)/python -m pytest tests/shells

lint: $(VENV)/test ## Check style and types, those of the package for Linux, macOS and Windows
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --platform darwin poolcli
	$(BIN)/mypy --platform win32 poolcli

faults: $(VENV)/faults ## Provoke every fault of SECURITY.md at full length, with one line per fault
	FAULTS=all $(BIN)/python -m pytest tests/faults -v -s --tb=short
	if $(BIN)/python tests/filesystems/prepare.py; then \
		$(BIN)/python -m pytest tests/filesystems -v --tb=short; fi

fuzz: $(VENV)/test ## Mutate files and options for TIME seconds (60)
	PYTHONPATH=tests $(BIN)/python tests/fuzz --seconds $(TIME)

docs: $(VENV)/test ## Rebuild the tables and pictures of README and docs that the program generates
	PYTHONPATH=tests $(BIN)/python tests/helpers/documents.py

# On Linux, pip may install torch with CUDA, several gigabytes that are not used here. Its CPU-only
# build is sufficient; set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL to its location.
bench: $(VENV)/bench ## Measure poolcli against its peers in 15 minutes; writes benchmarks/results.md
	$(BIN)/python -m benchmarks --write benchmarks

bench-quick: $(VENV)/bench ## Measure a part of each benchmark in one minute; prints only
	$(BIN)/python -m benchmarks --scale quick

tables: $(VENV)/test ## Generate the tables of README.md and docs/formats.md
	PYTHONPATH=tests $(BIN)/python tests/helpers/documents.py tables

gallery: $(VENV)/test ## Rebuild the pictures of docs/gallery.md from its commands
	PYTHONPATH=tests $(BIN)/python tests/helpers/documents.py gallery

# The manual pages and the files in the archives carry the time of the last commit, so that one
# commit makes the same archives.
dist: $(VENV)/dist ## Build the wheel and the source distribution, check both and install the wheel
	rm -rf dist
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build
	$(BIN)/twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl
	$(BIN)/python -m pytest tests/distribution

clean: ## Remove all generated files
	rm -rf $(VENV) $(OLDEST) pooled build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ $(VENV)/run

# Matplotlib 3.10.0 uses names that pyparsing 3.3 deprecates.
$(OLDEST)/test: pyproject.toml
	$(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet uv
	$(OLDEST)/bin/uv pip install --quiet --python $(OLDEST)/bin/python \
		--resolution lowest-direct --editable '.[test]' 'pyparsing>=3.2,<3.3'
	@touch $@

$(VENV)/faults: $(VENV)/test
	$(BIN)/python -m pip install --quiet --editable '.[test,faults]'
	@touch $@

$(VENV)/dist: $(VENV)/test
	$(BIN)/python -m pip install --quiet --editable '.[test,dist]'
	@touch $@

$(VENV)/test-cluster: $(VENV)/test
	$(BIN)/python -m pip install --quiet --editable '.[test,test-cluster]'
	@touch $@

$(VENV)/test-shells: $(VENV)/test
	$(BIN)/python -m pip install --quiet --editable '.[test,test-shells]'
	@touch $@

$(VENV)/bench: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@touch $@ $(VENV)/run
