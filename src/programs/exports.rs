//! exports(5) of FreeBSD: jug's own file, and the value of the ZFS property `sharenfs`, of which zfs(8) makes lines of the
//! same kind. What is written here is read back by `exports_line.rs` as mountd(8) does.

use crate::error::{Error, Result};
use crate::model::export::{Export, Options, Owner, Squash, normal};
use crate::model::name::AbsPath;
use crate::programs::exports_line::{Entry, Line, lines};
use std::fmt::Write as _;

/// The longest word that mountd(8) takes (`MNTNAMLEN`).
pub const MAX_WORD: usize = 255;

const HEAD: &str =
    "# Written by jug: jug nfs-export and jug nfs-unexport change it, and take nothing else for their own.\n";

/// jug's own file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The root of the tree that NFSv4 shows, if no other file says where it is.
    pub root: Option<AbsPath>,
    /// What is exported.
    pub exports: Vec<(Owner, Export)>,
}

impl std::fmt::Display for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HEAD)?;
        if let Some(root) = &self.root {
            // Which flavors a client may use is said for each file system; here it is about the state that a client has
            // with the server, and one that is left out could not mount what it may.
            writeln!(f, "V4: {} -sec=sys:krb5:krb5i:krb5p", escape(root))?;
        }
        for (owner, export) in &self.exports {
            writeln!(f, "{OWNER}{owner}")?;
            words(export).iter().try_for_each(|line| writeln!(f, "{line}"))?;
        }
        Ok(())
    }
}

/// Begins the line that says whose the lines after it are.
const OWNER: &str = "# jug: ";

impl File {
    /// Reads it. What jug would not have written is an error: somebody else has changed it.
    ///
    /// # Errors
    /// A line that is not jug's.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let bad = |n: usize, why: String| {
            Error::conflict(name, format!("line {n}: {why}"))
                .next("only jug writes that file: take the line out, or move it to /etc/exports")
        };
        let (mut file, mut owner, mut all) = (Self::default(), None, Vec::new());
        for line in lines(text) {
            if let Some(word) = line.text.strip_prefix(OWNER) {
                owner = Some(word.parse().map_err(|e: Error| bad(line.number, e.reason))?);
                continue;
            }
            let Some(entry) = line.entry() else { continue };
            if entry.v4 {
                let path = entry.paths.first().and_then(|p| p.parse().ok());
                file.root = Some(path.ok_or_else(|| bad(line.number, "V4: has no path".into()))?);
                continue;
            }
            let owner = owner.ok_or_else(|| bad(line.number, "it says nowhere whose it is".into()))?;
            all.extend(entry.exports().map_err(|why| bad(line.number, why))?.into_iter().map(|e| (owner, e)));
        }
        file.exports = normal(all);
        Ok(file)
    }
}

/// The value of sharenfs for these, all of one file system; what it can't say is an error.
///
/// # Errors
/// The reason why it can't.
pub fn sharenfs(exports: &[&Export]) -> std::result::Result<String, String> {
    if exports.iter().any(|e| e.options.tls) {
        return Err("sharenfs has no word for TLS".into());
    }
    // zfs(8) protects blanks and backslashes of a mount point, and no quotes.
    if let Some(e) = exports.iter().find(|e| e.path.as_str().contains(['\'', '"'])) {
        return Err(format!("zfs would write the quote in {} as it is, which mountd reads as one", e.path));
    }
    Ok(exports.iter().flat_map(|e| sets(e)).collect::<Vec<_>>().join(";"))
}

