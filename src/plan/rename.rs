//! jrename: another name for the same environment; its data is moved with it, not copied.

use super::guest::Guest;
use super::{Effect, Guard, Plan, Step, create, mnt, stop};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::env::Storage;
use crate::model::schema::env_text;
use crate::programs::zfs;

/// The plan: `old` is the environment as it is called now, `new` as it will be called.
///
/// # Errors
/// It runs, the new name is taken, or its storage knows it by its name.
pub fn plan(old: &Guest<'_>, new: &Guest<'_>, facts: &Facts) -> Result<Plan> {
    let name = old.name;
    create::refuse(new, facts)?;
    if facts.container(name.as_str()).is_some_and(|c| c.uuid == Some(old.env.uuid)) {
        return Err(Error::busy(name, "it runs").next(format!(
            "{} {}",
            old.command("rename --restart"),
            new.name
        )));
    }
    if stop::leftovers(old, facts, &mnt::kept(old, facts, None)) {
        return Err(Error::busy(name, format!("something is still mounted below {}", old.root()))
            .next(old.command("stop")));
    }
    if old.env.owner.fenced {
        return Err(mnt::fenced(old));
    }
    if old.env.storage == Storage::External {
        return Err(Error::conflict(name, "its storage is mounted by its name").next(format!(
            "{}; rename it there; {}",
            old.command("unregister"),
            new.command("register")
        )));
    }
    let mut plan = Plan::new(old.verb("rename"), name);
    if old.env.owner.epoch > 0 {
        plan.push(mnt::still_ours(old, old.node.id));
    }
    let moves = [
        (old.layout.rcconf(name), new.layout.rcconf(new.name)),
        (old.layout.fstab(name), new.layout.fstab(new.name)),
    ];
    if let (Some(from), Some(to)) = (&old.env.dataset, &new.env.dataset) {
        datasets(old, new, (from, to), &mut plan);
    } else {
        for (from, to) in [(old.data(), new.data()), (old.system(), new.system())] {
            rename(&mut plan, from, to);
        }
    }
    for (from, to) in moves {
        rename(&mut plan, from, to);
    }
    // They lie where the new name is by then, whichever name they tell.
    for ((title, path, text), (_, _, before)) in create::copies(new)?.into_iter().zip(create::copies(old)?) {
        let write = |text| Effect::Write { path: path.clone(), text, mode: 0o600 };
        plan.push(Step::new(title, write(text)).undo(write(before)));
    }
    // Undone first, while its data is where the new name says.
    let inside = |guest: &Guest<'_>| match guest.env.is_vm() {
        true => Vec::new(),
        false => new.platform.rename_inside(guest),
    };
    for (step, back) in inside(new).into_iter().zip(inside(old)) {
        let mut back = back.action.effect;
        if let Effect::WriteIn { root, .. } = &mut back {
            *root = new.data();
        }
        plan.push(step.undo_when(Guard::Exists { path: new.data() }, back));
    }
    plan.push(Step::new("remove what was kept of its last run", Effect::RemoveTree { path: old.run_dir() }));
    let (before, after) = (old.layout.env_file(name), new.layout.env_file(new.name));
    plan.push(
        Step::new(
            "register its new name",
            Effect::Write { path: after.clone(), text: env_text(new.env)?, mode: 0o644 },
        )
        .undo(Effect::Remove { path: after }),
    );
    // From here on the new name may be used by others who do not know that this has not ended yet.
    plan.point_of_no_return();
    plan.push(Step::new("forget its old name", Effect::Remove { path: before }));
    Ok(plan)
}

fn rename(plan: &mut Plan, from: crate::model::name::AbsPath, to: crate::model::name::AbsPath) {
    plan.push(
        Step::new(format!("rename {from} to {to}"), Effect::Rename { from: from.clone(), to: to.clone() })
            .undo(Effect::Rename { from: to, to: from }),
    );
}

/// The datasets get the new name, then the new mount points; the old ones, empty then, go.
fn datasets(
    old: &Guest<'_>,
    new: &Guest<'_>,
    (from, to): (&crate::model::name::DatasetName, &crate::model::name::DatasetName),
    plan: &mut Plan,
) {
    let uuid = old.env.uuid;
    let mut step = Step::run(format!("rename {from} to {to}"), zfs::rename(from, to))
        .undo_when(Guard::Dataset { name: to.clone(), uuid }, Effect::Run(zfs::rename(to, from)));
    for part in ["data", "system"] {
        let set = from.child(part);
        step = step.undo_when(Guard::Dataset { name: set.clone(), uuid }, Effect::Run(zfs::mount(&set)));
    }
    plan.push(step);
    for (part, before, after) in [("data", old.data(), new.data()), ("system", old.system(), new.system())] {
        let set = to.child(part);
        plan.make_dir(format!("make {after}"), &after, 0o755);
        plan.push(
            Step::run(format!("mount its {part} at {after}"), zfs::set_mountpoint(&set, &after))
                .undo_when(
                    Guard::Dataset { name: set.clone(), uuid },
                    Effect::Run(zfs::set_mountpoint(&set, &before)),
                )
                // If that fails, it has its old name when it is tried again.
                .undo_when(
                    Guard::Dataset { name: from.child(part), uuid },
                    Effect::Run(zfs::set_mountpoint(&from.child(part), &before)),
                ),
        );
        // Renaming mounts anew, and leaves unmounted what is busy for a moment.
        plan.push(Step::run("mount it, if it is not mounted", zfs::mount(&set)));
        plan.push(Step::new(
            format!("see that it is mounted at {after}"),
            Effect::Expect(Guard::DatasetMounted { name: set, path: after }),
        ));
        plan.push(
            Step::new(format!("remove {before}"), Effect::RemoveDir { path: before.clone() })
                .undo(Effect::MakeDir { path: before, mode: 0o755 }),
        );
    }
}
