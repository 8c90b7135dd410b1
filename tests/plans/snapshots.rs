//! Golden plans of the commands on snapshots, and what they refuse.

use super::{Node, UUID, golden, nodes, time};
use jug::error::Code;
use jug::facts::Facts;
use jug::model::env::{Env, Storage};
use jug::model::name::{EnvName, SnapshotName};
use jug::plan::guest::Guest;
use jug::plan::rollback::{self, Consent};
use jug::plan::snapshot::{self, Part};
use jug::plan::{Plan, Step, moment};
use jug::programs::zfs_snapshot::Snapshot;

const OLD: &str = "jug-20251231T235959Z-000-daily";
const NEW: &str = "jug-20260102T030000Z-000";

/// The facts with an old snapshot and a new one of an environment, one of somebody else between them, and one of a part.
fn facts(n: &Node, root: &str) -> Facts {
    let mut facts = n.facts.clone();
    let sets: Vec<String> = facts.datasets.keys().filter(|d| d.starts_with(root)).cloned().collect();
    for set in sets {
        for (label, created, mark) in [
            (OLD, 1_767_225_599, Some(UUID)),
            ("monday", 1_767_229_200, None),
            (NEW, 1_767_322_800, Some(UUID)),
        ] {
            let name = format!("{set}@{label}");
            facts.snapshots.push(Snapshot { name, created, mark, used: 4096, ..Snapshot::default() });
        }
    }
    let part = Snapshot { name: format!("{root}/data@jug-part"), mark: Some(UUID), ..Snapshot::default() };
    facts.snapshots.insert(0, part);
    facts
}

fn with(n: &Node, work: impl FnOnce(&Guest<'_>, Facts)) {
    let (name, env): (EnvName, _) = ("clone2".parse().unwrap(), n.env("clone2"));
    let root = env.dataset.clone().unwrap();
    work(&n.guest(&name, &env, None), facts(n, root.as_str()));
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_string()).collect()
}

#[test]
fn plans() {
    for n in nodes() {
        with(&n, |guest, facts| {
            let name: SnapshotName = "jug-20260102T030405Z-000-x".parse().unwrap();
            golden(&n, "snapshot", &snapshot::take(guest, &facts, &name, UUID).unwrap());
            let root = guest.env.dataset.as_ref().unwrap();
            let all = moment::moments(root, &facts);
            let prune = |foreign| {
                let keep = "last=1".parse().unwrap();
                snapshot::prune(guest, &facts, &all, (&keep, foreign), time()).unwrap().unwrap()
            };
            golden(&n, "snapshot-prune", &prune(false));
            golden(&n, "snapshot-prune-foreign", &prune(true));
            golden(&n, "snapshot-hold", &snapshot::hold(guest, &facts, &words(&["daily"]), true).unwrap());
            golden(
                &n,
                "snapshot-release",
                &snapshot::hold(guest, &facts, &words(&["daily"]), false).unwrap(),
            );
            let consent = Consent { newer: true, foreign: true };
            golden(&n, "snapshot-rollback", &rollback::plan(guest, &facts, OLD, consent, time()).unwrap());
            // Several environments at one moment.
            let mut plan = Plan::new("snapshot", "several");
            let part = |root| Part { root, uuid: UUID, name: name.clone() };
            let other = n.root.child("env").child("a b");
            plan.push(snapshot::step(
                "take snapshots of 2 environments".into(),
                &[part(root), part(&other)],
                UUID,
            ));
            golden(&n, "snapshot-several", &plan);
        });
    }
}

