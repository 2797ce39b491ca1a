#!/usr/bin/env bash
# Measures the gateway's speed and memory beside a bare forwarder's, and writes the tables to bench/results/: bench/run.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "bench/${0##*/}" "$@"

for tool in go python3 taskset; do
  command -v "$tool" >/dev/null || {
    echo "bench: $tool is needed." >&2
    exit 1
  }
done
if (($(nproc) < 2)); then
  echo 'bench: two cores are needed, one for the gateway and one for the load.' >&2
  exit 1
fi
bench/build.sh
scripts/build.sh --if-needed
exec python3 -m bench.harness.bench "$@"
