//! What Bastille keeps beside a jail's root: a jail.conf(5) and an fstab(5), which its exports have as well
//! (usr/local/share/bastille/{create,export,import}.sh). Parsed, and mapped as far as it goes; nothing of it is run.

use super::env::Env;
use super::fstab::Mount;
use super::name::{EnvName, printable};
use super::schema::{self, Change};

/// What came with the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    conf: String,
    fstab: String,
    left: Vec<String>,
}

/// Parameters that jug sees to by itself.
const OWN: [&str; 13] = [
    "path",
    "persist",
    "mount.fstab",
    "mount.devfs",
    "exec.clean",
    "exec.consolelog",
    "exec.start",
    "exec.stop",
    "exec.timeout",
    "stop.timeout",
    "interface",
    "ip4.addr",
    "ip6.addr",
];
/// Parameters of jail(8) that have the same name in an environment's TOML.
const SAME: [&str; 9] = [
    "enforce_statfs",
    "devfs_ruleset",
    "securelevel",
    "osrelease",
    "sysvmsg",
    "sysvsem",
    "sysvshm",
    "host.hostname",
    "children.max",
];

impl Found {
    /// A file beside the root.
    pub fn file(&mut self, name: &str, text: String) {
        match name {
            "jail.conf" => self.conf = text,
            "fstab" => self.fstab = text,
            other => self.left_out(other),
        }
    }
    /// Something that has no meaning here.
    pub fn left_out(&mut self, name: &str) {
        let name = printable(name);
        if !self.left.contains(&name) {
            self.left.push(name);
        }
    }

    /// Puts into an environment what can be mapped. Returns what could not, each as a sentence.
    pub fn apply(&self, env: &mut Env, name: &EnvName) -> Vec<String> {
        let mut told = Vec::new();
        let mut unknown = self.left.clone();
        let all = parameters(&self.conf);
        for (key, value) in &all {
            let wanted = match key.as_str() {
                "host.hostname" if value == name.as_str() => continue,
                key if OWN.contains(&key) => continue,
                key if SAME.contains(&key) => format!("{key}={value}"),
                key => match key.strip_prefix("allow.") {
                    // jail.conf(5): a name by itself is true, and `no` before its last part is false.
                    Some(what) => {
                        let (head, last) = what.rsplit_once('.').map_or(("", what), |(h, l)| (h, l));
                        let dot = if head.is_empty() { "" } else { "." };
                        match last.strip_prefix("no").filter(|_| value.is_empty()) {
                            Some(last) => format!("allow.{head}{dot}{last}=false"),
                            None if value.is_empty() => format!("{key}=true"),
                            None => format!("{key}={}", matches!(value.as_str(), "1" | "true")),
                        }
                    }
                    None => {
                        unknown.push(if value.is_empty() { key.into() } else { format!("{key} = {value}") });
                        continue;
                    }
                },
            };
            if !set(env, &wanted) {
                unknown.push(wanted);
            }
        }
        self.net(&all, env, &mut unknown);
        self.mounts(env, &mut unknown, &mut told);
        if !unknown.is_empty() {
            told.push(format!("of what Bastille says, this has no meaning here: {}", unknown.join("; ")));
        }
        told
    }

    /// Its addresses, on the interface that is named before them or beside them.
    fn net(&self, all: &[(String, String)], env: &mut Env, unknown: &mut Vec<String>) {
        let one = |key: &str| all.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
        let mut nets = Vec::new();
        for key in ["ip4.addr", "ip6.addr"] {
            for word in one(key).unwrap_or_default().split(',').map(str::trim).filter(|w| !w.is_empty()) {
                let (interface, address) = match word.split_once('|') {
                    Some((interface, address)) => (Some(interface), address),
                    None => (one("interface"), word),
                };
                match interface.and_then(|i| format!("alias:{i}:{address}").parse().ok()) {
                    Some(net) => nets.push(net),
                    None => unknown.push(format!("{key} = {}", printable(word))),
                }
            }
        }
        if !nets.is_empty() {
            env.net = nets;
        }
    }

    /// Its extra mounts. Targets are on the host there, and inside here.
    fn mounts(&self, env: &mut Env, unknown: &mut Vec<String>, told: &mut Vec<String>) {
        for line in self.fstab.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let inside = words.get(1).and_then(|t| t.split_once("/root/")).map(|(_, rest)| rest);
            match (inside, &words[..]) {
                (Some(".bastille"), [release, ..]) => told.push(format!(
                    "it is a thin jail, whose base system is not in the archive: import {} as a base, then \
                     jug jset NAME fstab+='WORKDIR/bases/BASE/tree/root /.bastille nullfs ro'",
                    printable(release)
                )),
                (Some(rest), [source, _, kind, options, ..]) => {
                    match format!("{source} /{rest} {kind} {options}").parse::<Mount>() {
                        Ok(mount) => env.fstab.push(mount),
                        Err(_) => unknown.push(printable(line)),
                    }
                }
                _ => unknown.push(printable(line)),
            }
        }
    }
}

