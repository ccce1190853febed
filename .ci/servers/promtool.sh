#!/usr/bin/env bash
# Prometheus' own tool, of the Debian package.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" promtool

run_installed promtool prometheus "$@"
