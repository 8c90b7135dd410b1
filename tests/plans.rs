//! Golden plans of both platforms, made anywhere from saved facts: what `-n` prints, checked by sh(1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "plans/archives.rs"]
mod archives;
#[path = "plans/drivers.rs"]
mod drivers;
#[path = "plans/exports.rs"]
mod exports;
#[path = "plans/exports_linux.rs"]
mod exports_linux;
#[path = "plans/limits.rs"]
mod limits;
#[path = "plans/machines.rs"]
mod machines;
#[path = "plans/networks.rs"]
mod networks;
#[path = "plans/replicas.rs"]
mod replicas;
#[path = "plans/seeds.rs"]
mod seeds;
#[path = "plans/server.rs"]
mod server;
#[path = "plans/snapshots.rs"]
mod snapshots;

use jug::error::Code;
use jug::facts::usage::Limiting;
use jug::facts::{Facts, Interface};
use jug::model::base::{Base, Origin};
use jug::model::env::{Env, Mode, Storage};
use jug::model::hook::Point;
use jug::model::limits::Limit;
use jug::model::name::{BaseName, DatasetName, EnvName, NetName};
use jug::model::network::Network;
use jug::model::schema;
use jug::plan::guest::Guest;
use jug::plan::{Effect, Plan, base, create, live, network, remove, start, stop};
use jug::platform::{Platform, of};
use jug::programs::runc::Runtime;
use jug::store::layout::Layout;
use jug::store::started::Started;

/// The node's identity.
const NODE: uuid::Uuid = uuid::Uuid::from_u128(0x9999_6d0e_4a53_9f4c_1d2c_3b4a_5f60);

const UUID: uuid::Uuid = uuid::uuid!("7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60");

/// A node as its facts have it.
struct Node {
    word: &'static str,
    facts: Facts,
    layout: Layout,
    platform: Box<dyn Platform>,
    root: DatasetName,
    release: BaseName,
}

