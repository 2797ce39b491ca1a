#!/usr/bin/env bash
# Prints where the gateway spends its CPU under load: bench/profile.sh [requests|streams] [--translated] [--limited] [--thread writer] [--seconds N] [--top N]
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "bench/${0##*/}" "$@"
bench/build.sh
exec python3 -m bench.harness.profile "$@"
