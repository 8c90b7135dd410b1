//! The same as in faults.rs for VMs: each step of each plan fails in every way. No tap, no hypervisor, nothing of vmm(4), no
//! volume and no half VM is left.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod common;

use common::drive::{PLATFORMS, Scenario, every, run};
use common::world::World;
use jug::model::archive::Form;
use jug::model::env::Storage;

const STORAGES: [Storage; 2] = [Storage::Dir, Storage::Zfs];

fn imaged(w: &World, storage: Storage) {
    w.for_machines();
    if storage == Storage::Zfs {
        run(w, &w.image_volume().unwrap().unwrap());
    }
}

fn created(w: &World, storage: Storage) {
    imaged(w, storage);
    run(w, &w.vm_create(storage).unwrap());
}

fn started(w: &World, storage: Storage) {
    created(w, storage);
    run(w, &w.vm_start().unwrap().unwrap());
}

/// On both platforms, in directories and on ZFS.
fn everywhere(
    setup: fn(&World, Storage),
    plan: fn(&World, Storage) -> Option<jug::plan::Plan>,
    least: usize,
) {
    for kind in PLATFORMS {
        for storage in STORAGES {
            let setup = move |w: &World| setup(w, storage);
            let plan = move |w: &World| plan(w, storage);
            every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, least);
        }
    }
}

#[test]
fn the_volume_of_an_image() {
    for kind in PLATFORMS {
        let plan = |w: &World| w.image_volume().unwrap();
        every(&Scenario { kind, setup: Box::new(World::for_machines), plan: Box::new(plan) }, 15);
    }
}

#[test]
fn creating() {
    everywhere(imaged, |w, storage| w.vm_create(storage).ok(), 50);
}

#[test]
fn starting() {
    everywhere(created, |w, _| w.vm_start().unwrap(), 50);
}

#[test]
fn stopping() {
    everywhere(started, |w, _| w.vm_stop().unwrap(), 20);
}

#[test]
fn removing() {
    everywhere(created, |w, _| w.remove().ok(), 20);
}

#[test]
fn a_disk_that_grows() {
    everywhere(created, |w, _| w.vm_resize("disk0").unwrap(), 15);
    everywhere(created, |w, _| w.vm_resize("log").unwrap(), 15);
}

#[test]
fn telling_its_guest_something_else() {
    everywhere(created, |w, _| w.vm_seed().ok(), 15);
}

#[test]
fn exporting() {
    for (storage, least) in [(Storage::Dir, 4), (Storage::Zfs, 30)] {
        for kind in PLATFORMS {
            let setup = move |w: &World| created(w, storage);
            let plan = |w: &World| w.vm_export().ok();
            every(&Scenario { kind, setup: Box::new(setup), plan: Box::new(plan) }, least);
        }
    }
}

#[test]
fn importing() {
    let all = [(Storage::Dir, Form::Tar, 30), (Storage::Zfs, Form::Tar, 40), (Storage::Zfs, Form::Zfs, 20)];
    for (storage, form, least) in all {
        for kind in PLATFORMS {
            let plan = move |w: &World| w.vm_import(storage, form).ok();
            let scenario = Scenario { kind, setup: Box::new(World::for_machines), plan: Box::new(plan) };
            let met = scenario.break_every_step();
            assert!(met >= least, "only {met} faults were met");
            scenario.break_every_undo();
            scenario.break_every_question();
        }
    }
}
