//! Mounts, jails and containers, addresses: as mount.txt, jail.txt, jexec.txt, ifconfig.txt and linux.md have them.

use super::fake::{Dataset, Jail, Mount, State, fine, no};
use super::{disk, external, filter, limits, machine, mountd, net, zfs};
use jug::host::{Cmd, Output};
use jug::platform::PlatformKind;
use serde_json::json;
use std::net::IpAddr;
use std::path::Path;

pub fn run(s: &mut State, cmd: &Cmd) -> Output {
    let words: Vec<&str> = cmd.args.iter().map(String::as_str).collect();
    match (cmd.program.as_str(), s.kind) {
        ("mount", _) if words == ["--libxo", "json"] => {
            let all: Vec<_> = s
                .mounts
                .iter()
                .map(|m| {
                    let exported = s.nfs.kernel.iter().any(|e| e.fs == m.target);
                    let opts = if exported { vec!["NFS exported", "local"] } else { vec!["local"] };
                    json!({"special": m.source, "node": m.target, "fstype": m.fstype, "opts": opts})
                })
                .collect();
            fine(json!({"mount": {"mounted": all}}).to_string())
        }
        ("service" | "showmount" | "logger" | "ps" | "getent", _) => mountd::run(s, cmd),
        ("sysctl", _) if words.iter().any(|w| w.starts_with("vfs.nfsd")) => mountd::run(s, cmd),
        ("mount", PlatformKind::Freebsd) if words[0] == "-u" => {
            let there = s.mounts.iter().any(|m| m.target == *words.last().unwrap());
            if there { fine("") } else { no(1, "mount: unknown special file or file system") }
        }
        ("mount", _) => mount(s, &words),
        ("mount_nfs", PlatformKind::Freebsd) | ("mount.nfs", PlatformKind::Linux) => external::nfs(s, &words),
        ("geli", PlatformKind::Freebsd) => disk::geli(s, &words),
        ("iscsictl", PlatformKind::Freebsd) => disk::iscsictl(s, &words),
        ("fsck_ffs", PlatformKind::Freebsd) if Path::new(words[1]).exists() => fine(""),
        ("fsck_ffs", PlatformKind::Freebsd) => no(8, format!("Can't open {}: No such file", words[1])),
        ("dumpfs", PlatformKind::Freebsd) => fine("cgrotor\t0\tfmod\t0\tronly\t0\tclean\t1\n"),
        ("test", _) => {
            if Path::new(words[2]).exists() {
                no(1, "")
            } else {
                fine("")
            }
        }
        ("umount", _) => umount(s, words.last().unwrap()),
        ("jls", PlatformKind::Freebsd) => jls(s, &words),
        ("jail", PlatformKind::Freebsd) => jail(s, &words),
        ("jexec", PlatformKind::Freebsd) => inside(s, words[3], "jexec"),
        ("pkill" | "pgrep", _) if words.contains(&"-f") => {
            machine::processes(s, &cmd.program, words[words.len() - 1])
        }
        ("jug", _) if words[0] == "supervise" => machine::supervise(s, words[1]),
        ("bhyvectl", PlatformKind::Freebsd) => machine::bhyvectl(s, &words),
        ("makefs", PlatformKind::Freebsd) | ("xorriso", PlatformKind::Linux) => machine::seed_disk(&words),
        ("truncate", _) => machine::truncate(&words),
        ("ip", PlatformKind::Linux) if words[0] == "-batch" => machine::batch(s, cmd),
        ("pkill", _) => match find(s, words[2]) {
            Some(j) if j.processes => {
                j.processes = false;
                fine("")
            }
            _ => no(1, ""),
        },
        ("pgrep", _) => match find(s, words[1]) {
            Some(j) if j.processes => fine("42\n"),
            _ => no(1, ""),
        },
        ("runc", PlatformKind::Linux) => runc(s, &words[2..]),
        ("rctl", PlatformKind::Freebsd) => limits::rctl(s, &words),
        ("cpuset", PlatformKind::Freebsd) => limits::cpuset(s, &words),
        ("sysctl", PlatformKind::Freebsd) => limits::sysctl(&words),
        ("pfctl", PlatformKind::Freebsd) => filter::pfctl(s, &words),
        ("netstat", PlatformKind::Freebsd) => filter::netstat(),
        ("nft", PlatformKind::Linux) => filter::nft(s, &words),
        ("devfs", PlatformKind::Freebsd) => match words[..] {
            ["rule", "showsets"] => fine("1\n2\n3\n4\n5\n"),
            ["-m", dev, "rule", "apply", "path", _, "unhide"] if s.mounts.iter().any(|m| m.target == dev) => {
                fine("")
            }
            ["-m", dev, ..] => {
                no(1, format!("devfs: ioctl DEVFSIO_RAPPLY: {dev}: Inappropriate ioctl for device"))
            }
            ref other => panic!("devfs {other:?}"),
        },
        ("ifconfig", PlatformKind::Freebsd) => net::ifconfig(s, &words),
        ("route", PlatformKind::Freebsd) => net::route(s, &words),
        ("ip", PlatformKind::Linux) => net::ip(s, &words),
        ("sysctl", PlatformKind::Linux) => fine(""),
        ("chflags" | "mtree", _) => {
            if cmd.program == "mtree" {
                let _ = std::fs::create_dir(Path::new(words.last().unwrap()).join("log"));
            }
            fine("")
        }
        ("pwd_mkdb", _) => {
            for db in ["pwd.db", "spwd.db"] {
                write(&Path::new(words[1]).join(db), "db");
            }
            fine("")
        }
        ("find", _) => {
            // Of what the tests put there, all can be run.
            let mut all = String::new();
            let dirs = words.iter().filter(|w| w.ends_with("/."));
            for dir in dirs.clone() {
                let Ok(entries) = std::fs::read_dir(dir) else {
                    return no(1, format!("find: '{dir}': No such file or directory"));
                };
                entries
                    .flatten()
                    .for_each(|e| all += &format!("{dir}/{}\0", e.file_name().to_string_lossy()));
            }
            fine(all)
        }
        ("tar", _) => {
            let into = words[words.iter().position(|w| *w == "-C").unwrap() + 1];
            super::world::userland(Path::new(into));
            fine("")
        }
        (program, _) if program.ends_with("/hooks/mnt-start") => external::start(s, &words),
        (program, _) if program.ends_with("/hooks/mnt-stop") => external::stop(s, &words),
        (program, _) if program.starts_with('/') => fine("hooked\n"),
        (program, _) => panic!("{program} is no program of {:?}", s.kind),
    }
}

