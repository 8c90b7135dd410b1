//! jset

use super::change::{self, Wish};
use super::session::Session;
use super::targets::choose_of;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::env::{Env, Kind};
use crate::model::name::EnvName;
use crate::model::schema::{self, Change};
use crate::model::words;
use crate::plan::guest::verb_of;
use crate::plan::{live, machine};
use crate::report::results::Done;
use crate::store::started;

/// Change keys of jails: KEY=VALUE, KEY+=VALUE and KEY-=VALUE for lists, KEY= for the default
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks or @tag, then KEY=VALUE...
    #[arg(value_name = "NAME KEY=VALUE", required = true, num_args = 1..)]
    words: Vec<String>,
    /// All of this kind
    #[arg(long)]
    all: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let is_target = |w: &&String| !w.contains('=') || w.starts_with("jname=");
    let names: Vec<String> = args.words.iter().filter(is_target).cloned().collect();
    let changes: Vec<Change> = args
        .words
        .iter()
        .filter(|w| !is_target(w))
        .map(|w| words::to_key(w).parse())
        .collect::<Result<_>>()?;
    if changes.is_empty() {
        return Err(Error::usage(verb_of(kind, "set"), "nothing to set is given")
            .next("give NAME KEY=VALUE; jug.toml(5) has the keys"));
    }
    let names = choose_of(s, kind, &names, args.all)?;
    Ok(change::each(s, &names, &|name, alone| {
        change::one(s, &verb_of(kind, "set"), name.as_str(), alone, &|| plan(s, name, &changes))
    }))
}

/// What a change of keys comes to.
pub fn plan(s: &Session, name: &EnvName, changes: &[Change]) -> Result<Wish> {
    let (text, old) = s.env(name)?;
    let file = s.layout.env_file(name);
    let (mut new_text, mut new) = schema::edit(&text, file.as_str(), changes)?;
    let wired = new.has_nics() && changes.iter().any(|c| c.key == "net");
    let limits = old.limits.set() != new.limits.set() || !new.limits.set().is_empty();
    let ports = old.expose != new.expose;
    let cd = |env: &Env| env.vm.as_ref().and_then(|vm| vm.cd.clone());
    let new_cd = cd(&new).filter(|_| cd(&new) != cd(&old));
    let listeners = new.expose.iter().filter(|e| !old.expose.contains(e)).cloned().collect();
    let wanted = Wanted {
        containers: true,
        rulesets: true,
        addresses: wired,
        limits,
        networks: ports,
        filter: ports,
        forwarding: ports,
        listeners,
        paths: new_cd.iter().cloned().collect(),
        ..Wanted::default()
    };
    let mut facts = s.gather(&wanted)?;
    let mut held = None;
    if wired {
        held = super::networks::allot(s, "jset", name, &mut new, Some(&old), &facts)?;
        (new_text, new) = schema::edit(&new_text, file.as_str(), &[Change::nets(&new.net)])?;
    }
    if ports {
        // Until it is written down, nobody else is to choose a port.
        held = match held {
            None => super::networks::hold(s, "jset")?,
            held => held,
        };
        facts.exposed = super::exposures::of_others(s, name)?;
    }
    if new_text == text {
        return Ok(Wish::Nothing(Done::unchanged("it is so already")));
    }
    let base = s.base_of(&new);
    let (before, guest) = (s.guest(name, &old, base.as_ref()), s.guest(name, &new, base.as_ref()));
    if new_cd.is_some() {
        machine::cd_is_there(&guest, &facts)?;
    }
    let started = if s.saved.is_some() { None } else { started::read(&s.layout, name) };
    let (plan, pending) = live::plan(&before, &guest, &facts, started.as_ref(), (&text, &new_text))?;
    let what = if pending.is_empty() {
        "set".to_string()
    } else {
        format!("set; waiting for a restart: {}", pending.join(", "))
    };
    Ok(Wish::holding(vec![plan], Done::changed(what), held))
}
