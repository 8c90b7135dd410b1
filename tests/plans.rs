//! Golden plans of both platforms, made anywhere from saved facts: what `-n` prints, checked by sh(1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

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
        let base = self.base(&env.base);
        create::plan(&self.guest(&name, &env, Some(&base)), &self.facts).unwrap()
    }
    fn start(&self, name: &str) -> Plan {
        let (name, env) = (name.parse().unwrap(), self.env(name));
        let base = self.base(&env.base);
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
        let base = n.base(&env.base);
        let path = n.layout.root(&name, &env).to_string();
        let uuid = Some(env.uuid);
        let runs =
            jug::facts::Container { id: "7".into(), name: name.to_string(), path, uuid, running: true };
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

/// All limits that the platform has.
fn limited(n: &Node) -> (EnvName, Env) {
    let mut env = n.env("full1");
    let text = "memory = \"512M\"\nswap = \"256M\"\ncpu = 150\ncpuset = \"0-1\"\nprocesses = 100\n\
         open_files = 4096\n";
    let io = "read_bps = \"10M\"\nwrite_bps = \"5M\"\nread_iops = 1000\nwrite_iops = 500\n";
    let io = if n.word == "freebsd" { io } else { "" };
    env.limits = toml::from_str(&format!("{text}{io}")).unwrap();
    ("full1".parse().unwrap(), env)
}

/// What this host can hold, when all is well.
fn able(n: &Node) -> Limiting {
    let io = [Limit::ReadBps, Limit::WriteBps, Limit::ReadIops, Limit::WriteIops];
    let can = Limit::ALL.into_iter().filter(|l| n.word == "freebsd" || !io.contains(l)).collect();
    Limiting { can, cpus: "0-3".parse().ok(), rules: Vec::new() }
}

fn runs(n: &mut Node, name: &EnvName, env: &Env) -> Started {
    n.facts.containers = vec![jug::facts::Container {
        id: "7".into(),
        name: name.to_string(),
        path: n.layout.root(name, env).to_string(),
        uuid: Some(env.uuid),
        running: true,
    }];
    Started { version: 1, at: time(), added: Vec::new(), kept: Vec::new(), env: env.clone() }
}

#[test]
fn limits() {
    for mut n in nodes() {
        let (name, env) = limited(&n);
        n.facts.limits = Some(able(&n));
        let base = n.base(&env.base);
        let plan = start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()).unwrap().unwrap();
        golden(&n, "jstart-limits", &plan);
        let started = runs(&mut n, &name, &env);
        let plan = stop::plan(&n.guest(&name, &env, None), &n.facts, Some(&started)).unwrap().unwrap();
        golden(&n, "jstop-limits", &plan);
        // Some go, some change, and one is new.
        let old = schema::to_text(&env).unwrap();
        let changes = ["limits.memory=1G", "limits.cpu=", "limits.cpuset=", "limits.processes=50"];
        let changes: Vec<_> = changes.iter().map(|c| c.parse().unwrap()).collect();
        let (new, wanted) = schema::edit(&old, "full1", &changes).unwrap();
        let (before, after) = (n.guest(&name, &env, None), n.guest(&name, &wanted, None));
        let (plan, pending) = live::plan(&before, &after, &n.facts, Some(&started), (&old, &new)).unwrap();
        assert!(pending.is_empty(), "{pending:?}");
        golden(&n, "jset-limits", &plan);
    }
}

