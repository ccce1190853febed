#!/usr/bin/env bash
# Firefox of the Debian package. The tests start it themselves, by WebDriver BiDi.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" firefox

prepare() { has firefox-esr || has firefox || apt_install firefox-esr; }
is_up() { return 0; }
up() { :; }
describe() { export_env NITKA_TEST_FIREFOX "$(command -v firefox-esr || command -v firefox)"; }

run "$@"
