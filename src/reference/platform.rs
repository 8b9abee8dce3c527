//! Platforms: an operating system, an architecture and maybe a variant of it.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// The architectures that may stand without `linux/`, as in a table.
const OF_LINUX: [&str; 13] = [
    "386", "aarch64", "amd64", "arm", "arm64", "armhf", "i386", "loong64", "ppc64le", "riscv64",
    "s390x", "x86-64", "x86_64",
];

/// A platform as `docker` takes it: `os/architecture`, with or without a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Platform {
    /// Whether an image for `platform`, such as `linux/arm64/v8`, runs on this one. Without a variant it
    /// is any.
    pub(crate) fn admits(&self, platform: &str) -> bool {
        let platform = platform.to_ascii_lowercase();
        let mut parts = platform.splitn(3, '/');
        let is_same = parts.next() == Some(&*self.os) && parts.next() == Some(&*self.architecture);
        let variant = parts.next().or_else(|| default_variant(&self.architecture));
        is_same && (self.variant.is_none() || self.variant.as_deref() == variant)
    }
}

/// The variant that an architecture without one means.
fn default_variant(architecture: &str) -> Option<&'static str> {
    (architecture == "arm64").then_some("v8")
}

impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut lower = text.to_ascii_lowercase();
        if OF_LINUX.contains(&lower.split('/').next().unwrap_or_default()) {
            lower.insert_str(0, "linux/");
        }
        let is_part = |part: &&str| {
            let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
            !part.is_empty() && part.bytes().all(is_valid)
        };
        let parts: Vec<_> = lower.split('/').collect();
        let is_valid = parts.iter().all(is_part);
        match *parts {
            [os, architecture] | [os, architecture, _] if is_valid => {
                let (architecture, variant) = match architecture {
                    "aarch64" => ("arm64", None),
                    "x86_64" | "x86-64" => ("amd64", None),
                    "i386" => ("386", None),
                    "armhf" => ("arm", Some("v7")),
                    other => (other, None),
                };
                let variant = parts.get(2).copied().or(variant);
                Ok(Self {
                    os: os.to_owned(),
                    architecture: architecture.to_owned(),
                    variant: variant.map(str::to_owned),
                })
            }
            _ => Err(Error::usage("a platform is `OS/ARCH` or `OS/ARCH/VARIANT`")
                .hint("write it as `linux/amd64` or `linux/arm/v7`")),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn a_variant_that_is_not_given_matches_all() {
        for (asked, platform, expected) in [
            ("linux/amd64", "linux/amd64", true),
            ("LINUX/AMD64", "linux/amd64", true),
            ("linux/amd64", "Linux/AMD64/v3", true),
            ("linux/amd64/v3", "linux/amd64", false),
            ("linux/arm64", "linux/arm64/v8", true),
            ("linux/arm64/v8", "linux/arm64", true),
            ("linux/arm64/v9", "linux/arm64", false),
            ("linux/arm/v7", "linux/arm/v7", true),
            ("linux/arm/v7", "linux/arm/v6", false),
            ("linux/arm/v7", "linux/arm", false),
            ("linux/arm", "linux/arm64", false),
            ("linux/amd64", "windows/amd64", false),
            ("linux/aarch64", "linux/arm64/v8", true),
            ("linux/AArch64/v8", "linux/arm64", true),
            ("linux/x86_64/v3", "linux/amd64/v3", true),
            ("linux/i386", "linux/386", true),
            ("linux/armhf", "linux/arm/v7", true),
            ("linux/armhf", "linux/arm/v6", false),
            ("linux/armhf/v6", "linux/arm/v6", true),
            ("linux/amd64", "linux", false),
            ("linux/unknown", "linux/unknown/v8", true),
            // As tables print them.
            ("arm/v7", "linux/arm/v7", true),
            ("arm64", "linux/arm64/v8", true),
            ("aarch64", "linux/arm64/v8", true),
        ] {
            let asked: Platform = asked.parse().expect(asked);
            assert_eq!(asked.admits(platform), expected, "{asked} {platform}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "/",
            "windows",
            "linux/",
            "/amd64",
            "a/b/c/d",
            "linux/am d64",
            "linux/amd64,linux/arm64",
        ] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
