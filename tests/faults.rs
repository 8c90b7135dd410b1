//! Every plan on both platforms, with every step failing in turn in every way programs fail, jug dying before and
//! after each, and undo failing as well: the host is as before, or past the point of no return the same command given
//! again ends clean. What others own stays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod common;

use common::drive::{PLATFORMS, Scenario, every, run};
use common::world::{Wish, World};
use jug::model::base::Origin;
use jug::model::env::{Mode, Storage};
use jug::platform::PlatformKind;

const HOST: Wish = Wish { base: "host", mode: Mode::Thin, storage: Storage::Dir };
const TREE: Wish = Wish { base: "rel", mode: Mode::Thin, storage: Storage::Dir };
const FULL: Wish = Wish { base: "rel", mode: Mode::Full, storage: Storage::Dir };
const THIN_ZFS: Wish = Wish { base: "host", mode: Mode::Thin, storage: Storage::Zfs };
const FULL_ZFS: Wish = Wish { base: "rel", mode: Mode::Full, storage: Storage::Zfs };
const CLONE: Wish = Wish { base: "rel", mode: Mode::Clone, storage: Storage::Zfs };

const EXTERNAL: Wish = Wish { base: "host", mode: Mode::Thin, storage: Storage::External };
const FULL_EXTERNAL: Wish = Wish { base: "rel", mode: Mode::Full, storage: Storage::External };

/// The base that an environment stands on.
fn base(w: &World, wish: Wish) {
    let plan = match wish.base {
        "host" => w.import("host", Origin::Host, false),
        name => w.import(name, Origin::Tree, wish.storage == Storage::Zfs),
    };
    run(w, &plan.unwrap());
}

fn created(w: &World, wish: Wish) {
    base(w, wish);
    run(w, &w.create(wish).unwrap());
}

fn started(w: &World, wish: Wish) {
    created(w, wish);
    run(w, &w.start().unwrap().unwrap());
}

fn create(wish: Wish) {
    for kind in PLATFORMS {
        let plan = move |w: &World| w.create(wish).ok();
        every(&Scenario { kind, setup: Box::new(move |w| base(w, wish)), plan: Box::new(plan) }, 50);
    }
}

fn start(wish: Wish) {
    for kind in PLATFORMS {
        let plan = |w: &World| w.start().unwrap();
        every(&Scenario { kind, setup: Box::new(move |w| created(w, wish)), plan: Box::new(plan) }, 60);
    }
}

fn stop(wish: Wish) {
    for kind in PLATFORMS {
        let plan = |w: &World| w.stop().unwrap();
        every(&Scenario { kind, setup: Box::new(move |w| started(w, wish)), plan: Box::new(plan) }, 30);
    }
}

fn remove(wish: Wish) {
    for kind in PLATFORMS {
        let setup = move |w: &World| created(w, wish);
        let plan = |w: &World| w.remove().ok();
        every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, 30);
    }
}

/// A start and a stop of what has CBSD's hook directories, and its removal.
fn hook_dirs(wish: Wish) {
    for kind in PLATFORMS {
        let setup = move |w: &World| {
            created(w, wish);
            w.hook_dirs();
        };
        let start = |w: &World| w.start().unwrap();
        every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(start) }, 60);
        let running = move |w: &World| {
            setup(w);
            run(w, &w.start().unwrap().unwrap());
        };
        let stop = |w: &World| w.stop().unwrap();
        every(&Scenario { kind, setup: Box::new(running), plan: Box::new(stop) }, 30);
        let remove = |w: &World| w.remove().ok();
        every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(remove) }, 30);
    }
}

fn import(name: &'static str, origin: Origin, zfs: bool) {
    for kind in PLATFORMS {
        let plan = move |w: &World| w.import(name, origin, zfs).ok();
        every(&Scenario { kind, setup: Box::new(|_| ()), plan: Box::new(plan) }, 15);
        let setup = move |w: &World| run(w, &w.import(name, origin, zfs).unwrap());
        let plan = move |w: &World| w.forget_base(name).ok();
        every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, 8);
    }
}

#[test]
fn create_thin_on_the_hosts_userland() {
    create(HOST);
}
#[test]
fn create_thin_on_a_tree() {
    create(TREE);
}
#[test]
fn create_thin_on_zfs() {
    create(THIN_ZFS);
}
#[test]
fn create_full_in_a_directory() {
    create(FULL);
}
#[test]
fn create_full_on_zfs() {
    create(FULL_ZFS);
}
#[test]
fn create_clone() {
    create(CLONE);
}

#[test]
fn start_thin_on_the_hosts_userland() {
    start(HOST);
}
#[test]
fn start_thin_on_a_tree() {
    start(TREE);
}
#[test]
fn start_full() {
    start(FULL);
}
#[test]
fn start_clone() {
    start(CLONE);
}

#[test]
fn stop_thin() {
    stop(HOST);
}
#[test]
fn stop_clone() {
    stop(CLONE);
}

#[test]
fn hook_directories() {
    hook_dirs(HOST);
}

#[test]
fn remove_directories() {
    remove(FULL);
}
#[test]
fn remove_datasets() {
    remove(CLONE);
}

#[test]
fn bases_of_the_host() {
    import("host", Origin::Host, false);
}
#[test]
fn bases_of_a_tree() {
    import("rel", Origin::Tree, false);
}
#[test]
fn bases_of_a_tarball_on_zfs() {
    import("rel", Origin::Tarball, true);
}

#[test]
fn set_on_a_running_jail() {
    for kind in PLATFORMS {
        let plan =
            |w: &World| Some(w.set(&["host.hostname=new", "allow.raw_sockets=true", "tags+=web"]).unwrap());
        let at_least = if kind == PlatformKind::Freebsd { 20 } else { 16 };
        every(&Scenario { kind, setup: Box::new(|w| started(w, HOST)), plan: Box::new(plan) }, at_least);
    }
}

