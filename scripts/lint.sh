#!/usr/bin/env bash
# Runs every static check, all of them even when one fails, and names those that did.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"

failed=()
check() {
  local name=$1
  shift
  local began=$SECONDS
  if "$@"; then
    echo "ok    $name ($((SECONDS - began)) s)"
  else
    echo "FAIL  $name ($((SECONDS - began)) s)"
    failed+=("$name")
  fi
}

check formatting prettier --check --log-level warn .
check 'types: all' tsc --noEmit -p tsconfig.json
check 'types: core alone' tsc --noEmit -p src/core/tsconfig.json
check eslint eslint --max-warnings 0 .
check walls depcruise --config .dependency-cruiser.cjs --output-type err src enterprise
check licences node scripts/check-licences.mjs
check 'vulnerable versions' node scripts/check-vulnerable.mjs
check 'generated pages: errors' node scripts/write-errors-doc.mjs --check
check 'generated pages: providers' node --disable-warning=ExperimentalWarning scripts/write-providers-doc.mjs --check
check 'generated pages: translation' node --disable-warning=ExperimentalWarning scripts/write-translation-doc.mjs --check
check 'schema drift' scripts/check-drift.sh

if ((${#failed[@]} > 0)); then
  printf 'lint failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
