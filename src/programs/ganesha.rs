//! nfs-ganesha(8), the NFS server in user space: its blocks of EXPORT, and what it says in its log when it reads them.
//! Written from ganesha-config(8), ganesha-export-config(8) and conf_lex.l, and tried with 4.3.
//!
//! At SIGHUP it reads all its files again and adds, changes and removes exports. One whose number it knows keeps its path;
//! one that comes under another number while the old one is still there is refused and the old one goes too, so a
//! path keeps its number. A block that is wrong loses only itself; a file that can't be parsed loses all that is exported.

use super::exportfs::{by_client, client_word};
use crate::error::{Error, Result};
use crate::host::Cmd;
use crate::model::export::{ClientSet, Export, Options, Owner, Squash, is_address, normal};
use crate::model::export_linux::Anonymous;
use crate::model::name::AbsPath;
use crate::programs::ganesha_conf::{Block, Conf, blocks};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const HEAD: &str =
    "# Written by jug: jug nfs-export and jug nfs-unexport change it, and take nothing else for their own.\n";

/// jug's own file, which the administrator's includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// What is exported.
    pub exports: Vec<(Owner, Export)>,
    /// The number of each path.
    pub numbers: BTreeMap<AbsPath, u16>,
}

impl File {
    /// Reads it.
    ///
    /// # Errors
    /// Something in it is not jug's.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let bad = |line: usize, why: String| {
            Error::conflict(name, format!("line {line}: {why}"))
                .next("only jug writes that file: take it out, or move it to another file of nfs-ganesha's")
        };
        let conf = blocks(text).map_err(|(line, why)| bad(line, why))?;
        let (mut file, mut all) = (Self::default(), Vec::new());
        if let Some(path) = conf.includes.first() {
            return Err(bad(1, format!("it includes {path}")));
        }
        for block in &conf.blocks {
            let wrong = |why: String| bad(block.line, why);
            if !block.is("EXPORT") {
                return Err(wrong(format!("{} is no block of jug's", block.name)));
            }
            let path: AbsPath = word(block, "Path").and_then(|p| p.parse().map_err(reason)).map_err(wrong)?;
            let number =
                word(block, "Export_Id").and_then(|n| n.parse().map_err(|_| n.into())).map_err(wrong)?;
            if file.numbers.insert(path.clone(), number).is_some() {
                return Err(wrong(format!("{path} is there twice")));
            }
            for client in block.blocks.iter().filter(|b| b.is("CLIENT")) {
                let (owner, options, clients) = of_client(client).map_err(|why| bad(client.line, why))?;
                all.push((owner, Export { path: path.clone(), options, clients }));
            }
        }
        file.exports = normal(all);
        Ok(file)
    }

    /// Other exports, where those that stay keep their numbers, and none has one that somebody else has.
    #[must_use]
    pub fn with(&self, exports: Vec<(Owner, Export)>, taken: &BTreeSet<u16>) -> Self {
        let mut numbers: BTreeMap<AbsPath, u16> = BTreeMap::new();
        let mut used: BTreeSet<u16> =
            taken.union(&self.numbers.values().copied().collect()).copied().collect();
        for (_, export) in &exports {
            let next = || {
                let first = number(&export.path);
                (first..=u16::MAX).chain(FIRST..first).find(|n| !used.contains(n)).unwrap_or(first)
            };
            let n = self.numbers.get(&export.path).copied().unwrap_or_else(next);
            used.insert(n);
            numbers.insert(export.path.clone(), n);
        }
        Self { exports, numbers }
    }

    /// Its text.
    ///
    /// # Errors
    /// Something can't be said there.
    pub fn text(&self) -> Result<String> {
        let mut text = HEAD.to_string();
        let all = by_client(&self.exports);
        for (path, number) in &self.numbers {
            let name = quote(path);
            let _ = write!(
                text,
                "EXPORT {{\n\tExport_Id = {number};\n\tPath = {name};\n\tPseudo = {name};\n\
                 \tFilesystem_Id = {number}.0;\n\tProtocols = 3, 4;\n\tAccess_Type = None;\n\
                 \tFSAL {{ Name = VFS; }}\n"
            );
            for (owner, _, net, options) in all.iter().filter(|(_, p, ..)| *p == path) {
                if net.is_some_and(|n| !is_address(&n) && n.prefix_len() > LONGEST) {
                    return Err(Error::usage(path, "nfs-ganesha takes no network with more than 99 bits")
                        .next("name its addresses one by one"));
                }
                let who = client_word(*net);
                let access = if options.ro { "RO" } else { "RW" };
                let flavors: Vec<_> = options.sec.flavors().iter().map(|f| f.as_str()).collect();
                let _ = write!(
                    text,
                    "\t# jug: {owner}\n\tCLIENT {{ Clients = {who}; Access_Type = {access}; {} SecType = {}; }}\n",
                    squash(options)?,
                    flavors.join(", ")
                );
            }
            text.push_str("}\n");
        }
        Ok(text)
    }
}

