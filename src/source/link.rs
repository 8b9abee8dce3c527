//! Parses `Link` headers by RFC 8288, to find the next page of a listing.

use std::fmt;

/// The error for an invalid `Link` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unclear;

/// The target of the link to the next page, unless the listing ends here.
///
/// `fields` are the values of all `Link` headers of a response; each may have several links.
///
/// # Errors
///
/// If a field does not parse, or names two different next pages.
pub(super) fn next<'a>(
    fields: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Option<String>, Unclear> {
    let mut next: Option<String> = None;
    for field in fields {
        let field = str::from_utf8(field).map_err(|_| Unclear)?;
        let mut rest = Reader(field);
        while let Some(link) = rest.link()? {
            if !link.is_next {
                continue;
            }
            if next.as_ref().is_some_and(|next| next != link.target) {
                return Err(Unclear);
            }
            next = Some(link.target.to_owned());
        }
    }
    Ok(next)
}

struct Link<'a> {
    target: &'a str,
    /// Whether it leads to the next page.
    is_next: bool,
}

/// The rest of a field.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// The next link: `<TARGET>; name=value; name="value", …`. Elements of the list may be empty.
    fn link(&mut self) -> Result<Option<Link<'a>>, Unclear> {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
        if self.0.is_empty() {
            return Ok(None);
        }
        let (target, rest) = self
            .0
            .strip_prefix('<')
            .and_then(|link| link.split_once('>'))
            .ok_or(Unclear)?;
        self.0 = rest;
        let mut relations: Option<String> = None;
        let mut has_anchor = false;
        while self.take(';') {
            let Some((name, value)) = self.parameter()? else {
                continue;
            };
            has_anchor |= name.eq_ignore_ascii_case("anchor");
            // The first of several counts.
            if name.eq_ignore_ascii_case("rel") && relations.is_none() {
                relations = Some(value.ok_or(Unclear)?);
            }
        }
        if !self.0.is_empty() && !self.take(',') {
            return Err(Unclear);
        }
        let relations = relations.unwrap_or_default();
        let mut relations = relations.split_ascii_whitespace();
        let is_next = relations.any(|relation| relation.eq_ignore_ascii_case("next"));
        // An anchor makes it the next page of another page.
        if is_next && has_anchor {
            return Err(Unclear);
        }
        Ok(Some(Link { target, is_next }))
    }

    /// A parameter, whose value may be missing; nothing between two semicolons.
    fn parameter(&mut self) -> Result<Option<(&'a str, Option<String>)>, Unclear> {
        let name = self.token();
        if name.is_empty() {
            return Ok(None);
        }
        if !self.take('=') {
            return Ok(Some((name, None)));
        }
        self.skip_blanks();
        let value = match self.0.strip_prefix('"') {
            Some(rest) => self.quoted(rest)?,
            None => self.token().to_owned(),
        };
        Ok(Some((name, Some(value))))
    }

    /// The text up to the closing quote; `rest` begins after the opening one.
    fn quoted(&mut self, rest: &'a str) -> Result<String, Unclear> {
        let mut text = String::new();
        let mut characters = rest.chars();
        loop {
            match characters.next().ok_or(Unclear)? {
                '"' => break,
                '\\' => text.push(characters.next().ok_or(Unclear)?),
                character => text.push(character),
            }
        }
        self.0 = characters.as_str();
        Ok(text)
    }

    /// A word without quotes, which may be empty.
    fn token(&mut self) -> &'a str {
        self.skip_blanks();
        let is_end = |character: char| {
            !character.is_ascii_graphic() || matches!(character, ';' | ',' | '=' | '"' | '<' | '>')
        };
        let end = self.0.find(is_end).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        token
    }

    /// Consumes `character` and any blanks before it, if it comes next.
    fn take(&mut self, character: char) -> bool {
        self.skip_blanks();
        let rest = self.0.strip_prefix(character);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an invalid `Link` header")
    }
}

#[cfg(test)]
mod tests {
    use super::{Unclear, next};
    use proptest::prelude::*;

    fn next_of(fields: &[&str]) -> Result<Option<String>, Unclear> {
        next(fields.iter().map(|field| field.as_bytes()))
    }

