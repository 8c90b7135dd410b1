//! ls and jls

use super::session::Session;
use super::targets::{Targets, choose};
use crate::error::{Code, Error, Result};
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::disk::{Blocks, Disk};
use crate::model::env::{Env, Kind};
use crate::model::name::EnvName;
use crate::model::size::ByteSize;
use crate::model::vm::Vm;
use crate::report::table::List;
use crate::store::registry::Entry;
use crate::store::{journal, lock, started, unregistered};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// List environments and their state
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// What lies in the workdir and is not registered, as rows.
fn unregistered_rows(s: &Session) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for name in unregistered::names(&s.layout)? {
        let env = unregistered::read(&s.layout, &name).ok().flatten();
        let env = env.and_then(|f| f.env(&s.layout, uuid::Uuid::nil(), s.host.now()).ok());
        let path = env.as_ref().map(|e| s.layout.root(&name, e).to_string()).unwrap_or_default();
        rows.push(Row { name: name.to_string(), state: "unregistered", id: None, path, pending: false, env });
    }
    Ok(rows)
}

/// Runs it: one command for all of them, however many there are.
pub fn run(s: &Session, args: &Args, kind: Option<Kind>) -> Result<Code> {
    let mut registry = s.registry()?;
    let interrupted: BTreeSet<String> = match s.saved {
        Some(_) => BTreeSet::new(),
        None => journal::all(&s.layout).into_iter().filter(|n| !lock::is_held(&s.layout, n)).collect(),
    };
    // One whose creation or removal was interrupted is not registered.
    for name in interrupted.iter().filter_map(|n| n.parse::<EnvName>().ok()) {
        let env = Err(Error::not_found(&name, "it is not registered"));
        registry.entry(name.clone()).or_insert(Entry { name, text: String::new(), env });
    }
    if !args.targets.names.is_empty() {
        let chosen: BTreeSet<EnvName> = choose(s, &args.targets.names, false)?.into_iter().collect();
        registry.retain(|name, _| chosen.contains(name));
    }
    // What can't be read may be either.
    registry.retain(|_, e| kind.is_none_or(|k| e.env.as_ref().map_or(true, |env| env.kind == k)));
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let mut rows: Vec<Row> = registry.values().map(|e| row(s, &facts, &interrupted, e)).collect();
    if args.targets.all && s.saved.is_none() {
        let here = unregistered_rows(s)?.into_iter();
        rows.extend(here.filter(|r| kind.is_none_or(|k| r.env.as_ref().is_none_or(|e| e.kind == k))));
    }
    let machines = kind == Some(Kind::Vm);
    let list = List {
        name: "environments",
        headings: match machines {
            true => vec!["NAME", "STATE", "CPUS", "MEMORY", "DISKS", "ADDRESSES", "STORAGE", "VNC", "TAGS"],
            false => vec!["NAME", "STATE", "JID", "ADDRESSES", "BASE", "MODE", "STORAGE", "TAGS"],
        },
        rows: rows.iter().map(|r| if machines { r.machine() } else { r.table() }).collect(),
        fields: rows.iter().map(|r| r.fields(machines)).collect(),
        json: rows.iter().map(Row::json).collect(),
    };
    list.print(s.global.json, s.global.lines);
    if rows.is_empty()
        && args.targets.names.is_empty()
        && !s.global.json
        && !s.global.lines
        && !s.global.quiet
    {
        eprintln!(
            "jug: {}",
            match kind {
                None => "no environments; jug jcreate makes a jail, jug vm-create a VM",
                Some(Kind::Jail) => "no jails; jug jcreate NAME --base BASE makes one",
                Some(Kind::Vm) => "no VMs; jug vm-create NAME --image IMAGE makes one",
            }
        );
    }
    Ok(Code::Done)
}

struct Row {
    name: String,
    state: &'static str,
    id: Option<String>,
    path: String,
    pending: bool,
    env: Option<Env>,
}

fn row(s: &Session, facts: &Facts, interrupted: &BTreeSet<String>, entry: &Entry) -> Row {
    let name = &entry.name;
    let env = entry.env.as_ref().ok().cloned();
    // What runs is known by its file; where that is broken, by what it was started with.
    let uuid = env.as_ref().map(|e| e.uuid).or_else(|| started::read(&s.layout, name).map(|s| s.env.uuid));
    let container = facts.container(name.as_str()).filter(|c| c.running && uuid.is_some() && c.uuid == uuid);
    let state = match () {
        () if interrupted.contains(name.as_str()) => "interrupted",
        () if env.is_none() => "broken",
        () if env.as_ref().is_some_and(|e| e.owner.fenced) => "fenced",
        () if container.is_some() => "running",
        () => "stopped",
    };
    let pending = match (&env, container) {
        (Some(env), Some(_)) => started::read(&s.layout, name)
            .is_some_and(|st| started::pending(&st.env, env).is_ok_and(|p| !p.is_empty())),
        _ => false,
    };
    let path = env.as_ref().map(|env| s.layout.root(name, env).to_string()).unwrap_or_default();
    Row { name: name.to_string(), state, id: container.map(|c| c.id.clone()), path, pending, env }
}