/// The digits that a network's length may have in conf_lex.l (`CIDR`).
const LONGEST: u8 = 99;
/// The first number that jug gives; low ones are what people write by hand.
const FIRST: u16 = 1024;

/// The number that a path has if nobody else has it: a client that comes back after a move finds the same.
fn number(path: &AbsPath) -> u16 {
    let sum = Sha256::digest(path.as_str());
    FIRST + u16::from_be_bytes([sum[0], sum[1]]) % (u16::MAX - FIRST)
}

fn squash(options: &Options) -> Result<String> {
    let anonymous = Anonymous::of(&options.squash)?;
    let word = if anonymous.all { "All_Squash" } else { "Root_Squash" };
    Ok(match anonymous.ids {
        None => "Squash = No_Root_Squash;".into(),
        Some((uid, gid)) => format!("Squash = {word}; Anonymous_Uid = {uid}; Anonymous_Gid = {gid};"),
    })
}

/// In quotes, where only quotes and backslashes mean something (conf_lex.l, `DQUOTE`).
fn quote(path: &AbsPath) -> String {
    format!("\"{}\"", path.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}

fn reason(e: Error) -> String {
    e.reason
}

/// The one value of a key that must be there.
fn word<'a>(block: &'a Block, key: &str) -> std::result::Result<&'a str, String> {
    match block.values(key) {
        Some([one]) => Ok(one),
        _ => Err(format!("{} has not one {key}", block.name)),
    }
}

fn of_client(block: &Block) -> std::result::Result<(Owner, Options, ClientSet), String> {
    let note = block.note.as_deref().and_then(|n| n.strip_prefix("# jug: "));
    let owner = note.ok_or("it says nowhere whose it is")?.parse().map_err(reason)?;
    let number =
        |key| word(block, key).and_then(|n| n.parse::<u32>().map_err(|_| format!("{key} is no number")));
    let anonymous = match word(block, "Squash")? {
        "No_Root_Squash" => Anonymous { all: false, ids: None },
        "Root_Squash" => {
            Anonymous { all: false, ids: Some((number("Anonymous_Uid")?, number("Anonymous_Gid")?)) }
        }
        "All_Squash" => {
            Anonymous { all: true, ids: Some((number("Anonymous_Uid")?, number("Anonymous_Gid")?)) }
        }
        other => return Err(format!("{other} is no word of jug's")),
    };
    let squash: Squash = anonymous.squash().map_err(reason)?;
    let ro = match word(block, "Access_Type")? {
        "RO" => true,
        "RW" => false,
        other => return Err(format!("{other} is no word of jug's")),
    };
    let sec = block.values("SecType").unwrap_or_default().join(":").parse().map_err(reason)?;
    let clients = block.values("Clients").unwrap_or_default().join(",").parse().map_err(reason)?;
    Ok((owner, Options { ro, squash, sec, ..Options::default() }, clients))
}

