//! VMs: how they are made, started and ended, and what their hypervisors are told.

use super::{Node, UUID, golden, nodes, time};
use jug::facts::{Hypervisor, Mounted};
use jug::host::fs::Kind;
use jug::model::env::{Env, Storage};
use jug::model::image::Image;
use jug::model::name::{EnvName, ImageName};
use jug::model::schema::{self, Change};
use jug::model::vm::Vm;
use jug::plan::vm_image::Flashing;
use jug::plan::{create, machine, seed, start, stop, vm_disk, vm_image, wire};
use jug::platform;
use jug::store::started::Started;

/// A host that can run VMs, with a network for them.
fn able(n: &mut Node) {
    let dir = if n.word == "freebsd" {
        "/usr/local/share/uefi-firmware/BHYVE_UEFI"
    } else {
        "/usr/share/OVMF/OVMF"
    };
    let files = if n.word == "freebsd" { [".fd", "_VARS.fd"] } else { ["_CODE_4M.fd", "_VARS_4M.fd"] };
    n.facts.hypervisor = Some(Hypervisor {
        there: true,
        kvm: false,
        firmware: Some(files.map(|f| format!("{dir}{f}").parse().unwrap())),
        maxcpu: Some(16),
        seeds: (n.word == "linux").then_some(jug::plan::seed::Maker::Genisoimage),
        free: Some(8 << 30),
    });
    let lan = "version = 1\nuuid = \"00000000-0000-4000-8000-000000000001\"\ncreated = \"2026-01-02T03:04:05Z\"\n\
        unit = 1000\nsubnets = [\"10.10.0.0/24\"]\ngateway = [\"10.10.0.1\"]\nmtu = 1400\n";
    n.facts.networks.insert("lan".into(), lan.into());
}

/// A VM with these keys.
fn vm(n: &Node, keys: &[&str]) -> Env {
    let mut env = Env::new_vm(UUID, time(), Vm::default());
    env.owner.epoch = 1;
    env.storage = Storage::Zfs;
    env.dataset = Some(n.root.child("env").child("db"));
    let mut changes: Vec<Change> = Vec::new();
    for key in keys {
        match key.strip_prefix("vm.disks=") {
            Some(disks) => {
                changes.push(Change::disks(&disks.split(' ').map(|d| d.parse().unwrap()).collect::<Vec<_>>()))
            }
            None => changes.push(key.parse().unwrap()),
        }
    }
    schema::edit(&schema::env_text(&env).unwrap(), "db", &changes).unwrap().1
}

/// With the paths of its disks there.
fn filled(n: &mut Node, name: &EnvName, env: &Env) {
    let paths = machine::paths(&n.guest(name, env, None), env.vm.as_ref().unwrap());
    n.facts.paths.extend(paths.iter().map(|p| (p.to_string(), Kind::File)));
}

#[test]
fn life() {
    let name: EnvName = "db".parse().unwrap();
    for mut n in nodes() {
        able(&mut n);
        let env = vm(
            &n,
            &["vm.disks=disk0:10G log:1G,type=raw", "net=lan:10.10.0.7,unit=1004", "vm.vnc=127.0.0.1:5901"],
        );
        golden(&n, "vm-create", &create::plan(&n.guest(&name, &env, None), &n.facts).unwrap());
        filled(&mut n, &name, &env);
        n.facts.paths.retain(|p, _| !p.ends_with("VARS.fd") && !p.ends_with("VARS_4M.fd"));
        let begin = start::plan(&n.guest(&name, &env, None), &n.facts, time()).unwrap().unwrap();
        golden(&n, "vm-start", &begin);
        let started =
            Started { version: 1, at: time(), added: Vec::new(), kept: Vec::new(), env: env.clone() };
        let container = jug::facts::Container {
            id: "77".into(),
            name: "db".into(),
            path: n.layout.data(&name).to_string(),
            uuid: Some(env.uuid),
            running: true,
            vm: true,
            alone: false,
        };
        n.facts.containers = vec![container.clone()];
        let guest = n.guest(&name, &env, None);
        assert!(start::plan(&guest, &n.facts, time()).unwrap().is_none(), "what runs is started");
        golden(&n, "vm-stop", &stop::plan(&guest, &n.facts, Some(&started)).unwrap().unwrap());
        // What is left of one that was killed with its supervisor.
        n.facts.containers.clear();
        golden(
            &n,
            "vm-clear",
            &stop::plan(&n.guest(&name, &env, None), &n.facts, Some(&started)).unwrap().unwrap(),
        );
        assert!(stop::plan(&n.guest(&name, &env, None), &n.facts, None).unwrap().is_none());
        // Of somebody else's nothing is touched.
        n.facts.containers =
            vec![jug::facts::Container { uuid: None, path: "/dev/vmm/db".into(), ..container }];
        let e = start::plan(&n.guest(&name, &env, None), &n.facts, time()).unwrap_err();
        assert!(e.reason.contains("not jug's"), "{e}");
        assert!(stop::plan(&n.guest(&name, &env, None), &n.facts, Some(&started)).is_err());
        n.facts.containers.clear();
        let bigger = vm(&n, &["vm.disks=disk0:20G log:1G,type=raw"]);
        let texts = (schema::env_text(&env).unwrap(), schema::env_text(&bigger).unwrap());
        let of = |e: &Env| e.vm.as_ref().unwrap().disks[0].clone();
        let sizes = ("10G".parse().unwrap(), "20G".parse().unwrap());
        let guests = (n.guest(&name, &env, None), n.guest(&name, &bigger, None));
        let change = vm_disk::Change::Grow(&of(&bigger), sizes.0, sizes.1);
        let plan =
            vm_disk::plan((&guests.0, &guests.1), change, &n.facts, None, (&texts.0, &texts.1)).unwrap().0;
        golden(&n, "vm-disk-resize", &plan);
    }
}

