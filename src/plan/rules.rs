//! Rules of the packet filter that are loaded, replaced and taken away as one: a file of jug's, and an anchor of pf or a
//! table of nft. The file is there as long as the rules may be.

use super::{Effect, Step};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::name::AbsPath;
use crate::platform::{PlatformKind, filter};
use std::fmt::Display;

/// A place for rules.
#[derive(Debug)]
pub struct Rules {
    /// The platform.
    pub kind: PlatformKind,
    /// The anchor or table.
    pub place: String,
    /// The file they are read from.
    pub file: AbsPath,
    /// What they are for, in titles of steps.
    pub what: String,
}

impl Rules {
    fn write(&self, text: String) -> Effect {
        Effect::Write { path: self.file.clone(), text, mode: 0o600 }
    }
    fn load(&self) -> Effect {
        Effect::Run(filter::load(self.kind, &self.place, self.file.as_str()))
    }
    fn check(&self) -> Step {
        Step::run("have the rules read", filter::check(self.kind, &self.place, self.file.as_str()))
    }
    fn written(&self, text: String) -> Step {
        Step::new(format!("write the rules of {}", self.what), self.write(text))
    }
    fn loaded(&self) -> Step {
        Step::new("load them, in the place of all that are there", self.load())
    }

    /// Where none were.
    pub fn fresh(&self, text: String) -> Vec<Step> {
        let mut load = self.loaded();
        for (there, cmd) in filter::unload(self.kind, &self.place) {
            load = load.undo_when(there, Effect::Run(cmd));
        }
        let write = self.written(text).undo(Effect::Remove { path: self.file.clone() });
        vec![write, self.check(), load]
    }

    /// In the place of others.
    pub fn replaced(&self, old: String, new: String) -> Vec<Step> {
        let write = self.written(new).undo(self.write(old.clone()));
        // Undone from the last to the first: the file still holds the new ones then.
        vec![write, self.check(), self.loaded().undo(self.write(old)).undo(self.load())]
    }

    /// Away with them, on a way that may lead back.
    pub fn withdrawn(&self, old: String) -> Vec<Step> {
        let mut steps = Vec::new();
        for (there, cmd) in filter::unload(self.kind, &self.place) {
            let step = Step::run(format!("take away the rules of {}", self.what), cmd).when(there);
            steps.push(step.undo(self.write(old.clone())).undo(self.load()));
        }
        let file = Effect::Remove { path: self.file.clone() };
        steps.push(Step::new("remove their file", file).undo(self.write(old)));
        steps
    }

    /// Away with them.
    pub fn gone(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = filter::unload(self.kind, &self.place)
            .into_iter()
            .map(|(there, cmd)| Step::run(format!("take away the rules of {}", self.what), cmd).when(there))
            .collect();
        steps.push(Step::new("remove their file", Effect::Remove { path: self.file.clone() }));
        steps
    }
}

/// Refuses rules that would have no effect: without the packet filter, with one that is not enabled, and where nothing
/// leads from the main rule set to jug's. jug mends none of these by itself.
///
/// # Errors
/// With the line that mends it (exit 7).
pub fn ready(object: &dyn Display, why: &str, facts: &Facts) -> Result<()> {
    // Saved by an older jug, or not asked for: what is not known is not refused.
    let Some(filter) = &facts.filter else { return Ok(()) };
    let lacks = |what: String, next: &str| Err(Error::lacks(object, format!("{why}, and {what}")).next(next));
    match facts.platform {
        PlatformKind::Linux if !filter.there => {
            lacks("this host has no nft".into(), "install it; it comes with the package nftables")
        }
        PlatformKind::Freebsd if !filter.there => lacks("pf.ko is not loaded".into(), "kldload pf"),
        PlatformKind::Freebsd if !filter.enabled => lacks(
            "pf is not enabled".into(),
            "look through /etc/pf.conf, then: sysrc pf_enable=YES; service pf start",
        ),
        PlatformKind::Freebsd if !filter.missing.is_empty() => lacks(
            format!("the main rule set of pf lacks {}", filter.missing.join(" and ")),
            "jug init --write puts the lines into /etc/pf.conf; then: service pf reload",
        ),
        _ => Ok(()),
    }
}
