//! Exports over NFS: from what is exported, and what is wanted, to the steps. The text is the truth: the property
//! `sharenfs` of a dataset, or jug's own file, each line of which says whose it is.

use super::Plan;
use super::export_check as check;
use super::export_steps::Change;
use super::exported::{Here, Known};
use crate::error::{Error, Result};
use crate::model::export::{ClientSet, Export, Options, Owner, normal};
use crate::model::name::{AbsPath, DatasetName};
use crate::model::node::Server;
use crate::platform::nfs_linux;
use crate::programs::{exports, mountd};

/// Where an export is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Via {
    /// The dataset's own property sharenfs.
    Zfs,
    /// jug's own file.
    File,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The directories.
    pub targets: Vec<AbsPath>,
    /// For what.
    pub owner: Owner,
    /// For whom.
    pub clients: ClientSet,
    /// How.
    pub options: Options,
    /// Also each file system mounted below.
    pub children: bool,
    /// In the place of what jug exports of them already.
    pub replace: bool,
    /// What is dangerous is meant.
    pub i_know: bool,
    /// Where it is written down; by default in the property, where that can say it.
    pub via: Option<Via>,
}

/// What is to be taken back.
#[derive(Clone, Debug, Default)]
pub struct Unwish {
    /// These directories.
    pub targets: Vec<AbsPath>,
    /// All that is exported for this environment.
    pub owner: Option<Owner>,
    /// Only for these clients.
    pub clients: Option<ClientSet>,
    /// And all below the directories.
    pub children: bool,
}

/// The plan that exports what is wanted; none if it is exported so already. `mark` tells this change from others in the
/// system's log.
///
/// # Errors
/// Refused, with the reason.
pub fn export(name: &str, wish: &Wish, here: &Here<'_>, mark: uuid::Uuid) -> Result<Option<Plan>> {
    let mut change = Change::new(here)?;
    check::known(&wish.options, here)?;
    let wish = &Wish { options: here.serving.server.options(&wish.options, here.serving)?, ..wish.clone() };
    check::trusted(wish, here)?;
    for target in &wish.targets {
        change.add(target, wish)?;
    }
    change.root();
    if !change.is_any() {
        return Ok(None);
    }
    let properties = change.properties().iter().any(|p| p.2.is_some());
    match here.serving.server {
        Server::Mountd => check::ready(&wish.options, change.file().is_some(), properties, here)?,
        _ => nfs_linux::ready(here.serving, &change.paths(), &wish.options)?,
    }
    change.plan("nfs-export", name, mark).map(Some)
}

/// The plan that takes exports back; none if there are none.
///
/// # Errors
/// Somebody else exports it.
pub fn unexport(name: &str, wish: &Unwish, here: &Here<'_>, mark: uuid::Uuid) -> Result<Option<Plan>> {
    let mut change = Change::new(here)?;
    for key in change.now.keys().cloned().collect::<Vec<_>>() {
        let below = |t: &AbsPath| {
            wish.children && key.0.as_str().starts_with(&format!("{}/", t.as_str().trim_end_matches('/')))
        };
        if wish.owner == Some(key.1) || wish.targets.iter().any(|t| *t == key.0 || below(t)) {
            change.take(&key, wish.clients.as_ref());
        }
    }
    if change.is_any() {
        return change.plan("nfs-unexport", name, mark).map(Some);
    }
    wish.targets.iter().try_for_each(|path| check::not_theirs(path, here))?;
    Ok(None)
}

impl<'a> Change<'a> {
    fn new(here: &Here<'a>) -> Result<Self> {
        let file = here.file()?;
        let now = here.known(&file);
        let root = file.root;
        Ok(Self {
            here: *here,
            next: now.clone(),
            now,
            old_root: root.clone(),
            new_root: root,
            warnings: Vec::new(),
        })
    }

    /// One directory, and with it what is mounted below.
    fn add(&mut self, path: &AbsPath, wish: &Wish) -> Result<()> {
        let mount = check::place(path, wish, &self.here)?;
        let wanted =
            Export { path: path.clone(), options: wish.options.clone(), clients: wish.clients.clone() };
        let key = (path.clone(), wish.owner);
        let foreign = self.here.foreign();
        let known = self.next.get(&key).cloned();
        if known.is_none() && check::covered(&wanted, &foreign) {
            return Ok(());
        }
        if wish.replace {
            self.next.remove(&key);
        }
        let dataset = self.here.dataset(path);
        let mut exports = self.next.get(&key).map(|k| k.exports.clone()).unwrap_or_default();
        exports.push(wanted.clone());
        let exports: Vec<Export> =
            normal(exports.into_iter().map(|e| (wish.owner, e))).into_iter().map(|(_, e)| e).collect();
        let via = self.via(path, dataset.as_ref(), known.as_ref(), &exports, wish.via)?;
        if let (Via::Zfs, Some(dataset)) = (via, &dataset) {
            check::property(dataset.as_str(), path, &self.here)?;
        }
        check::not_twice(&wanted, wish.owner, mount, &self.next, &foreign, &self.here)?;
        let dataset = dataset.filter(|_| via == Via::Zfs);
        self.below(path, dataset.as_ref(), wish)?;
        self.next.insert(key, Known { via, dataset, exports });
        Ok(())
    }

