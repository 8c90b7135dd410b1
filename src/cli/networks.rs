//! What the commands on networks, and those that put environments on them, have in common.

use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::facts::gather::Wanted;
use crate::model::env::Env;
use crate::model::name::{EnvName, NetName};
use crate::model::network::{Network, missing};
use crate::model::schema;
use crate::plan::allot::{self, Taken};
use crate::plan::{Effect, Plan, network};
use crate::report::results::Done;
use crate::store::lock::Lock;
use crate::store::{journal, lock, networks, started};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds that another jug may take to choose its addresses.
const PATIENCE: u64 = 60;

/// All networks of this node.
pub fn all(s: &Session) -> Result<BTreeMap<NetName, Network>> {
    match &s.saved {
        Some(facts) => networks::parse(&facts.networks),
        None => networks::parse(&networks::texts(&s.layout)?),
    }
}

/// One of them.
pub fn one(s: &Session, name: &NetName) -> Result<Network> {
    let mut all = all(s)?;
    all.remove(name).ok_or_else(|| missing(name, all.keys()))
}

/// A network's text.
pub fn text(s: &Session, name: &NetName) -> Result<String> {
    let mut texts = match &s.saved {
        Some(facts) => facts.networks.clone(),
        None => networks::texts(&s.layout)?,
    };
    match texts.remove(name.as_str()) {
        Some(text) => Ok(text),
        None => Err(missing(name, all(s)?.keys())),
    }
}

/// The lock under which numbers and addresses are chosen; none for a dry run.
pub fn hold(s: &Session, verb: &str) -> Result<Option<Lock>> {
    if s.global.dry_run || !s.is_root() {
        return Ok(None);
    }
    let layout = s.layout.ensure()?;
    lock::wait(&layout, networks::LOCK, verb, PATIENCE).map(Some)
}

/// Every environment that has a card, or had one when it was started, or will have one once a plan is through: plans
/// are read first, for one that ends meanwhile is found in the registry.
pub fn users(s: &Session) -> Result<Vec<(EnvName, Env)>> {
    let mut all = Vec::new();
    if s.saved.is_none() {
        for object in journal::all(&s.layout) {
            all.extend(journal::read(&s.layout, &object).ok().flatten().iter().flat_map(|p| planned(s, p)));
        }
    }
    for (name, entry) in s.registry()? {
        if s.saved.is_none()
            && let Some(started) = started::read(&s.layout, &name)
        {
            all.push((name.clone(), started.env));
        }
        match entry.env {
            Ok(env) => all.push((name, env)),
            // What it has can't be known, and must not be given away.
            Err(e) => {
                return Err(Error::busy(&name, format!("which addresses it has can't be known: {e}"))
                    .next(format!("mend {}", s.layout.env_file(&name))));
            }
        }
    }
    Ok(all)
}

/// The environments that a plan registers.
fn planned(s: &Session, progress: &journal::Progress) -> Vec<(EnvName, Env)> {
    let registry = s.layout.workdir.join("envs");
    let prefix = format!("{registry}/");
    progress
        .plan
        .steps
        .iter()
        .filter_map(|step| {
            let Effect::Write { path, text, .. } = &step.action.effect else { return None };
            let name = path.as_str().strip_prefix(&prefix)?.strip_suffix(".toml")?.parse().ok()?;
            Some((name, schema::read_env(text, path.as_str()).ok()?))
        })
        .collect()
}

/// Gives an environment's cards numbers and addresses; `old` is what it was before. The lock is to be held until it is
/// written down that it has them.
pub fn allot(
    s: &Session,
    verb: &str,
    name: &EnvName,
    env: &mut Env,
    old: Option<&Env>,
    facts: &Facts,
) -> Result<Option<Lock>> {
    if !env.has_nics() {
        return Ok(None);
    }
    let lock = hold(s, verb)?;
    let networks = all(s)?;
    let mut taken = Taken::of_host(&networks, facts);
    for (other, theirs) in users(s)? {
        if other != *name {
            taken.add(&other, &theirs);
        }
    }
    if let Some(old) = old {
        // Its own interfaces, which may be there, keep no number from it.
        taken.release(old);
        allot::keep(env, old);
    }
    allot::fill(name, env, &networks, &mut taken)?;
    Ok(lock)
}

/// The plans that bring an environment's networks up, for a dry run; what is real has brought them up by then.
pub fn up_plans(s: &Session, env: &Env, facts: &Facts) -> Result<Vec<Plan>> {
    if !s.global.dry_run && s.is_root() {
        return Ok(Vec::new());
    }
    let networks = all(s)?;
    let mut plans = Vec::new();
    for name in of(env) {
        if let Some(it) = networks.get(&name) {
            plans.extend(network::up(&name, it, &s.layout, s.platform.as_ref(), facts)?);
        }
    }
    Ok(plans)
}

/// The networks that an environment has cards on, each once.
fn of(env: &Env) -> BTreeSet<NetName> {
    env.nics().map(|(_, nic)| nic.network.clone()).collect()
}

/// Brings an environment's networks up where they are not.
pub fn up(s: &Session, env: &Env, alone: bool) -> Result<()> {
    of(env).iter().try_for_each(|name| up_one(s, name, alone))
}

/// Brings a network up where it is not; whether there is such a one is for others to say.
pub fn up_one(s: &Session, name: &NetName, alone: bool) -> Result<()> {
    let Some(it) = all(s)?.remove(name) else { return Ok(()) };
    let plan = || {
        let wanted = Wanted { addresses: true, ..filtered(&it) };
        Ok(match network::up(name, &it, &s.layout, s.platform.as_ref(), &s.gather(&wanted)?)? {
            Some(plan) => Wish::Do(vec![plan], Done::changed("up")),
            None => Wish::Nothing(Done::unchanged("it is up")),
        })
    };
    let object = networks::object(name);
    if !s.layout.journal(&object).as_path().exists() && matches!(plan()?, Wish::Nothing(_)) {
        return Ok(());
    }
    // Another start may be at it.
    change::patiently(s, "net-up", &object, alone, PATIENCE, &plan).result.map(|_| ())
}

/// The facts that the rules of a network hang on, if it has any, and its uplink.
pub fn filtered(it: &Network) -> Wanted {
    let rules = it.nat.is_some() || it.is_fenced();
    Wanted { forwarding: rules || it.uplink.is_some(), filter: rules, ..Wanted::default() }
}

/// The environments that name each network, as their files say.
pub fn named(s: &Session) -> Result<BTreeMap<NetName, Vec<String>>> {
    let mut all: BTreeMap<NetName, Vec<String>> = BTreeMap::new();
    for (name, entry) in s.registry()? {
        for network in entry.env.iter().flat_map(of) {
            all.entry(network).or_default().push(name.to_string());
        }
    }
    Ok(all)
}

/// The environments that run with a card on a network.
pub fn running(s: &Session, network: &NetName, facts: &Facts) -> Result<Vec<EnvName>> {
    let mut all = BTreeSet::new();
    for (name, env) in users(s)? {
        // One that somebody is at may be about to run.
        let runs = facts.runs(env.uuid) || (s.saved.is_none() && lock::is_held(&s.layout, name.as_str()));
        if runs && of(&env).contains(network) {
            all.insert(name);
        }
    }
    Ok(all.into_iter().collect())
}
