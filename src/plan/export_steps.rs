//! The steps from what jug exports to what it will: its file, properties of datasets, and the server that reads them.

use super::export::Via;
use super::exported::{All, Foreign, Here, Known};
use super::{Effect, Guard, Plan, Step};
use crate::error::Result;
use crate::host::Cmd;
use crate::model::export::{ClientSet, Export, Owner, normal};
use crate::model::name::{AbsPath, DatasetName};
use crate::model::node::Server;
use crate::platform::nfs::Served;
use crate::programs::exports::{self, File};
use crate::programs::{exportfs, logger, zfs};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// Seconds after which the server is taken not to have done what it was told.
const PATIENCE: u64 = 15;

/// A change that grows: what jug exports now, and what it will.
pub(super) struct Change<'a> {
    pub(super) here: Here<'a>,
    pub(super) now: All,
    pub(super) next: All,
    pub(super) old_root: Option<AbsPath>,
    pub(super) new_root: Option<AbsPath>,
    pub(super) warnings: Vec<String>,
}

/// A dataset whose property changes, what jug exports of it before, and after.
pub(super) type Property<'a> = (&'a DatasetName, Option<(Owner, &'a Known)>, Option<(Owner, &'a Known)>);

impl Change<'_> {
    /// Whether anything is to be done.
    pub(super) fn is_any(&self) -> bool {
        self.file().is_some() || !self.properties().is_empty()
    }

    /// What jug's own file has to say, if that is something else.
    pub(super) fn file(&self) -> Option<File> {
        let lines = |all: &All| {
            let own = all.iter().filter(|(_, k)| k.via == Via::File);
            normal(own.flat_map(|((_, owner), k)| k.exports.iter().map(|e| (*owner, e.clone()))))
        };
        let (old, new) = (lines(&self.now), lines(&self.next));
        let same = old == new && self.old_root == self.new_root;
        (!same).then(|| File { root: self.new_root.clone(), exports: new })
    }

    /// The directories that will be exported.
    pub(super) fn paths(&self) -> Vec<&AbsPath> {
        self.next.keys().map(|(path, _)| path).collect()
    }

    /// The datasets whose property changes.
    pub(super) fn properties(&self) -> Vec<Property<'_>> {
        let find = |all: &'_ All, dataset: &DatasetName| {
            all.iter().find(|(_, k)| k.dataset.as_ref() == Some(dataset)).map(|(key, _)| key.clone())
        };
        let mut datasets: Vec<&DatasetName> =
            self.now.values().chain(self.next.values()).filter_map(|k| k.dataset.as_ref()).collect();
        datasets.sort();
        datasets.dedup();
        datasets
            .into_iter()
            .map(|d| {
                let of = |all: &'_ All| find(all, d);
                let old = of(&self.now).and_then(|k| Some((k.1, self.now.get(&k)?)));
                let new = of(&self.next).and_then(|k| Some((k.1, self.next.get(&k)?)));
                (d, old, new)
            })
            .filter(|(_, old, new)| old != new)
            .collect()
    }

    /// The steps. What is written is undone before the server is told to read it again, so both undo one step.
    ///
    /// # Errors
    /// The server has no words for it.
    pub(super) fn plan(&self, verb: &str, name: &str, mark: uuid::Uuid) -> Result<Plan> {
        let serving = self.here.serving;
        let note = format!("{verb} {mark}");
        let daemon = serving.server.daemon();
        let runs = serving.running.contains_key(daemon);
        let reload = serving.server.reload(serving);
        let mut plan = Plan::new(verb, name);
        plan.warnings = self.warnings.clone();
        if runs && serving.server == Server::Mountd {
            plan.push(Step::run("find the place in the system's log again", logger::note(&note)));
        } else if !runs {
            plan.warnings.push(format!("{daemon} does not run: it will read this when it is started"));
        }
        let text = self.file().map(|f| serving.server.write(&f, serving)).transpose()?;
        if text.is_some() {
            self.directory(&mut plan);
        }
        if let Some(text) = &text {
            let path = serving.file.clone();
            let write = Effect::Write { path: path.clone(), text: text.clone(), mode: 0o644 };
            let back = match &serving.text {
                Some(old) => Effect::Write { path, text: old.clone(), mode: 0o644 },
                // What it includes must be there, or it reads nothing.
                None if serving.server == Server::Ganesha => {
                    Effect::Write { path, text: String::new(), mode: 0o644 }
                }
                None => Effect::Remove { path },
            };
            let mut step = Step::new(format!("write {}", serving.file), write).undo(back);
            if runs {
                for cmd in self.dropped(&self.next, &self.now).into_iter().chain([reload.clone()]) {
                    step = step.undo(Effect::Run(cmd));
                }
            }
            plan.push(step);
        }
        for (dataset, old, new) in self.properties() {
            property(&mut plan, dataset, old, new);
        }
        if text.is_some() && runs {
            if let Some(cmd) = self.dropped(&self.now, &self.next) {
                plan.push(Step::run("export what is not in it any more to nobody", cmd));
            }
            plan.push(Step::run("have the server read it", reload));
        }
        if runs {
            let served = self.served(verb, note);
            plan.push(Step::new("see that it exports just that", Effect::Served(served)));
        }
        Ok(plan)
    }

    /// What takes clients away that one has and the other has not. exportfs(8) is told of each; other servers see it in what
    /// they read.
    fn dropped(&self, from: &All, to: &All) -> Option<Cmd> {
        let clients = |all: &All| -> BTreeSet<(AbsPath, Option<IpNet>)> {
            let all: Vec<_> =
                all.values().flat_map(|k| &k.exports).map(|e| (Owner::Own, e.clone())).collect();
            exportfs::by_client(&all).into_iter().map(|(_, path, net, _)| (path.clone(), net)).collect()
        };
        let gone: Vec<_> = clients(from).difference(&clients(to)).cloned().collect();
        (self.here.serving.server == Server::Kernel && !gone.is_empty()).then(|| exportfs::unexport(&gone))
    }

    /// Not every system comes with the directory of the files that exportfs(8) reads beside /etc/exports.
    fn directory(&self, plan: &mut Plan) {
        let dir = self.here.serving.file.as_path().parent().map(|d| d.to_string_lossy().into_owned());
        if let Some(dir) = dir.filter(|d| self.here.facts.path(d).is_none())
            && self.here.serving.server == Server::Kernel
            && let Ok(dir) = dir.parse()
        {
            plan.make_dir("make the directory of files of exports", &dir, 0o755);
        }
    }

    fn served(&self, verb: &str, note: String) -> Served {
        let serving = self.here.serving;
        let exports = |all: &All| all.values().flat_map(|k| k.exports.clone()).collect::<Vec<_>>();
        let (now, next) = (exports(&self.now), exports(&self.next));
        let changed = |p: &AbsPath| {
            let of = |all: &[Export]| all.iter().filter(|e| e.path == *p).cloned().collect::<Vec<_>>();
            of(&now) != of(&next)
        };
        let mut there: Vec<Export> = next.iter().filter(|e| changed(&e.path)).cloned().collect();
        let mut gone: Vec<Export> = now.iter().filter(|e| changed(&e.path)).cloned().collect();
        // What inherits the property is exported, or not, with it.
        for (dataset, _, new) in self.properties() {
            for (child, at) in self.heirs(dataset) {
                let exports = new.map(|(_, k)| k.exports.as_slice()).unwrap_or_default();
                there.extend(exports.iter().map(|e| Export { path: at.clone(), ..e.clone() }));
                let old = self.now.values().find(|k| k.dataset.as_ref() == Some(dataset));
                let shared = serving.shares.get(&child).is_some_and(|s| s.is_on());
                let old = old.filter(|_| shared).map(|k| k.exports.as_slice()).unwrap_or_default();
                gone.extend(old.iter().map(|e| Export { path: at.clone(), ..e.clone() }));
            }
        }
        let foreign: Vec<_> =
            self.here.foreign().into_iter().filter(|f| !f.entry.v4 && f.from.is_none()).collect();
        let gone: Vec<Export> = gone.into_iter().filter_map(|e| without_theirs(e, &foreign)).collect();
        let others: Vec<String> = foreign
            .into_iter()
            .flat_map(|f| f.entry.paths)
            .chain(next.iter().chain(&there).map(|e| e.path.to_string()))
            .collect();
        let held = |p: &str| self.here.facts.holder(p).map(|m| m.target.clone());
        let mut bare: Vec<AbsPath> = gone
            .iter()
            .filter_map(|e| held(e.path.as_str()))
            .filter(|m| !others.iter().any(|o| held(o).as_ref() == Some(m)))
            .filter_map(|m| m.parse().ok())
            .collect();
        bare.sort();
        bare.dedup();
        let ask = serving.running.contains_key("rpcbind")
            && serving.serves(3)
            && self.here.mountd().is_some_and(|a| !a.has('R'));
        Served {
            server: serving.server,
            there,
            gone,
            bare,
            firm: verb == "nfs-export",
            ask,
            note,
            file: serving.file.clone(),
            ganesha: serving.ganesha.clone(),
            seconds: PATIENCE,
        }
    }

    /// The mounted datasets below one that have what it has: neither they nor one between has a sharenfs of its own.
    fn heirs(&self, dataset: &DatasetName) -> Vec<(String, AbsPath)> {
        let above = format!("{dataset}/");
        let cut = |m: &str| {
            let own = self.here.serving.shares.iter().filter(|(n, s)| s.is_own() && n.starts_with(&above));
            own.into_iter()
                .any(|(n, _)| m.strip_prefix(n.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('/')))
        };
        let mounts =
            self.here.facts.mounts.iter().filter(|m| m.fstype == "zfs" && m.source.starts_with(&above));
        mounts
            .filter(|m| !cut(&m.source))
            .filter_map(|m| Some((m.source.clone(), m.target.parse().ok()?)))
            .collect()
    }
}