pub fn write(path: &Path, text: &str) {
    jug::host::fs::write_atomic(path, text, 0o644).unwrap();
}

fn find<'a>(s: &'a mut State, name: &str) -> Option<&'a mut Jail> {
    s.jails.iter_mut().find(|j| j.name == name)
}

fn mount(s: &mut State, words: &[&str]) -> Output {
    let [.., source, target] = words else { return no(1, "usage: mount") };
    let kind = words.iter().position(|w| *w == "-t").map(|i| words[i + 1]);
    let bind = kind == Some("nullfs") || words.windows(2).any(|w| w[0] == "-o" && w[1].starts_with("bind"));
    let inside = |p: &str| p.starts_with(&format!("{}/", s.workdir));
    let linux = s.kind == PlatformKind::Linux;
    let missing = |p: &str| match linux {
        true => no(
            32,
            format!(
                "mount: {target}: special device {p} does not exist.\n       dmesg(1) may have more information after failed mount system call."
            ),
        ),
        false => no(64, format!("mount_nullfs: {p}: No such file or directory")),
    };
    if bind && inside(source) && !Path::new(source).is_dir() {
        return missing(source);
    }
    if inside(target) && !Path::new(target).is_dir() {
        return if linux {
            no(32, format!("mount: {target}: mount point does not exist."))
        } else {
            missing(target)
        };
    }
    if bind && !linux && s.mounts.iter().any(|m| m.target == *target && m.source == *source) {
        return no(64, format!("mount_nullfs: {target}: Resource deadlock avoided"));
    }
    let (source, fstype) = match (bind, linux) {
        // A bind mount shows the device and its file system in mountinfo.
        (true, true) => ("/dev/vda".to_string(), "ext4".to_string()),
        (true, false) => ((*source).to_string(), "nullfs".into()),
        (false, _) => ((*source).to_string(), kind.unwrap_or("tmpfs").to_string()),
    };
    if disk::is_one(&source, &fstype) {
        disk::mounted(s, &source, target, &fstype);
        return fine("");
    }
    // What is mounted shows its directories, on which more is mounted.
    if bind && words[words.len() - 2].ends_with("/root") {
        zfs::copy(Path::new(words[words.len() - 2]), Path::new(target), false);
    }
    s.mounts.push(Mount { source, target: (*target).to_string(), fstype });
    fine("")
}

fn umount(s: &mut State, target: &str) -> Output {
    let linux = s.kind == PlatformKind::Linux;
    let Some(at) = s.mounts.iter().rposition(|m| m.target == target) else {
        return match linux {
            true => no(32, format!("umount: {target}: not mounted.")),
            false => no(1, format!("umount: {target}: not a file system root directory")),
        };
    };
    let below = format!("{target}/");
    if s.mounts.iter().any(|m| m.target.starts_with(&below))
        || s.mounts.iter().any(|m| m.source.starts_with(&below) && m.fstype == "nullfs")
        || s.jails.iter().any(|j| j.running && j.path == target)
    {
        return match linux {
            true => no(32, format!("umount: {target}: target is busy.")),
            false => no(1, format!("umount: unmount of {target} failed: Device busy")),
        };
    }
    let gone = s.mounts.remove(at);
    external::unmounted(s, &gone);
    disk::unmounted(s, &gone);
    if target.starts_with(&s.workdir) && target.ends_with("/root") {
        zfs::clear(Path::new(target));
    }
    fine("")
}

