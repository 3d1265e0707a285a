# make run      set up, then the main job end to end (`giochoi demo`); ARGS="--seconds 30" reaches the demo
# make setup    set up only: the programs then lie in .venv/bin; `make dev` adds what tests and linters need
# make test     every test; as root it installs what they need, also a Windows to test on, otherwise it says what is skipped
#               `make test-here` and `make test-windows` are its halves: this system, and the Windows lab (root)
# make soak     the same tests at full counts
# make check    linters, types for Linux and for Windows, the arrows between the rooms, dead code, tests that import, then the tests
# make bench    the benchmark table
# make verifier dist/giochoi-verify.pyz, the verifier as one file that needs nothing but a Python
# make release  all files of a release, in dist/release; ARGS="--python-embed ZIP --key FILE" (installers/releasing)
# make messages take new texts from the code into i18n/vi.po
# make lock     pin the dependencies anew (needs uv)
# make clean    remove what the others made

SHELL  := /bin/bash
# The system's own Python comes first: one in somebody's home cannot be read by the accounts that programs run as.
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in /usr/bin/python3 python3; do $$p -c '$(USABLE)' 2>/dev/null && echo $$p && exit; done; echo python3)
BIN    := .venv/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input

# A stamp is named after all that its .venv was made from, so whatever changes, the old one no longer counts. Dates mean nothing.
# Of pyproject.toml that is what pip and hatchling read, not the settings of linters and tests.
OURS    := import json, tomllib; whole = tomllib.load(open("pyproject.toml", "rb")); \
           print(json.dumps([whole["build-system"], whole["project"], whole["tool"]["hatch"]]))
KEY     := $(shell { echo '$(CURDIR)'; $(PYTHON) --version; cat requirements.lock; $(PYTHON) -c '$(OURS)'; } 2>&1 | sha256sum | cut -c1-16)
DEV_KEY := $(shell sha256sum requirements-dev.lock | cut -c1-16)
RUNTIME := .venv/runtime-$(KEY)
DEV     := .venv/dev-$(KEY)-$(DEV_KEY)
PEERS   := .venv/peers-$(KEY)-$(shell sha256sum requirements-bench.lock | cut -c1-16)

.PHONY: run setup dev test test-here test-windows soak check lint ruff types types-windows arrows dead collected bench verifier release messages lock clean
.DELETE_ON_ERROR:

run: setup
	@$(BIN)/giochoi demo $(ARGS)

setup: $(RUNTIME) i18n/vi.mo

i18n/vi.mo: i18n/vi.po i18n/build.py | $(RUNTIME)
	@$(BIN)/python -m i18n.build

$(RUNTIME):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo "$(PYTHON): Python 3.11 or newer is needed; name another one with: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "$(PYTHON): cannot make a virtual environment; install it with: apt-get install python3-venv" >&2; exit 2; }
	@echo "make: setting up .venv" >&2
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(PIP) --quiet uninstall --yes setuptools # Python 3.11 puts it there, and loads it into every program at its start
	@touch $@

dev: $(DEV)

$(DEV): $(RUNTIME)
	@echo "make: adding the tests' and linters' packages to .venv" >&2
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

$(DEV): | i18n/vi.mo

# Both halves run even if the first one fails.
test:
	@status=0; for half in test-here test-windows; do $(MAKE) --no-print-directory $$half || status=$$?; done; exit $$status

# How long whole runs that passed took: `make bench` shows it.
RECORD = $(if $(ARGS),true,echo $$SECONDS >>.pytest_cache/seconds-$@)
# So many tests run at a time, two more than there are cores, as many wait; ARGS="-n 0 --pdb": one after the other, with a debugger.
AT_ONCE := $(shell echo $$(($$(nproc) + 2)))
# Where it is set, tests and each program that they start are compiled anew: that takes a third of the time.
unexport PYTHONDONTWRITEBYTECODE

# Where CI is set, a test that fails has a second try, and is named: .ci/run allows few of them. Here nothing hides that a test is unsteady.
AGAIN := $(if $(CI),--reruns 1 --reruns-delay 1 -raR)

test-here: $(DEV)
	@tests/lab/packages && $(BIN)/python -m pytest -q -n $(AT_ONCE) $(AGAIN) $(ARGS) && $(RECORD)

