//! The NFS servers of Linux: which one there is, what jug's file for it says, what others have it export, and what can be
//! seen of what it does.

use super::ask;
use super::nfs::Served;
use crate::error::{Error, Result};
use crate::facts::serving::Serving;
use crate::host::cmd::quote;
use crate::host::{Cmd, Host, fs};
use crate::model::export::{Export, Flavor, Options, Owner, Squash};
use crate::model::export_linux::on_linux;
use crate::model::name::AbsPath;
use crate::model::node::Nfs;
use crate::model::node::Server;
use crate::programs::exportfs::{Listed, by_client, client_word};
use crate::programs::exports_line::Entry;
use crate::programs::{exportfs, ganesha, ganesha_conf};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// Where nfs-ganesha 4 has its files if nothing else is said (`ganesha.nfsd -h`, ganesha-config(8)).
const CONF: &str = "/etc/ganesha/ganesha.conf";
const PID: &str = "/var/run/ganesha/ganesha.pid";
const LOG: &str = "/var/log/ganesha/ganesha.log";
/// How many threads of nfsd(7) there are.
const THREADS: &str = "/proc/fs/nfsd/threads";
/// The name under which what the kernel exports for others stands among the files of others.
const LISTED: &str = "exportfs -s";
/// What exportfs(8) has told the kernel (FILES there), where no state-directory-path of nfs.conf(5) leads elsewhere.
const TABLE: &str = "/var/lib/nfs/etab";
/// Files that include each other are followed so far.
const MOST_FILES: usize = 20;

/// Where nfs-ganesha has its files.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ganesha {
    /// Its own configuration, which includes jug's file.
    pub conf: AbsPath,
    /// The file with its process id.
    pub pid: AbsPath,
    /// Its log.
    pub log: AbsPath,
    /// How long that was before anything was changed.
    pub logged: u64,
}

impl Ganesha {
    /// As it is configured.
    ///
    /// # Errors
    /// None: the defaults are paths.
    pub fn of(config: &Nfs) -> Result<Self> {
        let at = |given: &Option<AbsPath>, default: &str| given.clone().map_or_else(|| default.parse(), Ok);
        Ok(Self {
            conf: at(&config.ganesha_conf, CONF)?,
            pid: at(&config.ganesha_pid, PID)?,
            log: at(&config.ganesha_log, LOG)?,
            logged: 0,
        })
    }
    /// The process that its file names, if it is this server.
    pub fn running(&self, host: &dyn Host) -> Option<u32> {
        let pid: u32 = host.read(self.pid.as_path())?.trim().parse().ok()?;
        let name = host.read(Path::new(&format!("/proc/{pid}/comm")))?;
        (name.trim() == ganesha::PROGRAM).then_some(pid)
    }
}

/// The server that is configured; else nfs-ganesha if it runs, and else the kernel's, if one can tell it what to export.
///
/// # Errors
/// There is none.
pub fn server(host: &dyn Host, config: &Nfs) -> Result<Server> {
    if let Some(server) = config.server {
        return match server {
            Server::Mountd => {
                Err(Error::usage("nfs.server", "mountd is FreeBSD's").next("write kernel or ganesha"))
            }
            server => Ok(server),
        };
    }
    if Ganesha::of(config)?.running(host).is_some() {
        return Ok(Server::Ganesha);
    }
    match [("exportfs", Server::Kernel), (ganesha::PROGRAM, Server::Ganesha)]
        .into_iter()
        .find(|(p, _)| host.has(p))
    {
        Some((_, server)) => Ok(server),
        None => Err(Error::lacks("nfs", "this host has no NFS server that jug knows")
            .next("apt install nfs-kernel-server; or nfs-ganesha nfs-ganesha-vfs")),
    }
}

/// Adds what is to be known of a server: whether it runs, and what others have it export.
///
/// # Errors
/// exportfs(8) says no, or something that is not understood.
pub fn gather(host: &dyn Host, at: Option<&Ganesha>, serving: &mut Serving) -> Result<()> {
    if Path::new(KEYTAB).exists() {
        serving.settings.insert("keytab".into(), KEYTAB.into());
    }
    match at {
        None => kernel(host, serving),
        Some(at) => {
            user_space(host, at.clone(), serving);
            Ok(())
        }
    }
}

