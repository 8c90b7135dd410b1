//! Exports over NFS: a directory, who may mount it, and how. What a file or a property says is read into these types and
//! written from them, on FreeBSD (exports(5), zfsprops(7)) and on Linux (exports(5), nfs-ganesha).

use super::name::{AbsPath, UserName, printable};
use super::text::as_text;
use crate::error::{Error, Result};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Who may mount: everybody, or these addresses and networks. It is never empty, and names of hosts are none of it: what
/// they mean is only known when the server looks them up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientSet(Set);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Set {
    World,
    Only(BTreeSet<IpNet>),
}

impl ClientSet {
    /// Everybody.
    pub fn world() -> Self {
        Self(Set::World)
    }
    /// These; without any there is no set. Networks that have all addresses are everybody.
    pub fn only(nets: impl IntoIterator<Item = IpNet>) -> Option<Self> {
        let nets: BTreeSet<IpNet> = nets.into_iter().map(|n| n.trunc()).collect();
        // Halves of it are everybody as well.
        let all = IpNet::aggregate(&nets.iter().copied().collect());
        if all.iter().any(|n| n.prefix_len() == 0) {
            return Some(Self::world());
        }
        if nets.is_empty() { None } else { Some(Self(Set::Only(nets))) }
    }
    /// Whether it is everybody.
    pub fn is_world(&self) -> bool {
        self.0 == Set::World
    }
    /// The addresses and networks, single addresses as /32 and /128; none for everybody.
    pub fn nets(&self) -> impl Iterator<Item = IpNet> + '_ {
        match &self.0 {
            Set::World => None,
            Set::Only(nets) => Some(nets.iter().copied()),
        }
        .into_iter()
        .flatten()
    }
    /// The single addresses.
    pub fn addresses(&self) -> impl Iterator<Item = std::net::IpAddr> + '_ {
        self.nets().filter(is_address).map(|n| n.addr())
    }
    /// The networks.
    pub fn networks(&self) -> impl Iterator<Item = IpNet> + '_ {
        self.nets().filter(|n| !is_address(n))
    }
    /// Both together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (Set::Only(a), Set::Only(b)) => Self(Set::Only(a.union(b).copied().collect())),
            _ => Self::world(),
        }
    }
    /// What is left without the others, word for word: a network does not lose an address in it.
    pub fn without(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (Set::World, Set::World) => None,
            (Set::Only(a), Set::Only(b)) => Self::only(a.difference(b).copied()),
            _ => Some(self.clone()),
        }
    }
    /// What both name, word for word: such a client would be listed twice, which mountd(8) refuses.
    pub fn both(&self, other: &Self) -> Option<Self> {
        match (&self.0, &other.0) {
            (Set::World, Set::World) => Some(Self::world()),
            (Set::Only(a), Set::Only(b)) => Self::only(a.intersection(b).copied()),
            _ => None,
        }
    }
}

/// Whether it is a single address.
pub fn is_address(net: &IpNet) -> bool {
    net.prefix_len() == net.max_prefix_len()
}

/// A client as people write it: an address, or a network with its length.
pub fn client(net: &IpNet) -> String {
    if is_address(net) { net.addr().to_string() } else { net.to_string() }
}

impl fmt::Display for ClientSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Set::World => f.write_str("*"),
            Set::Only(nets) => f.write_str(&nets.iter().map(client).collect::<Vec<_>>().join(",")),
        }
    }
}

