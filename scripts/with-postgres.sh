#!/usr/bin/env bash
# Runs a command with a PostgreSQL server: exports TEST_POSTGRES_URL, and stops and removes a server that it started itself.
# Takes TEST_POSTGRES_URL or DATABASE_URL where one is given; else starts a throw-away cluster from the machine's PostgreSQL, installed by apt-get when absent.
set -euo pipefail
# Of system commands, some live where only root looks.
PATH="$PATH:/usr/sbin:/sbin"

if [[ $# -eq 0 ]]; then
  echo "usage: $0 COMMAND [ARGUMENT...]" >&2
  exit 2
fi

for given in "${TEST_POSTGRES_URL:-}" "${DATABASE_URL:-}"; do
  if [[ $given == postgres://* || $given == postgresql://* ]]; then
    export TEST_POSTGRES_URL=$given
    exec "$@"
  fi
done

root=$(cd "$(dirname "$0")/.." && pwd)
path_with_node="$root/.toolchain/node/bin:$PATH"

newest_postgres() {
  local bin newest=''
  while read -r bin; do
    [[ -x $bin/initdb && -x $bin/pg_ctl ]] && newest=$bin
  done < <(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V)
  if [[ -z $newest ]] && command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    newest=$(dirname "$(readlink -f "$(command -v initdb)")")
  fi
  printf '%s' "$newest"
}

install_postgres() {
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo -n)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends postgresql
}

bin=$(newest_postgres)
if [[ -z $bin ]]; then
  echo 'PostgreSQL is not installed: installing it with apt-get.' >&2
  install_postgres >&2 || true
  bin=$(newest_postgres)
  if [[ -z $bin ]]; then
    echo 'No PostgreSQL could be found or installed. Install it, or set DATABASE_URL=postgresql://... to a server that tests may create databases in.' >&2
    exit 1
  fi
fi

# PostgreSQL refuses to run as root.
as_owner=()
home=$(mktemp -d "${TMPDIR:-/tmp}/tollgate-postgres.XXXXXX")
if [[ $(id -u) -eq 0 ]]; then
  as_owner=(runuser -u postgres --)
  chown postgres "$home"
fi
# No connection of the script's caller may end up in the server's own set of open files.
owner() { (cd "$home" && "${as_owner[@]}" "$@") </dev/null; }

child=''
stop() {
  trap - EXIT
  [[ -z $child ]] || kill -TERM "$child" 2>/dev/null || true
  owner "$bin/pg_ctl" stop -D "$home/data" -m immediate -w >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap stop EXIT

free_port() {
  PATH=$path_with_node node -e "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })"
}

owner "$bin/initdb" -D "$home/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$home/initdb.log" 2>&1 || {
  cat "$home/initdb.log" >&2
  exit 1
}

# The port may be taken between being found free and being used: try another.
for attempt in 1 2 3 4 5; do
  port=$(free_port)
  settings="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  if owner "$bin/pg_ctl" start -D "$home/data" -l "$home/server.log" -w -t 60 -o "$settings" >/dev/null 2>&1; then
    break
  fi
  if [[ $attempt -eq 5 ]]; then
    cat "$home/server.log" >&2
    exit 1
  fi
done

export TEST_POSTGRES_URL="postgresql://postgres@127.0.0.1:$port/postgres"

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
