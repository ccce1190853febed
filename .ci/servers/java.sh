#!/usr/bin/env bash
# Segment's and RudderStack's clients for Java and Kotlin, from Maven Central. NITKA_TEST_JAVA runs Events.java of a folder.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" java

projects=$here/../../packages/collector/test/clients/java
installed=$cache/java-$(cat "$projects"/pom.xml "$projects"/*/pom.xml | sha256sum | cut -c1-12)

prepare() {
  local packages=()
  has java keytool || packages+=(openjdk-17-jre-headless)
  if [ ! -d "$installed" ] && ! has mvn; then packages+=(maven); fi
  if [ ${#packages[@]} -gt 0 ]; then apt_install "${packages[@]}"; fi
  if [ -d "$installed" ]; then return 0; fi
  say 'installing the clients'
  local staging
  staging=$(mktemp -d "$installed-XXXXXX")
  # Maven writes into the folder of its project file.
  cp -r "$projects/." "$staging"
  patiently mvn -q -B -f "$staging/pom.xml" dependency:copy-dependencies -DoutputDirectory=lib \
    -DincludeScope=runtime >"$folder/log" 2>&1 || { rm -rf "$staging"; die 'the clients could not be installed'; }
  mv "$staging" "$installed"
}

is_up() { return 0; }
up() { :; }
down() { :; }
crash() { :; }

describe() {
  # The runtime compiles a single file by itself, so no development kit is needed.
  {
    printf '#!/usr/bin/env bash\ninstalled=%q\n' "$installed"
    cat <<'END'
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$installed/$(basename "$1")/lib/*" "${@:2}" "$1/Events.java"
END
  } >"$folder/run"
  chmod +x "$folder/run"
  export_env NITKA_TEST_JAVA "$folder/run"
}

run "$@"
