//! init

use super::doctor;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::cmd::quote;
use crate::host::{Host, RunError, fs};
use crate::model::name::{AbsPath, DatasetName};
use crate::model::schema;
use crate::platform::PlatformKind;
use crate::programs::{sysrc, zfs};
use crate::report::results::{self, Done, Outcome};
use crate::report::table::out;
use crate::store::lock;
use std::path::Path;

/// Say what the host has and lacks; write jug.toml, make the workdir and datasets
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make datasets below this one, and keep environments and bases there
    #[arg(long, value_name = "DATASET")]
    zfs_root: Option<DatasetName>,
    /// Say what an NFS server needs as well
    #[arg(long)]
    nfs: bool,
    /// Change the host's own configuration as well, where something is to be changed
    #[arg(long)]
    write: bool,
}

/// `init.toml` in the workdir: what init made, for deinit.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Made {
    /// The stamp of the datasets.
    pub uuid: Option<uuid::Uuid>,
    /// Datasets, parents first.
    pub datasets: Vec<DatasetName>,
    /// The configuration file, with the text that was written.
    pub config: Option<(AbsPath, String)>,
    /// What the file was before, if it was there.
    pub config_before: Option<String>,
}

/// Where that is.
pub fn made_file(s: &Session) -> AbsPath {
    s.layout.workdir.join("init.toml")
}

/// What init made here before, if it did.
pub fn read_made(s: &Session) -> Result<Made> {
    let file = made_file(s);
    match fs::read_text(file.as_path(), schema::MAX_FILE) {
        Ok(text) => schema::read(&text, file.as_str()),
        Err(e) if e.code == Code::NotFound => Ok(Made::default()),
        Err(e) => Err(e),
    }
}

/// Runs it. Each part is done if it is not done yet, so it can be given again.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let root = args.zfs_root.clone().or_else(|| s.config.zfs_root.clone());
    if let (Some(new), Some(old)) = (&args.zfs_root, &s.config.zfs_root)
        && new != old
    {
        return Err(Error::conflict(s.config_file.display(), format!("zfs_root is {old} already"))
            .next(format!("change it there, if nothing lies below {old} any more")));
    }
    let missing = missing_datasets(s, root.as_ref())?;
    let config = new_config(s, args);
    if s.global.dry_run {
        out("#!/bin/sh\n# jug init\nset -eu\n");
        for d in &missing {
            out(&format!("{}\n# undo: {}\n", zfs::create(d, &uuid::Uuid::nil(), None), zfs::destroy(d)));
        }
        if let Some(text) = &config {
            let file = quote(&s.config_file.display().to_string());
            let undo =
                if s.config_file.exists() { format!("mv {file}.bak {file}") } else { format!("rm {file}") };
            if s.config_file.exists() {
                out(&format!("cp {file} {file}.bak\n"));
            }
            out(&format!("cat >{file} <<'JUG_EOF'\n{text}JUG_EOF\n# undo: {undo}\n"));
        }
        out(&format!("mkdir -p {}\n", quote(s.layout.workdir.as_str())));
        let lines = if s.saved.is_some() { Vec::new() } else { host_lines(s, root.is_some())? };
        lines.iter().for_each(|l| out(&format!("{}{l}\n", if args.write { "" } else { "# with --write: " })));
        super::init_pf::dry(s, args.write)?;
        if args.nfs {
            super::init_nfs::dry(s, args.write)?;
        }
        return Ok(Code::Done);
    }
    s.need_root("init")?;
    let fresh = !s.layout.workdir.as_path().exists();
    let layout = s.layout.ensure()?;
    let _lock = lock::exclusive(&layout, ".node", "init")?;
    let mut made = read_made(s)?;
    let mut changed = Vec::new();
    if fresh {
        changed.push(format!("made {}", layout.workdir));
    }
    let uuid = *made.uuid.get_or_insert_with(|| s.host.uuid());
    // Noted before they are made: deinit destroys only what bears the stamp, so noting too much does no harm.
    made.datasets.extend(missing.iter().cloned());
    keep(s, &made)?;
    for dataset in missing {
        let cmd = zfs::create(&dataset, &uuid, None);
        let done = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
        if !done.ok() {
            return Err(RunError::failed(&cmd, &done).into());
        }
        changed.push(format!("made the dataset {dataset}"));
    }
    if let Some(text) = config {
        let file = super::absolute(&s.config_file)?;
        // A host without packages has no /usr/local/etc yet.
        let missing: Vec<_> = file.as_path().ancestors().skip(1).take_while(|d| !d.exists()).collect();
        for dir in missing.iter().rev() {
            fs::make_dir(dir, 0o755)?;
        }
        let old = match s.config_file.exists() {
            true => Some(fs::read_text(file.as_path(), schema::MAX_FILE)?),
            false => None,
        };
        if let Some(old) = &old {
            let backup = format!("{file}.bak");
            fs::write_atomic(Path::new(&backup), old, 0o644)?;
            changed.push(format!("kept the old {file} as {backup}"));
        }
        fs::write_atomic(file.as_path(), &text, 0o644)?;
        changed.push(format!("wrote {file}"));
        if made.config.is_none() {
            made.config_before = old;
        }
        made.config = Some((file, text));
    }
    keep(s, &made)?;
    for line in host_lines(s, root.is_some())? {
        if args.write {
            let done = s.host.change(&line, &mut |_| {}).map_err(Error::from)?;
            if !done.ok() {
                return Err(RunError::failed(&line, &done).into());
            }
            changed.push(format!("ran {line}"));
        } else {
            eprintln!("jug: to be done on this host (init --write does it): {line}");
        }
    }
    if args.nfs {
        changed.extend(super::init_nfs::run(s, args.write)?);
    }
    match super::init_pf::run(s, args.write) {
        // An NFS server may well do without a packet filter.
        Err(e) if args.nfs && e.code == Code::HostLacks => results::error(&e),
        done => changed.extend(done?),
    }
    let what = if changed.is_empty() { "all is there".to_string() } else { changed.join("; ") };
    let done = Done { changed: !changed.is_empty(), what };
    results::print(
        &[Outcome { name: layout.workdir.to_string(), result: Ok(done), warnings: Vec::new() }],
        s.style(),
    );
    if s.global.json {
        return Ok(Code::Done);
    }
    // The host may lack what only some commands need; that is said and is no failure of init's.
    let session = Session::new(s.global.clone(), false)?;
    doctor::say_lacks(&session)
}

