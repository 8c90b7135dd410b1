//! Golden plans of jexport and jimport, vm-export and vm-import, and what they refuse.

use super::{Node, UUID, golden, nodes, time};
use jug::error::Code;
use jug::facts::{Container, Dataset};
use jug::host::fs::Kind;
use jug::model::archive::{Form, disks};
use jug::model::env::{Env, Mode, Storage};
use jug::model::name::{AbsPath, EnvName, SnapshotName};
use jug::model::size::ByteSize;
use jug::model::vm::Vm;
use jug::plan::Plan;
use jug::plan::archive::{self, Coming, How, Source};

fn joined(mut before: Plan, after: Plan) -> Plan {
    before.no_return = after.no_return.map(|n| before.steps.len() + n);
    before.steps.extend(after.steps);
    before
}

fn paths() -> [AbsPath; 2] {
    ["/backup/.www.jug.part", "/backup/www.jug"].map(|p| p.parse().unwrap())
}

#[test]
fn plans() {
    for n in nodes() {
        let [part, file] = paths();
        for (what, env, form) in
            [("jexport-zfs", "clone2", Form::Tar), ("jexport-zfs-stream", "clone2", Form::Zfs)]
        {
            let (name, env): (EnvName, Env) = (env.parse().unwrap(), n.env(env));
            let how = How { form, file: Some((&part, &file)), mark: UUID };
            let it = archive::export(&n.guest(&name, &env, None), &n.facts, how).unwrap();
            golden(&n, what, &joined(it.before, it.after));
        }
        let name: EnvName = "new".parse().unwrap();
        let mut env =
            Env { uuid: UUID, mode: Mode::Full, dataset: None, storage: Storage::Dir, ..n.env("clone2") };
        env.owner.epoch = 1;
        let import = |n: &Node, env: &Env, stream: Option<&SnapshotName>| {
            let guest = n.guest(&name, env, None);
            let coming = Coming { snapshot: stream, disks: &[] };
            let before = archive::place(&guest, &n.facts, coming).unwrap();
            joined(before, archive::register(&guest, coming, true).unwrap())
        };
        golden(&n, "jimport-dir", &import(&n, &env, None));
        env.storage = Storage::Zfs;
        env.dataset = Some(n.root.child("env").child("new"));
        let label = "jug-export-12345678".parse().unwrap();
        golden(&n, "jimport-zfs-stream", &import(&n, &env, Some(&label)));
    }
}

/// A VM with a volume, a file and a device of somebody else's.
fn vm(n: &Node, storage: Storage) -> Env {
    let kind = if storage == Storage::Zfs { ",type=raw" } else { "" };
    let all = ["disk0:10G".to_string(), format!("log:1G{kind}"), "shared:/dev/da1".into()];
    let disks = all.iter().map(|d| d.parse().unwrap()).collect();
    let mut env = Env::new_vm(UUID, time(), Vm { disks, ..Vm::default() });
    env.owner.epoch = 1;
    env.storage = storage;
    env.dataset = (storage == Storage::Zfs).then(|| n.root.child("env").child("db"));
    env
}

/// With what such a VM has on ZFS.
fn there(n: &mut Node, env: &Env) {
    let root = env.dataset.as_ref().unwrap();
    let own = |kind: &str| Dataset { kind: kind.into(), uuid: Some(env.uuid), ..Dataset::default() };
    let sets =
        [(root.clone(), "filesystem"), (root.child("data"), "filesystem"), (root.child("disk0"), "volume")];
    n.facts.datasets.extend(sets.map(|(name, kind)| (name.to_string(), own(kind))));
}

