#!/usr/bin/env bash
# Runs the tests and prints one summary line: scripts/test.sh [all|unit|integration] [JEST ARGUMENT...]
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"

what=all
case ${1:-} in
  all | unit | integration)
    what=$1
    shift
    ;;
esac

results=.cache/results
mkdir -p "$results"
expected=()
[[ $what == integration ]] || expected+=("$results/unit.json")
[[ $what == unit ]] || expected+=("$results/integration.json")
rm -f "${expected[@]}"

# A run that hangs is ended, so that the summary comes all the same.
# --forceExit: a test that failed may leave a server behind, and the summary is not to wait for it.
# --expose-gc: tests of the client cache watch evicted clients being collected.
run_jest() {
  local name=$1
  shift
  timeout --foreground --kill-after=10 "${TEST_TIMEOUT_SECONDS:-1500}" \
    node --expose-gc node_modules/jest/bin/jest.js --config jest.config.cjs --maxWorkers=100% --forceExit --json --outputFile="$results/$name.json" "$@"
}

run_unit() {
  local folders=(src)
  [[ -z $(find enterprise -name '*.spec.ts' -print -quit) ]] || folders+=(enterprise)
  run_jest unit "$@" --testPathIgnorePatterns "$PWD/enterprise/test/" --roots "${folders[@]/#/$PWD/}"
}

# Unlike unit tests, these have databases, a Redis, processes and clients in other languages to talk to.
run_integration() {
  scripts/build.sh --if-needed
  scripts/python-venv.sh
  export -f run_jest
  export results
  local folders=("$PWD/test")
  [[ ! -d enterprise/test ]] || folders+=("$PWD/enterprise/test")
  export integration_roots="${folders[*]}"
  scripts/with-postgres.sh scripts/with-redis.sh bash -euo pipefail -c 'run_jest integration "$@" --roots $integration_roots' run-integration "$@"
}

scripts/install.sh
code=0
if [[ $what != integration ]]; then run_unit "$@" || code=1; fi
if [[ $what != unit ]]; then run_integration "$@" || code=1; fi

node scripts/count-results.mjs "${expected[@]}" || code=1
exit "$code"