fn set(env: &mut Env, text: &str) -> bool {
    let edited = text.parse::<Change>().and_then(|change| {
        let toml = schema::to_text(env)?;
        schema::edit(&toml, "jail.conf", &[change])
    });
    match edited {
        Ok((_, new)) => {
            *env = new;
            true
        }
        Err(_) => false,
    }
}

/// The parameters of the one jail in a jail.conf(5): `key;`, `key = value;`, `key += value;`, quoted or not.
fn parameters(text: &str) -> Vec<(String, String)> {
    let body = text.split_once('{').map_or(text, |(_, body)| body);
    let body = body.rsplit_once('}').map_or(body, |(body, _)| body);
    let lines: Vec<&str> = body.lines().map(|l| l.split('#').next().unwrap_or_default()).collect();
    lines
        .join("\n")
        .split(';')
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .map(|s| match s.split_once('=') {
            None => (printable(s), String::new()),
            Some((key, value)) => {
                let value = value.trim();
                let quoted = |q: char| value.strip_prefix(q).and_then(|v| v.strip_suffix(q));
                let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
                (printable(key.trim_end_matches('+').trim()), printable(value))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As generate_jail_conf of create.sh writes it.
    const CONF: &str = r#"web {
  enforce_statfs = 1;
  devfs_ruleset = 5;
  exec.clean;
  exec.consolelog = "/var/log/bastille/web_console.log";
  exec.start = '/bin/sh /etc/rc';
  exec.stop = '/bin/sh /etc/rc.shutdown';
  host.hostname = web.example.org;
  mount.devfs;
  mount.fstab = /usr/local/bastille/jails/web/fstab;
  path = /usr/local/bastille/jails/web/root;
  securelevel = 2;
  osrelease = 14.2-RELEASE;
  allow.raw_sockets;
  allow.mount.nodevfs;
  exec.prestart += "rm -rf /";

  interface = em0;
  ip4.addr = em0|192.0.2.7/24, 192.0.2.8;
  ip6 = disable;
}
"#;
    const FSTAB: &str = "/usr/local/bastille/releases/14.2-RELEASE /usr/local/bastille/jails/web/root/.bastille nullfs ro 0 0\n\
        /data /usr/local/bastille/jails/web/root/mnt/data nullfs rw 0 0\nbroken\n";

    fn env() -> Env {
        Env::new(uuid::Uuid::nil(), jiff::Timestamp::UNIX_EPOCH, "none".parse().unwrap())
    }

    #[test]
    fn what_has_a_meaning_is_mapped_and_the_rest_is_named() {
        let mut found = Found::default();
        found.file("jail.conf", CONF.into());
        found.file("fstab", FSTAB.into());
        found.file("rctl.conf", "jail:web:memoryuse:deny=1g".into());
        let mut env = env();
        let told = found.apply(&mut env, &"web".parse().unwrap()).join("\n");
        assert_eq!((env.enforce_statfs, env.devfs_ruleset, env.securelevel), (1, 5, 2));
        assert_eq!(env.host.hostname.as_ref().unwrap().as_str(), "web.example.org");
        assert_eq!(env.osrelease.as_deref(), Some("14.2-RELEASE"));
        assert!(env.allow.get("raw_sockets") && !env.allow.get("mount.devfs"));
        let nets: Vec<String> = env.net.iter().map(ToString::to_string).collect();
        assert_eq!(nets, ["alias:em0:192.0.2.7/24", "alias:em0:192.0.2.8/32"]);
        assert_eq!(env.fstab.len(), 1);
        assert_eq!(env.fstab[0].target.as_str(), "/mnt/data");
        for word in ["rm -rf", "rctl.conf", "ip6 = disable", "thin jail", "releases/14.2", "broken"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert!(env.exec.start.is_none() && env.hooks.is_empty() && env.check().is_ok());
    }

    proptest! {
        #[test]
        fn whatever_it_says_it_makes_a_valid_environment(conf in "\\PC{0,200}", fstab in "\\PC{0,100}") {
            let mut found = Found::default();
            found.file("jail.conf", format!("x {{\n{conf}\n}}"));
            found.file("fstab", fstab);
            let mut env = env();
            found.apply(&mut env, &"x".parse().unwrap());
            prop_assert!(env.fstab.len() > 1 || env.check().is_ok());
        }
    }
}
