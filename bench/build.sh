#!/usr/bin/env bash
# Builds the mock and the load generator into .bench/bin.
set -euo pipefail
cd "$(dirname "$0")"
for part in mock loadgen; do
  (cd "$part" && CGO_ENABLED=0 go build -buildvcs=false -ldflags='-s -w' -o "../../.bench/bin/$part" .)
done
mkdir -p ../.bench/run ../.bench/logs results
