//! exportfs(8) of Linux and the lines of its exports(5), as nfs-utils 2.6.2 was seen to read, print and refuse them.
//!
//! Its exit status says little: it is 1 as well for a line of the administrator's that is wrong, and the rest is exported
//! all the same. What is exported is what it lists.

use super::surprise;
use crate::error::{Error, Result};
use crate::host::Cmd;
use crate::model::export::{ClientSet, Export, Options, Owner, client, normal};
use crate::model::export_linux::{Anonymous, NOBODY};
use crate::model::name::AbsPath;
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The file that nfs-utils reads beside /etc/exports: any in this directory whose name ends so (exports(5)).
pub const FILE: &str = "/etc/exports.d/jug.exports";
/// The administrator's own.
pub const ADMINISTRATORS: &str = "/etc/exports";
const HEAD: &str =
    "# Written by jug: jug nfs-export and jug nfs-unexport change it, and take nothing else for their own.\n";
const OWNER: &str = "# jug: ";

/// Exports what the files say. `-r` would also drop what stands in none of them, such as what the resource agents of a
/// cluster export by `-o`. Exit status 1: somewhere a line is wrong.
pub fn export() -> Cmd {
    Cmd::new("exportfs").arg("-a").accept(1).limit(60)
}

/// Exports these no more. Exit status 1: one of them was not exported.
pub fn unexport(all: &[(AbsPath, Option<IpNet>)]) -> Cmd {
    let word = |(path, net): &(AbsPath, Option<IpNet>)| match net {
        Some(net) if net.addr().is_ipv6() => format!("[{}]:{path}", client(net)),
        net => format!("{}:{path}", client_word(*net)),
    };
    Cmd::new("exportfs").arg("-u").args(all.iter().map(word)).accept(1).limit(60)
}

/// Asks what is exported, in words that exports(5) has as well.
pub fn list() -> Cmd {
    Cmd::new("exportfs").arg("-s")
}

/// Exports as a file. Each client has a line, the narrower first: of two networks that a client is in, the server takes
/// the one that was read first.
///
/// # Errors
/// Something can't be said there.
pub fn write(exports: &[(Owner, Export)]) -> Result<String> {
    let mut text = HEAD.to_string();
    let mut last = None;
    for (owner, path, net, options) in by_client(exports) {
        if last != Some(owner) {
            let _ = writeln!(text, "{OWNER}{owner}");
            last = Some(owner);
        }
        let _ = writeln!(text, "{} {}({})", escape(path)?, client_word(net), words(path, options)?);
    }
    Ok(text)
}

/// A client as it is written and listed; without one, everybody.
pub fn client_word(net: Option<IpNet>) -> String {
    net.map_or("*".into(), |n| client(&n))
}

/// Each client of each path by itself, the narrower first, and everybody last.
pub fn by_client(exports: &[(Owner, Export)]) -> Vec<(Owner, &AbsPath, Option<IpNet>, &Options)> {
    let mut all: Vec<_> = exports
        .iter()
        .flat_map(|(owner, e)| {
            let world = e.clients.is_world().then_some(None);
            let each = e.clients.nets().map(Some).chain(world);
            each.map(move |net| (*owner, &e.path, net, &e.options))
        })
        .collect();
    all.sort_by_key(|(_, path, net, _)| {
        (*path, net.is_none(), std::cmp::Reverse(net.map(|n| n.prefix_len())), *net)
    });
    all
}

/// Always with an identity for the file system: not all of them have one of their own (zfs-fuse has not), and a client
/// that comes back after a move to another node must find the same.
fn words(path: &AbsPath, options: &Options) -> Result<String> {
    let anonymous = Anonymous::of(&options.squash)?;
    let squash = match anonymous {
        Anonymous { all: true, .. } => "all_squash",
        Anonymous { ids: None, .. } => "no_root_squash",
        Anonymous { .. } => "root_squash",
    };
    let mut text = format!("sec={},{},{squash}", options.sec, if options.ro { "ro" } else { "rw" });
    if let Some((uid, gid)) = anonymous.ids {
        let _ = write!(text, ",anonuid={uid},anongid={gid}");
    }
    let _ = write!(text, ",sync,no_subtree_check,fsid={}", identity(path));
    Ok(text)
}