#[test]
fn refusals() {
    for n in nodes() {
        with(&n, |guest, facts| {
            let back = |facts: &Facts, word: &str, newer, foreign| {
                rollback::plan(guest, facts, word, Consent { newer, foreign }, time()).map(|p| p.steps.len())
            };
            let refused = |facts: &Facts, word: &str, newer, foreign, code, text: &str| {
                let e = back(facts, word, newer, foreign).unwrap_err();
                assert!(e.code == code && e.to_string().contains(text) && e.next.is_some(), "{word}: {e:?}");
            };
            refused(&facts, "nosuch", true, true, Code::NotFound, "nosuch");
            refused(&facts, OLD, false, false, Code::Conflict, "monday");
            refused(&facts, OLD, true, false, Code::Conflict, "did not take the snapshot monday");
            refused(&facts, "jug-part", true, true, Code::Conflict, "is not of");
            assert!(back(&facts, NEW, false, false).is_ok());
            // The newer one is held, or a replication's, or cloned: it does not go.
            for (change, code, text) in [
                (Box::new(|s: &mut Snapshot| s.holds = 1) as Box<dyn Fn(&mut Snapshot)>, Code::Busy, "held"),
                (Box::new(|s: &mut Snapshot| s.common = Some("backup".into())), Code::Conflict, "backup"),
            ] {
                let mut facts = facts.clone();
                facts.snapshots.iter_mut().filter(|s| s.name.ends_with(NEW)).for_each(change);
                refused(&facts, OLD, true, true, code, text);
                let e = snapshot::remove(guest, &facts, &words(&[NEW]), true).unwrap_err();
                assert_eq!(e.code, code, "{e:?}");
                let root = guest.env.dataset.as_ref().unwrap();
                let all = moment::moments(root, &facts);
                let keep = "last=1".parse().unwrap();
                let plan: Plan =
                    snapshot::prune(guest, &facts, &all, (&keep, true), time()).unwrap().unwrap();
                let gone = |s: &Step| format!("{:?}", s.action).contains(NEW);
                assert!(!plan.steps.iter().any(gone), "{plan}");
            }
            // A dataset that lost its stamp, and storage without snapshots.
            let mut lost = facts.clone();
            lost.datasets.values_mut().for_each(|d| d.uuid = None);
            refused(&lost, NEW, true, true, Code::Conflict, "identity");
            for storage in [Storage::Dir, Storage::External] {
                let env = Env { storage, dataset: None, ..guest.env.clone() };
                let e = snapshot::dataset(guest.name, &env).unwrap_err();
                assert!(e.code == Code::HostLacks && e.next.is_some(), "{e:?}");
            }
        });
    }
}

/// A list of names fits into an argument, and no name is lost.
#[test]
fn thirty_thousand_are_few_commands() {
    let [n, _] = nodes();
    with(&n, |guest, mut facts| {
        let root = guest.env.dataset.as_ref().unwrap();
        let sets: Vec<String> =
            facts.datasets.keys().filter(|d| d.starts_with(root.as_str())).cloned().collect();
        facts.snapshots.clear();
        for set in &sets {
            facts.snapshots.extend((0..30_000 / i64::try_from(sets.len()).unwrap()).map(|i| Snapshot {
                name: format!("{set}@jug-20250102T030405Z-{i:05}"),
                created: 1_700_000_000 + i * 60,
                mark: Some(UUID),
                ..Snapshot::default()
            }));
        }
        let all = moment::moments(root, &facts);
        let keep = "last=3,hourly=24,daily=7".parse().unwrap();
        let plan = snapshot::prune(guest, &facts, &all, (&keep, false), time()).unwrap().unwrap();
        assert!(plan.steps.len() < 20, "{} commands", plan.steps.len());
        let names: usize = plan
            .steps
            .iter()
            .map(|s| {
                let jug::plan::Effect::Run(cmd) = &s.action.effect else { panic!("{s:?}") };
                let last = cmd.args.last().unwrap();
                assert!(last.len() < 100_000 && cmd.args[1] == "-r", "{}", last.len());
                last.split(',').count()
            })
            .sum();
        assert_eq!(names, plan.notes.iter().filter(|n| n.starts_with(snapshot::DESTROY)).count());
    });
}