/// Where an export stands in the tree of NFSv4, which no other may: the place that it is given, or its directory.
pub fn place(block: &Block) -> Option<String> {
    let all = block.values("Pseudo").or_else(|| block.values("Path")).filter(|_| block.is("EXPORT"));
    all.and_then(|v| v.first().cloned())
}

/// The numbers of exports, as far as they can be read.
pub fn numbers(blocks: &[Block]) -> impl Iterator<Item = u16> + use<> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hex) => u16::from_str_radix(hex, 16).ok(),
        None if text.starts_with('0') && text.len() > 1 => u16::from_str_radix(&text[1..], 8).ok(),
        None => text.parse().ok(),
    };
    let exports = blocks.iter().filter(|b| b.is("EXPORT"));
    let all: Vec<u16> = exports.filter_map(|b| number(b.values("Export_Id")?.first()?)).collect();
    all.into_iter()
}

/// The name of the program, and of its process.
pub const PROGRAM: &str = "ganesha.nfsd";

/// Has the process that a file names read its files again, if it is this program. Exit status 1: it is not there.
pub fn reload(pid_file: &AbsPath) -> Cmd {
    Cmd::new("pkill").args(["-HUP", "-x", "-F", pid_file.as_str(), PROGRAM]).accept(1).limit(10)
}

/// What the log says of a reading of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// It has come to its end. Complaints follow right after it.
    pub ended: bool,
    /// What it holds against jug's file, or why nothing is exported any more.
    pub refused: Vec<String>,
    /// What it holds against the files of others.
    pub others: Vec<String>,
}

/// The directory that a line of a file is about.
pub fn path_at(conf: &Conf, line: usize) -> Option<&str> {
    let block = conf.blocks.iter().rfind(|b| b.line <= line).filter(|b| b.is("EXPORT"))?;
    word(block, "Path").ok()
}

