//! Plans of exports over NFS, and what is refused.

use super::server::*;
use super::*;
use jug::facts::serving::Share;
use jug::model::export::Owner;
use jug::model::name::AbsPath;
use jug::model::node::NodeConfig;
use jug::plan::export::Unwish;
use jug::plan::exported::Here;
#[test]
fn exports_of_every_kind() {
    let mut n = server();
    let disk = wish(&["/srv/disk"], "192.0.2.10,10.0.0.0/8,2001:db8::/64", "ro alldirs krb5p");
    serving(&mut n).running.insert("gssd".into(), "/usr/sbin/gssd".into());
    let p = plan(&n, &disk).unwrap().unwrap();
    golden(&n, "nfs-export-file", &p);
    carried_out(&mut n, &p);
    assert_eq!(plan(&n, &disk).unwrap(), None, "a second time there is nothing to do");
    let p = plan(&n, &wish(&["/tank/ct"], "192.0.2.10,192.0.2.11", "maproot=root")).unwrap().unwrap();
    golden(&n, "nfs-export-zfs", &p);
    carried_out(&mut n, &p);
    // More clients, and others with other options.
    let p = plan(&n, &wish(&["/tank/ct"], "10.66.0.0/24", "ro")).unwrap().unwrap();
    golden(&n, "nfs-export-more", &p);
    carried_out(&mut n, &p);
    let p = plan(&n, &wish(&["/tank/pub"], "192.0.2.0/24", "children file")).unwrap().unwrap();
    golden(&n, "nfs-export-children", &p);
    let (env, data) = ("/usr/jails/jails-system/clone2", "/usr/jails/jails-data/clone2-data");
    let p = plan(&n, &wish(&[data, env], "192.0.2.20", "maproot=root env")).unwrap().unwrap();
    golden(&n, "nfs-export-environment", &p);
    carried_out(&mut n, &p);
    let all = Unwish { owner: Some(Owner::Environment(UUID)), ..Unwish::default() };
    golden(&n, "nfs-unexport-environment", &back(&n, &all).unwrap().unwrap());
    let one = |path: &str, to: &str| Unwish {
        targets: vec![path.parse::<AbsPath>().unwrap()],
        clients: (!to.is_empty()).then(|| to.parse().unwrap()),
        ..Unwish::default()
    };
    golden(&n, "nfs-unexport-client", &back(&n, &one("/tank/ct", "192.0.2.10")).unwrap().unwrap());
    golden(&n, "nfs-unexport-file", &back(&n, &one("/srv/disk", "")).unwrap().unwrap());
    assert_eq!(back(&n, &one("/tank/pub", "")).unwrap(), None);
    assert_eq!(back(&n, &one("/tank/ct", "192.0.2.99")).unwrap(), None);
}

