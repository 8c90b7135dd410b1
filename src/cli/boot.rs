//! boot

use super::flow::{self, Turns};
use super::session::Session;
use super::shutdown;
use super::targets::{at_boot, choose};
use crate::apply::perform;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::boot::{Boot, WaitFor};
use crate::model::name::{EnvName, nearest};
use crate::plan::boot::{self, Flaw, Graph, Place, Queue};
use crate::plan::{Action, Effect};
use crate::report::results::Outcome;
use crate::report::table::out;
use crate::store::lock::{self, Lock};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// Held by every boot at work, which a shutdown waits for.
pub const LOCK: &str = ".boot";

/// Start what is to run from boot on, each as soon as all it comes after are up
#[derive(Debug, clap::Args)]
pub struct Args {
    /// These, instead of all with boot.auto: names, masks such as 'web*', @tag. What they come after is started too
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if !s.global.dry_run {
        s.need_root("boot")?;
    }
    let _lock = if locks(s) { Some(at_work(s)?) } else { None };
    // What runs already may have lost what leads to it.
    let again = super::exposures::load_all(s)?;
    let (mut all, boots) = graph(s)?;
    let chosen = match args.names.is_empty() {
        true => auto(s)?,
        false => choose(s, &args.names, false)?,
    };
    // What was interrupted may be in no registry; its start says what became of it.
    for name in &chosen {
        all.entry(name.clone()).or_default();
    }
    let graph = boot::with_what_they_need(&all, chosen);
    let turns = Starting { s, boots, running: running(s) };
    let (queue, mut outcomes) = without_flaws(&graph, &turns);
    again.iter().for_each(|o| turns.tell(o));
    outcomes.extend(again);
    if s.global.dry_run {
        outcomes.extend(dry(s, queue, &graph, &turns));
    } else {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = s.global.jobs.map_or(cores.max(4), usize::from);
        outcomes.extend(flow::run(queue, jobs, &turns));
    }
    Ok(flow::end(s, &outcomes))
}

/// Whether locks are to be taken: not for a dry run, nor where there is no workdir. Its storage may not be mounted, and
/// nothing must be put in its place.
pub fn locks(s: &Session) -> bool {
    !s.global.dry_run && s.layout.lock(LOCK).as_path().parent().is_some_and(Path::is_dir)
}

/// Refused while a shutdown is at work.
fn at_work(s: &Session) -> Result<Lock> {
    lock::shared(&s.layout, LOCK).map_err(|e| Error { object: "boot".into(), ..e })
}

/// Where every environment stands, and what its file says of its boot. One whose file can't be read comes after nothing.
pub fn graph(s: &Session) -> Result<(Graph, BTreeMap<EnvName, Boot>)> {
    let (mut graph, mut boots) = (Graph::new(), BTreeMap::new());
    for (name, entry) in s.registry()? {
        let boot = entry.env.map(|e| e.boot).unwrap_or_default();
        graph.insert(name.clone(), Place { after: boot.after.clone(), order: boot.order });
        boots.insert(name, boot);
    }
    Ok((graph, boots))
}

/// Says whose boot.after names one that is gone, or called otherwise, from now on.
pub fn warn_of_missing(s: &Session, name: &EnvName, leaving: &[EnvName], outcome: &mut Outcome) {
    if !outcome.result.as_ref().is_ok_and(|d| d.changed) {
        return;
    }
    let Ok((_, boots)) = graph(s) else { return };
    for (other, _) in boots.iter().filter(|(n, b)| b.after.contains(name) && !leaving.contains(n)) {
        let text = format!(
            "{other} will not boot: its boot.after still names {name} (jug {} {other} boot.after-={name})",
            s.verb(other, "set")
        );
        outcome.warnings.push(text);
    }
}

/// All that are to be started at boot. Whether one is whose file can't be read nobody knows: its start will fail, which
/// is better than that it is missed by nobody.
fn auto(s: &Session) -> Result<Vec<EnvName>> {
    let wanted = |e: &crate::store::registry::Entry| e.env.as_ref().map_or(true, at_boot);
    Ok(s.registry()?.into_iter().filter(|(_, e)| wanted(e)).map(|(n, _)| n).collect())
}

/// Those that run already, and need wait for nothing. If that can't be known, each start says why.
fn running(s: &Session) -> BTreeSet<EnvName> {
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() }).unwrap_or_default();
    facts.containers.iter().filter(|c| c.running).filter_map(|c| c.name.parse().ok()).collect()
}

/// Takes those out that can have no turn, with all that come after them, and says so.
fn without_flaws(graph: &Graph, turns: &Starting<'_>) -> (Queue, Vec<Outcome>) {
    let mut queue = Queue::new(graph);
    let flaws = boot::flaws(graph);
    queue.retain(|name| !flaws.contains_key(name));
    let mut outcomes = Vec::new();
    for (name, flaw) in &flaws {
        let set = turns.s.verb(name, "set");
        let error = match flaw {
            Flaw::Unknown(missing) => {
                let near = nearest(missing.as_str(), turns.boots.keys().map(EnvName::as_str));
                let e = Error::not_found(
                    name,
                    format!("boot.after names {missing}, and there is no such environment"),
                );
                e.next(match near {
                    Some(near) => format!(
                        "did you mean {near}? jug {set} {name} boot.after-={missing} boot.after+={near}"
                    ),
                    None => format!("jug {set} {name} boot.after-={missing}"),
                })
            }
            Flaw::Circle(way) => {
                let way: Vec<&str> = way.iter().map(EnvName::as_str).collect();
                Error::usage(name, format!("boot.after goes round in a circle: {}", way.join(" -> ")))
                    .next(format!("take one of them out: jug {set} {name} boot.after-={}", way[1]))
            }
        };
        outcomes.push(turns.refused(name, error));
        outcomes.extend(queue.failed(name).iter().map(|skipped| turns.skip(skipped)));
    }
    outcomes.iter().for_each(|o| turns.tell(o));
    (queue, outcomes)
}

