//! The NFS server of each platform: who it is, how jug's own file is written for it, how it is told of a change, and what
//! can be seen of what it exports.

use super::{Platform, PlatformKind, ask, nfs_linux};
use crate::error::{Error, Result};
use crate::facts::serving::Serving;
use crate::facts::{Mounted, holder};
use crate::host::cmd::quote;
use crate::host::{Cmd, Host, RunError, fs};
use crate::model::export::{Export, Options, is_address};
use crate::model::name::AbsPath;
use crate::model::node::{NodeConfig, Server};
use crate::programs::exports::{self, File};
use crate::programs::exports_line::{Entry, lines};
use crate::programs::{exportfs, ganesha, getent, mountd, ps, service, showmount, sysctl, sysrc, zfs};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

impl Server {
    /// The one of this host.
    ///
    /// # Errors
    /// There is none that jug knows.
    pub fn of(kind: PlatformKind, host: &dyn Host, config: &NodeConfig) -> Result<Self> {
        match kind {
            PlatformKind::Freebsd => Ok(Self::Mountd),
            PlatformKind::Linux => nfs_linux::server(host, &config.nfs),
        }
    }

    /// The process without which it serves nothing.
    pub fn daemon(self) -> &'static str {
        match self {
            Self::Mountd => "mountd",
            Self::Kernel => "nfsd",
            Self::Ganesha => ganesha::PROGRAM,
        }
    }

    /// jug's own file, unless something else is configured.
    pub fn file(self, config: &NodeConfig) -> Result<AbsPath> {
        match (&config.nfs.exports, self) {
            (Some(file), _) => Ok(file.clone()),
            (None, Self::Mountd) => "/usr/local/etc/jug.exports".parse(),
            (None, Self::Kernel) => exportfs::FILE.parse(),
            (None, Self::Ganesha) => "/etc/ganesha/jug.conf".parse(),
        }
    }

    /// The text of jug's own file.
    ///
    /// # Errors
    /// The server has no words for it.
    pub fn write(self, file: &File, serving: &Serving) -> Result<String> {
        match self {
            Self::Mountd => Ok(file.to_string()),
            Self::Kernel | Self::Ganesha => nfs_linux::write(serving, file.exports.clone()),
        }
    }

    /// Reads it again.
    ///
    /// # Errors
    /// Somebody else has changed it.
    pub fn read(self, text: &str, name: &str) -> Result<File> {
        match self {
            Self::Mountd => File::parse(text, name),
            Self::Kernel => Ok(File { root: None, exports: exportfs::parse(text, name)? }),
            Self::Ganesha => Ok(File { root: None, exports: ganesha::File::parse(text, name)?.exports }),
        }
    }

    /// What a file of others says.
    pub fn entries(self, text: &str) -> Vec<Entry> {
        match self {
            Self::Mountd => {
                lines(text).iter().filter_map(crate::programs::exports_line::Line::entry).collect()
            }
            Self::Kernel => nfs_linux::listed(text),
            Self::Ganesha => nfs_linux::configured(text),
        }
    }

    /// Options in the words that it has: what its file says then is what was asked.
    ///
    /// # Errors
    /// It has no words for them.
    pub fn options(self, options: &Options, serving: &Serving) -> Result<Options> {
        match self {
            Self::Mountd => Ok(options.clone()),
            Self::Kernel | Self::Ganesha => nfs_linux::options(options, serving),
        }
    }

    /// Has it read its files again.
    pub fn reload(self, serving: &Serving) -> Cmd {
        match self {
            Self::Mountd => service::reload("mountd"),
            Self::Kernel | Self::Ganesha => nfs_linux::reload(serving),
        }
    }

    /// Whether what it exports is always a whole file system, whatever directory in it is named (exports(5)).
    pub fn whole_file_systems(self) -> bool {
        self == Self::Mountd
    }

    /// How long after a change what it says against that may still come.
    pub fn moment(self) -> Duration {
        match self {
            Self::Mountd => Duration::from_secs(1),
            // It is asked, and has read all by then.
            Self::Kernel => Duration::ZERO,
            // Its complaints were seen within a millisecond after it had read all.
            Self::Ganesha => Duration::from_millis(200),
        }
    }

    /// The longest word that its file can hold.
    pub fn longest(self) -> usize {
        match self {
            Self::Mountd => exports::MAX_WORD,
            Self::Kernel | Self::Ganesha => usize::MAX,
        }
    }
}

/// What is to be known of it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Of which.
    pub server: Server,
    /// jug's own file.
    pub file: AbsPath,
    /// What runs.
    pub daemons: bool,
    /// How the server is started at boot. Each variable takes sysrc(8) a while.
    pub settings: bool,
    /// Users of the host.
    pub users: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Paths that may lead over links.
    pub paths: Vec<AbsPath>,
    /// Where nfs-ganesha has its files, if it is the one.
    pub ganesha: Option<nfs_linux::Ganesha>,
}

/// File systems of other hosts, on which a path may never be looked at from here.
const REMOTE: [&str; 7] = ["nfs", "smbfs", "cifs", "ceph", "9p", "fusefs", "autofs"];

