//! Every parser against what real programs printed, and every argument vector against what they took.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "common/records.rs"]
#[allow(dead_code, missing_docs, reason = "shared")]
mod reader;

use jug::model::env::Env;
use jug::model::fstab::Mount;
use jug::model::limits::{Limit, Limits};
use jug::model::name::{AbsPath, DatasetName, EnvName, SnapshotName};
use jug::model::params::ALLOW;
use jug::programs::{cpuset, devfs, ifconfig, jail, jexec, jls, mount, ps, rctl, sysctl, zfs, zfs_snapshot};
use reader::{Record, record, records};

const FILES: [&str; 12] = [
    "devfs.txt",
    "ifconfig.txt",
    "jail-stop.txt",
    "jail.txt",
    "jexec.txt",
    "mount.txt",
    "rctl-cpuset.txt",
    "zfs-clone-rollback.txt",
    "zfs-create.txt",
    "zfs-destroy.txt",
    "zfs-get.txt",
    "zfs-snapshot.txt",
];

fn all() -> Vec<Record> {
    FILES.iter().flat_map(|f| records(f)).collect()
}

fn path(s: &str) -> AbsPath {
    s.parse().unwrap()
}

fn dataset(s: &str) -> DatasetName {
    s.parse().unwrap()
}

fn name(s: &str) -> EnvName {
    s.parse().unwrap()
}

/// What was typed by hand or by sh(1), read as words again.
fn accepted(words: &str) -> bool {
    all().iter().filter(|r| r.exit == 0).any(|r| {
        r.command.split(';').any(|c| shlex::split(c).is_some_and(|c| Some(c) == shlex::split(words)))
    })
}

#[test]
fn records_are_read() {
    let count = all().len();
    assert!(count > 150, "{count}");
    let r = record("jexec.txt", "jexec j1 sh -c \"exit 42\"");
    assert_eq!((r.exit, r.stdout.as_str(), r.stderr.as_str()), (42, "", ""));
}

#[test]
fn no_parser_panics_at_anything_that_was_ever_printed() {
    for r in all() {
        for text in [&r.stdout, &r.stderr] {
            let _ = jls::parse(text);
            let _ = mount::parse_table(text);
            let _ = mount::parse_mountinfo(text);
            let _ = zfs::parse_tree(text);
            let _ = zfs_snapshot::parse_tree(text);
            let _ = zfs_snapshot::parse_marks(text);
            let _ = zfs_snapshot::parse_diff(text);
            let _ = ifconfig::parse(text);
            let _ = devfs::parse_showsets(text);
            let _ = rctl::parse_rules(text);
            let _ = rctl::parse_usage(text, &["j1", "j2"]);
            let _ = sysctl::parse_limiting(text);
            let _ = ps::parse_jails(text);
            let _ = jug::programs::ip::parse(text);
            let _ = jug::programs::runc::parse_list(text);
            let _ = jug::programs::runc::parse_state(text);
        }
    }
}

#[test]
fn jls() {
    let named = record("jail.txt", "jls --libxo json jid name path vnet osreldate");
    let all = jls::parse(&named.stdout).unwrap();
    assert_eq!((all.len(), all[0].id.as_str(), all[0].name.as_str()), (1, "1", "j1"));
    assert_eq!((all[0].path.as_str(), all[0].uuid, all[0].running), ("/zroot/jails/j1", None, true));
    assert_eq!(jls::parse(&record("jail.txt", "jls --libxo json -n").stdout).unwrap(), all);
    // Without -n or names, jls prints an `ipv4` and no name: a surprise, and no wrong answer.
    let json: Vec<_> = records("jail.txt").into_iter().filter(|r| r.command == "jls --libxo json").collect();
    assert_eq!(json.len(), 2);
    assert!(jls::parse(&json[0].stdout).unwrap().is_empty());
    assert!(jls::parse(&json[1].stdout).is_err());
    let gone = record("jail.txt", "jls -j nosuch");
    assert!(gone.exit == 1 && gone.stderr.contains("not found"));
}

