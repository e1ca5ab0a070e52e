# Each target works on a fresh machine by itself: what it needs is installed first, into .venv.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: setup setup-train run test test-all fuzz lint train bench browser clean

# Serving alone is light; PyTorch comes with `make setup-train`, and so with `make train`; what tests
# and lint need, a browser included, with `make setup`.
setup: .venv/.installed-dev browser

setup-train: .venv/.installed

.venv/.made:
	$(PYTHON) -m venv .venv
	touch $@

.venv/.installed-serve: requirements-serve.txt | .venv/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-serve.txt
	touch $@

.venv/.installed: requirements.txt .venv/.installed-serve
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

.venv/.installed-fuzz: requirements-fuzz.txt .venv/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-fuzz.txt
	touch $@

browser: .venv/.installed-dev
	sh tests/browser/install.sh $(BIN)/python

run: .venv/.installed-serve
	$(BIN)/python run.py $(ARGS)

train: .venv/.installed
	$(BIN)/python run.py --train $(ARGS)

# A process for each core, a file's tests together; each calculates on one thread, or they would wait
# for one another. Files keep their order: xdist would put the longest, which has few tests, last.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test: .venv/.installed-dev browser
	$(PYTEST) -m "not slow" $(ARGS)

# Also what is slow: thousands of connections, PostgreSQL, and nginx where that is installed.
test-all: .venv/.installed-dev browser
	$(PYTEST) $(ARGS)

# Every decoder and the API, a minute each; make fuzz ARGS="--seconds 600 photo api" for longer.
fuzz: .venv/.installed-fuzz
	$(BIN)/python -m tests.fuzzing $(ARGS)

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: .venv/.installed-dev
	$(BIN)/python -m tests.benchmarks $(ARGS)

clean:
	rm -rf .venv .ruff_cache .pytest_cache .hypothesis tests/artefacts
