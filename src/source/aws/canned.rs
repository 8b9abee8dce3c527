//! A connection that answers every request with the same page, for measuring what becomes of a page.

use std::time::Duration;

use aws_sdk_ecrpublic::config::Credentials;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::settings::{Profile, Settings};
use super::{Aws, client};
use crate::progress::Progress;
use crate::source::connection::Transport;
use crate::source::http;
use crate::source::retry::{FIRST_DELAY, Retry};

#[derive(Clone, Debug)]
struct Canned(Vec<u8>);

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let status = 200.try_into().expect("200 is a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.0.clone()))))
    }
}

impl<'a> Aws<'a> {
    /// A connection whose every answer is `page`.
    pub(crate) fn canned(page: Vec<u8>, progress: &'a Progress) -> Self {
        let settings = Settings {
            region: "us-east-1".to_owned(),
            credentials_region: "us-east-1".to_owned(),
            endpoint_url: None,
            dual_stack: false,
            transport: Transport {
                http: http::Client::new(None),
                retry: Retry {
                    max_attempts: 1,
                    timeout: Duration::from_secs(20),
                    first_delay: FIRST_DELAY,
                    pace: None,
                },
            },
            profile: Profile {
                name: "default".to_owned(),
                by_option: false,
                asks_for_code: false,
                login_command: None,
            },
        };
        let credentials = Credentials::new("AKIABENCH", "bench", None, None, "bench");
        Self {
            client: client(&settings, SharedHttpClient::new(Canned(page)), credentials),
            host: settings.host(),
            settings,
            registry_id: None,
            progress,
        }
    }
}
