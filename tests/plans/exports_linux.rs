//! Plans of exports for the two servers of Linux, and what only they refuse.

use super::server::{back, map, plan, serving, wish};
use super::*;
use jug::facts::Mounted;
use jug::facts::serving::Serving;
use jug::model::export::Owner;
use jug::model::node::Nfs;
use jug::model::node::Server;
use jug::plan::export::Unwish;
use jug::platform::nfs_linux::Ganesha;

const CONF: &str = "/etc/ganesha/ganesha.conf";
const INCLUDES: &str = "%include \"/etc/ganesha/jug.conf\"\n";
const LISTED: &str = "exportfs -s";

/// A server of the kind with a few file systems.
fn server(kind: Server) -> Node {
    let [_, mut n] = nodes();
    let mounts = [
        ("tank/ct", "/tank/ct", "zfs"),
        ("tank/fuse", "/tank/a b", "fuse.zfs"),
        ("tank/fuse/sub", "/tank/a b/sub", "fuse.zfs"),
        ("me@host:", "/mnt/ssh", "fuse.sshfs"),
    ];
    n.facts.mounts.extend(mounts.map(|(source, target, fstype)| Mounted {
        source: source.into(),
        target: target.into(),
        fstype: fstype.into(),
        exported: false,
    }));
    let paths = ["/srv/plain", "/srv/back\\101", "/etc/exports.d"];
    n.facts.paths.extend(paths.map(|p| (p.to_string(), jug::host::fs::Kind::Dir)));
    let kernel = kind == Server::Kernel;
    n.facts.serving = Some(Serving {
        server: kind,
        file: if kernel { "/etc/exports.d/jug.exports" } else { "/etc/ganesha/jug.conf" }.parse().unwrap(),
        text: None,
        others: if kernel { map(&[(LISTED, "")]) } else { map(&[(CONF, INCLUDES)]) },
        shares: Default::default(),
        versions: None,
        settings: Default::default(),
        running: map(&[if kernel { ("nfsd", "8 threads") } else { ("ganesha.nfsd", "process 7") }]),
        ganesha: (!kernel).then(|| Ganesha { logged: 4711, ..Ganesha::of(&Nfs::default()).unwrap() }),
        primary: [("www-data".to_string(), 44), ("root".to_string(), 0)].into(),
        users: [("www-data".to_string(), 33), ("root".to_string(), 0)].into(),
        groups: [("adm".to_string(), 4)].into(),
        links: Default::default(),
    });
    n
}

fn word(kind: Server) -> &'static str {
    if kind == Server::Kernel { "kernel" } else { "ganesha" }
}

/// The host once a plan was carried out.
fn carried_out(n: &mut Node, plan: &Plan) {
    for step in &plan.steps {
        if let Effect::Write { text, .. } = &step.action.effect {
            serving(n).text = Some(text.clone());
        }
    }
}

#[test]
fn exports_of_both_servers() {
    for kind in [Server::Kernel, Server::Ganesha] {
        let mut n = server(kind);
        let first = wish(&["/tank/a b"], "10.1.0.0/16,10.0.0.7,fd00::/64", "mapall=www-data:adm ro children");
        let p = plan(&n, &first).unwrap().unwrap();
        golden(&n, &format!("nfs-export-{}-children", word(kind)), &p);
        carried_out(&mut n, &p);
        assert_eq!(plan(&n, &first).unwrap(), None, "a second time there is nothing to do");
        // By number it is the same.
        assert_eq!(plan(&n, &wish(&["/tank/a b"], "10.0.0.7", "mapall=33:4 ro children")).unwrap(), None);
        let more = wish(&["/tank/a b", "/srv/plain"], "10.0.0.8", "maproot=root env alldirs children");
        let p = plan(&n, &more).unwrap().unwrap();
        golden(&n, &format!("nfs-export-{}-more", word(kind)), &p);
        carried_out(&mut n, &p);
        let of = Unwish { owner: Some(Owner::Environment(UUID)), ..Unwish::default() };
        let p = back(&n, &of).unwrap().unwrap();
        golden(&n, &format!("nfs-unexport-{}", word(kind)), &p);
        carried_out(&mut n, &p);
        // It is not there any more, and the rest can be taken back.
        serving(&mut n).running.clear();
        let all = Unwish { targets: vec!["/tank/a b".parse().unwrap()], children: true, ..Unwish::default() };
        let p = back(&n, &all).unwrap().unwrap();
        assert!(p.steps.len() == 1 && p.warnings[0].contains("does not run"), "{p}");
        carried_out(&mut n, &p);
        let text = serving(&mut n).text.clone().unwrap();
        assert!(text.starts_with("# Written by jug") && text.lines().count() == 1, "{text}");
    }
}

/// A snapshot that was looked into is in the mount table, and no file system that clients miss.
#[test]
fn snapshots_are_no_children() {
    let mut n = server(Server::Kernel);
    n.facts.mounts.push(Mounted {
        source: "tank/ct@s".into(),
        target: "/tank/ct/.zfs/snapshot/s".into(),
        fstype: "zfs".into(),
        exported: false,
    });
    plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "")).unwrap().unwrap();
}

