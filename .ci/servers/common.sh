#!/usr/bin/env bash
# Sourced by the script of every server, with the server's name as its argument.
set -euo pipefail
# Where Debian keeps what only root runs.
PATH=$PATH:/usr/sbin:/sbin

name=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# One folder for everything that runs. Two sets of servers side by side need two folders.
root=${NITKA_SERVERS_DIR:-${TMPDIR:-/tmp}/nitka-servers-$(id -u)}
# What was downloaded outlives the servers' data.
cache=${NITKA_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nitka-servers}
folder=$root/$name
mkdir -p "$folder" "$cache"
# The cluster of PostgreSQL belongs to another user, who has to pass through here.
chmod 755 "$root" "$folder"

say() { echo "[$name] $*" >&2; }

die() {
  say "$*"
  if [ -s "$folder/log" ]; then tail -n 30 "$folder/log" >&2; fi
  exit 1
}

# has PROGRAM…: true if all of them are there.
has() {
  local program
  for program in "$@"; do command -v "$program" >/dev/null || return 1; done
}

# patiently COMMAND…: three tries, since mirrors and registries are away for moments.
patiently() {
  local try
  for try in 1 2 3; do
    if "$@"; then return 0; fi
    say "try $try of 3 failed: $1 ${2-}"
    sleep $((try * 5))
  done
  return 1
}

# apt_install PACKAGE…: only what is missing, so that a machine that has it all needs no network.
apt_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  [ "$(id -u)" = 0 ] || die "root is needed to install: ${missing[*]}"
  say "installing ${missing[*]}"
  # One at a time: the lock of the lists is not waited for by apt itself.
  exec 8>"$root/apt-lock"
  flock 8
  local options=(-qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  # Once an hour is enough: several servers install one after the other.
  if [ -z "$(find "$root/apt-updated" -mmin -60 2>/dev/null)" ]; then
    patiently apt-get "${options[@]}" update >"$folder/apt.log" 2>&1 8>&- && touch "$root/apt-updated"
  fi
  DEBIAN_FRONTEND=noninteractive patiently apt-get "${options[@]}" install -y --no-install-recommends \
    "${missing[@]}" >>"$folder/apt.log" 2>&1 8>&- ||
    { tail -n 20 "$folder/apt.log" >&2; die "could not install ${missing[*]}"; }
  exec 8>&-
}

# apt_install_idle PACKAGE…: of servers that the package would start at once, on port 80.
apt_install_idle() {
  local policy=/usr/sbin/policy-rc.d own=
  if [ ! -e "$policy" ]; then
    own=1
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
  fi
  apt_install "$@"
  if [ -n "$own" ]; then rm -f "$policy"; fi
}

# port: the same number at each start, so that a client finds the server again.
port() {
  if [ ! -s "$folder/port" ]; then free_port >"$folder/port"; fi
  cat "$folder/port"
}

# free_port: below those that the system gives to outgoing connections, which would take it while the server is away.
free_port() {
  node -e '
    const look = () => {
      const port = 20000 + Math.floor(Math.random() * 12768);
      const server = require("net").createServer().on("error", look);
      server.listen(port, "127.0.0.1", () => server.close(() => console.log(port)));
    };
    look();'
}

# make_certificate: tls/cert.pem, which signs itself, for localhost and 127.0.0.1, and tls/key.pem.
make_certificate() {
  if [ -s "$folder/tls/cert.pem" ]; then return 0; fi
  has openssl || apt_install openssl
  mkdir -p "$folder/tls"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$folder/tls/key.pem" -out "$folder/tls/cert.pem" \
    >"$folder/openssl.log" 2>&1 || { cat "$folder/openssl.log" >&2; die 'no certificate could be made'; }
}

# export_secure ADDRESS: which speaks TLS alone, and asks who is there.
export_secure() {
  export_env "NITKA_TEST_${name^^}_SECURE" "$1"
  export_env "NITKA_TEST_${name^^}_CA" "$folder/tls/cert.pem"
}

# born PID: when it started, in ticks since the machine did; nothing for a zombie, which has ended already (in a
# container it may wait long for an init process to take note of it). With it a number that the system has given
# to another process in the meantime is not mistaken for the server's. Fields 3 and 22 of proc_pid_stat(5).
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }

# background COMMAND…: detached from the caller's terminal, pipes and locks; its pid is in $folder/pid.
background() {
  # shellcheck disable=SC2016
  setsid bash -c 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec "$@"' "$folder/pid" "$@" \
    >>"$folder/log" 2>&1 </dev/null 9>&- &
  local deadline=$((SECONDS + 10))
  until [ -s "$folder/pid" ]; do
    [ $SECONDS -lt $deadline ] || die 'did not start'
    sleep 0.05
  done
  born "$(cat "$folder/pid")" >"$folder/born" || true
}

running() { [ -s "$folder/pid" ] && [ -s "$folder/born" ] && [ "$(born "$(cat "$folder/pid")")" = "$(cat "$folder/born")" ]; }

# wait_for SECONDS COMMAND…: until the command succeeds or the server's process is gone.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    running || die 'ended while it was starting'
    [ $SECONDS -lt $deadline ] || die 'does not answer'
    sleep 0.1
  done
}

# end SIGNAL: and wait until the process is gone; one that does not go within half a minute is killed.
end() {
  local deadline=$((SECONDS + 30))
  if running; then kill "-$1" "$(cat "$folder/pid")" || true; fi
  while running; do
    if [ $SECONDS -ge $deadline ]; then kill -KILL "$(cat "$folder/pid")" || true; fi
    # A process that waits for a disk that is gone cannot be killed.
    [ $SECONDS -lt $((deadline + 30)) ] || die 'does not end'
    sleep 0.05
  done
  rm -f "$folder/pid" "$folder/born"
}

# export_env NAME VALUE: what the tests are told.
export_env() { printf 'export %s=%q\n' "$1" "$2" >>"$folder/env"; }

# control_script: prints the path of a program that a test calls with start, stop or kill.
control_script() {
  printf '#!/usr/bin/env bash\nNITKA_SERVERS_DIR=%q NITKA_SERVERS_CACHE=%q exec bash %q "$@"\n' \
    "$root" "$cache" "$here/$name.sh" >"$folder/control"
  chmod +x "$folder/control"
  echo "$folder/control"
}

# Each script defines up (start and wait) and, unless SIGTERM and SIGKILL do, down and crash.
down() { end TERM; }
crash() { end KILL; }
prepare() { :; }
is_up() { running; }

# run start|stop|kill|restart|install
run() {
  # Two callers at once: the second finds the server running.
  exec 9>"$folder/lock"
  flock -w 600 9 || die 'somebody else has been starting or stopping it for ten minutes'
  case ${1:-start} in
    install) prepare ;;
    start)
      prepare
      : >"$folder/env"
      is_up || up
      describe
      ;;
    stop) down ;;
    kill) crash ;;
    restart) down && up ;;
    *) die "unknown command $1: start, stop, kill, restart or install" ;;
  esac
}

# run_installed PROGRAM PACKAGE start|…: of what is only installed. Each test starts its own, with its own configuration.
run_installed() {
  local program=$1 package=$2
  shift 2
  prepare() { has "$program" || apt_install_idle "$package"; }
  is_up() { has "$program"; }
  up() { :; }
  down() { :; }
  crash() { :; }
  describe() { export_env "NITKA_TEST_${name^^}" "$(command -v "$program")"; }
  run "$@"
}
