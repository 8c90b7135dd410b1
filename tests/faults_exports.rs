//! Exports with every step failing in turn, and a server that exits 0 whatever it reads: what was asked is what is
//! exported, or it is all as before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod common;

use common::drive::{End, Scenario, attempt, has_journal, run};
use common::fake::{Dataset, Mount};
use common::world::{UUID, World};
use jug::error::Result;
use jug::facts::gather::{Wanted, gather};
use jug::model::export::{Options, Owner, Squash};
use jug::model::name::AbsPath;
use jug::model::node::NodeConfig;
use jug::model::node::Server;
use jug::plan::Plan;
use jug::plan::export::{Unwish, Via, Wish, export, unexport};
use jug::plan::exported::Here;
use jug::platform::PlatformKind;
use jug::platform::nfs::Asked;

fn file(w: &World) -> AbsPath {
    w.layout.workdir.join("jug.exports")
}

/// Two datasets and a disk, and a server that runs.
fn served(w: &World) {
    let mut state = w.fake.state();
    for (source, name, fstype) in
        [("tank/pub", "pub", "zfs"), ("tank/pub/a b", "pub/a b", "zfs"), ("/dev/md0", "disk", "ufs")]
    {
        let target = w.top().join(&format!("exp/{name}")).to_string();
        std::fs::create_dir_all(&target).unwrap();
        if fstype == "zfs" {
            let dataset = Dataset { stamp: None, mountpoint: target.clone(), mounted: true, origin: None };
            state.datasets.insert(source.into(), dataset);
        }
        state.mounts.push(Mount { source: source.into(), target, fstype: fstype.into() });
    }
    state.nfs.runs = true;
    state.nfs.file = file(w).to_string();
}

fn asked(w: &World) -> Wanted {
    let serving = Asked {
        server: Server::Mountd,
        file: file(w),
        daemons: true,
        settings: false,
        users: vec!["root".into()],
        groups: Vec::new(),
        paths: Vec::new(),
        ganesha: None,
    };
    Wanted { mounts: true, serving: Some(serving), ..Wanted::default() }
}

fn wish(w: &World, name: &str, clients: &str, via: Via) -> Wish {
    Wish {
        targets: vec![w.top().join(&format!("exp/{name}"))],
        owner: Owner::Own,
        clients: clients.parse().unwrap(),
        options: Options { squash: Squash::Maproot("root".parse().unwrap()), ..Options::default() },
        children: true,
        replace: false,
        i_know: false,
        via: Some(via),
    }
}

fn plan(w: &World, wish: &Wish) -> Result<Option<Plan>> {
    let facts = gather(&w.fake, w.fake.platform.as_ref(), &w.layout, &asked(w))?;
    export("it", wish, &Here::new(&facts, &NodeConfig::default())?, UUID)
}

fn back(w: &World, name: &str, clients: Option<&str>) -> Option<Plan> {
    let facts = gather(&w.fake, w.fake.platform.as_ref(), &w.layout, &asked(w)).unwrap();
    let wish = Unwish {
        targets: vec![w.top().join(&format!("exp/{name}"))],
        clients: clients.map(|c| c.parse().unwrap()),
        children: true,
        ..Unwish::default()
    };
    let config = NodeConfig::default();
    unexport("it", &wish, &Here::new(&facts, &config).unwrap(), UUID).unwrap()
}

fn every(setup: impl Fn(&World) + 'static, plan: impl Fn(&World) -> Option<Plan> + 'static, at_least: usize) {
    let scenario = Scenario { kind: PlatformKind::Freebsd, setup: Box::new(setup), plan: Box::new(plan) };
    let met = scenario.break_every_step();
    assert!(met >= at_least, "only {met} faults were met");
    scenario.break_every_undo();
    scenario.break_every_question();
    scenario.break_every_question_past_return();
}

/// Who may mount what, as the kernel has it.
fn kernel(w: &World) -> Vec<String> {
    let top = format!("{}/exp/", w.top());
    let mut all: Vec<String> = w
        .fake
        .state()
        .nfs
        .kernel
        .iter()
        .map(|t| format!("{} {} {}", t.path.replace(&top, ""), t.client, t.options))
        .collect();
    all.sort();
    all
}

#[test]
fn an_export_can_break_anywhere() {
    for (name, via) in [("pub", Via::Zfs), ("pub", Via::File), ("disk", Via::File)] {
        every(served, move |w| plan(w, &wish(w, name, "10.0.0.1", via)).unwrap(), 8);
        let setup = move |w: &World| {
            served(w);
            run(w, &plan(w, &wish(w, name, "10.0.0.1", via)).unwrap().unwrap());
        };
        // Another client, and away with all.
        every(setup, move |w| plan(w, &wish(w, name, "10.0.0.2", via)).unwrap(), 8);
        every(setup, move |w| back(w, name, None), 8);
    }
}

#[test]
fn what_was_asked_is_what_the_kernel_is_told() {
    let w = World::new(PlatformKind::Freebsd);
    served(&w);
    run(&w, &plan(&w, &wish(&w, "pub", "10.0.0.1", Via::Zfs)).unwrap().unwrap());
    run(&w, &plan(&w, &wish(&w, "disk", "10.0.0.1,10.9.0.2", Via::File)).unwrap().unwrap());
    let options = "-maproot=root -sec=sys";
    assert_eq!(
        kernel(&w),
        ["disk 10.0.0.1", "disk 10.9.0.2", "pub 10.0.0.1", "pub/a b 10.0.0.1"]
            .map(|l| format!("{l} {options}"))
    );
    run(&w, &back(&w, "disk", Some("10.0.0.1")).unwrap());
    run(&w, &back(&w, "pub", None).unwrap());
    assert_eq!(kernel(&w), [format!("disk 10.9.0.2 {options}")]);
    assert!(w.fake.state().nfs.shares.is_empty() && back(&w, "pub", None).is_none());
}

