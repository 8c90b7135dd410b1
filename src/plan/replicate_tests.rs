//! The planner against one who tries everything, and what is held against a host that remembers.

use super::*;
use crate::facts::Facts;
use crate::model::keep::{Keep, Rule};
use crate::model::snapshot::PREFIX;
use crate::plan::moment::moments;
use crate::plan::snapshot::judge;
use crate::programs::zfs_snapshot::Snapshot;
use proptest::prelude::*;

const U: uuid::Uuid = uuid::Uuid::from_u128(7);

fn point(id: u64) -> Point {
    Point { name: format!("s{id}"), guid: Some(id), created: id as i64, ..Point::default() }
}

fn state(ids: &[u64], bookmarks: &[u64]) -> State {
    let mark = |id: &u64| Point { name: format!("b{id}"), ..point(*id) };
    State {
        kind: "filesystem".into(),
        snapshots: ids.iter().map(|i| point(*i)).collect(),
        bookmarks: bookmarks.iter().map(mark).collect(),
        ..State::default()
    }
}

/// Whether ZFS would take a stream that begins at a snapshot, or at nothing (zfs-receive(8)).
fn takes(there: Option<&[u64]>, from: Option<u64>) -> bool {
    match (there, from) {
        (None, None) => true,
        (Some(all), Some(from)) => all.last() == Some(&from),
        _ => false,
    }
}

/// The same decision by trying everything that could be sent, and taking the smallest that would be taken.
fn naive(here: &[u64], bookmarks: &[u64], there: Option<&[u64]>) -> Option<Way> {
    let to = *here.last().unwrap();
    if there.is_some_and(|t| t.last() == Some(&to)) {
        return Some(Way::Nothing);
    }
    let snapshots = here.iter().map(|id| (Some(*id), Way::Since(Anchor::Snapshot(format!("s{id}")))));
    let marks = bookmarks.iter().map(|id| (Some(*id), Way::Since(Anchor::Bookmark(format!("b{id}")))));
    let all = std::iter::once((None, Way::Whole)).chain(marks).chain(snapshots);
    let good = all.filter(|(from, _)| *from != Some(to) && takes(there, *from));
    good.max_by_key(|(from, _)| *from).map(|(_, way)| way)
}