fn file(name: &str) -> String {
    format!("{}/tests/facts/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn nodes() -> [Node; 2] {
    [
        ("freebsd", "freebsd-15.0.json", "/usr/jails", "zroot/jug", "15.0-RELEASE"),
        ("linux", "linux-debian12.json", "/var/lib/jug", "tank/jug", "debian12"),
    ]
    .map(|(word, facts, workdir, root, release)| {
        let facts: Facts = serde_json::from_str(&std::fs::read_to_string(file(facts)).unwrap()).unwrap();
        let oci = Runtime { program: "runc".into(), root: format!("{workdir}/run/oci") };
        Node {
            word,
            platform: of(facts.platform, oci),
            facts,
            layout: Layout { workdir: workdir.parse().unwrap() },
            root: root.parse().unwrap(),
            release: release.parse().unwrap(),
        }
    })
}

fn time() -> jiff::Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

impl Node {
    fn env(&self, name: &str) -> Env {
        schema::read_env(&self.facts.environments[name], name).unwrap()
    }
    fn base(&self, name: &BaseName) -> Base {
        schema::read(&self.facts.bases[name.as_str()], name.as_str()).unwrap()
    }
    fn guest<'a>(&'a self, name: &'a EnvName, env: &'a Env, base: Option<&'a Base>) -> Guest<'a> {
        Guest {
            name,
            env,
            base,
            layout: &self.layout,
            platform: self.platform.as_ref(),
            node: jug::store::node::Node { id: NODE, name: "here".into() },
            base_has_rc_conf: false,
            host_resolv_conf: Some("nameserver 192.0.2.53\n".into()),
            hook_dirs: if env.trusted { Vec::new() } else { vec!["clone.d", "stop.d"] },
            node_hooks: vec![(Point::Poststart, self.layout.workdir.join("hooks.d/poststart/10-tell"))],
        }
    }
    fn create(&self, base: &str, mode: Mode, storage: Storage) -> Plan {
        let name: EnvName = "new".parse().unwrap();
        let mut env = Env::new(UUID, time(), base.parse().unwrap());
        (env.mode, env.storage, env.owner.epoch) = (mode, storage, 1);
        env.dataset = (storage == Storage::Zfs).then(|| self.root.child("env").child("new"));
        env.mnt_start = (storage == Storage::External).then(|| "/usr/local/etc/jug/start".parse().unwrap());
        env.fstab = vec!["tmpfs /scratch tmpfs size=64m".parse().unwrap()];
        let base = self.base(env.base.as_ref().unwrap());
        create::plan(&self.guest(&name, &env, Some(&base)), &self.facts).unwrap()
    }
    fn start(&self, name: &str) -> Plan {
        let (name, env) = (name.parse().unwrap(), self.env(name));
        let base = self.base(env.base.as_ref().unwrap());
        start::plan(&self.guest(&name, &env, Some(&base)), &self.facts, time()).unwrap().unwrap()
    }
    fn stop(&self, name: &str, started: Option<&Started>) -> Option<Plan> {
        let (name, env) = (name.parse().unwrap(), self.env(name));
        stop::plan(&self.guest(&name, &env, None), &self.facts, started).unwrap()
    }
    /// The groups of what is jug's.
    fn groups(&self) -> Vec<String> {
        if self.word == "freebsd" { vec!["epair".into(), "jug".into()] } else { Vec::new() }
    }
    fn import(&self, name: &str, origin: Origin, source: Option<&str>, zfs: bool) -> Plan {
        let name: BaseName = name.parse().unwrap();
        let it = Base {
            version: 1,
            uuid: UUID,
            created: time(),
            origin,
            source: source.unwrap_or("/").into(),
            sha256: None,
            dataset: zfs.then(|| self.root.child("bases").child(name.as_str())),
            mounts: Vec::new(),
            own: Vec::new(),
        };
        let what = base::Import {
            name: &name,
            base: it,
            source: source.map(|s| s.parse().unwrap()),
            layout: &self.layout,
            platform: self.platform.as_ref(),
        };
        base::import(what, &self.facts).unwrap().0
    }
}

/// sh(1) reads a script and runs nothing of it.
#[expect(clippy::disallowed_methods, reason = "a test asks sh(1) itself")]
fn sh_reads(script: &str, what: &str) {
    use std::io::Write;
    let mut temp = tempfile::NamedTempFile::new().unwrap();
    temp.write_all(script.as_bytes()).unwrap();
    let out = std::process::Command::new("/bin/sh").arg("-n").arg(temp.path()).output().unwrap();
    assert!(out.status.success(), "{what}: {}\n{script}", String::from_utf8_lossy(&out.stderr));
}

fn golden(node: &Node, what: &str, plan: &Plan) {
    let text = plan.to_string();
    sh_reads(&text, what);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("{}-{what}", node.word), text);
    });
    // The journal keeps plans as JSON: they read back the same.
    let json = serde_json::to_string(plan).unwrap();
    assert_eq!(&serde_json::from_str::<Plan>(&json).unwrap(), plan);
}

#[test]
fn jcreate() {
    for n in nodes() {
        let release = n.release.to_string();
        golden(&n, "jcreate-thin-host-dir", &n.create("host", Mode::Thin, Storage::Dir));
        golden(&n, "jcreate-thin-host-external", &n.create("host", Mode::Thin, Storage::External));
        golden(&n, "jcreate-thin-release-zfs", &n.create(&release, Mode::Thin, Storage::Zfs));
        golden(&n, "jcreate-full-dir", &n.create(&release, Mode::Full, Storage::Dir));
        golden(&n, "jcreate-full-zfs", &n.create(&release, Mode::Full, Storage::Zfs));
        golden(&n, "jcreate-clone", &n.create(&release, Mode::Clone, Storage::Zfs));
    }
}

#[test]
fn jstart() {
    for n in nodes() {
        golden(&n, "jstart-thin", &n.start("thin1"));
        golden(&n, "jstart-full", &n.start("full1"));
        golden(&n, "jstart-clone", &n.start("clone2"));
    }
}

