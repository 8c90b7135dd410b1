//! nfs-mount

use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::Cmd;
use crate::host::Host;
use crate::model::external::MountOption;
use crate::model::name::{AbsPath, printable};
use crate::model::remote::Remote;
use crate::plan::nfs_mount;
use crate::programs::mount_nfs::Version;
use crate::report::results::{Done, Outcome};
use std::path::{Path, PathBuf};

/// Mount a directory of an NFS server, within a time limit
///
/// Version 4 with the highest minor version that both sides have, else version 3.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is to be mounted; an IPv6 address stands in brackets
    #[arg(value_name = "SERVER:/PATH")]
    source: Remote,
    /// Where: a directory that is there
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Only version 3
    #[arg(long, conflicts_with = "nfs4")]
    nfs3: bool,
    /// Only version 4
    #[arg(long)]
    nfs4: bool,
    /// Options of mount(8); repeatable
    #[arg(short, long = "option", value_name = "OPTION", value_delimiter = ',')]
    option: Vec<MountOption>,
    /// Let what is asked of a server that does not answer fail after a while: data may be lost
    #[arg(long)]
    soft: bool,
    /// Seconds it may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let dir = find(s, &args.dir)?;
    let versions = match (args.nfs3, args.nfs4) {
        (true, _) => &Version::ALL[3..],
        (_, true) => &Version::ALL[..3],
        _ => &Version::ALL[..],
    };
    Ok(change(s, "nfs-mount", &dir, &|| {
        let wish = nfs_mount::Wish {
            source: &args.source,
            dir: &dir,
            versions,
            options: &args.option,
            soft: args.soft,
            seconds: args.timeout,
        };
        let facts = s.gather(&Wanted { mounts: true, ..Wanted::default() })?;
        Ok(match nfs_mount::mount(&wish, s.platform.kind(), &facts)? {
            Some(plan) => Wish::Do(vec![plan], Done::changed("mounted")),
            None => Wish::Nothing(Done::unchanged("it is mounted already")),
        })
    }))
}

/// Runs a verb on a directory of the host. What is locked and kept in the journal can't bear slashes in its name.
pub fn change(s: &Session, verb: &str, dir: &AbsPath, plan: &dyn Fn() -> Result<Wish>) -> Code {
    let object = format!("mount{}", dir.as_str().replace('/', ":"));
    let Outcome { result, warnings, .. } = change::one(s, verb, &object, true, plan);
    let result = result.map_err(|e| Error { object: dir.to_string(), ..e });
    change::report(s, Outcome { name: dir.to_string(), result, warnings })
}

/// A directory as the mount table has it. One that is in it is not looked at, and another only by a program with a time
/// limit: above it there may be a mount that does not answer.
pub fn find(s: &Session, dir: &Path) -> Result<AbsPath> {
    let dir = super::absolute(dir)?;
    if dir.as_str().len() > 200 {
        return Err(Error::usage(printable(dir.as_str()), "the path is longer than 200 characters"));
    }
    if s.saved.is_some() || s.platform.mounts(&s.host)?.iter().any(|m| m.target == dir.as_str()) {
        return Ok(dir);
    }
    let out = s.host.query(&Cmd::new("realpath").arg(dir.as_str()).limit(10)).map_err(Error::from)?;
    if !out.ok() {
        return Err(Error::not_found(&dir, "there is no such directory, or it can't be reached")
            .next(format!("mkdir {dir}")));
    }
    out.stdout.trim_end_matches('\n').parse()
}
