//! What doctor says of the packet filter: what it lacks, rules that ought to be loaded and are not, and rules of jug's
//! that nobody has any more.

use super::cure::Cure;
use super::exposures::{self, Lost};
use super::orphan_links::{runs, settled};
use super::session::Session;
use super::{doctor, networks};
use crate::apply::guards::holds;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::{Host, RunError, fs};
use crate::model::env::Env;
use crate::model::name::EnvName;
use crate::plan::rules;
use crate::platform::filter;
use crate::store::lock;
use doctor::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// Looks at facts that have the packet filter, containers and interfaces. What is named in `skip` can't be judged.
pub(super) fn look(
    s: &Session,
    facts: &Facts,
    envs: &BTreeMap<EnvName, Env>,
    skip: &BTreeSet<String>,
) -> Result<Vec<Finding>> {
    let Some(loaded) = &facts.filter else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    let translated = networks::all(s)?.values().any(|n| n.nat.is_some());
    if translated || envs.values().any(|e| !e.expose.is_empty()) {
        all.extend(lacks(facts));
    }
    for what in exposures::lost(s, facts)? {
        let (object, of) = match &what {
            Lost::Ports(name) => (name.to_string(), "published ports"),
            Lost::Network(name) => (name.to_string(), "rules"),
        };
        all.push(Finding {
            kind: "missing",
            object,
            reason: format!("its {of} are not loaded in the packet filter: it was flushed"),
            next: "jug doctor --fix loads them again".into(),
            cure: Some(Cure::Load(what)),
        });
    }
    for place in &loaded.loaded {
        let Some((uuid, network)) = filter::whose(place) else { continue };
        let whose = envs.iter().find(|(_, e)| e.uuid == uuid).map(|(n, _)| n.clone());
        if needed_now(s, facts, uuid, network)? || (whose.is_none() && !skip.is_empty()) {
            continue;
        }
        let at_work = whose.as_ref().is_some_and(|n| {
            lock::is_held(&s.layout, n.as_str()) || s.layout.journal(n.as_str()).as_path().exists()
        });
        if at_work {
            continue;
        }
        all.push(Finding {
            kind: "orphan",
            object: place.clone(),
            reason: match (&whose, network) {
                (Some(name), _) => format!("the packet filter leads ports to {name}, which does not run"),
                (None, false) => format!("the packet filter leads ports to {uuid}, which does not run here"),
                (None, true) => "it is of a network that this node does not know".into(),
            },
            next: "jug doctor --fix removes it".into(),
            cure: Some(Cure::Unload { place: place.clone(), whose }),
        });
    }
    Ok(all)
}

/// What keeps rules from having an effect.
fn lacks(facts: &Facts) -> Vec<Finding> {
    let finding = |reason: String, next: String| Finding {
        kind: "lacks",
        object: "packet filter".into(),
        reason,
        next,
        cure: None,
    };
    let mut all = Vec::new();
    if let Err(e) = rules::ready(&"", "NAT or published ports are wanted", facts) {
        all.push(finding(e.reason, e.next.unwrap_or_default()));
    }
    for rule in facts.filter.iter().flat_map(|f| &f.swallowing) {
        all.push(finding(
            format!(
                "the rule `{rule}` of the main set comes before jug's anchors and leaves nothing to them"
            ),
            "move the lines with \"jug/*\" before it in /etc/pf.conf, then: service pf reload".into(),
        ));
    }
    all
}

/// Whether somebody has what a place is for, in whatever workdir.
fn needed_now(s: &Session, facts: &Facts, uuid: uuid::Uuid, network: bool) -> Result<bool> {
    if !network {
        return Ok(runs(facts, uuid));
    }
    let mark = format!("jug:{uuid}");
    Ok(facts.interfaces.iter().any(|i| i.description == mark)
        || networks::all(s)?.values().any(|n| n.uuid == uuid))
}

/// Takes away the rules of a place that is still nobody's.
pub fn unload(s: &Session, place: &str, whose: Option<&EnvName>) -> Result<()> {
    let (_lock, facts) = settled(s, whose)?;
    if filter::whose(place).is_none_or(|(uuid, n)| needed_now(s, &facts, uuid, n).unwrap_or(true)) {
        return Ok(());
    }
    for (there, cmd) in filter::unload(s.platform.kind(), place) {
        if !holds(&s.ctx(true), &there)? {
            continue;
        }
        let done = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
        if !done.ok() {
            return Err(RunError::failed(&cmd, &done).into());
        }
    }
    if let Some(name) = whose {
        fs::remove_file(s.layout.rules(name).as_path())?;
    }
    Ok(())
}
