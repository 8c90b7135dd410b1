//! init

use super::doctor;
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::{Host, RunError, fs};
use crate::model::name::{AbsPath, DatasetName};
use crate::model::schema;
use crate::platform::PlatformKind;
use crate::programs::zfs;
use crate::report::table::out;
use crate::store::lock;

/// Say what the host has and lacks; write jug.toml, make the workdir and datasets
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make datasets below this one, and keep environments and bases there
    #[arg(long, value_name = "DATASET")]
    zfs_root: Option<DatasetName>,
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
        for d in &missing {
            out(&format!("{}\n", zfs::create(d, &uuid::Uuid::nil(), None)));
        }
        if let Some(text) = &config {
            out(&format!("cat >{} <<'JUG_EOF'\n{text}JUG_EOF\n", s.config_file.display()));
        }
        out(&format!("mkdir -p {}\n", s.layout.workdir));
        return Ok(Code::Done);
    }
    s.need_root("init")?;
    let layout = s.layout.ensure()?;
    let _lock = lock::exclusive(&layout, ".node", "init")?;
    let mut made = read_made(s)?;
    let mut changed = Vec::new();
    let uuid = *made.uuid.get_or_insert_with(|| s.host.uuid());
    for dataset in missing {
        let cmd = zfs::create(&dataset, &uuid, None);
        let done = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
        if !done.ok() {
            return Err(RunError::failed(&cmd, &done).into());
        }
        changed.push(format!("made the dataset {dataset}"));
        made.datasets.push(dataset);
        keep(s, &made)?;
    }
    if let Some(text) = config {
        let file = super::absolute(&s.config_file)?;
        // A host without packages has no /usr/local/etc yet.
        let missing: Vec<_> = file.as_path().ancestors().skip(1).take_while(|d| !d.exists()).collect();
        for dir in missing.iter().rev() {
            fs::make_dir(dir, 0o755)?;
        }
        fs::write_atomic(file.as_path(), &text, 0o644)?;
        changed.push(format!("wrote {file}"));
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
    if !s.global.quiet && !s.global.json {
        changed.iter().for_each(|c| out(&format!("{c}\n")));
        out(&format!("{}: {}\n", layout.workdir, if changed.is_empty() { "unchanged" } else { "changed" }));
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
                .next(format!("zpool list; zfs create {parent}")));
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
        let now =
            s.host.query(&crate::host::Cmd::new("sysrc").args(["-n", "zfs_enable"])).map_err(Error::from)?;
        if !now.stdout.trim().eq_ignore_ascii_case("yes") {
            lines.push(crate::host::Cmd::new("sysrc").arg("zfs_enable=YES"));
        }
    }
    Ok(lines)
}
