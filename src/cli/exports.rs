//! What the commands on NFS exports have in common: what they are about, and what is to be known of the server.

use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::cmd::quote;
use crate::host::fs;
use crate::model::env::Env;
use crate::model::export::Owner;
use crate::model::name::{AbsPath, DatasetName, EnvName};
use crate::model::node::Server;
use crate::model::schema::MAX_FILE;
use crate::plan::exported::Here;
use crate::plan::{export_check as check, mnt};
use crate::platform::nfs::Asked;
use crate::platform::nfs_linux::Ganesha;
use crate::store::registry;
use std::path::Path;

/// The lock under which exports are changed, and their journal.
pub const LOCK: &str = ".exports";
/// Seconds that another change of exports may take.
pub const PATIENCE: u64 = 60;

/// What a command on exports is about.
#[derive(Clone, Debug)]
pub enum Object {
    /// The directories of an environment.
    Environment(EnvName, Box<Env>),
    /// A dataset.
    Dataset(DatasetName),
    /// A directory.
    Path(AbsPath),
}

impl Object {
    /// Reads a word: a path begins with `/`; what is the name of no environment is a dataset's.
    ///
    /// # Errors
    /// It is none of these.
    pub fn read(s: &Session, word: &str) -> Result<Self> {
        if word.starts_with('/') {
            return super::absolute(Path::new(word)).map(Self::Path);
        }
        if let Ok(name) = word.parse::<EnvName>()
            && let Some(entry) = s.registry()?.remove(&name)
        {
            return Ok(Self::Environment(name, Box::new(entry.env?)));
        }
        word.parse().map(Self::Dataset)
    }

    /// The paths that may lead over links.
    fn paths(&self, s: &Session) -> Vec<AbsPath> {
        match self {
            Self::Path(path) => vec![path.clone()],
            Self::Dataset(_) => Vec::new(),
            Self::Environment(name, _) => {
                let l = &s.layout;
                vec![l.data(name), l.system(name), l.rcconf(name), l.fstab(name)]
            }
        }
    }

    /// For what the exports are.
    pub fn owner(&self) -> Owner {
        match self {
            Self::Environment(_, env) => Owner::Environment(env.uuid),
            _ => Owner::Own,
        }
    }

    /// The directories to export, and what is to be said of those left out. Where a whole file system is exported with
    /// any directory in it, the small ones of an environment are left out unless they are file systems themselves: another
    /// node finds what it needs of them in its system directory.
    ///
    /// # Errors
    /// It is not there.
    pub fn targets(&self, s: &Session, here: &Here<'_>) -> Result<(Vec<AbsPath>, Vec<String>)> {
        match self {
            Self::Path(path) => Ok((vec![path.clone()], Vec::new())),
            Self::Dataset(name) => match here.mount_point(name.as_str()) {
                Some(path) => Ok((vec![path], Vec::new())),
                None => Err(missing(s, name)),
            },
            Self::Environment(name, _) => {
                let mut all = vec![s.layout.data(name), s.layout.system(name)];
                let mut left = Vec::new();
                for path in [s.layout.rcconf(name), s.layout.fstab(name)] {
                    let own = here.facts.mounted(path.as_str());
                    if own || !here.serving.server.whole_file_systems() {
                        all.push(path);
                    } else {
                        left.push(format!(
                            "{path} is left out: it is no file system of its own (another node finds what it needs in {})",
                            s.layout.system(name)
                        ));
                    }
                }
                Ok((all, left))
            }
        }
    }
}

/// The error of a word that is no environment, and no dataset that is mounted.
fn missing(s: &Session, name: &DatasetName) -> Error {
    let names = s.registry().map(|r| r.into_keys().collect::<Vec<_>>()).unwrap_or_default();
    match name.as_str().parse::<EnvName>() {
        Ok(word) => {
            let e = registry::missing(&word, names.iter());
            Error { reason: format!("{}, and no dataset of that name is mounted here", e.reason), ..e }
        }
        Err(_) => Error::not_found(name, "no such dataset is mounted here")
            .next(format!("zfs list {0}; zfs mount {0}", quote(name.as_str()))),
    }
}

/// What is to be known of the server for a change.
pub fn asked(s: &Session, object: Option<&Object>, users: &[String], groups: &[String]) -> Result<Wanted> {
    let server = match s.saved.as_ref().and_then(|f| f.serving.as_ref()) {
        Some(serving) => serving.server,
        None => Server::of(s.platform.kind(), &s.host, &s.config)?,
    };
    let paths = object.map(|o| o.paths(s)).unwrap_or_default();
    let serving = Asked {
        server,
        file: server.file(&s.config)?,
        daemons: true,
        settings: false,
        users: users.to_vec(),
        groups: groups.to_vec(),
        paths: paths.clone(),
        ganesha: (server == Server::Ganesha).then(|| Ganesha::of(&s.config.nfs)).transpose()?,
    };
    let directory = serving.file.as_path().parent().and_then(|d| d.to_string_lossy().parse().ok());
    let paths = paths.into_iter().chain(directory).collect();
    Ok(Wanted { mounts: true, networks: true, serving: Some(serving), paths, ..Wanted::default() })
}

/// All that is to be known of the server, and how it is started.
pub fn all(s: &Session) -> Result<Wanted> {
    let mut wanted = asked(s, None, &[], &[])?;
    if let Some(asked) = &mut wanted.serving {
        asked.settings = true;
    }
    Ok(wanted)
}

/// The name of an export's environment, if it is one's.
pub fn whose(facts_of: &[(EnvName, Env)], owner: Owner) -> Option<String> {
    match owner {
        Owner::Own => None,
        Owner::Environment(uuid) => {
            let found = facts_of.iter().find(|(_, e)| e.uuid == uuid);
            Some(found.map_or_else(|| uuid.to_string(), |(n, _)| n.to_string()))
        }
    }
}

/// The environments that can be read.
pub fn environments(s: &Session) -> Result<Vec<(EnvName, Env)>> {
    Ok(s.registry()?.into_iter().filter_map(|(n, e)| Some((n, e.env.ok()?))).collect())
}

/// Refuses what would take an environment's directories from under lines of jug's file.
///
/// # Errors
/// It exports one of them, or somebody else has changed it.
pub fn none_of(s: &Session, name: &EnvName) -> Result<()> {
    // One that is gone, or that can't be read, is refused by what comes next.
    let Ok((_, env)) = s.env(name) else { return Ok(()) };
    let (Ok(server), None) = (Server::of(s.platform.kind(), &s.host, &s.config), &s.saved) else {
        return Ok(());
    };
    let file = server.file(&s.config)?;
    match fs::read_text(file.as_path(), MAX_FILE) {
        Ok(text) => {
            let file = server.read(&text, file.as_str())?;
            check::none_of(&file, name, Owner::Environment(env.uuid), &mnt::places(&s.layout, name))
        }
        Err(e) if e.code == Code::NotFound => Ok(()),
        Err(e) => Err(e),
    }
}

/// The identity of a change; a dry run shows none.
pub fn mark(s: &Session) -> uuid::Uuid {
    use crate::host::Host;
    if s.global.dry_run { uuid::Uuid::nil() } else { s.host.uuid() }
}
