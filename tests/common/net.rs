//! Interfaces, bridges, pairs, network stacks of jails and namespaces: as ifconfig.txt, jail.txt, F2.13 and ip(8) have
//! them.

use super::fake::{State, fine, no};
use super::os::bare;
use jug::host::{Cmd, Output};
use serde_json::json;

/// An interface, wherever it is.
#[derive(Clone, Debug)]
pub struct Iface {
    pub name: String,
    /// The description, or alias.
    pub note: String,
    pub groups: Vec<String>,
    pub mac: String,
    pub up: bool,
    pub mtu: u32,
    pub members: Vec<String>,
    pub private: Vec<String>,
    /// The jail or namespace it is in.
    pub at: Option<String>,
    /// What both ends of a pair have in common.
    pub pair: Option<String>,
}

impl Iface {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            note: String::new(),
            groups: Vec::new(),
            mac: "58:9c:fc:10:61:7c".into(),
            // The uplink of `wire` is found down.
            up: name != "a b",
            mtu: 1500,
            members: Vec::new(),
            private: Vec::new(),
            at: None,
            pair: None,
        }
    }
    fn down(name: &str) -> Self {
        Self { up: false, ..Self::new(name) }
    }
}

fn find<'a>(s: &'a mut State, at: Option<&str>, name: &str) -> Option<&'a mut Iface> {
    s.interfaces.iter_mut().find(|i| i.name == name && i.at.as_deref() == at)
}

fn here(s: &State, name: &str) -> bool {
    s.interfaces.iter().any(|i| i.at.is_none() && i.name == name)
}

/// It goes, its other end with it, and its addresses and memberships.
fn destroy(s: &mut State, name: &str) {
    let Some(gone) = s.interfaces.iter().find(|i| i.at.is_none() && i.name == name).cloned() else { return };
    s.interfaces
        .retain(|i| !(i.at.is_none() && i.name == name) && (gone.pair.is_none() || i.pair != gone.pair));
    s.addresses.retain(|(on, _)| on != name);
    leave(s, name);
}

fn leave(s: &mut State, name: &str) {
    for bridge in &mut s.interfaces {
        bridge.members.retain(|m| m != name);
        bridge.private.retain(|m| m != name);
    }
}

/// What was in a jail that goes comes back, under the name it had inside.
pub fn come_back(s: &mut State, jail: &str) {
    for i in s.interfaces.iter_mut().filter(|i| i.at.as_deref() == Some(jail)) {
        i.at = None;
        i.groups.clear();
    }
}

fn list_freebsd(s: &State) -> Output {
    let mut text = String::new();
    for i in s.interfaces.iter().filter(|i| i.at.is_none()) {
        let flags = if i.up { "UP,BROADCAST" } else { "BROADCAST" };
        text.push_str(&format!("{}: flags=1008843<{flags}> metric 0 mtu {}\n", i.name, i.mtu));
        if !i.note.is_empty() {
            text.push_str(&format!("\tdescription: {}\n", i.note));
        }
        text.push_str(&format!("\tether {}\n", i.mac));
        for (_, a) in s.addresses.iter().filter(|(on, _)| *on == i.name) {
            let family = if a.is_ipv4() { "inet" } else { "inet6" };
            text.push_str(&format!("\t{family} {a}/{} broadcast {a}\n", if a.is_ipv4() { 32 } else { 128 }));
        }
        if !i.groups.is_empty() {
            text.push_str(&format!("\tgroups: {}\n", i.groups.join(" ")));
        }
        for m in &i.members {
            let private = if i.private.contains(m) { ",PRIVATE" } else { "" };
            text.push_str(&format!(
                "\tmember: {m} flags=143<LEARNING,DISCOVER{private}>\n\t        port 7\n"
            ));
        }
    }
    fine(text)
}