fn kernel(host: &dyn Host, serving: &mut Serving) -> Result<()> {
    let threads =
        host.read(Path::new(THREADS)).and_then(|t| t.trim().parse::<u32>().ok()).unwrap_or_default();
    if threads > 0 {
        serving.running.insert("nfsd".into(), format!("{threads} threads"));
    }
    // One that can't be read is refused where it is needed.
    let own = serving.text.as_deref().and_then(|t| exportfs::parse(t, serving.file.as_str()).ok());
    let own = own.unwrap_or_default();
    let own: Vec<_> = by_client(&own).into_iter().map(|(_, p, n, _)| (p.as_str(), client_word(n))).collect();
    // Even to list, exportfs(8) makes its lock where none is yet. In an empty table there is nothing to list.
    let empty = host.read(Path::new(TABLE)).is_some_and(|t| t.trim().is_empty());
    let text = if empty { String::new() } else { ask(host, &exportfs::list())? };
    let is_own = |l: &Listed| own.iter().any(|(path, who)| l.path == *path && l.client == *who);
    let lines = text.lines().filter(|l| !l.trim().is_empty()).zip(exportfs::parse_list(&text)?);
    let others: String = lines.filter(|(_, l)| !is_own(l)).map(|(line, _)| format!("{line}\n")).collect();
    serving.others.insert(LISTED.into(), others);
    Ok(())
}

/// What in these files can't be read is the server's to complain of.
fn user_space(host: &dyn Host, mut at: Ganesha, serving: &mut Serving) {
    at.logged = fs::length(at.log.as_path());
    if let Some(pid) = at.running(host) {
        serving.running.insert(ganesha::PROGRAM.into(), format!("process {pid}"));
    }
    let mut files = vec![at.conf.to_string()];
    let mut next = 0;
    while let Some(name) = files.get(next).cloned() {
        next += 1;
        let Some(text) = host.read(Path::new(&name)) else { continue };
        for path in ganesha_conf::includes(&text) {
            if path != serving.file.as_str() && !files.contains(&path) && files.len() < MOST_FILES {
                files.push(path);
            }
        }
        serving.others.insert(name, text);
    }
    serving.ganesha = Some(at);
}

/// What the kernel exports for others, in the words of FreeBSD where jug has them.
pub fn listed(text: &str) -> Vec<Entry> {
    let all = exportfs::parse_list(text).unwrap_or_default();
    let entry = |(i, l): (usize, Listed)| {
        let base = Entry { number: i + 1, paths: vec![l.path.clone()], ..Entry::default() };
        match l.export() {
            Ok(e) => {
                let mut options = vec![("sec".to_string(), Some(e.options.sec.to_string()))];
                options.extend(e.options.ro.then(|| ("ro".to_string(), None)));
                options.extend(match &e.options.squash {
                    Squash::Nobody => None,
                    Squash::Maproot(c) => Some(("maproot".to_string(), Some(c.to_string()))),
                    Squash::Mapall(c) => Some(("mapall".to_string(), Some(c.to_string()))),
                });
                Entry { options, nets: e.clients.nets().collect(), ..base }
            }
            Err(_) => {
                let options = l.options.split(',').map(|o| (o.to_string(), None)).collect();
                let net =
                    l.client.parse().ok().or_else(|| Some(l.client.parse::<std::net::IpAddr>().ok()?.into()));
                let names =
                    if net.is_some() || l.client == "*" { Vec::new() } else { vec![l.client.clone()] };
                Entry { options, nets: net.into_iter().collect(), names, ..base }
            }
        }
    };
    all.into_iter().enumerate().map(entry).collect()
}