#[test]
fn a_disk_of_an_image_and_what_its_guest_is_told() {
    let (name, debian): (EnvName, ImageName) = ("db".parse().unwrap(), "debian-13".parse().unwrap());
    let text = format!(
        "version = 1\nuuid = \"{}\"\ncreated = \"2026-01-02T03:04:05Z\"\nsource = \"https://example.org/d.raw\"\n\
         format = \"raw\"\nsize = 3221225984\nsum = \"sha256:{}\"\nmtime = \"2026-01-02T03:04:05Z\"\n\
         verified = \"2026-01-02T03:04:05Z\"\n",
        uuid::Uuid::from_u128(7),
        "01".repeat(32)
    );
    let image: Image = schema::read(&text, "debian-13").unwrap();
    for mut n in nodes() {
        able(&mut n);
        n.facts.images.insert("debian-13".into(), text.clone());
        let of = |disks: &str| {
            let mut env = vm(&n, &[disks, "vm.seed=nocloud", "net=lan:10.10.0.7,unit=1004"]);
            env.vm.as_mut().unwrap().image = Some(debian.clone());
            env
        };
        let env = of("vm.disks=disk0:20G");
        let volume = vm_image::cloned(&env).unwrap();
        let made = vm_image::prepare(&debian, &image, &volume, &n.layout, &n.facts).unwrap().unwrap();
        golden(&n, "image-volume", &made);
        let given = vec![
            (seed::USER_DATA, seed::Text::Of("/root/told".parse().unwrap())),
            (seed::KEYS, seed::Text::This("a key\n".into())),
        ];
        golden(
            &n,
            "vm-create-image",
            &create::plan_told(&n.guest(&name, &env, None), &n.facts, &given, Flashing::default()).unwrap(),
        );
        let raw = of("vm.disks=disk0:20G,type=raw");
        assert!(vm_image::cloned(&raw).is_none());
        golden(&n, "vm-create-image-copied", &create::plan(&n.guest(&name, &raw, None), &n.facts).unwrap());
        let theirs = of("vm.disks=disk0:/dev/da1");
        let small = of("vm.disks=disk0:3G");
        let e = create::plan(&n.guest(&name, &small, None), &n.facts).unwrap_err();
        assert!(e.code == jug::error::Code::Usage && e.to_string().contains("needs 3073M"), "{e}");
        // Onto a disk of somebody else's, over nothing unasked.
        assert!(vm_image::cloned(&theirs).is_none());
        n.facts.paths.insert("/dev/da1".into(), Kind::File);
        for (what, force) in [("onto", false), ("over", true)] {
            let how = Flashing { force, verify: !force };
            let plan = create::plan_told(&n.guest(&name, &theirs, None), &n.facts, &Vec::new(), how).unwrap();
            golden(&n, &format!("vm-create-image-{what}"), &plan);
        }
        let [source, target, fstype] = ["/dev/da1p2", "/mnt", "ext4"].map(String::from);
        n.facts.mounts.push(Mounted { source, target, fstype, exported: false });
        let e = create::plan(&n.guest(&name, &theirs, None), &n.facts).unwrap_err();
        assert!(e.code == jug::error::Code::Busy && e.reason.contains("mounted at /mnt"), "{e}");
        n.facts.mounts.pop();
        filled(&mut n, &name, &env);
        let (guest, text) = (n.guest(&name, &env, None), schema::env_text(&env).unwrap());
        golden(&n, "vm-start-seed", &start::plan(&guest, &n.facts, time()).unwrap().unwrap());
        let given = vec![given[0].clone(), (seed::META_DATA, seed::Text::Without)];
        let plan = seed::change((&guest, &guest), &given, &n.facts, None, (&text, &text)).unwrap().0;
        golden(&n, "vm-seed", &plan);
        // Of that volume, and of no other of that name.
        let dataset = jug::programs::zfs::Dataset { uuid: Some(image.uuid), ..Default::default() };
        n.facts.datasets.insert(volume.to_string(), dataset.clone());
        assert!(vm_image::prepare(&debian, &image, &volume, &n.layout, &n.facts).unwrap().is_none());
        assert_eq!(vm_image::forget(&debian, &image, &volume, &n.facts).unwrap().len(), 2);
        let clone =
            jug::programs::zfs::Dataset { origin: Some(format!("{volume}@jug-base")), ..Default::default() };
        n.facts.datasets.insert("tank/theirs".into(), clone);
        let e = vm_image::forget(&debian, &image, &volume, &n.facts).unwrap_err();
        assert!(e.code == jug::error::Code::Busy && e.to_string().contains("tank/theirs is a clone"), "{e}");
        n.facts.datasets.insert(volume.to_string(), jug::programs::zfs::Dataset { uuid: None, ..dataset });
        let e = vm_image::prepare(&debian, &image, &volume, &n.layout, &n.facts).unwrap_err();
        assert_eq!(e.code, jug::error::Code::Conflict);
    }
}

