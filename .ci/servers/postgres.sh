#!/usr/bin/env bash
# PostgreSQL of the Debian package with a cluster of its own.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" postgres

password=of-the-tests
# Seconds: a port may be open and nobody answer.
export PGCONNECT_TIMEOUT=5

# The server refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
program() { ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1; }

prepare() {
  if [ -n "$(program postgres)" ]; then return 0; fi
  # Without this the package makes and starts a cluster on the standard port.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt_install postgresql
}

answers() { "$(program psql)" -h 127.0.0.1 -p "$(port)" -U nitka -d nitka -c 'select 1'; }

up() {
  local data=$folder/data
  if [ ! -s "$data/PG_VERSION" ]; then
    rm -rf "$data" && mkdir -p "$data"
    if [ "$(id -u)" = 0 ]; then chown postgres "$data" "$folder"; fi
    as_postgres "$(program initdb)" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
      >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; die 'initdb failed'; }
    make_certificate
    cp "$folder/tls/cert.pem" "$data/server.crt" && cp "$folder/tls/key.pem" "$data/server.key"
    chmod 600 "$data/server.key"
    # The first line that fits decides: one role has to come by TLS and with its password.
    printf '%s\n' 'hostssl all nitka_secure all scram-sha-256' 'host all nitka_secure all reject' |
      cat - "$data/pg_hba.conf" >"$folder/hba" && cp "$folder/hba" "$data/pg_hba.conf"
    if [ "$(id -u)" = 0 ]; then chown postgres "$data/server.crt" "$data/server.key"; fi
  fi
  touch "$folder/log" && if [ "$(id -u)" = 0 ]; then chown postgres "$folder/log"; fi
  # What a killed server leaves behind.
  if ! running; then rm -f "$data/postmaster.pid" "$folder"/.s.PGSQL.*; fi
  local command=("$(program postgres)" -D "$data" -p "$(port)" -c listen_addresses=127.0.0.1
    -c "unix_socket_directories=$folder" -c max_connections=200 -c wal_level=minimal -c max_wal_senders=0 -c ssl=on)
  if [ "$(id -u)" = 0 ]; then
    # setpriv, unlike runuser, becomes the server: the pid in the file is its own.
    command=(setpriv --reuid=postgres --regid=postgres --init-groups "${command[@]}")
  fi
  background "${command[@]}"
  local admin=("$(program psql)" -q -h 127.0.0.1 -p "$(port)" -U postgres -d postgres)
  wait_for 60 "${admin[@]}" -c 'select 1'
  # An ordinary owner: the collector must not need a superuser.
  "${admin[@]}" -tc "select 1 from pg_roles where rolname = 'nitka'" | grep -q 1 ||
    "${admin[@]}" -c 'create role nitka login createdb createrole' \
      -c "create role nitka_secure login password '$password' in role nitka"
  "${admin[@]}" -tc "select 1 from pg_database where datname = 'nitka'" | grep -q 1 ||
    "${admin[@]}" -c 'create database nitka owner nitka'
  wait_for 10 answers
}

is_up() { running && answers >/dev/null 2>&1; }
# Fast shutdown: ends open connections in order. TERM would wait for the clients.
down() { end INT; }
# The postmaster's children notice within moments; shared memory is released with the last of them.
crash() {
  running || return 0
  local pid children
  pid=$(cat "$folder/pid")
  children=$(cat "/proc/$pid/task/$pid/children")
  end KILL
  # shellcheck disable=SC2086
  kill -KILL $children 2>/dev/null || true
}

describe() {
  export_env NITKA_TEST_POSTGRES "postgres://nitka@127.0.0.1:$(port)/nitka"
  export_env NITKA_TEST_POSTGRES_CONTROL "$(control_script)"
  export_secure "postgres://nitka_secure:$password@127.0.0.1:$(port)/nitka"
}

run "$@"
