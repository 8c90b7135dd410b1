//! The part of init that is about an NFS server: the variables of rc.conf(5), jug's own file of exports, and the
//! administrator's, without which mountd does not start (F4.1). It starts and restarts nothing.

use super::exports;
use super::session::Session;
use crate::error::{Error, Result};
use crate::host::{Cmd, Host, RunError, fs};
use crate::model::name::AbsPath;
use crate::plan::exported::Here;
use crate::platform::PlatformKind;
use crate::programs::{mountd, sysrc};
use crate::report::table::out;
use crate::store::lock;
use std::path::Path;

/// What is to be done: files that are missing, with their texts, and variables.
#[derive(Debug, Default)]
struct Needed {
    files: Vec<(AbsPath, String)>,
    settings: Vec<Cmd>,
    start: Vec<String>,
}

fn needed(s: &Session) -> Result<Needed> {
    let facts = s.gather(&exports::all(s)?)?;
    let here = Here::new(&facts, &s.config)?;
    let serving = here.serving;
    let mut all = Needed::default();
    if s.platform.kind() != PlatformKind::Freebsd {
        return Ok(all);
    }
    if !serving.others.contains_key(mountd::EXPORTS) {
        all.files.push((mountd::EXPORTS.parse()?, String::new()));
    }
    if serving.text.is_none() {
        let root = here.v4_root().is_none().then(|| s.config.nfs.root.clone().unwrap_or_else(AbsPath::root));
        let file = crate::programs::exports::File { root, ..Default::default() };
        all.files.push((serving.file.clone(), serving.server.write(&file)));
    }
    let missing = mountd::missing(&serving.settings, &serving.file);
    all.settings = missing.iter().map(|(name, value)| sysrc::set(name, value)).collect();
    let runs = |name: &str| serving.running.contains_key(name);
    let reads = here.mountd().is_some_and(|a| a.reads(serving.file.as_str()));
    if runs("mountd") && !reads {
        all.start.push("service mountd restart".into());
    }
    // nfsd starts rpcbind and mountd before it.
    let only4 = mountd::yes(&serving.settings, "nfsv4_server_only");
    for (program, service, v3) in [
        ("nfsuserd", "nfsuserd", false),
        ("nfsd", "nfsd", false),
        ("rpc.statd", "statd", true),
        ("rpc.lockd", "lockd", true),
    ] {
        if !runs(program) && !(v3 && only4) {
            all.start.push(format!("service {service} start"));
        }
    }
    Ok(all)
}

/// Says what would be done, for a dry run.
pub fn dry(s: &Session, write: bool) -> Result<()> {
    if s.saved.is_some() {
        return Ok(());
    }
    lines(&needed(s)?)
        .iter()
        .for_each(|l| out(&format!("{}{l}\n", if write { "" } else { "# with --write: " })));
    Ok(())
}

fn lines(needed: &Needed) -> Vec<String> {
    let files = needed.files.iter().map(|(file, _)| format!("touch {file}"));
    files.chain(needed.settings.iter().map(ToString::to_string)).collect()
}

/// Says what is to be done, or does it; returns what it did.
pub fn run(s: &Session, write: bool) -> Result<Vec<String>> {
    let all = needed(s)?;
    let mut done = Vec::new();
    if write {
        let layout = s.layout.ensure()?;
        let _lock = lock::wait(&layout, exports::LOCK, "init", exports::PATIENCE)?;
        for (file, text) in &all.files {
            for dir in
                file.as_path().ancestors().skip(1).filter(|d| !d.exists()).collect::<Vec<_>>().iter().rev()
            {
                fs::make_dir(dir, 0o755)?;
            }
            // Somebody may have made it meanwhile: it is his then.
            if !Path::new(file.as_str()).exists() {
                fs::write_atomic(file.as_path(), text, 0o644)?;
                done.push(format!("made {file}"));
            }
        }
        for cmd in &all.settings {
            let said = s.host.change(cmd, &mut |_| {}).map_err(Error::from)?;
            if !said.ok() {
                return Err(RunError::failed(cmd, &said).into());
            }
            done.push(format!("ran {cmd}"));
        }
    } else {
        for line in lines(&all) {
            eprintln!("jug: for an NFS server, to be done on this host (init --nfs --write does it): {line}");
        }
    }
    if !all.start.is_empty() {
        eprintln!("jug: for an NFS server, to be done on this host then: {}", all.start.join("; "));
    }
    Ok(done)
}
