//! doctor

use super::change;
use super::cure::Cure;
use super::session::Session;
use crate::apply::perform::action;
use crate::error::{Code, Result};
use crate::facts::gather::Wanted;
use crate::facts::{Container, Facts, Mounted};
use crate::host::{Host, fs};
use crate::model::env::{Env, Storage};
use crate::model::name::EnvName;
use crate::plan::guest::verb_of;
use crate::plan::{Action, Effect, Guard};
use crate::report::table::out;
use crate::store::{journal, lock, moves, node, unregistered};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Say what the host lacks, what was interrupted, and what nobody owns any more
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Finish or undo what was interrupted; unmount and stop what nobody owns. Data is never removed
    #[arg(long)]
    fix: bool,
}

/// One thing that is not as it should be.
pub(super) struct Finding {
    pub(super) kind: &'static str,
    pub(super) object: String,
    pub(super) reason: String,
    pub(super) next: String,
    pub(super) cure: Option<Cure>,
}

/// Runs it. The number of commands does not depend on the number of environments.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let mut findings = look(s)?;
    let fix_it = args.fix && !s.global.dry_run;
    if fix_it {
        s.need_root("doctor --fix")?;
    }
    // A cure can bring more to light: mounts that are nobody's once their jail is gone.
    for _ in 0..if fix_it { 3 } else { 0 } {
        let mut cured = 0;
        for f in &findings {
            if let Some(cure) = &f.cure {
                let result = cure
                    .apply(s)
                    .map(|()| crate::report::results::Done::changed(format!("fixed: {}", f.reason)));
                let outcome = change::finish(s, "doctor", &f.object, result, Vec::new());
                match &outcome.result {
                    Ok(_) => {
                        cured += 1;
                        if !s.global.json && !s.global.quiet {
                            out(&format!(
                                "{}: changed ({})\n",
                                f.object,
                                outcome.result.as_ref().map_or("", |d| &d.what)
                            ));
                        }
                    }
                    Err(e) => crate::report::results::error(e),
                }
            }
        }
        if cured == 0 {
            break;
        }
        findings = look(s)?;
    }
    print(s, &findings);
    // What is here unregistered may well be meant to.
    let left = findings.iter().any(|f| !matches!(f.kind, "lacks" | "unregistered"));
    let lacks = findings.iter().any(|f| f.kind == "lacks");
    Ok(match () {
        () if left => Code::Left,
        () if lacks => Code::HostLacks,
        () => Code::Done,
    })
}

/// What init says: only what the host lacks, which is no failure of its own.
pub fn say_lacks(s: &Session) -> Result<Code> {
    print(s, &lacks(s));
    Ok(Code::Done)
}

fn print(s: &Session, findings: &[Finding]) {
    if s.global.json {
        let rows: Vec<_> = findings
            .iter()
            .map(|f| json!({"kind": f.kind, "object": f.object, "reason": f.reason, "next": f.next}))
            .collect();
        out(&format!("{}\n", json!({"version": 1, "findings": rows})));
        return;
    }
    for f in findings {
        if s.global.lines {
            out(&format!("{}\t{}\t{}\t{}\n", f.kind, f.object, f.reason, f.next));
        } else {
            out(&format!("{}: {}: {}\n  next: {}\n", f.kind, f.object, f.reason, f.next));
        }
    }
    if findings.is_empty() && !s.global.quiet && !s.global.lines {
        out("all is well\n");
    }
}

fn lacks(s: &Session) -> Vec<Finding> {
    let mut programs = s.platform.needed_programs();
    if s.zfs_root().is_some() {
        programs.push(("zfs".into(), "OpenZFS (Debian: package zfsutils-linux or zfs-fuse)"));
    }
    programs
        .into_iter()
        .filter(|(p, _)| !s.host.has(p))
        .map(|(program, from)| Finding {
            kind: "lacks",
            reason: "the program is not there".into(),
            next: format!("install it; it comes with {from}"),
            object: program,
            cure: None,
        })
        .collect()
}

