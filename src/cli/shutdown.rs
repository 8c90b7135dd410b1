//! shutdown

use super::boot;
use super::flow::{self, Turns};
use super::jstop;
use super::session::Session;
use crate::error::{Code, Result};
use crate::facts::gather::Wanted;
use crate::host::{Host, deadline};
use crate::model::name::EnvName;
use crate::plan::boot::{Queue, mirror, turns_behind};
use crate::plan::hurry;
use crate::report::results::Outcome;
use crate::report::table::out;
use crate::store::lock::{self, Lock};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The most that are stopped at once, unless --jobs says otherwise: a stop mostly waits.
const AT_ONCE: usize = 64;
/// Kept back of the total time.
const MARGIN: Duration = Duration::from_secs(5);

/// Held by a shutdown from its beginning, so that a boot begins nothing more.
pub const LOCK: &str = ".shutdown";

/// Stop all jails of jug's that run, what comes after others first, within a total time
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seconds in which all of it is to end; the limits of each stop are cut to what is left
    #[arg(long, value_name = "SECONDS", default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..=86400))]
    timeout: u32,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let whole = Duration::from_secs(args.timeout.into());
    // What is ended at its deadline takes a moment to end, and what unmounts after that another.
    let end = Instant::now() + (whole - MARGIN.min(whole / 10));
    if !s.global.dry_run {
        s.need_root("shutdown")?;
    }
    // The host goes down in any case, and with it what was not written.
    s.force.store(true, std::sync::atomic::Ordering::Relaxed);
    let begun = if boot::locks(s) { begin(s, whole / 2)? } else { Begun::default() };
    let running = running(s, end, &begun)?;
    if running.is_empty() && !s.global.quiet {
        eprintln!("jug: nothing of jug's runs");
    }
    let (mut graph, _) = boot::graph(s)?;
    for name in &running {
        graph.entry(name.clone()).or_default();
    }
    let graph = mirror(&graph);
    let jobs = s.global.jobs.map_or(running.len().min(AT_ONCE), usize::from).max(1);
    let turns = Stopping {
        s,
        end,
        jobs,
        behind: turns_behind(&graph, &|n| running.contains(n)),
        left: AtomicUsize::new(running.len()),
        running,
    };
    let queue = Queue::new(&graph);
    let outcomes = match s.global.dry_run {
        true => turns.dry(queue),
        false => flow::run(queue, jobs, &turns),
    };
    Ok(flow::end(s, &outcomes))
}

/// What keeps a boot away while this lasts.
#[derive(Debug, Default)]
struct Begun {
    /// No lock of it, where another shutdown has it.
    _off: Option<Lock>,
    /// None where a boot is still at work.
    boot: Option<Lock>,
}

/// Lets no boot begin anything more, and waits until those at work have ended. What takes longer to start is waited for
/// when its turn to be stopped comes.
fn begin(s: &Session, patience: Duration) -> Result<Begun> {
    let taken = |lock: Result<Lock>| match lock {
        Err(e) if e.code == Code::Busy => Ok(None),
        other => other.map(Some),
    };
    let _off = taken(lock::exclusive(&s.layout, LOCK, "shutdown"))?;
    let boot = taken(lock::wait(&s.layout, boot::LOCK, "shutdown", patience.as_secs()))?;
    Ok(Begun { _off, boot })
}

/// All of jug's that runs, or has left something that a start noted: fenced ones and those whose file is broken or gone
/// as well, as long as it is known what they were started with.
fn running(s: &Session, end: Instant, begun: &Begun) -> Result<BTreeSet<EnvName>> {
    let _due = deadline::by(end);
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let ours = |c: &crate::facts::Container| {
        let name: EnvName = c.name.parse().ok()?;
        let env = jstop::known(s, &name).ok()?;
        (c.uuid == Some(env.uuid)).then_some(name)
    };
    let mut all: BTreeSet<EnvName> = facts.containers.iter().filter_map(ours).collect();
    if s.saved.is_none() {
        // What a boot is still starting may not be noted yet.
        let starting = |n: &EnvName| begun.boot.is_none() && lock::is_held(&s.layout, n.as_str());
        let noted = |n: &EnvName| s.layout.started(n).as_path().exists() || starting(n);
        all.extend(s.registry()?.into_keys().filter(noted));
    }
    Ok(all)
}

/// The turns of a shutdown.
struct Stopping<'a> {
    s: &'a Session,
    end: Instant,
    jobs: usize,
    running: BTreeSet<EnvName>,
    /// How many must wait for it, one after the other.
    behind: BTreeMap<EnvName, usize>,
    /// How many have not had their turn.
    left: AtomicUsize,
}

impl Stopping<'_> {
    /// When its stop must have ended, so that there is time for those that come later.
    fn by(&self, name: &EnvName) -> Instant {
        let later = self.left.fetch_sub(1, Ordering::Relaxed).saturating_sub(1).div_ceil(self.jobs);
        // Those that are at work beside it need no turn after it.
        let later = if self.running.len() > self.jobs { later } else { 0 };
        let turns = self.behind.get(name).copied().unwrap_or_default().max(later);
        let now = Instant::now();
        now + hurry::share(self.end.saturating_duration_since(now), turns)
    }

    /// The order, and the plan of each.
    fn dry(&self, mut queue: Queue) -> Vec<Outcome> {
        let mut line = Vec::new();
        while let Some((_, name)) = queue.turn() {
            queue.done(&name);
            line.push(name);
        }
        line.retain(|n| self.concerns(n));
        if !self.s.global.json {
            out("#!/bin/sh\n# jug shutdown: each as soon as all that come after it have ended\n");
            line.iter().for_each(|n| out(&format!("#  {n}\n")));
        }
        let outcomes: Vec<Outcome> = line.iter().map(|n| self.work(n)).collect();
        outcomes.iter().for_each(|o| self.tell(o));
        outcomes
    }
}

impl Turns for Stopping<'_> {
    fn session(&self) -> &Session {
        self.s
    }
    fn verb(&self) -> &'static str {
        "shutdown"
    }
    fn concerns(&self, name: &EnvName) -> bool {
        self.running.contains(name)
    }
    fn work(&self, name: &EnvName) -> Outcome {
        let by = self.by(name);
        let _due = deadline::by(by);
        // A start that is still at work is interrupted by whoever ends it; its jail must not be left running.
        while !self.s.global.dry_run && lock::is_held(&self.s.layout, name.as_str()) && !deadline::passed() {
            self.s.host.pause(Duration::from_millis(100));
        }
        jstop::within(self.s, name, by)
    }
    fn leave(&self, _: &EnvName, _: &Outcome) -> Option<Duration> {
        // One that can't be stopped keeps no other from being stopped in order.
        Some(Duration::ZERO)
    }
}
