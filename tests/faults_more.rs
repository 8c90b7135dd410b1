//! What breaks that is no step of a plan: power, names that look like error texts, others who take a name meanwhile,
//! a cause that lasts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod common;

use common::drive::{PLATFORMS, attempt, has_journal, mend, prepare, run};
use common::fake::{Armed, Dataset, Fault, Jail, Phase, Snap};
use common::world::{Wish, World};
use common::{drive::End, zfs};
use jug::apply::{self, Ctx};
use jug::error::Code;
use jug::model::base::Origin;
use jug::model::env::{Mode, Storage};
use jug::plan::{Effect, Plan, Step};
use jug::platform::PlatformKind;
use jug::report::progress::Progress;
use jug::store::layout::Layout;
use jug::store::{journal, lock};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

const HOST: Wish = Wish { base: "host", mode: Mode::Thin, storage: Storage::Dir };
const CLONE: Wish = Wish { base: "rel", mode: Mode::Clone, storage: Storage::Zfs };

fn created(kind: PlatformKind, wish: Wish) -> World {
    let w = World::new(kind);
    let origin = if wish.base == "host" { Origin::Host } else { Origin::Tree };
    run(&w, &w.import(wish.base, origin, wish.storage == Storage::Zfs).unwrap());
    run(&w, &w.create(wish).unwrap());
    w
}

/// The first step that runs a program with this word among its arguments.
fn step_with(plan: &Plan, word: &str) -> usize {
    let has =
        |e: &Effect| matches!(e, Effect::Run(c) if c.program == word || c.args.iter().any(|a| a == word));
    plan.steps.iter().position(|s| has(&s.action.effect)).unwrap_or_else(|| panic!("no step with {word}"))
}

/// Everything that runs or is mounted is gone; what lies on disks stays.
fn power_loss(w: &World) {
    let mut state = w.fake.state();
    let below = format!("{}/run/www", w.layout.workdir);
    let roots: Vec<String> = state.mounts.iter().map(|m| m.target.clone()).collect();
    for root in roots.iter().filter(|t| **t == format!("{below}/root")) {
        zfs::clear(Path::new(root));
    }
    state.mounts.retain(|m| !m.target.starts_with(&below) && !m.target.contains("www-data/"));
    state.jails.retain(|j| j.name != "www");
    state.rules.retain(|r| !r.starts_with("jail:www:") || r.contains(":log="));
    state.addresses.retain(|(_, a)| a.to_string() != "192.0.2.7");
}

#[test]
fn a_start_after_a_power_loss_can_break_anywhere() {
    for kind in PLATFORMS {
        let w = created(kind, HOST);
        run(&w, &w.start().unwrap().unwrap());
        power_loss(&w);
        let steps = w.start().unwrap().unwrap().steps.len();
        for (step, fault) in
            (0..steps).flat_map(|i| [Fault::Fail, Fault::CrashBefore, Fault::CrashAfter].map(|f| (i, f)))
        {
            let plan = prepare(&w, &w.start().unwrap().unwrap(), Some(step));
            let what = format!("{kind:?} step {} {fault:?}", plan.steps[step].title);
            w.fake.arm(Armed { phase: Phase::Forward, step, nth: 0, fault });
            let end = attempt(&w, &plan);
            w.fake.disarm();
            match end {
                End::Failed(e) => assert_eq!(e.code, Code::Failed, "{what}: {e}"),
                End::Died => {
                    drop(mend(&w, "www").unwrap_or_else(|e| panic!("{what}: {e} {:#?}", *w.fake.state())))
                }
                End::Fine => run(&w, &w.stop().unwrap().unwrap()),
            }
            assert!(!has_journal(&w, &plan), "{what}");
        }
        run(&w, &w.start().unwrap().unwrap());
        run(&w, &w.stop().unwrap().unwrap());
    }
}

/// An error text that tells of a path or name with "exists" in it is no "exists".
#[test]
fn a_name_that_looks_like_an_error_text() {
    for kind in PLATFORMS {
        let w = created(kind, CLONE);
        run(&w, &w.remove().unwrap());
        let before = w.picture();
        let mut plan = w.create(CLONE).unwrap();
        let step = step_with(&plan, "clone");
        plan.steps[step].title = "clone what already exists".into();
        let plan = prepare(&w, &plan, None);
        w.fake.arm(Armed { phase: Phase::Forward, step, nth: 0, fault: Fault::FailDone });
        let End::Failed(e) = attempt(&w, &plan) else { panic!("it did not fail") };
        assert!(e.code == Code::Failed && w.picture() == before, "{e}");
    }
}