impl FromStr for ClientSet {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        if s == "*" {
            return Ok(Self::world());
        }
        let bad = |why: String| {
            Error::usage(format!("clients {}", printable(s)), why)
                .next("write addresses and networks, such as 192.0.2.10,10.0.0.0/8,2001:db8::/64")
        };
        let mut nets = Vec::new();
        for word in s.split(',') {
            let net = super::net::parse_address(word)
                .ok_or_else(|| bad(format!("{} is no address and no network", printable(word))))?;
            if net.addr().is_multicast() || (is_address(&net) && net.addr().is_unspecified()) {
                return Err(bad(format!("{word} can't be an address of a client")));
            }
            if net.trunc().addr() != net.addr() {
                return Err(bad(format!("{word} is an address in {}", net.trunc())));
            }
            nets.push(net);
        }
        Self::only(nets).ok_or_else(|| bad("there is no client".into()))
    }
}

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
    use proptest::prelude::*;

    fn user() -> impl Strategy<Value = UserName> {
        "(root|_?[a-z][a-z0-9_-]{0,8}|[0-9]{1,5})".prop_map(|s| s.parse().unwrap())
    }

    fn credentials() -> impl Strategy<Value = Credential> {
        (user(), prop::option::of(prop::collection::vec(user(), 0..4)))
            .prop_map(|(user, groups)| Credential { user, groups })
    }

    /// Any set of clients.
    pub fn client_sets() -> impl Strategy<Value = ClientSet> {
        let net = prop_oneof![
            (0x0100_0000u32..0xdfff_ffff, 1u8..=32).prop_map(|(a, l)| IpNet::new(
                std::net::IpAddr::V4(a.into()),
                l
            )
            .unwrap()
            .trunc()),
            (1u128 << 100..0xfe00u128 << 112, 8u8..=128).prop_map(|(a, l)| IpNet::new(
                std::net::IpAddr::V6(a.into()),
                l
            )
            .unwrap()
            .trunc()),
        ];
        prop_oneof![
            1 => Just(ClientSet::world()),
            8 => prop::collection::vec(net, 1..5).prop_map(|n| ClientSet::only(n).unwrap()),
        ]
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
    fn reads_clients_as_people_write_them() {
        for (text, full) in [
            ("192.0.2.10", "192.0.2.10"),
            ("192.0.2.10/32,10.0.0.0/8", "10.0.0.0/8,192.0.2.10"),
            ("2001:db8::/64,2001:db8::1", "2001:db8::/64,2001:db8::1"),
            ("192.0.2.1,192.0.2.1", "192.0.2.1"),
            ("0.0.0.0/0", "*"),
            ("10.0.0.1,::/0", "*"),
            ("0.0.0.0/1,10.0.0.1,128.0.0.0/1", "*"),
            ("*", "*"),
        ] {
            assert_eq!(text.parse::<ClientSet>().unwrap().to_string(), full, "{text}");
        }
        for bad in [
            "",
            ",",
            "host",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "224.0.0.1",
            "0.0.0.0",
            "-ro",
            "10.0.0.1 ",
            "*,10.0.0.1",
        ] {
            let e = bad.parse::<ClientSet>().unwrap_err();
            assert_eq!(e.code, crate::error::Code::Usage, "{bad:?}");
        }
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

    #[test]
    fn sets_are_added_and_taken_apart_word_for_word() {
        let set = |s: &str| s.parse::<ClientSet>().unwrap();
        assert_eq!(set("10.0.0.1").with(&set("10.0.0.2")), set("10.0.0.1,10.0.0.2"));
        assert_eq!(set("10.0.0.0/8,10.0.0.2").without(&set("10.0.0.2")), Some(set("10.0.0.0/8")));
        assert_eq!(set("10.0.0.2").without(&set("10.0.0.2")), None);
        assert_eq!(set("10.0.0.0/8").without(&set("10.0.0.2")), Some(set("10.0.0.0/8")));
        assert_eq!(set("10.0.0.0/8").both(&set("10.0.0.2")), None);
        assert_eq!(set("*").both(&set("*")), Some(set("*")));
        assert_eq!(set("*").both(&set("10.0.0.2")), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(e in exports()) {
            prop_assert_eq!(&e.clients.to_string().parse::<ClientSet>().unwrap(), &e.clients);
            prop_assert_eq!(&e.options.sec.to_string().parse::<Sec>().unwrap(), &e.options.sec);
            if let Some(c) = e.options.squash.credential() {
                prop_assert_eq!(&c.to_string().parse::<Credential>().unwrap(), c);
            }
            let json = serde_json::to_string(&e).unwrap();
            prop_assert_eq!(serde_json::from_str::<Export>(&json).unwrap(), e);
        }
    }
}

as_text!(ClientSet, Credential, Sec);
