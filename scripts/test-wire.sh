#!/usr/bin/env bash
# Runs the wire cases against a gateway of its own, in a folder of its own: scripts/test-wire.sh [RUNNER ARGUMENT...]
# They are those beside the checkout (../shared/wire-cases), or test/wire/cases, which is a copy of them, where there are none.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"
root=$PWD

scripts/install.sh
scripts/build.sh --if-needed
# The runner needs the standard library alone, so the environment serves only to have a Python where there was none.
scripts/python-venv.sh

results=$root/.cache/results
mkdir -p "$results"
rm -f "$results/wire.json"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tollgate-wire.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

cases=$root/../shared/wire-cases/cases
[[ -d $cases ]] || cases=$root/test/wire/cases
mkdir "$scratch/cases"
node scripts/choose-wire-cases.mjs "$cases" "$root/test/wire/wrong-cases.json" "$scratch/cases"

# The gateway's database and journal are made where it is started: not in the checkout.
cd "$scratch"
unset DATABASE_URL
PYTHONDONTWRITEBYTECODE=1 "$root/.venv/bin/python" "$root/test/wire/run_wire_cases.py" --cases "$scratch/cases" \
  --gateway-cmd "'$root/bin/tollgate' --config {config} --port {port}" --json "$results/wire.json" "$@"
