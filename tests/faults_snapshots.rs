//! The plans on snapshots, with every step failing in turn, as in `faults.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod common;

use common::drive::{PLATFORMS, Scenario, run};
use common::fake::Snap;
use common::world::{Wish, World};
use jug::error::Code;
use jug::model::base::Origin;
use jug::model::env::{Mode, Storage};
use jug::plan::Plan;
use jug::platform::PlatformKind;

const THIN: Wish = Wish { base: "host", mode: Mode::Thin, storage: Storage::Zfs };
const CLONE: Wish = Wish { base: "rel", mode: Mode::Clone, storage: Storage::Zfs };
const FIRST: &str = "jug-20260102T030405Z-000";
const SECOND: &str = "jug-20260102T030405Z-001";

fn created(w: &World, wish: Wish) {
    let plan = match wish.base {
        "host" => w.import("host", Origin::Host, false),
        name => w.import(name, Origin::Tree, true),
    };
    run(w, &plan.unwrap());
    run(w, &w.create(wish).unwrap());
}

fn every(wish: Wish, setup: fn(&World), plan: fn(&World) -> Option<Plan>, at_least: usize) {
    for kind in PLATFORMS {
        let setup = move |w: &World| {
            created(w, wish);
            setup(w);
        };
        let scenario = Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) };
        let met = scenario.break_every_step();
        assert!(met >= at_least, "only {met} faults were met");
        scenario.break_every_undo();
        scenario.break_every_question();
        scenario.break_every_question_past_return();
    }
}

#[test]
fn take() {
    every(THIN, |_| (), |w| w.take().ok(), 20);
    every(CLONE, World::taken, |w| w.take().ok(), 20);
}

#[test]
fn prune() {
    every(THIN, World::taken, |w| w.prune("last=1").unwrap(), 8);
}

#[test]
fn remove() {
    every(CLONE, World::taken, |w| w.remove_snapshots(&[FIRST, SECOND]).ok(), 8);
}

#[test]
fn rollback() {
    every(CLONE, World::taken, |w| w.roll_back(FIRST).ok(), 30);
    every(THIN, World::taken, |w| w.roll_back("jug-20260102T030405Z-002").ok(), 20);
}

#[test]
fn hold_and_release() {
    every(THIN, World::taken, |w| Some(w.hold(FIRST, true).unwrap()), 5);
    let held = |w: &World| {
        w.taken();
        run(w, &w.hold(FIRST, true).unwrap());
    };
    every(THIN, held, |w| Some(w.hold(FIRST, false).unwrap()), 5);
}

#[test]
fn remove_an_environment_with_snapshots() {
    every(CLONE, World::taken, |w| w.remove().ok(), 30);
}

#[test]
fn export() {
    every(THIN, |_| (), |w| w.export().ok(), 20);
    let dir = Wish { storage: Storage::Dir, ..THIN };
    every(dir, |_| (), |w| w.export().ok(), 4);
}

#[test]
fn import() {
    for kind in PLATFORMS {
        for (storage, stream) in [(Storage::Dir, false), (Storage::Zfs, false), (Storage::Zfs, true)] {
            let wish = Wish { storage, ..THIN };
            let setup = |w: &World| run(w, &w.import("host", Origin::Host, false).unwrap());
            let plan = move |w: &World| w.import_archive(wish, stream).ok();
            let scenario = Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) };
            let met = scenario.break_every_step();
            assert!(met >= if stream { 10 } else { 20 }, "only {met} faults were met");
            scenario.break_every_undo();
            scenario.break_every_question();
        }
    }
}

/// What came between the plan and its step is asked again.
#[test]
fn what_is_not_marked_any_more_stays() {
    for kind in PLATFORMS {
        let w = World::new(kind);
        created(&w, THIN);
        w.taken();
        let plan = w.prune("last=1").unwrap().unwrap();
        let root = "tank/jug/env/www";
        // Destroyed and taken again by others, under the same name.
        w.fake.state().snapshots.insert(format!("{root}@{FIRST}"), Snap::default());
        run(&w, &plan);
        let left: Vec<String> =
            w.fake.state().snapshots.keys().filter(|n| n.starts_with(root)).cloned().collect();
        assert!(left.contains(&format!("{root}@{FIRST}")), "{left:?}");
        assert_eq!(left.contains(&format!("{root}@{SECOND}")), kind == PlatformKind::Freebsd, "{left:?}");
        let e = w.remove_snapshots(&[FIRST]).unwrap_err();
        assert_eq!(e.code, Code::Conflict, "{e}");
    }
}

/// What is held for a replication: whatever fails, nothing is held that says for nobody why, and nothing that is needed is
/// let go.
#[test]
fn replicate() {
    every(THIN, World::taken, |w| Some(w.protect(FIRST)), 12);
    let first = |w: &World| {
        w.taken();
        run(w, &w.protect(FIRST));
        run(w, &w.settle(FIRST));
    };
    every(THIN, first, |w| Some(w.protect(SECOND)), 12);
    let sent = |w: &World| {
        w.taken();
        run(w, &w.protect(FIRST));
        run(w, &w.settle(FIRST));
        run(w, &w.protect(SECOND));
    };
    every(THIN, sent, |w| Some(w.settle(SECOND)), 20);
    every(THIN, sent, |w| Some(w.forget()), 12);
}

/// Holds and what they are for go together, at rest.
#[test]
fn nothing_is_held_for_nobody() {
    for kind in PLATFORMS {
        let w = World::new(kind);
        created(&w, THIN);
        w.taken();
        let held = || {
            let state = w.fake.state();
            let all = state.snapshots.values().map(|s| (s.common.is_some(), !s.holds.is_empty()));
            let all: Vec<_> = all.collect();
            assert!(all.iter().all(|(said, held)| said == held), "{:?}", state.snapshots);
            all.iter().filter(|(_, held)| *held).count()
        };
        for (plan, count) in [
            (World::protect as fn(&World, &str) -> Plan, 3),
            (World::settle, 3),
            (|w: &World, _: &str| w.protect(SECOND), 6),
            (|w: &World, _: &str| w.settle(SECOND), 3),
            (|w: &World, _: &str| w.forget(), 0),
        ] {
            run(&w, &plan(&w, FIRST));
            assert_eq!(held(), count, "{kind:?}");
        }
        assert!(w.fake.state().bookmarks.is_empty());
    }
}
