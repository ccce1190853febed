#!/usr/bin/env bash
# WebKitGTK's MiniBrowser and its WebDriver of the Debian packages. A driver serves one session at a time, so
# each test starts one; the program named in NITKA_TEST_WEBKIT gives it a display and a message bus.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" webkit

prepare() {
  if has WebKitWebDriver xvfb-run xauth dbus-run-session && [ -n "$(mini_browser)" ]; then return 0; fi
  apt_install webkit2gtk-driver xvfb xauth dbus dbus-bin dbus-daemon
}

mini_browser() { ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | sort -V | tail -n 1; }
is_up() { return 0; }
up() { :; }

describe() {
  cat >"$folder/driver" <<'END'
#!/usr/bin/env bash
# The sandbox refuses to run as root, and a container has no graphics card.
export WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS=1 LIBGL_ALWAYS_SOFTWARE=1
export WEBKIT_DISABLE_DMABUF_RENDERER=1 WEBKIT_DISABLE_COMPOSITING_MODE=1
# No settings or accessibility service to start.
export GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1 GTK_A11Y=none
exec xvfb-run -a -s '-screen 0 1280x900x24 -nolisten tcp' dbus-run-session -- WebKitWebDriver --host=127.0.0.1 "$@"
END
  chmod +x "$folder/driver"
  export_env NITKA_TEST_WEBKIT "$folder/driver"
  export_env NITKA_TEST_WEBKIT_BROWSER "$(mini_browser)"
}

run "$@"
