#!/usr/bin/env bash
# start.sh [NAME…]: starts the named test servers (all without a name) and prints the path of a file to source.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${NITKA_SERVERS_DIR:-${TMPDIR:-/tmp}/nitka-servers-$(id -u)}
mkdir -p "$root"

names=("$@")
if [ ${#names[@]} -eq 0 ]; then names=(postgres clickhouse kafka nginx caddy firefox webkit); fi

failed=()
for name in "${names[@]}"; do
  began=$SECONDS
  if [ ! -f "$here/$name.sh" ] || ! bash "$here/$name.sh" start >&2; then
    failed+=("$name")
    continue
  fi
  echo "[$name] ready after $((SECONDS - began)) s" >&2
done

cat "$root"/*/env >"$root/env.new" 2>/dev/null
mv "$root/env.new" "$root/env"
echo "$root/env"
if [ ${#failed[@]} -gt 0 ]; then
  echo "did not start: ${failed[*]}" >&2
  exit 1
fi