impl Row {
    fn addresses(&self) -> Vec<String> {
        self.env.as_ref().map(Env::addresses).unwrap_or_default()
    }
    fn table(&self) -> Vec<String> {
        let of = |f: &dyn Fn(&Env) -> String| self.env.as_ref().map(f).unwrap_or_default();
        vec![
            self.name.clone(),
            if self.pending { format!("{}*", self.state) } else { self.state.to_string() },
            self.id.clone().unwrap_or_default(),
            self.addresses().join(","),
            of(&|e| e.base_name().to_string()),
            of(&|e| if e.is_vm() { "vm".into() } else { e.mode.as_str().to_string() }),
            of(&|e| e.storage.as_str().to_string()),
            of(&|e| e.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
        ]
    }
    /// The row of a list of VMs.
    fn machine(&self) -> Vec<String> {
        let vm = self.env.as_ref().and_then(|e| e.vm.as_ref());
        let of = |f: &dyn Fn(&Vm) -> String| vm.map(f).unwrap_or_default();
        let mut row = self.table();
        // JID, base and mode are a jail's.
        let new = [of(&|v| v.cpus.count.to_string()), of(&|v| v.memory.to_string()), of(&disks)];
        drop(row.splice(4..6, []));
        drop(row.splice(2..3, new));
        row.insert(row.len() - 1, of(&screen));
        row
    }
    fn fields(&self, machines: bool) -> Vec<String> {
        let mut row = vec![
            self.name.clone(),
            self.state.to_string(),
            self.id.clone().unwrap_or_default(),
            self.addresses().join(","),
            self.path.clone(),
        ];
        if machines {
            let vm = self.env.as_ref().and_then(|e| e.vm.as_ref());
            let of = |f: &dyn Fn(&Vm) -> String| vm.map(f).unwrap_or_default();
            row.extend([
                of(&|v| v.cpus.count.to_string()),
                of(&|v| v.memory.0.to_string()),
                of(&|v| v.disks.len().to_string()),
                of(&|v| v.disks.iter().filter_map(own).sum::<u64>().to_string()),
                of(&screen),
            ]);
        }
        row
    }
    fn json(&self) -> Value {
        let env = self.env.as_ref();
        let is_vm = env.is_some_and(Env::is_vm);
        let mut row = json!({
            "name": self.name,
            "kind": env.map_or(Kind::Jail, |e| e.kind).as_str(),
            "uuid": env.map(|e| e.uuid),
            "state": self.state,
            "pid": self.id.as_ref().filter(|_| is_vm).and_then(|i| i.parse::<u64>().ok()),
            "jid": self.id.as_ref().filter(|_| !is_vm).and_then(|i| i.parse::<u64>().ok()),
            "path": self.path,
            "base": env.and_then(|e| e.base.as_ref().map(ToString::to_string)),
            "mode": env.filter(|_| !is_vm).map(|e| e.mode.as_str()),
            "storage": env.map(|e| e.storage.as_str()),
            "dataset": env.and_then(|e| e.dataset.as_ref().map(ToString::to_string)),
            "addresses": self.addresses(),
            "tags": env.map(|e| e.tags.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap_or_default(),
            "protected": env.is_some_and(|e| e.protected),
            "pending": self.pending,
        });
        if let Some(vm) = env.and_then(|e| e.vm.as_ref()) {
            row["cpus"] = json!(vm.cpus.count);
            row["memory"] = json!(vm.memory.0);
            row["disks"] = vm.disks.iter().map(|d| json!({"name": d.name, "size": own(d)})).collect();
            row["vnc"] = json!(vm.vnc.map(|v| v.listen.to_string()));
        }
        row
    }
}

/// How large a disk is, if it is one of jug's: at another's no list looks.
fn own(disk: &Disk) -> Option<u64> {
    match disk.blocks {
        Blocks::Own { size, .. } => Some(size.0),
        Blocks::Theirs(_) => None,
    }
}

/// The sizes of a VM's disks together; `+1` counts those that are somebody else's.
fn disks(vm: &Vm) -> String {
    let all: Vec<Option<u64>> = vm.disks.iter().map(own).collect();
    let size = all.iter().flatten().sum();
    match all.iter().filter(|d| d.is_none()).count() {
        0 if all.is_empty() => String::new(),
        0 => ByteSize(size).human(),
        theirs if theirs == all.len() => format!("+{theirs}"),
        theirs => format!("{}+{theirs}", ByteSize(size).human()),
    }
}

fn screen(vm: &Vm) -> String {
    vm.vnc.map(|v| v.listen.to_string()).unwrap_or_default()
}
