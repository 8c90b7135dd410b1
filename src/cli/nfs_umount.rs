//! nfs-umount

use super::change::{self, Wish};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::model::name::EnvName;
use crate::plan::{Plan, mnt, nfs_mount, stop};
use crate::report::results::Done;
use crate::store::started;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Unmount a directory of an NFS server, or the storage of a jail that does not run
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The directory, with a slash in it; or the name of a jail
    #[arg(value_name = "DIR|NAME")]
    what: String,
    /// By force, if it does not answer: what was not written yet is lost
    #[arg(long)]
    force: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    s.force.store(args.force, Ordering::Relaxed);
    if !args.what.contains('/') {
        let name = super::targets::one(s, &args.what)?;
        return Ok(change::report(
            s,
            change::one(s, "nfs-umount", name.as_str(), true, &|| storage(s, &name)),
        ));
    }
    let dir = super::nfs_mount::find(s, Path::new(&args.what))?;
    Ok(super::nfs_mount::change(s, "nfs-umount", &dir, &|| {
        let facts = s.gather(&Wanted { mounts: true, ..Wanted::default() })?;
        Ok(match nfs_mount::umount(&dir, args.force, &facts)? {
            Some(plan) => Wish::Do(vec![plan], Done::changed("unmounted")),
            None => Wish::Nothing(Done::unchanged("nothing is mounted there")),
        })
    }))
}

/// What a start, or something else that broke off, has left of an environment's storage.
fn storage(s: &Session, name: &EnvName) -> Result<Wish> {
    let (_, env) = s.env(name)?;
    let facts = s.gather(&s.wanted(name, &env))?;
    let guest = s.guest(name, &env, None);
    if !env.is_mounted() {
        return Err(Error::usage(name, "its storage is always there, and nothing mounts it")
            .next(format!("{} storage", guest.command("get"))));
    }
    if facts.container(name.as_str()).is_some_and(|c| guest.is_its_own(c)) {
        return Err(Error::busy(name, "it runs").next(guest.command("stop")));
    }
    let kept = mnt::kept(&guest, &facts, started::read(&s.layout, name).as_ref());
    if stop::leftovers(&guest, &facts, &kept) {
        return Err(Error::busy(name, format!("something is still mounted below {}", guest.root()))
            .next(guest.command("stop")));
    }
    if mnt::before(&guest, &facts).iter().all(|t| kept.contains(t)) {
        return Ok(Wish::Nothing(Done::unchanged("nothing of it is mounted")));
    }
    let mut plan = Plan::new("nfs-umount", name);
    plan.point_of_no_return();
    plan.steps = mnt::stop(&guest, &kept);
    Ok(Wish::Do(vec![plan], Done::changed("unmounted")))
}
