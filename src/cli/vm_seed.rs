//! vm-seed, and the options that it shares with vm-create

use super::change::{self, Wish};
use super::session::Session;
use super::targets::one_of;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::env::{Env, Kind};
use crate::model::name::EnvName;
use crate::model::schema::{self, Change};
use crate::model::seed::{Form, Seed};
use crate::model::ssh_key::SshKey;
use crate::model::user_data::MAX;
use crate::plan::seed::{self, Given, KEYS, META_DATA, NETWORK_CONFIG, Text, USER_DATA};
use crate::report::results::Done;
use crate::store::started;
use std::path::PathBuf;

/// What a guest is told at its first boot.
#[derive(Debug, clap::Args)]
pub struct Told {
    /// Who may log in: a public key, or a file of some; repeatable
    #[arg(long, value_name = "KEY|FILE")]
    ssh_key: Vec<String>,
    /// cloud-config, a script or Ignition; none takes it away
    #[arg(long, value_name = "FILE")]
    user_data: Option<PathBuf>,
    /// NoCloud's meta-data in the place of jug's; none takes it away
    #[arg(long, value_name = "FILE")]
    meta_data: Option<PathBuf>,
    /// NoCloud's network-config in the place of the one made of its cards; none takes it away
    #[arg(long, value_name = "FILE")]
    network_config: Option<PathBuf>,
}

impl Told {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        let files = [&self.user_data, &self.meta_data, &self.network_config];
        self.ssh_key.is_empty() && files.iter().all(|f| f.is_none())
    }

    /// What is given, each for itself such that a guest reads it.
    ///
    /// # Errors
    /// A file can't be read, or no guest would take it.
    pub fn given(&self, name: &EnvName, form: Form) -> Result<Given> {
        let mut seed = Seed {
            form,
            name: name.clone(),
            uuid: uuid::Uuid::nil(),
            user_data: None,
            meta_data: None,
            network_config: None,
            cards: Vec::new(),
            keys: Vec::new(),
        };
        let mut given = Given::new();
        for (part, file, text) in [
            (USER_DATA, &self.user_data, &mut seed.user_data),
            (META_DATA, &self.meta_data, &mut seed.meta_data),
            (NETWORK_CONFIG, &self.network_config, &mut seed.network_config),
        ] {
            let Some(file) = file else { continue };
            if file.as_os_str() == "none" {
                given.push((part, Text::Without));
                continue;
            }
            let path = super::absolute(file)?;
            *text = Some(fs::read_text(path.as_path(), MAX)?);
            given.push((part, Text::Of(path)));
        }
        if let [word] = &self.ssh_key[..]
            && word == "none"
        {
            given.push((KEYS, Text::Without));
        } else if !self.ssh_key.is_empty() {
            for word in &self.ssh_key {
                seed.keys.extend(keys(word)?);
            }
            let lines: Vec<String> = seed.keys.iter().map(|k| format!("{k}\n")).collect();
            given.push((KEYS, Text::This(lines.concat())));
        }
        seed.files()?;
        Ok(given)
    }
}

/// The keys that a word is, or that are in the file that it names.
fn keys(word: &str) -> Result<Vec<SshKey>> {
    if word.contains(' ') {
        return word.parse().map(|key| vec![key]);
    }
    SshKey::list(&fs::read_text(super::absolute(word.as_ref())?.as_path(), MAX)?, word)
}

/// Change what a VM's guest is told at its first boot, and at the one after a change
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    told: Told,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = one_of(s, Kind::Vm, &args.name)?;
    if args.told.is_empty() {
        return Err(Error::usage(&name, "what its guest is to be told is not said").next(
            "give --user-data, --ssh-key, --meta-data or --network-config; jug vm-set has vm.seed, the way it is told",
        ));
    }
    let outcome = change::one(s, "vm-seed", name.as_str(), true, &|| plan(s, &name, &args.told));
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, name: &EnvName, told: &Told) -> Result<Wish> {
    let (text, old) = s.env(name)?;
    let form = form(&old)?;
    let given = told.given(name, form)?;
    let file = s.layout.env_file(name);
    let set: Change = format!("vm.seed={}", form.as_str()).parse()?;
    let (new_text, new) = schema::edit(&text, file.as_str(), &[set])?;
    let (before, guest) = (s.guest(name, &old, None), s.guest(name, &new, None));
    let mut wanted = s.wanted(name, &new);
    (wanted.addresses, wanted.networks) = (false, false);
    let facts = s.gather(&wanted)?;
    let started = if s.saved.is_some() { None } else { started::read(&s.layout, name) };
    let runs = facts.container(name.as_str()).is_some_and(|c| c.running);
    let (plan, _) = seed::change((&before, &guest), &given, &facts, started.as_ref(), (&text, &new_text))?;
    let what =
        if runs { "its guest is told when it is started again" } else { "its guest is told at its start" };
    Ok(Wish::Do(vec![plan], Done::changed(what)))
}

fn form(env: &Env) -> Result<Form> {
    let vm = env.vm.as_ref().ok_or_else(|| Error::usage("vm-seed", "it is no VM"))?;
    Ok(vm.seed.unwrap_or(Form::NoCloud))
}