    /// Where it is written down.
    fn via(
        &mut self,
        path: &AbsPath,
        dataset: Option<&DatasetName>,
        known: Option<&Known>,
        exports: &[Export],
        asked: Option<Via>,
    ) -> Result<Via> {
        let refs: Vec<&Export> = exports.iter().collect();
        let can = match dataset {
            _ if self.here.serving.server != Server::Mountd => {
                Err("on Linux jug does not set it".to_string())
            }
            None => Err("no dataset is mounted there".to_string()),
            Some(_) => exports::sharenfs(&refs).and_then(|_| match self.here.mountd() {
                Some(args) if !args.reads(mountd::ZFS_EXPORTS) => {
                    Err(format!("mountd, as it runs, does not read {}", mountd::ZFS_EXPORTS))
                }
                _ => Ok(()),
            }),
        };
        let via = match (known.map(|k| k.via), asked) {
            (Some(is), Some(asked)) if is != asked => {
                return Err(Error::conflict(path, "it is exported by other means already")
                    .next("jug nfs-unexport it first; jug nfs-ls says by which"));
            }
            (Some(is), _) => is,
            (None, Some(asked)) => asked,
            (None, None) if can.is_ok() => Via::Zfs,
            (None, None) => {
                if let (Err(why), Some(_), Server::Mountd) = (&can, dataset, self.here.serving.server) {
                    self.warnings.push(format!("{path} is exported by {}: {why}", self.here.serving.file));
                }
                Via::File
            }
        };
        match (via, can) {
            (Via::Zfs, Err(why)) => Err(Error::usage(path, format!("sharenfs does not do: {why}"))
                .next("jug nfs-unexport it, if it is exported, and give --via file")),
            _ => Ok(via),
        }
    }

    /// The file systems mounted below: a client would see empty directories in their place.
    fn below(&mut self, path: &AbsPath, dataset: Option<&DatasetName>, wish: &Wish) -> Result<()> {
        let all: Vec<_> = self.here.children(path).collect();
        if !wish.children
            && let Some(first) = all.first()
        {
            let seen = match self.here.serving.server {
                Server::Ganesha => "which nfs-ganesha would show to its clients, too",
                _ => "of which clients would see empty directories",
            };
            return Err(Error::conflict(
                path,
                format!("{} file systems are mounted below, such as {}, {seen}", all.len(), first.target),
            )
            .next("give --children to export them as well"));
        }
        for child in all {
            let at: AbsPath = child.target.parse()?;
            let heir = dataset.is_some_and(|d| child.source.starts_with(&format!("{d}/")));
            let share = self.here.serving.shares.get(&child.source);
            match share.filter(|s| heir && s.is_own()) {
                Some(s) if s.owner.is_none() => {
                    self.warnings
                        .push(format!("{} keeps the sharenfs of its own, {:?}", child.source, s.value));
                }
                Some(_) => {}
                None if heir => {
                    let e = Export { path: at, options: wish.options.clone(), clients: wish.clients.clone() };
                    let outer: Vec<_> =
                        self.here.foreign().into_iter().filter(|f| f.from.is_none()).collect();
                    check::not_twice(&e, wish.owner, child, &self.next, &outer, &self.here)?;
                }
                None => {
                    let wish = Wish { via: Some(Via::File), children: true, ..wish.clone() };
                    if !self.next.contains_key(&(at.clone(), wish.owner)) || !wish.replace {
                        self.add(&at, &wish)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes back all, or what these clients have.
    fn take(&mut self, key: &(AbsPath, Owner), clients: Option<&ClientSet>) {
        let Some(known) = self.next.get_mut(key) else { return };
        match clients {
            None => known.exports.clear(),
            Some(clients) => {
                known.exports = known
                    .exports
                    .iter()
                    .filter_map(|e| Some(Export { clients: e.clients.without(clients)?, ..e.clone() }))
                    .collect();
            }
        }
        if known.exports.is_empty() {
            self.next.remove(key);
        }
    }

    /// The root of the tree of NFSv4 is jug's to say only if nobody else says it: the first line of all wins (F4.2).
    fn root(&mut self) {
        let reads = self.here.mountd().is_some_and(|a| a.reads(self.here.serving.file.as_str()));
        if self.here.v4_root().is_some() {
            self.new_root = None;
        } else if self.here.serving.serves(4) && self.new_root.is_none() {
            match reads {
                true => {
                    self.new_root = Some(self.here.config.nfs.root.clone().unwrap_or_else(AbsPath::root));
                }
                false => self.warnings.push(format!(
                    "clients of NFSv4 can't mount it: no file has a V4: line, and mountd does not read {} (jug init --nfs)",
                    self.here.serving.file
                )),
            }
        }
    }
}