#[test]
fn the_mount_table() {
    let table = mount::parse_table(&record("mount.txt", "mount --libxo json").stdout).unwrap();
    assert_eq!(table.len(), 14);
    assert_eq!((table[0].target.as_str(), table[0].fstype.as_str()), ("/", "ufs"));
    let twice: Vec<_> = table.iter().filter(|m| m.target == "/mnt/null").map(|m| m.fstype.as_str()).collect();
    assert_eq!(twice, ["nullfs", "tmpfs"]);
    assert_eq!(mount::table().to_string(), "mount --libxo json");
}

#[test]
fn zfs_get() {
    let all = record("zfs-get.txt", "zfs get -Hp all zroot/jails/web").stdout;
    let asked = ["type", "mountpoint", "mounted", "origin"];
    let lines: Vec<&str> =
        all.lines().filter(|l| l.split('\t').nth(1).is_some_and(|p| asked.contains(&p))).collect();
    let mut text = lines.join("\n");
    let tree = zfs::parse_tree(&text).unwrap();
    let web = &tree["zroot/jails/web"];
    assert!(web.mounted && web.kind == "filesystem" && web.uuid.is_none() && web.origin.is_none());
    assert_eq!(web.mountpoint, "/zroot/jails/web");
    // The recorded user property is a local one; under our own name it is our stamp.
    let owner = all.lines().find(|l| l.contains("org.iron:owner")).unwrap();
    assert!(owner.ends_with("\tlocal"));
    let uuid = "7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60";
    text.push_str(&format!("\n{}", owner.replace("org.iron:owner\tme", &format!("{}\t{uuid}", zfs::STAMP))));
    assert_eq!(zfs::parse_tree(&text).unwrap()["zroot/jails/web"].uuid, uuid.parse().ok());
    // A clone shows its origin in the same columns.
    let clone =
        record("zfs-clone-rollback.txt", "zfs get -Hp origin,clones zroot/jails/clone1 zroot/jails/web@s1");
    let origin: String =
        clone.stdout.lines().filter(|l| l.contains("\torigin\t")).collect::<Vec<_>>().join("\n");
    let tree = zfs::parse_tree(&origin).unwrap();
    assert_eq!(tree.len(), 1, "a snapshot is no dataset");
    assert_eq!(tree["zroot/jails/clone1"].origin.as_deref(), Some("zroot/jails/web@s1"));
    let gone = record("zfs-get.txt", "zfs get -Hp quota zroot/none");
    assert!(gone.exit == 1 && gone.stderr.contains("does not exist"));
}

#[test]
fn rule_sets_of_devfs() {
    let r = record("devfs.txt", "devfs rule showsets");
    assert_eq!(devfs::showsets().to_string(), r.command);
    assert_eq!(devfs::parse_showsets(&r.stdout).unwrap(), [1, 2, 3, 4, 5]);
    assert!(devfs::parse_showsets("1\nnone\n").is_err());
    // Why the list is asked for: one that is not there is shown as if it were empty.
    assert_eq!(record("devfs.txt", "devfs rule -s 77 show").exit, 0);
}

#[test]
fn rules_of_rctl() {
    let file = "rctl-cpuset.txt";
    let all: Vec<_> = records(file).into_iter().filter(|r| r.command == "rctl").collect();
    assert!(rctl::parse_rules(&all[0].stdout).is_empty());
    assert_eq!(rctl::all().to_string(), "rctl");
    let rules = rctl::parse_rules(&all[1].stdout);
    assert_eq!(rules.keys().collect::<Vec<_>>(), ["j1", "nosuch"]);
    let (j1, nosuch) = (rules["j1"], rules["nosuch"]);
    assert_eq!((j1.memory, j1.cpu, j1.processes), (Some(128 << 20), Some(50.0), Some(20)));
    assert_eq!((nosuch.processes, nosuch.memory), (Some(20), None));
    // What is added, as it was taken, in the numbers in which it is shown.
    let limits: Limits = toml::from_str("memory = \"128M\"\ncpu = 50\nprocesses = 20").unwrap();
    let name = name("j1");
    for limit in limits.set() {
        let cmd = rctl::add(&name, &limits, limit).unwrap();
        assert!(all[1].stdout.lines().any(|l| l == cmd.args[1]), "{cmd}");
        let text = record(file, "rctl jail:j1").stdout;
        assert!(rctl::has(&text, &rctl::rule(&name, &limits, limit).unwrap()));
        assert!(rctl::like(&rctl::of_jails(&text), &name, limit).is_some());
    }
    assert_eq!(rctl::of(&name).to_string(), "rctl jail:j1");
    let rules = rctl::of_jails(&record(file, "rctl jail:j1").stdout);
    assert!(rctl::like(&rules, &name, Limit::OpenFiles).is_none());
    // Why it is asked first: what is not there can't be removed.
    let gone: Vec<_> = records(file).into_iter().filter(|r| r.command == "rctl -r jail:j1").collect();
    assert_eq!((gone[0].exit, gone[1].exit), (0, 1));
}

