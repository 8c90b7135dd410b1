//! CBSD's `rc.conf_<name>`: `name="value";` lines, parsed and never sourced.
//! `CBSDROOT` in a value is the workdir. What each variable means is CBSD's own (its table `jails`).

use super::env::{Env, Mode, Storage};
use super::fstab::Mount;
use super::name::{EnvName, printable};
use super::net::Net;
use super::params::{Allow, SysV};
use crate::error::{Error, Result};
use crate::store::layout::Layout;
use std::collections::BTreeMap;

/// The word that stands for the workdir.
pub const ROOT: &str = "CBSDROOT";

/// Variables that jug has no meaning for and that must not be lost in silence: with any other value than these, the
/// environment would not be what it was.
const REFUSED: [(&str, &[&str], &str); 4] = [
    ("emulator", &["jail", ""], "only jails are read"),
    ("vnet", &["0", ""], "a jail with a network stack of its own can't be read"),
    ("mdsize", &["0", ""], "a memory disk can't be read"),
    ("zfs_encryption", &["0", ""], "encrypted data can't be read"),
];

/// CBSD's permissions and jail(8)'s.
pub(super) const PERMISSIONS: [(&str, &str); 14] = [
    ("allow_mount", "mount"),
    ("allow_devfs", "mount.devfs"),
    ("allow_nullfs", "mount.nullfs"),
    ("allow_fdescfs", "mount.fdescfs"),
    ("allow_procfs", "mount.procfs"),
    ("allow_tmpfs", "mount.tmpfs"),
    ("allow_zfs", "mount.zfs"),
    ("allow_linprocfs", "mount.linprocfs"),
    ("allow_linsysfs", "mount.linsysfs"),
    ("allow_raw_sockets", "raw_sockets"),
    ("allow_read_msgbuf", "read_msgbuf"),
    ("allow_mlock", "mlock"),
    ("allow_nfsd", "nfsd"),
    ("allow_reserved_ports", "reserved_ports"),
];

/// What a file said.
#[derive(Debug)]
pub struct FromCbsd {
    file: String,
    vars: BTreeMap<String, String>,
    /// The extra mounts of its fstab, which is a file of its own.
    pub fstab: Vec<Mount>,
}

/// Reads `name="value";` lines.
///
/// # Errors
/// A line that is something else: a command, say, which only sourcing would run.
pub fn read(text: &str, file: &str, name: &EnvName, layout: &Layout) -> Result<FromCbsd> {
    let mut vars = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = assignment(line).ok_or_else(|| {
            Error::usage(format!("{file}:{}", i + 1), format!("not name=\"value\"; : {}", printable(line)))
        })?;
        vars.insert(key.to_string(), value.replace(ROOT, layout.workdir.as_str()));
    }
    match vars.get("jname") {
        Some(j) if j == name.as_str() => {}
        Some(j) => return Err(Error::usage(file, format!("it is of {}, not of {name}", printable(j)))),
        None => return Err(Error::usage(file, "it does not say jname")),
    }
    Ok(FromCbsd { file: file.to_string(), vars, fstab: Vec::new() })
}

fn assignment(line: &str) -> Option<(&str, String)> {
    let (key, rest) = line.split_once('=')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.is_empty() || !key.chars().all(plain) || key.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let rest = rest.trim_end();
    let rest = rest.strip_suffix(';').unwrap_or(rest).trim_end();
    let value = match rest.chars().next() {
        None => String::new(),
        Some('\'') => {
            let inner = rest.strip_prefix('\'')?.strip_suffix('\'')?;
            if inner.contains('\'') {
                return None;
            }
            inner.to_string()
        }
        Some('"') => unquote(rest.strip_prefix('"')?)?,
        Some(_) if rest.chars().all(|c| c.is_ascii_alphanumeric() || "_-./,:@%+#".contains(c)) => {
            rest.to_string()
        }
        Some(_) => return None,
    };
    Some((key, value))
}

/// The text up to the closing quote, which must be the end; `\"`, `\\`, `\$` and a backquote after `\` are themselves.
fn unquote(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    loop {
        match chars.next()? {
            '"' => return chars.next().is_none().then_some(out),
            '\\' => match chars.next()? {
                c @ ('"' | '\\' | '$' | '`') => out.push(c),
                c => {
                    out.push('\\');
                    out.push(c);
                }
            },
            c => out.push(c),
        }
    }
}