/// Always the same for a path.
fn identity(path: &AbsPath) -> uuid::Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(path.as_str())[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A path as a word of exports(5): what might mean something else there as octal numbers.
fn escape(path: &AbsPath) -> Result<String> {
    let digits = |s: &str| s.len() >= 3 && s.bytes().take(3).all(|b| (b'0'..b'8').contains(&b));
    if path.as_str().split('\\').skip(1).any(digits) {
        return Err(Error::usage(path, "exportfs(8) takes a backslash and three digits for a character")
            .next("rename the directory, or export one above it"));
    }
    let mut out = String::new();
    for b in path.as_str().bytes() {
        match b {
            b if b.is_ascii_alphanumeric() || b"/._:+@%,=~-".contains(&b) => out.push(b.into()),
            b => _ = write!(out, "\\{b:03o}"),
        }
    }
    Ok(out)
}

fn unescape(word: &str) -> Option<String> {
    let (mut out, mut rest) = (Vec::new(), word.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let number = match (first, after.get(..3)) {
            (b'\\', Some(digits)) => {
                std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 8).ok())
            }
            _ => None,
        };
        out.push(number.unwrap_or(first));
        rest = if number.is_some() { &after[3..] } else { after };
    }
    String::from_utf8(out).ok()
}

/// Reads what [`write()`] wrote.
///
/// # Errors
/// A line that jug would not have written.
pub fn parse(text: &str, name: &str) -> Result<Vec<(Owner, Export)>> {
    let (mut owner, mut all) = (None, Vec::new());
    for (n, line) in text.lines().enumerate() {
        let bad = |why: String| {
            Error::conflict(name, format!("line {}: {why}", n + 1))
                .next("only jug writes that file: take the line out, or move it to /etc/exports")
        };
        if let Some(word) = line.strip_prefix(OWNER) {
            owner = Some(word.parse().map_err(|e: Error| bad(e.reason))?);
        } else if !line.starts_with('#') && !line.trim().is_empty() {
            let owner = owner.ok_or_else(|| bad("it says nowhere whose it is".into()))?;
            let listed = Listed::parse(line).ok_or_else(|| bad("it is no line of jug's".into()))?;
            all.push((owner, listed.export().map_err(bad)?));
        }
    }
    Ok(normal(all))
}

/// A line of what is exported, by whomever.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The directory.
    pub path: String,
    /// An address, a network, a name, a netgroup.
    pub client: String,
    /// How, in words of exports(5).
    pub options: String,
}

/// Reads the output of [`list`].
///
/// # Errors
/// It is none.
pub fn parse_list(text: &str) -> Result<Vec<Listed>> {
    let lines = text.lines().filter(|l| !l.trim().is_empty());
    lines.map(|l| Listed::parse(l).ok_or_else(|| surprise("exportfs", l))).collect()
}

impl Listed {
    fn parse(line: &str) -> Option<Self> {
        // Blanks in a path are escaped, and a name or address has no parenthesis in it.
        let (path, rest) = line.split_once(' ')?;
        let (client, options) = rest.trim_start().strip_suffix(')')?.split_once('(')?;
        let path = unescape(path)?;
        Some(Self { path, client: client.into(), options: options.into() })
    }
    /// As an export, if it is one such as jug makes.
    ///
    /// # Errors
    /// Why it is not.
    pub fn export(&self) -> std::result::Result<Export, String> {
        let mut options = Options::default();
        let (mut uid, mut gid, mut root, mut all) = (NOBODY, NOBODY, true, false);
        for word in self.options.split(',') {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            let number = || value.parse().map_err(|_| format!("{word} has no number"));
            match key {
                "ro" => options.ro = true,
                "rw" => options.ro = false,
                "sec" => options.sec = value.parse().map_err(|e: Error| e.reason)?,
                "root_squash" => root = true,
                "no_root_squash" => root = false,
                "all_squash" => all = true,
                "no_all_squash" => all = false,
                "anonuid" => uid = number()?,
                "anongid" => gid = number()?,
                "sync" | "wdelay" | "hide" | "nohide" | "no_subtree_check" | "fsid" => {}
                _ => return Err(format!("{word} is no word of jug's")),
            }
        }
        let ids = (all || root).then_some((uid, gid));
        options.squash = Anonymous { all, ids }.squash().map_err(|e| e.reason)?;
        let clients: ClientSet = self.client.parse().map_err(|e: Error| e.reason)?;
        Ok(Export { path: self.path.parse().map_err(|e: Error| e.reason)?, options, clients })
    }
}

