//! Transport, independent of ECR: settings, the HTTP client, retries, anonymous requests.

pub(crate) mod anonymous;
pub(crate) mod answers;
mod connect;
pub(crate) mod errors;
pub(crate) mod http;
mod pool;
pub(crate) mod proxy;
pub(crate) mod retry;
pub(crate) mod settings;
mod trust;
