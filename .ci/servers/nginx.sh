#!/usr/bin/env bash
# The nginx of the Debian package: only installed. Each test starts its own, with its own configuration.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" nginx

program() { command -v nginx || ls /usr/sbin/nginx 2>/dev/null; }

prepare() {
  if [ -n "$(program)" ]; then return 0; fi
  apt_install_idle nginx-light
}

up() { :; }
down() { :; }
crash() { :; }
is_up() { [ -n "$(program)" ]; }

describe() { export_env NITKA_TEST_NGINX "$(program)"; }

run "$@"
