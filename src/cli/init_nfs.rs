//! The part of init that is about an NFS server: the variables of rc.conf(5), jug's own file of exports, and the
//! administrator's, without which mountd does not start (F4.1); on Linux the line with which nfs-ganesha reads jug's file.
//! It starts and restarts nothing.

use super::exports;
use super::session::Session;
use crate::error::{Error, Result};
use crate::facts::serving::Serving;
use crate::host::cmd::quote;
use crate::host::{Cmd, Host, RunError, fs};
use crate::model::name::AbsPath;
use crate::model::node::Server;
use crate::plan::exported::Here;
use crate::platform::nfs_linux;
use crate::programs::{exportfs, mountd, sysrc};
use crate::report::table::out;
use crate::store::lock;
use std::path::Path;

/// What is to be done: files that are missing, with their texts, and variables.
#[derive(Debug, Default)]
struct Needed {
    files: Vec<(AbsPath, String)>,
    /// A line at the end of a file.
    line: Option<(AbsPath, String)>,
    settings: Vec<Cmd>,
    start: Vec<String>,
}

fn needed(s: &Session) -> Result<Needed> {
    let facts = s.gather(&exports::all(s)?)?;
    let here = Here::new(&facts, &s.config)?;
    let serving = here.serving;
    let mut all = Needed::default();
    if serving.server != Server::Mountd {
        return on_linux(s, serving);
    }
    if !serving.others.contains_key(mountd::EXPORTS) {
        all.files.push((mountd::EXPORTS.parse()?, String::new()));
    }
    if serving.text.is_none() {
        let root = here.v4_root().is_none().then(|| s.config.nfs.root.clone().unwrap_or_else(AbsPath::root));
        let file = crate::programs::exports::File { root, ..Default::default() };
        all.files.push((serving.file.clone(), serving.server.write(&file, serving)?));
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
        if !(runs(program) || v3 && only4) {
            all.start.push(format!("service {service} start"));
        }
    }
    Ok(all)
}

fn on_linux(s: &Session, serving: &Serving) -> Result<Needed> {
    let mut all = Needed::default();
    let there = |file: &AbsPath| s.host.read(file.as_path()).is_some();
    if serving.text.is_none() {
        let empty = serving.server.write(&crate::programs::exports::File::default(), serving)?;
        all.files.push((serving.file.clone(), empty));
    }
    match &serving.ganesha {
        // exportfs complains of it at each change.
        None => {
            let own: AbsPath = exportfs::ADMINISTRATORS.parse()?;
            if !there(&own) {
                all.files.push((own, String::new()));
            }
        }
        Some(at) if !nfs_linux::included(serving) => {
            let line = nfs_linux::include(&serving.file);
            match there(&at.conf) {
                true => all.line = Some((at.conf.clone(), line)),
                false => all.files.push((at.conf.clone(), format!("{line}\n"))),
            }
        }
        Some(_) => {}
    }
    if !serving.running.contains_key(serving.server.daemon()) {
        all.start.push(nfs_linux::start(serving.server).into());
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
    let line = needed.line.iter().map(|(file, line)| format!("echo {} >>{file}", quote(line)));
    files.chain(line).chain(needed.settings.iter().map(ToString::to_string)).collect()
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
        if let Some((file, line)) = &all.line {
            let old = fs::read_text(file.as_path(), crate::model::schema::MAX_FILE)?;
            let mode = fs::mode(file.as_path())?;
            let backup = format!("{file}.jug-{}", s.host.now().as_second());
            fs::write_atomic(Path::new(&backup), &old, mode)?;
            let end = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
            fs::write_atomic(file.as_path(), &format!("{old}{end}{line}\n"), mode)?;
            done.push(format!("put a line into {file}, and kept the old one as {backup}"));
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
