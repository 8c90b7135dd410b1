//! nfs-check: whether what is written down, the server that runs, and the kernel say the same.

use super::export::Via;
use super::exported::{Foreign, Here, Known};
use super::net_check::{Check, Verdict};
use crate::error::Result;
use crate::host::cmd::quote;
use crate::model::export::{Export, Options, Owner, normal};
use crate::model::name::AbsPath;
use crate::model::node::Server;
use crate::platform::nfs::{Served, unlisted};
use crate::platform::nfs_linux;
use crate::programs::{exportfs, mountd};
use std::collections::BTreeSet;

fn say(what: &'static str, good: bool, reason: impl Into<String>) -> Check {
    Check { what, verdict: if good { Verdict::Good } else { Verdict::Wrong }, reason: reason.into() }
}

fn unknown(what: &'static str, reason: impl Into<String>) -> Check {
    Check { what, verdict: Verdict::Unknown, reason: reason.into() }
}

/// Of the server: whether it runs, reads what is written, and is started so again.
///
/// # Errors
/// Somebody else has changed jug's file.
pub fn server(here: &Here<'_>) -> Result<Vec<Check>> {
    let serving = here.serving;
    let mut all = Vec::new();
    let file = match here.file() {
        Ok(file) => {
            all.push(say("file", true, format!("{}: {} exports", serving.file, file.exports.len())));
            file
        }
        Err(e) => {
            all.push(say("file", false, format!("{}: {}", serving.file, e.reason)));
            return Ok(all);
        }
    };
    match serving.server {
        Server::Mountd => {
            for daemon in ["mountd", "nfsd"] {
                let runs = serving.running.contains_key(daemon);
                all.push(say(
                    daemon,
                    runs,
                    if runs { "it runs" } else { "it does not run: service nfsd start" },
                ));
            }
            let known = here.known(&file);
            let by = |via| known.values().any(|k| k.via == via);
            // Its file is for the root of NFSv4 as well. Without either, properties need it nowhere.
            let own = by(Via::File) || file.root.is_some();
            if let Some(args) = here.mountd() {
                for (needed, name) in [(own, serving.file.as_str()), (by(Via::Zfs), mountd::ZFS_EXPORTS)] {
                    let reads = args.reads(name);
                    let word = if reads { "reads" } else { "does not read" };
                    if needed {
                        all.push(say("arguments", reads, format!("mountd, as it runs, {word} {name}")));
                    }
                }
                if mountd::yes(&serving.settings, "nfsv4_server_only") && !args.has('R') {
                    let why =
                        "nfsv4_server_only is YES, and mountd serves NFSv3 as well: -R stands behind a file";
                    all.push(say("arguments", false, why));
                }
            }
            let missing = mountd::missing(&serving.settings, &serving.file);
            let needed = missing.iter().filter(|(name, _)| own || *name != "mountd_flags");
            let lines: Vec<String> =
                needed.map(|(n, v)| format!("sysrc {}", quote(&format!("{n}={v}")))).collect();
            if lines.is_empty() {
                all.push(say("rc.conf", true, "it is started so at boot"));
            } else {
                all.push(say("rc.conf", false, lines.join("; ")));
            }
            all.push(v4(here, file.root.as_ref()));
        }
        Server::Kernel | Server::Ganesha => {
            let none = Options::default();
            let ready = nfs_linux::ready(serving, &[], &none);
            let daemon = serving.server.daemon();
            all.push(match ready {
                Ok(()) => say(daemon, true, "it runs, and reads that file"),
                Err(e) => say(daemon, false, format!("{e}: {}", e.next.as_deref().unwrap_or_default())),
            });
        }
    }
    Ok(all)
}

/// Clients of NFSv4 need one root, and the first line that names one wins (F4.2).
fn v4(here: &Here<'_>, own: Option<&AbsPath>) -> Check {
    match (own, here.v4_root()) {
        _ if !here.serving.serves(4) => unknown("v4 root", "NFSv4 is not served: nfsv4_server_enable"),
        (Some(own), Some((place, theirs))) if own.as_str() != theirs => say(
            "v4 root",
            false,
            format!("jug's file says {own}, {place} says {theirs}; the next jug nfs-export mends it"),
        ),
        (Some(own), _) => say("v4 root", true, own.as_str()),
        (None, Some((place, theirs))) => say("v4 root", true, format!("{theirs} ({place})")),
        (None, None) => say("v4 root", false, "no file has a V4: line; the next jug nfs-export writes one"),
    }
}

/// What mountd(8) says to showmount(8), if it could be asked.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The list.
    pub listed: Option<String>,
    /// The file that zfs(8) has made of the properties.
    pub zfs: Option<String>,
    /// Directories that are not there.
    pub gone: BTreeSet<AbsPath>,
}

