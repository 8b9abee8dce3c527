//! Transport, independent of ECR: settings, the HTTP client, limits, retries, anonymous requests.

pub(crate) mod anonymous;
mod connect;
pub(crate) mod errors;
pub(crate) mod http;
pub(crate) mod limit;
mod proxy;
pub(crate) mod retry;
pub(crate) mod settings;
mod trust;
