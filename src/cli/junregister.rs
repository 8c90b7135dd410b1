//! junregister

use super::change::{self, Wish};
use super::session::Session;
use super::targets::{Targets, choose_of};
use crate::error::{Code, Result};
use crate::host::Host;
use crate::model::cbsd_vars;
use crate::model::env::Kind;
use crate::model::name::EnvName;
use crate::plan::{Effect, Plan, Step, register};
use crate::report::results::{Done, Outcome};

/// Let jails go from this node; their data and a portable copy stay where they are
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    targets: Targets,
    /// What is written: jug's own copy, or CBSD's rc.conf_NAME as well
    #[arg(long, value_name = "FORMAT", default_value = "jug")]
    format: Format,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// env.toml.
    Jug,
    /// rc.conf_NAME as well.
    Cbsd,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let names = choose_of(s, kind, &args.targets.names, args.targets.all)?;
    Ok(change::each(s, &names, &|name, alone| as_format(s, name, alone, args.format)))
}

/// Lets one go.
pub fn one(s: &Session, name: &EnvName, alone: bool) -> Outcome {
    as_format(s, name, alone, Format::Jug)
}

fn as_format(s: &Session, name: &EnvName, alone: bool, format: Format) -> Outcome {
    let verb = s.verb(name, "unregister");
    if let Err(e) = super::jstop::clear(s, name, alone) {
        return change::finish(s, &verb, name.as_str(), Err(e), Vec::new());
    }
    change::one(s, &verb, name.as_str(), alone, &|| plan(s, name, format))
}

/// Gives up the ownership of one on storage of several nodes, and stays fenced until it is clear who has it then.
///
/// # Errors
/// It runs, or its storage does not answer.
pub fn fence(s: &Session, name: &EnvName) -> Outcome {
    change::one(s, &s.verb(name, "migrate"), name.as_str(), true, &|| {
        let (text, env) = s.env(name)?;
        if env.owner.fenced {
            return Ok(Wish::Nothing(Done::unchanged("it is fenced")));
        }
        let mut wanted = s.wanted(name, &env);
        (wanted.datasets, wanted.addresses) = (None, false);
        let facts = s.gather(&wanted)?;
        let path = s.layout.env_file(name);
        let text = crate::model::schema::fence(&text, name, true)?;
        let word = Step::new("note that it is not to be started", Effect::Write { path, text, mode: 0o644 });
        let guest = s.guest(name, &env, None);
        let plan = register::give_up(&guest, &facts, s.host.now(), Vec::new(), word)?;
        Ok(Wish::Do(vec![Plan { verb: guest.verb("migrate"), ..plan }], Done::changed("fenced")))
    })
}

fn plan(s: &Session, name: &EnvName, format: Format) -> Result<Wish> {
    // Recovery may have carried an interrupted one to its end.
    let (_, env) = match s.env(name) {
        Err(e) if e.code == Code::NotFound && !s.global.dry_run && s.is_root() => {
            return Ok(Wish::Nothing(Done::changed("unregistered")));
        }
        other => other?,
    };
    let base = s.base_of(&env);
    let guest = s.guest(name, &env, base.as_ref());
    let mut wanted = s.wanted(name, &env);
    (wanted.datasets, wanted.addresses) = (None, false);
    let facts = s.gather(&wanted)?;
    let mut more = Vec::new();
    if format == Format::Cbsd {
        let path = s.layout.workdir.join(&format!("jails-rcconf/rc.conf_{name}"));
        more.push(Step::new(
            "write CBSD's file",
            Effect::Write { path, text: cbsd_vars::write(name, &env, &s.layout), mode: 0o600 },
        ));
    }
    let mut plan = register::leave(&guest, &facts, s.host.now(), more)?;
    let lost = cbsd_vars::lost(&env);
    if format == Format::Cbsd && !lost.is_empty() {
        plan.warnings
            .push(format!("CBSD's file has no place for {}; jug's own copy keeps them", lost.join(", ")));
    }
    Ok(Wish::Do(vec![plan], Done::changed("unregistered")))
}
