//! The plans of the commands on snapshots, in a world.

use super::drive::run;
use super::world::{BASE_UUID, Wish, World, time};
use jug::error::Result;
use jug::facts::Facts;
use jug::model::archive::Form;
use jug::model::env::Env;
use jug::model::name::{DatasetName, SnapshotName};
use jug::model::replica::Target;
use jug::model::side::Side;
use jug::plan::archive::{self, Coming, How};
use jug::plan::rollback::{self, Consent};
use jug::plan::{Plan, moment, replicate, snapshot};
use jug::programs::replica;
use jug::programs::zfs_snapshot::Snapshot;
use jug::store::registry;

/// Two plans as one.
pub fn joined(mut before: Plan, after: Plan) -> Plan {
    before.no_return = after.no_return.map(|n| before.steps.len() + n);
    before.steps.extend(after.steps);
    before
}

fn target() -> Target {
    "nas:tank/backup".parse().unwrap()
}

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
    /// An archive to a file, with nothing between the steps before and after its data.
    pub fn export(&self) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        let (part, file) = (self.layout.workdir.join(".www.part"), self.layout.workdir.join("www.jug"));
        let how = How { form: Form::Tar, file: Some((&part, &file)), mark: BASE_UUID };
        let it = archive::export(&self.guest(&name, &env, None), &facts, how)?;
        Ok(joined(it.before, it.after))
    }
    /// The way back, likewise; with `stream`, which is received in between, only the steps before it.
    pub fn import_archive(&self, wish: Wish, stream: bool) -> Result<Plan> {
        let (name, env) = (Self::name(), self.env(wish));
        let facts = self.facts(&env);
        let base = env.base.as_ref().and_then(|b| jug::store::bases::get(&self.layout, b).ok());
        let guest = self.guest(&name, &env, base.as_ref());
        let label: SnapshotName = "jug-export-12345678".parse()?;
        let coming = Coming { snapshot: stream.then_some(&label), disks: &[] };
        let before = archive::place(&guest, &facts, coming)?;
        match stream {
            true => Ok(before),
            false => Ok(joined(before, archive::register(&guest, coming, true)?)),
        }
    }
    pub fn hold(&self, word: &str, hold: bool) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        snapshot::hold(&self.guest(&name, &env, None), &facts, &[word.to_string()], hold)
    }
    /// What replication sees of it.
    fn side(&self) -> (DatasetName, Side) {
        let root = self.known().unwrap().0.dataset.unwrap();
        let ctx = self.fake.ctx();
        let roots = [root];
        let said = ctx.host.query(&replica::get_sides(&roots, ctx.platform.openzfs())).unwrap();
        let side = replica::parse_sides(&roots, &said.stdout).unwrap().into_values().next().unwrap();
        let [root] = roots;
        (root, side)
    }
    pub fn protect(&self, to: &str) -> Plan {
        let (root, side) = self.side();
        replicate::protect("www", &target(), &root, &side, to)
    }
    pub fn settle(&self, to: &str) -> Plan {
        let (root, side) = self.side();
        replicate::settle("www", &target(), &root, &side, to, self.fake.ctx().platform.openzfs())
    }
    pub fn forget(&self) -> Plan {
        let (root, side) = self.side();
        replicate::forget("www", &target(), &root, &side).unwrap()
    }
    pub fn roll_back(&self, word: &str) -> Result<Plan> {
        let (name, (env, facts)) = (Self::name(), self.known()?);
        let consent = Consent { newer: true, foreign: false };
        rollback::plan(&self.guest(&name, &env, None), &facts, word, consent, time())
    }
}