#[test]
fn limits_that_this_host_can_not_hold() {
    for mut n in nodes() {
        let (name, mut env) = limited(&n);
        let base = n.base(&env.base);
        // A set of CPUs costs FreeBSD nothing.
        n.facts.limits = Some(Limiting { can: vec![Limit::Cpuset], ..able(&n) });
        let plan = |n: &Node, env: &Env| start::plan(&n.guest(&name, env, Some(&base)), &n.facts, time());
        let e = plan(&n, &env).unwrap_err();
        assert_eq!((e.code, e.object.as_str()), (Code::HostLacks, "full1"));
        assert!(e.reason.starts_with("limits.memory "), "{}", e.reason);
        let next = e.next.unwrap();
        assert!(next.contains("limits.required=false"), "{next}");
        if n.word == "freebsd" {
            assert!(next.contains("kern.racct.enable=1") && next.contains("/boot/loader.conf"), "{next}");
        }
        env.limits.required = false;
        let weak = plan(&n, &env).unwrap().unwrap();
        assert_eq!(weak.warnings.len(), env.limits.set().len() - 1, "{:?}", weak.warnings);
        let text = weak.to_string();
        sh_reads(&text, "weak");
        assert!(text.contains("# warning: limits.memory ") && !text.contains("rctl -a"), "{text}");
        assert!(text.contains("0-1"), "what it can hold it is held to: {text}");
        // A CPU that is not there.
        n.facts.limits = Some(Limiting { cpus: "0".parse().ok(), ..able(&n) });
        assert_eq!(plan(&n, &env).unwrap().unwrap().warnings.len(), 1);
        env.limits.required = true;
        let e = plan(&n, &env).unwrap_err();
        assert!(e.code == Code::HostLacks && e.reason.contains("has the CPUs 0"), "{e}");
        // Nothing is known of a host whose facts say nothing.
        n.facts.limits = None;
        assert!(plan(&n, &env).unwrap().unwrap().warnings.is_empty());
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
        let base = n.base(&env.base);
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

/// Every kind of network, and an environment with two cards: made, put up, started on, stopped, taken away.
#[test]
fn networks() {
    for mut n in nodes() {
        let head = |uuid: u8| {
            format!(
                "version = 1\nuuid = \"{uuid:02x}000000-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\n"
            )
        };
        let physical = n.facts.interfaces[usize::from(n.word == "linux")].name.clone();
        let kinds = [
            ("lan", "unit = 1000\nsubnets = [\"10.10.0.0/24\", \"fd00::/64\"]\ngateway = [\"10.10.0.1\", \"fd00::1\"]\nnat = \"auto\"\ndomain = \"lan.test\"\n".to_string()),
            ("san", "unit = 1001\nsubnets = [\"10.66.0.0/24\"]\ngateway = [\"10.66.0.1\"]\nisolated = true\nprivate = true\nmtu = 9000\n".into()),
            ("wire", "unit = 1002\nuplink = \"spare0\"\ndhcp = true\nmtu = 9000\n".into()),
            ("office", format!("unit = 1003\nsubnets = [\"192.0.2.0/24\"]\ngateway = [\"192.0.2.254\"]\n[vlan]\nid = 100\nparent = {physical:?}\n")),
        ];
        n.facts.interfaces.push(jug::facts::Interface {
            name: "spare0".into(),
            mtu: Some(9000),
            ..Default::default()
        });
        n.facts.forwarding = Some(jug::facts::Forwarding { v4: true, v6: true, from: None });
        n.facts.routes = Some(jug::facts::filter::Routes { v4: Some("vtnet0".into()), v6: None });
        for (i, (name, text)) in kinds.iter().enumerate() {
            n.facts.networks.insert((*name).into(), head(i as u8) + text);
        }
        for (name, it) in jug::store::networks::parse(&n.facts.networks).unwrap() {
            let up = network::up(&name, &it, &n.layout, n.platform.as_ref(), &n.facts).unwrap().unwrap();
            golden(&n, &format!("net-up-{name}"), &up);
        }
        let name: EnvName = "thin1".parse().unwrap();
        let mut env = n.env("thin1");
        env.net = [
            "lan:10.10.0.7+fd00::7,unit=1004",
            "san:10.66.0.7,mac=02:00:00:00:00:07,unit=1005",
            "wire:dhcp,unit=1006",
        ]
        .iter()
        .map(|s| s.parse().unwrap())
        .collect();
        env.expose = vec!["8080:80".parse().unwrap(), "53:53/udp,from=192.0.2.0/24".parse().unwrap()];
        let base = n.base(&env.base);
        let mut neighbour = n.env("full1");
        neighbour.net = vec!["lan:10.10.0.8+fd00::8,unit=1007".parse().unwrap()];
        n.facts.environments.insert("full1".into(), schema::to_text(&neighbour).unwrap());
        let start = start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()).unwrap().unwrap();
        golden(&n, "jstart-networks", &start);
        let started =
            Started { version: 1, at: time(), added: Vec::new(), kept: Vec::new(), env: env.clone() };
        n.facts.containers = vec![jug::facts::Container {
            id: "7".into(),
            name: "thin1".into(),
            path: n.layout.root(&name, &env).to_string(),
            uuid: Some(env.uuid),
            running: true,
        }];
        let mut other = env.clone();
        other.expose = vec!["8081:80".parse().unwrap()];
        let (before, after) = (n.guest(&name, &env, None), n.guest(&name, &other, None));
        let texts = (schema::to_text(&env).unwrap(), schema::to_text(&other).unwrap());
        let live = live::plan(&before, &after, &n.facts, Some(&started), (&texts.0, &texts.1)).unwrap();
        golden(&n, "expose-live", &live.0);
        n.facts.paths.insert(n.layout.rules(&name).to_string(), jug::host::fs::Kind::File);
        let stop = stop::plan(&n.guest(&name, &env, None), &n.facts, Some(&started)).unwrap().unwrap();
        golden(&n, "jstop-networks", &stop);
        let mut all = jug::store::networks::parse(&n.facts.networks).unwrap();
        let office: NetName = "office".parse().unwrap();
        let it = all.remove(&office).unwrap();
        n.facts.interfaces.push(jug::facts::Interface {
            name: n.platform.bridge(it.unit).to_string(),
            description: it.stamp(),
            groups: n.groups(),
            ..Default::default()
        });
        let remove = network::remove(&office, &it, &[], &n.layout, n.platform.as_ref(), &n.facts).unwrap();
        golden(&n, "net-remove-office", &remove);
        // Without the mark it is somebody else's, and the start says so.
        n.facts.containers.clear();
        n.facts.interfaces.push(jug::facts::Interface {
            name: n.platform.host_end(1004).to_string(),
            description: "mine".into(),
            ..Default::default()
        });
        let e = start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()).unwrap_err();
        assert!(e.code == Code::Conflict && e.reason.contains(n.platform.host_end(1004).as_str()), "{e}");
        n.facts.interfaces.last_mut().unwrap().name = n.platform.bridge(1000).to_string();
        let (lan, it) =
            ("lan".parse::<NetName>().unwrap(), jug::store::networks::parse(&n.facts.networks).unwrap());
        let e = network::up(&lan, &it[&lan], &n.layout, n.platform.as_ref(), &n.facts).unwrap_err();
        assert!(e.code == Code::Conflict && e.reason.contains(n.platform.bridge(1000).as_str()), "{e}");
        n.facts.interfaces.pop();
        n.facts.forwarding = Some(jug::facts::Forwarding { v4: false, v6: true, from: None });
        let e = network::up(&lan, &it[&lan], &n.layout, n.platform.as_ref(), &n.facts).unwrap_err();
        let line = if n.word == "freebsd" {
            "sysctl net.inet.ip.forwarding=1"
        } else {
            "sysctl net.ipv4.ip_forward=1"
        };
        assert_eq!((e.code, e.next.as_deref()), (Code::HostLacks, Some(line)));
    }
}