/// Whether a file system is another host's, or may be.
pub fn is_remote(mount: &Mounted) -> bool {
    let fuse = mount.fstype.starts_with("fuse.") && mount.fstype != "fuse.zfs";
    REMOTE.contains(&mount.fstype.as_str()) || mount.fstype.starts_with("nfs") || fuse
}

/// Reads all that. The number of commands does not depend on the number of exports.
///
/// # Errors
/// A program says no, or something that is not understood.
pub fn gather(host: &dyn Host, asked: &Asked, mounts: &[Mounted], openzfs: bool) -> Result<Serving> {
    let own = match fs::read_text(asked.file.as_path(), crate::model::schema::MAX_FILE) {
        Ok(text) => Some(text),
        Err(e) if e.code == crate::error::Code::NotFound => None,
        Err(e) => return Err(e),
    };
    let mut serving = Serving {
        server: asked.server,
        file: asked.file.clone(),
        text: own,
        others: BTreeMap::new(),
        shares: BTreeMap::new(),
        versions: None,
        settings: BTreeMap::new(),
        running: BTreeMap::new(),
        ganesha: None,
        users: BTreeMap::new(),
        primary: BTreeMap::new(),
        groups: BTreeMap::new(),
        links: BTreeMap::new(),
    };
    match asked.server {
        Server::Mountd => {
            serving.others.extend(host.read(Path::new(mountd::EXPORTS)).map(|t| (mountd::EXPORTS.into(), t)));
            // Without any, zfs(8) would try to load its module.
            if mounts.iter().any(|m| m.fstype == "zfs") {
                serving.shares = zfs::parse_shares(&ask(host, &zfs::get_shares(openzfs))?)?;
            }
            if asked.daemons {
                serving.versions = sysctl::parse_nfs_versions(&ask(host, &sysctl::nfs_versions())?);
                serving.running = ps::parse_programs(&ask(host, &ps::programs())?);
                let args =
                    serving.running.get("mountd").map(|l| mountd::Args::of_process(l)).unwrap_or_default();
                let others = args.others(asked.file.as_str());
                serving.others.extend(others.filter_map(|f| Some((f.clone(), host.read(Path::new(f))?))));
            }
            if asked.settings {
                serving.settings = sysrc::parse_several(&ask(host, &sysrc::several(&mountd::SETTINGS))?);
            }
        }
        Server::Kernel => nfs_linux::gather(host, None, &mut serving)?,
        Server::Ganesha => nfs_linux::gather(host, asked.ganesha.as_ref(), &mut serving)?,
    }
    accounts(host, &mut serving, &asked.users, &asked.groups)?;
    for path in asked.paths.iter().filter(|p| !holder(mounts, p.as_str()).is_some_and(is_remote)) {
        if let Some(real) = fs::real(path.as_path()).filter(|r| r != path.as_path()) {
            serving.links.insert(path.to_string(), real.to_string_lossy().into_owned());
        }
    }
    Ok(serving)
}

/// Adds those users and groups that the host knows.
///
/// # Errors
/// getent(1) says no.
pub fn accounts(host: &dyn Host, serving: &mut Serving, users: &[String], groups: &[String]) -> Result<()> {
    let some = |cmd: Cmd| {
        let out = host.query(&cmd).map_err(Error::from)?;
        if cmd.accepts(&out) { Ok(out.stdout) } else { Err(Error::from(RunError::failed(&cmd, &out))) }
    };
    if !users.is_empty() {
        let text = some(getent::users(users))?;
        serving.users.extend(getent::parse(&text));
        serving.primary.extend(getent::parse_primary(&text));
    }
    if !groups.is_empty() {
        serving.groups.extend(getent::parse(&some(getent::groups(groups))?));
    }
    Ok(())
}

/// What has to be seen once the server has read its files again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    /// By which server.
    pub server: Server,
    /// All that is exported of what was changed.
    pub there: Vec<Export>,
    /// What was exported, and is no longer.
    pub gone: Vec<Export>,
    /// Mount points that nobody exports any more.
    pub bare: Vec<AbsPath>,
    /// Whether what it says against it undoes it: what is taken back stays so, whatever is wrong with the rest.
    pub firm: bool,
    /// Whether it can be asked over the network: rpcbind(8) runs, and the mount protocol is served.
    pub ask: bool,
    /// The line in the system's log after which what it says is new.
    pub note: String,
    /// jug's own file.
    pub file: AbsPath,
    /// Where nfs-ganesha says what it makes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ganesha: Option<nfs_linux::Ganesha>,
    /// Seconds that it may take.
    pub seconds: u64,
}

/// What was seen of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// What is not as it should be, for people.
    pub wrong: Vec<String>,
    /// What could not be asked, which proves nothing.
    pub unasked: Option<String>,
}

