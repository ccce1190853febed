#!/usr/bin/env bash
# stop.sh [NAME…]: ends the named test servers (all without a name) and deletes their data.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${NITKA_SERVERS_DIR:-${TMPDIR:-/tmp}/nitka-servers-$(id -u)}

names=("$@")
if [ ${#names[@]} -eq 0 ]; then names=(postgres clickhouse kafka nginx caddy promtool systemd dbt python go java firefox webkit); fi
for name in "${names[@]}"; do
  if [ -d "$root/$name" ] && bash "$here/$name.sh" stop; then rm -rf "${root:?}/$name"; fi
done
rm -f "$root/env" "$root/apt-updated" "$root/apt-lock"
rmdir "$root" 2>/dev/null || true
