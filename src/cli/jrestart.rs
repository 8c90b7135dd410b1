//! jrestart

use super::change;
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Error, Result};
use crate::model::env::Kind;
use crate::report::results::Done;

/// Stop jails and start them again
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let names = choose_of(s, kind, &args.targets.names, args.targets.all)?;
    Ok(change::each(s, &names, &|name, alone| {
        // What will refuse the start is better known while it still runs.
        if let Err(e) = super::jstart::after_stop(s, name) {
            return change::finish(s, &s.verb(name, "restart"), name.as_str(), Err(e), Vec::new());
        }
        let mut stopped = super::jstop::one(s, name, alone);
        if stopped.result.is_err() {
            return stopped;
        }
        if s.global.dry_run {
            return change::one(s, &s.verb(name, "restart"), name.as_str(), alone, &|| {
                super::jstart::after_stop(s, name)
            });
        }
        let ran = stopped.result.as_ref().is_ok_and(|d| d.changed);
        let started = super::jstart::one(s, name, alone);
        stopped.warnings.extend(started.warnings);
        stopped.result = match started.result {
            Ok(d) => Ok(Done { changed: true, what: if d.changed { "restarted".into() } else { d.what } }),
            Err(e) if ran => {
                let e = halfway("stopped, but not started again", e);
                Err(match e.next {
                    None => e.next(format!("jug {} {name}", s.verb(name, "start"))),
                    Some(_) => e,
                })
            }
            Err(e) => Err(e),
        };
        stopped
    }))
}

/// The error of a verb whose first half was done: something is left, and the message says what.
pub fn halfway(done: &str, e: Error) -> Error {
    Error { code: Code::Left, reason: format!("{done}: {}", e.reason), ..e }
}