/// What a value of sharenfs exports: the lines that zfs(8) makes of it (libshare, `nfs_enable_share_impl`), read as
/// mountd(8) does.
pub fn parse_sharenfs(path: &AbsPath, value: &str) -> Vec<Entry> {
    const KNOWN: [&str; 11] = [
        "ro", "maproot", "mapall", "mask", "network", "sec", "alldirs", "public", "webnfs", "index", "quiet",
    ];
    if value == "off" {
        return Vec::new();
    }
    let value = if value == "on" { "" } else { value };
    let mut all = Vec::new();
    for set in value.split(';').filter(|s| !value.contains(';') || !s.trim_matches([' ', '\t']).is_empty()) {
        let mut text = format!("{}\t", escape(path));
        for word in set.split([',', ' ']) {
            let word = word.strip_prefix('-').unwrap_or(word);
            if !word.is_empty() {
                let known = KNOWN.contains(&word.split('=').next().unwrap_or_default());
                text.push_str(&format!("{}{word} ", if known { "-" } else { "" }));
            }
        }
        all.extend(Line { number: 1, text: text.trim_end_matches([' ', '\t']).to_string() }.entry());
    }
    all
}

/// The lines of one.
pub fn words(export: &Export) -> Vec<String> {
    let path = escape(&export.path);
    sets(export).iter().map(|set| format!("{path} {set}")).collect()
}

/// What follows the path, one text for each line: mountd(8) takes many addresses in one, and one network. The flavors are
/// always said, for without them a line has those of the line before it on the same file system.
fn sets(export: &Export) -> Vec<String> {
    let Options { ro, squash, sec, tls, alldirs } = &export.options;
    let mut words = String::new();
    words.push_str(if *ro { "-ro " } else { "" });
    match squash {
        Squash::Nobody => {}
        Squash::Maproot(c) => words.push_str(&format!("-maproot={c} ")),
        Squash::Mapall(c) => words.push_str(&format!("-mapall={c} ")),
    }
    words.push_str(if *tls { "-tls " } else { "" });
    words.push_str(if *alldirs { "-alldirs " } else { "" });
    let _ = write!(words, "-sec={sec}");
    if export.clients.is_world() {
        return vec![words];
    }
    let hosts: String = export.clients.addresses().map(|a| format!(" {a}")).collect();
    let hosts = (!hosts.is_empty()).then(|| format!("{words}{hosts}"));
    hosts.into_iter().chain(export.clients.networks().map(|n| format!("{words} -network={n}"))).collect()
}

