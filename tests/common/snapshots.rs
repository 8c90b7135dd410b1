//! The plans of the commands on snapshots, in a world.

use super::drive::run;
use super::world::{BASE_UUID, World, time};
use jug::error::Result;
use jug::facts::Facts;
use jug::model::env::Env;
use jug::model::name::SnapshotName;
use jug::plan::rollback::{self, Consent};
use jug::plan::{Plan, moment, snapshot};
use jug::programs::zfs_snapshot::Snapshot;
use jug::store::registry;

impl World {
    fn known(&self) -> Result<(Env, Facts)> {
        let (_, env) = registry::get(&self.layout, &Self::name())?;
        let facts = self.facts(&env);
        Ok((env, facts))
    }
    /// The plan of a snapshot.
    pub fn take(&self) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        let taken = facts.snapshots.iter().map(|s| Snapshot::parts(s).1);
        let next = SnapshotName::next(time(), taken, None)?;
        snapshot::take(&self.guest(&name, &env, None), &facts, &next, BASE_UUID)
    }
    /// Three snapshots, with something written after each.
    pub fn taken(&self) {
        for i in 0..3 {
            run(self, &self.take().unwrap());
            let file = self.layout.data(&Self::name()).join(&format!("after-{i}"));
            super::os::write(file.as_path(), "new");
        }
    }
    pub fn prune(&self, policy: &str) -> Result<Option<Plan>> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        let all = moment::moments(env.dataset.as_ref().unwrap(), &facts);
        let guest = self.guest(&name, &env, None);
        snapshot::prune(&guest, &facts, &all, (&policy.parse()?, false), time())
    }
    pub fn remove_snapshots(&self, words: &[&str]) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        let words: Vec<String> = words.iter().map(|w| (*w).to_string()).collect();
        snapshot::remove(&self.guest(&name, &env, None), &facts, &words, false)
    }
    pub fn hold(&self, word: &str, hold: bool) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        snapshot::hold(&self.guest(&name, &env, None), &facts, &[word.to_string()], hold)
    }
    pub fn roll_back(&self, word: &str) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        let consent = Consent { newer: true, foreign: false };
        rollback::plan(&self.guest(&name, &env, None), &facts, word, consent, time())
    }
}
