#!/usr/bin/env bash
# The Caddy of the Debian package.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" caddy

run_installed caddy caddy "$@"
