#!/usr/bin/env bash
# Installs what package-lock.json names and generates the database clients; does nothing when both are there already.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"

# The lockfile of the last complete install, kept where `npm ci` removes it first.
stamp=node_modules/.tollgate-installed

install_packages() {
  cmp -s package-lock.json "$stamp" && return 0
  echo 'Installing packages (npm ci)...' >&2
  # No package runs a script of its own on this machine: native modules come prebuilt inside their packages.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json "$stamp"
}

# Two runs at once (make run beside make test) take turns.
mkdir -p .cache
if command -v flock >/dev/null; then
  exec 9>.cache/install.lock
  flock 9
fi
install_packages
scripts/prisma-generate.sh 9>&-
