//! What was taken of an environment under one name: snapshots of all its datasets, or of some.

use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::name::{DatasetName, EnvName, nearest, printable};
use crate::model::snapshot::{PREFIX, label};
use crate::programs::zfs_snapshot::Snapshot;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What was taken of an environment under one name: a snapshot of each of its datasets, or of some.
#[derive(Debug)]
pub struct Moment<'a> {
    /// What follows the `@`.
    pub name: &'a str,
    /// The snapshots, of the uppermost dataset first.
    pub members: Vec<&'a Snapshot>,
    /// Datasets that are clones of one of them.
    pub clones: Vec<&'a str>,
    /// Why it can't be destroyed now, or should not be.
    pub stays: Option<String>,
}

impl Moment<'_> {
    /// When it was taken.
    pub fn created(&self) -> Timestamp {
        let second = self.members.iter().map(|m| m.created).min().unwrap_or_default();
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }
    /// Whether jug took all of it. A name is no proof, nor is a mark that was handed down (F5.1).
    pub fn ours(&self) -> bool {
        self.name.starts_with(PREFIX) && self.members.iter().all(|m| m.mark.is_some())
    }
    /// The snapshot of one dataset.
    pub fn of(&self, dataset: &str) -> Option<&Snapshot> {
        self.members.iter().copied().find(|m| m.parts().0 == dataset)
    }
    /// How many hold it, at most, beside jug for its replications.
    pub fn holds(&self) -> u64 {
        let others = |m: &&Snapshot| m.holds.saturating_sub(u64::from(m.common.is_some()));
        self.members.iter().map(others).max().unwrap_or_default()
    }
    /// Bytes that only its snapshots have.
    pub fn used(&self) -> u64 {
        self.members.iter().map(|m| m.used).sum()
    }
    /// Bytes that its snapshots show.
    pub fn referenced(&self) -> u64 {
        self.members.iter().map(|m| m.referenced).sum()
    }
    /// The targets of replications that have it in common as the last.
    pub fn common(&self) -> Option<&str> {
        self.members.iter().find_map(|m| m.common.as_deref())
    }
}

/// All of one environment's, the oldest first.
pub fn moments<'a>(root: &DatasetName, facts: &'a Facts) -> Vec<Moment<'a>> {
    by_root([root], facts).remove(root).unwrap_or_default()
}

/// The same of several, in one go.
pub fn by_root<'r, 'a>(
    roots: impl IntoIterator<Item = &'r DatasetName>,
    facts: &'a Facts,
) -> BTreeMap<&'r DatasetName, Vec<Moment<'a>>> {
    let mut clones: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, dataset) in &facts.datasets {
        if let Some(origin) = &dataset.origin {
            clones.entry(origin).or_default().push(name);
        }
    }
    let mut of_root: BTreeMap<&'r DatasetName, Vec<&'a Snapshot>> =
        roots.into_iter().map(|r| (r, Vec::new())).collect();
    let names: BTreeMap<&str, &'r DatasetName> = of_root.keys().map(|r| (r.as_str(), *r)).collect();
    let mut known: BTreeMap<&str, Option<&'r DatasetName>> = BTreeMap::new();
    for snapshot in &facts.snapshots {
        let (dataset, _) = snapshot.parts();
        let root = *known.entry(dataset).or_insert_with(|| {
            let up = |d: &&'a str| d.rsplit_once('/').map(|(parent, _)| parent);
            std::iter::successors(Some(dataset), up).find_map(|d| names.get(d).copied())
        });
        if let Some(all) = root.and_then(|r| of_root.get_mut(r)) {
            all.push(snapshot);
        }
    }
    of_root.into_iter().map(|(root, all)| (root, group(all, &clones))).collect()
}

/// The snapshots of one environment, by name.
fn group<'a>(snapshots: Vec<&'a Snapshot>, clones: &BTreeMap<&str, Vec<&'a str>>) -> Vec<Moment<'a>> {
    let mut all: Vec<Moment<'a>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for snapshot in snapshots {
        let (_, name) = snapshot.parts();
        let at = *known.entry(name).or_insert_with(|| {
            all.push(Moment { name, members: Vec::new(), clones: Vec::new(), stays: None });
            all.len() - 1
        });
        all[at].members.push(snapshot);
        all[at].clones.extend(clones.get(snapshot.name.as_str()).into_iter().flatten());
    }
    for moment in &mut all {
        moment.stays = match (moment.holds(), moment.common(), moment.clones.first()) {
            (1.., ..) => Some("it is held".into()),
            (_, Some(targets), _) => Some(needed(targets)),
            (.., Some(clone)) => Some(format!("{clone} is a clone of it")),
            _ => None,
        };
    }
    // Those of one second stay as zfs(8) has them, which is how they were taken.
    all.sort_by_key(Moment::created);
    all
}

/// Why what replications need stays; with a `+`, it is on its way.
fn needed(targets: &str) -> String {
    let (coming, done): (Vec<&str>, Vec<&str>) = targets.split(',').partition(|t| t.starts_with('+'));
    let list = |all: &[&str]| printable(&all.join(", ").replace('+', ""));
    match done[..] {
        [] => format!("the replication to {} is to bring it there", list(&coming)),
        _ => format!("it is the last that the replication to {} has in common", list(&done)),
    }
}

/// Whether a dataset is this one or below it.
pub fn below(root: &DatasetName, name: &str) -> bool {
    name.strip_prefix(root.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The one that a user means: by its name, or by the word at its end if only one has that.
///
/// # Errors
/// There is none, or more than one.
pub fn find<'m, 'a>(object: &EnvName, moments: &'m [Moment<'a>], word: &str) -> Result<&'m Moment<'a>> {
    if let Some(it) = moments.iter().find(|m| m.name == word) {
        return Ok(it);
    }
    let labelled: Vec<&Moment<'a>> = moments.iter().filter(|m| label(m.name) == Some(word)).collect();
    let see = format!("jug snapshot-ls {object}");
    match labelled[..] {
        [one] => Ok(one),
        [] => {
            let names = moments.iter().flat_map(|m| [Some(m.name), label(m.name)]).flatten();
            let near = nearest(word, names).map_or(see, |n| format!("did you mean {n}?"));
            Err(Error::not_found(object, format!("it has no snapshot {}", printable(word))).next(near))
        }
        _ => Err(Error::usage(object, format!("{} of its snapshots are called {word}", labelled.len()))
            .next(format!("give the whole name: {}", list(labelled.iter().map(|m| m.name))))),
    }
}

/// Names for a message; of many, the first.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let all: Vec<&str> = names.into_iter().collect();
    let more = all.len().saturating_sub(SHOWN);
    let shown = all[..all.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