pub fn ifconfig(s: &mut State, words: &[&str]) -> Output {
    match words {
        ["-f", _, "-a"] => list_freebsd(s),
        ["-j", jail, name, rest @ ..] => inside(s, jail, name, rest),
        [name, "create", rest @ ..] => create(s, name, rest),
        [name, ..] if !here(s, name) => no(1, format!("ifconfig: interface {name} does not exist")),
        [name, "destroy"] => {
            destroy(s, name);
            fine("")
        }
        [name, "vnet", jail] => {
            let vnet = s.jails.iter().any(|j| j.name == *jail && j.params.contains_key("vnet"));
            if !vnet {
                return no(1, format!("ifconfig: {jail}: no such jail"));
            }
            leave(s, name);
            let it = find(s, None, name).unwrap();
            (it.at, it.groups) = (Some((*jail).to_string()), Vec::new());
            fine("")
        }
        [bridge, "addm", member, rest @ ..] => {
            if !here(s, member) {
                return no(
                    1,
                    format!(
                        "ifconfig: BRDGADD {member}: No such file or directory (extended error No such interface)"
                    ),
                );
            }
            if s.interfaces.iter().any(|i| i.members.iter().any(|m| m == member)) {
                return no(1, format!("ifconfig: BRDGADD {member}: Device busy"));
            }
            // The first one gives the bridge its size, another gets the bridge's (if_bridge.c).
            let theirs = find(s, None, member).unwrap().mtu;
            let it = find(s, None, bridge).unwrap();
            it.mtu = if it.members.is_empty() { theirs } else { it.mtu };
            it.members.push((*member).to_string());
            let size = it.mtu;
            if rest.first() == Some(&"private") {
                it.private.push((*member).to_string());
            }
            find(s, None, member).unwrap().mtu = size;
            fine("")
        }
        [bridge, "deletem", member] => {
            let it = find(s, None, bridge).unwrap();
            if !it.members.iter().any(|m| m == member) {
                return no(1, format!("ifconfig: BRDGDEL {member}: No such file or directory"));
            }
            it.members.retain(|m| m != member);
            fine("")
        }
        [name, "inet" | "inet6", address, last @ ("alias" | "-alias")] => addresses(s, name, address, last),
        [name, rest @ ..] => settings(find(s, None, name).unwrap(), rest),
        [] => panic!("ifconfig"),
    }
}

fn settings(it: &mut Iface, words: &[&str]) -> Output {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "up" => it.up = true,
            "down" => it.up = false,
            "mtu" => it.mtu = words.next().unwrap().parse().unwrap(),
            "ether" | "address" => it.mac = (*words.next().unwrap()).to_string(),
            "alias" => it.note = (*words.next().unwrap()).to_string(),
            "inet6" | "-ifdisabled" | "auto_linklocal" | "no_dad" => {}
            other => panic!("what is {other}?"),
        }
    }
    fine("")
}

fn addresses(s: &mut State, name: &str, address: &str, last: &str) -> Output {
    let entry = (name.to_string(), bare(address));
    let at = s.addresses.iter().position(|a| *a == entry);
    match (last, at) {
        ("alias", None) => s.addresses.push(entry),
        // It is only given its length anew (ifconfig.txt).
        ("alias", Some(_)) => {}
        (_, Some(at)) => drop(s.addresses.remove(at)),
        (_, None) => return no(1, "ifconfig: ioctl (SIOCDIFADDR): Can't assign requested address"),
    }
    fine("")
}

fn create(s: &mut State, name: &str, rest: &[&str]) -> Output {
    let epair = name.starts_with("epair");
    let first = if epair { format!("{name}a") } else { name.to_string() };
    if here(s, &first) {
        return no(1, format!("ifconfig: interface {name} already exists"));
    }
    let after = |word: &str| rest.iter().position(|w| *w == word).map(|i| rest[i + 1].to_string());
    let (note, groups) = (after("descr").unwrap_or_default(), after("group").into_iter().collect());
    let pair = epair.then(|| name.to_string());
    s.interfaces.push(Iface { note, groups, pair: pair.clone(), ..Iface::down(&first) });
    if epair {
        s.interfaces.push(Iface { pair, ..Iface::down(&format!("{name}b")) });
    }
    fine(format!("{first}\n"))
}