impl FromCbsd {
    /// The environment that the file describes.
    ///
    /// # Errors
    /// A variable whose value jug can't keep the promise of.
    pub fn env(&self, uuid: uuid::Uuid, now: jiff::Timestamp) -> Result<Env> {
        let mut vars = self.vars.clone();
        let mut take = |key: &str| vars.remove(key).filter(|v| !v.is_empty());
        let bad = |key: &str, why: String| Error::usage(format!("{}: {key}", self.file), why);
        for (key, fine, why) in REFUSED {
            if let Some(value) = take(key).filter(|v| !fine.contains(&v.as_str())) {
                return Err(bad(key, format!("{}: {why}", printable(&value))));
            }
        }
        let base = match take("ver").as_deref() {
            None | Some("native") => "host".to_string(),
            Some(other) => other.to_string(),
        };
        let mut env = Env::new(uuid, now, base.parse().map_err(|e: Error| bad("ver", e.reason))?);
        env.mode = if take("baserw").is_some_and(|v| on(&v)) { Mode::Full } else { Mode::Thin };
        if let Some(h) = take("host_hostname") {
            env.host.hostname = Some(h.parse().map_err(|e: Error| bad("host_hostname", e.reason))?);
        }
        let interface = take("interface").filter(|i| i != "0").unwrap_or_else(|| "auto".into());
        env.net = nets(take("ip4_addr").as_deref(), &interface).map_err(|why| bad("ip4_addr", why))?;
        env.boot.auto = take("astart").is_none_or(|v| on(&v));
        env.protected = take("protected").is_some_and(|v| on(&v));
        let number = |key: &str, v: String| {
            v.parse::<u32>().map_err(|_| bad(key, format!("{} is no number", printable(&v))))
        };
        if let Some(v) = take("b_order") {
            env.boot.order = number("b_order", v)?;
        }
        if let Some(v) = take("childrenmax") {
            env.children.max = number("childrenmax", v)?;
        }
        if let Some(v) = take("devfs_ruleset") {
            env.devfs_ruleset = u16::try_from(number("devfs_ruleset", v)?)
                .map_err(|_| bad("devfs_ruleset", "it is too large".into()))?;
        }
        if let Some(v) = take("enforce_statfs") {
            env.enforce_statfs = u8::try_from(number("enforce_statfs", v)?)
                .map_err(|_| bad("enforce_statfs", "it is 0 to 2".into()))?;
        }
        for (key, permission) in PERMISSIONS {
            if let Some(v) = take(key).filter(|v| on(v) != Allow::default_of(permission)) {
                env.allow.0.insert(permission.to_string(), on(&v));
            }
        }
        for (key, place) in
            [("sysvmsg", &mut env.sysvmsg), ("sysvsem", &mut env.sysvsem), ("sysvshm", &mut env.sysvshm)]
        {
            *place = match take(key).as_deref() {
                None | Some("new") => SysV::New,
                Some("inherit") => SysV::Inherit,
                Some("disable") => SysV::Disable,
                Some(other) => {
                    return Err(bad(key, format!("{} is not new, inherit or disable", printable(other))));
                }
            };
        }
        for (key, place) in [("exec_start", &mut env.exec.start), ("exec_stop", &mut env.exec.stop)] {
            if let Some(v) = take(key) {
                *place = Some(shlex::split(&v).ok_or_else(|| bad(key, "a quote is not closed".into()))?);
            }
        }
        for (key, place) in
            [("exec_timeout", &mut env.exec.start_timeout), ("stop_timeout", &mut env.exec.stop_timeout)]
        {
            if let Some(v) = take(key) {
                *place = Some(number(key, v)?.into());
            }
        }
        for (key, place) in [("mnt_start", &mut env.mnt_start), ("mnt_stop", &mut env.mnt_stop)] {
            if let Some(v) = take(key).filter(|v| v != "0") {
                *place = Some(v.parse().map_err(|e: Error| bad(key, e.reason))?);
            }
        }
        if env.mnt_start.is_some() {
            env.storage = Storage::External;
        }
        for key in ["jname", "relative_path", "path", "data", "mount_fstab", "rcconf"] {
            take(key);
        }
        // allow.mount has no effect with enforce_statfs 2, which is not what CBSD's default is.
        if env.allow.get("mount") && !self.vars.contains_key("enforce_statfs") {
            env.enforce_statfs = 1;
        }
        env.fstab.clone_from(&self.fstab);
        env.cbsd = vars;
        Ok(env)
    }
}

fn on(v: &str) -> bool {
    matches!(v, "1" | "yes" | "YES" | "true")
}

fn nets(addresses: Option<&str>, interface: &str) -> std::result::Result<Vec<Net>, String> {
    let Some(addresses) = addresses else { return Ok(vec![Net::Inherit]) };
    let mut nets = Vec::new();
    for word in addresses.split([',', ' ']).filter(|w| !w.is_empty()) {
        if word == "0" {
            continue;
        }
        if word.to_ascii_uppercase().contains("DHCP") {
            return Err(format!(
                "{} needs a network that gives addresses; write the address",
                printable(word)
            ));
        }
        let (nic, address) = word.split_once('#').unwrap_or((interface, word));
        nets.push(format!("alias:{nic}:{address}").parse().map_err(|e: Error| e.reason)?);
    }
    Ok(if nets.is_empty() { vec![Net::None] } else { nets })
}

