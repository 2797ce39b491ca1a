#!/usr/bin/env bash
# Builds src/core alone and packs it: prints the path of tollgate-core-<version>.tgz, made in the folder given (default: the root).
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
target="$(cd "${1:-$root}" && pwd)"
PATH="$root/.toolchain/node/bin:$root/node_modules/.bin:$PATH"

# A folder of its own, so that two runs do not meet.
build="$(mktemp -d "${TMPDIR:-/tmp}/tollgate-core.XXXXXX")"
trap 'rm -rf "$build"' EXIT

tsc -p "$root/src/core/tsconfig.build.json" --outDir "$build/dist"
install -D -m 644 -t "$build/dist/pricing" "$root/src/core/pricing/price-table.json" "$root/src/core/pricing/price-table.LICENSE"
cp "$root/src/core/package.json" "$root/src/core/README.md" "$root/LICENSE" "$build/"
# npm writes notices to stderr and the file's name to stdout.
cd "$build"
echo "$target/$(npm pack --ignore-scripts --silent --pack-destination "$target")"