/// What only the server finds out: a line of others that it takes before or after jug's.
#[test]
fn what_the_server_does_not_take_is_undone() {
    for via in [Via::Zfs, Via::File] {
        let w = World::new(PlatformKind::Freebsd);
        served(&w);
        // A name that the server looks up: jug can't know that it is 10.0.0.1. The fake does not either, so that the
        // clash is made when the plan is through with its checks.
        let p = plan(&w, &wish(&w, "disk", "10.0.0.1", Via::File)).unwrap().unwrap();
        let p =
            if via == Via::Zfs { plan(&w, &wish(&w, "pub", "10.0.0.1", via)).unwrap().unwrap() } else { p };
        let name = if via == Via::Zfs { "pub" } else { "disk" };
        w.fake.state().nfs.admin = format!("{}/exp/{name} -ro 10.0.0.1\n", w.top());
        let before = w.picture();
        // The same complaint once before, which syslogd would only count.
        for _ in 0..2 {
            match attempt(&w, &p) {
                End::Failed(e) => {
                    assert!(e.reason.contains("netcred already exists"), "{e}");
                    assert!(!has_journal(&w, &p));
                }
                _ => panic!("it was taken"),
            }
            assert_eq!(kernel(&w), [format!("{name} 10.0.0.1 -ro")]);
            w.fake.state().nfs.kernel.clear();
            assert_eq!(w.picture(), before);
        }
    }
}

/// What is taken back stays so, whatever others have written meanwhile.
#[test]
fn what_others_export_too_can_be_taken_back() {
    let w = World::new(PlatformKind::Freebsd);
    served(&w);
    run(&w, &plan(&w, &wish(&w, "disk", "10.0.0.1,10.0.0.2", Via::File)).unwrap().unwrap());
    w.fake.state().nfs.admin =
        format!("{0}/exp/disk -ro 10.0.0.1 10.0.0.3\n{0}/exp/disk -ro 10.0.0.2\n", w.top());
    run(&w, &back(&w, "disk", Some("10.0.0.1")).unwrap());
    assert_eq!(
        kernel(&w),
        ["disk 10.0.0.1 -ro", "disk 10.0.0.2 -maproot=root -sec=sys", "disk 10.0.0.3 -ro"]
    );
    run(&w, &back(&w, "disk", None).unwrap());
    assert_eq!(kernel(&w), ["disk 10.0.0.1 -ro", "disk 10.0.0.2 -ro", "disk 10.0.0.3 -ro"]);
}

/// A server that hangs, one that is gone, and one that complains of others.
#[test]
fn a_server_that_does_nothing_is_seen() {
    let w = World::new(PlatformKind::Freebsd);
    served(&w);
    w.fake.state().nfs.hangs = true;
    let before = w.picture();
    let p = plan(&w, &wish(&w, "disk", "10.0.0.1", Via::File)).unwrap().unwrap();
    match attempt(&w, &p) {
        End::Failed(e) => assert!(e.reason.contains("does not show") && !has_journal(&w, &p), "{e}"),
        _ => panic!("nothing was exported, and that was not seen"),
    }
    assert_eq!(w.picture(), before);
    w.fake.state().nfs.hangs = false;
    w.fake.state().nfs.admin = "/nosuch 10.0.0.1\n".into();
    let lock = jug::store::lock::exclusive(&w.layout, "it", "nfs-export").unwrap();
    let p = plan(&w, &wish(&w, "disk", "10.0.0.1", Via::File)).unwrap().unwrap();
    let warnings = jug::apply::run(&w.fake.ctx(), "it", &p, &lock).unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("/nosuch"), "{warnings:?}");
    // What can't be seen of it is said.
    w.fake.state().nfs.unlogged = true;
    w.fake.state().nfs.log.clear();
    let p = plan(&w, &wish(&w, "disk", "10.0.0.3", Via::File)).unwrap().unwrap();
    let warnings = jug::apply::run(&w.fake.ctx(), "it", &p, &lock).unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("/var/log/messages"), "{warnings:?}");
    w.fake.state().nfs.runs = false;
    let e = plan(&w, &wish(&w, "disk", "10.0.0.2", Via::File)).unwrap_err();
    assert_eq!(e.code, jug::error::Code::HostLacks, "{e}");
}

/// Files that the server reads beside /etc/exports are the administrator's as well.
#[test]
fn other_files_of_the_administrators() {
    let w = World::new(PlatformKind::Freebsd);
    served(&w);
    let text = format!("V4: {0}\n{0}/exp/disk -ro 10.0.0.1\n", w.top());
    w.fake.state().nfs.more = ("/etc/more.exports".into(), text);
    let e = plan(&w, &wish(&w, "disk", "10.0.0.1", Via::File)).unwrap_err();
    assert!(e.reason.ends_with("/etc/more.exports line 2"), "{e}");
    let p = plan(&w, &wish(&w, "disk", "10.0.0.2", Via::File)).unwrap().unwrap();
    assert!(!p.to_string().contains("V4:"), "{p}");
    run(&w, &p);
    assert_eq!(kernel(&w), ["disk 10.0.0.1 -ro", "disk 10.0.0.2 -maproot=root -sec=sys"]);
}
