//! The host names of the public registry.

/// The registry in references; the second name is the one that also answers over IPv6.
/// <https://docs.aws.amazon.com/AmazonECR/latest/public/public-ecr-requests.html>
pub(super) const REGISTRIES: [&str; 2] = ["public.ecr.aws", "ecr-public.aws.com"];
