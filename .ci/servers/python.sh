#!/usr/bin/env bash
# Segment's and RudderStack's clients for Python, from PyPI. NITKA_TEST_PYTHON runs a file that uses them.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" python

wanted=$here/../../packages/collector/test/clients/python/requirements.txt
installed=$cache/python-$(sha256sum "$wanted" | cut -c1-12)

prepare() {
  if [ -d "$installed" ]; then return 0; fi
  if ! has python3 || ! python3 -c 'import ensurepip' 2>/dev/null; then apt_install python3 python3-venv; fi
  local staging=$installed-staging
  rm -rf "$staging"
  python3 -m venv "$staging"
  say 'installing the clients'
  patiently "$staging/bin/pip" install -q --disable-pip-version-check -r "$wanted" >"$folder/log" 2>&1 ||
    { rm -rf "$staging"; die 'the clients could not be installed'; }
  # Its python may be moved; the other programs name the folder in which they were made, and nobody uses them.
  mv "$staging" "$installed"
}

is_up() { return 0; }
up() { :; }
down() { :; }
crash() { :; }
describe() { export_env NITKA_TEST_PYTHON "$installed/bin/python"; }

run "$@"