#[test]
fn what_jails_use() {
    let one = record("rctl-cpuset.txt", "rctl -u jail:j1").stdout;
    assert_eq!(rctl::usage(&["j1"]).to_string(), "rctl -u jail:j1");
    let used = rctl::parse_usage(&one, &["j1"]).unwrap()["j1"].used;
    assert_eq!((used.cpu, used.memory, used.swap), (Some(14.0), Some(0), Some(0)));
    assert_eq!((used.open_files, used.read_bps, used.write_iops), (Some(0), Some(0), Some(0)));
    // Two filters print what each alone prints, one after the other (usr.bin/rctl/rctl.c).
    let two = format!("{one}{}", record("rctl-cpuset.txt", "rctl -u jail:nosuch").stdout);
    let both = rctl::parse_usage(&two, &["j1", "nosuch"]).unwrap();
    assert_eq!((both["j1"].used.cpu, both["nosuch"].used.cpu), (Some(14.0), Some(0.0)));

    assert!(rctl::parse_usage(&two, &["j1", "b", "c"]).is_err());
}

#[test]
fn cpus_of_a_jail() {
    let set = "0".parse().unwrap();
    for cmd in [cpuset::of_jail(&name("j1"), Some(&set)), cpuset::of_jail(&name("j1"), None)] {
        assert_eq!(record("rctl-cpuset.txt", &cmd.to_string()).exit, 0);
    }
    let racct = record("rctl-cpuset.txt", "sysctl kern.racct.enable");
    assert_eq!(sysctl::parse_limiting(&format!("{}hw.ncpu: 2\n", racct.stdout)).unwrap(), (true, 2));
}

#[test]
fn interfaces() {
    let names = |all: Vec<jug::facts::Interface>| all.into_iter().map(|i| i.name).collect::<Vec<_>>();
    let (all, addresses) = ifconfig::parse(&record("ifconfig.txt", "ifconfig -a").stdout);
    assert_eq!(names(all), ["vtnet0", "lo0"]);
    let shown: Vec<String> = addresses.iter().map(|a| format!("{} {}", a.interface, a.address)).collect();
    assert_eq!(shown, ["vtnet0 10.0.2.15", "lo0 127.0.0.1", "lo0 ::1", "lo0 fe80::1"]);
    let (all, addresses) = ifconfig::parse(&record("jail.txt", "jexec j1 ifconfig -a").stdout);
    assert_eq!((names(all), addresses.len()), (vec!["lo0".to_string(), "epair0b".into()], 0));
    let (all, addresses) =
        ifconfig::parse(&record("ifconfig.txt", "ifconfig -f inet:cidr,inet6:cidr,ether:dash -a").stdout);
    let of = |name: &str| all.iter().find(|i| i.name == name).unwrap();
    assert_eq!(of("bridge0").members, ["vm-tap5", "epair0a"]);
    assert_eq!((of("epair0a").description.as_str(), of("epair0a").up), ("jail j1 host side", true));
    assert_eq!((of("vm-tap5").groups.join(" ").as_str(), of("tap0").up), ("tap vmtaps", false));
    let nets: Vec<String> = addresses.iter().map(|a| a.net().to_string()).collect();
    assert_eq!(nets, ["10.0.2.15/24", "127.0.0.1/8", "::1/128", "fe80::1/64", "192.0.2.1/24"]);
    for r in records("ifconfig.txt").iter().filter(|r| r.command.starts_with("ifconfig ") && r.exit == 0) {
        let shown = r.stdout.lines().filter(|l| l.contains(": flags=")).count();
        assert_eq!(ifconfig::parse(&r.stdout).0.len(), shown, "{}", r.command);
    }
}

