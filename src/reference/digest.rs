//! The ids of images: digests, whole or as the short form that tables show, and tags.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::TagName;
use crate::error::Error;

const ALGORITHM: &str = "sha256:";
/// Hexadecimal digits of a whole digest.
const WHOLE: usize = 64;
/// The number of digits that tables show: fewer would often be ambiguous.
const SHORTEST: usize = 12;

/// The digest of an image, or 12 or more of its first digits: always `sha256:` and lower-case digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest(String);

impl Digest {
    /// Whether `text` is a whole digest as registries write it: `sha256:` and 64 lower-case digits.
    pub(crate) fn is_canonical(text: &str) -> bool {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        text.strip_prefix(ALGORITHM)
            .is_some_and(|digits| digits.len() == WHOLE && digits.bytes().all(is_digit))
    }

    /// The digest of `content`.
    pub(crate) fn of(content: &[u8]) -> Self {
        Self(format!("{ALGORITHM}{:x}", Sha256::digest(content)))
    }

    /// The digest `text`, if it is whole and as registries write it.
    pub(crate) fn canonical(text: &str) -> Option<Self> {
        Self::is_canonical(text).then(|| Self(text.to_owned()))
    }

    /// The digest that a digest tag such as `sha256-….sig` names, and the tag's suffix, which may be
    /// empty.
    ///
    /// A digest tag is `sha256-` and 64 hexadecimal digits, with or without a suffix. It attaches its
    /// image, such as a signature, to the image of that digest.
    pub(crate) fn in_tag(tag: &str) -> Option<(Self, &str)> {
        let rest = tag.strip_prefix("sha256-")?;
        let is_other = |character: char| !character.is_ascii_hexdigit();
        let end = rest.find(is_other).unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(end);
        let is_digest_tag = digits.len() == WHOLE && !suffix.starts_with(char::is_alphanumeric);
        is_digest_tag.then(|| {
            let digits = digits.to_ascii_lowercase();
            (Self(format!("{ALGORITHM}{digits}")), suffix)
        })
    }

    /// The digest, or its beginning, with `sha256:`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a whole digest, and not only its beginning.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.len() == ALGORITHM.len() + WHOLE
    }

    /// Whether `digest`, a whole one, is this digest or begins with it.
    pub(crate) fn matches(&self, digest: &str) -> bool {
        digest.starts_with(&self.0)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let lower = text.to_ascii_lowercase();
        let digits = lower.strip_prefix(ALGORITHM).unwrap_or(&lower);
        let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if are_digits && (SHORTEST..=WHOLE).contains(&digits.len()) {
            return Ok(Self(format!("{ALGORITHM}{digits}")));
        }
        Err(Error::usage(
            "a digest is `sha256:` and 64 hexadecimal digits, or at least the first 12 of them",
        ))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of an image within its repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ImageId {
    Tag(TagName),
    Digest(Digest),
}

impl ImageId {
    /// The id that `image` names after a repository: `:TAG` or `@DIGEST`. Of both, the digest counts, as in
    /// Docker: the tag may have moved.
    pub(super) fn after_name(image: &str) -> Result<Option<Self>, Error> {
        let (tag, digest) = match image.split_once('@') {
            Some((tag, digest)) => (tag, Some(digest.parse().map(Self::Digest)?)),
            None => (image, None),
        };
        let tag = tag.strip_prefix(':').map(str::parse).transpose()?;
        Ok(digest.or(tag.map(Self::Tag)))
    }

    /// The digest, of an id by digest.
    pub(crate) fn digest(&self) -> Option<&str> {
        match self {
            Self::Tag(_) => None,
            Self::Digest(digest) => Some(digest.as_str()),
        }
    }

    /// The digest, of an id by the beginning of one.
    pub(crate) fn short_digest(&self) -> Option<&Digest> {
        match self {
            Self::Digest(digest) if !digest.is_whole() => Some(digest),
            Self::Digest(_) | Self::Tag(_) => None,
        }
    }

    /// The suffix to the name of its repository: `:TAG` or `@DIGEST`.
    pub(crate) fn suffix(&self) -> String {
        match self {
            Self::Tag(tag) => format!(":{tag}"),
            Self::Digest(digest) => format!("@{digest}"),
        }
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag `{tag}`"),
            Self::Digest(digest) => write!(f, "digest `{digest}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn whole_and_short_forms_are_read_in_any_case() {
        let whole = format!("sha256:{}", "0f".repeat(32));
        for text in [
            &whole,
            &whole[7..],
            &whole.to_uppercase(),
            &whole[7..].to_uppercase(),
        ] {
            let digest: Digest = text.parse().expect("a whole digest");
            assert_eq!(digest.as_str(), whole);
            assert!(digest.is_whole());
        }
        for text in ["sha256:0f0f0f0f0f0f", "0f0f0f0f0f0f", "SHA256:0F0F0F0F0F0F"] {
            let short: Digest = text.parse().expect("a short form");
            assert_eq!(short.as_str(), "sha256:0f0f0f0f0f0f");
            assert!(!short.is_whole());
            assert!(short.matches(&whole));
            assert!(!short.matches(&whole.replace("0f0f", "0f00")));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "sha256:",
            "0f0f0f",
            ":0f0f0f0f0f0f",
            "sha512:0f0f0f0f0f0f",
            "sha256:0f0f0f0f0f0x",
            "sha256: 0f0f0f0f0f0f",
            &"0f".repeat(33),
            "latest",
        ] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_whole_digests_in_lower_case_are_canonical() {
        assert!(Digest::is_canonical(&format!("sha256:{}", "0a".repeat(32))));
        for text in [
            "",
            "sha256:",
            "sha256:0A",
            &"0a".repeat(32),
            "sha256:0a --x",
        ] {
            assert!(!Digest::is_canonical(text), "{text}");
        }
    }

    #[test]
    fn digest_tags_have_64_digits_and_any_suffix() {
        let digits = "0a".repeat(32);
        let tag = format!("sha256-{digits}");
        for suffix in ["", ".sig", ".att", "-sbom", "_x"] {
            let tag = format!("{tag}{suffix}");
            let (digest, found) = Digest::in_tag(&tag).expect("a digest tag");
            assert_eq!(
                (digest.as_str(), found),
                (&*format!("sha256:{digits}"), suffix)
            );
        }
        let upper = format!("sha256-{}.sig", digits.to_uppercase());
        assert_eq!(
            Digest::in_tag(&upper),
            Digest::in_tag(&format!("{tag}.sig"))
        );
        for other in [
            &tag[..70],
            &format!("{tag}0"),
            &format!("{tag}x"),
            &format!("x{tag}"),
            "sha256-0123abcd.sig",
            "sha256-tools",
        ] {
            assert_eq!(Digest::in_tag(other), None, "{other}");
        }
    }

    #[test]
    fn the_digest_of_a_content_is_its_sha_256() {
        assert_eq!(
            Digest::of(b"abc").as_str(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_digest_or_an_error(text in ".*|(sha256[:-])?[0-9a-fA-F]{0,70}.?") {
            if let Ok(digest) = text.parse::<Digest>() {
                proptest::prop_assert_eq!(digest.to_string().parse::<Digest>().ok(), Some(digest));
            }
        }
    }
}
