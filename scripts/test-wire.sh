#!/usr/bin/env bash
# Runs the wire cases that the gateway serves so far against a gateway of its own, in a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"
root=$PWD

# Grows with what the gateway serves.
providers=openai,anthropic
endpoints=/v1/chat/completions

scripts/install.sh
scripts/build.sh --if-needed
# The runner needs the standard library alone, so the environment serves only to have a Python where there was none.
scripts/python-venv.sh

results=$root/.cache/results
mkdir -p "$results"
rm -f "$results/wire.json"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tollgate-wire.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/cases"

node --input-type=commonjs -e '
  const { copyFileSync, readdirSync, readFileSync } = require("node:fs");
  const [from, to, providers, endpoints] = process.argv.slice(1);
  for (const name of readdirSync(from).filter((file) => file.endsWith(".json"))) {
    const { provider, endpoint } = JSON.parse(readFileSync(`${from}/${name}`, "utf8"));
    if (providers.split(",").includes(provider) && endpoints.split(",").includes(endpoint)) copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
' test/wire/cases "$scratch/cases" "$providers" "$endpoints"

# The gateway's database and journal are made where it is started: not in the checkout.
cd "$scratch"
unset DATABASE_URL
PYTHONDONTWRITEBYTECODE=1 "$root/.venv/bin/python" "$root/test/wire/run_wire_cases.py" --cases "$scratch/cases" \
  --gateway-cmd "'$root/bin/tollgate' --config {config} --port {port}" --json "$results/wire.json" "$@"