/// Where the directory of exportfs's files is not there, it is made, and goes again if that fails.
#[test]
fn the_directory_of_files() {
    let mut n = server(Server::Kernel);
    n.facts.paths.remove("/etc/exports.d");
    let p = plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "")).unwrap().unwrap();
    assert!(p.to_string().contains("mkdir -m 755 /etc/exports.d"), "{p}");
}

#[test]
fn refusals() {
    type Set<'a> = &'a dyn Fn(&mut Node);
    let nothing: Set = &|_| ();
    let (kernel, ganesha) = (Server::Kernel, Server::Ganesha);
    let stopped: Set = &|n| serving(n).running.clear();
    let listed: Set = &|n| {
        let line =
            "/tank/ct  10.0.0.1(sync,wdelay,hide,no_subtree_check,sec=sys,ro,root_squash,no_all_squash)\n";
        serving(n).others.insert(LISTED.into(), line.into());
    };
    let listed_name: Set = &|n| {
        let line = "/tank/ct  @all(sync,wdelay,hide,no_subtree_check,sec=sys,ro,root_squash,no_all_squash)\n";
        serving(n).others.insert(LISTED.into(), line.into());
    };
    let not_included: Set = &|n| drop(serving(n).others.insert(CONF.into(), "LOG { }\n".into()));
    let theirs: Set = &|n| {
        let text = "\nEXPORT { Export_Id = 1; Path = /x; Pseudo = /tank/ct; }\n";
        drop(serving(n).others.insert("/etc/ganesha/own.conf".into(), text.into()));
    };
    let name: Set = &|n| {
        serving(n).file = "/etc/ganesha/jug exports".parse().unwrap();
    };
    let changed: Set = &|n| serving(n).text = Some("# jug: own\n/tank/ct 10.0.0.1(rw,insecure)\n".into());
    let broken: Set = &|n| serving(n).text = Some("EXPORT {\n".into());
    let cases: &[(Server, Set, &str, &str, &str, Code, &str)] = &[
        (kernel, nothing, "/tank/ct", "10.0.0.1", "tls", Code::Usage, "insist on TLS"),
        (
            ganesha,
            nothing,
            "/tank/ct",
            "10.0.0.1",
            "mapall=www-data:adm:adm",
            Code::Usage,
            "exactly one group",
        ),
        (kernel, nothing, "/tank/ct", "10.0.0.1", "maproot=www-data:", Code::Usage, "exactly one group"),
        (kernel, nothing, "/tank/ct", "10.0.0.1", "maproot=nosuch", Code::NotFound, "no such user"),
        (kernel, nothing, "/tank/ct", "10.0.0.1", "zfs", Code::Usage, "on Linux jug does not set it"),
        (kernel, nothing, "/tank/ct", "10.0.0.0/8", "maproot=root", Code::Usage, "could act as root"),
        (kernel, nothing, "/tank/ct", "10.0.0.1", "krb5p", Code::HostLacks, "without /etc/krb5.keytab"),
        (kernel, nothing, "/srv/back\\101", "10.0.0.1", "", Code::Usage, "three digits"),
        (kernel, nothing, "/tank/a b", "10.0.0.1", "", Code::Conflict, "such as /tank/a b/sub"),
        (kernel, nothing, "/mnt/ssh", "10.0.0.1", "", Code::Usage, "of type fuse.sshfs"),
        (kernel, stopped, "/tank/ct", "10.0.0.1", "", Code::HostLacks, "nfsd does not run"),
        (ganesha, stopped, "/tank/ct", "10.0.0.1", "", Code::HostLacks, "ganesha.nfsd does not run"),
        (kernel, listed, "/tank/ct", "10.0.0.1", "", Code::Conflict, "already: exportfs -s line 1"),
        (
            ganesha,
            not_included,
            "/tank/ct",
            "10.0.0.1",
            "",
            Code::HostLacks,
            "does not include /etc/ganesha/jug.conf",
        ),
        (ganesha, theirs, "/tank/ct", "10.0.0.1", "", Code::Conflict, "own.conf line 2 exports it already"),
        (ganesha, name, "/tank/ct", "10.0.0.1", "", Code::Usage, "includes no file with such a name"),
        (ganesha, nothing, "/tank/ct", "fd00::/112", "", Code::Usage, "99 bits"),
        (kernel, changed, "/tank/ct", "10.0.0.1", "", Code::Conflict, "line 2: insecure is no word of jug's"),
        (ganesha, broken, "/tank/ct", "10.0.0.1", "", Code::Conflict, "line 1: EXPORT has no end"),
    ];
    for (kind, set, path, clients, more, code, words) in cases {
        let mut n = server(*kind);
        set(&mut n);
        let e = plan(&n, &wish(&[path], clients, more)).expect_err(words);
        assert!(e.reason.contains(words) && e.code == *code, "{path} {clients} {more}: {e:?}");
        assert!(e.next.is_some(), "{e:?}");
    }
    // Where somebody else names others, or a network around it, that is no conflict.
    let mut n = server(kernel);
    listed_name(&mut n);
    assert!(plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "")).unwrap().is_some());
    listed(&mut n);
    assert!(plan(&n, &wish(&["/tank/ct"], "10.0.0.0/24", "")).unwrap().is_some());
    assert_eq!(plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "ro")).unwrap(), None, "it is exported just so");
}
