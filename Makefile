# The portal's commands. `make run` and `make test` set up whatever is missing; `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help run test check check-with-services demo bench lock messages clean
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv/bin
LAUNCHER := $(VENV)/python -m config.launcher
NPM := $(shell command -v npm || echo $(VENV)/npm)
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
STATIC_SOURCES := $(shell find static -type f)

RUNTIME := .venv/.runtime-stamp
DEVELOPMENT := .venv/.development-stamp
SPARK := .venv/.spark-stamp
RIVALS := .venv/.bench-stamp
PACKAGES := node_modules/.stamp
ASSETS := .local/assets/.stamp
STATIC := .local/static/.stamp
READY := $(RUNTIME) $(STATIC) $(CATALOGUES)

help:
	@echo "make run       start the portal: web server, worker, database and queue; Ctrl-C stops everything"
	@echo "make test      run all tests; ARGS='tests/unit -k env' narrows them"
	@echo "make check     format, lint, types, import contracts, migrations, deployment settings, state diagrams"
	@echo "make demo      run the whole main job without a browser and print a short report"
	@echo "make bench     measure import and scoring; tables go to bench/results"
	@echo "make lock      pin the Python and front-end packages anew"
	@echo "make messages  collect new texts into locale/ (needs gettext) and compile the catalogues"
	@echo "make clean     remove what was installed and built; the portal's data stay"

run: $(READY)
	@exec $(LAUNCHER) run

test: $(READY) $(DEVELOPMENT) $(if $(filter 1,$(REQUIRE_SPARK)),$(SPARK))
	@exec $(LAUNCHER) exec -- $(VENV)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) $(DEVELOPMENT)
	@exec $(LAUNCHER) exec -- $(MAKE) check-with-services

# The settings, and with them the type checker's Django plugin, ask for addresses, so all checks run beside services.
check-with-services:
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/python manage.py makemigrations --check --dry-run
	DEBUG=false BASE_URL=https://paddock.example.com ALLOWED_HOSTS=paddock.example.com \
		$(VENV)/python manage.py check --deploy --fail-level WARNING
	$(VENV)/python manage.py state_diagrams --check

demo: $(READY)
	@exec $(LAUNCHER) exec -- sh -c '$(VENV)/python manage.py migrate --verbosity 0 && exec $(VENV)/python manage.py run_demo'

bench: $(READY) $(RIVALS)
	@exec $(LAUNCHER) exec -- sh -c '$(VENV)/python manage.py migrate --verbosity 0 && exec $(VENV)/python -m bench $(ARGS)'

lock: $(DEVELOPMENT)
	$(VENV)/uv pip compile --quiet --no-header --upgrade --python-version 3.11 requirements.in -o requirements.txt
	$(VENV)/uv pip compile --quiet --no-header --upgrade --python-version 3.11 requirements-dev.in -o requirements-dev.txt
	$(VENV)/uv pip compile --quiet --no-header --upgrade --python-version 3.11 requirements-spark.in -o requirements-spark.txt
	$(VENV)/uv pip compile --quiet --no-header --upgrade --python-version 3.11 requirements-bench.in -o requirements-bench.txt
	PATH="$$PATH:$(VENV)" $(NPM) update --package-lock-only --no-audit --no-fund

messages: $(READY) $(DEVELOPMENT)
	@command -v xgettext >/dev/null || { echo "xgettext is missing; install the package gettext." >&2; exit 1; }
	$(LAUNCHER) exec -- $(VENV)/python manage.py makemessages --locale zh_Hans --no-wrap --no-location --ignore '.*' --ignore node_modules --ignore tests
	@$(MAKE) $(CATALOGUES)

clean:
	rm -rf .venv node_modules .local/assets .local/static .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find locale -name '*.mo' -delete 2>/dev/null || true

$(RUNTIME): requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "$(PYTHON) is Python %d.%d and the portal needs 3.11 or newer; name another one, as in: make PYTHON=python3.12 run" % v[:2])'
	@test -x $(VENV)/python || $(PYTHON) -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; \
		echo "$(PYTHON) cannot make a virtual environment with pip; install its venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@echo "Installing the Python packages. The first time takes a minute or two."
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing the packages for tests and checks."
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements-dev.txt
	@touch $@

$(SPARK): requirements-spark.txt $(RUNTIME)
	@echo "Installing Apache Spark."
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements-spark.txt
	@touch $@

$(RIVALS): requirements-bench.txt $(RUNTIME)
	@echo "Installing what the portal is measured against."
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore -r requirements-bench.txt
	@touch $@

$(PACKAGES): package.json package-lock.json $(RUNTIME)
	@echo "Installing the front-end packages."
	@PATH="$$PATH:$$PWD/$(VENV)" $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): $(PACKAGES) config/assets.py static/icons.txt
	@$(VENV)/python config/assets.py
	@touch $@

# The settings ask for addresses; collecting files uses none of them.
$(STATIC): $(ASSETS) $(STATIC_SOURCES)
	@echo "Collecting the static files."
	@DATABASE_URL=postgresql://localhost/none REDIS_URL=redis://localhost SECRET_KEY=not-used-for-collecting-static-files \
		IDENTITY_KEY=not-used-for-collecting-static-files \
		SIGNING_KEY=not-used-for-collecting-static-files-000000 \
		$(VENV)/python manage.py collectstatic --no-input --clear --verbosity 0
	@touch $@

%.mo: %.po $(RUNTIME)
	@$(VENV)/python -m babel.messages.frontend --quiet compile --locale $(word 2,$(subst /, ,$<)) --input-file $< --output-file $@
