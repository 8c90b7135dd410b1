//! A server of NFS as jug finds it, and exports on it as the tests of plans ask for them.

use super::*;
use jug::facts::Mounted;
use jug::facts::serving::{Serving, Share};
use jug::model::export::{ClientSet, Options, Owner, Squash};
use jug::model::node::NodeConfig;
use jug::model::node::Server;
use jug::plan::export::{Unwish, Via, Wish, export, unexport};
use jug::plan::exported::Here;

pub(super) const FILE: &str = "/usr/local/etc/jug.exports";

pub(super) fn map(all: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    all.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

/// A server with a few file systems.
pub(super) fn server() -> Node {
    let [mut n, _] = nodes();
    let mounts = [
        ("/dev/md0", "/srv/disk", "ufs"),
        ("tank/ct", "/tank/ct", "zfs"),
        ("tank/pub", "/tank/pub", "zfs"),
        ("tank/pub/a b", "/tank/pub/a b", "zfs"),
        ("tank/odd", "/tank/it's", "zfs"),
        ("nas:/x", "/mnt/nas", "nfs"),
    ];
    n.facts.mounts.extend(mounts.map(|(source, target, fstype)| Mounted {
        source: source.into(),
        target: target.into(),
        fstype: fstype.into(),
        exported: false,
    }));
    n.facts.paths.insert("/srv/plain".into(), jug::host::fs::Kind::Dir);
    n.facts.networks.insert(
        "san".into(),
        format!("version = 1\nuuid = \"{UUID}\"\ncreated = \"2026-01-02T03:04:05Z\"\nunit = 1001\nsubnets = [\"10.66.0.0/24\"]\ngateway = [\"10.66.0.1\"]\nisolated = true\n"),
    );
    n.facts.serving = Some(Serving {
        server: Server::Mountd,
        file: FILE.parse().unwrap(),
        text: None,
        others: map(&[("/etc/exports", "# the administrator's\n/home -ro friends\n")]),
        shares: Default::default(),
        versions: Some((2, 4)),
        settings: Default::default(),
        running: map(&[
            ("mountd", "/usr/sbin/mountd -r -S /usr/local/etc/jug.exports /etc/exports /etc/zfs/exports"),
            ("nfsd", "nfsd: master (nfsd)"),
            ("rpcbind", "/usr/sbin/rpcbind"),
        ]),
        ganesha: None,
        primary: [("www".to_string(), 80)].into(),
        users: [("root".to_string(), 0), ("www".to_string(), 80), ("toor".to_string(), 0)].into(),
        groups: [("wheel".to_string(), 0)].into(),
        links: map(&[("/lnk", "/tank/ct")]),
    });
    n
}

pub(super) fn serving(n: &mut Node) -> &mut Serving {
    n.facts.serving.as_mut().unwrap()
}

pub(super) fn wish(paths: &[&str], clients: &str, more: &str) -> Wish {
    let has = |w: &str| more.split(' ').any(|m| m == w);
    let value = |w: &str| more.split(' ').find_map(|m| m.strip_prefix(w)).map(|v| v.parse().unwrap());
    let squash = match (value("maproot="), value("mapall=")) {
        (Some(c), _) => Squash::Maproot(c),
        (_, Some(c)) => Squash::Mapall(c),
        _ => Squash::Nobody,
    };
    Wish {
        targets: paths.iter().map(|p| p.parse().unwrap()).collect(),
        owner: if has("env") { Owner::Environment(UUID) } else { Owner::Own },
        clients: clients.parse::<ClientSet>().unwrap(),
        options: Options {
            ro: has("ro"),
            squash,
            sec: if has("krb5p") { "krb5p:sys".parse().unwrap() } else { Default::default() },
            tls: has("tls"),
            alldirs: has("alldirs"),
        },
        children: has("children"),
        replace: has("replace"),
        i_know: has("i-know"),
        via: if has("zfs") {
            Some(Via::Zfs)
        } else if has("file") {
            Some(Via::File)
        } else {
            None
        },
    }
}

pub(super) fn plan(n: &Node, wish: &Wish) -> jug::error::Result<Option<Plan>> {
    let config = NodeConfig::default();
    export("it", wish, &Here::new(&n.facts, &config)?, UUID)
}

pub(super) fn back(n: &Node, wish: &Unwish) -> jug::error::Result<Option<Plan>> {
    let config = NodeConfig::default();
    unexport("it", wish, &Here::new(&n.facts, &config)?, UUID)
}

/// What a plan writes into jug's file, and what it has zfs(8) do.
pub(super) fn written(plan: &Plan) -> (Option<String>, Vec<String>) {
    let mut text = None;
    let mut zfs = Vec::new();
    for step in &plan.steps {
        match &step.action.effect {
            Effect::Write { path, text: t, .. } if path.as_str() == FILE => text = Some(t.clone()),
            Effect::Run(cmd) if cmd.program == "zfs" => zfs.push(cmd.args.join(" ")),
            _ => {}
        }
    }
    (text, zfs)
}

/// The host once a plan was carried out.
pub(super) fn carried_out(n: &mut Node, plan: &Plan) {
    for step in &plan.steps {
        match &step.action.effect {
            Effect::Write { text, .. } => serving(n).text = Some(text.clone()),
            Effect::Run(cmd) if cmd.program == "zfs" && cmd.args[0] == "set" => {
                let value = cmd.args[1].strip_prefix("sharenfs=").unwrap().to_string();
                let owner =
                    cmd.args[2].strip_prefix("jug:export=").unwrap().split(':').next().unwrap().parse().ok();
                let share = Share { value, source: "local".into(), owner };
                serving(n).shares.insert(cmd.args[3].clone(), share);
            }
            Effect::Run(cmd) if cmd.program == "zfs" => {
                serving(n).shares.remove(&cmd.args[2]);
            }
            _ => {}
        }
    }
}
