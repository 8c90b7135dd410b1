//! What is to be sent so that another side has a snapshot as well: pure, over what both sides have.

use super::{Effect, Plan, Step};
use crate::error::{Error, Result};
use crate::model::name::{DatasetName, printable};
use crate::model::replica::Target;
use crate::model::side::{Point, Side, State};
use crate::plan::moment::list;
use crate::programs::replica;
use std::collections::BTreeMap;

/// How one dataset gets to the other side. There is one stream at most, and it is the smallest that leads there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is there.
    Nothing,
    /// The rest of a stream that broke off.
    Resume(String),
    /// All of it: nothing of it is there.
    Whole,
    /// What has changed since a snapshot of this side, or since the bookmark of one that is gone.
    Since(Anchor),
}

/// What an increment begins at, on this side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A snapshot.
    Snapshot(String),
    /// A bookmark.
    Bookmark(String),
}

/// Why nothing can be sent: the other side has what this one has not. Both lists begin after the last that they share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diverged {
    /// The last that both have.
    pub common: Option<String>,
    /// What only the other side has.
    pub theirs: Vec<String>,
    /// What only this side has.
    pub ours: Vec<String>,
    /// Which of theirs jug holds there, for this replication or another: those go only once they are released.
    pub held: Vec<String>,
}

/// Whether two are the same snapshot. ZFS that knows guids is asked for those; else the names, the seconds in which they
/// were taken, and jug's marks must agree, of which the other side's may not have been set yet.
pub fn same(here: &Point, there: &Point) -> bool {
    match (here.guid, there.guid) {
        (Some(a), Some(b)) => a == b,
        _ => {
            here.name == there.name
                && here.created == there.created
                && (there.mark.is_none() || here.mark == there.mark)
        }
    }
}

/// The way to `to`, a snapshot of `here`. An increment is taken only by the side whose newest snapshot it begins at
/// (zfs-receive(8)), so that one has to be known here.
///
/// # Errors
/// It is not, and something is there.
pub fn way(here: &State, there: Option<&State>, to: &Point) -> std::result::Result<Way, Diverged> {
    let Some(there) = there else { return Ok(Way::Whole) };
    if let Some(token) = &there.token {
        return Ok(Way::Resume(token.clone()));
    }
    let known = |p: &Point| here.snapshots.iter().find(|s| same(s, p));
    let Some(newest) = there.snapshots.last() else { return Err(diverged(here, there)) };
    if let Some(it) = known(newest) {
        // What is there already may be newer than what was asked for.
        let place = |p: &Point| here.snapshots.iter().position(|s| s.name == p.name);
        return Ok(if place(it) >= place(to) {
            Way::Nothing
        } else {
            Way::Since(Anchor::Snapshot(it.name.clone()))
        });
    }
    // A bookmark has no name in common with the snapshot it was made of: only a guid tells it.
    let bookmark = |b: &&Point| b.guid.is_some() && b.guid == newest.guid;
    match here.bookmarks.iter().find(bookmark) {
        Some(b) => Ok(Way::Since(Anchor::Bookmark(b.name.clone()))),
        None => Err(diverged(here, there)),
    }
}

fn diverged(here: &State, there: &State) -> Diverged {
    let known = |p: &&Point| here.snapshots.iter().find(|s| same(s, p)).cloned();
    let last = there.snapshots.iter().rposition(|p| known(&p).is_some());
    let common = last.and_then(|i| known(&&there.snapshots[i]));
    let names = |all: &[Point]| all.iter().map(|p| p.name.clone()).collect();
    let theirs = &there.snapshots[last.map_or(0, |i| i + 1)..];
    let since = |c: &Point| here.snapshots.iter().position(|s| s.name == c.name).map_or(0, |i| i + 1);
    Diverged {
        theirs: names(theirs),
        held: theirs.iter().filter(|p| p.common.is_some()).map(|p| p.name.clone()).collect(),
        ours: names(&here.snapshots[common.as_ref().map_or(0, since)..]),
        common: common.map(|c| c.name),
    }
}

impl Diverged {
    /// The refusal, with both lists.
    pub fn error(&self, object: &str, target: &Target, dataset: &str) -> Error {
        let of = |all: &[String]| match all {
            [] => "nothing".to_string(),
            all => list(all.iter().map(String::as_str)),
        };
        let since = match &self.common {
            Some(name) => format!("since {name}, which both have,"),
            None => "no snapshot is on both sides:".into(),
        };
        let release = |deep: &str| {
            let of = |name: &String| format!(" '{dataset}@{name}'");
            match self.held.iter().map(of).collect::<String>() {
                all if all.is_empty() => all,
                all => format!("zfs release {deep}{}{all} && ", replica::TAG),
            }
        };
        let next = match &self.common {
            Some(name) => format!(
                "look what was changed there; {}zfs rollback -r '{dataset}@{name}' there gives that up, or choose another target",
                release("")
            ),
            None => format!(
                "choose another target; or, if {dataset} there is not needed, {}zfs destroy -r '{dataset}' there",
                release("-r ")
            ),
        };
        Error::conflict(
            object,
            format!(
                "{target}: {} has diverged: {since} only that side has {}, and only this side {}",
                printable(dataset),
                of(&self.theirs),
                of(&self.ours)
            ),
        )
        .next(next)
    }
}

