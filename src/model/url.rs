//! Addresses of things to fetch.

use super::name::printable;
use super::text::as_text;
use crate::error::Error;
use std::fmt;
use std::str::FromStr;

/// How something is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// http: anybody on the way can read it and change it.
    Http,
    /// http over TLS.
    Https,
    /// A file of this host.
    File,
}

impl Scheme {
    /// The scheme of an address, if it is one of these.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, _) = url.split_once("://")?;
        [(Self::Http, "http"), (Self::Https, "https"), (Self::File, "file")]
            .into_iter()
            .find(|(_, word)| scheme.eq_ignore_ascii_case(word))
            .map(|(s, _)| s)
    }
    /// Whether what is fetched in this way may be sent on to there: never to a file of this host, and not from TLS to
    /// where anybody may change it.
    pub fn may_lead_to(self, other: Option<Self>) -> bool {
        match self {
            Self::Http => matches!(other, Some(Self::Http | Self::Https)),
            Self::Https => other == Some(Self::Https),
            Self::File => false,
        }
    }
}

/// An http, https or file address: printable ASCII without blanks, and with no name and password, which would be seen by
/// all who list processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
    /// How it is fetched.
    pub scheme: Scheme,
}

impl Url {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// What follows the last slash, without a query.
    pub fn file_name(&self) -> &str {
        let path = self.text.split(['?', '#']).next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }
    /// Another file of the same directory.
    ///
    /// # Errors
    /// The name makes no address.
    pub fn beside(&self, file: &str) -> Result<Self, Error> {
        let path = self.text.split(['?', '#']).next().unwrap_or_default();
        format!("{}/{file}", path.rsplit_once('/').map_or(path, |p| p.0)).parse()
    }
}

impl FromStr for Url {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self, Error> {
        let bad = |why: &str| Err(Error::usage(printable(s), why));
        let Some(scheme) = Scheme::of(s) else { return bad("it is no http, https or file address") };
        if s.len() > 2000 || !s.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b)) {
            return bad("an address has at most 2000 printable characters, and others are written as %20");
        }
        let rest = s.split_once("://").map_or("", |p| p.1);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host.contains('@') {
            // Which is not shown again.
            return Err(Error::usage(
                "the address",
                "a name or password in it would be seen by all who list processes",
            ));
        }
        match scheme {
            Scheme::File if !host.is_empty() => {
                bad("a file address has three slashes: file:///srv/image.raw")
            }
            Scheme::Http | Scheme::Https if host.is_empty() => bad("the address names no server"),
            _ if path.is_empty() => bad("the address names no file"),
            _ => Ok(Self { text: s.to_string(), scheme }),
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

as_text!(Url);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_fetched_is_an_address() {
        for bad in [
            "",
            "x.raw",
            "ftp://a/x",
            "http:/a/x",
            "http://",
            "http://a",
            "https:///x",
            "file://srv/x",
            "file:///",
            "http://me:secret@a/x",
            "http://a/x y",
            "http://a/{x,y}",
            "http://a/x\n",
            "http://a/ü",
        ] {
            assert!(bad.parse::<Url>().is_err(), "{bad:?} was taken");
        }
        let url: Url = "HTTPS://a.example:8443/d/x.qcow2?v=1#f".parse().unwrap();
        assert_eq!((url.scheme, url.file_name()), (Scheme::Https, "x.qcow2"));
        assert_eq!(url.beside("SUMS").unwrap().as_str(), "HTTPS://a.example:8443/d/SUMS");
        assert_eq!("file:///srv/x".parse::<Url>().unwrap().file_name(), "x");
    }

    #[test]
    fn nothing_leads_to_a_file_or_out_of_tls() {
        use Scheme::{File, Http, Https};
        let table = [(Http, Http, true), (Http, Https, true), (Https, Https, true), (Https, Http, false)];
        for (from, to, may) in table {
            assert_eq!(from.may_lead_to(Some(to)), may, "{from:?} to {to:?}");
        }
        for from in [Http, Https, File] {
            assert!(!from.may_lead_to(Some(File)) && !from.may_lead_to(None));
        }
    }
}
