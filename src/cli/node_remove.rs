//! node-remove

use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::model::name::NodeName;
use crate::model::replica::Place;
use crate::plan::{Effect, Plan, Step};
use crate::report::results::Done;
use crate::store::nodes;

/// Forget another node; refused while a job replicates to it. What lies there stays
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: NodeName,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = &args.name;
    let outcome = change::one(s, "node-remove", &nodes::object(name), true, &|| {
        if !nodes::known(&s.layout, name) {
            return nodes::get(&s.layout, name).map(|_| Wish::Nothing(Done::unchanged("")));
        }
        let goes = |job: &crate::model::replica::Job| matches!(job.target.place(|n| nodes::known(&s.layout, n)), Place::There(n, _) if n == *name);
        let of_node = s.config.replicate.iter().any(goes).then(|| s.config_file.display().to_string());
        let of_envs = s
            .registry()?
            .into_values()
            .filter(|e| e.env.as_ref().is_ok_and(|e| e.replicate.iter().any(goes)));
        let users: Vec<String> = of_node.into_iter().chain(of_envs.map(|e| e.name.to_string())).collect();
        if !users.is_empty() {
            return Err(Error::busy(name, format!("jobs replicate to it: {}", users.join(", ")))
                .next("take it out of replicate there; jug replicate-ls"));
        }
        let mut plan = Plan::new("node-remove", name);
        plan.point_of_no_return();
        plan.push(Step::new("forget it", Effect::Remove { path: s.layout.node_file(name) }));
        Ok(Wish::Do(vec![plan], Done::changed("forgotten")))
    });
    Ok(change::report(s, outcome))
}
