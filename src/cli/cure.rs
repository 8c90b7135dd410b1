//! What doctor can mend by itself.

use super::exposures::Lost;
use super::session::Session;
use crate::apply::guards::holds;
use crate::apply::recover;
use crate::error::{Error, Result};
use crate::facts::gather::Wanted;
use crate::host::{Cmd, Host, RunError};
use crate::model::name::{EnvName, InterfaceName};
use crate::plan::Guard;
use crate::programs::mount;
use crate::store::lock;

pub(super) enum Cure {
    Recover(String),
    Move(EnvName),
    Load(Lost),
    Unload { place: String, whose: Option<EnvName> },
    Unmount { name: String, target: String },
    Stop { name: EnvName, uuid: uuid::Uuid },
    Fence(EnvName),
    ClearMachine(EnvName),
    Unplug { interface: InterfaceName, stamp: String, whose: Option<EnvName> },
}

impl Cure {
    pub(super) fn apply(&self, s: &Session) -> Result<()> {
        let run = |cmd: Cmd| {
            let done = s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
            if done.ok() { Ok(()) } else { Err(Error::from(RunError::failed(&cmd, &done))) }
        };
        match self {
            Cure::Recover(object) => {
                let lock = lock::exclusive(&s.layout, object, "doctor")?;
                recover::recover(&s.ctx(true), object, &lock).map(|_| ())
            }
            Cure::Move(name) => super::moving::settle(s, name.as_str(), &mut Vec::new()),
            // What was seen may have changed since: both look again, under the lock.
            Cure::Unmount { name, target } => {
                let _lock = lock::exclusive(&s.layout, name, "doctor")?;
                let facts = s.gather(&Wanted { containers: true, mounts: true, ..Wanted::default() })?;
                let needed = facts.container(name).is_some_and(|c| c.running);
                if needed || !facts.mounted(target) { Ok(()) } else { run(mount::umount(target)) }
            }
            Cure::Load(what) => super::exposures::load(s, what),
            Cure::Unload { place, whose } => super::filter_check::unload(s, place, whose.as_ref()),
            Cure::Fence(name) => {
                super::jstop::one(s, name, true).result?;
                super::jstart::fence(s, name)
            }
            Cure::ClearMachine(name) => super::jstop::one(s, name, true).result.map(|_| ()),
            Cure::Unplug { interface, stamp, whose } => {
                super::orphan_links::remove(s, interface, stamp, whose.as_ref())
            }
            Cure::Stop { name, uuid } => {
                let _lock = lock::exclusive(&s.layout, name.as_str(), "doctor")?;
                let probe = s.platform.one_container(name.as_str());
                let there = Guard::Container { name: name.clone(), uuid: *uuid, probe };
                if holds(&s.ctx(true), &there)? { run(s.platform.stop_orphan(name.as_str())) } else { Ok(()) }
            }
        }
    }
}
