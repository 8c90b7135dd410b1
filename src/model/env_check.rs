//! What an environment can't be, although each of its keys by itself can.

use super::env::{Env, Kind, Mode, Storage, VERSION};
use super::external::Driver;
use super::net::Net;
use super::port;
use std::collections::BTreeSet;

impl Env {
    /// Combinations that no type can refuse. The first part of the answer is the key.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.version > VERSION {
            return Err((
                "version",
                format!("the format {} is newer than this jug ({VERSION}): use a newer jug", self.version),
            ));
        }
        if self.version == 0 {
            return Err(("version", "there is no format 0".into()));
        }
        super::net::check(&self.net).map_err(|e| ("net", e))?;
        port::check(&self.expose).map_err(|e| ("expose", e))?;
        if !self.expose.is_empty() && !self.has_nics() {
            return Err((
                "expose",
                "only what has a card on a network has ports of its own: with none there are none, and with \
                 inherit and alias they are the host's already"
                    .into(),
            ));
        }
        match (&self.vm, self.kind) {
            (Some(vm), Kind::Vm) => {
                vm.check(self.storage, self.nics().count())?;
                if self.net.iter().any(|n| matches!(n, Net::Inherit | Net::Alias { .. })) {
                    let why = "a VM has cards on networks of jug's, or none: it has no part in the host's addresses";
                    return Err(("net", why.into()));
                }
            }
            (None, Kind::Vm) => return Err(("vm", "a VM needs the table [vm]".into())),
            (Some(_), Kind::Jail) => return Err(("vm", "a jail has no table [vm]".into())),
            (None, Kind::Jail) => {}
        }
        if (self.kind == Kind::Jail) != self.base.is_some() {
            return Err(("base", "a jail needs a base, and only a jail has one".into()));
        }
        self.limits.check()?;
        if self.enforce_statfs > 2 {
            return Err(("enforce_statfs", "it is 0, 1 or 2".into()));
        }
        if !(-1..=3).contains(&self.securelevel) {
            return Err(("securelevel", "it is -1 to 3".into()));
        }
        match (self.mode, self.storage, self.on_host()) {
            (Mode::Clone | Mode::Full, _, true) => {
                return Err((
                    "mode",
                    "the base `host` is the running system itself: it can only be used thin".into(),
                ));
            }
            (Mode::Clone, Storage::Dir | Storage::External, _) => {
                return Err((
                    "mode",
                    "a clone needs storage = \"zfs\": use mode = \"full\" or \"thin\" with storage = \"dir\""
                        .into(),
                ));
            }
            _ => {}
        }
        if (self.storage == Storage::Zfs) != self.dataset.is_some() {
            return Err(("dataset", "storage = \"zfs\" needs a dataset, and only that has one".into()));
        }
        if self.storage != Storage::External && (self.mnt_start.is_some() || self.mnt_stop.is_some()) {
            return Err(("mnt_start", "mnt_start and mnt_stop need storage = \"external\"".into()));
        }
        if self.storage != Storage::External && !self.external.is_default() {
            return Err(("external.driver", "it needs storage = \"external\"".into()));
        }
        if self.external.driver != Driver::Script && (self.mnt_start.is_some() || self.mnt_stop.is_some()) {
            return Err(("external.driver", "mnt_start and mnt_stop are of the driver script".into()));
        }
        self.external.check()?;
        for (key, argv) in [("exec.start", &self.exec.start), ("exec.stop", &self.exec.stop)] {
            if let Some(argv) = argv
                && let Some(program) = argv.first()
                && !program.starts_with('/')
            {
                return Err((key, "the first word is the absolute path of a program".into()));
            }
        }
        if self.description.chars().any(char::is_control) {
            return Err(("description", "it holds a control character".into()));
        }
        if let Some(r) = &self.osrelease
            && (r.is_empty() || r.len() > 31 || !r.chars().all(|c| c.is_ascii_graphic()))
        {
            return Err(("osrelease", "it has 1 to 31 printable characters, such as 14.3-RELEASE".into()));
        }
        if self.allow.get("mount") && self.enforce_statfs > 1 {
            return Err(("allow.mount", "it has no effect unless enforce_statfs is 0 or 1 (jail(8))".into()));
        }
        let mut targets = BTreeSet::new();
        for m in &self.fstab {
            if !targets.insert(m.target.as_str()) {
                return Err(("fstab", format!("{} is mounted on twice", m.target)));
            }
        }
        Ok(())
    }
}