/// What each hypervisor is told of a machine, or why it can't be.
fn told(n: &mut Node, keys: &[&str]) -> String {
    let (name, env) = ("db".parse().unwrap(), vm(n, keys));
    filled(n, &name, &env);
    let guest = n.guest(&name, &env, None);
    let cards = wire::cards(&guest, &n.facts).unwrap();
    match machine::of(&guest, env.vm.as_ref().unwrap(), &cards, &n.facts) {
        Err(e) => format!("{e}\n"),
        Ok(m) => {
            let (orders, config) = platform::machine::orders(&guest, &m);
            let mut text = config.map(|c| c.1).unwrap_or_default();
            for cmd in orders.prepare.iter().chain([&orders.run]) {
                text.push_str(&format!("{}\n", cmd.to_string().replace(" -", "\n  -")));
            }
            text
        }
    }
}

#[test]
fn what_hypervisors_are_told() {
    for (what, keys) in [
        ("uefi", &["vm.disks=disk0:10G", "vm.cpus=2", "vm.memory=2G"][..]),
        ("uefi-of-its-own", &["vm.firmware_file=/fw/code.fd"]),
        ("bhyveload", &["vm.firmware=bhyveload", "vm.disks=disk0:10G"]),
        (
            "direct",
            &[
                "vm.firmware=direct",
                "vm.kernel=/k/vmlinuz",
                "vm.initrd=/k/initrd",
                "vm.cmdline=console=ttyS0 a,b",
            ],
        ),
        ("disks", &["vm.disks=a:1G b:1G,bus=nvme,ro c:1G,bus=ahci d:/dev/da1,ro e:1G,type=raw"]),
        ("disk-read-only-ahci", &["vm.disks=a:1G,bus=ahci,ro"]),
        (
            "disk-cd-and-seed",
            &["vm.disks=a:1G,bus=ahci b:/dev/da1,bus=nvme", "vm.cd=/iso/x,y.iso", "vm.seed=config-drive"],
        ),
        (
            "installer",
            &[
                "vm.disks=disk0:10G",
                "vm.cd=/iso/a%b.iso",
                "vm.boot=cd",
                "vm.vnc=127.0.0.1:5901,w=800,h=600,wait",
            ],
        ),
        ("seed", &["vm.disks=disk0:10G", "vm.cd=/iso/x.iso", "vm.seed=nocloud"]),
        ("ignition", &["vm.disks=disk0:10G", "vm.seed=ignition"]),
        ("nics", &["net=lan:10.10.0.7,unit=1004,lan:10.10.0.8,mac=02:00:00:00:00:07,unit=1005"]),
        ("e1000", &["net=lan:10.10.0.7,unit=1004", "vm.nic_model=e1000", "vm.localtime=true"]),
        ("topology", &["vm.cpus=8,sockets=2,cores=2,threads=2", "vm.wired=true"]),
        ("too-many", &["vm.cpus=17"]),
        ("cores", &["vm.cpus=6,sockets=2,cores=3"]),
        ("firmware-of-neither", &["vm.firmware=direct", "vm.kernel=/k/vmlinuz", "vm.seed=ignition"]),
        ("passthru", &["vm.passthru=5/0/0,6/0/1", "vm.shares=src=/usr/src,ro"]),
        ("flags", &["vm.bhyve_flags=-S,-w,-Y", "vm.vnc=[::1]:5902,password=none", "vm.accel=tcg"]),
        ("kvm", &["vm.accel=kvm"]),
    ] {
        for mut n in nodes() {
            able(&mut n);
            let text = told(&mut n, keys);
            insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "../snapshots"}, {
                insta::assert_snapshot!(format!("{}-machine-{what}", n.word), text);
            });
        }
    }
}