/// What a file of nfs-ganesha's exports: who may do what there is for nfs-ganesha to say.
pub fn configured(text: &str) -> Vec<Entry> {
    let conf = ganesha_conf::blocks(text).unwrap_or_default();
    let exports = conf.blocks.iter().filter_map(|b| Some((b, ganesha::place(b)?)));
    exports
        .map(|(block, path)| {
            let clients = block.blocks.iter().filter(|b| b.is("CLIENT")).filter_map(|b| b.values("Clients"));
            let names: Vec<String> = clients.flatten().cloned().collect();
            let names = if names.is_empty() { vec!["its Access_Type".into()] } else { names };
            Entry { number: block.line, paths: vec![path], names, ..Entry::default() }
        })
        .collect()
}

/// The text of jug's file.
///
/// # Errors
/// The server has no words for it.
pub fn write(serving: &Serving, exports: Vec<(Owner, Export)>) -> Result<String> {
    if serving.server == Server::Kernel {
        return exportfs::write(&exports);
    }
    let all = serving.others.values().filter_map(|t| ganesha_conf::blocks(t).ok());
    let taken: BTreeSet<u16> = all.flat_map(|c| ganesha::numbers(&c.blocks)).collect();
    let old = serving.text.as_deref().unwrap_or_default();
    ganesha::File::parse(old, serving.file.as_str())?.with(exports, &taken).text()
}

/// Has the server read its files.
pub fn reload(serving: &Serving) -> Cmd {
    match &serving.ganesha {
        Some(at) => ganesha::reload(&at.pid),
        None => exportfs::export(),
    }
}

/// Options as the server has them: with numbers in the place of names.
///
/// # Errors
/// It has no words for them.
pub fn options(options: &Options, serving: &Serving) -> Result<Options> {
    on_linux(options, &|c| {
        let name = c.user.as_str();
        let uid = name.parse().ok().or_else(|| serving.users.get(name).copied());
        let uid = uid.ok_or_else(|| Error::not_found(&c.user, "this host has no such user"))?;
        let gid = match c.groups.as_deref() {
            Some([group]) => {
                group.as_str().parse().ok().or_else(|| serving.groups.get(group.as_str()).copied())
            }
            // Of two names with one number both have its group.
            _ => {
                let mut names = serving.users.iter().filter(|(_, u)| **u == uid);
                names.find_map(|(n, _)| serving.primary.get(n).copied())
            }
        };
        gid.map(|gid| (uid, gid)).ok_or_else(|| Error::not_found(c, "this host knows no group for it"))
    })
}

/// Refuses what this server, as it runs, would not serve.
///
/// # Errors
/// With the line that mends it (exit 7); exit 5 where somebody else exports the same directory.
pub fn ready(serving: &Serving, paths: &[&AbsPath], options: &Options) -> Result<()> {
    if let Some(at) = &serving.ganesha {
        if !ganesha_conf::can_include(serving.file.as_str()) {
            return Err(Error::usage(
                "nfs.exports",
                format!("nfs-ganesha includes no file with such a name: {}", serving.file),
            )
            .next("in a name it takes letters of ASCII, digits, and the signs - . _"));
        }
        if !included(serving) {
            return Err(Error::lacks(&at.conf, format!("it does not include {}", serving.file)).next(
                format!("jug init --nfs --write; or put this line into it: {}", include(&serving.file)),
            ));
        }
        for (name, text) in &serving.others {
            let all = configured(text);
            let same = |e: &&Entry| e.paths.iter().any(|p| paths.iter().any(|w| w.as_str() == p));
            if let Some(entry) = all.iter().find(same) {
                return Err(Error::conflict(
                    entry.paths.first().map_or("", String::as_str),
                    format!("{name} line {} exports it already", entry.number),
                )
                .next("that is the administrator's: take it out there, or leave it so"));
            }
        }
    }
    if !serving.running.contains_key(serving.server.daemon()) {
        let daemon = serving.server.daemon();
        return Err(Error::lacks("nfs", format!("{daemon} does not run")).next(start(serving.server)));
    }
    let kerberos = options.sec.flavors().iter().any(|f| *f != Flavor::Sys);
    if kerberos && !serving.settings.contains_key("keytab") {
        return Err(Error::lacks("nfs", format!("without {KEYTAB} no client could mount it"))
            .next("make a key for nfs/HOST there, or give --sec sys"));
    }
    Ok(())
}

