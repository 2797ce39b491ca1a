#!/usr/bin/env bash
# Runs a command with a Redis server: exports TEST_REDIS_URL, and stops and removes a server that it started itself.
# Takes TEST_REDIS_URL or REDIS_URL where one is given; else starts a throw-away server from the machine's Redis, installed by apt-get when absent.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

if [[ $# -eq 0 ]]; then
  echo "usage: $0 COMMAND [ARGUMENT...]" >&2
  exit 2
fi

for given in "${TEST_REDIS_URL:-}" "${REDIS_URL:-}"; do
  if [[ $given == redis://* || $given == rediss://* ]]; then
    export TEST_REDIS_URL=$given
    exec "$@"
  fi
done

root=$(cd "$(dirname "$0")/.." && pwd)
path_with_node="$root/.toolchain/node/bin:$PATH"

install_redis() {
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -q
  # The package would start a server of its own; here its program alone is wanted.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends redis-server
}

if ! command -v redis-server >/dev/null; then
  echo 'Redis is not installed: installing it with apt-get.' >&2
  install_redis >&2 || true
  if ! command -v redis-server >/dev/null; then
    echo 'No Redis could be found or installed. Install redis-server, or set TEST_REDIS_URL=redis://... to a server that tests may write to.' >&2
    exit 1
  fi
fi

home=$(mktemp -d "${TMPDIR:-/tmp}/tollgate-redis.XXXXXX")
server=''
child=''
stop() {
  trap - EXIT
  [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || true
  if [[ -n $server ]]; then
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$home"
}
trap stop EXIT

free_port() {
  PATH=$path_with_node node -e "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })"
}

# True once the server takes connections; false where it has ended before.
is_listening() {
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    grep -q 'Ready to accept connections' "$home/server.log" 2>/dev/null && return 0
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

# The port may be taken between being found free and being used: try another.
for attempt in 1 2 3 4 5; do
  port=$(free_port)
  redis-server --port "$port" --bind 127.0.0.1 --dir "$home" --save '' --appendonly no >"$home/server.log" 2>&1 </dev/null &
  server=$!
  if is_listening; then break; fi
  kill -KILL "$server" 2>/dev/null || true
  if [[ $attempt -eq 5 ]]; then
    cat "$home/server.log" >&2
    exit 1
  fi
done

export TEST_REDIS_URL="redis://127.0.0.1:$port"

# In the background, so that a signal to this script is passed on at once; its standard input stays the caller's.
"$@" <&0 &
child=$!
stopped_by=''
trap 'stopped_by=143; kill -TERM "$child" 2>/dev/null || true' TERM
trap 'stopped_by=129; kill -TERM "$child" 2>/dev/null || true' HUP
trap 'stopped_by=130; kill -TERM "$child" 2>/dev/null || true' INT
code=0
wait "$child" || code=$?
# A trapped signal ends `wait` early: the command is still to be waited for.
while kill -0 "$child" 2>/dev/null; do
  code=0
  wait "$child" || code=$?
done
child=''
exit "${stopped_by:-$code}"
