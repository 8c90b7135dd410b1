//! deinit

use super::init::{Made, made_file, read_made};
use super::session::Session;
use super::{change, init_pf};
use crate::apply::guards::holds;
use crate::error::{Code, Error, Result};
use crate::host::cmd::quote;
use crate::host::{Host, RunError, fs};
use crate::plan::Guard;
use crate::programs::zfs;
use crate::report::results::{self, Done, Outcome};
use crate::report::table::out;
use crate::store::{bases, lock};

/// Remove what init made; refused while environments or bases exist
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Take out of the host's own configuration what init --write put there
    #[arg(long)]
    write: bool,
}

/// Runs it. Nothing is touched before it is known that all of it can go.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let object = s.layout.workdir.as_str();
    if !s.layout.workdir.as_path().exists() {
        if args.write && !s.global.dry_run {
            s.need_root("deinit")?;
        }
        let done = init_pf::take_out(s, args.write)?.map(Done::changed);
        return Ok(report(s, object, Ok(done.unwrap_or_else(|| Done::unchanged("it is not there")))));
    }
    unused(s)?;
    let made = read_made(s)?;
    if s.global.dry_run {
        out("#!/bin/sh\n# jug deinit\nset -eu\n");
        made.datasets.iter().rev().for_each(|d| out(&format!("{}\n", zfs::destroy(d))));
        made.config.iter().for_each(|(file, _)| out(&format!("rm {}\n", quote(file.as_str()))));
        out(&format!("rm -r {}\n", quote(object)));
        init_pf::take_out(s, args.write)?;
        return Ok(Code::Done);
    }
    s.need_root("deinit")?;
    change::confirm(s, &format!("Remove what init made in {object}?"))?;
    let lock = lock::exclusive(&s.layout.ensure()?, ".node", "deinit")?;
    unused(s)?;
    let rules = init_pf::take_out(s, args.write)?;
    let result = take_down(s, &made);
    drop(lock);
    let result = result.and_then(|()| s.layout.remove()).map(|gone| {
        let mut done = vec![format!("removed {} directories", gone.len())];
        done.extend(rules);
        Done::changed(done.join("; "))
    });
    Ok(report(s, object, result))
}

fn report(s: &Session, object: &str, result: Result<Done>) -> Code {
    results::print(&[Outcome { name: object.to_string(), result, warnings: Vec::new() }], s.style())
}

/// Refuses while anything of it is in use.
fn unused(s: &Session) -> Result<()> {
    if let Some(name) = s.registry()?.keys().next() {
        return Err(Error::busy(&s.layout.workdir, format!("environments exist: {name} is one"))
            .next("jug ls; jug jremove those that are not needed"));
    }
    if let Some(name) = bases::all(&s.layout).keys().next() {
        return Err(Error::busy(&s.layout.workdir, format!("bases exist: {name} is one"))
            .next(format!("jug base-remove {name}")));
    }
    s.layout.check_unused()
}

/// Datasets, children first, and the configuration, if they are still what init made.
fn take_down(s: &Session, made: &Made) -> Result<()> {
    for dataset in made.datasets.iter().rev() {
        let Some(uuid) = made.uuid else { break };
        if !holds(&s.ctx(true), &Guard::Dataset { name: dataset.clone(), uuid })? {
            continue;
        }
        let cmd = zfs::destroy(dataset);
        let done = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
        if !done.ok() {
            let e: Error = RunError::failed(&cmd, &done).into();
            return Err(e.code(Code::Left).next(format!("zfs list -r {dataset}; then jug deinit again")));
        }
    }
    if let Some((file, text)) = &made.config {
        match fs::read_text(file.as_path(), 1 << 20) {
            Ok(now) if now == *text => match &made.config_before {
                Some(before) => fs::write_atomic(file.as_path(), before, 0o644)?,
                None => drop(fs::remove_file(file.as_path())?),
            },
            Ok(_) => eprintln!("jug: {file}: it was changed since init wrote it, and stays"),
            Err(_) => {}
        }
    }
    fs::remove_file(made_file(s).as_path()).map(|_| ())
}