#[test]
fn set_limits_of_a_running_jail() {
    for kind in PLATFORMS {
        let keys = ["limits.memory=128M", "limits.cpu=", "limits.cpuset=1", "limits.processes=9"];
        let plan = move |w: &World| Some(w.set(&keys).unwrap());
        let at_least = if kind == PlatformKind::Freebsd { 40 } else { 16 };
        every(&Scenario { kind, setup: Box::new(|w| started(w, HOST)), plan: Box::new(plan) }, at_least);
        let plan = |w: &World| Some(w.set(&["limits.swap=", "limits.memory=", "limits.cpuset="]).unwrap());
        every(&Scenario { kind, setup: Box::new(|w| started(w, HOST)), plan: Box::new(plan) }, at_least / 2);
    }
}

/// The jail went without jug: killed, or its host. Whatever breaks then, no rule of it stays.
#[test]
fn stop_what_is_gone() {
    let setup = |w: &World| {
        started(w, FULL);
        let mut state = w.fake.state();
        state.jails.retain(|j| j.name != "www");
        state.mounts.retain(|m| !m.target.starts_with(w.layout.workdir.as_str()));
        state.addresses.retain(|(_, a)| a.to_string() != "192.0.2.7");
    };
    let plan = |w: &World| w.stop().unwrap();
    let kind = PlatformKind::Freebsd;
    every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, 10);
    // And removed without a stop.
    let w = World::new(kind);
    setup(&w);
    assert_eq!(w.fake.state().rules.len(), 5);
    run(&w, &w.remove().unwrap());
    assert_eq!(w.fake.state().rules.len(), 2);
}

fn moved(wish: Wish, plan: fn(&World) -> jug::error::Result<jug::plan::Plan>, at_least: usize) {
    for kind in PLATFORMS {
        let plan = move |w: &World| plan(w).ok();
        every(&Scenario { kind, setup: Box::new(move |w| created(w, wish)), plan: Box::new(plan) }, at_least);
    }
}

#[test]
fn unregister() {
    moved(FULL, World::leave, 15);
    moved(EXTERNAL, World::leave, 30);
}
#[test]
fn register() {
    for wish in [FULL, EXTERNAL] {
        for kind in PLATFORMS {
            let setup = move |w: &World| {
                created(w, wish);
                run(w, &w.leave().unwrap());
            };
            let plan = move |w: &World| w.enter(wish).ok();
            every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, 10);
        }
    }
}
#[test]
fn create_on_external_storage() {
    create(EXTERNAL);
    create(FULL_EXTERNAL);
}
#[test]
fn start_on_external_storage() {
    start(EXTERNAL);
}
#[test]
fn stop_on_external_storage() {
    stop(FULL_EXTERNAL);
}
#[test]
fn remove_on_external_storage() {
    remove(EXTERNAL);
}
#[test]
fn rename_directories() {
    moved(FULL, World::rename, 20);
}
#[test]
fn rename_datasets() {
    moved(CLONE, World::rename, 30);
}
#[test]
fn clone_directories() {
    moved(FULL, World::clone_it, 30);
}
#[test]
fn clone_on_external_storage() {
    moved(EXTERNAL, World::clone_it, 40);
}
#[test]
fn clone_datasets() {
    moved(CLONE, World::clone_it, 50);
}

/// On two networks, with bridges that are up.
fn wired(w: &World) {
    w.wire();
    created(w, HOST);
    for name in ["lan", "san"] {
        run(w, &w.net_up(name).unwrap().unwrap());
        assert!(w.net_up(name).unwrap().is_none(), "{name} is not up");
    }
}

#[test]
fn start_on_networks() {
    for kind in PLATFORMS {
        let plan = |w: &World| w.start().unwrap();
        every(&Scenario { kind, setup: Box::new(wired), plan: Box::new(plan) }, 120);
    }
}
#[test]
fn stop_on_networks() {
    let started = |w: &World| {
        wired(w);
        run(w, &w.start().unwrap().unwrap());
    };
    for kind in PLATFORMS {
        let plan = |w: &World| w.stop().unwrap();
        every(&Scenario { kind, setup: Box::new(started), plan: Box::new(plan) }, 30);
    }
}
/// Published ports of one that runs: others, none, and some again.
#[test]
fn ports_of_one_that_runs() {
    let started = |w: &World| {
        wired(w);
        run(w, &w.start().unwrap().unwrap());
    };
    let closed = move |w: &World| {
        started(w);
        run(w, &w.set(&["expose="]).unwrap());
    };
    for kind in PLATFORMS {
        let other = |w: &World| w.set(&["expose=8081:80"]).ok();
        every(&Scenario { kind, setup: Box::new(started), plan: Box::new(other) }, 20);
        let none = |w: &World| w.set(&["expose="]).ok();
        every(&Scenario { kind, setup: Box::new(started), plan: Box::new(none) }, 20);
        every(&Scenario { kind, setup: Box::new(closed), plan: Box::new(other) }, 20);
    }
}
#[test]
fn networks_up() {
    for kind in PLATFORMS {
        for name in ["lan", "san", "wire", "office"] {
            let plan = move |w: &World| w.net_up(name).unwrap();
            every(&Scenario { kind, setup: Box::new(World::wire), plan: Box::new(plan) }, 10);
        }
    }
}
#[test]
fn networks_away() {
    for kind in PLATFORMS {
        for name in ["lan", "office"] {
            let setup = move |w: &World| {
                w.wire();
                run(w, &w.net_up(name).unwrap().unwrap());
            };
            let plan = move |w: &World| w.net_remove(name).ok();
            every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, 5);
        }
    }
}
