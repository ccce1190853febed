#!/usr/bin/env bash
# The Caddy of the Debian package: only installed. Each test starts its own, with its own configuration.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" caddy

program() { command -v caddy || ls /usr/bin/caddy 2>/dev/null; }

prepare() {
  if [ -n "$(program)" ]; then return 0; fi
  apt_install_idle caddy
}

up() { :; }
down() { :; }
crash() { :; }
is_up() { [ -n "$(program)" ]; }

describe() { export_env NITKA_TEST_CADDY "$(program)"; }

run "$@"
