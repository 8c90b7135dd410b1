//! A VM's first disk, made of an image: a clone of a volume that all VMs of that image share; a copy, which shares its
//! blocks where the file system can; or somebody else's disk, over whose content nothing is written unasked.

use super::guest::Guest;
use super::machine::in_use;
use super::vm_disk::end_of_table;
use super::{Effect, Guard, Plan, Step};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::base::SNAPSHOT;
use crate::model::disk::{Blocks, Disk, DiskKind};
use crate::model::env::Env;
use crate::model::image::Image;
use crate::model::name::{AbsPath, DatasetName, ImageName};
use crate::model::schema;
use crate::model::size::ByteSize;
use crate::model::vm::{Vm, kind_of};
use crate::platform::machine;
use crate::programs::{truncate, zfs};
use crate::store::layout::Layout;

/// How an image is to get onto a disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flashing {
    /// Whatever is on that disk already.
    pub force: bool,
    /// And is read back.
    pub verify: bool,
}

/// How large a disk is that holds an image, if nobody says: whole MiB.
pub fn size(image: &Image) -> ByteSize {
    ByteSize(image.size.next_multiple_of(1 << 20))
}

/// The volume that clones of an image are made of, below the node's datasets.
pub fn volume(root: &DatasetName, image: &ImageName) -> DatasetName {
    root.child(&format!("image-{image}"))
}

/// The volume that a VM's first disk is to be a clone of, if it is to be one.
pub fn cloned(env: &Env) -> Option<DatasetName> {
    let (vm, own) = (env.vm.as_ref()?, env.dataset.as_ref()?);
    let disk = vm.disks.first()?;
    let Blocks::Own { kind, .. } = disk.blocks else { return None };
    let root = own.as_str().rsplitn(3, '/').nth(2)?.parse().ok()?;
    (kind_of(kind, env.storage) == DiskKind::Zvol).then_some(())?;
    Some(volume(&root, vm.image.as_ref()?))
}

/// The plan that makes that volume of the image's file; nothing if it is there.
///
/// # Errors
/// There is something else of its name.
pub fn prepare(
    name: &ImageName,
    image: &Image,
    volume: &DatasetName,
    layout: &Layout,
    facts: &Facts,
) -> Result<Option<Plan>> {
    match facts.datasets.get(volume.as_str()) {
        Some(d) if d.uuid == Some(image.uuid) => return Ok(None),
        Some(_) => {
            let reason = format!("the dataset {volume} is there, and is not made of this image");
            return Err(Error::conflict(format!("image {name}"), reason)
                .next(format!("look what it is: zfs list -r {volume}")));
        }
        None => {}
    }
    let mut plan = Plan::new("image-volume", name);
    let uuid = image.uuid;
    plan.push(
        Step::run(format!("make the volume {volume}"), zfs::create_volume(volume, &uuid, size(image)))
            .undo_when(Guard::Dataset { name: volume.clone(), uuid }, Effect::Run(zfs::destroy(volume))),
    );
    let device = machine::volume_device(volume);
    plan.steps.extend(machine::appear(volume, device.clone()));
    let from = layout.image_disk(name);
    plan.push(Step::new("write the image to it", Effect::Flash { from, to: device, over: false }));
    plan.push(
        Step::run("take the snapshot that clones are made of", zfs::snapshot(volume, SNAPSHOT)).undo_when(
            Guard::Snapshot { dataset: volume.clone(), label: SNAPSHOT.into(), uuid },
            Effect::Run(zfs::destroy_snapshot(&format!("{volume}@{SNAPSHOT}"))),
        ),
    );
    Ok(Some(plan))
}

/// The steps that remove that volume with its image.
///
/// # Errors
/// There are clones of it.
pub fn forget(name: &ImageName, image: &Image, volume: &DatasetName, facts: &Facts) -> Result<Vec<Step>> {
    let (prefix, uuid) = (format!("{volume}@"), image.uuid);
    let clone = |d: &crate::facts::Dataset| d.origin.as_ref().is_some_and(|o| o.starts_with(&prefix));
    if let Some((clone, _)) = facts.datasets.iter().find(|(_, d)| clone(d)) {
        let reason = format!("the disk {clone} is a clone of it");
        return Err(Error::busy(format!("image {name}"), reason)
            .next(format!("remove that VM first, or let the disk stand by itself: zfs promote {clone}")));
    }
    if facts.datasets.get(volume.as_str()).is_none_or(|d| d.uuid != Some(uuid)) {
        return Ok(Vec::new());
    }
    let snapshot = format!("{volume}@{SNAPSHOT}");
    let of = Guard::Snapshot { dataset: volume.clone(), label: SNAPSHOT.into(), uuid };
    let own = Guard::Dataset { name: volume.clone(), uuid };
    Ok(vec![
        Step::run("destroy the snapshot that clones were made of", zfs::destroy_snapshot(&snapshot)).when(of),
        Step::run(format!("destroy {volume}"), zfs::destroy(volume)).when(own),
    ])
}