/// CBSD's hook directories: always looked for on storage that is mounted late, else where they are.
#[test]
fn hook_directories() {
    for n in nodes() {
        let name: EnvName = "thin1".parse().unwrap();
        let mut env = n.env("thin1");
        let base = n.base(env.base.as_ref().unwrap());
        let path = n.layout.root(&name, &env).to_string();
        let uuid = Some(env.uuid);
        let runs = jug::facts::Container {
            id: "7".into(),
            name: name.to_string(),
            path,
            uuid,
            running: true,
            vm: false,
            alone: false,
        };
        for (storage, trusted, starting, stopping) in [
            (Storage::External, true, "jstart-hook-directories", "jstop-hook-directories"),
            (Storage::External, false, "", ""),
            (Storage::Dir, false, "", ""),
        ] {
            (env.storage, env.dataset, env.trusted) = (storage, None, trusted);
            env.mnt_start = (storage == Storage::External).then(|| "/hooks/start".parse().unwrap());
            let guest = n.guest(&name, &env, Some(&base));
            let start = start::plan(&guest, &n.facts, time()).unwrap().unwrap();
            let facts = Facts { containers: vec![runs.clone()], ..n.facts.clone() };
            let stop = stop::plan(&guest, &facts, None).unwrap().unwrap();
            let (start_text, stop_text) = (start.to_string(), stop.to_string());
            sh_reads(&start_text, "jstart");
            sh_reads(&stop_text, "jstop");
            let external = storage == Storage::External;
            for (text, word, there) in [
                (&start_text, "/master_prestart.d/", external),
                (&start_text, "trusted=true", !trusted),
                (&start_text, "/start.d/", external),
                (&stop_text, "/master_poststop.d/", trusted),
                (&stop_text, "/stop.d/", true),
            ] {
                assert_eq!(text.contains(word), there, "{storage:?} {trusted} {word}: {text}");
            }
            for (what, mut plan) in
                [(starting, start), (stopping, stop)].into_iter().filter(|(w, _)| !w.is_empty())
            {
                plan.no_return = None;
                plan.steps.retain(|s| matches!(s.action.effect, Effect::HookDir { .. }));
                golden(&n, what, &plan);
            }
        }
    }
}

/// With a rule set that is not loaded a devfs hides nothing.
#[test]
fn jstart_refuses_a_devfs_rule_set_that_is_not_loaded() {
    let [mut n, _] = nodes();
    let name: EnvName = "thin1".parse().unwrap();
    let mut env = n.env("thin1");
    for (set, loaded, fine) in [
        (4, Some(vec![1, 2, 3, 4, 5]), true),
        (99, Some(vec![1, 2, 3, 4, 5]), false),
        (4, Some(Vec::new()), false),
        (0, Some(Vec::new()), true),
        // An ordinary user's dry run can't know.
        (99, None, true),
    ] {
        (env.devfs_ruleset, n.facts.rulesets) = (set, loaded);
        let base = n.base(env.base.as_ref().unwrap());
        match start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()) {
            Ok(_) => assert!(fine, "{set}"),
            Err(e) => {
                assert!(!fine && e.code == Code::HostLacks, "{set}: {e:?}");
                assert!(e.reason.contains(&format!("devfs rule set {set} is not loaded")), "{}", e.reason);
            }
        }
    }
}

#[test]
fn jstop() {
    for n in nodes() {
        golden(&n, "jstop-clone", &n.stop("clone1", None).unwrap());
        assert!(n.stop("full1", None).is_none(), "what does not run is stopped");
    }
    // A thin one that runs, with the address that jug gave it and the one that was there.
    for mut n in nodes() {
        let env = n.env("thin1");
        let path = n.layout.root(&"thin1".parse().unwrap(), &env).to_string();
        n.facts.containers = vec![jug::facts::Container {
            id: "7".into(),
            name: "thin1".into(),
            path,
            uuid: Some(env.uuid),
            running: true,
            vm: false,
            alone: false,
        }];
        let started = Started { version: 1, at: time(), added: env.net[..1].to_vec(), kept: Vec::new(), env };
        golden(&n, "jstop-thin", &n.stop("thin1", Some(&started)).unwrap());
    }
}