fn a_network(more: &str) -> Network {
    let head = format!("version = 1\nuuid = \"{UUID}\"\ncreated = \"2026-01-02T03:04:05Z\"\nunit = 1000\n");
    jug::model::network::read(&(head + more), "lan").unwrap()
}

const LAN: &str = "subnets = [\"10.10.0.0/24\"]\ngateway = [\"10.10.0.1\"]\n";

/// A network's bridge, with a card of jug's and whatever else is a member.
fn bridge_of(n: &Node, it: &Network, more: &[&str]) -> [Interface; 2] {
    let card = n.platform.host_end(1001).to_string();
    let bridge = Interface {
        name: n.platform.bridge(it.unit).to_string(),
        description: it.stamp(),
        groups: n.groups(),
        members: std::iter::once(card.as_str()).chain(more.iter().copied()).map(str::to_string).collect(),
        ..Default::default()
    };
    let description = jug::model::network::stamp(UUID, 0);
    [bridge, Interface { name: card, description, groups: n.groups(), ..Default::default() }]
}

/// A bridge goes with a change of its network as it does with the network: not under members of others, and not before
/// the file is written; from then on there is no way back.
#[test]
fn a_change_takes_no_bridge_from_others() {
    for mut n in nodes() {
        let (name, old) = ("lan".parse::<NetName>().unwrap(), a_network(LAN));
        let new = a_network(&format!("{LAN}mtu = 9000\n"));
        let there = n.facts.interfaces.len();
        let set = |n: &Node| {
            let both = (("old", &old), ("new".to_string(), &new));
            network::set(&name, both.0, both.1, &n.layout, n.platform.as_ref(), &n.facts)
        };
        let plan = set(&n).unwrap();
        assert_eq!((plan.steps.len(), plan.no_return), (1, None), "{plan}");
        n.facts.interfaces.extend(bridge_of(&n, &old, &[]));
        let plan = set(&n).unwrap();
        assert_eq!((plan.steps.len(), plan.no_return), (3, Some(1)), "{plan}");
        assert!(matches!(plan.steps[0].action.effect, Effect::Write { .. }));
        n.facts.interfaces.truncate(there);
        n.facts.interfaces.extend(bridge_of(&n, &old, &["tap0"]));
        let e = set(&n).unwrap_err();
        assert!(e.code == Code::Busy && e.reason.contains("tap0"), "{e}");
        let e = network::remove(&name, &old, &[], &n.layout, n.platform.as_ref(), &n.facts).unwrap_err();
        assert!(e.code == Code::Busy && e.reason.contains("tap0"), "{e}");
    }
}

