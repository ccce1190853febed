#!/usr/bin/env bash
# Segment's and RudderStack's clients for Go, from the module proxy. NITKA_TEST_GO builds the program in a folder and runs it.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" go

programs=$(cd "$here/../../packages/collector/test/clients/go" && pwd)
export GOPATH=$cache/go GOCACHE=$cache/go-build GOFLAGS='-mod=readonly -modcacherw' GOTOOLCHAIN=local
# The programs need no C, and a bare machine has no compiler for it.
export CGO_ENABLED=0

build() { (cd "$programs" && go build -o "$folder/programs/" ./...) >"$folder/log" 2>&1; }

prepare() {
  has go || apt_install golang-go
  mkdir -p "$folder/programs"
  say 'building the programs'
  patiently build || die 'the programs could not be built'
}

is_up() { return 0; }
up() { :; }
down() { :; }
crash() { :; }

describe() {
  {
    printf '#!/usr/bin/env bash\n'
    export -p | grep -E ' (GO[A-Z]+|CGO_ENABLED)='
    printf 'programs=%q\n' "$folder/programs"
    cat <<'END'
program=$programs/$(basename "$1")
(cd "$1" && go build -o "$program" .) && exec "$program"
END
  } >"$folder/run"
  chmod +x "$folder/run"
  export_env NITKA_TEST_GO "$folder/run"
}

run "$@"