# The Windows lab can be had as root on x86_64 only. Where ARGS picks no tests, what its programs do for somebody from here is tested
# too: the main job beside the tests on Windows, as they leave a core idle, and after them what restarts Windows or installs
# there. It begins with `down`: what a run that was cut off had installed there is forgotten first.
ALONE  := tests/lab/test_restart.py tests/lab/test_setup.py
LAB    := [ "$$(id -u)" = 0 ] && [ "$$(uname -m)" = x86_64 ]
PICKED := $(filter-out -%,$(ARGS))

test-windows: $(DEV)
	@$(LAB) || { echo "make: skipping the tests on Windows: the lab (tests/lab/windows) needs root on x86_64" >&2; exit 0; }; \
	tests/lab/windows down && tests/lab/windows up || exit; status=0; beside=$$(mktemp); \
	$(if $(PICKED),true,$(BIN)/python -m pytest -q $(AGAIN) $(ARGS) tests/lab $(ALONE:%=--ignore %)) >$$beside 2>&1 & \
	tests/lab/windows run pytest -q $(AGAIN) $(ARGS) || status=$$?; \
	wait $$! || status=$$?; cat $$beside; rm $$beside; \
	$(if $(PICKED),true,$(BIN)/python -m pytest -q $(AGAIN) $(ARGS) $(ALONE)) || status=$$?; \
	tests/lab/windows down; [ $$status = 0 ] && $(RECORD) || exit $$status

soak: $(DEV)
	@tests/lab/packages
	@status=0; export GIOCHOI_SOAK=1; $(BIN)/python -m pytest -q --timeout 3600 $(ARGS) || status=$$?; \
	$(if $(PICKED),true,$(BIN)/python -m pytest -q --timeout 3600 tests/lab/test_kernel.py) || status=$$?; exit $$status

# Each part runs even if one before it failed: one call shows all there is to mend.
check: $(DEV)
	@$(MAKE) --no-print-directory --keep-going lint test

lint: ruff types types-windows arrows dead collected

ruff: $(DEV)
	$(BIN)/ruff check

# Each system's own half is checked as on that system. Both are named here: what pyproject.toml excludes stays excluded.
types: $(DEV)
	$(BIN)/mypy --exclude '^(host|daemon/platforms|tray)(/[a-z]+)?/windows/'

types-windows: $(DEV)
	$(BIN)/mypy --platform win32 --exclude '^(host|daemon/platforms|tray)(/[a-z]+)?/linux/' --cache-dir .mypy_cache/windows

arrows: $(DEV)
	$(BIN)/lint-imports --no-logo

# What nobody calls any more. What only looks like it is listed in pyproject.toml, each with its reason.
dead: $(DEV)
	$(BIN)/vulture

# Every test can be imported: the types above are those of the rooms, and a test that asks for a name which is gone fails only when run.
collected: $(DEV)
	@out=$$($(BIN)/python -m pytest -q --collect-only 2>&1) || { grep -v '::' <<<"$$out"; exit 1; }

bench: $(DEV) $(PEERS)
	@$(BIN)/python tests/bench $(ARGS)

# Where these have no wheel, the table says that it leaves them out.
$(PEERS): $(DEV)
	@echo "make: adding the policy engines that decisions are compared with to .venv" >&2
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-bench.lock && touch $@ \
	  || echo "make: going on without them" >&2

verifier: setup
	@$(BIN)/python -m installers.verifier dist/giochoi-verify.pyz

# The tools that make and sign a release are those that tests know.
release: $(DEV)
	@$(BIN)/python installers/build.py release $(ARGS)

messages: $(DEV)
	@$(BIN)/python -m i18n.build update

# No index, no cache path and no host name gets into a lock: whoever installs uses the one that their machine is set up for.
UV_LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
           --no-header --no-emit-index-url --no-emit-find-links
lock:
	@command -v uv >/dev/null || { echo "uv is needed to pin dependencies: pipx install uv" >&2; exit 2; }
	$(UV_LOCK) pyproject.toml --group build --group test --group check -o requirements-dev.lock $(ARGS)
	$(UV_LOCK) pyproject.toml --group build --constraint requirements-dev.lock -o requirements.lock $(ARGS)
	$(UV_LOCK) --group bench --constraint requirements-dev.lock -o requirements-bench.lock $(ARGS)

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
