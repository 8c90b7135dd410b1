//! mountd(8), as F4 and nfs.txt have it: it exits 0 whatever it reads, drops what it does not take, says so in the log
//! only, and of two lines for one client of one file system the first wins.

use super::fake::{State, fine, no};
use jug::host::{Cmd, Output};
use std::collections::BTreeMap;

/// What the kernel was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub fs: String,
    pub path: String,
    pub client: String,
    pub options: String,
}

#[derive(Clone, Debug, Default)]
pub struct Nfs {
    pub runs: bool,
    /// Reads nothing any more, and answers nobody.
    pub hangs: bool,
    /// jug's file.
    pub file: String,
    /// /etc/exports.
    pub admin: String,
    /// Another file that it reads, and what is in it.
    pub more: (String, String),
    /// sharenfs and jug:export.
    pub shares: BTreeMap<String, (String, String)>,
    pub kernel: Vec<Told>,
    pub log: String,
    /// syslogd(8) writes another file.
    pub unlogged: bool,
}

pub fn run(s: &mut State, cmd: &Cmd) -> Output {
    let words: Vec<&str> = cmd.args.iter().map(String::as_str).collect();
    match (cmd.program.as_str(), &words[..]) {
        ("service", ["mountd", "onereload"]) if s.nfs.runs => {
            reload(s);
            fine("")
        }
        ("service", _) => no(1, "mountd not running? (check /var/run/mountd.pid)."),
        ("logger", _) => {
            let text = format!("jug[9]: {}", words.last().unwrap());
            say(s, &text);
            fine("")
        }
        ("showmount", _) => {
            let mut lines: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for t in &s.nfs.kernel {
                lines.entry(&t.path).or_default().push(&t.client);
            }
            let text: String = lines.iter().map(|(p, c)| format!("{p:<34} {} \n", c.join(" "))).collect();
            fine(format!("Exports list on localhost:\n{text}"))
        }
        ("ps", _) => {
            let mountd = format!(
                "0 mountd /usr/sbin/mountd -r -S {} {} /etc/exports /etc/zfs/exports\n",
                s.nfs.file, s.nfs.more.0
            );
            let mountd = if s.nfs.runs { mountd } else { String::new() };
            fine(format!(
                "{mountd}0 nfsd nfsd: master (nfsd)\n0 rpcbind /usr/sbin/rpcbind\n7 nfsd nfsd: master (nfsd)\n"
            ))
        }
        ("sysctl", _) => fine("2\n4\n"),
        ("getent", ["passwd", names @ ..]) if names.contains(&"root") => fine("root:*:0:0::/root:/bin/sh\n"),
        ("getent", _) => no(2, ""),
        (program, _) => no(1, format!("{program}: no such command")),
    }
}

/// syslogd counts what comes twice in a row.
fn say(s: &mut State, text: &str) {
    if s.nfs.unlogged {
        return;
    }
    let last = s.nfs.log.lines().last().unwrap_or_default();
    let line = if last.ends_with(text) { "last message repeated 1 times".into() } else { text.to_string() };
    s.nfs.log.push_str(&format!("Nov 20 05:50:30 fbsd {line}\n"));
}

fn reload(s: &mut State) {
    if s.nfs.hangs {
        return;
    }
    let own = std::fs::read_to_string(&s.nfs.file).unwrap_or_default();
    // zfs(8) writes a line for each dataset, also for those that inherit.
    let mut zfs = String::new();
    for m in s.mounts.iter().filter(|m| m.fstype == "zfs") {
        let above =
            s.nfs.shares.iter().filter(|(n, _)| m.source == **n || m.source.starts_with(&format!("{n}/")));
        if let Some((_, (value, _))) = above.max_by_key(|(n, _)| n.len()).filter(|(_, v)| v.0 != "off") {
            for set in value.split(';') {
                zfs.push_str(&format!("{}\t{set}\n", m.target.replace(' ', "\\040")));
            }
        }
    }
    s.nfs.kernel.clear();
    let all: Vec<String> = [own, s.nfs.more.1.clone(), s.nfs.admin.clone(), zfs]
        .iter()
        .flat_map(|t| t.lines().map(str::to_string).collect::<Vec<_>>())
        .collect();
    for line in all.iter().filter(|l| l.starts_with('/')) {
        one(s, line);
    }
}

fn one(s: &mut State, line: &str) {
    let mut words = line.split_whitespace();
    let path = words.next().unwrap().replace("\\040", " ");
    let (options, hosts): (Vec<&str>, Vec<&str>) = words.partition(|w| w.starts_with('-'));
    let holds = |t: &str| path == t || path.starts_with(&format!("{}/", t.trim_end_matches('/')));
    let fs = s.mounts.iter().map(|m| m.target.clone()).filter(|t| holds(t)).max_by_key(String::len);
    let Some(fs) = fs.filter(|_| std::path::Path::new(&path).is_dir()) else {
        return say(
            s,
            &format!(
                "mountd[681]: bad exports list line '{line}': {path}: lstat() failed: No such file or directory."
            ),
        );
    };
    if options.iter().any(|o| o.contains("nosuchuser")) {
        // And it is exported all the same.
        say(s, "mountd[681]: unknown user: nosuchuser");
    }
    let networks = options.iter().filter_map(|o| o.strip_prefix("-network="));
    let mut clients: Vec<String> = hosts.iter().map(|h| h.to_string()).collect();
    clients.extend(networks.map(|n| n.split('/').next().unwrap().to_string()));
    if clients.is_empty() {
        clients.push("Everyone".into());
    }
    for client in clients {
        if s.nfs.kernel.iter().any(|t| t.fs == fs && t.client == client) {
            say(
                s,
                &format!(
                    "mountd[681]: can't change attributes for {path}: netcred already exists for given addr/mask"
                ),
            );
            say(s, &format!("mountd[681]: bad exports list line '{line}'"));
            return;
        }
        s.nfs.kernel.push(Told { fs: fs.clone(), path: path.clone(), client, options: options.join(" ") });
    }
}

fn told(s: &mut State) {
    // zfs(8) is content if nobody is there to be told.
    if s.nfs.runs {
        reload(s);
    }
}

/// `zfs set sharenfs=... jug:export=...`
pub fn share(s: &mut State, words: &[&str], name: &str) -> Output {
    let value = |key: &str| words.iter().find_map(|w| w.strip_prefix(key)).unwrap_or_default().to_string();
    if !s.datasets.contains_key(name) {
        return no(1, format!("cannot open '{name}': dataset does not exist"));
    }
    s.nfs.shares.insert(name.into(), (value("sharenfs="), value("jug:export=")));
    told(s);
    fine("")
}

pub fn inherit(s: &mut State, property: &str, name: &str) -> Output {
    if let Some(share) = s.nfs.shares.get_mut(name) {
        match property {
            "sharenfs" => share.0 = "off".into(),
            _ => share.1.clear(),
        }
        if share.0 == "off" && share.1.is_empty() {
            s.nfs.shares.remove(name);
        }
    }
    told(s);
    fine("")
}

pub fn shares(s: &State) -> Output {
    let mut text = String::new();
    for name in s.datasets.keys() {
        let (value, owner) = s.nfs.shares.get(name).cloned().unwrap_or(("off".into(), String::new()));
        let source = if value == "off" { "default" } else { "local" };
        text.push_str(&format!("{name}\tsharenfs\t{value}\t{source}\n"));
        let source = if owner.is_empty() { "-" } else { "local" };
        text.push_str(&format!(
            "{name}\tjug:export\t{}\t{source}\n",
            if owner.is_empty() { "-" } else { &owner }
        ));
    }
    fine(text)
}