/// A jug died; before the next one comes, somebody else has a jail or dataset of that name.
#[test]
fn what_others_have_made_since_a_crash_stays() {
    for kind in PLATFORMS {
        let w = created(kind, HOST);
        let plan = w.start().unwrap().unwrap();
        let word = if kind == PlatformKind::Freebsd { "-c" } else { "run" };
        let step = step_with(&plan, word);
        w.fake.arm(Armed { phase: Phase::Forward, step, nth: 0, fault: Fault::CrashAfter });
        assert!(matches!(attempt(&w, &prepare(&w, &plan, None)), End::Died));
        w.fake.disarm();
        let theirs = Jail {
            name: "www".into(),
            path: "/theirs".into(),
            stamp: None,
            running: true,
            processes: true,
            params: [].into(),
        };
        w.fake.state().jails.retain(|j| j.name != "www");
        w.fake.state().jails.push(theirs);
        mend(&w, "www").unwrap();
        assert!(w.fake.state().jails.iter().any(|j| j.path == "/theirs"), "{kind:?}: their jail is gone");
        assert_eq!(w.start().unwrap_err().code, Code::Conflict);
        assert_eq!(w.stop().unwrap_err().code, Code::Conflict);

        let w = created(kind, CLONE);
        let plan = w.remove().unwrap();
        let step = step_with(&plan, "tank/jug/env/www/data");
        w.fake.arm(Armed { phase: Phase::Forward, step, nth: 0, fault: Fault::CrashAfter });
        assert!(matches!(attempt(&w, &prepare(&w, &plan, None)), End::Died));
        w.fake.disarm();
        let theirs = Dataset { stamp: None, mountpoint: "/theirs".into(), mounted: false, origin: None };
        w.fake.state().datasets.insert("tank/jug/env/www/data".into(), theirs);
        // The parent can't go while theirs is below it; that is said, and theirs stays.
        let e = mend(&w, "www").unwrap_err();
        assert!(e.code == Code::Left && e.to_string().contains("has children"), "{kind:?}: {e}");
        assert!(w.fake.state().datasets.remove("tank/jug/env/www/data").is_some());
        mend(&w, "www").unwrap();
        assert!(w.remove().is_err() && !w.fake.state().datasets.contains_key("tank/jug/env/www"));
    }
}

/// What bears an inherited stamp, or another's, is refused before anything happens.
#[test]
fn what_is_not_jugs_is_not_removed() {
    for kind in PLATFORMS {
        let w = created(kind, CLONE);
        for (name, stamp) in
            [("tank/jug/env/www/mine", None), ("tank/jug/env/www/data/x", Some("not-a-uuid"))]
        {
            let theirs = Dataset {
                stamp: stamp.map(str::to_string),
                mountpoint: "none".into(),
                mounted: false,
                origin: None,
            };
            w.fake.state().datasets.insert(name.into(), theirs);
            let e = w.remove().unwrap_err();
            assert!(e.code == Code::Conflict && e.reason.contains(name) && e.next.is_some(), "{kind:?}: {e}");
            w.fake.state().datasets.remove(name);
        }
        let snapshot = "tank/jug/env/www/data@mine";
        w.fake.state().snapshots.insert(snapshot.into(), Snap::default());
        assert!(w.remove().unwrap_err().reason.contains(snapshot));
    }
}

/// An undo that can't work says so as long as its cause lasts, and works when it has gone.
#[test]
fn an_undo_is_tried_until_it_works() {
    for kind in PLATFORMS {
        let w = created(kind, CLONE);
        run(&w, &w.remove().unwrap());
        let before = w.picture();
        let plan = prepare(&w, &w.create(CLONE).unwrap(), None);
        // Somebody works in the new dataset: it is busy, whatever is tried.
        let data = format!("{}/jails-data/www-data", w.layout.workdir);
        let step = plan.steps.iter().rposition(|s| s.title.contains("register")).unwrap();
        let broken = prepare(&w, &w.create(CLONE).unwrap(), Some(step));
        w.fake.arm(Armed { phase: Phase::Forward, step, nth: 0, fault: Fault::Fail });
        let inside = common::fake::Mount {
            source: "tmpfs".into(),
            target: format!("{data}/mnt"),
            fstype: "tmpfs".into(),
        };
        w.fake.state().mounts.push(inside);
        let End::Failed(e) = attempt(&w, &broken) else { panic!("it did not fail") };
        assert!(e.code == Code::Left && e.reason.contains("busy"), "{kind:?}: {:?} {e}", e.code);
        w.fake.disarm();
        for _ in 0..2 {
            let e = mend(&w, "www").unwrap_err();
            assert!(e.code == Code::Left && has_journal(&w, &broken), "{kind:?}: {e}");
        }
        w.fake.state().mounts.retain(|m| m.target != format!("{data}/mnt"));
        mend(&w, "www").unwrap();
        assert!(!has_journal(&w, &broken));
        assert_eq!(w.picture(), before, "{kind:?}");
    }
}

