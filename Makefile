# Every target in one line: make help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := libs/contracts libs/policy libs/chassis services/referral-intake services/triage services/agency-notify services/audit clients/operator-cli clients/triage-ui deploy/local
STAMP := $(VENV)/.installed
export XDG_RUNTIME_DIR ?= $(CURDIR)/.frontdoor/run
# A stack is a dozen processes and a test run starts hundreds: none compiles again what another has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
# Where a part of the tests is: a member by its name, or a folder of tests/.
place_of = $(or $(wildcard $(foreach room,libs services clients deploy tests,$(room)/$(1))),$(error There is no part $(1)))

.PHONY: help demo up sandbox down status secrets check test format schemas lock chaos chaos-controls bench bench-accept bench-pages year deploy-check fuzz screenshots clean

help: ## Show every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

demo: $(STAMP) ## Start the stack, walk real-shaped referrals through every stage, verify the log, stop (TIMING=1 says what takes how long)
	@$(BIN)/python -m frontdoor demo $(if $(TIMING),--timing)

up: $(STAMP) ## The same, and stay up; prints addresses and sign-ins
	@$(BIN)/python -m frontdoor up --demo $(if $(TIMING),--timing)

sandbox: $(STAMP) ## Start the stack for partners' developers, with a front door team that answers by magic words
	@$(BIN)/python -m frontdoor up --sandbox $(if $(TIMING),--timing)

down: $(STAMP) ## Stop what `make up` or `make sandbox` started
	@$(BIN)/python -m frontdoor down

status: $(STAMP) ## How every part and process is, and where
	@$(BIN)/python -m local_stack status

secrets: $(STAMP) ## Make every password, key and setting that docker-compose.yml needs: make secrets SMTP_URL=…, or DEMO=1
	@$(BIN)/python -m local_stack.compose_secrets $(if $(DEMO),--demo) $(if $(SMTP_URL),--smtp-url "$(SMTP_URL)") \
		$(if $(ALERTS_TO),--alerts-to "$(ALERTS_TO)") $(if $(LOG_ORIGIN),--log-origin "$(LOG_ORIGIN)")

check: $(STAMP) ## The static gate: ruff, mypy, import rules, generated files fresh, packs valid
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy $(MEMBERS:%=%/src) deploy/image tests bench conftest.py
	@for member in $(MEMBERS); do $(BIN)/mypy $$member/tests || exit 1; done
	@$(BIN)/lint-imports
	@$(BIN)/python -m contracts.documents --check libs/contracts
	@$(BIN)/python -m tests.contract.api_documents --check docs/api
	@$(BIN)/python -m tests.deploy.manifests --check
	@$(BIN)/python -m policy.check partnerships

test: $(STAMP) ## Every test: unit, contract, end to end and a short fault campaign; or of one part: make test PART=triage
	@for tool in bash curl openssl; do command -v $$tool >/dev/null || { \
		echo "The partners' guide is run as it is written, with $$tool. On Debian or Ubuntu: sudo apt-get install -y $$tool" >&2; \
		exit 1; }; done
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
		command -v google-chrome >/dev/null || { echo "The web client is tried in a real browser." \
		"On Debian: sudo apt-get install -y chromium-headless-shell; elsewhere: chromium" >&2; exit 1; }
	@command -v promtool >/dev/null && command -v amtool >/dev/null || { \
		echo "Alerts are tried with their own tools. On Debian or Ubuntu: sudo apt-get install -y prometheus prometheus-alertmanager" >&2; \
		exit 1; }
	@$(BIN)/python -m local_stack parts
	@$(BIN)/python -m $(if $(PART),pytest -n 2 --dist loadfile --no-loadscope-reorder --plans $(call place_of,$(PART)),tests.everything)

format: $(STAMP) ## Bring the code into the house style
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

schemas: $(STAMP) ## Write the published schemas and the AsyncAPI document, each service's API document, and manifests made from tables
	@$(BIN)/python -m contracts.documents libs/contracts
	@$(BIN)/python -m tests.contract.api_documents docs/api
	@$(BIN)/python -m tests.deploy.manifests

chaos: $(STAMP) ## A longer fault campaign: make chaos SEED=7 MINUTES=20
	@$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --minutes $(or $(MINUTES),10)

chaos-controls: $(STAMP) ## Plant known bugs one at a time; each must be caught
	@$(BIN)/python -m tests.chaos.controls

bench: $(STAMP) ## Measure accept and flow next to named peers; keeps the result under bench/results
	@$(BIN)/python -m bench

bench-accept: $(STAMP) ## Measure accepting a referral next to three plainer endpoints, at 32 and 128 connections
	@$(BIN)/python -m bench accept

bench-pages: $(STAMP) ## Measure the queue and case pages of triage with 20,000 open of 1,000,000 stored cases
	@$(BIN)/python -m bench pages

year: $(STAMP) ## A year of England through the whole stack, with staff and kills: make year SHARE=0.01 SEED=1
	@$(BIN)/python -m bench year --share $(or $(SHARE),1.0) --seed $(or $(SEED),1)

deploy-check: $(STAMP) ## Have manifests checked; run the image and docker-compose.yml, kill, restore, raise every alert; needs Go, Docker, Prometheus
	@failed=0; \
	$(BIN)/pytest -m checkers tests/deploy || failed=1; \
	$(BIN)/pytest -m engine tests/deploy || failed=1; \
	exit $$failed

fuzz: $(STAMP) ## Send what nobody should, as every role, and leave in the middle: make fuzz REQUESTS=20000 SEED=1
	@nice $(BIN)/python -m tests.fuzz --requests $(or $(REQUESTS),20000) --seed $(or $(SEED),1)

screenshots: $(STAMP) ## Take the pictures of the web client in the documentation again, on a stack of its own
	@$(BIN)/python -m tests.browser.screenshots docs/images

lock: ## Resolve the dependencies of every member again: make lock UPGRADE=--upgrade
	@printf -- '-e ./%s\n' $(MEMBERS) | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE) \
		$(shell sed -n 's/^name = "\(frontdoor-[a-z-]*\)"/--no-emit-package \1/p' $(MEMBERS:%=%/pyproject.toml)) \
		--group pyproject.toml:dev --output-file requirements.lock -

clean: ## Remove the environment and this checkout's stack folder
	rm -rf $(VENV) .frontdoor

# The environment: made from the lock, every download checked against its hash.
$(STAMP): requirements.lock $(MEMBERS:%=%/pyproject.toml)
	@sh scripts/environment.sh "$(PYTHON)" "$(VENV)" $(MEMBERS)
	@touch $@
