//! What doctor sees of VMs: those that nobody looks after, and what crashed ones have left.

use super::cure::Cure;
use super::doctor::Finding;
use super::session::Session;
use crate::facts::Facts;
use crate::model::env::Env;
use crate::model::name::EnvName;
use crate::store::{lock, started};
use std::collections::BTreeMap;

/// Looks at facts that have VMs.
pub(super) fn look(s: &Session, facts: &Facts, envs: &BTreeMap<EnvName, Env>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, env) in envs.iter().filter(|(_, e)| e.is_vm() && s.saved.is_none()) {
        // What somebody is at, or was when he was interrupted, is not for this to judge.
        if lock::is_held(&s.layout, name.as_str()) || s.layout.journal(name.as_str()).as_path().exists() {
            continue;
        }
        let it = facts.container(name.as_str()).filter(|c| c.vm && c.uuid == Some(env.uuid));
        let began = started::read(&s.layout, name).is_some_and(|st| st.env.uuid == env.uuid);
        let (reason, next) = match it {
            Some(c) if c.alone => (
                format!("it runs as process {}, and its supervisor is gone", c.id),
                "powers it down and clears it away",
            ),
            Some(c) if c.running => continue,
            Some(_) => ("vmm(4) keeps it, and no process runs it".into(), "clears it away"),
            None if began => {
                ("it does not run, and what was around it is still there".into(), "clears it away")
            }
            None => continue,
        };
        findings.push(Finding {
            kind: "orphan",
            object: name.to_string(),
            reason,
            next: format!("jug doctor --fix {next}"),
            cure: Some(Cure::ClearMachine(name.clone())),
        });
    }
    findings
}