proptest! {
    #[test]
    fn it_decides_as_one_who_tries_everything(ops in proptest::collection::vec((0u8..7, 0usize..8), 1..60)) {
        let (mut here, mut marks, mut there) = (vec![1u64], Vec::<u64>::new(), None::<Vec<u64>>);
        for (next, (op, at)) in (2u64..).zip(ops) {
            match op {
                0 | 1 => here.push(next),
                2 if here.len() > 1 => drop(here.remove(at % (here.len() - 1))),
                3 => {
                    let id = here[at % here.len()];
                    if !marks.contains(&id) { marks.push(id) }
                }
                4 => if let Some(t) = &mut there { t.push(next) },
                5 => if let Some(t) = &mut there && t.len() > 1 { t.pop(); },
                _ => {}
            }
            let (ours, theirs) = (state(&here, &marks), there.as_ref().map(|t| state(t, &[])));
            let to = ours.snapshots.last().unwrap();
            let got = way(&ours, theirs.as_ref(), to);
            prop_assert_eq!(got.clone().ok(), naive(&here, &marks, there.as_deref()));
            match got {
                Ok(Way::Nothing) => {}
                Ok(_) => {
                    // One range brings it there, and then there is nothing more to do.
                    there.get_or_insert_default().push(*here.last().unwrap());
                    let theirs = state(there.as_ref().unwrap(), &[]);
                    prop_assert_eq!(way(&ours, Some(&theirs), to), Ok(Way::Nothing));
                }
                Err(d) => {
                    let theirs = there.clone().unwrap();
                    let shared = theirs.iter().rev().find(|i| here.contains(i));
                    prop_assert_eq!(d.common, shared.map(|i| format!("s{i}")));
                    prop_assert!(!d.theirs.is_empty());
                    let known = |n: &String| here.iter().any(|i| point(*i).name == *n);
                    prop_assert!(!d.theirs.iter().any(known));
                }
            }
        }
    }

    #[test]
    fn what_is_needed_is_held_and_nothing_else(ops in proptest::collection::vec((0u8..6, 0usize..2, 0usize..40), 1..60)) {
        let targets: [Target; 2] = ["nas".parse().unwrap(), "tank/b c".parse().unwrap()];
        let root: DatasetName = "t/www".parse().unwrap();
        let mut host = Fake::default();
        host.take(1);
        let mut common: [Option<u64>; 2] = [None, None];
        for (i, (op, which, stop)) in ops.into_iter().enumerate() {
            let target = &targets[which];
            if op == 0 {
                host.take(i as u64 + 2);
                continue;
            }
            let to = host.side.datasets[""].snapshots.last().unwrap().clone();
            let plan = protect("www", target, &root, &host.side, &to.name);
            // Broken off after so many steps, as by a signal: then what was done is undone, or, if jug died, is not.
            let steps = if op == 1 { stop } else { plan.steps.len() };
            host.run(&plan.steps[..steps.min(plan.steps.len())]);
            if op == 1 { continue }
            if op == 2 { continue } // the stream failed
            let plan = settle("www", target, &root, &host.side, &to.name, true);
            let steps = if op == 3 { stop.min(plan.steps.len()) } else { plan.steps.len() };
            host.run(&plan.steps[..steps]);
            if steps == plan.steps.len() {
                common[which] = to.guid;
                let state = &host.side.datasets[""];
                let say = target.to_string();
                prop_assert_eq!(last(state, &say).and_then(|p| p.guid), to.guid);
                let count = state.snapshots.iter().filter(|p| targets_of(p, &say)).count();
                prop_assert_eq!(count, 1);
                let bookmark = replica::bookmark_name(target);
                prop_assert_eq!(state.bookmarks.iter().find(|b| b.name == bookmark).and_then(|b| b.guid), to.guid);
                // Done again, there is nothing to do.
                prop_assert!(settle("www", target, &root, &host.side, &to.name, true).steps.is_empty());
            }
            for (target, common) in targets.iter().zip(common) {
                // Whatever broke off: the last that is on both sides is still said to be needed, and held.
                let Some(common) = common else { continue };
                let kept = host.side.datasets[""].snapshots.iter().any(|p| {
                    p.guid >= Some(common) && targets_of(p, &target.to_string()) && host.held.contains(&p.name)
                });
                prop_assert!(kept, "{} lost {}", target, common);
            }
            let needed: Vec<&str> =
                host.side.datasets[""].snapshots.iter().filter(|p| p.common.is_some()).map(|p| p.name.as_str()).collect();
            prop_assert!(host.held.iter().all(|h| needed.contains(&h.as_str())), "{:?} {:?}", host.held, needed);
        }
    }
}

proptest! {
    /// Whatever is taken, sent, broken off, pruned and given up, in whatever order: each target that has something and is
    /// not given up gets the next snapshot as one increment, from one that both have.
    #[test]
    fn no_history_loses_what_is_common(ops in proptest::collection::vec((0u8..8, 0usize..2, 0usize..40, 0u32..3), 1..80)) {
        let targets: [Target; 2] = ["nas".parse().unwrap(), "tank/b c".parse().unwrap()];
        let root: DatasetName = "t/www".parse().unwrap();
        let mut host = Fake::default();
        host.take(1);
        let mut there: [Vec<u64>; 2] = [Vec::new(), Vec::new()];
        for (i, (op, which, stop, last)) in ops.into_iter().enumerate() {
            let target = &targets[which];
            match op {
                0 | 1 => host.take(i as u64 + 2),
                2 | 3 => {
                    let policy = Keep::default().with(Rule::Last, last).with(Rule::Hourly, last);
                    host.prune(&root, &policy);
                    let left = host.side.clone();
                    host.prune(&root, &policy);
                    prop_assert_eq!(&host.side, &left, "pruned twice, more goes");
                }
                4 if stop == 0 => {
                    host.run(&forget("www", target, &root, &host.side).unwrap().steps);
                    there[which].clear();
                }
                _ => {
                    let to = host.side.datasets[""].snapshots.last().unwrap().clone();
                    let broken = |steps: &[Step]| if op < 6 { stop.min(steps.len()) } else { steps.len() };
                    let plan = protect("www", target, &root, &host.side, &to.name);
                    let steps = broken(&plan.steps);
                    host.run(&plan.steps[..steps]);
                    if steps < plan.steps.len() || op == 4 { continue }
                    if there[which].last() != to.guid.as_ref() {
                        there[which].extend(to.guid);
                    }
                    let plan = settle("www", target, &root, &host.side, &to.name, true);
                    let steps = broken(&plan.steps);
                    host.run(&plan.steps[..steps]);
                }
            }
            let here = &host.side.datasets[""];
            for (target, has) in targets.iter().zip(&there).filter(|(_, has)| !has.is_empty()) {
                let next = here.snapshots.last().unwrap();
                // A bookmark would do for the next increment; what is promised is the snapshot.
                let without = State { bookmarks: Vec::new(), ..here.clone() };
                let way = way(&without, Some(&state(has, &[])), next);
                let begin = Anchor::Snapshot(format!("s{}", has.last().unwrap()));
                prop_assert!([Ok(Way::Nothing), Ok(Way::Since(begin))].contains(&way), "{}: {:?}", target, way);
            }
        }
    }
}