/// What `jug:common` of a snapshot says of replications: their targets, those on their way with a `+`.
fn targets(point: &Point) -> Vec<&str> {
    point.common.as_deref().map_or(Vec::new(), |c| c.split(',').filter(|t| !t.is_empty()).collect())
}

/// The last snapshot that a replication has on both sides, as this side knows it.
pub fn last<'a>(state: &'a State, target: &str) -> Option<&'a Point> {
    state.snapshots.iter().rev().find(|s| targets(s).contains(&target))
}

/// All targets that this side knows of.
pub fn known_targets(state: &State) -> Vec<&str> {
    let mut all: Vec<&str> =
        state.snapshots.iter().flat_map(targets).filter(|t| !t.starts_with('+')).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Bytes written since a snapshot to all datasets that have it, where ZFS tells: what each snapshot after it added, and
/// what was written since the newest. What was overwritten from one to the next counts each time.
pub fn written(side: &Side, since: &str) -> Option<u64> {
    let of = |state: &State| {
        let at = state.snapshots.iter().position(|p| p.name == since)?;
        let all = state.snapshots[at + 1..].iter().map(|p| p.written).chain([state.written]);
        Some(all.sum::<Option<u64>>())
    };
    side.datasets.values().filter_map(of).sum()
}

/// A snapshot of one dataset of an environment: which dataset, and its state on this side.
fn members<'a>(root: &DatasetName, side: &'a Side, to: &'a str) -> Vec<(DatasetName, &'a State, &'a Point)> {
    let of = |(child, state): (&'a String, &'a State)| {
        let point = state.snapshots.iter().find(|s| s.name == to)?;
        Some((replica::below(root, child).ok()?, state, point))
    };
    side.datasets.iter().filter_map(of).collect()
}

/// Keeps what is about to be sent from being destroyed meanwhile, here and by whoever else: until it is on both sides, or
/// a later one is, it is held, and says for whom.
pub fn protect(object: &str, target: &Target, root: &DatasetName, side: &Side, to: &str) -> Plan {
    let mut plan = Plan::new("replicate", object);
    for (dataset, _, point) in members(root, side, to) {
        let mut all = targets(point);
        let (done, coming) = (target.to_string(), format!("+{target}"));
        if all.iter().any(|t| *t == done || *t == coming) {
            // Whoever said so may have died before it was held.
            let snapshot = format!("{dataset}@{to}");
            plan.push(Step::run(format!("see that {snapshot} is held"), replica::hold(&snapshot)));
            continue;
        }
        let before = point.common.clone();
        all.push(&coming);
        plan.steps.extend(say(&dataset, to, before.as_deref(), &all));
    }
    plan
}

/// Once all is there: says so, makes a bookmark of it where ZFS has such, and lets go what was common before.
pub fn settle(
    object: &str,
    target: &Target,
    root: &DatasetName,
    side: &Side,
    to: &str,
    openzfs: bool,
) -> Plan {
    let mut plan = Plan::new("replicate", object);
    let (done, coming) = (target.to_string(), format!("+{target}"));
    // Those that are common now first: until they are, the former ones are what the next increment begins at.
    let mut later = Vec::new();
    for (dataset, state, point) in members(root, side, to) {
        let mut all = targets(point);
        all.retain(|t| *t != coming && *t != done);
        all.push(&done);
        plan.steps.extend(say(&dataset, to, point.common.as_deref(), &all));
        if openzfs {
            later.extend(bookmark(&dataset, state, point, target));
        }
        for old in state.snapshots.iter().filter(|s| s.name != to) {
            let mut all = targets(old);
            let before = all.len();
            all.retain(|t| *t != coming && *t != done);
            if all.len() < before {
                later.extend(say(&dataset, &old.name, old.common.as_deref(), &all));
            }
        }
    }
    plan.point_of_no_return();
    plan.steps.extend(later);
    plan
}