/// The order, and the plan of each, one after the other.
fn dry(s: &Session, mut queue: Queue, graph: &Graph, turns: &Starting<'_>) -> Vec<Outcome> {
    if !s.global.json {
        out("#!/bin/sh\n# jug boot: each as soon as all it comes after are up\n");
        let mut line = queue.clone();
        while let Some((_, name)) = line.turn() {
            out(&format!("#  {name}{}\n", turns.conditions(&name, graph)));
            line.done(&name);
        }
    }
    let mut outcomes = Vec::new();
    while let Some((_, name)) = queue.turn() {
        let outcome = turns.work(&name);
        let failed = outcome.result.is_err();
        outcomes.push(outcome);
        if failed {
            outcomes.extend(queue.failed(&name).iter().map(|skipped| turns.skip(skipped)));
        } else {
            queue.done(&name);
        }
    }
    outcomes.iter().for_each(|o| turns.tell(o));
    outcomes
}

/// The turns of a boot.
struct Starting<'a> {
    s: &'a Session,
    boots: BTreeMap<EnvName, Boot>,
    running: BTreeSet<EnvName>,
}

impl Starting<'_> {
    /// What its start hangs on, in words.
    fn conditions(&self, name: &EnvName, graph: &Graph) -> String {
        let after: Vec<&str> =
            graph.get(name).into_iter().flat_map(|p| &p.after).map(EnvName::as_str).collect();
        let mut all = Vec::new();
        if !after.is_empty() {
            all.push(format!("after {}", after.join(", ")));
        }
        if let Some(boot) = self.boots.get(name).filter(|_| !self.running.contains(name)) {
            let limit = match boot.wait_limit {
                0 => String::new(),
                seconds => format!(", {seconds} s at most"),
            };
            let things: Vec<String> = boot.wait_for.iter().map(WaitFor::to_string).collect();
            if !things.is_empty() {
                all.push(format!("once there is {}{limit}", things.join(", ")));
            }
            if boot.delay > 0 {
                all.push(format!("{} s before what comes after it", boot.delay));
            }
        }
        if all.is_empty() { String::new() } else { format!(": {}", all.join("; ")) }
    }
}

impl Turns for Starting<'_> {
    fn session(&self) -> &Session {
        self.s
    }
    fn verb(&self) -> &'static str {
        "boot"
    }
    fn halt(&self) -> Option<fn(&EnvName) -> Error> {
        halted(self.s)
    }
    fn waits(&self, name: &EnvName) -> bool {
        !self.running.contains(name) && self.boots.get(name).is_some_and(|b| !b.wait_for.is_empty())
    }
    fn wait(&self, name: &EnvName) -> Option<Outcome> {
        let error = await_all(self.s, name, self.boots.get(name)?).err()?;
        Some(self.refused(name, error))
    }
    fn work(&self, name: &EnvName) -> Outcome {
        super::jstart::one(self.s, name, false)
    }
    fn leave(&self, name: &EnvName, outcome: &Outcome) -> Option<Duration> {
        let done = outcome.result.as_ref().ok()?;
        let delay = self.boots.get(name).filter(|_| done.changed).map_or(0, |b| b.delay);
        Some(Duration::from_secs(delay.into()))
    }
}

/// A boot begins nothing more once a shutdown has begun.
fn halted(s: &Session) -> Option<fn(&EnvName) -> Error> {
    let shut_down = |name: &EnvName| {
        Error::busy(name, "jug shutdown began before its turn came").next("jug boot, once that is over")
    };
    flow::signalled().or(lock::is_held(&s.layout, shutdown::LOCK).then_some(shut_down))
}

/// Waits for all that must be there, one after the other.
fn await_all(s: &Session, name: &EnvName, boot: &Boot) -> Result<()> {
    let begun = Instant::now();
    let limit = (boot.wait_limit > 0).then(|| Duration::from_secs(boot.wait_limit.into()));
    for what in &boot.wait_for {
        let mut pause = Duration::from_millis(100);
        loop {
            let left = limit.map_or(Duration::MAX, |l| l.saturating_sub(begun.elapsed()));
            match there(s, what, left) {
                Ok(()) => break,
                // What can't be asked for will not come either.
                Err(e) if e.code == Code::HostLacks => {
                    return Err(Error { object: name.to_string(), reason: format!("{what}: {e}"), ..e });
                }
                Err(_) => {}
            }
            if let Some(why) = halted(s) {
                return Err(why(name));
            }
            if left.is_zero() {
                let reason = format!("{what} was not there within {} s (boot.wait_limit)", boot.wait_limit);
                return Err(Error::new(Code::Timeout, name, reason)
                    .next(format!("see why it is not, then jug boot {name}")));
            }
            s.host.pause(pause.min(left));
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }
    Ok(())
}

/// Whether something is there now. A pool or a peer may not answer at all, so these are asked by another process.
fn there(s: &Session, what: &WaitFor, left: Duration) -> Result<()> {
    let limit = match what {
        WaitFor::Mount(_) => None,
        WaitFor::Tcp(..) | WaitFor::Dataset(_) => Some(left.as_secs().clamp(1, 10)),
    };
    let action = Action { effect: Effect::Expect(boot::guard(what)), when: None, limit };
    perform::action(&s.ctx(false), &action, &mut |_| {}, &mut Vec::new()).map(drop)
}
