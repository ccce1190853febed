#!/usr/bin/env bash
# dbt with what it needs for DuckDB and PostgreSQL, from PyPI, in a Python environment of its own.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" dbt

# 1.12 wants a package that is fetched from a site of its maker's.
packages=(dbt-core==1.11.16 dbt-duckdb==1.11.1 dbt-postgres==1.11.0)
environment=$cache/dbt-1.11.16
program=$environment/bin/dbt

prepare() {
  if [ -x "$program" ] && [ -e "$environment/whole" ]; then return 0; fi
  python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
  say "installing ${packages[*]}"
  rm -rf "$environment"
  python3 -m venv "$environment"
  patiently "$environment/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" \
    >"$folder/log" 2>&1 || die 'could not be installed'
  touch "$environment/whole"
}
is_up() { [ -x "$program" ]; }
up() { :; }
down() { :; }
crash() { :; }
describe() { export_env NITKA_TEST_DBT "$program"; }

run "$@"
