//! The same as in faults.rs for what jug itself mounts: each step of each plan fails in every way, over NFS and on disks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod common;

use common::drive::{PLATFORMS, Scenario, every, run};
use common::world::{Wish, World};
use jug::model::base::Origin;
use jug::model::env::{Mode, Storage};
use jug::model::external::Driver;
use jug::plan::Guard;
use jug::platform::PlatformKind;

const EXTERNAL: Wish = Wish { base: "host", mode: Mode::Thin, storage: Storage::External };

/// The life of an environment that jug itself mounts.
fn driven(driver: Driver, kinds: &[PlatformKind]) {
    for kind in kinds.iter().copied() {
        let based = move |w: &World| {
            w.drive(driver);
            run(w, &w.import("host", Origin::Host, false).unwrap());
        };
        let created = move |w: &World| {
            based(w);
            run(w, &w.create(EXTERNAL).unwrap());
        };
        let started = move |w: &World| {
            created(w);
            run(w, &w.start().unwrap().unwrap());
        };
        let left = move |w: &World| {
            created(w);
            run(w, &w.leave().unwrap());
        };
        let create = |w: &World| w.create(EXTERNAL).ok();
        every(&Scenario { kind, setup: Box::new(based), plan: Box::new(create) }, 60);
        let start = |w: &World| w.start().unwrap();
        every(&Scenario { kind, setup: Box::new(created), plan: Box::new(start) }, 70);
        let stop = |w: &World| w.stop().unwrap();
        every(&Scenario { kind, setup: Box::new(started), plan: Box::new(stop) }, 30);
        let leave = |w: &World| w.leave().ok();
        every(&Scenario { kind, setup: Box::new(created), plan: Box::new(leave) }, 30);
        let enter = |w: &World| w.enter(EXTERNAL).ok();
        every(&Scenario { kind, setup: Box::new(left), plan: Box::new(enter) }, 10);
        let remove = |w: &World| w.remove().ok();
        every(&Scenario { kind, setup: Box::new(created), plan: Box::new(remove) }, 30);
        let clone = |w: &World| w.clone_it().ok();
        every(&Scenario { kind, setup: Box::new(created), plan: Box::new(clone) }, 40);
    }
}
/// Where a server is gone, the umount(8) of a hook would never end on FreeBSD, so that it is not run then.
#[test]
fn a_hook_that_would_hang_is_not_run() {
    for kind in PLATFORMS {
        let w = World::new(kind);
        run(&w, &w.import("host", Origin::Host, false).unwrap());
        run(&w, &w.create(EXTERNAL).unwrap());
        run(&w, &w.start().unwrap().unwrap());
        let plan = w.stop().unwrap().unwrap();
        let hook = plan.steps.iter().find(|s| s.title.starts_with("run mnt_stop")).unwrap();
        let asked = matches!(&hook.action.when, Some(Guard::ServersAnswer { dirs }) if dirs.len() == 4);
        assert_eq!(asked, kind == PlatformKind::Freebsd, "{plan}");
        run(&w, &plan);
    }
}
#[test]
fn on_a_server() {
    driven(Driver::Nfs4, &PLATFORMS);
}
#[test]
fn on_an_encrypted_disk() {
    driven(Driver::Geli, &[PlatformKind::Freebsd]);
}
#[test]
fn on_an_encrypted_disk_over_iscsi() {
    driven(Driver::Iscsi, &[PlatformKind::Freebsd]);
}