/// Looks whether all is as it should be. Each way of looking at it proves something else: the
/// mount table that the kernel was told, and mountd's answer whom it would let in (F4.3, F4.5).
///
/// # Errors
/// A program says no.
pub fn look(host: &dyn Host, platform: &dyn Platform, it: &Served) -> Result<Seen> {
    match it.server {
        Server::Mountd => {
            let mounts = platform.mounts(host)?;
            let mut seen = Seen::default();
            let exported = |p: &AbsPath| holder(&mounts, p.as_str()).is_some_and(|m| m.exported);
            for e in it.there.iter().filter(|e| !exported(&e.path)) {
                seen.wrong.push(format!("the mount table does not show {} as exported", e.path));
            }
            for p in it.bare.iter().filter(|p| mounts.iter().any(|m| m.target == p.as_str() && m.exported)) {
                seen.wrong.push(format!("the mount table still shows {p} as exported"));
            }
            // One thing after the other: where nobody answers, each question takes its time.
            if it.ask && seen.wrong.is_empty() {
                let cmd = showmount::exports();
                match host.query(&cmd) {
                    Ok(out) if out.ok() => seen.wrong.extend(unlisted(&out.stdout, it)),
                    Ok(out) => seen.unasked = Some(RunError::failed(&cmd, &out).to_string()),
                    Err(e) => seen.unasked = Some(e.to_string()),
                }
            }
            seen.wrong.dedup();
            Ok(seen)
        }
        Server::Kernel | Server::Ganesha => {
            nfs_linux::unseen(host, it).map(|wrong| Seen { wrong, unasked: None })
        }
    }
}

/// What showmount(8) does not say as it should.
pub fn unlisted(text: &str, it: &Served) -> Vec<String> {
    let names = |e: &Export| -> Vec<String> {
        if e.clients.is_world() {
            return vec!["Everyone".into()];
        }
        e.clients.nets().map(|n| n.addr().to_string()).collect()
    };
    let mut all = Vec::new();
    for e in &it.there {
        let shown = showmount::parse_clients(text, e.path.as_str()).unwrap_or_default();
        let missing: Vec<String> = names(e).into_iter().filter(|n| !shown.contains(n)).collect();
        if !missing.is_empty() {
            all.push(format!("showmount does not show {} for {}", e.path, missing.join(", ")));
        }
    }
    for e in &it.gone {
        let kept: Vec<String> = it.there.iter().filter(|t| t.path == e.path).flat_map(names).collect();
        let shown = showmount::parse_clients(text, e.path.as_str()).unwrap_or_default();
        let left: Vec<String> =
            names(e).into_iter().filter(|n| shown.contains(n) && !kept.contains(n)).collect();
        if !left.is_empty() {
            all.push(format!("showmount still shows {} for {}", e.path, left.join(", ")));
        }
    }
    all
}

/// What the server complained of since the note, as far as it is about what was changed, and what else.
pub fn complaints(host: &dyn Host, it: &Served) -> (Vec<String>, Vec<String>) {
    match it.server {
        Server::Mountd => {
            let log = host.read(Path::new(mountd::LOG)).unwrap_or_default();
            let all = mountd::complaints(&log, &it.note).unwrap_or_default();
            let lines: Vec<String> = it.there.iter().flat_map(exports::words).collect();
            let ours = |c: &String| !c.starts_with("Warning:") && mountd::is_about_lines(c, &lines);
            all.into_iter().partition(ours)
        }
        Server::Kernel | Server::Ganesha => nfs_linux::complaints(host, it),
    }
}

/// Why what it says can't be heard, if that is so.
pub fn unheard(host: &dyn Host, it: &Served) -> Option<String> {
    let log = host.read(Path::new(mountd::LOG)).unwrap_or_default();
    mountd::unheard(&log, &it.note).filter(|_| it.server == Server::Mountd)
}

impl fmt::Display for Served {
    /// As sh(1) can look at it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.server {
            Server::Mountd => {
                f.write_str("sleep 1")?;
                let mut paths: Vec<&AbsPath> = self.there.iter().map(|e| &e.path).collect();
                paths.dedup();
                for path in paths {
                    let place = quote(&format!(" on {path} ("));
                    write!(f, "\nmount | grep -F {place} | grep -q 'NFS exported'")?;
                }
                for p in &self.bare {
                    let place = quote(&format!(" on {p} ("));
                    write!(f, "\n! mount | grep -F {place} | grep -q 'NFS exported'")?;
                }
                if self.ask {
                    write!(f, "\ntimeout 5 {}", showmount::exports())?;
                    for e in &self.there {
                        let who: Vec<String> = e
                            .clients
                            .nets()
                            .map(|n| if is_address(&n) { n.addr().to_string() } else { n.to_string() })
                            .collect();
                        let who = if who.is_empty() { "everybody".into() } else { who.join(", ") };
                        write!(f, " # {} for {who}", e.path)?;
                    }
                }
                let note = quote(&format!("/{}/,$p", self.note));
                write!(f, "\n! sed -n {note} {} | grep 'mountd\\[.*bad exports'", mountd::LOG)
            }
            Server::Kernel | Server::Ganesha => nfs_linux::shown(f, self),
        }
    }
}
