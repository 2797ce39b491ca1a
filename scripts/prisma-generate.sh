#!/usr/bin/env bash
# Generates both Prisma clients into src/database/generated; does nothing when the schemas are those of the last run.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.toolchain/node/bin:$PWD/node_modules/.bin:$PATH"
# Generating needs no schema engine, but the CLI would download one unless it is given something to call.
export PRISMA_SCHEMA_ENGINE_BINARY="$PWD/scripts/schema-engine.mjs" CHECKPOINT_DISABLE=1 PRISMA_HIDE_UPDATE_MESSAGE=1

# An author has just changed the source schema; `make lint` refuses a derived one that was not committed.
node scripts/derive-postgres-schema.mjs

out=src/database/generated
version=$(node -p "require('./node_modules/prisma/package.json').version")
wanted="$version $(cat prisma/sqlite/schema.prisma prisma/postgres/schema.prisma | sha256sum | cut -d' ' -f1)"
if [[ -f $out/.stamp && $(<"$out/.stamp") == "$wanted" && -f $out/sqlite/client.ts && -f $out/postgres/client.ts ]]; then
  exit 0
fi

rm -rf "$out"
for dialect in sqlite postgres; do
  if ! log=$(prisma generate --schema "prisma/$dialect/schema.prisma" 2>&1); then
    printf '%s\n' "$log" >&2
    exit 1
  fi
done
printf '%s\n' "$wanted" >"$out/.stamp"
