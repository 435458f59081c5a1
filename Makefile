.DEFAULT_GOAL := help
.PHONY: help run test test-browser check lint format types bench bench-load messages lock shell venv check-infra image aws-local aws-up aws-down aws-secrets practice drill
PYTHON_IN_VENV := .venv/bin/python
MANAGE := $(PYTHON_IN_VENV) manage.py
TEMPLATES = $$(find templates -name '*.html')
# What a production site would set, to ask Django's deployment checks about it.
PRODUCTION := ENVIRONMENT=production SITE_URL=https://vault.example.com EMAIL_URL=smtp+tls://mail.example.com \
	SECRET_KEY=only-to-run-the-checks-no-site-was-ever-signed-with-this-one-0123456789
export PORT ?= 8000

help: ## Show this help
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | \
		while IFS="$$(printf '\t')" read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

run: ## Run the whole site with a demo account (PORT=8000)
	@./bootstrap.sh requirements.txt
	@exec $(MANAGE) run_local

test: venv ## Run every test: SQLite, PostgreSQL, a browser
	@$(PYTHON_IN_VENV) -m tests.run $(TESTS)

test-browser: venv ## Run the browser's tests on one kind of site: SITE=one, parts (roles behind nginx), aws-local
	@BROWSER_SITE="$(or $(SITE),one)" $(PYTHON_IN_VENV) -m pytest -q -m browser $(or $(TESTS),tests/browser)

check: lint types ## Run every check that is not a test
	@$(MANAGE) makemigrations --check --dry-run --verbosity 1
	@$(MANAGE) check --fail-level WARNING
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	@.venv/bin/lint-imports --no-cache --no-logo

lint: venv ## Check format and style of code and templates
	@.venv/bin/ruff format --check --quiet . || { echo "Not formatted: run make format"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/djade --check --target-version 6.0 $(TEMPLATES)

format: venv ## Format code and templates
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .
	@.venv/bin/djade --target-version 6.0 $(TEMPLATES)

types: venv ## Check types with mypy --strict
	@.venv/bin/mypy .

bench: venv ## Measure this site beside others, as ratios (BENCH=quick: a smoke test)
	@VENV=var/bench-venv ./bootstrap.sh requirements-bench.txt
	@$(PYTHON_IN_VENV) -m bench

bench-load: venv ## Mixed use: the knee, then 20 min at half and at full load (LOAD=12:1200: one rate)
	@VENV=var/bench-venv ./bootstrap.sh requirements-bench.txt
	@$(PYTHON_IN_VENV) -m bench.load

check-infra: venv ## Check image, Terraform, Kubernetes and workflows, without an account
	@$(PYTHON_IN_VENV) -m tests.infra.tools
	@$(PYTHON_IN_VENV) -m pytest -q -m infra tests -n 2

image: ## Build the image without a container engine, and try it (root, Debian)
	@deploy/image/build-and-try.sh

aws-local: venv ## Run the site on S3, SNS and Secrets Manager of this machine
	@exec $(PYTHON_IN_VENV) -m local_cloud

aws-up: ## Make an environment on AWS and deploy to it: make aws-up ENV=dev
	@infra/bin/up "$(ENV)"

aws-down: ## Take an environment off AWS, with all that costs: make aws-down ENV=dev
	@infra/bin/down "$(ENV)"

aws-secrets: venv ## Put an environment's secrets into Secrets Manager: make aws-secrets ENV=dev
	@$(PYTHON_IN_VENV) infra/bin/fill_secrets.py "$(ENV)"

practice: venv ## Check a rung of the ladder from laptop to AWS: make practice RUNG=03
	@$(PYTHON_IN_VENV) -m practice $(RUNG)

messages: venv ## Gather texts for translators, and compile translations (GNU gettext)
	@$(MANAGE) messages

drill: venv ## Break a part of a site made for it: make drill NAME=database-gone
	@$(PYTHON_IN_VENV) -m practice.drills $(NAME)

lock: venv ## Pin and hash requirements*.txt again from the .in files
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.12 requirements.in -o requirements.txt
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.12 requirements-dev.in -o requirements-dev.txt
	@.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.12 requirements-bench.in -o requirements-bench.txt
	@for pins in deploy/image/build-requirements tests/infra/pins/checks tests/infra/pins/checkov; do \
		.venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.12 $$pins.in -o $$pins.txt; done

shell: venv ## Open a Python shell in the project
	@$(MANAGE) shell

venv:
	@./bootstrap.sh requirements-dev.txt
