//! Validated names. A value of these types cannot be built from nonsense, so whatever builds an
//! argument vector from them is safe from `../x`, `-rf` and control characters.

/// Makes a type of text that a check has let through; serde reads and writes it as that text.
macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);
        $crate::model::text::as_text!($name);
        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::error::Error;
            fn from_str(s: &str) -> $crate::error::Result<Self> {
                let check: fn(&str) -> Result<(), String> = $check;
                match check(s) {
                    Ok(()) => Ok(Self(s.to_string())),
                    Err(why) => Err($crate::error::Error::usage($crate::model::name::printable(s), why)),
                }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(super) use name_type;

name_type!(
    /// The name of an environment (a jail or a VM): 1 to 63 of letters, digits, `_` and `-`, the first a
    /// letter or digit, not only digits. It is also a jail(8) name, where digits alone would mean a jid.
    EnvName,
    |s| {
        plain(s, 63, &['_', '-'])?;
        if s.bytes().all(|b| b.is_ascii_digit()) {
            return Err("a name of digits only would be taken for a jail id".into());
        }
        // pkill -j none would signal every process of the host, -j any those of every jail (pkill(1)).
        if matches!(s, "none" | "any") {
            return Err("pkill(1) takes this word for no jail or for all of them".into());
        }
        Ok(())
    }
);
name_type!(
    /// The name of a network: like an environment's, and none of the words that stand where one could.
    NetName,
    |s| match s {
        "none" | "inherit" | "alias" | "dhcp" => Err("this word has a meaning of its own as a network".into()),
        _ => s.parse::<EnvName>().map(|_| ()).map_err(|e| e.reason),
    }
);
name_type!(
    /// The name by which another node is known on this one.
    NodeName,
    |s| plain(s, 63, &['_', '-'])
);
name_type!(
    /// The name of a base: like an environment's, and with dots (`15.0-RELEASE`). `host` is reserved.
    BaseName,
    |s| plain(s, 63, &['_', '-', '.'])
);
name_type!(
    /// The name of a disk image: like a base's.
    ImageName,
    |s| plain(s, 63, &['_', '-', '.'])
);
name_type!(
    /// A tag of an environment.
    Tag,
    |s| plain(s, 63, &['_', '-', '.', ':'])
);
name_type!(
    /// A ZFS dataset (zfs(8), "naming"): components of letters, digits and `-_.: `, joined by `/`. Blanks are allowed.
    DatasetName,
    |s| {
        if s.is_empty() || s.len() > 200 {
            return Err("a dataset name has 1 to 200 characters".into());
        }
        for part in s.split('/') {
            if part.is_empty() || part == "." || part == ".." {
                return Err("a dataset name has no empty component, no `.` and no `..`".into());
            }
            if let Some(c) =
                part.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | ' ')))
            {
                return Err(format!("a dataset name can't hold {c:?}"));
            }
        }
        let first = s.as_bytes()[0];
        if !first.is_ascii_alphabetic() {
            return Err("a pool's name begins with a letter".into());
        }
        if s.ends_with(' ') {
            return Err("a dataset name can't end with a blank".into());
        }
        Ok(())
    }
);
name_type!(
    /// What follows the `@` in a snapshot's name (zfs(8), "naming"): letters, digits and `-_.: `.
    SnapshotName,
    |s| {
        if s.is_empty() || s.len() > 200 {
            return Err("a snapshot's name has 1 to 200 characters".into());
        }
        match s.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | ' '))) {
            Some(c) => Err(format!("a snapshot's name can't hold {c:?}")),
            None => Ok(()),
        }
    }
);
name_type!(
    /// A word of the user's at the end of the name that jug gives a snapshot.
    Label,
    |s| plain(s, 32, &['_', '-', '.'])
);
name_type!(
    /// A network interface: 1 to 15 printable characters (F2.13: 15 fit, 16 do not). Blanks occur in other people's names.
    InterfaceName,
    |s| {
        if s.is_empty() || s.len() > 15 {
            return Err("an interface name has 1 to 15 characters".into());
        }
        if s.starts_with('-') || s.starts_with(' ') {
            return Err("an interface name can't begin with `-` or a blank".into());
        }
        if let Some(c) = s.chars().find(|c| !c.is_ascii_graphic() && *c != ' ') {
            return Err(format!("an interface name can't hold {c:?}"));
        }
        if s.contains(['/', ':', '|', ',', '=']) {
            return Err("an interface name can't hold `/`, `:`, `|`, `,` or `=`".into());
        }
        Ok(())
    }
);
name_type!(
    /// A host name: labels of letters, digits and `-`, joined by dots, 255 characters at most (F2.8).
    HostName,
    |s| {
        if s.is_empty() || s.len() > 255 {
            return Err("a host name has 1 to 255 characters".into());
        }
        for label in s.split('.') {
            if label.is_empty() || label.len() > 63 {
                return Err("each label of a host name has 1 to 63 characters".into());
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err("a label of a host name can't begin or end with `-`".into());
            }
            if let Some(c) = label.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '-' || *c == '_')) {
                return Err(format!("a host name can't hold {c:?}"));
            }
        }
        Ok(())
    }
);
name_type!(
    /// A user inside an environment: a login name or a number.
    UserName,
    |s| match s.strip_prefix('_') {
        Some(rest) => plain(rest, 31, &['_', '-', '.']),
        None => plain(s, 32, &['_', '-', '.', '$']),
    }
);
name_type!(
    /// An absolute, normal path: no `.`, no `..`, no doubled or trailing slash, no control characters.
    AbsPath,
    |s| {
        if !s.starts_with('/') {
            return Err("the path must be absolute".into());
        }
        if s.len() > 1023 {
            return Err("the path is longer than 1023 characters".into());
        }
        if s.chars().any(char::is_control) {
            return Err("the path holds a control character".into());
        }
        if s != "/" && s[1..].split('/').any(|p| p.is_empty() || p == "." || p == "..") {
            return Err("the path holds `.`, `..` or a needless slash".into());
        }
        Ok(())
    }
);

