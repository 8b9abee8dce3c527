//! Transport that knows nothing of ECR: settings, the HTTP client, retries, anonymous requests.

pub(crate) mod anonymous;
pub(crate) mod answers;
pub(crate) mod http;
pub(crate) mod retry;
pub(crate) mod settings;