/// The lines of CBSD's fstab, whose targets are inside.
///
/// # Errors
/// A line that is no fstab entry, or of a kind that jug does not mount.
pub fn fstab(text: &str, file: &str, layout: &Layout) -> Result<Vec<Mount>> {
    text.lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#'))
        // CBSD mounts its base by such lines; jug's own base takes their place.
        .filter(|(_, l)| !l.contains("/basejail/"))
        .map(|(i, l)| {
            let l = l.replace(ROOT, layout.workdir.as_str());
            l.parse().map_err(|e: Error| Error::usage(format!("{file}:{}", i + 1), e.reason))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cbsd_vars::{escape, write};
    use proptest::prelude::*;

    fn layout() -> Layout {
        Layout { workdir: "/usr/jails".parse().unwrap() }
    }

    const TEXT: &str = "# generated\nrelative_path=\"1\";\npath=\"CBSDROOT/jails/jail1\";\nhost_hostname=\"jail1.my.domain\";\nip4_addr=\"10.0.0.5/24,em1#10.0.0.6\";\ninterface=\"em0\";\nver=\"native\";\nbaserw=\"0\";\nmnt_start=\"CBSDROOT/etc/env_start_nfs.sh\";\nmnt_stop=\"0\";\nallow_raw_sockets=\"1\";\nmkhostsfile=\"1\";\njname=\"jail1\"\n";

    #[test]
    fn maps_what_it_knows_and_keeps_the_rest() {
        let name: EnvName = "jail1".parse().unwrap();
        let env = read(TEXT, "f", &name, &layout())
            .unwrap()
            .env(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH)
            .unwrap();
        assert_eq!(
            env.net.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["alias:em0:10.0.0.5/24", "alias:em1:10.0.0.6/32"]
        );
        assert_eq!(env.mnt_start.as_ref().unwrap().as_str(), "/usr/jails/etc/env_start_nfs.sh");
        assert!(env.mnt_stop.is_none() && env.storage == Storage::External && env.on_host());
        assert!(env.allow.get("raw_sockets"));
        assert_eq!(env.cbsd.get("mkhostsfile").map(String::as_str), Some("1"));
        assert!(env.check().is_ok());
        // A neighbour of the workdir whose name begins like it.
        let mut env = env;
        env.mnt_stop = Some("/usr/jails2/stop".parse().unwrap());
        let elsewhere = Layout { workdir: "/data/j".parse().unwrap() };
        let there = read(&write(&name, &env, &layout()), "g", &name, &elsewhere)
            .unwrap()
            .env(env.uuid, env.created)
            .unwrap();
        assert_eq!(there.mnt_start.unwrap().as_str(), "/data/j/etc/env_start_nfs.sh");
        assert_eq!(there.mnt_stop, env.mnt_stop);
        let again = read(&write(&name, &env, &layout()), "g", &name, &layout())
            .unwrap()
            .env(env.uuid, env.created)
            .unwrap();
        assert_eq!(again.net, env.net);
        assert_eq!(
            (again.cbsd.get("mkhostsfile"), &again.mnt_start),
            (env.cbsd.get("mkhostsfile"), &env.mnt_start)
        );
    }

    #[test]
    fn what_only_sourcing_would_run_is_refused() {
        let name: EnvName = "j".parse().unwrap();
        for bad in [
            "rm -rf /",
            "a=$(id)",
            "a=`id`",
            "a=\"x\"; id",
            "a=\"x",
            "1a=\"b\"",
            "a=\"b\" c=\"d\"",
            "export a=1",
        ] {
            assert!(
                read(&format!("{bad}\njname=\"j\";\n"), "f", &name, &layout()).is_err(),
                "{bad:?} was taken"
            );
        }
        for bad in [
            "emulator=\"bhyve\"",
            "vnet=\"1\"",
            "ip4_addr=\"DHCP\"",
            "host_hostname=\"$(id)\"",
            "ver=\"../x\"",
            "mnt_start=\"rel\"",
        ] {
            let found = read(&format!("{bad};\njname=\"j\";\n"), "f", &name, &layout()).unwrap();
            let e = found.env(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH).unwrap_err();
            assert!(e.object.contains(bad.split('=').next().unwrap()), "{bad}: {e}");
        }
        assert!(read("jname=\"other\"", "f", &name, &layout()).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in "[ -~]{0,40}") {
            let line = format!("a=\"{}\";", escape(&value));
            prop_assert_eq!(assignment(&line), Some(("a", value)));
        }
        #[test]
        fn parsing_never_panics(s in "\\PC{0,60}") {
            let _ = assignment(&s);
        }
    }
}
