//! base-import

use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::base::{Base, Origin};
use crate::model::env::Storage;
use crate::model::name::{AbsPath, BaseName};
use crate::plan::Plan;
use crate::plan::base::{Import, import, paths_of_interest};
use crate::report::results::Done;

/// Make a base from the running system (`host`), a directory tree or a tarball
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `host`, a directory, or a tar archive of any compression
    #[arg(value_name = "SOURCE")]
    source: String,
    /// The base's name; `host` needs none
    #[arg(value_name = "NAME")]
    name: Option<BaseName>,
    /// Where it lies; zfs where the node has a zfs_root
    #[arg(long, value_name = "STORAGE")]
    storage: Option<Storage>,
}

/// What a new base is made of, beside its name.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where it comes from.
    pub origin: Origin,
    /// For people.
    pub text: String,
    /// The tree or archive.
    pub path: Option<AbsPath>,
    /// The archive's sum.
    pub sha256: Option<String>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let (name, source) = if args.source == BaseName::HOST {
        if args.name.as_ref().is_some_and(|n| !n.is_host()) {
            return Err(Error::usage("base-import", "the base made of the running system is called host")
                .next("jug base-import host"));
        }
        (BaseName::HOST.parse()?, host_source())
    } else {
        let path = super::absolute(std::path::Path::new(&args.source))?;
        let name = args.name.clone().ok_or_else(|| {
            Error::usage("base-import", "the base's name is missing")
                .next(format!("jug base-import {} NAME", args.source))
        })?;
        let meta = std::fs::metadata(path.as_path())
            .map_err(|e| Error::io(path.as_path(), "reading it", e).code(Code::NotFound))?;
        let path: AbsPath = std::fs::canonicalize(path.as_path())
            .map_err(|e| Error::io(path.as_path(), "reading it", e))?
            .to_string_lossy()
            .parse()?;
        let (origin, sha256) = match () {
            () if meta.is_dir() => (Origin::Tree, None),
            () if s.global.dry_run => (Origin::Tarball, None),
            () => (Origin::Tarball, Some(super::base_fetch::sha256(path.as_path())?)),
        };
        (name, Source { origin, text: path.to_string(), path: Some(path), sha256 })
    };
    let storage = storage(s, args.storage, source.origin)?;
    let object = format!("base.{name}");
    let outcome = change::one(s, "base-import", &object, true, &|| plan(s, &name, &source, storage));
    Ok(change::report(s, outcome))
}

/// Where a base will lie. The skeleton of `host` is a few empty directories, which need no dataset.
pub fn storage(s: &Session, asked: Option<Storage>, origin: Origin) -> Result<Storage> {
    let storage = match (asked, origin) {
        (_, Origin::Host) => Storage::Dir,
        (Some(storage), _) => storage,
        (None, _) => s.config.defaults.storage.unwrap_or(if s.zfs_root().is_some() {
            Storage::Zfs
        } else {
            Storage::Dir
        }),
    };
    if storage == Storage::Zfs && s.zfs_root().is_none() {
        return Err(Error::lacks("base", "this node has no zfs_root, so nothing can lie on ZFS")
            .next("jug init --zfs-root POOL/jug, or --storage dir"));
    }
    Ok(storage)
}

/// What the running system is as a source.
pub fn host_source() -> Source {
    Source { origin: Origin::Host, text: "/".into(), path: None, sha256: None }
}

/// The plan of an import, from a tree, an archive or the running system, and what will be known of the base.
pub fn prepare(s: &Session, name: &BaseName, source: &Source, storage: Storage) -> Result<(Plan, Base)> {
    let dataset = match (storage, s.zfs_root()) {
        (Storage::Zfs, Some(root)) => Some(root.child("bases").child(name.as_str())),
        _ => None,
    };
    let base = Base {
        version: 1,
        uuid: s.host.uuid(),
        created: s.host.now(),
        origin: source.origin,
        source: source.text.clone(),
        sha256: source.sha256.clone(),
        dataset: dataset.clone(),
        mounts: Vec::new(),
        own: Vec::new(),
    };
    let what =
        Import { name, base, source: source.path.clone(), layout: &s.layout, platform: s.platform.as_ref() };
    let facts = s.gather(&Wanted {
        datasets: dataset.and(s.zfs_root().cloned()),
        paths: paths_of_interest(&what),
        ..Wanted::default()
    })?;
    import(what, &facts)
}

/// The wish of an import.
pub fn plan(s: &Session, name: &BaseName, source: &Source, storage: Storage) -> Result<Wish> {
    Ok(Wish::Do(vec![prepare(s, name, source, storage)?.0], Done::changed("imported")))
}
