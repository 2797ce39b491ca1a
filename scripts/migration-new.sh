#!/usr/bin/env bash
# Writes the migration from the last one to prisma/sqlite/schema.prisma, for both databases: scripts/migration-new.sh add_team_table
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.toolchain/node/bin:$PWD/node_modules/.bin:$PATH"
export PRISMA_SCHEMA_ENGINE_BINARY="$PWD/scripts/schema-engine.mjs" CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1

name=${1:-}
if [[ ! $name =~ ^[a-z][a-z0-9_]*$ ]]; then
  echo "usage: $0 NAME, in lower case with underscores, such as add_team_table" >&2
  exit 2
fi

node scripts/derive-postgres-schema.mjs

scratch=$(mktemp -d)
new_folder() { ls "prisma/$1/migrations" | grep -vxFf "$scratch/$1" || true; }
finish() {
  local code=$? dialect folder
  # Both or neither.
  if [[ $code -ne 0 ]]; then
    for dialect in sqlite postgres; do
      folder=$(new_folder "$dialect")
      [[ -z $folder ]] || rm -rf "prisma/$dialect/migrations/$folder"
    done
  fi
  rm -rf "$scratch"
  exit "$code"
}
# What is there already, so that the new folders can be told from the old ones.
for dialect in sqlite postgres; do
  mkdir -p "prisma/$dialect/migrations"
  { echo migration_lock.toml; ls "prisma/$dialect/migrations"; } >"$scratch/$dialect"
done
trap finish EXIT

# The stand-in engine cannot both apply older migrations and write a new one in the same run of `migrate dev`: they are applied first.
DATABASE_URL="file:$scratch/author.db" bash -euo pipefail -c 'prisma migrate deploy && prisma migrate dev --create-only --name "$0"' "$name"

# In a database of its own, so that a given server is left as it was.
scripts/with-postgres.sh env NAME="$name" bash -euo pipefail -c '
  on_server() { node --input-type=module -e "import pg from \"pg\"; const c = new pg.Client(process.env.TEST_POSTGRES_URL); await c.connect(); await c.query(process.argv[1]); await c.end();" "$1"; }
  database=tollgate_author_$$
  on_server "CREATE DATABASE $database"
  trap "on_server \"DROP DATABASE $database WITH (FORCE)\"" EXIT
  export DATABASE_URL=$(node -p "const u = new URL(process.env.TEST_POSTGRES_URL); u.pathname = process.argv[1]; u.href" "$database")
  prisma migrate deploy
  prisma migrate dev --create-only --name "$NAME"
'

# Each folder is named by the second in which it was made: the pair gets one name.
sqlite=$(new_folder sqlite)
postgres=$(new_folder postgres)
if [[ $postgres != "$sqlite" ]]; then
  mv "prisma/postgres/migrations/$postgres" "prisma/postgres/migrations/$sqlite"
fi

scripts/prisma-generate.sh
echo "Made prisma/sqlite/migrations/$sqlite and prisma/postgres/migrations/$sqlite. Read both, then commit them with the schemas."
