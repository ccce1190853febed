#!/usr/bin/env bash
# start.sh [NAME…]: starts the named test servers (all without a name) and prints the path of a file to source.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${NITKA_SERVERS_DIR:-${TMPDIR:-/tmp}/nitka-servers-$(id -u)}
mkdir -p "$root"

names=("$@")
if [ ${#names[@]} -eq 0 ]; then names=(postgres clickhouse kafka nginx caddy promtool systemd dbt python go java firefox webkit); fi

# What hangs is ended: a mirror, a lock that somebody holds, a server that does not answer.
start() { timeout -k 10 10m bash "$here/$1.sh" start >&2; }

# Begins anew: a mirror may have been away for a moment, or the port have gone to somebody else.
start_again() {
  echo "[$1] did not start, and is tried once more" >&2
  timeout -k 10 1m bash "$here/$1.sh" kill >&2
  rm -rf "${root:?}/$1"
  start "$1"
}

bring() {
  local began=$SECONDS
  if [ ! -f "$here/$1.sh" ] || ! { start "$1" || start_again "$1"; }; then return 1; fi
  echo "[$1] ready after $((SECONDS - began)) s" >&2
}

failed=()
declare -A waiting
# What downloads and compiles and starts nothing goes on beside the rest.
for name in "${names[@]}"; do
  case $name in dbt | python | go | java) bring "$name" & waiting[$name]=$! ;; esac
done
for name in "${names[@]}"; do
  if [ -z "${waiting[$name]:-}" ] && ! bring "$name"; then failed+=("$name"); fi
done
for name in "${!waiting[@]}"; do
  wait "${waiting[$name]}" || failed+=("$name")
done

cat "$root"/*/env >"$root/env.new" 2>/dev/null
mv "$root/env.new" "$root/env"
echo "$root/env"
if [ ${#failed[@]} -gt 0 ]; then
  echo "did not start: ${failed[*]}" >&2
  exit 1
fi
