#!/usr/bin/env bash
# One Apache Kafka broker, which is its own controller (KRaft), from the artifacts on Maven Central.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh" kafka

pom=$here/kafka/pom.xml
version=$(sed -n 's|.*<version>\(4[0-9.]*\)</version>.*|\1|p' "$pom")
jars=$cache/kafka-$version
password=of-the-tests

prepare() {
  local packages=()
  has java || packages+=(openjdk-17-jre-headless)
  if [ ! -d "$jars" ] && ! has mvn; then packages+=(maven); fi
  if [ ${#packages[@]} -gt 0 ]; then apt_install "${packages[@]}"; fi
  if [ -d "$jars" ]; then return 0; fi
  say "installing Apache Kafka $version"
  local staging
  staging=$(mktemp -d "$jars-XXXXXX")
  # Maven writes into the folder of its project file.
  cp "$pom" "$staging/pom.xml"
  patiently mvn -q -B -f "$staging/pom.xml" dependency:copy-dependencies -DoutputDirectory="$staging/lib" \
    -DincludeScope=runtime >"$folder/mvn.log" 2>&1 ||
    { tail -n 20 "$folder/mvn.log" >&2; rm -rf "$staging"; die 'Apache Kafka could not be installed'; }
  mv "$staging/lib" "$jars" && rm -rf "$staging"
}

tool() { java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$jars/*" "$@"; }

configure() {
  local controller secure
  controller=$(free_port)
  secure=$(free_port)
  echo "$secure" >"$folder/secure-port"
  make_certificate
  cat "$folder/tls/key.pem" "$folder/tls/cert.pem" >"$folder/tls/both.pem"
  cat >"$folder/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$(port),SASL_SSL://127.0.0.1:$secure,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$(port),SASL_SSL://127.0.0.1:$secure
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
ssl.keystore.type=PEM
ssl.keystore.location=$folder/tls/both.pem
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_nitka="$password";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
# Who comes with a name has the rights that a test gives it; who comes without may do anything.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
log.dirs=$folder/data
# As in a production cluster: a topic that nobody made is an error.
auto.create.topics.enable=false
num.partitions=3
# One broker cannot hold the usual three copies.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=3
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A killed broker may register again once its session has run out: 9 s by default.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
# A test's only consumer does not wait for others.
group.initial.rebalance.delay.ms=0
END
  tool kafka.tools.StorageTool format --standalone -t "$(tool kafka.tools.StorageTool random-uuid)" \
    --add-scram "SCRAM-SHA-256=[name=nitka,password=$password]" \
    --add-scram "SCRAM-SHA-512=[name=nitka,password=$password]" \
    -c "$folder/server.properties" >"$folder/format.log" 2>&1 ||
    { cat "$folder/format.log" >&2; die 'the storage could not be formatted'; }
}

up() {
  if [ ! -f "$folder/data/meta.properties" ]; then rm -rf "$folder/data" && configure; fi
  background java -Xms256m -Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$jars/*" kafka.Kafka "$folder/server.properties"
  wait_for 90 answers
}

answers() { node "$here/kafka/answers.mjs" "$(port)"; }
is_up() { running && answers; }

describe() {
  export_env NITKA_TEST_KAFKA "127.0.0.1:$(port)"
  export_env NITKA_TEST_KAFKA_CONTROL "$(control_script)"
  export_secure "nitka:$password@127.0.0.1:$(cat "$folder/secure-port")"
}

run "$@"