/// Gives up a replication: nothing on this side is kept for it any more. What is on the other side stays there.
pub fn forget(object: &str, target: &Target, root: &DatasetName, side: &Side) -> Result<Plan> {
    let mut plan = Plan::new("replicate", object);
    plan.point_of_no_return();
    let (done, coming) = (target.to_string(), format!("+{target}"));
    let name = replica::bookmark_name(target);
    for (child, state) in &side.datasets {
        let dataset = replica::below(root, child)?;
        for point in &state.snapshots {
            let mut all = targets(point);
            let before = all.len();
            all.retain(|t| *t != coming && *t != done);
            if all.len() < before {
                plan.steps.extend(say(&dataset, &point.name, point.common.as_deref(), &all));
            }
        }
        if state.bookmarks.iter().any(|b| b.name == name) {
            let destroy = replica::destroy_bookmark(&format!("{dataset}#{name}"));
            plan.push(Step::run("give up its bookmark", destroy));
        }
    }
    Ok(plan)
}

/// The steps that change what a snapshot says, and hold or release it.
fn say(dataset: &DatasetName, name: &str, before: Option<&str>, all: &[&str]) -> Vec<Step> {
    let snapshot = format!("{dataset}@{name}");
    let text = all.join(",");
    if before == Some(text.as_str()) {
        return Vec::new();
    }
    let back = match before {
        Some(text) => replica::set_common(&snapshot, text),
        None => replica::unset_common(&snapshot),
    };
    let release = Step::run(format!("release {snapshot}"), replica::release(&snapshot));
    if all.is_empty() {
        return vec![
            release,
            Step::run(format!("{snapshot} is needed no more"), replica::unset_common(&snapshot)),
        ];
    }
    let said = Step::run(format!("note who needs {snapshot}"), replica::set_common(&snapshot, &text))
        .undo(Effect::Run(back));
    // Whoever said something before may have died before it was held.
    let hold = Step::run(format!("hold {snapshot}"), replica::hold(&snapshot));
    let hold = if before.is_none() { hold.undo(Effect::Run(replica::release(&snapshot))) } else { hold };
    vec![said, hold]
}

/// The bookmark that is left of the last common snapshot, should that be lost: one for each target. Each step bears being
/// begun twice.
fn bookmark(dataset: &DatasetName, state: &State, to: &Point, target: &Target) -> Vec<Step> {
    let name = replica::bookmark_name(target);
    let full = format!("{dataset}#{name}");
    let mut steps = Vec::new();
    match state.bookmarks.iter().find(|b| b.name == name) {
        Some(b) if b.guid == to.guid => return steps,
        Some(_) => {
            steps.push(Step::run("give up the bookmark of the former one", replica::destroy_bookmark(&full)))
        }
        None => {}
    }
    let snapshot = format!("{dataset}@{}", to.name);
    steps.push(Step::run(format!("keep a bookmark of {snapshot}"), replica::bookmark(&snapshot, &full)));
    steps
}

/// What an environment has to send, dataset by dataset, parents first.
pub fn ways(
    object: &str,
    target: &Target,
    here: &Side,
    there: &BTreeMap<String, State>,
    (to, root): (&str, &str),
) -> Result<Vec<(String, Way)>> {
    let mut all = Vec::new();
    for (child, state) in &here.datasets {
        let Some(point) = state.snapshots.iter().find(|s| s.name == to) else { continue };
        let other = there.get(child);
        let way = way(state, other, point).map_err(|d| {
            d.error(
                object,
                target,
                &if child.is_empty() { root.to_string() } else { format!("{root}/{child}") },
            )
        })?;
        all.push((child.clone(), way));
    }
    Ok(all)
}

/// Whether what is there already is as a replica has to be: zfs-fuse can't make it so while it receives.
pub fn is_settled(there: &State, uuid: uuid::Uuid) -> bool {
    let held = there.snapshots.last().is_some_and(|p| p.common.is_some());
    there.replica == Some(uuid) && there.readonly && (there.noauto || there.kind != "filesystem") && held
}

/// Refuses a place that is not the replica of this environment.
///
/// # Errors
/// It is an environment's own dataset, or the replica of another.
pub fn may_receive(
    object: &str,
    uuid: uuid::Uuid,
    root: &str,
    there: &BTreeMap<String, State>,
) -> Result<()> {
    let shown =
        |child: &str| printable(&if child.is_empty() { root.to_string() } else { format!("{root}/{child}") });
    for (child, state) in there {
        if let Some(own) = state.uuid {
            return Err(Error::conflict(
                object,
                format!("{} is the dataset of an environment, {own}, and no replica", shown(child)),
            )
            .next("choose another target"));
        }
        if let Some(other) = state.replica.filter(|u| *u != uuid) {
            return Err(Error::conflict(
                object,
                format!("{} is the replica of another environment, {other}", shown(child)),
            )
            .next("choose another target"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "replicate_tests.rs"]
mod tests;
