#!/usr/bin/env bash
# Fails when the PostgreSQL schema is not the one that the source gives, or when a folder of migrations does not lead exactly to its schema.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.toolchain/node/bin:$PWD/node_modules/.bin:$PATH"
export PRISMA_SCHEMA_ENGINE_BINARY="$PWD/scripts/schema-engine.mjs" CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1

node scripts/derive-postgres-schema.mjs --check

if ! diff <(ls prisma/sqlite/migrations | grep -v '\.toml$') <(ls prisma/postgres/migrations | grep -v '\.toml$'); then
  echo 'The two folders of migrations do not hold the same migrations.' >&2
  exit 1
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
check='prisma migrate diff --from-migrations "prisma/$0/migrations" --to-schema "prisma/$0/schema.prisma" --script --exit-code'

if ! DATABASE_URL="file:$scratch/check.db" bash -c "$check" sqlite; then
  echo 'prisma/sqlite/migrations does not lead to its schema. Run scripts/migration-new.sh NAME.' >&2
  exit 1
fi
if ! scripts/with-postgres.sh bash -c 'DATABASE_URL=$TEST_POSTGRES_URL '"$check" postgres; then
  echo 'prisma/postgres/migrations does not lead to its schema. Run scripts/migration-new.sh NAME.' >&2
  exit 1
fi
echo 'No drift.'