fn look(s: &Session) -> Result<Vec<Finding>> {
    let mut findings = lacks(s);
    let registry = s.registry()?;
    let interrupted = if s.saved.is_some() { Vec::new() } else { journal::all(&s.layout) };
    for object in interrupted.into_iter().filter(|o| !lock::is_held(&s.layout, o)) {
        let what = journal::read(&s.layout, &object)
            .ok()
            .flatten()
            .map_or("an operation".to_string(), |p| p.plan.verb);
        findings.push(Finding {
            kind: "interrupted",
            reason: format!("{what} on it was interrupted"),
            next: "jug doctor --fix".into(),
            cure: Some(Cure::Recover(object.clone())),
            object: crate::store::shown(&object).to_string(),
        });
    }
    let moving = if s.saved.is_some() { Vec::new() } else { moves::all(&s.layout)? };
    for name in moving.into_iter().filter(|n| !lock::is_held(&s.layout, &moves::object(n))) {
        findings.push(Finding {
            kind: "interrupted",
            reason: "jmigrate of it was interrupted".into(),
            next: "jug doctor --fix".into(),
            object: name.to_string(),
            cure: Some(Cure::Move(name)),
        });
    }
    let mut envs: BTreeMap<EnvName, Env> = BTreeMap::new();
    for (name, entry) in registry {
        match entry.env {
            Ok(env) => drop(envs.insert(name, env)),
            Err(e) => findings.push(Finding {
                kind: "broken",
                object: name.to_string(),
                reason: e.to_string(),
                next: e.next.unwrap_or_else(|| format!("mend {}", s.layout.env_file(&name))),
                cure: None,
            }),
        }
    }
    let unreadable: BTreeSet<String> =
        findings.iter().filter(|f| f.kind != "lacks").map(|f| f.object.clone()).collect();
    let runtime = s.platform.needed_programs().first().is_none_or(|(p, _)| s.host.has(p));
    let wanted = Wanted {
        containers: runtime && s.is_root(),
        mounts: true,
        datasets: s.zfs_root().filter(|_| s.host.has("zfs")).cloned(),
        addresses: s.platform.needed_programs().iter().all(|(p, _)| s.host.has(p)),
        filter: super::exposures::needed(s)?,
        ..Wanted::default()
    };
    let facts = s.gather(&wanted)?;
    // Without the runtime nobody knows what runs.
    if wanted.containers && wanted.addresses {
        findings.extend(
            super::orphan_links::look(s, &facts, &envs, &unreadable)?.into_iter().map(|o| unplug(s, o)),
        );
        findings.extend(super::filter_check::look(s, &facts, &envs, &unreadable)?);
    }
    findings.extend(super::nfs_check::wrong(s, &facts)?.into_iter().map(|(object, c)| Finding {
        kind: "lacks",
        object: format!("nfs {object}"),
        reason: format!("{}: {}", c.what, c.reason),
        next: "jug nfs-check; jug init --nfs says what this host needs".into(),
        cure: None,
    }));
    orphans(s, &facts, &envs, &unreadable, &mut findings);
    if s.is_root() {
        findings.extend(super::machine_check::look(s, &facts, &envs));
    }
    fenced(s, &facts, &envs, &mut findings)?;
    Ok(findings)
}

fn unplug(s: &Session, o: super::orphan_links::Orphan) -> Finding {
    let object = o.interface.to_string();
    if !o.card {
        let next = format!("if it is no other workdir's: {}", s.platform.remove_link(&o.interface));
        return Finding { kind: "unregistered", object, reason: o.reason, next, cure: None };
    }
    let next = "jug doctor --fix removes it".into();
    let cure = Some(Cure::Unplug { interface: o.interface, stamp: o.stamp, whose: o.whose });
    Finding { kind: "orphan", object, reason: o.reason, next, cure }
}

fn orphans(
    s: &Session,
    facts: &Facts,
    envs: &BTreeMap<EnvName, Env>,
    skip: &BTreeSet<String>,
    findings: &mut Vec<Finding>,
) {
    let own = |path: &str| path.strip_prefix(s.layout.workdir.as_str()).is_some_and(|r| r.starts_with('/'));
    let known: BTreeSet<uuid::Uuid> = envs.values().map(|e| e.uuid).collect();
    let mut running: BTreeSet<String> = BTreeSet::new();
    for Container { name, path, uuid, running: running_now, vm, .. } in
        facts.containers.iter().filter(|c| own(&c.path))
    {
        if *running_now {
            running.insert(name.clone());
        }
        let stamp = uuid.filter(|u| !vm && !known.contains(u) && !skip.contains(name));
        if let (Some(uuid), Ok(guest)) = (stamp, name.parse()) {
            findings.push(Finding {
                kind: "orphan",
                object: name.clone(),
                reason: format!("a jail or container of jug's runs at {path}, and no environment owns it"),
                next: "jug doctor --fix stops it".into(),
                cure: Some(Cure::Stop { name: guest, uuid }),
            });
        }
    }
    for Mounted { source, target, .. } in facts.mounts.iter().rev() {
        let Some(name) = guest_of(s, envs, target) else { continue };
        let at_work = s.layout.journal(&name).as_path().exists() || lock::is_held(&s.layout, &name);
        if !running.contains(&name) && !skip.contains(&name) && !at_work {
            findings.push(Finding {
                kind: "orphan",
                object: target.clone(),
                reason: format!("{source} is mounted there, and {name} does not run"),
                next: "jug doctor --fix unmounts it".into(),
                cure: Some(Cure::Unmount { name, target: target.clone() }),
            });
        }
    }
    lost(s, facts, envs, findings);
    let root = s.zfs_root().map(|r| format!("{r}/env/")).unwrap_or_default();
    for (name, dataset) in facts.datasets.iter().filter(|(n, _)| n.starts_with(&root)) {
        let object = name.strip_prefix(&root).unwrap_or(name);
        if dataset.uuid.is_some_and(|u| !known.contains(&u))
            && !skip.contains(object)
            && !object.contains('/')
            && !s.layout.journal(object).as_path().exists()
        {
            findings.push(Finding {
                kind: "orphan",
                object: name.clone(),
                reason: "the dataset bears jug's stamp, and no environment owns it".into(),
                next: format!("look at it; jug removes no data by itself: zfs destroy -r '{name}'"),
                cure: None,
            });
        }
    }
}

