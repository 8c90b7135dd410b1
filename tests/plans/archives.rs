//! Golden plans of jexport and jimport, and what they refuse.

use super::{Node, UUID, golden, nodes};
use jug::error::Code;
use jug::host::fs::Kind;
use jug::model::archive::Form;
use jug::model::env::{Env, Mode, Storage};
use jug::model::name::{AbsPath, EnvName, SnapshotName};
use jug::plan::Plan;
use jug::plan::archive::{self, How};

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
            let before = archive::place(&guest, &n.facts, stream).unwrap();
            joined(before, archive::register(&guest, stream, true).unwrap())
        };
        golden(&n, "jimport-dir", &import(&n, &env, None));
        env.storage = Storage::Zfs;
        env.dataset = Some(n.root.child("env").child("new"));
        let label = "jug-export-12345678".parse().unwrap();
        golden(&n, "jimport-zfs-stream", &import(&n, &env, Some(&label)));
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
        let e = archive::place(&n.guest(&new, &thin, None), &n.facts, None).unwrap_err();
        assert_eq!(e.code, Code::NotFound, "{e}");
        let full = Env { mode: Mode::Full, ..flat.clone() };
        assert!(archive::place(&n.guest(&new, &full, None), &n.facts, None).is_ok());
        let e = archive::place(&n.guest(&name, &full, None), &n.facts, None).unwrap_err();
        assert_eq!(e.code, Code::Conflict, "{e}");
    }
}