/// What may be seen no more of an export that is taken back: what others export to as well stays. Of names it is not known
/// whom they mean.
fn without_theirs(e: Export, foreign: &[Foreign]) -> Option<Export> {
    let mut clients = Some(e.clients.clone());
    for f in foreign.iter().filter(|f| f.entry.paths.iter().any(|p| p == e.path.as_str())) {
        if !f.entry.names.is_empty() {
            return None;
        }
        clients = clients.and_then(|c| f.entry.clients_set().map_or(Some(c.clone()), |t| c.without(&t)));
        // Of a network only the address is seen.
        let seen = |n: &IpNet| f.entry.nets.iter().any(|t| t.addr() == n.addr());
        clients = clients.and_then(|c| match c.is_world() {
            true => Some(c),
            false => ClientSet::only(c.nets().filter(|n| !seen(n))),
        });
    }
    Some(Export { clients: clients?, ..e })
}

/// The steps that set a dataset's property, or take it away.
fn property(
    plan: &mut Plan,
    dataset: &DatasetName,
    old: Option<(Owner, &Known)>,
    new: Option<(Owner, &Known)>,
) {
    let set = |(owner, known): (Owner, &Known)| {
        let refs: Vec<&Export> = known.exports.iter().collect();
        // What could be read from the property can be said by it.
        Effect::Run(zfs::share(dataset, &exports::sharenfs(&refs).unwrap_or_else(|_| "off".into()), owner))
    };
    let there = || Guard::DatasetThere { name: dataset.clone() };
    let away = ["sharenfs", zfs::EXPORT].map(|p| Effect::Run(zfs::inherit(p, dataset)));
    match (old, new) {
        (_, Some(new)) => {
            let mut step = Step::new(format!("export {dataset}"), set(new));
            match old {
                Some(old) => step = step.undo_when(there(), set(old)),
                None => {
                    for effect in away {
                        step = step.undo_when(there(), effect);
                    }
                }
            }
            plan.push(step);
        }
        (Some(old), None) => {
            let [share, stamp] = away;
            plan.push(Step::new(format!("export {dataset} no more"), share).undo_when(there(), set(old)));
            plan.push(Step::new("take jug's stamp off it", stamp));
        }
        (None, None) => {}
    }
}