/// An uplink of another size is refused where the bridge would change it, or be changed by it.
#[test]
fn an_uplink_that_carries_other_packets() {
    for mut n in nodes() {
        let (name, platform) = ("lan".parse::<NetName>().unwrap(), n.platform.as_ref());
        n.facts.interfaces.push(Interface { name: "em9".into(), mtu: Some(9000), ..Default::default() });
        for way in ["uplink = \"em9\"\n", "vlan = { id = 7, parent = \"em9\" }\n"] {
            let up = |more: &str| {
                network::up(
                    &name,
                    &a_network(&format!("dhcp = true\n{more}{way}")),
                    &n.layout,
                    platform,
                    &n.facts,
                )
            };
            assert!(up("mtu = 9000\n").is_ok());
            if n.word == "linux" {
                assert!(up("").is_ok());
                continue;
            }
            let e = up("").unwrap_err();
            assert!(e.code == Code::HostLacks && e.reason.contains("em9 carries packets of 9000"), "{e}");
            assert!(e.next.unwrap().starts_with("ifconfig em9 mtu 1500; or"));
        }
    }
}

/// FreeBSD makes nothing with an address a member, not even a link-local one; what is a member already may stay.
#[test]
fn an_uplink_with_a_link_local_address() {
    for mut n in nodes() {
        let (name, it) = ("lan".parse::<NetName>().unwrap(), a_network("dhcp = true\nuplink = \"em9\"\n"));
        n.facts.interfaces.push(Interface { name: "em9".into(), ..Default::default() });
        n.facts.addresses.push(jug::facts::Address {
            interface: "em9".into(),
            address: "fe80::7".parse().unwrap(),
            length: Some(64),
        });
        let up = |n: &Node| network::up(&name, &it, &n.layout, n.platform.as_ref(), &n.facts);
        match up(&n) {
            Ok(plan) => assert!(n.word == "linux", "{plan:?}"),
            Err(e) => {
                assert!(
                    n.word == "freebsd" && e.code == Code::Conflict && e.reason.contains("fe80::7"),
                    "{e}"
                );
                let lines = "ifconfig em9 inet6 ifdisabled -auto_linklocal && ifconfig em9 inet6 'fe80::7%em9' -alias";
                assert_eq!(e.next.as_deref(), Some(lines));
            }
        }
        n.facts.interfaces.extend(bridge_of(&n, &it, &["em9"]));
        assert!(up(&n).is_ok());
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
