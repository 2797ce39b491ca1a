# The commands of this project. Each installs what it needs first, a supported Node included.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run install build generate test test-unit test-integration test-wire soak lint format migration bench bench-core bench-guardrails bench-keys bench-key-list bench-reports sim clean

NODE := scripts/with-node

help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-18s %s\n", $$1, $$2 }'

run: ## serve on port 4000 with config.example.yaml (CONFIG=..., PORT=...)
	@scripts/run.sh

install: ## install packages and generate the database clients, where they changed
	@scripts/install.sh

build: install ## compile src/ into dist/
	@scripts/build.sh

generate: install ## write what is made from sources: docs/errors.md, docs/providers.md, docs/translation.md, docs/config.md and its JSON schema
	@$(NODE) node scripts/write-errors-doc.mjs
	@$(NODE) node --disable-warning=ExperimentalWarning scripts/write-providers-doc.mjs
	@$(NODE) node --disable-warning=ExperimentalWarning scripts/write-translation-doc.mjs
	@$(NODE) node --disable-warning=ExperimentalWarning scripts/write-config-docs.mjs

test: ## every test, on SQLite and PostgreSQL
	@scripts/test.sh all

test-unit: ## the tests beside the sources: no network, no database
	@scripts/test.sh unit

test-integration: ## the tests under test/: databases, the app over HTTP, real SDKs, the packed library, the architecture
	@scripts/test.sh integration

test-wire: ## requests and answers recorded on the wire, against a running gateway
	@scripts/test-wire.sh

soak: ## the long forms of tests that have one, on each database: kills under load, races, mixed requests, outages, models of leases (about 45 minutes), Schemathesis with 1,000 examples for each operation (some hours)
	@TOLLGATE_PROPERTY_SEED=$$RANDOM TOLLGATE_PROPERTY_RUNS=100000 scripts/test.sh unit src/limits/budgets
	@TOLLGATE_PROPERTY_SEED=$$RANDOM TOLLGATE_KILLS=200 TOLLGATE_RACE_REQUESTS=2000 TOLLGATE_LEASE_RUNS=300 TOLLGATE_AWAY_SECONDS=60 TOLLGATE_MIXED_REQUESTS=50000 scripts/test.sh integration test/e2e/kill test/e2e/budgets test/integration/limits
	@SCHEMATHESIS_EXAMPLES=$${SCHEMATHESIS_EXAMPLES:-1000} scripts/test.sh integration test/compat/schemathesis

lint: install ## formatting, types, eslint, the walls, licences, vulnerable versions, schema drift
	@scripts/lint.sh

format: install ## rewrite the sources as prettier has them
	@$(NODE) prettier --write --log-level warn .

migration: install ## author a migration for both databases: make migration name=add_team_table
	@scripts/migration-new.sh "$(name)"

bench-core: install build ## what translating costs in each adapter; compared with bench/core-baseline.json
	@$(NODE) node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/core.mjs

bench-guardrails: install build ## what each built-in guardrail costs for each KB of text; fails where content filter and pii take 1 ms for 4 KB
	@$(NODE) node bench/guardrails.mjs --check

bench: install build ## speed and memory against a bare forwarder; writes bench/results/
	@$(NODE) bench/run.sh

bench-keys: install build ## what KEYS=1000000 keys in the database change in start-up and memory, on both databases
	@scripts/with-postgres.sh $(NODE) node bench/keys/many-keys.mjs --keys $(or $(KEYS),1000000)

bench-key-list: install build ## lists of keys over HTTP on a PostgreSQL with ROWS=10000000 made-up keys (about 11 GB)
	@scripts/with-postgres.sh $(NODE) node bench/keys/key-list.mjs $(ROWS)

bench-reports: install build ## reports over HTTP on a PostgreSQL with ROWS=10000000 made-up rows in each table (about 13 GB)
	@scripts/with-postgres.sh $(NODE) node bench/reports/reports.mjs $(ROWS)

sim: install ## the routing strategies against each other, in virtual time; writes bench/results/sim-latest.md
	@$(NODE) node --disable-warning=ExperimentalWarning bench/sim.mjs

clean: ## remove what was built or cached; keeps .tollgate (database, keys), packages and the toolchain
	@rm -rf dist coverage .cache src/database/generated