fn keep(s: &Session, made: &Made) -> Result<()> {
    fs::write_atomic(made_file(s).as_path(), &schema::to_text(made)?, 0o644)
}

/// The root, and the parents of environments and bases below it, as far as they are not there.
fn missing_datasets(s: &Session, root: Option<&DatasetName>) -> Result<Vec<DatasetName>> {
    let Some(root) = root else { return Ok(Vec::new()) };
    let facts =
        s.gather(&crate::facts::gather::Wanted { datasets: Some(root.clone()), ..Default::default() })?;
    if facts.datasets.is_empty()
        && let Some((parent, _)) = root.as_str().rsplit_once('/')
    {
        let cmd = zfs::list(&parent.parse()?);
        if !s.host.query(&cmd).map_err(Error::from)?.ok() {
            return Err(Error::lacks(root, format!("{parent} is not there"))
                .next(format!("zpool list; zfs create {parent}, or zpool create or import its pool")));
        }
    } else if facts.datasets.is_empty() {
        return Err(Error::lacks(root, "there is no such pool").next("zpool list"));
    }
    Ok([root.clone(), root.child("env"), root.child("bases")]
        .into_iter()
        .filter(|d| !facts.datasets.contains_key(d.as_str()))
        .collect())
}

/// The text of jug.toml: new, or the one that is there with zfs_root added; nothing if it says all that is wanted.
fn new_config(s: &Session, args: &Args) -> Option<String> {
    let there = std::fs::read_to_string(&s.config_file).ok();
    let mut text = match &there {
        Some(text) => text.clone(),
        None => format!(
            "# jug on this node; jug.toml(5) has all keys.\nversion = 1\nworkdir = {:?}\n",
            s.layout.workdir.as_str()
        ),
    };
    if let Some(root) = &args.zfs_root
        && s.config.zfs_root.is_none()
    {
        let mut doc: toml_edit::DocumentMut = text.parse().ok()?;
        doc["zfs_root"] = toml_edit::value(root.as_str());
        text = doc.to_string();
    }
    (there.as_deref() != Some(text.as_str())).then_some(text)
}

/// What the administrator's files must say and do not.
fn host_lines(s: &Session, zfs: bool) -> Result<Vec<crate::host::Cmd>> {
    let mut lines = Vec::new();
    if s.platform.kind() == PlatformKind::Freebsd && zfs {
        let now = s.host.query(&sysrc::get("zfs_enable")).map_err(Error::from)?;
        if !now.stdout.trim().eq_ignore_ascii_case("yes") {
            lines.push(sysrc::set("zfs_enable", "YES"));
        }
    }
    Ok(lines)
}
