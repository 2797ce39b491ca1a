#!/usr/bin/env bash
# Builds src/ into dist/, and enterprise/ where it is there into dist/enterprise/; with --if-needed only when a source is newer than the last build.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"

stamp=dist/.built
enterprise=()
[[ ! -d enterprise ]] || enterprise=(enterprise)
is_current() {
  [[ -f $stamp ]] && [[ -z $(find src "${enterprise[@]}" package-lock.json nest-cli.json .swcrc tsconfig.json tsconfig.build.json -newer "$stamp" -type f ! -name '*.spec.ts' -print -quit) ]]
}

if [[ ${1:-} == --if-needed ]] && is_current; then
  exit 0
fi
# Of two builds at once, the second waits and finds its work done.
mkdir -p .cache
if command -v flock >/dev/null; then
  exec 9>.cache/build.lock
  flock 9
  if [[ ${1:-} == --if-needed ]] && is_current; then exit 0; fi
fi
# The time before the build counts: a source that is saved while it runs is newer.
touch .cache/build-began
if ! log=$(nest build 2>&1); then
  printf '%s\n' "$log" >&2
  exit 1
fi
if [[ -d enterprise ]]; then
  swc enterprise -d dist/enterprise --strip-leading-paths --config-file .swcrc --ignore '**/*.spec.ts' --ignore '**/*.mjs' --ignore 'enterprise/test/**' --quiet
  cp enterprise/LICENSE dist/enterprise/
fi
cp -p .cache/build-began "$stamp"