/// What a VM's refusals say to do next is done by the commands on VMs: those on jails refuse it.
#[test]
fn no_refusal_of_a_vm_names_a_command_on_jails() {
    use jug::plan::{clone, mnt, register, remove, rename, snapshot, wire};
    let (name, other): (EnvName, EnvName) = ("db".parse().unwrap(), "copy".parse().unwrap());
    for mut n in nodes() {
        able(&mut n);
        let env = vm(&n, &["vm.disks=disk0:10G"]);
        let mut copy = env.clone();
        (copy.uuid, copy.dataset) = (uuid::Uuid::from_u128(9), Some(n.root.child("env").child("copy")));
        let with = |key: &str| vm(&n, &["vm.disks=disk0:10G", key]);
        let (safe, plain) =
            (with("protected=true"), Env { storage: Storage::Dir, dataset: None, ..env.clone() });
        let shared = Env { storage: Storage::External, ..plain.clone() };
        let unnumbered = with("net=lan");
        let of = |e| n.guest(&name, e, None);
        let (guest, to, facts) = (of(&env), n.guest(&other, &copy, None), &n.facts);
        let mut there = facts.clone();
        let stamped = facts.datasets.values().next().unwrap().clone();
        for set in [guest.env.dataset.clone().unwrap(), guest.env.dataset.as_ref().unwrap().child("data")] {
            there
                .datasets
                .insert(set.to_string(), jug::facts::Dataset { uuid: Some(UUID), ..stamped.clone() });
        }
        let mut cloned = there.clone();
        let origin = Some(format!("{}/env/db/data@jug-clone-00000000", n.root));
        cloned
            .datasets
            .insert(format!("{}/env/copy/data", n.root), jug::facts::Dataset { origin, ..stamped.clone() });
        let mut runs = there.clone();
        runs.containers.push(jug::facts::Container {
            id: "77".into(),
            name: "db".into(),
            path: n.layout.data(&name).to_string(),
            uuid: Some(UUID),
            running: true,
            vm: true,
            alone: false,
        });
        let refused = [
            remove::plan(&of(&safe), facts, false).err(),
            remove::plan(&guest, &runs, false).err(),
            remove::plan(&guest, facts, false).err(),
            remove::plan(&guest, &cloned, false).err(),
            remove::forget(&of(&safe), facts).err(),
            remove::forget(&guest, &runs).err(),
            remove::forget(&guest, &there).err(),
            rename::plan(&guest, &to, &runs).err(),
            rename::plan(&of(&shared), &to, facts).err(),
            clone::plan(&of(&plain), &to, &runs, None).err(),
            register::leave(&guest, &runs, time(), Vec::new()).err(),
            snapshot::own(&of(&plain), facts).err(),
            wire::cards(&of(&unnumbered), facts).err(),
            Some(mnt::fenced(&guest)),
            schema::edit(&schema::env_text(&env).unwrap(), "db", &["name=h".parse().unwrap()]).err(),
            schema::edit(&schema::env_text(&env).unwrap(), "db", &["storage=dir".parse().unwrap()]).err(),
        ];
        for (i, e) in refused.into_iter().enumerate() {
            let next = e.unwrap_or_else(|| panic!("{i} is not refused")).next;
            let next = next.unwrap_or_else(|| panic!("{i} has no next step"));
            assert!(!next.contains(" jug j") && !next.starts_with("jug j"), "{i}: {next}");
            assert!(next.contains("vm-"), "{i}: {next}");
        }
    }
}