/// proc_pid_mountinfo(5).
pub fn mountinfo(s: &State) -> String {
    let groups = "31 23 0:28 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n".to_string();
    s.mounts
        .iter()
        .map(|m| {
            let (source, target) = (m.source.replace(' ', "\\040"), m.target.replace(' ', "\\040"));
            format!("42 27 0:39 / {target} rw,relatime shared:1 - {} {source} rw\n", m.fstype)
        })
        .fold(groups, |all, line| all + &line)
}

fn jls(s: &mut State, words: &[&str]) -> Output {
    let one = words.iter().position(|w| *w == "-j").map(|i| words[i + 1]);
    if let Some(name) = one
        && find(s, name).is_none()
    {
        return no(1, format!("jls: jail \"{name}\" not found"));
    }
    let jails: Vec<_> = s
        .jails
        .iter()
        .enumerate()
        .filter(|(_, j)| one.is_none_or(|n| n == j.name))
        .map(|(i, j)| {
            let meta = j.stamp.as_ref().map_or(String::new(), |u| format!("note=a\njug_uuid={u}\n"));
            json!({"jid": (i + 1).to_string(), "name": j.name, "path": j.path, "meta": meta})
        })
        .collect();
    fine(json!({"__version": "2", "jail-information": {"jail": jails}}).to_string())
}

fn jail(s: &mut State, words: &[&str]) -> Output {
    if words[0] == "-R" {
        let Some(at) = s.jails.iter().position(|j| j.name == words[1]) else {
            return no(1, format!("jail: \"{}\" not found", words[1]));
        };
        s.jails.remove(at);
        net::come_back(s, words[1]);
        return fine("");
    }
    let params: Vec<(String, String)> = words[1..]
        .iter()
        .map(|w| {
            let (k, v) = w.split_once('=').unwrap_or((w, "true"));
            let off = k.rsplit_once('.').filter(|(_, l)| l.starts_with("no"));
            match off {
                Some((group, last)) if k.starts_with("allow.") => {
                    (format!("{group}.{}", &last[2..]), "false".to_string())
                }
                _ => (k.to_string(), v.to_string()),
            }
        })
        .collect();
    let get = |key: &str| params.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let (name, path) = (get("name").unwrap(), get("path").unwrap_or_default());
    if words[0] == "-m" {
        let Some(j) = find(s, &name) else { return no(1, format!("jail: \"{name}\" not found")) };
        j.params.extend(params);
        j.params.retain(|_, v| v != "false");
        return fine("");
    }
    if let Some(i) = s.jails.iter().position(|j| j.name == name) {
        return no(1, format!("jail: \"{}\" already exists", i + 1));
    }
    if !Path::new(&path).is_dir() {
        return no(1, format!("jail: path {path}: No such file or directory"));
    }
    let stamp = get("meta.jug_uuid");
    let params = params.into_iter().filter(|p| p.1 != "false").collect();
    s.jails.push(Jail { name, path, stamp, running: true, processes: false, params });
    fine("")
}

/// Something runs inside: rc leaves daemons, rc.shutdown ends some.
fn inside(s: &mut State, name: &str, program: &str) -> Output {
    match find(s, name) {
        Some(j) if j.running => {
            j.processes = true;
            fine("")
        }
        _ if program == "jexec" => no(1, format!("jexec: jail \"{name}\" not found")),
        _ => runc_says("container does not exist"),
    }
}

fn runc_says(what: &str) -> Output {
    no(1, format!("time=\"2026-11-20T07:34:15Z\" level=error msg=\"{what}\""))
}

fn container(j: &Jail) -> serde_json::Value {
    let annotations = j.stamp.as_ref().map_or(json!({}), |u| json!({"jug.uuid": u}));
    json!({"ociVersion": "1.0.2-dev", "id": j.name, "pid": if j.running { 4242 } else { 0 },
        "status": if j.running { "running" } else { "stopped" }, "bundle": "/b", "rootfs": j.path,
        "created": "2026-01-01T00:00:00Z", "owner": "", "annotations": annotations})
}