fn targets_of(p: &Point, target: &str) -> bool {
    targets(p).iter().any(|t| t.trim_start_matches('+') == target)
}

/// One dataset, and what zfs(8) does to it.
#[derive(Default)]
struct Fake {
    side: Side,
    held: std::collections::BTreeSet<String>,
}

impl Fake {
    fn take(&mut self, id: u64) {
        let state = self.side.datasets.entry(String::new()).or_insert_with(|| state(&[], &[]));
        state.uuid = Some(U);
        state.snapshots.push(Point { mark: Some(U), ..point(id) });
    }
    /// As snapshot-prune does, for which the names have to begin as jug's do.
    fn prune(&mut self, root: &DatasetName, policy: &Keep) {
        let state = self.side.datasets.get_mut("").unwrap();
        let of = |p: &Point| Snapshot {
            name: format!("{root}@{PREFIX}{}", p.name),
            created: p.created,
            holds: u64::from(self.held.contains(&p.name)),
            mark: p.mark,
            common: p.common.clone(),
            ..Snapshot::default()
        };
        let facts = Facts { snapshots: state.snapshots.iter().map(of).collect(), ..Facts::default() };
        let all = moments(root, &facts);
        let verdicts = judge(&all, policy, jiff::Timestamp::now(), false);
        // The newest stays here, or there might be nothing to send.
        let newest = state.snapshots.last().map(|p| p.name.clone());
        let gone = |p: &Point| {
            let at = all.iter().position(|m| m.name == format!("{PREFIX}{}", p.name)).unwrap();
            !verdicts[at].keep && newest.as_ref() != Some(&p.name)
        };
        let kept: Vec<Point> = state.snapshots.iter().filter(|p| !gone(p)).cloned().collect();
        assert!(state.snapshots.iter().filter(|p| gone(p)).all(|p| !self.held.contains(&p.name)));
        state.snapshots = kept;
    }
    fn run(&mut self, steps: &[Step]) {
        for step in steps {
            let Effect::Run(cmd) = &step.action.effect else { panic!("{step:?}") };
            let args: Vec<&str> = cmd.args.iter().map(String::as_str).collect();
            let state = self.side.datasets.get_mut("").unwrap();
            let label = args.last().unwrap().rsplit(['@', '#']).next().unwrap().to_string();
            let find = |state: &State, n: &str| state.snapshots.iter().position(|p| p.name == n).unwrap();
            match args[0] {
                "set" => {
                    let value = args[1].strip_prefix("jug:common=").unwrap();
                    let at = find(state, &label);
                    state.snapshots[at].common = Some(value.to_string());
                }
                "inherit" => {
                    let at = find(state, &label);
                    state.snapshots[at].common = None;
                }
                "hold" => drop(self.held.insert(label)),
                "release" => drop(self.held.remove(&label)),
                "bookmark" => {
                    let of = args[1].split('@').nth(1).unwrap();
                    let guid = state.snapshots[find(state, of)].guid;
                    assert!(!state.bookmarks.iter().any(|b| b.name == label), "it is there already");
                    state.bookmarks.push(Point { name: label, guid, ..Point::default() });
                }
                "destroy" => {
                    assert!(args[1].contains('#'), "no snapshot goes: {args:?}");
                    state.bookmarks.retain(|b| b.name != label);
                }
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn without_guids_names_seconds_and_marks_tell() {
    let of = |name: &str, created, mark: Option<u128>| Point {
        name: name.into(),
        created,
        mark: mark.map(uuid::Uuid::from_u128),
        ..Point::default()
    };
    let here = of("a", 5, Some(1));
    assert!(same(&here, &of("a", 5, Some(1))) && same(&here, &of("a", 5, None)));
    for other in [of("b", 5, Some(1)), of("a", 6, Some(1)), of("a", 5, Some(2))] {
        assert!(!same(&here, &other), "{other:?}");
    }
}

#[test]
fn what_was_written_is_told_where_all_of_it_is_known() {
    let of = |ids: &[(u64, u64)], since_newest| {
        let mut state = state(&ids.iter().map(|(id, _)| *id).collect::<Vec<_>>(), &[]);
        state.snapshots.iter_mut().zip(ids).for_each(|(p, (_, bytes))| p.written = Some(*bytes));
        State { written: since_newest, ..state }
    };
    let side =
        |all: &[State]| Side { datasets: (0..).map(|i: u8| i.to_string()).zip(all.to_vec()).collect() };
    let (a, b) = (of(&[(1, 100), (2, 20), (3, 3)], Some(4)), of(&[(2, 1000)], Some(5)));
    assert_eq!(written(&side(&[a.clone(), b.clone()]), "s2"), Some(3 + 4 + 5));
    // What has no such snapshot has nothing of it.
    assert_eq!(written(&side(&[a.clone(), b.clone()]), "s3"), Some(4));
    assert_eq!(written(&side(&[a, State { written: None, ..b }]), "s2"), None);
}

#[test]
fn refusals_name_both_sides() {
    let target: Target = "nas".parse().unwrap();
    let e = way(&state(&[1, 3, 4], &[]), Some(&state(&[1, 2], &[])), &point(4))
        .unwrap_err()
        .error("www", &target, "b/www");
    assert_eq!(e.code, crate::error::Code::Conflict);
    assert!(
        e.reason.contains("since s1, which both have, only that side has s2, and only this side s3, s4"),
        "{e}"
    );
    assert_eq!(
        e.next.as_deref(),
        Some(
            "look what was changed there; zfs rollback -r 'b/www@s1' there gives that up, or choose another target"
        )
    );
    // What jug itself holds there is in the way of both ways on.
    let held = |ids: &[u64]| {
        let mut all = state(ids, &[]);
        all.snapshots.last_mut().unwrap().common = Some("source".into());
        all
    };
    for (here, word) in [
        (&[1, 3][..], "zfs release jug-replica 'b/www@s2' && zfs rollback -r 'b/www@s1' there"),
        (&[3][..], "zfs release -r jug-replica 'b/www@s2' && zfs destroy -r 'b/www' there"),
    ] {
        let e = way(&state(here, &[]), Some(&held(&[1, 2])), &point(3)).unwrap_err();
        let next = e.error("www", &target, "b/www").next.unwrap();
        assert!(next.contains(word), "{next}");
    }
    let resumed = State { token: Some("1-a".into()), ..state(&[1], &[]) };
    assert_eq!(way(&state(&[1, 3], &[]), Some(&resumed), &point(3)), Ok(Way::Resume("1-a".into())));
    let there = |s: State| BTreeMap::from([(String::new(), s)]);
    assert!(may_receive("www", U, "b/www", &there(state(&[1], &[]))).is_ok());
    let own = State { uuid: Some(U), ..State::default() };
    assert!(
        may_receive("www", U, "b/www", &there(own)).unwrap_err().reason.contains("dataset of an environment")
    );
    let others = State { replica: Some(uuid::Uuid::from_u128(8)), ..State::default() };
    assert!(
        may_receive("www", U, "b/www", &there(others)).unwrap_err().reason.contains("another environment")
    );
}
