//! Docker's official images, which ECR Public has under the alias `docker`.

use super::hosts::REGISTRIES;

/// The path of Docker's official images on ECR Public.
pub(super) const LIBRARY: &str = "docker/library";

/// Docker's official images: <https://github.com/docker-library/official-images/tree/master/library>
const OFFICIAL: &str = " \
    adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux \
    backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux \
    clefos clickhouse clojure composer consul convertigo couchbase couchdb crate dart debian docker \
    drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang fedora flink \
    fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe \
    hello-world hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi jenkins jetty jobber \
    joomla jruby julia kapacitor kibana kong krakend lightstreamer liquibase logstash mageia mariadb \
    matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j \
    neurodebian nextcloud nginx node notary nuxeo odoo open-liberty openjdk opensuse oraclelinux \
    orientdb percona perl photon php phpmyadmin plone postfixadmin postgres pypy python r-base \
    rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust \
    sapmachine satosa scratch silverpeas solr sonarqube spark spiped storm swift swipl teamspeak \
    telegraf thrift tomcat tomee traefik ubuntu unit valkey varnish vault websphere-liberty wordpress \
    xwiki yourls znc zookeeper ";

/// Whether `name` is one of Docker's official images.
pub(super) fn is_official(name: &str) -> bool {
    !name.is_empty() && !name.contains(' ') && OFFICIAL.contains(&format!(" {name} "))
}

/// The public reference of the official image `rest`, a name with or without a tag.
pub(super) fn official(rest: &str) -> String {
    format!("{}/{LIBRARY}/{rest}", REGISTRIES[0])
}

/// The official image that `name` means.
pub(super) fn official_image(name: &str) -> Option<&str> {
    let bare = ["docker/library/", "library/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix));
    bare.or_else(|| is_official(name).then_some(name))
}
