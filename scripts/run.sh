#!/usr/bin/env bash
# Serves the gateway from a fresh checkout: installs, builds, sees to a master key, starts. CONFIG and PORT change what it serves.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ -n ${TOLLGATE_NODE_READY:-} ]] || TOLLGATE_NODE_READY=1 exec scripts/with-node "scripts/${0##*/}" "$@"

config=${CONFIG:-config.example.yaml}
port=${PORT:-4000}
key_file=.tollgate/master-key

# True when the file itself holds a key, not only the name of the environment variable that does.
config_has_master_key() {
  grep -Eq '^[[:space:]]+["'\'']?master_key["'\'']?:[[:space:]]*["'\'']?[^[:space:]"'\''#]' "$config" &&
    ! grep -Eq '^[[:space:]]+["'\'']?master_key["'\'']?:[[:space:]]*["'\'']?os\.environ/' "$config"
}

make_master_key() {
  (
    umask 077
    mkdir -p .tollgate
    chmod 700 .tollgate
    # Written whole under another name first: a key that is half there would be refused for ever after.
    node -e 'process.stdout.write("sk-" + require("crypto").randomBytes(32).toString("base64url") + "\n")' >"$key_file.new"
    mv "$key_file.new" "$key_file"
  )
  printf '\nMade a master key. It is shown this once and kept in %s:\n\n  %s\n\n' "$key_file" "$(<"$key_file")"
}

scripts/install.sh
scripts/build.sh --if-needed

if [[ -z ${TOLLGATE_MASTER_KEY:-} && -z ${LITELLM_MASTER_KEY:-} ]] && ! config_has_master_key; then
  [[ -s $key_file ]] || make_master_key
  LITELLM_MASTER_KEY=$(<"$key_file")
  # The example request that start-up prints takes the key from the file.
  TOLLGATE_MASTER_KEY_FILE=$key_file
  export LITELLM_MASTER_KEY TOLLGATE_MASTER_KEY_FILE
fi

exec bin/tollgate --config "$config" --port "$port" "$@"