#[test]
fn what_is_run_was_taken() {
    let tmpfs: Mount = "tmpfs /x tmpfs size=64m".parse().unwrap();
    let lan = "192.0.2.1/24".parse().unwrap();
    let argv = |words: &[&str]| words.iter().map(|w| (*w).to_string()).collect::<Vec<_>>();
    for cmd in [
        mount::nullfs("/zroot/share", &path("/mnt/null"), true),
        mount::devfs(4, &path("/zroot/jails/j1/dev")),
        mount::entry_freebsd(&tmpfs, &path("/mnt/null")),
        mount::umount("/mnt/null"),
        mount::table(),
        zfs::snapshot(&dataset("zroot/jails/web"), "s1"),
        zfs::destroy(&dataset("zroot/jails/j1")),
        ifconfig::set("bridge0", ["mtu", "1400"]),
        ifconfig::set("bridge0", ["addm", "vm-tap5"]),
        ifconfig::set("epair0a", ["up"]),
        ifconfig::add("bridge0", &lan),
        jail::modify(&name("j2"), vec!["host.hostname=newname".into()]),
        jexec::run("j1", "root", None, &argv(&["sh", "-c", "echo $HOME $USER; pwd"])),
    ] {
        // jexec.txt has the words as they were typed inside double quotes.
        let typed = cmd.to_string().replace("'echo $HOME $USER; pwd'", "\"echo \\$HOME \\$USER; pwd\"");
        let known = accepted(&typed) || all().iter().any(|r| r.command == typed && r.exit == 0);
        assert!(known, "{typed} is in no record");
    }
    // The record has the MAC address written otherwise, which makes no difference to the rest.
    assert_eq!(ifconfig::list().to_string(), "ifconfig -f 'inet:cidr,inet6:cidr' -a");
    // -alias is ifconfig(8)'s other word for delete, and a second time it says so.
    let gone: Vec<_> = records("ifconfig.txt")
        .into_iter()
        .filter(|r| r.command == "ifconfig bridge0 inet 192.0.2.1 delete")
        .map(|r| r.exit)
        .collect();
    assert_eq!(gone, [0, 1]);
    assert_eq!(ifconfig::remove("bridge0", &lan).to_string(), "ifconfig bridge0 inet 192.0.2.1 -alias");
    assert_eq!(record("jail.txt", "jail -R nosuch").stderr, "jail: \"nosuch\" not found\n");
    assert_eq!(jail::remove("nosuch").to_string(), "jail -R nosuch");
}

#[test]
fn options_of_zfs_create_and_clone_are_those_that_were_taken() {
    for (verb, cmd) in [
        ("create", zfs::create(&dataset("zroot/j2"), &uuid::Uuid::nil(), Some(&path("/jails")))),
        (
            "clone",
            zfs::clone(
                "zroot/jails/web@s1",
                &dataset("zroot/x/y/clone2"),
                &uuid::Uuid::nil(),
                &path("/mnt/c2"),
            ),
        ),
    ] {
        assert_eq!(cmd.args[0], verb);
        let plain: Vec<&str> =
            cmd.args.iter().map(String::as_str).filter(|a| !a.starts_with(zfs::STAMP)).collect();
        let text = plain.join(" ").replacen("-o -o", "-o", 1);
        let known =
            all().iter().any(|r| r.exit == 0 && r.command.replace(" -p ", " ") == format!("zfs {text}"));
        assert!(known, "zfs {text} is in no record");
    }
}