/// What is refused, and the words that say why.
#[test]
fn refusals() {
    type Set<'a> = &'a dyn Fn(&mut Node);
    let nothing: Set = &|_| ();
    let share = |value: &str, source: &str| Share { value: value.into(), source: source.into(), owner: None };
    let own: Set = &|n| drop(serving(n).shares.insert("tank/ct".into(), share("ro", "local")));
    let off: Set = &|n| drop(serving(n).shares.insert("tank/ct".into(), share("off", "local")));
    let inherited: Set = &|n| {
        serving(n).shares.insert("tank/ct".into(), share("-ro 10.0.0.9", "inherited from tank"));
    };
    let theirs: Set =
        &|n| drop(serving(n).others.insert("/etc/exports".into(), "\n/tank/ct -ro 10.0.0.1\n".into()));
    let theirs_all: Set =
        &|n| drop(serving(n).others.insert("/etc/exports".into(), "/srv/disk/x -ro\n".into()));
    let jugs: Set = &|n| serving(n).text = Some("# jug: own\n/srv/disk -ro -sec=sys 10.0.0.1\n".into());
    let of_env: Set = &|n| serving(n).text = Some(format!("# jug: {UUID}\n/srv/disk -sec=sys 10.0.0.1\n"));
    let below: Set = &|n| {
        serving(n).text = Some("# jug: own\n/srv/disk/x -sec=sys 10.0.0.1\n".into());
    };
    let changed: Set = &|n| serving(n).text = Some("/srv/disk 10.0.0.7\n".into());
    let stopped: Set = &|n| drop(serving(n).running.remove("mountd"));
    let no_nfsd: Set = &|n| drop(serving(n).running.remove("nfsd"));
    let reads_other: Set = &|n| {
        drop(
            serving(n)
                .running
                .insert("mountd".into(), "/usr/sbin/mountd -r /etc/exports /etc/zfs/exports".into()),
        )
    };
    let reads_own: Set = &|n| {
        drop(serving(n).running.insert("mountd".into(), format!("/usr/sbin/mountd -r {FILE} /etc/exports")))
    };
    let long = format!("/srv/{}", " ".repeat(63) + "x");
    let long_path: Set = &|n| n.facts.paths.extend([(long.clone(), jug::host::fs::Kind::Dir)]);
    let cases: &[(Set, &str, &str, &str, Code, &str)] = &[
        (nothing, "/lnk", "10.0.0.1", "", Code::Usage, "a link leads there"),
        (nothing, "/nowhere", "10.0.0.1", "", Code::NotFound, "no such directory"),
        (nothing, "/mnt/nas", "10.0.0.1", "", Code::Usage, "of type nfs"),
        (nothing, "/dev", "10.0.0.1", "", Code::Usage, "of type devfs"),
        (
            nothing,
            "/srv/plain",
            "10.0.0.1",
            "",
            Code::Conflict,
            "no mount point: clients would get at the whole file system of /",
        ),
        (long_path, &long, "10.0.0.1", "i-know", Code::Usage, "the server takes 255"),
        (
            nothing,
            "/tank/pub",
            "10.0.0.1",
            "",
            Code::Conflict,
            "1 file systems are mounted below, such as /tank/pub/a b",
        ),
        (nothing, "/tank/ct", "10.0.0.1", "maproot=nosuch", Code::NotFound, "no such user"),
        (nothing, "/tank/ct", "10.0.0.1", "mapall=4711", Code::NotFound, "no such user"),
        (nothing, "/tank/ct", "10.0.0.1", "maproot=www:wheel:nosuch", Code::NotFound, "no such group"),
        (
            nothing,
            "/tank/ct",
            "10.0.0.0/8",
            "maproot=root",
            Code::Usage,
            "every machine in 10.0.0.0/8 could act as root",
        ),
        (nothing, "/tank/ct", "10.0.0.0/8", "mapall=0:", Code::Usage, "could act as root"),
        (nothing, "/tank/ct", "10.0.0.0/8", "maproot=toor", Code::Usage, "could act as root"),
        (nothing, "/tank/ct", "*", "maproot=root", Code::Usage, "everybody could act as root"),
        (nothing, "/tank/ct", "10.66.0.0/16", "maproot=root", Code::Usage, "could act as root"),
        (
            own,
            "/tank/ct",
            "10.0.0.1",
            "",
            Code::Conflict,
            "its sharenfs, its own, is \"ro\", which jug did not set",
        ),
        (off, "/tank/ct", "10.0.0.1", "", Code::Conflict, "its sharenfs, its own, is \"off\""),
        (inherited, "/tank/ct", "10.0.0.1", "", Code::Conflict, "its sharenfs, inherited"),
        (
            inherited,
            "/tank/ct",
            "10.0.0.9",
            "file",
            Code::Conflict,
            "10.0.0.9 may mount that file system already: the sharenfs of tank/ct, inherited from tank",
        ),
        (
            theirs,
            "/tank/ct",
            "10.0.0.1,10.0.0.2",
            "",
            Code::Conflict,
            "10.0.0.1 may mount that file system already: /etc/exports line 2",
        ),
        (
            theirs_all,
            "/srv/disk",
            "*",
            "",
            Code::Conflict,
            "* may mount that file system already: /etc/exports line 1",
        ),
        (jugs, "/srv/disk", "10.0.0.1", "", Code::Conflict, "already: jug exports it with other options"),
        (
            of_env,
            "/srv/disk",
            "10.0.0.1",
            "",
            Code::Conflict,
            "it is exported for the environment with the identity 7f1c0a52",
        ),
        (below, "/srv/disk", "10.0.0.1", "replace", Code::Conflict, "jug exports /srv/disk/x of it"),
        (changed, "/tank/ct", "10.0.0.1", "", Code::Conflict, "line 1: it says nowhere whose it is"),
        (nothing, "/srv/disk", "10.0.0.1", "zfs", Code::Usage, "no dataset is mounted there"),
        (nothing, "/tank/ct", "10.0.0.1", "zfs tls", Code::Usage, "no word for TLS"),
        (nothing, "/tank/it's", "10.0.0.1", "zfs", Code::Usage, "the quote in /tank/it's"),
        (nothing, "/tank/ct", "10.0.0.1", "tls", Code::HostLacks, "rpc.tlsservd does not run"),
        (nothing, "/tank/ct", "10.0.0.1", "krb5p", Code::HostLacks, "gssd does not run"),
        (stopped, "/tank/ct", "10.0.0.1", "", Code::HostLacks, "mountd does not run"),
        (no_nfsd, "/tank/ct", "10.0.0.1", "", Code::HostLacks, "nfsd does not run"),
        (
            reads_other,
            "/srv/disk",
            "10.0.0.1",
            "",
            Code::HostLacks,
            "does not read /usr/local/etc/jug.exports",
        ),
        (reads_own, "/tank/ct", "10.0.0.1", "zfs", Code::Usage, "does not read /etc/zfs/exports"),
    ];
    for (set, path, clients, more, code, words) in cases {
        let mut n = server();
        set(&mut n);
        match plan(&n, &wish(&[path], clients, more)) {
            Ok(p) => panic!(
                "{path} {clients} {more}: {words}: was planned\n{}",
                p.map_or(String::new(), |p| p.to_string())
            ),
            Err(e) => {
                assert!(e.reason.contains(words) && e.code == *code, "{path} {clients} {more}: {e:?}");
                assert!(e.next.is_some() || e.code == Code::NotFound || words.contains("255"), "{e:?}");
            }
        }
    }
}