/// A jail that ended without jug has given its interfaces back, under the names they had inside: the stop that clears up
/// after it leaves none of them.
#[test]
fn a_jail_on_networks_that_ended_without_jug() {
    for kind in PLATFORMS {
        let w = World::new(kind);
        w.wire();
        run(&w, &w.import("host", Origin::Host, false).unwrap());
        run(&w, &w.create(HOST).unwrap());
        for name in ["lan", "san"] {
            run(&w, &w.net_up(name).unwrap().unwrap());
        }
        let before = w.picture();
        run(&w, &w.start().unwrap().unwrap());
        let running = w.picture();
        assert_ne!(before, running);
        {
            let mut state = w.fake.state();
            state.jails.retain(|j| j.name != "www");
            common::net::come_back(&mut state, "www");
        }
        run(&w, &w.stop().unwrap().unwrap());
        // What lasts while it runs was there from the start on; interfaces are what counts here.
        assert!(!w.picture().contains("vnet0") && !w.picture().contains("epair1001"), "{kind:?}");
        run(&w, &w.start().unwrap().unwrap());
        assert_eq!(w.picture(), running, "{kind:?}");
    }
}

/// Looks, at each step, whether others may choose addresses.
struct Looks<'a>(&'a Layout, AtomicUsize);

impl Progress for Looks<'_> {
    fn step(&self, _: &str, _: &str) {
        assert!(!lock::is_held(self.0, ".networks"), "it is held while steps are done");
        let said = journal::read(self.0, "www").unwrap().unwrap();
        assert_eq!(said.plan.steps.len(), 1, "others can't read yet what was chosen");
        self.1.fetch_add(1, Ordering::Relaxed);
    }
    fn copied(&self, _: jug::host::tree::Copied) {}
    fn fetched(&self, _: u64) {}
    fn sent(&self, _: u64, _: Option<u64>, _: std::time::Duration) {}
    fn finish(&self) {}
}

/// A jregister: what mounts and unmounts may take its time.
#[test]
fn addresses_can_be_chosen_while_another_is_registered() {
    let w = World::new(PlatformKind::Linux);
    let looks = Looks(&w.layout, AtomicUsize::new(0));
    let mut more = || {
        assert!(!lock::is_held(&w.layout, ".networks"));
        let mut rest = Plan::new("jregister", "www");
        rest.push(Step::new("unmount it", Effect::Remove { path: w.layout.workdir.join("none") }));
        Ok((rest, Some(lock::exclusive(&w.layout, ".networks", "jregister")?)))
    };
    let lock = lock::exclusive(&w.layout, "www", "jregister").unwrap();
    let ctx = Ctx { progress: &looks, ..w.fake.ctx() };
    apply::run_on(&ctx, "www", &Plan::new("jregister", "www"), &lock, &mut more).unwrap();
    assert_eq!(looks.1.load(Ordering::Relaxed), 1);
}

/// An administrator limits the same, before or after.
#[test]
fn rules_of_others_are_neither_replaced_nor_removed() {
    let mine = |w: &World| {
        let rules: Vec<String> = w.fake.state().rules.clone();
        rules.into_iter().filter(|r| r.contains("/user") || r.contains("=777")).collect::<Vec<_>>()
    };
    for rule in ["jail:www:pcpu:deny=777", "jail:www:pcpu:deny=150/user", "jail:www:pcpu:deny=150"] {
        let w = created(PlatformKind::Freebsd, HOST);
        w.fake.state().rules.push(rule.into());
        let e = w.start().unwrap_err();
        assert!(e.code == Code::Conflict && e.reason.contains(rule), "{e}");
    }
    let w = created(PlatformKind::Freebsd, HOST);
    run(&w, &w.start().unwrap().unwrap());
    let theirs = ["jail:www:memoryuse:deny=67108864/user", "jail:www:maxproc:deny=777"];
    w.fake.state().rules.extend(theirs.map(String::from));
    let e = w.set(&["limits.processes=9"]).unwrap_err();
    assert!(e.code == Code::Conflict && e.reason.contains(theirs[1]), "{e}");
    run(&w, &w.stop().unwrap().unwrap());
    assert_eq!(mine(&w), theirs);
    assert_eq!(w.fake.state().rules.len(), 4, "{:?}", w.fake.state().rules);
}

/// rctl(8) keeps both of two rules that slow down.
#[test]
fn a_rule_that_slows_down_makes_way_for_the_next() {
    let w = created(PlatformKind::Freebsd, HOST);
    run(&w, &w.start().unwrap().unwrap());
    for (change, left) in
        [("1M", vec!["=1048576"]), ("2M", vec!["=2097152"]), ("2048K", vec!["=2097152"]), ("", vec![])]
    {
        let change = format!("limits.read_bps={change}");
        let registry = w.set(&[&change]).unwrap();
        run(&w, &registry);
        let rules = w.fake.state().rules.clone();
        let of: Vec<&str> =
            rules.iter().filter_map(|r| r.strip_prefix("jail:www:readbps:throttle")).collect();
        assert_eq!(of, left, "{change}");
    }
}