fn runc(s: &mut State, words: &[&str]) -> Output {
    let last = *words.last().unwrap();
    match words[0] {
        "list" if s.jails.is_empty() => fine("null"),
        "list" => fine(json!(s.jails.iter().map(container).collect::<Vec<_>>()).to_string()),
        "state" => match find(s, last) {
            Some(j) => fine(container(j).to_string()),
            None => runc_says("container does not exist"),
        },
        "delete" => {
            s.jails.retain(|j| j.name != last);
            fine("")
        }
        "kill" => match find(s, words[1]) {
            None => runc_says("container does not exist"),
            Some(j) if !j.running => runc_says("container not running"),
            Some(j) if last == "TERM" => {
                (j.running, j.processes) = (false, false);
                fine("")
            }
            Some(_) => fine(""),
        },
        "run" => {
            if find(s, last).is_some() {
                return runc_says("container with given ID already exists");
            }
            let bundle = Path::new(words[words.iter().position(|w| *w == "--bundle").unwrap() + 1]);
            let Ok(text) = std::fs::read_to_string(bundle.join("config.json")) else {
                return runc_says("JSON specification file config.json not found");
            };
            let config: serde_json::Value = serde_json::from_str(&text).unwrap();
            let text = |v: &serde_json::Value| v.as_str().map(str::to_string);
            let spaces = config["linux"]["namespaces"].as_array().unwrap();
            let space = spaces.iter().find_map(|n| text(&n["path"]));
            if space.is_some_and(|p| !s.namespaces.iter().any(|n| p == format!("/run/netns/{n}"))) {
                return runc_says("lstat: no such file or directory");
            }
            s.jails.push(Jail {
                name: last.into(),
                path: text(&config["root"]["path"]).unwrap(),
                stamp: text(&config["annotations"]["jug.uuid"]),
                running: true,
                processes: true,
                params: [("hostname".into(), text(&config["hostname"]).unwrap())]
                    .into_iter()
                    .chain(limits::of_config(&config))
                    .collect(),
            });
            fine("")
        }
        "update" => match find(s, last) {
            Some(j) if j.running => limits::update(j, &words[1..words.len() - 1]),
            Some(_) => runc_says("cannot update a container that is not running"),
            None => runc_says("container does not exist"),
        },
        "exec" => {
            let name = s.jails.iter().map(|j| j.name.clone()).find(|n| words.contains(&n.as_str()));
            inside(s, &name.unwrap_or_default(), "runc")
        }
        other => panic!("runc {other}"),
    }
}

pub fn bare(word: &str) -> IpAddr {
    word.split('/').next().unwrap().parse().unwrap()
}

/// Somebody else makes, just before jug, what jug was about to make.
pub fn intrude(s: &mut State, cmd: &Cmd) {
    let words: Vec<&str> = cmd.args.iter().map(String::as_str).collect();
    let last = words.last().unwrap().to_string();
    let named = |k: &str| words.iter().find_map(|w| w.strip_prefix(k)).map(str::to_string);
    let jail = |name: String| Jail {
        name,
        path: "/theirs".into(),
        stamp: Some("11111111-2222-4333-8444-555555555555".into()),
        running: true,
        processes: true,
        params: [].into(),
    };
    match cmd.program.as_str() {
        "zfs" if words[0] == "snapshot" => {
            let theirs = last.replace('@', "/data@");
            s.snapshots.insert(theirs, super::fake::Snap::default());
        }
        "zfs" => {
            let theirs = Dataset { stamp: None, mountpoint: "/theirs".into(), mounted: false, origin: None };
            s.datasets.insert(last, theirs);
        }
        "jail" => s.jails.push(jail(named("name=").unwrap())),
        "runc" => s.jails.push(jail(last)),
        "ip" if words[0] == "address" => s.addresses.push((words[4].into(), bare(words[2]))),
        "ip" | "ifconfig" => net::intrude(s, &words),
        other => panic!("nobody makes things with {other}"),
    }
}

/// Takes what [`intrude`] made away again; false if it was gone.
pub fn withdraw(s: &mut State, cmd: &Cmd) -> bool {
    let last = cmd.args.last().cloned().unwrap();
    match cmd.program.as_str() {
        "zfs" if cmd.args[0] == "snapshot" => s.snapshots.remove(&last.replace('@', "/data@")).is_some(),
        "zfs" => s.datasets.remove(&last).is_some_and(|d| d.mountpoint == "/theirs"),
        "ip" | "ifconfig" if cmd.args[0] != "address" => net::withdraw(s, cmd),
        "ip" => {
            let theirs = (cmd.args[4].clone(), bare(&cmd.args[2]));
            let at = s.addresses.iter().position(|a| *a == theirs);
            at.map(|at| s.addresses.remove(at)).is_some()
        }
        _ => {
            let at = s.jails.iter().position(|j| j.path == "/theirs");
            at.map(|at| s.jails.remove(at)).is_some()
        }
    }
}