#[test]
fn root_may_come_from_single_machines_and_dead_ends() {
    let n = server();
    for (clients, more) in [
        ("192.0.2.10", "maproot=root"),
        ("10.66.0.0/25", "mapall=root:"),
        ("10.0.0.0/8", "maproot=root i-know"),
        ("10.0.0.0/8", "maproot=www"),
        ("10.0.0.0/8", "mapall=4711:wheel"),
    ] {
        assert!(plan(&n, &wish(&["/tank/ct"], clients, more)).unwrap().is_some(), "{clients} {more}");
    }
}

#[test]
fn what_others_export_just_so_needs_nothing() {
    let mut n = server();
    serving(&mut n)
        .others
        .insert("/etc/exports".into(), "V4: /\n/tank/ct -maproot=www 10.0.0.1 10.0.0.2\n".into());
    let same = wish(&["/tank/ct"], "10.0.0.2", "maproot=www");
    assert_eq!(plan(&n, &same).unwrap(), None);
    let e = back(&n, &Unwish { targets: same.targets, ..Unwish::default() }).unwrap_err();
    assert!(e.code == Code::Conflict && e.reason.contains("/etc/exports line 2"), "{e}");
}

#[test]
fn another_root_of_nfsv4_leaves_none_to_jug() {
    let mut n = server();
    let disk = wish(&["/srv/disk"], "10.0.0.1", "");
    let p = plan(&n, &disk).unwrap().unwrap();
    assert!(written(&p).0.unwrap().contains("\nV4: / "));
    serving(&mut n).text = written(&p).0;
    serving(&mut n).others.insert("/etc/exports".into(), "V4: /srv\n".into());
    let p = plan(&n, &wish(&["/srv/disk"], "10.0.0.2", "")).unwrap().unwrap();
    assert!(!written(&p).0.unwrap().contains("V4:"));
    // A server of NFSv3 needs none.
    let mut n = server();
    serving(&mut n).versions = Some((2, 3));
    assert!(!written(&plan(&n, &disk).unwrap().unwrap()).0.unwrap().contains("V4:"));
    // Where jug's file is not read, that is said.
    let mut n = server();
    serving(&mut n)
        .running
        .insert("mountd".into(), "/usr/sbin/mountd -r /etc/exports /etc/zfs/exports".into());
    let p = plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "")).unwrap().unwrap();
    assert!(p.warnings.iter().any(|w| w.contains("V4:")) && written(&p).0.is_none(), "{:?}", p.warnings);
}

#[test]
fn goes_where_it_can_be_said() {
    let n = server();
    // A quote, which zfs would not protect.
    let (text, zfs) = written(&plan(&n, &wish(&["/tank/it's"], "10.0.0.1", "")).unwrap().unwrap());
    assert!(text.unwrap().contains("/tank/it\\047s -sec=sys 10.0.0.1\n") && zfs.is_empty());
    // mountd that does not read what zfs writes, as with zfs_enable=NO.
    let mut n = server();
    serving(&mut n).running.insert("mountd".into(), format!("/usr/sbin/mountd -r {FILE} /etc/exports"));
    let p = plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "")).unwrap().unwrap();
    assert!(written(&p).0.unwrap().contains("/tank/ct ") && p.warnings[0].contains("/etc/zfs/exports"));
    // Children inherit the property, and have lines of their own in the file.
    let n = server();
    let (text, zfs) = written(&plan(&n, &wish(&["/tank/pub"], "10.0.0.1", "children")).unwrap().unwrap());
    assert_eq!(zfs, ["set sharenfs=-sec=sys 10.0.0.1 jug:export=own:33633610 tank/pub"]);
    assert!(!text.unwrap().contains("/tank/pub"));
    // A second time nothing is to be done, though the child now has what it inherits.
    let mut n = server();
    let both = wish(&["/tank/pub"], "10.0.0.1", "children");
    let p = plan(&n, &both).unwrap().unwrap();
    carried_out(&mut n, &p);
    let value = serving(&mut n).shares["tank/pub"].value.clone();
    let heir = Share { value, source: "inherited from tank/pub".into(), owner: None };
    serving(&mut n).shares.insert("tank/pub/a b".into(), heir);
    assert_eq!(plan(&n, &both).unwrap(), None);
    let e = back(&n, &Unwish { targets: vec!["/tank/pub/a b".parse().unwrap()], ..Unwish::default() });
    assert!(e.unwrap_err().next.unwrap().contains("jug nfs-unexport tank/pub"));
}