/// Of one directory that jug exports.
pub fn directory(
    path: &AbsPath,
    owner: Owner,
    known: &Known,
    told: &Told,
    foreign: &[Foreign],
    here: &Here<'_>,
) -> Vec<Check> {
    let mut all = Vec::new();
    let facts = here.facts;
    let mount = facts.holder(path.as_str());
    let own = mount.is_some_and(|m| m.target == path.as_str());
    match (&known.dataset, own) {
        (Some(d), false) => {
            all.push(say("mount", false, format!("{d} is not mounted: zfs mount {}", quote(d.as_str()))));
            return all;
        }
        (None, false) if told.gone.contains(path) => {
            let undo = format!("jug nfs-unexport {}", quote(path.as_str()));
            all.push(say("mount", false, format!("there is no such directory: {undo}")));
            return all;
        }
        (None, false) => {
            let whole = mount.map_or("/", |m| m.target.as_str());
            all.push(match here.serving.server.whole_file_systems() {
                true => unknown("mount", format!("it is no mount point: clients get at all of {whole}")),
                false => say("mount", true, format!("it is in the file system of {whole}")),
            });
        }
        _ => all.push(say("mount", true, "it is a file system of its own")),
    }
    if known.via == Via::Zfs
        && let Some(text) = &told.zfs
    {
        let lines = here.serving.server.entries(text);
        let of = lines.iter().filter(|e| e.paths.iter().any(|p| p == path.as_str()));
        let read = of.flat_map(|e| e.exports().unwrap_or_default()).map(|e| (owner, e));
        let same = normal(read).into_iter().map(|(_, e)| e).eq(known.exports.iter().cloned());
        let word = if same { "has" } else { "does not have" };
        all.push(say("property", same, format!("{} {word} what sharenfs says", mountd::ZFS_EXPORTS)));
    }
    if here.serving.server.whole_file_systems() {
        let exported = mount.is_some_and(|m| m.exported);
        let word = if exported { "shows it as exported" } else { "does not show it as exported" };
        all.push(say("mount table", exported, format!("the mount table {word}")));
    }
    match &told.listed {
        None if here.serving.server == Server::Ganesha => {
            all.push(unknown(
                "clients",
                "nfs-ganesha says only when it reads its files what it makes of them",
            ));
        }
        None => all.push(unknown(
            "showmount",
            "mountd was not asked (rpcbind does not run, or NFSv4 only is served), or did not answer",
        )),
        Some(text) if here.serving.server == Server::Kernel => {
            let listed = exportfs::parse_list(text).unwrap_or_default();
            let wrong = exportfs::unlisted(&listed, &known.exports, &[]);
            all.push(match wrong.is_empty() {
                true => say("exportfs", true, "the kernel is told of all its clients"),
                false => say("exportfs", false, wrong.join("; ")),
            });
        }
        Some(text) => {
            let wrong = unlisted(text, &seen(&known.exports, here));
            all.push(match wrong.is_empty() {
                true => say("showmount", true, "mountd names all its clients"),
                false => say("showmount", false, wrong.join("; ")),
            });
        }
    }
    all.extend(children(path, here));
    let same = |p: &String| match here.serving.server.whole_file_systems() {
        true => facts.holder(p).map(|m| &m.target) == mount.map(|m| &m.target),
        false => p == path.as_str(),
    };
    for e in &known.exports {
        for f in foreign.iter().filter(|f| !f.entry.v4 && f.from.is_none() && f.entry.paths.iter().any(same))
        {
            let theirs = f.entry.clients_set();
            if let Some(both) = theirs.and_then(|t| t.both(&e.clients)) {
                let why = format!(
                    "{both} is named by {} as well: mountd takes the first, and drops the other",
                    f.place
                );
                all.push(say("conflict", false, why));
            }
        }
    }
    for credential in known.exports.iter().filter_map(|e| e.options.squash.credential()) {
        if let Err(e) = super::export_check::credential(credential, here) {
            all.push(say("user", false, format!("{e}: it is exported, and everybody is nobody there")));
        }
    }
    all
}

fn seen(exports: &[Export], here: &Here<'_>) -> Served {
    Served {
        server: here.serving.server,
        there: exports.to_vec(),
        gone: Vec::new(),
        bare: Vec::new(),
        firm: false,
        ask: true,
        note: String::new(),
        file: here.serving.file.clone(),
        ganesha: None,
        seconds: 0,
    }
}

/// What is mounted below, and not exported to the same clients.
fn children(path: &AbsPath, here: &Here<'_>) -> Option<Check> {
    let all: Vec<_> = here.children(path).collect();
    let empty: Vec<&str> = all.iter().filter(|m| !m.exported).map(|m| m.target.as_str()).collect();
    match (all.is_empty(), empty.first()) {
        (true, _) => None,
        (false, None) => Some(say("children", true, format!("{} below it are exported as well", all.len()))),
        (false, Some(first)) => Some(say(
            "children",
            false,
            format!(
                "{} below it are not exported, such as {first}: clients see empty directories",
                empty.len()
            ),
        )),
    }
}