fn inside(s: &mut State, jail: &str, name: &str, words: &[&str]) -> Output {
    if !s.jails.iter().any(|j| j.name == jail) {
        return no(1, format!("ifconfig: jail \"{jail}\" not found"));
    }
    if name == "lo0" {
        return fine("");
    }
    let Some(it) = find(s, Some(jail), name) else {
        return no(1, format!("ifconfig: interface {name} does not exist"));
    };
    match words {
        ["name", new] => it.name = (*new).to_string(),
        ["inet" | "inet6", _, "alias"] => {}
        other => return settings(it, other),
    }
    fine("")
}

pub fn route(s: &mut State, words: &[&str]) -> Output {
    match s.jails.iter().any(|j| j.name == words[1]) {
        true => fine("add net default: gateway 10.10.0.1\n"),
        false => no(1, "route: jail not found"),
    }
}

pub fn ip(s: &mut State, words: &[&str]) -> Output {
    match words {
        ["-j", "-d", "address"] => list_linux(s),
        ["netns", "list"] => fine(s.namespaces.iter().map(|n| format!("{n} (id: 0)\n")).collect::<String>()),
        ["netns", "add", name] => {
            if s.namespaces.iter().any(|n| n == name) {
                return no(1, format!("Cannot create namespace file \"/run/netns/{name}\": File exists"));
            }
            s.namespaces.push((*name).to_string());
            fine("")
        }
        ["netns", "delete", name] => {
            if !s.namespaces.iter().any(|n| n == name) {
                return no(
                    1,
                    format!("Cannot remove namespace file \"/run/netns/{name}\": No such file or directory"),
                );
            }
            s.namespaces.retain(|n| n != name);
            let ends: Vec<_> =
                s.interfaces.iter().filter(|i| i.at.as_deref() == Some(*name)).cloned().collect();
            s.interfaces.retain(|i| !ends.iter().any(|e| i.pair.is_some() && e.pair == i.pair));
            ends.iter().filter_map(|e| e.pair.as_deref()).for_each(|host| leave(s, host));
            fine("")
        }
        ["-n", space, ..] if !s.namespaces.iter().any(|n| n == space) => {
            no(255, format!("Cannot open network namespace \"{space}\": No such file or directory"))
        }
        ["-n", space, "link", "set", "dev", name, ..]
        | ["-n", space, "address", "add", _, "dev", name, ..]
            if *name != "lo" && find(s, Some(*space), name).is_none() =>
        {
            no(1, format!("Cannot find device \"{name}\""))
        }
        ["-n", ..] => fine(""),
        ["link", "add", rest @ ..] => link_add(s, rest),
        ["link", _, "dev", name, ..] if !here(s, name) => no(1, format!("Cannot find device \"{name}\"")),
        ["link", "delete", "dev", name] => {
            destroy(s, name);
            fine("")
        }
        ["link", "set", "dev", name, rest @ ..] => link_set(s, name, rest),
        ["address", verb, address, "dev", name, ..] => {
            let entry = ((*name).to_string(), bare(address));
            let at = s.addresses.iter().position(|a| *a == entry);
            match (*verb, at) {
                ("add", None) => s.addresses.push(entry),
                ("add", Some(_)) => return no(2, "Error: ipv4: Address already assigned."),
                (_, Some(at)) => drop(s.addresses.remove(at)),
                (_, None) => return no(2, "Error: ipv4: Address not found."),
            }
            fine("")
        }
        other => panic!("ip {other:?}"),
    }
}