#[test]
fn replaces_and_takes_back_word_for_word() {
    let mut n = server();
    for (clients, more) in [("10.0.0.1,10.0.0.2", ""), ("10.0.0.3", "ro")] {
        let p = plan(&n, &wish(&["/tank/ct"], clients, more)).unwrap().unwrap();
        carried_out(&mut n, &p);
    }
    let (_, zfs) = written(&plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "ro replace")).unwrap().unwrap());
    assert_eq!(zfs, ["set sharenfs=-ro -sec=sys 10.0.0.1 jug:export=own:4aacd929 tank/ct"]);
    let take = |to: &str| Unwish {
        targets: vec!["/tank/ct".parse().unwrap()],
        clients: Some(to.parse().unwrap()),
        ..Unwish::default()
    };
    let (_, zfs) = written(&back(&n, &take("10.0.0.2,10.0.0.3")).unwrap().unwrap());
    assert_eq!(zfs, ["set sharenfs=-sec=sys 10.0.0.1 jug:export=own:33633610 tank/ct"]);
    let (_, zfs) = written(&back(&n, &take("10.0.0.1,10.0.0.2,10.0.0.3")).unwrap().unwrap());
    assert_eq!(zfs, ["inherit sharenfs tank/ct", "inherit jug:export tank/ct"]);
}

#[test]
fn nothing_waits_for_a_server_that_does_not_run() {
    let mut n = server();
    let p = plan(&n, &wish(&["/srv/disk"], "10.0.0.1", "")).unwrap().unwrap();
    carried_out(&mut n, &p);
    serving(&mut n).running.clear();
    let p = back(&n, &Unwish { targets: vec!["/srv/disk".parse().unwrap()], ..Unwish::default() })
        .unwrap()
        .unwrap();
    assert!(!p.steps.iter().any(|s| matches!(s.action.effect, Effect::Served(_) | Effect::Run(_))), "{p}");
    assert!(p.warnings[0].contains("does not run"));
}

/// Of a network showmount(8) shows the address only: it may still be there for another's network.
#[test]
fn what_others_have_there_may_still_be_seen() {
    let mut n = server();
    let p = plan(&n, &wish(&["/srv/disk"], "10.0.0.0/16,10.1.0.0/16", "")).unwrap().unwrap();
    carried_out(&mut n, &p);
    serving(&mut n).others.insert("/etc/exports".into(), "/srv/disk -network=10.0.0.0/8\n".into());
    let all = Unwish { targets: vec!["/srv/disk".parse().unwrap()], ..Unwish::default() };
    let p = back(&n, &all).unwrap().unwrap();
    let Effect::Served(served) = &p.steps.last().unwrap().action.effect else { panic!("{p}") };
    let gone: Vec<_> = served.gone.iter().map(|e| e.clients.to_string()).collect();
    assert_eq!(gone, ["10.1.0.0/16"]);
}

/// What is exported by properties alone needs no file of jug's, and so nothing in rc.conf that names it.
#[test]
fn properties_need_no_file() {
    let mut n = server();
    serving(&mut n).others.insert("/etc/exports".into(), "V4: /\n".into());
    let flags = |n: &Node| {
        let config = NodeConfig::default();
        let here = Here::new(&n.facts, &config).unwrap();
        let all = jug::plan::export_audit::server(&here).unwrap();
        all.iter().any(|c| c.reason.contains("mountd_flags"))
    };
    let p = plan(&n, &wish(&["/tank/ct"], "10.0.0.1", "")).unwrap().unwrap();
    carried_out(&mut n, &p);
    assert!(!flags(&n));
    let p = plan(&n, &wish(&["/srv/disk"], "10.0.0.1", "")).unwrap().unwrap();
    carried_out(&mut n, &p);
    assert!(flags(&n));
}

/// A V4: line says where a tree begins, and exports nothing.
#[test]
fn the_root_of_nfsv4_exports_nothing() {
    let mut n = server();
    serving(&mut n).others.insert("/etc/exports".into(), "V4: /tank/ct -network 10.0.0.0/8\n".into());
    assert!(plan(&n, &wish(&["/tank/ct"], "10.0.0.0/8", "")).unwrap().is_some());
    let unwish = Unwish { targets: vec!["/tank/ct".parse().unwrap()], ..Unwish::default() };
    assert_eq!(back(&n, &unwish).unwrap(), None);
}
