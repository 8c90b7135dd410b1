//! stats

use super::session::Session;
use super::targets::{Targets, choose};
use crate::error::{Code, Error, Result};
use crate::facts::Container;
use crate::facts::gather::Wanted;
use crate::facts::usage::{Amounts, Usage};
use crate::host::Host;
use crate::model::limits::Limit;
use crate::model::name::EnvName;
use crate::model::size::ByteSize;
use crate::platform::limits::Usages;
use crate::report::table::List;
use crate::store::started;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Show what jails use and may use; without a name, all that run
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Between two looks, where the system says no rate.
const PAUSE: Duration = Duration::from_millis(500);

/// Numbers in JSON and in `-H`, in this order; each has its limit beside it, as `NAME_limit`.
const NUMBERS: [(&str, Limit); 8] = [
    ("memory", Limit::Memory),
    ("swap", Limit::Swap),
    ("processes", Limit::Processes),
    ("open_files", Limit::OpenFiles),
    ("read_bps", Limit::ReadBps),
    ("write_bps", Limit::WriteBps),
    ("read_iops", Limit::ReadIops),
    ("write_iops", Limit::WriteIops),
];

/// One environment.
#[derive(Debug)]
pub struct Row {
    /// Its name.
    pub name: EnvName,
    /// Its container, if it runs.
    container: Option<Container>,
    /// What it uses, if that is known.
    pub usage: Usage,
}

/// All of them at one time.
#[derive(Debug)]
pub struct Look {
    at: Instant,
    usages: Usages,
    /// By name.
    pub rows: Vec<Row>,
}

/// Looks at those that run, or at those that are named: a list of containers, and what they use, by the same number of
/// commands whatever their number. A rate is that since `earlier`, or since a moment ago.
///
/// # Errors
/// A name that is not there, or a host that does not answer.
pub fn look(s: &Session, targets: &Targets, earlier: Option<&Look>) -> Result<Look> {
    if s.saved.is_some() {
        return Err(Error::usage("--facts", "what is used is no fact that can be saved"));
    }
    let registry = s.registry()?;
    let named = !targets.names.is_empty() || targets.all;
    let chosen: Option<BTreeSet<EnvName>> = match named {
        true => Some(choose(s, &targets.names, targets.all)?.into_iter().collect()),
        false => None,
    };
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let mut rows = Vec::new();
    for (name, entry) in registry {
        // What runs is known by its file; where that is broken, by what it was started with.
        let uuid = entry.env.as_ref().ok().map(|e| e.uuid);
        let uuid = uuid.or_else(|| started::read(&s.layout, &name).map(|st| st.env.uuid));
        let container =
            facts.container(name.as_str()).filter(|c| c.running && !c.vm && uuid.is_some() && c.uuid == uuid);
        if chosen.as_ref().map_or(container.is_some(), |c| c.contains(&name)) {
            rows.push(Row { name, container: container.cloned(), usage: Usage::default() });
        }
    }
    let running: Vec<&Container> = rows.iter().filter_map(|r| r.container.as_ref()).collect();
    let mut usages = s.platform.usage(&s.host, &running)?;
    let mut at = Instant::now();
    let first;
    let (before, then) = match earlier {
        Some(e) => (&e.usages, e.at),
        None if usages.values().any(|u| u.cpu_time.is_some()) => {
            s.host.pause(PAUSE);
            let then = at;
            first = std::mem::replace(&mut usages, s.platform.usage(&s.host, &running)?);
            at = Instant::now();
            (&first, then)
        }
        None => (&usages, at),
    };
    let seconds = at.duration_since(then).as_secs_f64();
    for row in &mut rows {
        let Some(now) = usages.get(row.name.as_str()) else { continue };
        row.usage = before.get(row.name.as_str()).map_or(*now, |b| now.since(b, seconds));
    }
    Ok(Look { at, usages, rows })
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let look = look(s, &args.targets, None)?;
    list(&look.rows).print(s.global.json, s.global.lines);
    if look.rows.is_empty() && !s.global.json && !s.global.lines && !s.global.quiet {
        eprintln!("jug: no jails run");
    }
    Ok(Code::Done)
}

/// The rows as a list.
pub fn list(rows: &[Row]) -> List {
    let io = rows.iter().any(|r| r.usage.used.read_bps.is_some());
    let mut headings = vec!["NAME", "JID", "CPU", "MEMORY", "SWAP", "PROCESSES", "FILES"];
    if io {
        headings.extend(["READ/s", "WRITTEN/s"]);
    }
    List {
        name: "stats",
        headings,
        rows: rows.iter().map(|r| r.table(io)).collect(),
        fields: rows.iter().map(Row::fields).collect(),
        json: rows.iter().map(Row::json).collect(),
    }
}

/// Percent to one decimal: more would be noise.
fn tenths(n: f64) -> f64 {
    (n * 10.0).round() / 10.0
}

impl Row {
    fn state(&self) -> &'static str {
        if self.container.is_some() { "running" } else { "stopped" }
    }

    fn jid(&self) -> String {
        self.container.as_ref().map(|c| c.id.clone()).unwrap_or_default()
    }

    /// Used, and behind a slash what may be used.
    fn pair(&self, shown: impl Fn(&Amounts) -> Option<String>) -> String {
        match (shown(&self.usage.used), shown(&self.usage.allowed)) {
            (Some(used), Some(allowed)) => format!("{used}/{allowed}"),
            (Some(used), None) => used,
            (None, Some(allowed)) => format!("?/{allowed}"),
            (None, None) => String::new(),
        }
    }

    fn table(&self, io: bool) -> Vec<String> {
        let bytes = |l: Limit| self.pair(|a| a.get(l).map(|n| ByteSize(n).human()));
        let plain = |l: Limit| self.pair(|a| a.get(l).map(|n| n.to_string()));
        let mut row = vec![
            self.name.to_string(),
            self.jid(),
            self.pair(|a| a.cpu.map(|n| format!("{}%", tenths(n)))),
            bytes(Limit::Memory),
            bytes(Limit::Swap),
            plain(Limit::Processes),
            plain(Limit::OpenFiles),
        ];
        if io {
            row.extend([bytes(Limit::ReadBps), bytes(Limit::WriteBps)]);
        }
        row
    }

    fn fields(&self) -> Vec<String> {
        let mut row = vec![self.name.to_string(), self.state().to_string(), self.jid()];
        let Usage { used, allowed, .. } = &self.usage;
        let text = |n: Option<String>| n.unwrap_or_default();
        row.extend([used, allowed].map(|a| text(a.cpu.map(|n| tenths(n).to_string()))));
        for (_, limit) in NUMBERS {
            row.extend([used, allowed].map(|a| text(a.get(limit).map(|n| n.to_string()))));
        }
        row
    }

    fn json(&self) -> Value {
        let Usage { used, allowed, .. } = &self.usage;
        let mut row = json!({
            "name": self.name,
            "state": self.state(),
            "jid": self.jid().parse::<u64>().ok(),
            "cpu_percent": used.cpu.map(tenths),
            "cpu_limit": allowed.cpu.map(tenths),
        });
        for (name, limit) in NUMBERS {
            row[name] = json!(used.get(limit));
            row[format!("{name}_limit")] = json!(allowed.get(limit));
        }
        row
    }
}