impl DatasetName {
    /// Its pool. A clone may lie anywhere in it.
    pub fn pool(&self) -> Self {
        Self(self.0.split('/').next().unwrap_or_default().to_string())
    }
    /// Whether this is another one or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
    /// The dataset `part` below this one.
    pub fn child(&self, part: &str) -> Self {
        Self(format!("{}/{part}", self.0))
    }
}

impl InterfaceName {
    /// A name of jug's own: a short word, a number, and perhaps a letter.
    pub fn numbered(word: &'static str, unit: u16, end: &'static str) -> Self {
        Self(format!("{word}{unit}{end}"))
    }
}

impl AbsPath {
    /// `/`.
    pub fn root() -> Self {
        Self("/".into())
    }
    /// The path as the type of the standard library.
    pub fn as_path(&self) -> &std::path::Path {
        std::path::Path::new(&self.0)
    }
    /// The path below this one.
    pub fn join(&self, rel: &str) -> Self {
        let rel = rel.trim_start_matches('/');
        match (self.0.as_str(), rel) {
            (_, "") => self.clone(),
            ("/", _) => Self(format!("/{rel}")),
            (base, _) => Self(format!("{base}/{rel}")),
        }
    }
}

impl BaseName {
    /// The reserved base that is the running system's own userland.
    pub const HOST: &'static str = "host";
    /// The reserved word as a name.
    pub fn host() -> Self {
        Self(Self::HOST.to_string())
    }
    /// Whether this is the reserved base `host`.
    pub fn is_host(&self) -> bool {
        self.0 == Self::HOST
    }
}

fn plain(s: &str, max: usize, extra: &[char]) -> Result<(), String> {
    let Some(first) = s.chars().next() else { return Err("a name can't be empty".into()) };
    if s.chars().count() > max {
        return Err(format!("a name has at most {max} characters"));
    }
    if !first.is_ascii_alphanumeric() {
        return Err("a name begins with a letter or a digit".into());
    }
    match s.chars().find(|c| !(c.is_ascii_alphanumeric() || extra.contains(c))) {
        Some(c) => Err(format!(
            "a name holds only letters, digits and {}, not {c:?}",
            extra.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(" ")
        )),
        None => Ok(()),
    }
}

/// A text as it may be shown on a terminal: control and bidirectional characters are escaped, the length is bounded.
pub fn printable(s: &str) -> String {
    let mut out = escaped(&s.chars().take(80).collect::<String>());
    if s.chars().nth(80).is_some() {
        out.push_str("...");
    }
    if out.is_empty() { "\"\"".into() } else { out }
}

/// A line of somebody else's program, made harmless; of a long one the end, which is what tells.
pub fn printable_end(s: &str) -> String {
    const MAX: usize = 400;
    let skip = s.chars().count().saturating_sub(MAX);
    let end = escaped(&s.chars().skip(skip).collect::<String>());
    if skip > 0 { format!("...{end}") } else { end }
}

fn escaped(s: &str) -> String {
    let mut out = String::new();
    for c in s.chars() {
        let bidi = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || bidi {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The candidate nearest to `word`, if one is near enough to be worth naming.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(word, c), c))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_are_refused() {
        let long = "a".repeat(64);
        for bad in [
            "",
            "../x",
            "-rf",
            "a b",
            "12",
            "none",
            "any",
            "a\n",
            "a\u{7}",
            "ü",
            "a/b",
            "a.b",
            ".",
            "..",
            long.as_str(),
        ] {
            assert!(bad.parse::<EnvName>().is_err(), "{bad:?} was taken");
        }
        for good in ["a", "www", "1bad", "a-b_c", &"a".repeat(63)] {
            assert_eq!(good.parse::<EnvName>().unwrap().as_str(), good);
        }
    }

    #[test]
    fn datasets_bear_blanks_but_not_snapshots() {
        assert!("tank/a b".parse::<DatasetName>().is_ok());
        for bad in ["tank@x", "tank/", "/tank", "tank//a", "tank/../b", "-r", "tank/a%b", "tank/a "] {
            assert!(bad.parse::<DatasetName>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn paths_are_normal() {
        for bad in ["", "a", "/a/../b", "/a//b", "/a/", "/a/./b", "/a\nb"] {
            assert!(bad.parse::<AbsPath>().is_err(), "{bad:?} was taken");
        }
        assert_eq!("/".parse::<AbsPath>().unwrap().join("/a/b").as_str(), "/a/b");
    }

    proptest! {
        #[test]
        fn a_name_that_parses_is_harmless(s in "\\PC{0,70}") {
            if let Ok(n) = s.parse::<EnvName>() {
                prop_assert!(n.as_str().len() <= 63);
                prop_assert!(n.as_str().chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
                prop_assert!(!n.as_str().starts_with('-'));
            }
        }
        #[test]
        fn every_valid_name_parses(s in "[A-Za-z][A-Za-z0-9_-]{0,62}") {
            prop_assert_eq!(s.parse::<EnvName>().unwrap().to_string(), s);
        }
        #[test]
        fn printable_has_no_control(s in ".{0,100}") {
            prop_assert!(!printable(&s).chars().any(char::is_control));
        }
    }
}
