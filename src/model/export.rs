//! Exports over NFS: a directory, who may mount it, and how. What a file or a property says is read into these types and
//! written from them, on FreeBSD (exports(5), zfsprops(7)) and on Linux (exports(5), nfs-ganesha).

pub use super::clients::{ClientSet, client, is_address};
use super::name::{AbsPath, UserName, printable};
use super::text::as_text;
use crate::error::{Error, Result};

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A user, or a group, of the server's: a name or a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Credential {
    /// The user.
    pub user: UserName,
    /// Exactly these groups; without any said, those of the user.
    pub groups: Option<Vec<UserName>>,
}

/// As many groups as a request of AUTH_SYS can name (RFC 5531).
const MAX_GROUPS: usize = 16;

impl FromStr for Credential {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let (user, groups) = match s.split_once(':') {
            None => (s, None),
            Some((user, groups)) => (user, Some(groups)),
        };
        let groups = match groups {
            None => None,
            Some("") => Some(Vec::new()),
            Some(list) => Some(list.split(':').map(str::parse).collect::<Result<Vec<UserName>>>()?),
        };
        if groups.as_ref().is_some_and(|g| g.len() > MAX_GROUPS) {
            return Err(Error::usage(printable(s), format!("it has more than {MAX_GROUPS} groups")));
        }
        Ok(Self { user: user.parse()?, groups })
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.user)?;
        let Some(groups) = &self.groups else { return Ok(()) };
        let names: Vec<&str> = groups.iter().map(UserName::as_str).collect();
        write!(f, ":{}", names.join(":"))
    }
}

/// Whom the server takes a client's users for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Squash {
    /// root for nobody, and others for themselves.
    #[default]
    Nobody,
    /// root for this user, and others for themselves.
    Maproot(Credential),
    /// Everybody for this user.
    Mapall(Credential),
}

impl Squash {
    /// The user that somebody is taken for.
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            Self::Nobody => None,
            Self::Maproot(c) | Self::Mapall(c) => Some(c),
        }
    }
}

/// How a client proves who its users are (exports(5), "sec").
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Flavor {
    /// It says so.
    Sys,
    /// By Kerberos.
    Krb5,
    /// By Kerberos, and what is sent can't be changed on its way.
    Krb5i,
    /// By Kerberos, and what is sent can't be read on its way.
    Krb5p,
}

impl Flavor {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sys, Self::Krb5, Self::Krb5i, Self::Krb5p];
    /// The word of exports(5), the same on both platforms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sys => "sys",
            Self::Krb5 => "krb5",
            Self::Krb5i => "krb5i",
            Self::Krb5p => "krb5p",
        }
    }
}

/// Flavors in the order in which they are offered, each once; at least one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sec(Vec<Flavor>);

impl Sec {
    /// In order.
    pub fn flavors(&self) -> &[Flavor] {
        &self.0
    }
}

impl Default for Sec {
    fn default() -> Self {
        Self(vec![Flavor::Sys])
    }
}

impl FromStr for Sec {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        let bad = |why: String| {
            Error::usage(format!("sec {}", printable(s)), why)
                .next("write sys, krb5, krb5i, krb5p, with colons")
        };
        let mut all = Vec::new();
        for word in s.split(':') {
            let Some(flavor) = Flavor::ALL.into_iter().find(|f| f.as_str() == word) else {
                return Err(bad(format!("{} is no security flavor", printable(word))));
            };
            if all.contains(&flavor) {
                return Err(bad(format!("{word} is given twice")));
            }
            all.push(flavor);
        }
        Ok(Self(all))
    }
}

impl fmt::Display for Sec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(":"))
    }
}

/// How it is exported.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Nothing can be changed through it.
    pub ro: bool,
    /// Whom users are taken for.
    pub squash: Squash,
    /// How clients prove who their users are.
    pub sec: Sec,
    /// Only over TLS (RFC 9289).
    pub tls: bool,
    /// A client of NFSv3 may mount any directory in it.
    pub alldirs: bool,
}

/// One directory for one set of clients.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// The directory; no link leads to it.
    pub path: AbsPath,
    /// How.
    pub options: Options,
    /// Who.
    pub clients: ClientSet,
}

