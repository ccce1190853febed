#!/usr/bin/env bash
# The Caddy of the Debian package: only installed. Each test starts its own, with its own configuration.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" caddy

program() { command -v caddy || ls /usr/bin/caddy 2>/dev/null; }

prepare() {
  if [ -n "$(program)" ]; then return 0; fi
  # Without this the package starts a server on port 80.
  local policy=/usr/sbin/policy-rc.d own=
  if [ ! -e "$policy" ]; then
    own=1
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
  fi
  apt_install caddy
  if [ -n "$own" ]; then rm -f "$policy"; fi
}

up() { :; }
down() { :; }
crash() { :; }
is_up() { [ -n "$(program)" ]; }

describe() { export_env NITKA_TEST_CADDY "$(program)"; }

run "$@"
