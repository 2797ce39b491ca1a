#!/usr/bin/env bash
# Writes what the routes and objects do now into test/e2e/authorization/*.txt; the difference is to be reviewed line by line.
set -euo pipefail
cd "$(dirname "$0")/.."
UPDATE_AUTHORIZATION=1 scripts/with-node jest test/e2e/authorization/routes test/e2e/authorization/objects --maxWorkers=1
git --no-pager diff --stat -- test/e2e/authorization