/// A path as a word: what ends one, quotes and backslashes as octal numbers, which strunvis(3) reads again.
pub fn escape(path: &AbsPath) -> String {
    let mut out = String::new();
    for c in path.as_str().chars() {
        match c {
            ' ' | '\\' | '\'' | '"' => out.push_str(&format!("\\{:03o}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::tests::exports;
    use proptest::prelude::*;

    fn export(path: &str, clients: &str, options: Options) -> Export {
        Export { path: path.parse().unwrap(), options, clients: clients.parse().unwrap() }
    }

    fn uuid() -> uuid::Uuid {
        "7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60".parse().unwrap()
    }

    #[test]
    fn writes_what_mountd_reads() {
        let maproot = Squash::Maproot("root".parse().unwrap());
        let ro = Options { ro: true, sec: "krb5p:sys".parse().unwrap(), alldirs: true, ..Options::default() };
        let file = File {
            root: Some("/".parse().unwrap()),
            exports: vec![
                (Owner::Own, export("/a b/c'd", "192.0.2.10,10.0.0.0/8,2001:db8::/64,192.0.2.9", ro)),
                (
                    Owner::Environment(uuid()),
                    export("/j", "*", Options { squash: maproot, tls: true, ..Options::default() }),
                ),
            ],
        };
        let text = file.to_string();
        assert_eq!(
            text.strip_prefix(HEAD).unwrap(),
            "V4: / -sec=sys:krb5:krb5i:krb5p\n\
             # jug: own\n\
             /a\\040b/c\\047d -ro -alldirs -sec=krb5p:sys 192.0.2.9 192.0.2.10\n\
             /a\\040b/c\\047d -ro -alldirs -sec=krb5p:sys -network=10.0.0.0/8\n\
             /a\\040b/c\\047d -ro -alldirs -sec=krb5p:sys -network=2001:db8::/64\n\
             # jug: 7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\n\
             /j -maproot=root -tls -sec=sys\n"
        );
        assert_eq!(File::parse(&text, "jug.exports").unwrap(), file);
    }

    #[test]
    fn what_is_not_jugs_is_refused() {
        for (text, line) in [
            ("/a 10.0.0.1\n", "line 1"),
            ("# jug: own\n/a host\n", "line 2"),
            ("# jug: own\n\n/a -webnfs\n", "line 3"),
            ("# jug: me\n", "line 1"),
            ("# jug: own\nno/path 10.0.0.1\n", "line 2"),
            ("V4:\n", "line 1"),
        ] {
            let e = File::parse(text, "jug.exports").unwrap_err();
            assert!(e.reason.starts_with(line) && e.code == crate::error::Code::Conflict, "{text:?}: {e}");
        }
        assert_eq!(File::parse("# of others\n\n", "f").unwrap(), File::default());
    }

    #[test]
    fn sharenfs_says_several_sets() {
        let a = export("/a", "10.0.0.1,10.1.0.0/16", Options::default());
        let b = export("/a", "*", Options { ro: true, ..Options::default() });
        let value = sharenfs(&[&a, &b]).unwrap();
        assert_eq!(value, "-sec=sys 10.0.0.1;-sec=sys -network=10.1.0.0/16;-ro -sec=sys");
        let tls = export("/a", "10.0.0.1", Options { tls: true, ..Options::default() });
        assert!(sharenfs(&[&tls]).unwrap_err().contains("TLS"));
        assert!(sharenfs(&[&export("/a'b", "10.0.0.1", Options::default())]).is_err());
    }

    #[test]
    fn reads_any_sharenfs_as_zfs_writes_it() {
        let path = "/zroot/shared".parse().unwrap();
        let read = |value: &str| {
            let all = parse_sharenfs(&path, value);
            all.iter().flat_map(|e| e.exports().unwrap_or_default()).collect::<Vec<_>>()
        };
        assert!(read("off").is_empty());
        assert_eq!(read("on"), [export("/zroot/shared", "*", Options::default())]);
        let maproot = Squash::Maproot("root".parse().unwrap());
        let net = export("/zroot/shared", "127.0.0.0/8", Options { squash: maproot, ..Options::default() });
        for value in [
            "-maproot=root -network 127.0.0.0/8",
            "maproot=root,network=127.0.0.0,mask=255.0.0.0",
            "-maproot=root,-network=127/8",
        ] {
            assert_eq!(read(value), std::slice::from_ref(&net), "{value}");
        }
        // zfs takes what it does not know for a host, as was seen with -bogus (F9).
        let odd = parse_sharenfs(&path, "-bogus 10.0.0.1; ;ro tls 10.0.0.2");
        assert_eq!(odd.iter().map(|e| e.names.join(" ")).collect::<Vec<_>>(), ["bogus", "tls"]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            all in prop::collection::vec((any::<bool>(), exports()), 0..6),
            root in prop::option::of(crate::model::export::tests::paths())
        ) {
            let owner = |own| if own { Owner::Own } else { Owner::Environment(uuid()) };
            let exports = normal(all.into_iter().map(|(own, e)| (owner(own), e)));
            let file = File { root, exports };
            prop_assert_eq!(File::parse(&file.to_string(), "f").unwrap(), file);
        }

        #[test]
        fn sharenfs_is_read_again(all in prop::collection::vec(exports(), 1..5), path in crate::model::export::tests::paths()) {
            let all = normal(all.into_iter().map(|e| (Owner::Own, Export { path: path.clone(), ..e })));
            let refs: Vec<&Export> = all.iter().map(|(_, e)| e).collect();
            if let Ok(value) = sharenfs(&refs) {
                let read = parse_sharenfs(&path, &value).into_iter().flat_map(|e| e.exports().unwrap());
                prop_assert_eq!(normal(read.map(|e| (Owner::Own, e))), all);
            }
        }

        #[test]
        fn nothing_anybody_writes_is_a_panic(text in "[-/V4:#a-z0-9.=, '\"\\\\\t\n]{0,80}") {
            for line in lines(&text) {
                line.entry().map(|e| e.exports());
            }
        }
    }
}
