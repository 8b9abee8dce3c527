//! Lists tags as a program does that leaves settings and credentials to aws-config: with the profile of
//! its argument, if there is one. The exit code says whether it could.

use std::process::ExitCode;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_ecrpublic::config::Builder;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder as HttpBuilder, Connector};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let http = HttpBuilder::new().build_with_connector_fn(|settings, _| {
        let connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        let connector = match settings {
            Some(settings) => connector.connector_settings(settings.clone()),
            None => connector,
        };
        connector.tls_provider(tls::Provider::Rustls(CryptoMode::Ring)).build()
    });
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
    if let Some(profile) = std::env::args().nth(1) {
        loader = loader.profile_name(profile);
    }
    let config = loader.load().await;
    let config = Builder::from(&config).region(Region::from_static("us-east-1")).build();
    let client = aws_sdk_ecrpublic::Client::from_conf(config);
    let answer = client.describe_image_tags().repository_name("web").send().await;
    ExitCode::from(u8::from(answer.is_err()))
}