/// Reads the lines that the log has gained: time, epoch, host, program and thread, function, component, level, text. It says
/// the same again of what was wrong before; `changed` tells which lines of jug's file are about what was changed.
pub fn heard(log: &str, file: &str, changed: &dyn Fn(usize) -> bool) -> Heard {
    let mut heard = Heard::default();
    for line in log.lines() {
        let Some((_, said)) = line.split_once(":CONFIG :") else { continue };
        let Some((level, text)) = said.split_once(" :") else { continue };
        let text = text.trim();
        heard.ended |= text == "Reread exports complete";
        // A file that can't be parsed is named with the line of another, so whose it is can't be told.
        let all = text.contains("syntax error")
            || text.starts_with("Syntax error")
            || text.starts_with("Error while parsing new configuration");
        heard.ended |= text.starts_with("Error while parsing new configuration");
        let grave = ["CRIT", "MAJ", "FATAL"].contains(&level);
        let own = text.strip_prefix("Config File (").and_then(|t| t.strip_prefix(file)?.strip_prefix(':'));
        let line = own.map(|rest| rest.split(')').next().and_then(|n| n.parse().ok()));
        if all || line.is_some_and(|n| n.is_none_or(changed)) {
            heard.refused.push(text.to_string());
        } else if grave || text.starts_with("Config File (") {
            heard.others.push(text.to_string());
        }
    }
    // Beside the place there is often the reason, in words that name no file.
    if !heard.refused.is_empty() {
        let mut all = std::mem::take(&mut heard.others);
        all.append(&mut heard.refused);
        heard.refused = all;
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export_linux::tests::on_linux_exports;
    use proptest::prelude::*;

    fn export(path: &str, options: Options, clients: &str) -> (Owner, Export) {
        (Owner::Own, Export { path: path.parse().unwrap(), options, clients: clients.parse().unwrap() })
    }

    #[test]
    fn a_path_keeps_its_number() {
        let one = |clients| export("/srv/a", Options::default(), clients);
        let two = export("/srv/b \"q\"", Options { ro: true, ..Options::default() }, "10.0.0.0/8,::/0");
        assert!(two.1.clients.is_world());
        let first = File::default().with(vec![one("10.0.0.1")], &BTreeSet::new());
        let number = first.numbers[&one("*").1.path];
        let later = first.with(vec![one("10.0.0.2"), two.clone()], &[number].into());
        assert_eq!(later.numbers[&one("*").1.path], number);
        // What somebody else has is left to him, though a new one would have it.
        let beside = File::default().with(vec![one("10.0.0.1")], &[number].into());
        assert_eq!(beside.numbers[&one("*").1.path], number + 1);
        let read = File::parse(&later.text().unwrap(), "f").unwrap();
        assert_eq!(read, File { exports: normal(later.exports.clone()), ..later });
    }

    #[test]
    fn the_text_of_an_export() {
        let squash = Squash::Mapall("33:44".parse().unwrap());
        let mapped = Options { squash, sec: "krb5p:sys".parse().unwrap(), ..Options::default() };
        let all = vec![
            export("/srv/a b", Options { ro: true, ..Options::default() }, "10.0.0.0/8"),
            export("/srv/a b", mapped, "10.1.0.0/16,fd00::1"),
        ];
        let file = File { exports: all, numbers: [("/srv/a b".parse().unwrap(), 4711)].into() };
        let text = file.text().unwrap();
        assert_eq!(
            text.strip_prefix(HEAD).unwrap(),
            "EXPORT {\n\tExport_Id = 4711;\n\tPath = \"/srv/a b\";\n\tPseudo = \"/srv/a b\";\n\
             \tFilesystem_Id = 4711.0;\n\tProtocols = 3, 4;\n\tAccess_Type = None;\n\tFSAL { Name = VFS; }\n\
             \t# jug: own\n\tCLIENT { Clients = fd00::1; Access_Type = RW; Squash = All_Squash; \
             Anonymous_Uid = 33; Anonymous_Gid = 44; SecType = krb5p, sys; }\n\
             \t# jug: own\n\tCLIENT { Clients = 10.1.0.0/16; Access_Type = RW; Squash = All_Squash; \
             Anonymous_Uid = 33; Anonymous_Gid = 44; SecType = krb5p, sys; }\n\
             \t# jug: own\n\tCLIENT { Clients = 10.0.0.0/8; Access_Type = RO; Squash = Root_Squash; \
             Anonymous_Uid = 65534; Anonymous_Gid = 65534; SecType = sys; }\n}\n"
        );
        let narrow = File::default().with(vec![export("/srv", Options::default(), "fd00::/112")], &[].into());
        assert!(narrow.text().unwrap_err().reason.contains("99 bits"));
    }

    #[test]
    fn what_is_not_jugs_is_an_error() {
        let block = |inner: &str| format!("EXPORT {{ Export_Id = 7; Path = /srv; {inner} }}\n");
        let client =
            "CLIENT { Clients = 10.0.0.1; Access_Type = RW; Squash = No_Root_Squash; SecType = sys; }";
        for (text, says) in [
            (block(client), "line 1: it says nowhere whose it is"),
            (block(&format!("\n# jug: me\n{client}")), "line 3: it is not `own`"),
            (
                block(&format!("\n# jug: own\n{}", client.replace("RW", "MDONLY"))),
                "MDONLY is no word of jug's",
            ),
            (block(&format!("\n# jug: own\n{}", client.replace("10.0.0.1", "host"))), "no address"),
            ("EXPORT { Export_Id = 7; }".into(), "line 1: EXPORT has not one Path"),
            ("LOG { Level = 3; }".into(), "LOG is no block of jug's"),
            ("%include /etc/other\n".into(), "it includes /etc/other"),
            ("EXPORT {".into(), "line 1: "),
            (format!("{0}{0}", block("")), "line 2: /srv is there twice"),
        ] {
            let e = File::parse(&text, "f").unwrap_err();
            assert!(e.code == crate::error::Code::Conflict && e.reason.contains(says), "{text}: {e}");
        }
        assert_eq!(File::parse(HEAD, "f").unwrap(), File::default());
    }

    #[test]
    fn numbers_and_places_of_others() {
        let text = "NFS_CORE_PARAM { Protocols = 4; }\nEXPORT { Export_Id = 0x10; Path = /a; Pseudo = /b; }\n\
                    export { export_id = 07; PATH = '/c d'; CLIENT { Clients = *; } }\n";
        let conf = blocks(text).unwrap();
        assert_eq!(numbers(&conf.blocks).collect::<Vec<_>>(), [16, 7]);
        let places: Vec<_> = conf.blocks.iter().map(place).collect();
        assert_eq!(places, [None, Some("/b".into()), Some("/c d".into())]);
    }

    /// As nfs-ganesha 4.3 wrote them.
    #[test]
    fn reads_what_the_log_says() {
        let line = |function: &str, said: &str| {
            format!("20/11/2026 12:54:34 : epoch 6b004308 : vm : nfs-ganesha-171[sigmgr] {function} {said}\n")
        };
        let all = |log: &str, file: &str| heard(log, file, &|_| true);
        let begun = line(
            "sigmgr_thread",
            ":MAIN :EVENT :SIGHUP_HANDLER: Received SIGHUP.... initiating export list reload",
        ) + &line(
            "client_commit",
            ":CONFIG :WARN :A protocol is specified for a CLIENT block that is not enabled in NFS_CORE_PARAM, fixing up",
        );
        let ended = line("reread_exports", ":CONFIG :EVENT :Reread exports complete");
        assert_eq!(all(&begun, "/j"), Heard::default());
        assert_eq!(all(&(begun.clone() + &ended), "/j"), Heard { ended: true, ..Heard::default() });
        let ours = begun.clone()
            + &line("fsal_cfg_commit", ":CONFIG :CRIT :Could not create export for (/x) to (/x)")
            + &ended
            + &line(
                "config_errs_to_log",
                ":CONFIG :CRIT :Config File (/j:5): 1 validation errors in block EXPORT",
            );
        assert_eq!(
            all(&ours, "/j").refused,
            [
                "Could not create export for (/x) to (/x)",
                "Config File (/j:5): 1 validation errors in block EXPORT"
            ]
        );
        // Of a line that was there before it says the same each time.
        let old = heard(&ours, "/j", &|line| line != 5);
        assert!(old.refused.is_empty() && old.others.len() == 2, "{old:?}");
        let theirs = all(&ours, "/k");
        assert!(theirs.ended && theirs.refused.is_empty() && theirs.others.len() == 2, "{theirs:?}");
        for broken in [
            ":CONFIG :CRIT :Config file (/etc/ganesha/ganesha.conf:4) error: syntax error",
            ":CONFIG :WARN :Config File (/etc/ganesha/ganesha.conf:0): Configuration syntax errors found",
            ":CONFIG :CRIT :Error while parsing new configuration file /etc/ganesha/ganesha.conf",
        ] {
            assert_eq!(all(&line("x", broken), "/j").refused.len(), 1, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(all in prop::collection::vec(on_linux_exports(), 0..6)) {
            let all: Vec<_> = all.into_iter().map(|e| (Owner::Own, e)).collect();
            let file = File::default().with(normal(all), &BTreeSet::new());
            let narrow = |e: &Export| e.clients.networks().any(|n| n.prefix_len() > LONGEST);
            match file.text() {
                Ok(text) => prop_assert_eq!(File::parse(&text, "f").unwrap(), file),
                Err(_) => prop_assert!(file.exports.iter().any(|(_, e)| narrow(e))),
            }
        }
    }
}
