#!/usr/bin/env bash
# Makes .venv with the Python packages of test/compat/requirements.txt; does nothing when they are there already.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=test/compat/requirements.txt
stamp=.venv/.tollgate-installed
if cmp -s "$requirements" "$stamp" && [[ -x .venv/bin/python ]]; then
  exit 0
fi

install_python() {
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends python3 python3-venv
}

# Debian has `venv` without `ensurepip` until python3-venv is installed.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  echo 'Python with venv is not installed: installing it with apt-get.' >&2
  install_python >&2
fi

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "The packages of $requirements need Python 3.11 or newer; this is $(python3 --version)." >&2
  exit 1
fi

rm -rf .venv
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: -r "$requirements" >&2
cp "$requirements" "$stamp"