/// Where both servers have their key (krb5.conf(5)).
const KEYTAB: &str = "/etc/krb5.keytab";

/// Starts a server, at boot too.
pub fn start(server: Server) -> &'static str {
    match server {
        Server::Ganesha => "systemctl enable --now nfs-ganesha",
        _ => "systemctl enable --now nfs-server",
    }
}

/// Whether one of nfs-ganesha's files includes jug's.
pub fn included(serving: &Serving) -> bool {
    serving.others.values().flat_map(|t| ganesha_conf::includes(t)).any(|f| f == serving.file.as_str())
}

/// The line of nfs-ganesha's configuration that includes a file.
pub fn include(file: &AbsPath) -> String {
    format!("%include \"{file}\"")
}

/// Where the tree of NFSv4 begins: at the root, unless somebody has the kernel show another directory there (exports(5),
/// "fsid").
pub fn v4_root(serving: &Serving) -> String {
    let listed = serving.others.get(LISTED).and_then(|t| exportfs::parse_list(t).ok()).unwrap_or_default();
    let is_root = |l: &&Listed| l.options.split(',').any(|o| matches!(o, "fsid=0" | "fsid=root"));
    listed.iter().find(is_root).map_or("/".into(), |l| l.path.clone())
}

/// What is not as it should be.
///
/// # Errors
/// A program says no.
pub fn unseen(host: &dyn Host, it: &Served) -> Result<Vec<String>> {
    let Some(at) = &it.ganesha else {
        let listed = exportfs::parse_list(&ask(host, &exportfs::list())?)?;
        return Ok(exportfs::unlisted(&listed, &it.there, &it.gone));
    };
    if at.running(host).is_none() {
        return Ok(vec![format!("nfs-ganesha does not run any more; see {}", at.log)]);
    }
    let heard = ganesha::heard(&fs::read_from(at.log.as_path(), at.logged)?, "", &|_| true);
    let silent = format!(
        "nfs-ganesha does not say in {} that it has read its exports; it has to log there, at the level EVENT",
        at.log
    );
    Ok(if heard.ended { Vec::new() } else { vec![silent] })
}

/// What the server says against jug's file, and against others.
pub fn complaints(host: &dyn Host, it: &Served) -> (Vec<String>, Vec<String>) {
    if let Some(at) = &it.ganesha {
        let text = fs::read_from(at.log.as_path(), at.logged).unwrap_or_default();
        let conf =
            host.read(it.file.as_path()).and_then(|t| ganesha_conf::blocks(&t).ok()).unwrap_or_default();
        let changed = |line| {
            ganesha::path_at(&conf, line).is_none_or(|p| it.there.iter().any(|e| e.path.as_str() == p))
        };
        let heard = ganesha::heard(&text, it.file.as_str(), &changed);
        return (heard.refused, heard.others);
    }
    // It says the same each time that it reads its files.
    let said = host.query(&exportfs::export()).map(|out| out.stderr).unwrap_or_default();
    let all = said.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_string);
    let ours = |l: &String| {
        l.contains(it.file.as_str()) || it.there.iter().any(|e| l.ends_with(&format!(":{}", e.path)))
    };
    all.partition(ours)
}

/// As sh(1) can look at it.
pub fn shown(f: &mut fmt::Formatter<'_>, it: &Served) -> fmt::Result {
    match &it.ganesha {
        Some(at) => {
            let new = format!("tail -c +{} {}", at.logged + 1, quote(at.log.as_str()));
            let file = quote(&format!("Config File ({}:", it.file));
            writeln!(f, "sleep 1\n{new} | grep -q 'Reread exports complete'")?;
            write!(f, "! {new} | grep -F -e {file} -e 'syntax error'")
        }
        None => {
            f.write_str("exportfs -s")?;
            it.there.iter().try_for_each(|e| write!(f, " # {} for {}", e.path, e.clients))?;
            let gone = it.gone.iter().filter(|e| !it.there.iter().any(|t| t.path == e.path));
            gone.into_iter().try_for_each(|e| write!(f, " # not {}", e.path))
        }
    }
}