#[test]
fn jremove() {
    for n in nodes() {
        for name in ["clone2", "full1", "thin1"] {
            let (jail, env) = (name.parse().unwrap(), n.env(name));
            let plan = remove::plan(&n.guest(&jail, &env, None), &n.facts, false);
            golden(&n, &format!("jremove-{name}"), &plan.unwrap());
        }
        // In the midst of a chain: what it was cloned from belongs to its clone afterwards.
        let (mut facts, env) = (n.facts.clone(), n.env("clone2"));
        let data = |name: &str| format!("{}/env/{name}/data", n.root);
        let mut clone = facts.datasets[&data("clone2")].clone();
        clone.origin = Some(format!("{}@jug-clone-66666666", data("clone2")));
        facts.datasets.insert(data("clone3"), clone);
        let origin = format!("{}@jug-clone-33333333", data("full1"));
        facts.datasets.get_mut(&data("clone2")).unwrap().origin = Some(origin);
        let name = "clone2".parse().unwrap();
        let plan = remove::plan(&n.guest(&name, &env, None), &facts, true);
        golden(&n, "jremove-promote", &plan.unwrap());
    }
}

#[test]
fn bases() {
    for mut n in nodes() {
        n.facts.paths.retain(|p, _| !p.starts_with(n.layout.workdir.as_str()));
        golden(&n, "base-import-host", &n.import("host", Origin::Host, None, false));
        golden(&n, "base-import-tree", &n.import("mine", Origin::Tree, Some("/tree"), false));
        golden(&n, "base-import-tarball", &n.import("mine", Origin::Tarball, Some("/tmp/base.txz"), true));
        for name in ["host", n.release.as_str()] {
            let (base_name, mut facts) = (name.parse().unwrap(), n.facts.clone());
            facts.datasets.retain(|d, _| !d.contains("clone"));
            let plan =
                base::remove(&base_name, &n.base(&base_name), &[], &n.layout, n.platform.as_ref(), &facts);
            golden(
                &n,
                &format!("base-remove-{}", if name == "host" { name } else { "release" }),
                &plan.unwrap(),
            );
        }
    }
}

/// What the program prints, with fresh identities and times replaced.
#[expect(clippy::disallowed_methods, reason = "a test runs the built program")]
fn printed(node: &Node, args: &[&str]) -> String {
    let facts = match node.word {
        "freebsd" => "freebsd-15.0",
        _ => "linux-debian12",
    };
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_jug"))
        .args(["-n", "--platform", node.word])
        .args(["--facts", &file(&format!("{facts}.json")), "--config", &file(&format!("{facts}.toml"))])
        .args(args)
        .env_clear()
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && errors.is_empty(), "{} {args:?}: {}: {errors}", node.word, out.status);
    let text = String::from_utf8(out.stdout).unwrap();
    let known = serde_json::to_string(&node.facts).unwrap();
    let (mut shown, mut rest) = (String::new(), text.as_str());
    while let Some(c) = rest.chars().next() {
        let uuid = rest.get(..36).filter(|w| w.matches('-').count() == 4 && w.parse::<uuid::Uuid>().is_ok());
        let at = rest.get(..20).filter(|w| w.ends_with('Z') && w.parse::<jiff::Timestamp>().is_ok());
        let (word, length) = match (uuid, at) {
            (Some(w), _) if !known.contains(w) => ("UUID".to_string(), 36),
            (_, Some(w)) if !known.contains(w) => ("TIME".to_string(), 20),
            _ => (c.to_string(), c.len_utf8()),
        };
        shown.push_str(&word);
        rest = &rest[length..];
    }
    shown
}

#[test]
fn the_program_prints_scripts_that_sh_reads() {
    for n in nodes() {
        let release = n.release.to_string();
        let commands: [&[&str]; 7] = [
            &["jcreate", "new", "--base", "host", "--storage", "dir", "--net", "none", "--start"],
            &[
                "jcreate",
                "new",
                "--base",
                &release,
                "--mode",
                "clone",
                "--tag",
                "a",
                "--set",
                "description=it's",
            ],
            &["jcreate", "new", "--base", &release, "--mode", "full", "--storage", "dir"],
            &["jstart", "thin1", "full1"],
            &["jstop", "clone1"],
            &["jremove", "clone2"],
            &["jset", "full1", "description=a 'b' $c", "tags+=x"],
        ];
        for (i, args) in commands.into_iter().enumerate() {
            let text = printed(&n, args);
            assert!(text.starts_with("#!/bin/sh\n# jug "), "{args:?}: {text}");
            sh_reads(&text, &args.join(" "));
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(format!("{}-printed-{i}-{}", n.word, args[0]), text);
            });
        }
    }
}
