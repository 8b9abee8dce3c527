//! The host names of the public registry.

/// The hosts of the registry in references; the second one also supports IPv6.
/// <https://docs.aws.amazon.com/AmazonECR/latest/public/public-ecr-requests.html>
pub(super) const REGISTRIES: [&str; 2] = ["public.ecr.aws", "ecr-public.aws.com"];

/// The hosts of the gallery's pages.
pub(super) const GALLERY: [&str; 2] = ["gallery.ecr.aws", "www.gallery.ecr.aws"];
