//! Names that look like public ones: Docker's official images, and `ALIAS/NAME`.

use super::repository::REGISTRIES;
use super::{PublicRepository, RepositoryName};

/// Where ECR Public has Docker's official images.
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

/// The public repository that `name`, one of the caller's own registry, may have been meant for: an
/// official image, or `ALIAS/NAME`.
pub(crate) fn public_reference(name: &RepositoryName) -> Option<String> {
    let name = name.as_str();
    if let Some(image) = official_image(name) {
        return Some(official(image));
    }
    let (first, _) = name.split_once('/')?;
    let public = PublicRepository::at(name).ok();
    public
        .filter(|_| !first.contains('.'))
        .map(|public| public.to_string())
}

/// The hint that names [`public_reference`].
pub(crate) fn public_hint(name: &RepositoryName) -> Option<String> {
    let reference = public_reference(name);
    let name = name.as_str();
    match (official_image(name), reference) {
        (Some(_), Some(reference)) => Some(format!(
            "the official image is public: ask for `{reference}`"
        )),
        (None, Some(reference)) => Some(format!("if it is public, ask for `{reference}`")),
        (_, None) => {
            let (host, _) = name
                .split_once('/')
                .filter(|(host, _)| host.contains('.'))?;
            Some(format!(
                "if `{host}` is another registry: only ECR Public is read, as `{}/ALIAS/NAME`",
                REGISTRIES[0]
            ))
        }
    }
}

/// The official image that `name` means.
fn official_image(name: &str) -> Option<&str> {
    let bare = ["docker/library/", "library/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix));
    bare.or_else(|| is_official(name).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::public_hint;

    #[test]
    fn names_that_look_public_are_told_the_public_reference() {
        let hint = |name: &str| public_hint(&name.parse().expect("a name"));
        for (name, reference) in [
            ("nginx", "`public.ecr.aws/docker/library/nginx`"),
            ("adminer", "`public.ecr.aws/docker/library/adminer`"),
            ("zookeeper", "`public.ecr.aws/docker/library/zookeeper`"),
            ("library/nginx", "`public.ecr.aws/docker/library/nginx`"),
            ("docker/library/own", "`public.ecr.aws/docker/library/own`"),
            ("bitnami/nginx", "`public.ecr.aws/bitnami/nginx`"),
            ("registry.example.com/web", "another registry"),
        ] {
            let hint = hint(name).expect(name);
            assert!(hint.contains(reference), "{name}: {hint}");
        }
        for name in ["web", "ngin", "2gis/web"] {
            assert_eq!(hint(name), None, "{name}");
        }
    }
}
