//! Golden plans of replicate and jmigrate.

use super::{Node, UUID, golden, nodes};
use jug::model::env::Env;
use jug::model::name::{EnvName, SnapshotName};
use jug::model::replica::Target;
use jug::model::side::{Point, Side, State};
use jug::plan::{Plan, adopt, create, replicate};
use jug::programs::replica::SOURCE;

const FORMER: &str = "jug-20260101T000000Z-000-replica";
const LAST: &str = "jug-20260102T000000Z-000-replica";

/// What a side has: two snapshots of each dataset, of which these are common.
fn side(common: [Option<&str>; 2], replica: bool, volume: bool) -> Side {
    let point = |(i, name): (u64, &str)| Point {
        name: name.into(),
        guid: Some(i + 1),
        created: i64::try_from(i).unwrap(),
        mark: Some(UUID),
        common: common[usize::try_from(i).unwrap()].map(str::to_string),
        written: None,
    };
    let state = |kind: &str| State {
        kind: kind.into(),
        uuid: (!replica).then_some(UUID),
        replica: replica.then_some(UUID),
        readonly: replica,
        noauto: replica,
        snapshots: (0..).zip([FORMER, LAST]).map(point).collect(),
        ..State::default()
    };
    let mut side = Side::default();
    for child in ["", "data", "system"] {
        side.datasets.insert(child.into(), state("filesystem"));
    }
    if volume {
        side.datasets.insert("disk0".into(), state("volume"));
    }
    side
}

fn env(n: &Node) -> (EnvName, Env) {
    let mut env = Env { uuid: UUID, ..n.env("clone2") };
    env.dataset = Some(n.root.child("env").child("clone2"));
    env.owner.epoch = 2;
    ("clone2".parse().unwrap(), env)
}

#[test]
fn replications() {
    let target: Target = "nas:tank/backup".parse().unwrap();
    for n in nodes() {
        let (name, env) = env(&n);
        let root = env.dataset.as_ref().unwrap();
        let new = side([Some("nas:tank/backup"), None], false, false);
        golden(&n, "replicate-protect", &replicate::protect(name.as_str(), &target, root, &new, LAST));
        let sent = side([Some("nas:tank/backup"), Some("+nas:tank/backup")], false, false);
        let openzfs = n.platform.openzfs();
        golden(
            &n,
            "replicate-settle",
            &replicate::settle(name.as_str(), &target, root, &sent, LAST, openzfs),
        );
        golden(&n, "replicate-forget", &replicate::forget(name.as_str(), &target, root, &sent).unwrap());
        // What is so already is not done again.
        let done = side([None, Some("nas:tank/backup")], false, false);
        let again = replicate::settle(name.as_str(), &target, root, &done, LAST, false);
        assert!(again.steps.is_empty(), "{again}");
        let other: Target = "back".parse().unwrap();
        assert!(replicate::forget(name.as_str(), &other, root, &done).unwrap().steps.is_empty());
    }
}

#[test]
fn moves() {
    let last: SnapshotName = LAST.parse().unwrap();
    for n in nodes() {
        let (name, env) = env(&n);
        let guest = n.guest(&name, &env, None);
        let here = side([None, Some(SOURCE)], true, true);
        let own = ["", "data", "disk0", "system"];
        let mut plan = adopt::place(&guest, &here, &own, &last).unwrap();
        let undone = |p: &Plan| {
            p.steps.iter().flat_map(|s| &s.undo).map(|a| format!("{:?}", a.effect)).collect::<Vec<_>>()
        };
        // Undone, each dataset is as it was at its last snapshot, and nobody can write to it.
        let undo = undone(&plan);
        for words in ["rollback", "readonly=on", "jug:uuid"] {
            assert_eq!(undo.iter().filter(|u| u.contains(words)).count(), 4, "{words}: {undo:#?}");
        }
        create::register(&guest, &mut plan).unwrap();
        plan.point_of_no_return();
        plan.steps.extend(adopt::settle(&guest, &here, UUID).unwrap());
        golden(&n, "jmigrate-there", &plan);
        let former = side([None, Some("far:tank/jug/env")], false, true);
        golden(&n, "jmigrate-here", &adopt::leave(&guest, &former, &last).unwrap());
    }
}
