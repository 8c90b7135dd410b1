//! deinit

use super::change;
use super::init::{made_file, read_made};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::{Host, RunError, fs};
use crate::plan::Guard;
use crate::programs::zfs;
use crate::report::table::out;
use crate::store::{bases, lock};

/// Remove what init made; refused while environments or bases exist
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(s: &Session, _: &Args) -> Result<Code> {
    if let Some(name) = s.registry()?.keys().next() {
        return Err(Error::busy(&s.layout.workdir, format!("environments exist: {name} is one"))
            .next("jug ls; jug jremove those that are not needed"));
    }
    if let Some(name) = bases::all(&s.layout).keys().next() {
        return Err(Error::busy(&s.layout.workdir, format!("bases exist: {name} is one"))
            .next(format!("jug base-remove {name}")));
    }
    if !s.layout.workdir.as_path().exists() {
        out(&format!("{}: unchanged (it is not there)\n", s.layout.workdir));
        return Ok(Code::Done);
    }
    let made = read_made(s)?;
    if s.global.dry_run {
        made.datasets.iter().rev().for_each(|d| out(&format!("{}\n", zfs::destroy(d))));
        made.config.iter().for_each(|(file, _)| out(&format!("rm {file}\n")));
        out(&format!("rm -r {}\n", s.layout.workdir));
        return Ok(Code::Done);
    }
    s.need_root("deinit")?;
    change::confirm(s, &format!("Remove what init made in {}?", s.layout.workdir))?;
    let lock = lock::exclusive(&s.layout.ensure()?, ".node", "deinit")?;
    for dataset in made.datasets.iter().rev() {
        let Some(uuid) = made.uuid else { break };
        if !crate::apply::perform::holds(&s.ctx(true), &Guard::Dataset { name: dataset.clone(), uuid })? {
            continue;
        }
        let cmd = zfs::destroy(dataset);
        let done = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
        if !done.ok() {
            let e: Error = RunError::failed(&cmd, &done).into();
            return Err(e.next(format!("zfs list -r {dataset}")));
        }
        out(&format!("destroyed {dataset}\n"));
    }
    if let Some((file, text)) = &made.config {
        match fs::read_text(file.as_path(), 1 << 20) {
            Ok(now) if now == *text => {
                fs::remove_file(file.as_path())?;
                out(&format!("removed {file}\n"));
            }
            Ok(_) => eprintln!("jug: {file}: it was changed since init wrote it, and stays"),
            Err(_) => {}
        }
    }
    fs::remove_file(made_file(s).as_path())?;
    drop(lock);
    let gone = s.layout.remove()?;
    out(&format!("{}: changed (removed {} directories)\n", s.layout.workdir, gone.len()));
    Ok(Code::Done)
}
