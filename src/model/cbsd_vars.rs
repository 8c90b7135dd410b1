//! CBSD's variables of an environment, as its hooks get them, and as `rc.conf_<name>` is written so that CBSD can source
//! it.

use super::cbsd::{PERMISSIONS, ROOT};
use super::env::{Env, Mode};
use super::name::EnvName;
use super::net::Net;
use crate::store::layout::Layout;
use std::collections::BTreeMap;

/// Variables whose values are paths that may lie in the workdir.
const PATHS: [&str; 5] = ["data", "mount_fstab", "rcconf", "mnt_start", "mnt_stop"];

/// What CBSD's variables are on this node: those that jug has a meaning for.
pub fn variables(name: &EnvName, env: &Env, layout: &Layout) -> BTreeMap<String, String> {
    let mut vars = BTreeMap::new();
    let mut put = |key: &str, value: String| drop(vars.insert(key.to_string(), value));
    put("emulator", "jail".into());
    put("path", layout.root(name, env).to_string());
    put("data", layout.data(name).to_string());
    put("mount_fstab", layout.fstab(name).join("fstab").to_string());
    put("rcconf", layout.workdir.join(&format!("jails-rcconf/rc.conf_{name}")).to_string());
    put("ver", if env.on_host() { "native".into() } else { env.base_name().to_string() });
    put("baserw", flag(env.mode != Mode::Thin));
    put("host_hostname", env.hostname(name));
    let aliases: Vec<_> = env
        .net
        .iter()
        .filter_map(|n| match n {
            Net::Alias { interface, address } => Some((interface, address)),
            _ => None,
        })
        .collect();
    if env.net != [Net::Inherit] {
        // CBSD's own way to say that an address is on another interface: nic#address.
        let first = aliases.first().map(|(i, _)| *i);
        let words: Vec<String> = aliases
            .iter()
            .map(|(i, a)| if Some(*i) == first { a.to_string() } else { format!("{i}#{a}") })
            .collect();
        put("ip4_addr", if words.is_empty() { "0".into() } else { words.join(",") });
        put("interface", first.map_or("0".into(), ToString::to_string));
    }
    put("astart", flag(env.boot.auto));
    put("b_order", env.boot.order.to_string());
    put("protected", flag(env.protected));
    put("childrenmax", env.children.max.to_string());
    put("devfs_ruleset", env.devfs_ruleset.to_string());
    put("enforce_statfs", env.enforce_statfs.to_string());
    for (key, permission) in PERMISSIONS {
        put(key, flag(env.allow.get(permission)));
    }
    for (key, v) in [("sysvmsg", env.sysvmsg), ("sysvsem", env.sysvsem), ("sysvshm", env.sysvshm)] {
        put(key, v.as_str().into());
    }
    for (key, argv) in [("exec_start", &env.exec.start), ("exec_stop", &env.exec.stop)] {
        if let Some(argv) = argv {
            put(key, argv.iter().map(|w| crate::host::cmd::quote(w)).collect::<Vec<_>>().join(" "));
        }
    }
    for (key, v) in [("exec_timeout", env.exec.start_timeout), ("stop_timeout", env.exec.stop_timeout)] {
        if let Some(v) = v {
            put(key, v.to_string());
        }
    }
    for (key, v) in [("mnt_start", &env.mnt_start), ("mnt_stop", &env.mnt_stop)] {
        put(key, v.as_ref().map_or("0".into(), ToString::to_string));
    }
    vars
}

/// The keys that are set and that CBSD's file has no variable for.
pub fn lost(env: &Env) -> Vec<String> {
    let mut keys = Vec::new();
    let cards: Vec<String> = env.nics().map(|(_, n)| n.network.to_string()).collect();
    if !cards.is_empty() {
        keys.push(format!("net ({})", cards.join(", ")));
    }
    keys.extend(env.limits.set().into_iter().map(|l| l.key().to_string()));
    for (key, there) in [
        ("boot.after", !env.boot.after.is_empty()),
        ("boot.delay", env.boot.delay != 0),
        ("boot.wait_for", !env.boot.wait_for.is_empty()),
        ("hooks", !env.hooks.is_empty()),
        ("external", !env.external.is_default()),
        ("snapshots.keep", env.snapshots.keep.is_some()),
    ] {
        if there {
            keys.push(key.to_string());
        }
    }
    keys
}

/// Writes the file. Values are quoted so that sourcing it runs nothing.
pub fn write(name: &EnvName, env: &Env, layout: &Layout) -> String {
    let mut vars = env.cbsd.clone();
    vars.extend(variables(name, env, layout).into_iter().map(|(key, value)| {
        let rest = value.strip_prefix(layout.workdir.as_str()).filter(|r| r.starts_with('/'));
        match rest.filter(|_| PATHS.contains(&key.as_str())) {
            Some(rest) => (key, format!("{ROOT}{rest}")),
            None => (key, value),
        }
    }));
    // Where CBSD itself puts its root together.
    vars.insert("path".into(), format!("{ROOT}/jails/{name}"));
    let mut text = format!("# Written by jug for CBSD. {ROOT} is the workdir.\nrelative_path=\"1\";\n");
    for (key, value) in &vars {
        text.push_str(&format!("{key}=\"{}\";\n", escape(value)));
    }
    text.push_str(&format!("jname=\"{name}\";\n"));
    text
}

pub(super) fn escape(value: &str) -> String {
    let mut out = String::new();
    for c in value.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn flag(v: bool) -> String {
    u8::from(v).to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_the_file_has_no_place_for_is_named() {
        let text = "version = 1\nuuid = \"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\"\ncreated = \"2026-01-02T03:04:05Z\"\nbase = \"host\"\n";
        let lost = |more: &str| {
            super::lost(&crate::model::schema::read_env(&(text.to_string() + more), "x").unwrap())
        };
        assert_eq!(lost("net = [\"alias:em0:192.0.2.7/24\"]\n[boot]\nauto = true\norder = 3\n"), [""; 0]);
        assert_eq!(
            lost("net = [\"lan:10.0.0.2\", \"san\"]\n[limits]\nmemory = \"1G\"\n[boot]\nafter = [\"db\"]\n"),
            ["net (lan, san)", "limits.memory", "boot.after"]
        );
    }
}
