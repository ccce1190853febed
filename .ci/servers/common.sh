#!/usr/bin/env bash
# Sourced by the script of every server, with the server's name as its argument.
set -euo pipefail

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

# apt_install PACKAGE…: only what is missing, so that a machine that has it all needs no network.
apt_install() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then return 0; fi
  [ "$(id -u)" = 0 ] || die "root is needed to install: ${missing[*]}"
  say "installing ${missing[*]}"
  local options=(-qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
  apt-get "${options[@]}" update >"$folder/apt.log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" install -y --no-install-recommends "${missing[@]}" \
    >>"$folder/apt.log" 2>&1 || { tail -n 20 "$folder/apt.log" >&2; die "could not install ${missing[*]}"; }
}

# port: the same number at each start, so that a client finds the server again.
port() {
  if [ ! -s "$folder/port" ]; then free_port >"$folder/port"; fi
  cat "$folder/port"
}

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# background COMMAND…: detached from the caller's terminal, pipes and locks; its pid is in $folder/pid.
background() {
  setsid bash -c 'echo $$ >"$0.new"; mv "$0.new" "$0"; exec "$@"' "$folder/pid" "$@" \
    >>"$folder/log" 2>&1 </dev/null 9>&- &
  local i
  for i in $(seq 100); do
    if [ -s "$folder/pid" ]; then return 0; fi
    sleep 0.05
  done
  die 'did not start'
}

# A zombie has ended already; in a container it may wait long for an init process to take note of it.
alive() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.Z' "/proc/$1/status"; }
running() { [ -s "$folder/pid" ] && alive "$(cat "$folder/pid")"; }

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

# end SIGNAL [SECONDS]: and wait until the process is gone.
end() {
  running || { rm -f "$folder/pid"; return 0; }
  local pid i
  pid=$(cat "$folder/pid")
  kill "-$1" "$pid" 2>/dev/null || true
  for i in $(seq $((${2:-30} * 20))); do
    alive "$pid" || { rm -f "$folder/pid"; return 0; }
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$folder/pid"
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
  flock 9
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
