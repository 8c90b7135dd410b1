//! What vm-import does beside what jimport does: a VM's disks, and what belongs to it beside them.

use super::archives::{self, Given};
use super::jimport::Taken;
use super::session::Session;
use super::vm_create::{self, DiskArg};
use crate::error::{Error, Result};
use crate::host::stream::{self, room, too_long, write_disk};
use crate::host::{Host, unpack};
use crate::model::archive::{DATA, DiskPart, FILE};
use crate::model::disk::{Blocks, DiskKind};
use crate::model::env::{Env, Storage};
use crate::model::image::{self, Content};
use crate::model::name::EnvName;
use crate::model::vm_words::Vnc;
use crate::plan::archive_disks;
use crate::plan::guest::Guest;
use crate::platform::machine::blocks;
use crate::programs::zfs;
use std::io::{Cursor, Read};

/// Decides how its disks are kept here: as the storage keeps them that is asked for, else as they were where that can be.
///
/// # Errors
/// They are longer than what is to be taken, or a stream of ZFS would not go to a volume.
pub fn disks(s: &Session, args: &Taken, name: &EnvName, env: &mut Env, parts: &[DiskPart]) -> Result<()> {
    let storage = env.storage;
    let Some(vm) = &mut env.vm else { return Ok(()) };
    let total = parts.iter().fold(0u64, |sum, part| sum.saturating_add(part.size.0));
    if let Some(most) = args.max_size.filter(|most| total > most.0) {
        return Err(too_long(name, most.0));
    }
    let volumes = storage == Storage::Zfs && s.platform.volumes(&s.host);
    for disk in &mut vm.disks {
        if let Blocks::Own { kind, .. } = &mut disk.blocks {
            *kind = kind.filter(|kind| args.storage.is_none() && (volumes || *kind == DiskKind::Raw));
        }
    }
    let all: Vec<DiskArg> = vm.disks.drain(..).map(DiskArg::Named).collect();
    vm.disks = vm_create::disks(s, storage, &[], &all)?;
    let guest = s.guest(name, env, None);
    match parts.iter().find(|p| p.stream && archive_disks::volume(&guest, p).is_none()) {
        Some(part) => {
            Err(Error::lacks(name, format!("{} is a stream of ZFS, and would be no volume here", part.disk))
                .next("jug vm-export --form tar writes one for any storage"))
        }
        None => Ok(()),
    }
}

/// Gives one under another name a screen of its own.
///
/// # Errors
/// No port is free.
pub fn screen(s: &Session, another: bool, env: &mut Env) -> Result<()> {
    let vnc =
        env.vm.as_mut().and_then(|vm| vm.vnc.as_mut()).filter(|v| another && v.listen.ip().is_loopback());
    if let Some(vnc) = vnc {
        *vnc = Vnc { listen: vm_create::free_screen(s)?.listen, ..*vnc };
    }
    Ok(())
}

/// Fills its disks, and unpacks what belongs to it beside them. Returns how many bytes they are.
///
/// # Errors
/// Something of it is damaged, or not what it says.
pub fn fill(
    s: &Session,
    args: &Taken,
    guest: &Guest<'_>,
    given: &mut Given,
    parts: &[DiskPart],
) -> Result<u64> {
    let progress = s.progress(true);
    progress.step(guest.name.as_str(), "unpack what belongs to it");
    let (system, names) = (guest.system(), archive_disks::files());
    let mut total =
        archives::unpack(s, given, DATA, &mut |from| unpack::files(from, system.as_path(), &names, FILE))?;
    for part in parts {
        progress.step(guest.name.as_str(), &format!("unpack {}", part.disk));
        let disk = archive_disks::of(guest.env, part);
        match (disk, archive_disks::volume(guest, part)) {
            (_, Some(set)) if part.stream => {
                archives::receive(s, given, &part.name(), &set)?;
                let said = s.host.query(&zfs::volsize(&set))?.stdout;
                if said.trim() != part.size.0.to_string() {
                    let why = format!("{} in it is no volume of the {} it says", part.name(), part.size);
                    return Err(Error::usage("", why));
                }
            }
            (Some(disk), volume) => {
                let path = blocks(guest, disk);
                // Volumes take no room until they are written to, and the pool says when it is full.
                let room = if volume.is_some() { u64::MAX } else { room(guest.data().as_path())? };
                let name = part.name();
                archives::unpack(s, given, &name, &mut |from| {
                    let mut from = raw(from, part, args.trust)?;
                    let to = (path.as_path(), part.size.0);
                    write_disk(&mut from, &name, to, room, &mut |n| progress.fetched(n))
                })?;
            }
            (None, _) => return Err(Error::failed(guest.name, format!("it has no disk {}", part.disk))),
        }
        total = total.saturating_add(part.size.0);
    }
    Ok(total)
}

/// Sees that a disk is raw, as its hypervisor will be told: what claims to be written otherwise is there to mislead
/// whoever looks. A guest may have put such a thing on its disk itself, so that trust takes it.
fn raw<'a>(from: &'a mut dyn Read, part: &DiskPart, trust: bool) -> Result<impl Read + 'a> {
    let mut head = vec![0; image::HEAD];
    let n = stream::fill(from, &mut head).map_err(|e| Error::io("archive", "reading it", e))?;
    head.truncate(n);
    let what = match image::content(&head, part.size.0) {
        Ok(Content::Disk(image::Disk::Raw) | Content::Packed(_)) => None,
        Ok(Content::Disk(other)) => Some(format!("it is a {}", other.as_str())),
        Err(why) => Some(why),
    };
    match what.filter(|_| !trust) {
        Some(why) => Err(Error::usage("", format!("{} in it is no raw disk: {why}", part.name()))
            .next("--trust, if its guest is known to keep such a thing on its disk")),
        None => Ok(Cursor::new(head).chain(from)),
    }
}
