//! replicate

use super::change;
use super::replicating::{self, Manner};
use super::session::Session;
use super::targets::choose;
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::model::env::Env;
use crate::model::name::EnvName;
use crate::model::replica::{Job, Target, positive};
use crate::model::size::ByteSize;
use crate::plan::replicate::last;
use crate::report::results::{self, Outcome, Style};
use crate::store::lock;

/// Send what has changed of a jail or VM to another dataset or node, from snapshot to snapshot
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The jail or VM; with --due also none, for all
    #[arg(value_name = "NAME", required_unless_present = "due")]
    name: Option<String>,
    /// NODE, NODE:DATASET, or a DATASET of this host; without one, all that its jobs name
    #[arg(value_name = "TARGET")]
    target: Option<Target>,
    /// Only the jobs whose time has come; says nothing while all is well
    #[arg(long, conflicts_with_all = ["target", "last", "rate"])]
    due: bool,
    /// Send nothing, and keep nothing here for that target any more; what is there stays
    #[arg(long, requires = "target", conflicts_with_all = ["last", "rate"])]
    forget: bool,
    /// Take no snapshot: send the newest there is
    #[arg(long)]
    last: bool,
    /// At most so many bytes a second, such as 20M
    #[arg(long, value_name = "SIZE", value_parser = positive)]
    rate: Option<ByteSize>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if s.saved.is_some() {
        return Err(
            Error::usage("--facts", "what the other side has is in no saved facts").next("leave --facts out")
        );
    }
    let words: Vec<String> = args.name.clone().into_iter().collect();
    let names = choose(s, &words, words.is_empty())?;
    if args.due {
        return due(s, &names);
    }
    let mut outcomes = Vec::new();
    if let (true, Some(target)) = (args.forget, &args.target) {
        outcomes.extend(names.iter().map(|n| replicating::forget(s, n, target)));
        return Ok(change::tell(s, &outcomes));
    }
    for name in &names {
        let jobs = match &args.target {
            Some(target) => vec![(target.clone(), None)],
            None => s.env(name).map_or_else(|_| Vec::new(), |(_, env)| of(replicating::jobs(s, &env))),
        };
        if jobs.is_empty() {
            let e = Error::usage(name, "no target is named, and it has no jobs").next(format!(
                "jug replicate {name} TARGET; jug {} {name} replicate+='TARGET every=1h'",
                s.verb(name, "set")
            ));
            outcomes.push(change::finish(s, "replicate", name.as_str(), Err(e), Vec::new()));
        }
        for (target, rate) in jobs {
            let manner = Manner { rate: args.rate.or(rate), last: args.last };
            outcomes.push(one(s, name, &target, manner));
        }
    }
    Ok(change::tell(s, &outcomes))
}

fn of(jobs: &[Job]) -> Vec<(Target, Option<ByteSize>)> {
    jobs.iter().map(|j| (j.target.clone(), j.rate)).collect()
}

fn one(s: &Session, name: &EnvName, target: &Target, manner: Manner) -> Outcome {
    let mut warnings = Vec::new();
    // A report of cron's says whose it is, and to where.
    let named = |e: Error| match e.object.as_str() {
        it if it == name.as_str() => e,
        "" => Error { reason: format!("to {target}: {}", e.reason), ..e },
        it => Error { reason: format!("to {target}: {it}: {}", e.reason), object: name.to_string(), ..e },
    };
    let result = replicating::one(s, name, target, manner, &mut warnings).map_err(named);
    change::finish(s, "replicate", name.as_str(), result, warnings)
}

/// What cron calls: the jobs whose time has come, which is known of all by as many commands as of one. What is at work
/// already will be done with it.
fn due(s: &Session, names: &[EnvName]) -> Result<Code> {
    let _one = match s.is_root() && !s.global.dry_run {
        true => match lock::exclusive(&s.layout.ensure()?, ".replicate", "replicate --due") {
            Err(e) if e.code == Code::Busy => return Ok(Code::Done),
            other => Some(other?),
        },
        false => None,
    };
    let mut outcomes = Vec::new();
    let mut envs = Vec::new();
    for name in names {
        // The node's jobs are for what can be replicated; one that asks for it itself is told why it can't.
        let meant = |env: &Env| !env.replicate.is_empty() || env.dataset.is_some();
        let env = s.env(name).ok().map(|(_, env)| env);
        let env = env.filter(|env| meant(env) && !replicating::jobs(s, env).is_empty());
        envs.extend(env.map(|env| (name.clone(), env)));
    }
    for (name, here) in replicating::here_all(s, envs)? {
        let name = &name;
        let (env, _, side) = match here {
            Ok(here) => here,
            Err(e) => {
                outcomes.push(change::finish(s, "replicate", name.as_str(), Err(e), Vec::new()));
                continue;
            }
        };
        for job in replicating::jobs(s, &env) {
            let target = job.target.to_string();
            let done = side.datasets.get("").and_then(|d| last(d, &target)).map(|p| p.created);
            let now = s.host.now().as_second();
            if done.is_some_and(|at| {
                now.saturating_sub(at) < i64::try_from(job.every.0).unwrap_or(i64::MAX) && at <= now
            }) {
                continue;
            }
            let outcome = one(s, name, &job.target, Manner { rate: job.rate, last: false });
            if !outcome
                .result
                .as_ref()
                .is_err_and(|e| e.code == Code::Busy && e.reason.contains("another jug"))
            {
                outcomes.push(outcome);
            }
        }
    }
    if s.global.dry_run {
        return Ok(change::tell(s, &outcomes));
    }
    s.progress(true).finish();
    Ok(results::print(&outcomes, Style { quiet: !s.global.verbose, ..s.style() }))
}
