#!/usr/bin/env bash
# The nginx of the Debian package.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" nginx

run_installed nginx nginx-light "$@"
