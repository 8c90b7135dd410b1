//! nfs-check

use super::exports::{self, Object};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::host::{Host, fs};
use crate::model::export::Export;
use crate::model::name::{AbsPath, UserName};
use crate::model::node::Server;
use crate::plan::export_audit::{Told, directory, server};
use crate::plan::exported::Here;
use crate::plan::net_check::{Check, Verdict};
use crate::platform::nfs;
use crate::programs::{exportfs, mountd, showmount};
use crate::report::table::List;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

/// Compare what is written down with the NFS server, the kernel, and what is mounted below
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments, datasets, absolute paths [default: all that jug exports]
    #[arg(value_name = "NAME|DATASET|PATH")]
    objects: Vec<String>,
}

/// What the checks of the server itself are about; a directory begins with a slash.
const SERVER: &str = "server";

/// Runs it: exit 1 if anything is not as it is written.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let found = look(s, &args.objects)?;
    let mut list = List {
        name: "checks",
        headings: vec!["EXPORT", "CHECK", "STATE", "REASON"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    let mut code = Code::Done;
    for (what, check) in &found {
        if check.verdict == Verdict::Wrong {
            code = Code::Failed;
        }
        let row = vec![
            what.clone(),
            check.what.to_string(),
            check.verdict.word().to_string(),
            check.reason.clone(),
        ];
        list.rows.push(row.clone());
        list.fields.push(row);
        list.json.push(json!({"export": what, "check": check.what, "state": check.verdict.word(),
            "reason": check.reason}));
    }
    if !s.global.quiet {
        list.print(s.global.json, s.global.lines);
    }
    Ok(code)
}

/// The checks, each with what it is about. The number of commands does not depend on the number of exports.
pub fn look(s: &Session, objects: &[String]) -> Result<Vec<(String, Check)>> {
    let mut facts = s.gather(&exports::all(s)?)?;
    let here = Here::new(&facts, &s.config)?;
    // One that somebody else has changed is the finding, but says nothing of what was asked for.
    let file = if objects.is_empty() { here.file().unwrap_or_default() } else { here.file()? };
    let known = here.known(&file);
    // Who is named is known only now.
    let named = |groups: bool| {
        let squash =
            known.values().flat_map(|k| &k.exports).filter_map(|e: &Export| e.options.squash.credential());
        let words = |c: &crate::model::export::Credential| match groups {
            true => c.groups.iter().flatten().map(UserName::to_string).collect(),
            false => vec![c.user.to_string()],
        };
        let mut all: Vec<String> = squash.flat_map(words).collect();
        all.sort();
        all.dedup();
        all
    };
    let (users, groups) = (named(false), named(true));
    if let (None, Some(serving)) = (&s.saved, &mut facts.serving) {
        nfs::accounts(&s.host, serving, &users, &groups)?;
    }
    let here = Here::new(&facts, &s.config)?;
    let mut all: Vec<(String, Check)> = Vec::new();
    if objects.is_empty() {
        all.extend(server(&here)?.into_iter().map(|c| (SERVER.to_string(), c)));
    }
    let told = Told { gone: gone(s, &here, known.keys().map(|k| &k.0)), ..told(s, &here) };
    let foreign = here.foreign();
    let mut chosen = Vec::new();
    for word in objects {
        let object = Object::read(s, word)?;
        let (path, owner) = match &object {
            Object::Environment(..) => (None, Some(object.owner())),
            Object::Dataset(name) => (Some(here.place(name.as_str())?), None),
            Object::Path(path) => (Some(path.clone()), None),
        };
        if !known.keys().any(|(p, o)| path.as_ref() == Some(p) || owner == Some(*o)) {
            return Err(
                Error::not_found(word, "jug does not export it").next("jug nfs-ls shows what is exported")
            );
        }
        chosen.push((path, owner));
    }
    for ((path, owner), k) in &known {
        let named = chosen.iter().any(|(p, o)| p.as_ref() == Some(path) || *o == Some(*owner));
        if objects.is_empty() || named {
            let checks = directory(path, *owner, k, &told, &foreign, &here);
            all.extend(checks.into_iter().map(|c| (path.to_string(), c)));
        }
    }
    Ok(all)
}

/// What doctor says of it: what is wrong, where jug exports anything or was told to.
pub fn wrong(s: &Session, facts: &Facts) -> Result<Vec<(String, Check)>> {
    let Ok(server) = Server::of(s.platform.kind(), &s.host, &s.config) else { return Ok(Vec::new()) };
    let file = server.file(&s.config)?.as_path().exists();
    if s.saved.is_some() || !(file || facts.mounts.iter().any(|m| m.exported)) {
        return Ok(Vec::new());
    }
    let all = look(s, &[])?;
    // How others have a server started that exports for them alone is not to be judged.
    if !file && all.iter().all(|(what, _)| what == SERVER) {
        return Ok(Vec::new());
    }
    Ok(all.into_iter().filter(|(_, c)| c.verdict == Verdict::Wrong).collect())
}

/// Asks mountd, where somebody answers, or exportfs.
fn told(s: &Session, here: &Here<'_>) -> Told {
    if s.saved.is_some() {
        return Told::default();
    }
    if here.serving.server == Server::Kernel {
        let listed = s.host.query(&exportfs::list()).ok().filter(|o| o.ok()).map(|o| o.stdout);
        return Told { listed, ..Told::default() };
    }
    let answers = here.serving.running.contains_key("rpcbind") && here.mountd().is_some_and(|a| !a.has('R'));
    let listed = answers.then(|| s.host.query(&showmount::exports()).ok().filter(|o| o.ok())).flatten();
    let zfs = s.host.read(Path::new(mountd::ZFS_EXPORTS));
    Told { listed: listed.map(|o| o.stdout), zfs, ..Told::default() }
}

/// Directories that are not there. What is mounted is, and on what is another host's nothing is looked at: it could hang.
fn gone<'a>(s: &Session, here: &Here<'_>, all: impl Iterator<Item = &'a AbsPath>) -> BTreeSet<AbsPath> {
    let far = |p: &AbsPath| here.facts.holder(p.as_str()).is_some_and(nfs::is_remote);
    all.filter(|p| s.saved.is_none() && !here.facts.mounted(p.as_str()) && !far(p))
        .filter(|p| fs::kind(p.as_path()).is_none())
        .cloned()
        .collect()
}