/// Whose an export is, as far as jug wrote it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// It stands by itself.
    #[default]
    Own,
    /// A directory of an environment's.
    Environment(uuid::Uuid),
}

/// As the property `jug:export` and comments have it.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Environment(uuid) => write!(f, "{uuid}"),
        }
    }
}

impl FromStr for Owner {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        match s {
            "own" => Ok(Self::Own),
            _ => s.parse().map(Self::Environment).map_err(|_| {
                Error::usage(printable(s), "it is not `own`, and no identity of an environment")
            }),
        }
    }
}

/// Exports in their normal form: those of one path with the same options and owner are one, in a fixed order.
pub fn normal(all: impl IntoIterator<Item = (Owner, Export)>) -> Vec<(Owner, Export)> {
    let mut sets: BTreeMap<(AbsPath, Owner, Options), ClientSet> = BTreeMap::new();
    for (owner, e) in all {
        sets.entry((e.path, owner, e.options)).and_modify(|c| *c = c.with(&e.clients)).or_insert(e.clients);
    }
    sets.into_iter()
        .map(|((path, owner, options), clients)| (owner, Export { path, options, clients }))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::clients::tests::client_sets;
    use proptest::prelude::*;

    fn user() -> impl Strategy<Value = UserName> {
        "(root|_?[a-z][a-z0-9_-]{0,8}|[0-9]{1,5})".prop_map(|s| s.parse().unwrap())
    }

    fn credentials() -> impl Strategy<Value = Credential> {
        (user(), prop::option::of(prop::collection::vec(user(), 0..4)))
            .prop_map(|(user, groups)| Credential { user, groups })
    }

    /// Any options.
    pub fn options() -> impl Strategy<Value = Options> {
        let squash = prop_oneof![
            Just(Squash::Nobody),
            credentials().prop_map(Squash::Maproot),
            credentials().prop_map(Squash::Mapall),
        ];
        let sec = prop::sample::subsequence(Flavor::ALL.to_vec(), 1..=4).prop_shuffle().prop_map(Sec);
        (any::<bool>(), squash, sec, any::<bool>(), any::<bool>())
            .prop_map(|(ro, squash, sec, tls, alldirs)| Options { ro, squash, sec, tls, alldirs })
    }

    /// Any path that can be exported: with blanks, quotes, backslashes and letters of all scripts.
    pub fn paths() -> impl Strategy<Value = AbsPath> {
        "(/[a-zA-Z0-9._:%&#'\"\\\\ ,;äß=-]{1,8}){1,4}"
            .prop_filter_map("a normal path", |s| s.parse::<AbsPath>().ok())
    }

    /// Any export.
    pub fn exports() -> impl Strategy<Value = Export> {
        (paths(), options(), client_sets()).prop_map(|(path, options, clients)| Export {
            path,
            options,
            clients,
        })
    }

    #[test]
    fn reads_credentials_and_flavors() {
        for text in ["root", "0", "www", "daemon:", "nobody:nogroup:0"] {
            assert_eq!(text.parse::<Credential>().unwrap().to_string(), text);
        }
        assert_eq!("daemon:".parse::<Credential>().unwrap().groups, Some(Vec::new()));
        for bad in ["", ":", "a::b", "-1", "a b", "a:b,c", "root:a:"] {
            assert!(bad.parse::<Credential>().is_err(), "{bad:?} was taken");
        }
        assert_eq!("krb5p:sys".parse::<Sec>().unwrap().to_string(), "krb5p:sys");
        for bad in ["", "none", "sys:sys", "sys,krb5", "SYS"] {
            assert!(bad.parse::<Sec>().is_err(), "{bad:?} was taken");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(e in exports()) {
            prop_assert_eq!(&e.options.sec.to_string().parse::<Sec>().unwrap(), &e.options.sec);
            if let Some(c) = e.options.squash.credential() {
                prop_assert_eq!(&c.to_string().parse::<Credential>().unwrap(), c);
            }
            let json = serde_json::to_string(&e).unwrap();
            prop_assert_eq!(serde_json::from_str::<Export>(&json).unwrap(), e);
        }
    }
}

as_text!(Credential, Sec);
