#!/usr/bin/env bash
# What reads the units of systemd; nothing is run by it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" systemd

run_installed systemd-analyze systemd "$@"