    #[test]
    fn the_next_page_is_found_in_every_valid_spelling() {
        for field in [
            "</v2/x?last=a>; rel=\"next\"",
            "</v2/x?last=a>;rel=next",
            "</v2/x?last=a> ; rel = \"next\"",
            "</v2/x?last=a>;\trel\t=\tnext\t",
            "</v2/x?last=a>; REL=Next",
            "</v2/x?last=a>; rel=\"next prev\"",
            "</v2/x?last=a>; rel=\"https://example.com/x NEXT\"",
            "</v2/x?last=a>; rel=\"ne\\xt\"",
            "</v2/x?last=a>; title=\"a, b; rel=prev, <c>\"; rel=next",
            "</v2/x?last=a>; title*=UTF-8''a%2c; rel=next",
            "</v2/x?last=a>;;rel=next;",
            "</v2/x?last=a>; rel=next; rel=prev",
            "</v2/x?last=a>; crossorigin; rel=next",
            ", </v2/x?last=a>; rel=next, ,",
            "<first>; rel=\"first\", </v2/x?last=a>; rel=\"next\"",
            "</v2/x?last=a>; rel=\"next\",<x>;rel=last",
            "<x>; title=\"\\\">; rel=prev\"; rel=prev, </v2/x?last=a>; rel=next",
        ] {
            let expected = Ok(Some("/v2/x?last=a".to_owned()));
            assert_eq!(next_of(&[field]), expected, "{field}");
            assert_eq!(next_of(&["<y>; rel=prev", field]), expected, "{field}");
            assert_eq!(next_of(&[field, "", field]), expected, "{field}");
        }
        let commas = next_of(&["</v2/x?last=a,b;c>; rel=next"]);
        assert_eq!(commas, Ok(Some("/v2/x?last=a,b;c".to_owned())));
    }

    #[test]
    fn a_listing_without_a_next_page_ends() {
        for field in [
            "",
            " , ",
            "</v2/x>",
            "</v2/x>; rel=\"prev\"",
            "</v2/x>; rel=\"nextpage\"",
            "</v2/x>; rev=next",
            "</v2/x>; title=\"rel=next\"",
            "</v2/x>; rel=prev; rel=next",
        ] {
            assert_eq!(next_of(&[field]), Ok(None), "{field}");
        }
        assert_eq!(next_of(&[]), Ok(None));
    }

    #[test]
    fn an_invalid_header_is_an_error_and_not_the_end() {
        for field in [
            "<",
            "</v2/x",
            "/v2/x; rel=next",
            "rel=\"next\"",
            "</v2/x> rel=next",
            "</v2/x>; rel=\"next",
            "</v2/x>; rel",
            "</v2/x>; rel=next prev",
            "</v2/x>; rel=\"next\"; anchor=\"/other\"",
            "</v2/x>; rel=next, </v2/y>; rel=next",
            "</v2/x>; rel=next, y",
            "</v2/x>; title=\"\\",
            "next",
        ] {
            assert_eq!(next_of(&[field]), Err(Unclear), "{field}");
        }
        assert_eq!(next([&b"</v2/\xff>; rel=next"[..]]), Err(Unclear));
        let two = ["</v2/x>; rel=next", "</v2/y>; rel=next"];
        assert_eq!(next_of(&two), Err(Unclear));
    }

    proptest! {
        /// The next page is found among all other links of a valid field.
        #[test]
        fn a_next_page_among_other_links_is_found(
            target in "[ -=?-~&&[^<>]]{0,20}",
            others in prop::collection::vec("<[a-z,;\"]{0,9}>(; ?[a-z]{3,8} ?= ?(\"([a-z,;<> ]|\\\\\")*\"|[a-z]+))*", 0..4),
            place in 0_usize..4,
            blank in "[ \t]{0,2}",
        ) {
            prop_assume!(others.iter().all(|other| !other.contains("rel") && !other.contains("anchor")));
            let mut links = others;
            let link = format!("<{target}>{blank};{blank}rel{blank}={blank}\"prev next\"{blank}");
            links.insert(place.min(links.len()), link);
            prop_assert_eq!(next_of(&[&links.join(",")]), Ok(Some(target.clone())));
            let fields: Vec<_> = links.iter().map(String::as_str).collect();
            prop_assert_eq!(next_of(&fields), Ok(Some(target)));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(field in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = next([field.as_slice()]);
        }
    }
}
