#!/usr/bin/env bash
# The engine of the npm package chdb (540 MB, so no dependency of the workspace) behind a small HTTP server.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" clickhouse

version=3.4.0
modules=$cache/chdb-$version
password=nitka

prepare() {
  if [ -f "$modules/node_modules/chdb/package.json" ]; then return 0; fi
  say "installing chdb $version"
  local staging
  staging=$(mktemp -d "$modules-XXXXXX")
  echo '{ "private": true }' >"$staging/package.json"
  patiently npm install --prefix "$staging" --no-audit --no-fund --ignore-scripts --save-exact "chdb@$version" \
    >"$folder/npm.log" 2>&1 || { cat "$folder/npm.log" >&2; rm -rf "$staging"; die 'chdb could not be installed'; }
  rm -rf "$modules" && mv "$staging" "$modules"
}

answers() {
  node -e 'fetch(process.argv[1], { signal: AbortSignal.timeout(5000) })
    .then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' \
    "http://127.0.0.1:$(port)/ping"
}

up() {
  mkdir -p "$folder/data"
  # Every query in flight takes a thread of Node's pool.
  UV_THREADPOOL_SIZE=16 background node "$here/clickhouse/server.mjs" "$modules" "$folder/data" "$(port)" "$password"
  wait_for 60 answers
}

is_up() { running && answers; }

describe() {
  export_env NITKA_TEST_CLICKHOUSE "http://default:$password@127.0.0.1:$(port)/nitka"
  export_env NITKA_TEST_CLICKHOUSE_CONTROL "$(control_script)"
}

run "$@"