#[test]
fn of_a_vm() {
    for mut n in nodes() {
        let (name, [part, file]) = ("db".parse::<EnvName>().unwrap(), paths());
        let how = |form| How { form, file: Some((&part, &file)), mark: UUID };
        let flat = vm(&n, Storage::Dir);
        let it = archive::export(&n.guest(&name, &flat, None), &n.facts, how(Form::Tar)).unwrap();
        golden(&n, "vm-export-dir", &joined(it.before, it.after));
        let (data, system) = (n.layout.data(&name), n.layout.system(&name));
        let gib = |gib: u64| ByteSize(gib << 30);
        let lying = [
            ("data", Source::Files(system)),
            ("disk0.raw", Source::Disk(data.join("disk0.raw"), gib(10))),
            ("log.raw", Source::Disk(data.join("log.raw"), gib(1))),
        ];
        assert_eq!(it.parts, lying.map(|(name, source)| (name.to_string(), source)));

        let coming = disks(&flat, Form::Tar);
        let coming = Coming { snapshot: None, disks: &coming };
        let import = |n: &Node, env: &Env, coming: Coming<'_>| {
            let guest = n.guest(&name, env, None);
            let before = archive::place(&guest, &n.facts, coming).unwrap();
            joined(before, archive::register(&guest, coming, true).unwrap())
        };
        golden(&n, "vm-import-dir", &import(&n, &flat, coming));
        let env = vm(&n, Storage::Zfs);
        golden(&n, "vm-import-zfs", &import(&n, &env, coming));
        let (label, streams) = ("jug-export-12345678".parse().unwrap(), disks(&env, Form::Zfs));
        let streams = Coming { snapshot: Some(&label), disks: &streams };
        golden(&n, "vm-import-zfs-stream", &import(&n, &env, streams));

        there(&mut n, &env);
        let guest = n.guest(&name, &env, None);
        for (what, form, first) in
            [("vm-export-zfs", Form::Tar, "disk0.raw"), ("vm-export-zfs-stream", Form::Zfs, "disk0.zfs")]
        {
            let it = archive::export(&guest, &n.facts, how(form)).unwrap();
            let names: Vec<&str> = it.parts.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["data", first, "log.raw"]);
            golden(&n, what, &joined(it.before, it.after));
        }
    }
}

#[test]
fn refusals_of_a_vm() {
    for mut n in nodes() {
        let (name, flat) = ("db".parse::<EnvName>().unwrap(), vm(&n, Storage::Dir));
        let how = |form| How { form, file: None, mark: UUID };
        n.facts.containers = vec![Container {
            id: "77".into(),
            name: "db".into(),
            path: n.layout.data(&name).to_string(),
            uuid: Some(UUID),
            running: true,
            vm: true,
            alone: false,
        }];
        let e = archive::export(&n.guest(&name, &flat, None), &n.facts, how(Form::Tar)).unwrap_err();
        assert!(e.code == Code::Busy && e.next.unwrap().contains("vm-export --stop db"), "{}", e.reason);
        n.facts.containers.clear();
        let e = archive::export(&n.guest(&name, &flat, None), &n.facts, how(Form::Zfs)).unwrap_err();
        assert_eq!(e.code, Code::Usage, "{e}");
        let mut env = vm(&n, Storage::Zfs);
        there(&mut n, &env);
        env.vm.as_mut().unwrap().disks.remove(0);
        let e = archive::export(&n.guest(&name, &env, None), &n.facts, how(Form::Zfs)).unwrap_err();
        assert!(e.code == Code::Usage && e.reason.contains("none of its disks"), "{e}");
        let shown = env.dataset.as_ref().unwrap().child("export");
        n.facts.datasets.insert(shown.to_string(), Dataset::default());
        let e = archive::export(&n.guest(&name, &env, None), &n.facts, how(Form::Tar)).unwrap_err();
        assert_eq!(e.code, Code::Conflict, "{e}");
    }
}

#[test]
fn refusals() {
    for n in nodes() {
        let [part, file] = paths();
        let (name, env): (EnvName, Env) = ("clone2".parse().unwrap(), n.env("clone2"));
        let how = |form| How { form, file: Some((&part, &file)), mark: UUID };
        let mut facts = n.facts.clone();
        for path in [&part, &file] {
            facts.paths = [(path.to_string(), Kind::File)].into();
            let e = archive::export(&n.guest(&name, &env, None), &facts, how(Form::Tar)).unwrap_err();
            assert!(e.code == Code::Conflict && e.object == path.as_str() && e.next.is_some(), "{e:?}");
        }
        let flat = Env { storage: Storage::Dir, dataset: None, ..env.clone() };
        let e = archive::export(&n.guest(&name, &flat, None), &n.facts, how(Form::Zfs)).unwrap_err();
        assert_eq!(e.code, Code::Usage, "{e}");
        let mut fenced = env.clone();
        fenced.owner.fenced = true;
        let e = archive::export(&n.guest(&name, &fenced, None), &n.facts, how(Form::Tar)).unwrap_err();
        assert_eq!(e.code, Code::Busy, "{e}");
        // A thin one needs its base, a full one none; neither a name that is taken.
        let new: EnvName = "new".parse().unwrap();
        let thin = Env { mode: Mode::Thin, ..flat.clone() };
        let e = archive::place(&n.guest(&new, &thin, None), &n.facts, Coming::default()).unwrap_err();
        assert_eq!(e.code, Code::NotFound, "{e}");
        let full = Env { mode: Mode::Full, ..flat.clone() };
        assert!(archive::place(&n.guest(&new, &full, None), &n.facts, Coming::default()).is_ok());
        let e = archive::place(&n.guest(&name, &full, None), &n.facts, Coming::default()).unwrap_err();
        assert_eq!(e.code, Code::Conflict, "{e}");
    }
}