/// The steps that make a VM's first disk.
///
/// # Errors
/// The image is not there, or larger, or somebody uses that disk.
pub fn disk(guest: &Guest<'_>, vm: &Vm, disk: &Disk, how: Flashing, facts: &Facts) -> Result<Vec<Step>> {
    let name = vm.image.as_ref().ok_or_else(|| Error::failed(guest.name, "it has no image"))?;
    let text = facts.images.get(name.as_str());
    let text = text.ok_or_else(|| Error::not_found(format!("image {name}"), "there is no such image"))?;
    let image: Image = schema::read(text, name.as_str())?;
    let path = machine::blocks(guest, disk);
    let (mut steps, grows) = match (&disk.blocks, cloned(guest.env), &guest.env.dataset) {
        (Blocks::Own { size, .. }, ..) if size.0 < image.size => {
            let reason = format!(
                "its disk {} has {size}, and the image {name} needs {}",
                disk.name,
                self::size(&image)
            );
            return Err(
                Error::usage(guest.name, reason).next(format!("--disk {}, or more", self::size(&image)))
            );
        }
        (Blocks::Own { size, .. }, Some(volume), Some(own)) => {
            (clone(guest, &volume, &own.child(disk.name.as_str()), *size, &path), size.0 > image.size)
        }
        (Blocks::Own { size, .. }, ..) => (copy(guest, name, *size, &path), size.0 > image.size),
        (Blocks::Theirs(_), ..) => (over(guest, vm, (name, image.size), disk, how, facts)?, true),
    };
    if how.verify {
        let effect = Effect::ReadBack { path: path.clone(), length: image.size, sum: image.sum };
        steps.push(Step::new("read it back", effect));
    }
    steps.extend(grows.then(|| end_of_table(path)));
    Ok(steps)
}

/// The steps that write an image to a disk of somebody else's.
fn over(
    guest: &Guest<'_>,
    vm: &Vm,
    (image, length): (&ImageName, u64),
    disk: &Disk,
    how: Flashing,
    facts: &Facts,
) -> Result<Vec<Step>> {
    let path = machine::blocks(guest, disk);
    if facts.path(path.as_str()).is_none() {
        return Err(Error::not_found(guest.name, format!("there is no {path} for its disk {}", disk.name)));
    }
    in_use(guest, vm, facts)?;
    for (other, text) in facts.environments.iter().filter(|(n, _)| n.as_str() != guest.name.as_str()) {
        let Ok(env) = schema::read_env(text, other) else { continue };
        if let Some(its) = env.vm.iter().flat_map(|vm| &vm.disks).find(|d| d.blocks == disk.blocks) {
            return Err(Error::conflict(guest.name, format!("{path} is {other}'s disk {}", its.name))
                .next(format!("jug vm-disk-remove {other} {}, if it is not needed", its.name)));
        }
    }
    let from = guest.layout.image_disk(image);
    let title =
        if how.force { "see that nobody uses it" } else { "see that nobody uses it, and it is empty" };
    let free = Effect::FreeDisk { path: path.clone(), length, blank: !how.force };
    let mut write = Step::new(
        format!("write the image {image} to {path}"),
        Effect::Flash { from: from.clone(), to: path.clone(), over: true },
    );
    // What was there before can't come back.
    if !how.force {
        write = write.undo(Effect::WipeDisk { path, image: from });
    }
    Ok(vec![Step::new(title, free), write])
}

fn clone(
    guest: &Guest<'_>,
    volume: &DatasetName,
    set: &DatasetName,
    size: ByteSize,
    path: &AbsPath,
) -> Vec<Step> {
    let uuid = guest.env.uuid;
    let make = zfs::clone_volume(&format!("{volume}@{SNAPSHOT}"), set, &uuid);
    let mut steps = vec![
        Step::run(format!("clone the image as {set}"), make)
            .undo_when(Guard::Dataset { name: set.clone(), uuid }, Effect::Run(zfs::destroy(set))),
        Step::run(format!("let it be {size}"), zfs::set_volsize(set, size)),
    ];
    steps.extend(machine::appear(set, path.clone()));
    steps
}

fn copy(guest: &Guest<'_>, image: &ImageName, size: ByteSize, path: &AbsPath) -> Vec<Step> {
    let from = guest.layout.image_disk(image);
    vec![
        Step::new(format!("make {path}"), Effect::Fresh { path: path.clone(), mode: 0o600 })
            .undo(Effect::Remove { path: path.clone() }),
        Step::new(
            format!("copy the image {image} to it"),
            Effect::Flash { from, to: path.clone(), over: false },
        ),
        Step::run(format!("let it be {size}"), truncate::to(path, size)),
    ]
}