/// What is not listed as it should be, for people: all of `there`, with these options, and of `gone` nothing but what is
/// in `there` as well.
pub fn unlisted(listed: &[Listed], there: &[Export], gone: &[Export]) -> Vec<String> {
    let owned = |all: &[Export]| all.iter().map(|e| (Owner::Own, e.clone())).collect::<Vec<_>>();
    let (there, gone) = (owned(there), owned(gone));
    let (there, gone) = (by_client(&there), by_client(&gone));
    let find = |path: &AbsPath, who: &str| listed.iter().find(|l| l.path == path.as_str() && l.client == who);
    let mut all = Vec::new();
    for (_, path, net, options) in &there {
        let who = client_word(*net);
        match find(path, &who).map(Listed::export) {
            Some(Ok(e)) if e.options == **options => {}
            Some(_) => {
                all.push(format!("exportfs shows {path} for {who} with other options than were asked"))
            }
            None => all.push(format!("exportfs does not show {path} for {who}")),
        }
    }
    for (_, path, net, _) in gone {
        let who = client_word(net);
        let kept = there.iter().any(|(_, p, n, _)| *p == path && *n == net);
        if !kept && find(path, &who).is_some() {
            all.push(format!("exportfs still shows {path} for {who}"));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export_linux::tests::on_linux_exports;
    use proptest::prelude::*;

    fn export(path: &str, options: Options, clients: &str) -> Export {
        Export { path: path.parse().unwrap(), options, clients: clients.parse().unwrap() }
    }

    #[test]
    fn a_file_has_a_line_for_each_client() {
        let rw = Options::default();
        let ro = Options { ro: true, ..Options::default() };
        let env = Owner::Environment(uuid::uuid!("7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60"));
        let all = [
            (Owner::Own, export("/srv/a b", ro, "*")),
            (env, export("/srv/a b", rw.clone(), "10.0.0.7,fd00::/64")),
            (Owner::Own, export("/srv/ä", rw, "10.1.0.0/16,10.0.0.0/8")),
        ];
        let text = write(&all).unwrap();
        let lines: Vec<_> = text.lines().skip(1).map(|l| l.split(",anon").next().unwrap()).collect();
        assert_eq!(
            lines,
            [
                "# jug: 7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60",
                "/srv/a\\040b fd00::/64(sec=sys,rw,root_squash",
                "/srv/a\\040b 10.0.0.7(sec=sys,rw,root_squash",
                "# jug: own",
                "/srv/a\\040b *(sec=sys,ro,root_squash",
                "/srv/\\303\\244 10.1.0.0/16(sec=sys,rw,root_squash",
                "/srv/\\303\\244 10.0.0.0/8(sec=sys,rw,root_squash",
            ]
        );
        assert_eq!(parse(&text, FILE).unwrap(), normal(all));
    }

    #[test]
    fn what_is_not_jugs_is_an_error() {
        for (text, says) in [
            ("/srv 10.0.0.1(rw)\n", "line 1: it says nowhere whose it is"),
            ("# jug: me\n", "line 1: it is not `own`"),
            ("# jug: own\n/srv 10.0.0.1\n", "line 2: it is no line of jug's"),
            ("# jug: own\n/srv 10.0.0.1(rw,insecure)\n", "line 2: insecure is no word of jug's"),
            ("# jug: own\n/srv @net(rw)\n", "line 2: @net is no address and no network"),
        ] {
            let e = parse(text, FILE).unwrap_err();
            assert!(e.code == crate::error::Code::Conflict && e.reason.contains(says), "{text}: {e}");
        }
        assert_eq!(parse(HEAD, FILE).unwrap(), []);
        let e = write(&[(Owner::Own, export("/a\\040b", Options::default(), "*"))]).unwrap_err();
        assert!(e.reason.contains("three digits"), "{e}");
    }

    /// As exportfs 2.6.2 printed it.
    #[test]
    fn reads_what_is_exported() {
        let text = "\
/srv/a\\040b  10.0.0.1(sync,wdelay,hide,no_subtree_check,fsid=cafe0000-0000-0000-0000-000000000001,sec=sys,rw,root_squash,no_all_squash)
/srv/h#s  10.0.0.0/8(sync,wdelay,hide,no_subtree_check,anonuid=1234,anongid=5,sec=krb5:sys,ro,root_squash,all_squash)
/srv/p(x)  fd77::1(sync,wdelay,hide,no_subtree_check,sec=sys,rw,no_root_squash,no_all_squash)
/srv/b\\134c  *(sync,wdelay,hide,no_subtree_check,sec=sys,rw,root_squash,no_all_squash)
/srv/x  @trusted(sync,wdelay,hide,crossmnt,no_subtree_check,sec=sys,rw,root_squash,no_all_squash)
";
        let all = parse_list(text).unwrap();
        let got: Vec<Export> = all.iter().filter_map(|l| l.export().ok()).collect();
        let squash = |s: &str| crate::model::export::Squash::Mapall(s.parse().unwrap());
        let mapped = Options {
            ro: true,
            squash: squash("1234:5"),
            sec: "krb5:sys".parse().unwrap(),
            ..Options::default()
        };
        let root = crate::model::export::Squash::Maproot("root".parse().unwrap());
        assert_eq!(
            got,
            [
                export("/srv/a b", Options::default(), "10.0.0.1"),
                export("/srv/h#s", mapped, "10.0.0.0/8"),
                export("/srv/p(x)", Options { squash: root, ..Options::default() }, "fd77::1"),
                export("/srv/b\\c", Options::default(), "*"),
            ]
        );
        assert_eq!((all[4].path.as_str(), all[4].client.as_str()), ("/srv/x", "@trusted"));
        assert!(parse_list("").unwrap().is_empty() && parse_list("exportfs: no\n").is_err());
    }

    #[test]
    fn what_is_listed_is_compared_with_what_was_asked() {
        let line = |client: &str, access: &str| {
            format!(
                "/srv  {client}(sync,wdelay,hide,no_subtree_check,sec=sys,{access},root_squash,no_all_squash)\n"
            )
        };
        let listed = parse_list(&(line("10.0.0.1", "rw") + &line("10.0.0.0/8", "ro"))).unwrap();
        let rw = |clients| export("/srv", Options::default(), clients);
        let none: [&str; 0] = [];
        let gone = [rw("10.0.0.1,10.0.0.2"), rw("*")];
        assert_eq!(unlisted(&listed, &[rw("10.0.0.1")], &gone), none);
        let other = export("/srv2", Options::default(), "*");
        assert_eq!(
            unlisted(&listed, &[rw("10.0.0.0/8"), rw("*")], &[rw("10.0.0.1"), other]),
            [
                "exportfs shows /srv for 10.0.0.0/8 with other options than were asked",
                "exportfs does not show /srv for *",
                "exportfs still shows /srv for 10.0.0.1",
            ]
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(all in prop::collection::vec(on_linux_exports(), 0..6)) {
            let all: Vec<_> = all.into_iter().map(|e| (Owner::Own, e)).collect();
            if let Ok(text) = write(&all) {
                prop_assert_eq!(parse(&text, FILE).unwrap(), normal(all));
            } else {
                prop_assert!(all.iter().any(|(_, e)| e.path.as_str().contains('\\')));
            }
        }
    }
}
