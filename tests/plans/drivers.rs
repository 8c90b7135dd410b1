//! What jug mounts by itself, with each driver, where there is one.

use super::{Node, golden, nodes, time};
use jug::error::Code;
use jug::model::env::{Env, Mode, Storage};
use jug::model::external::{Driver, External, Names, Part};
use jug::model::name::EnvName;
use jug::plan::driver::Need;
use jug::plan::{Plan, create, mnt, register, start};
use jug::platform::PlatformKind;

fn external(driver: Driver) -> External {
    let text = match driver {
        Driver::Script => "",
        Driver::Nfs4 => "server = '10.0.0.1'\nroot = '/tank/jails'",
        Driver::Nfs3 => "server = 'filer'\nroot = '/'\noptions = ['rsize=65536', 'tcp']",
        Driver::Glusterfs => "server = '10.0.0.1'\nroot = '/volume/jails'\nmounts = ['data', 'system']",
        Driver::Cephfs => {
            "server = 'm1,m2:6789'\nroot = '/jails'\nkey_file = '/etc/ceph/jug'\noptions = ['name=jug']"
        }
        Driver::Iscsi => "portal = '10.0.0.1'\ntarget = 'iqn.2026-01.org.example:{name}'\nforce = true",
        Driver::Geli => {
            "device = '/dev/gpt/{name}'\nkey_file = '/keys/{name}'\npassphrase_file = '/keys/pass'"
        }
    };
    let it: External = toml::from_str(text).unwrap();
    let it = External { driver, ..it };
    it.check().unwrap();
    it
}

/// An environment whose storage this driver mounts.
fn env(n: &Node, driver: Driver) -> Env {
    let mut env = n.env("thin1");
    (env.storage, env.dataset, env.mode) = (Storage::External, None, Mode::Thin);
    (env.external, env.owner.epoch) = (external(driver), 3);
    env
}

fn mounting(n: &Node, env: &Env, need: Need) -> jug::error::Result<Plan> {
    let name: EnvName = "thin1".parse().unwrap();
    let guest = n.guest(&name, env, None);
    let mut plan = Plan::new("jstart", &name);
    plan.steps = mnt::start_for(&guest, &n.facts, need)?;
    plan.point_of_no_return();
    plan.steps.extend(mnt::stop(&guest, &mnt::before(&guest, &n.facts)));
    Ok(plan)
}

#[test]
fn drivers() {
    for n in nodes() {
        for driver in
            [Driver::Nfs4, Driver::Nfs3, Driver::Glusterfs, Driver::Cephfs, Driver::Iscsi, Driver::Geli]
        {
            let env = env(&n, driver);
            let plan = mounting(&n, &env, Need::Ours);
            if driver.is_disk() && n.platform.kind() == PlatformKind::Linux {
                let e = plan.unwrap_err();
                assert!(e.code == Code::HostLacks && e.reason.contains("only FreeBSD has"), "{e}");
                continue;
            }
            golden(&n, &format!("driver-{}", driver.as_str()), &plan.unwrap());
        }
    }
}

/// Nothing is written to a disk before it is known whose it is, and only its owner mends it.
#[test]
fn a_disk_is_looked_at_before_it_is_written_to() {
    let [n, _] = nodes();
    let (name, base): (EnvName, _) =
        ("thin1".parse().unwrap(), n.base(n.env("thin1").base.as_ref().unwrap()));
    for driver in [Driver::Iscsi, Driver::Geli] {
        let env = env(&n, driver);
        let guest = n.guest(&name, &env, Some(&base));
        let at =
            |plan: &Plan, word: &str| plan.steps.iter().position(|s| s.action.to_string().contains(word));
        let start = start::plan(&guest, &n.facts, time()).unwrap().unwrap();
        let (look, owner) = (at(&start, "-o ro"), at(&start, "/.disks/thin1/system/owner.d"));
        let (mend, clean) = (at(&start, "fsck_ffs"), at(&start, "dumpfs"));
        let write = at(&start, "mount -u -o rw");
        assert!(look.is_some() && look < owner && owner < mend && mend < clean && clean < write, "{start}");
        // A new one is not another's to mend, nor is one that is only looked at.
        let mut new = env.clone();
        new.owner.epoch = 1;
        let new = n.guest(&name, &new, Some(&base));
        let mut facts = n.facts.clone();
        facts.environments.remove("thin1");
        facts.paths.retain(|p, _| !p.contains("thin1"));
        let made = create::plan(&new, &facts).unwrap();
        let (look, clean, write) = (at(&made, "-o ro"), at(&made, "dumpfs"), at(&made, "-o rw"));
        assert!(at(&made, "fsck").is_none() && look < clean && clean < write, "{made}");
        let seen = mounting(&n, &env, Need::Look).unwrap();
        assert!(at(&seen, "-o ro").is_some() && at(&seen, "-o rw").is_none(), "{seen}");
        assert!(at(&seen, "fsck").is_none() && at(&seen, "mkdir -m 755 /usr/jails/run/.disks").is_none());
        // One that was given up or is taken over is written to only if it is clean, and no sooner than it was read.
        for (take, mends) in [(Some(4), false), (None, true)] {
            let mut facts = n.facts.clone();
            facts.environments.remove("thin1");
            let mut plan = Plan::new("jregister", &name);
            plan.steps = register::enter(&guest, &facts, take, time(), None, false).unwrap();
            assert_eq!(at(&plan, "fsck_ffs").is_some(), mends, "{plan}");
            assert!(at(&plan, "dumpfs") < at(&plan, "-o rw"), "{plan}");
            assert!(at(&plan, "-o rw") < at(&plan, "envs/thin1.toml"), "{plan}");
        }
    }
}

#[test]
fn a_driver_mounts_what_it_is_told_to() {
    for n in nodes() {
        let mut env = env(&n, Driver::Nfs4);
        env.external.mounts = vec![Part::System, Part::Data];
        let plan = mounting(&n, &env, Need::Ours).unwrap().to_string();
        assert!(!plan.contains("/rcconf/thin1") && !plan.contains("/tank/jails/fstab"), "{plan}");
        env.external.names = Names::Workdir;
        let plan = mounting(&n, &env, Need::Ours).unwrap().to_string();
        assert!(plan.contains(":/tank/jails/jails-data/thin1-data "), "{plan}");
        // What the copy says of it, which may be from anywhere, is nothing to this node.
        let name: EnvName = "thin1".parse().unwrap();
        let text = jug::model::portable::write(&name, &env, &n.layout).unwrap();
        assert!(!text.contains("external]") && !text.contains("10.0.0.1"), "{text}");
        let theirs = format!("{text}\n[external]\ndriver = 'nfs4'\nserver = 'evil'\nroot = '/'\n");
        let read = jug::model::portable::read(&theirs, "env.toml", &n.layout).unwrap();
        assert!(read.external.is_default() && read.storage == Storage::External);
    }
}