/// Environments whose dataset is gone, and files of environments that nobody knows.
fn lost(s: &Session, facts: &Facts, envs: &BTreeMap<EnvName, Env>, findings: &mut Vec<Finding>) {
    let zfs = s.zfs_root().map(|r| format!("{r}/")).unwrap_or_default();
    for (name, env) in envs {
        let Some(dataset) = env.dataset.as_ref().filter(|d| d.as_str().starts_with(&zfs)) else { continue };
        if !facts.datasets.contains_key(dataset.as_str()) {
            findings.push(Finding {
                kind: "missing",
                object: name.to_string(),
                reason: format!("its dataset {dataset} is not there"),
                next: format!(
                    "zpool import its pool; if that is lost for good, jug {} --forget {name}",
                    verb_of(env.kind, "remove")
                ),
                cure: None,
            });
        }
    }
    let copies = unregistered::names(&s.layout).unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (dir, suffix) in
        [("jails-data", "-data"), ("jails-system", ""), ("jails-rcconf", ""), ("jails-fstab", "")]
    {
        let entries = std::fs::read_dir(s.layout.workdir.join(dir).as_path()).into_iter().flatten().flatten();
        for entry in entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir())) {
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some(Ok(name)) = file.strip_suffix(suffix).map(str::parse::<EnvName>) else { continue };
            let at_work =
                s.layout.journal(name.as_str()).as_path().exists() || lock::is_held(&s.layout, name.as_str());
            if s.layout.env_file(&name).as_path().exists() || at_work || !seen.insert(name.clone()) {
                continue;
            }
            let copy = copies.contains(&name);
            // A mount point that waits for the next jregister is no file of anybody's.
            if !copy && fs::kind(&entry.path()) == Some(fs::Kind::EmptyDir) {
                seen.remove(&name);
                continue;
            }
            findings.push(Finding {
                kind: if copy { "unregistered" } else { "orphan" },
                object: name.to_string(),
                reason: format!("files of it lie in {dir}, and this node does not know it"),
                next: if copy {
                    format!("jug jregister {name}")
                } else {
                    format!("look what it is: ls -la {}", entry.path().display())
                },
                cure: None,
            });
        }
    }
}

/// What runs here though another node has taken it over.
fn fenced(
    s: &Session,
    facts: &Facts,
    envs: &BTreeMap<EnvName, Env>,
    findings: &mut Vec<Finding>,
) -> Result<()> {
    let Some(node) = node::read(&s.host, s.platform.kind(), &s.config_file)? else { return Ok(()) };
    for (name, env) in envs.iter().filter(|(_, e)| e.owner.epoch > 0) {
        if !facts.runs(env.uuid) {
            continue;
        }
        if taken_over(s, name, env, node.id) {
            findings.push(Finding {
                kind: "fenced",
                object: name.to_string(),
                reason: format!("it runs here, and another node has taken it over (jug owner {name})"),
                next: "jug doctor --fix stops it here".into(),
                cure: Some(Cure::Fence(name.clone())),
            });
        }
    }
    Ok(())
}

/// Whether another node has taken it over. A process of its own asks: one that waits for a dead server, or has a thread
/// that does, can't end.
fn taken_over(s: &Session, name: &EnvName, env: &Env, node: uuid::Uuid) -> bool {
    let dir = s.layout.system(name).join("owner.d");
    let owner = Guard::Owner { dir, number: env.owner.epoch, node };
    // What is on this node's own disks answers, and costs no program.
    let limit = (env.storage == Storage::External).then_some(5);
    let ask = Action { limit, ..Effect::Expect(owner).into() };
    action(&s.ctx(true), &ask, &mut |_| {}, &mut Vec::new()).is_err_and(|e| e.code == Code::Busy)
}

/// The environment that something is mounted for there: anywhere at or below the place of a thin root; with a root of
/// its own only where jug mounts, since what else is mounted there, or at its data, is the administrator's.
fn guest_of(s: &Session, envs: &BTreeMap<EnvName, Env>, target: &str) -> Option<String> {
    let rest = target.strip_prefix(s.layout.workdir.as_str())?.strip_prefix('/')?;
    let mut parts = rest.split('/');
    match (parts.next()?, parts.next()?, parts.next()) {
        ("run", name, Some("root")) => Some(name.to_string()),
        ("jails-data", data, Some(_)) => {
            let (name, env) = envs.iter().find(|(n, _)| data.strip_suffix("-data") == Some(n.as_str()))?;
            let root = s.layout.root(name, env);
            let ours = env
                .fstab
                .iter()
                .map(|m| m.target.as_str())
                .chain(["/dev"])
                .any(|t| root.join(t).as_str() == target);
            (ours && !env.is_thin()).then(|| name.to_string())
        }
        _ => None,
    }
}