/// What the kernel of FreeBSD 15.0 knows (`jls -h`), and what belongs to modules or to jail(8) itself.
#[test]
fn parameters_of_a_jail_are_known_there() {
    let head = record("jail.txt", "jls -h").stdout;
    let known: Vec<&str> = head.lines().next().unwrap().split(' ').collect();
    let mut env =
        Env::new(uuid::Uuid::nil(), "2026-01-02T03:04:05Z".parse().unwrap(), "host".parse().unwrap());
    env.net = vec!["alias:em0:192.0.2.7/32".parse().unwrap(), "alias:em0:2001:db8::7/64".parse().unwrap()];
    env.osrelease = Some("14.3-RELEASE".into());
    for permission in ALLOW.iter().filter(|p| known.contains(&format!("allow.{p}").as_str())) {
        env.allow.0.insert((*permission).to_string(), !jug::model::params::Allow::default_of(permission));
    }
    let cmd = jail::create(&name("www"), &env, &path("/j"));
    for word in &cmd.args[1..] {
        let key = word.split('=').next().unwrap();
        let key = if known.contains(&key) { key.to_string() } else { key.replacen("no", "", 1) };
        assert!(known.contains(&key.as_str()) || key == "meta.jug_uuid", "{word} is no parameter");
    }
    let modules =
        ["allow.mount.fdescfs", "allow.mount.linprocfs", "allow.mount.linsysfs", "allow.mount.nullfs"];
    for permission in known.iter().filter_map(|k| k.strip_prefix("allow.")) {
        assert!(ALLOW.contains(&permission), "allow.{permission} can't be set");
    }
    for permission in ALLOW.map(|p| format!("allow.{p}")) {
        assert!(
            known.contains(&permission.as_str()) || modules.contains(&permission.as_str()),
            "{permission} is unknown to jail(8)"
        );
    }
}

#[test]
fn snapshots() {
    let file = "zfs-snapshot.txt";
    let set = dataset("zroot/jails/web");
    let snapshot = |s: &str| s.parse::<SnapshotName>().unwrap();
    // The words that were taken, with another tag and without our mark.
    let taken = |cmd: &jug::host::Cmd| {
        let words = cmd.to_string().replace(" -o 'jug:snapshot=00000000-0000-0000-0000-000000000000'", "");
        accepted(&words.replace(" jug ", " keep "))
    };
    let (jails, rec, s1) = (dataset("zroot/jails"), snapshot("rec"), snapshot("s1"));
    assert!(taken(&zfs_snapshot::take(&[(&jails, &rec)], &uuid::Uuid::nil())));
    assert!(taken(&zfs_snapshot::hold(&set, &s1, false)) && taken(&zfs_snapshot::release(&set, &s1, false)));
    // One name of several that is in the way: none is taken.
    let again = records(file).into_iter().rfind(|r| r.command == "zfs snapshot -r zroot/jails@rec").unwrap();
    assert!(again.exit == 1 && again.stderr.contains("no snapshots were created"));
    // What is not the newest can't be gone back to, as long as there are newer ones.
    let back: Vec<_> = records("zfs-clone-rollback.txt")
        .into_iter()
        .filter(|r| r.command == zfs_snapshot::rollback(&set, &s1, false).to_string())
        .collect();
    assert!(back[0].exit == 1 && back[0].stderr.contains("more recent snapshots"));
    assert!(taken(&zfs_snapshot::rollback(&set, &s1, true)));
    // Who holds; and that one who does not can't release.
    let held = record(file, "zfs holds -H -p zroot/jails/web@s1").stdout;
    assert!(zfs_snapshot::is_held(&held.replace("\tkeep\t", "\tjug\t")) && !zfs_snapshot::is_held(&held));
    let gone = records(file).into_iter().rfind(|r| r.command.starts_with("zfs release")).unwrap();
    assert!(gone.exit == 1 && gone.stderr.contains("no such tag"));
    // The order of one dataset's is that in which they were taken, not that of their names.
    let listed =
        record(file, "zfs list -Hp -t snapshot -o name,used,referenced,creation,userrefs,clones -r zroot");
    let of_set: Vec<&str> = listed
        .stdout
        .lines()
        .filter_map(|l| l.split('\t').next()?.strip_prefix("zroot/jails/web@"))
        .collect();
    assert_eq!(of_set, ["s1", "rec", "s2"]);
}
