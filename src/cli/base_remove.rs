//! base-remove

use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::name::{BaseName, DatasetName, EnvName};
use crate::plan::base;
use crate::report::results::Done;

/// Remove bases; refused while an environment uses them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bases
    #[arg(value_name = "NAME", required = true)]
    names: Vec<BaseName>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    for name in &args.names {
        if s.base(name).is_none() && !s.layout.journal(&format!("base.{name}")).as_path().exists() {
            return Err(crate::store::bases::get(&s.layout, name)
                .err()
                .unwrap_or_else(|| Error::not_found(name, "there is no such base")));
        }
    }
    let list: Vec<&str> = args.names.iter().map(BaseName::as_str).collect();
    change::confirm(s, &format!("Remove the base {}?", list.join(", ")))?;
    let codes: Vec<Code> = args
        .names
        .iter()
        .map(|name| {
            change::report(s, change::one(s, "base-remove", &format!("base.{name}"), true, &|| plan(s, name)))
        })
        .collect();
    Ok(crate::error::fold(codes))
}

fn plan(s: &Session, name: &BaseName) -> Result<Wish> {
    let Some(it) = s.base(name) else { return Ok(Wish::Nothing(Done::changed("removed"))) };
    let mut users: Vec<EnvName> = Vec::new();
    for (n, entry) in s.registry()? {
        match entry.env {
            Ok(env) if env.base.as_ref() == Some(name) => users.push(n),
            Ok(_) => {}
            // What can't be read may use it.
            Err(e) => {
                return Err(Error::busy(
                    format!("base {name}"),
                    format!("whether {n} uses it can't be known: {e}"),
                )
                .next(format!("mend {}", s.layout.env_file(&n))));
            }
        }
    }
    let wanted = Wanted {
        mounts: true,
        datasets: it.dataset.as_ref().map(DatasetName::pool),
        snapshots: it.dataset.clone().into_iter().collect(),
        ..Wanted::default()
    };
    let facts = s.gather(&wanted)?;
    Ok(Wish::Do(
        vec![base::remove(name, &it, &users, &s.layout, s.platform.as_ref(), &facts)?],
        Done::changed("removed"),
    ))
}
