//! perform: does one action, for a jug that must not hang where storage does not answer. Hidden.

use super::session::Session;
use crate::apply::apart::CHANGED_NOTHING;
use crate::apply::perform::action;
use crate::error::{Error, Result};
use crate::host::{fs, tcp};
use crate::model::name::AbsPath;
use crate::model::schema;
use crate::plan::Action;
use crate::programs::mount_nfs;
use crate::store::journal;
use std::io::Read;

/// Do one action of a plan, which is read from standard input as the journal has it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print this file instead: no link, no pipe, and not larger than a configuration may be
    #[arg(long, value_name = "FILE")]
    read: Option<AbsPath>,
    /// Only see whether this NFS server answers
    #[arg(long, value_name = "HOST")]
    nfs: Option<String>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<i32> {
    s.need_root("perform")?;
    if let Some(host) = &args.nfs {
        return Ok(i32::from(!tcp::serves_nfs(host, mount_nfs::PORT)));
    }
    if let Some(file) = &args.read {
        crate::report::table::out(&fs::read_foreign(file.as_path(), schema::MAX_FILE)?);
        return Ok(0);
    }
    let it = read(std::io::stdin())?;
    let mut warnings = Vec::new();
    let changed = action(&s.ctx(true), &it, &mut |_| {}, &mut warnings)?;
    Ok(if changed { 0 } else { CHANGED_NOTHING })
}

fn read(from: impl Read) -> Result<Action> {
    let mut text = String::new();
    from.take(journal::MAX as u64 + 1).read_to_string(&mut text).map_err(|e| Error::failed("perform", e))?;
    if text.len() > journal::MAX {
        return Err(Error::usage("perform", format!("larger than {} bytes", journal::MAX)));
    }
    serde_json::from_str(&text).map_err(|e| Error::usage("perform", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_refused() {
        assert!(read(std::io::repeat(b' ')).unwrap_err().reason.starts_with("larger than"));
        assert!(read(&b"junk"[..]).is_err());
        let action = read(&br#"{"effect":{"remove":{"path":"/x"}}}"#[..]).unwrap();
        assert!(action.limit.is_none());
    }
}