fn list_linux(s: &State) -> Output {
    let of = |name: &str| {
        let all = s.addresses.iter().filter(|(on, _)| on == name);
        all.map(|(_, a)| json!({"family": "inet", "local": a, "prefixlen": 32})).collect::<Vec<_>>()
    };
    let master = |name: &str| s.interfaces.iter().find(|b| b.members.iter().any(|m| m == name));
    let all: Vec<_> = s
        .interfaces
        .iter()
        .filter(|i| i.at.is_none())
        .map(|i| {
            let mut link = json!({"ifname": i.name, "addr_info": of(&i.name), "address": i.mac, "mtu": i.mtu,
                "flags": if i.up { vec!["BROADCAST", "UP"] } else { vec!["BROADCAST"] }});
            if !i.note.is_empty() {
                link["ifalias"] = json!(i.note);
            }
            if let Some(b) = master(&i.name) {
                link["master"] = json!(b.name);
                link["linkinfo"] = json!({"info_slave_data": {"isolated": b.private.contains(&i.name)}});
            }
            link
        })
        .collect();
    fine(json!(all).to_string())
}

fn link_add(s: &mut State, words: &[&str]) -> Output {
    let after = |word: &str, from: usize| {
        words[from..].iter().position(|w| *w == word).map(|i| words[from + i + 1].to_string())
    };
    let name = after("name", 0).unwrap();
    if here(s, &name) {
        return no(2, "RTNETLINK answers: File exists");
    }
    let mtu = after("mtu", 0).map_or(1500, |m| m.parse().unwrap());
    let peer = words.iter().position(|w| *w == "peer");
    let space = after("netns", 0);
    if let Some(space) = &space
        && !s.namespaces.contains(space)
    {
        return no(1, format!("Error: argument \"{space}\" is wrong: Invalid \"netns\" value"));
    }
    // Its note is not taken here: the kernel leaves it aside.
    let pair = peer.map(|_| name.clone());
    s.interfaces.push(Iface {
        mac: after("address", 0).unwrap(),
        mtu,
        pair: pair.clone(),
        ..Iface::down(&name)
    });
    if let Some(at) = peer {
        let (inner, mac) = (after("name", at).unwrap(), after("address", at).unwrap());
        s.interfaces.push(Iface { mac, mtu, pair, at: space, ..Iface::down(&inner) });
    }
    fine("")
}

fn link_set(s: &mut State, name: &str, words: &[&str]) -> Output {
    match words {
        ["master", bridge] => {
            if !here(s, bridge) {
                return no(1, format!("Error: argument \"{bridge}\" is wrong: Device does not exist"));
            }
            leave(s, name);
            find(s, None, bridge).unwrap().members.push(name.to_string());
        }
        ["nomaster"] => leave(s, name),
        ["type", "bridge_slave", what @ ("isolated" | "hairpin"), "on"] => {
            let Some(b) = s.interfaces.iter_mut().find(|b| b.members.iter().any(|m| m == name)) else {
                return no(2, "RTNETLINK answers: Operation not supported");
            };
            if *what == "isolated" {
                b.private.push(name.to_string());
            }
        }
        other => return settings(find(s, None, name).unwrap(), other),
    }
    fine("")
}

/// What is to be made, by its name on the host.
fn made(words: &[&str]) -> String {
    match words {
        ["link", "add", ..] => words[words.iter().position(|w| *w == "name").unwrap() + 1].to_string(),
        [name, "create", ..] if name.starts_with("epair") => format!("{name}a"),
        [name, "create", ..] => (*name).to_string(),
        other => panic!("nobody makes {other:?}"),
    }
}

pub fn intrude(s: &mut State, words: &[&str]) {
    let name = made(words);
    s.interfaces.push(Iface { note: "theirs".into(), ..Iface::new(&name) });
}

pub fn withdraw(s: &mut State, cmd: &Cmd) -> bool {
    let words: Vec<&str> = cmd.args.iter().map(String::as_str).collect();
    let name = made(&words);
    let at = s.interfaces.iter().position(|i| i.name == name && i.note == "theirs");
    at.map(|at| s.interfaces.remove(at)).is_some()
}
