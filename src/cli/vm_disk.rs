//! vm-disk-add, vm-disk-resize, vm-disk-remove

use super::change::{self, Wish};
use super::session::Session;
use super::targets::one_of;
use super::vm_create::{DiskArg, disks};
use crate::error::{Code, Error, Result};
use crate::model::disk::{Blocks, Disk, DiskName};
use crate::model::env::{Env, Kind};
use crate::model::name::{EnvName, nearest};
use crate::model::schema::{self, Change};
use crate::model::size::ByteSize;
use crate::plan::vm_disk;
use crate::report::results::Done;
use crate::store::started;

/// Give a VM another disk; it sees it when it is started again
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
    /// A size, or NAME:SIZE or NAME:/dev/DEVICE with ,bus=nvme and the like
    #[arg(value_name = "DISK", required = true)]
    disks: Vec<DiskArg>,
}

/// Let a disk of a stopped VM grow; its guest has to let its file system grow
#[derive(Debug, clap::Args)]
pub struct Resize {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
    /// The disk
    #[arg(value_name = "DISK")]
    disk: DiskName,
    /// How large it is to be, or +SIZE for so much more
    #[arg(value_name = "SIZE")]
    size: String,
}

/// Remove a disk of a stopped VM with all that is on it
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// The VM
    #[arg(value_name = "NAME")]
    name: String,
    /// The disk
    #[arg(value_name = "DISK")]
    disk: DiskName,
}

/// Runs vm-disk-add.
pub fn add(s: &Session, args: &Add) -> Result<Code> {
    run(s, "vm-disk-add", &args.name, &|name, env| {
        let there = current(name, env)?;
        let new = disks(s, env.storage, there, &args.disks)?;
        let words: Vec<String> = new.iter().map(|d| d.name.to_string()).collect();
        let all = there.iter().chain(&new).cloned().collect();
        Ok(Some(Asked { all, what: What::Add(new), done: format!("added {}", words.join(", ")) }))
    })
}

/// Runs vm-disk-resize.
pub fn resize(s: &Session, args: &Resize) -> Result<Code> {
    run(s, "vm-disk-resize", &args.name, &|name, env| {
        let disk = find(name, env, &args.disk)?;
        let Blocks::Own { size: from, kind } = disk.blocks else {
            return Err(Error::usage(
                name,
                format!("{} is not jug's: resize it where it comes from", disk.name),
            ));
        };
        let to = match args.size.strip_prefix('+') {
            Some(more) => ByteSize(from.0.saturating_add(more.parse::<ByteSize>()?.0)),
            None => args.size.parse()?,
        };
        let to = crate::model::disk::disk_size(&to.to_string())?;
        if to == from {
            return Ok(None);
        }
        if to < from {
            return Err(Error::usage(
                name,
                format!("{} has {from}: what is at its end would be lost", disk.name),
            )
            .next("make a smaller one with vm-disk-add, and copy inside the guest"));
        }
        let grown = Disk { blocks: Blocks::Own { size: to, kind }, ..disk.clone() };
        let all =
            current(name, env)?.iter().map(|d| if d.name == disk.name { grown.clone() } else { d.clone() });
        Ok(Some(Asked {
            all: all.collect(),
            what: What::Grow(grown, from, to),
            done: format!("{} has {to}", disk.name),
        }))
    })
}

/// Runs vm-disk-remove.
pub fn remove(s: &Session, args: &Remove) -> Result<Code> {
    change::confirm(s, &format!("Remove the disk {} of {} with all that is on it?", args.disk, args.name))?;
    run(s, "vm-disk-remove", &args.name, &|name, env| {
        let disk = find(name, env, &args.disk)?;
        let all = current(name, env)?.iter().filter(|d| d.name != disk.name).cloned().collect();
        Ok(Some(Asked { all, what: What::Remove(disk.clone()), done: format!("removed {}", disk.name) }))
    })
}

/// What a command comes to: all disks as they will be.
struct Asked {
    all: Vec<Disk>,
    what: What,
    done: String,
}

enum What {
    Add(Vec<Disk>),
    Grow(Disk, ByteSize, ByteSize),
    Remove(Disk),
}

fn current<'a>(name: &EnvName, env: &'a Env) -> Result<&'a [Disk]> {
    env.vm.as_ref().map(|vm| vm.disks.as_slice()).ok_or_else(|| Error::usage(name, "it is no VM"))
}

fn find<'a>(name: &EnvName, env: &'a Env, disk: &DiskName) -> Result<&'a Disk> {
    let all = current(name, env)?;
    all.iter().find(|d| d.name == *disk).ok_or_else(|| {
        let near =
            nearest(disk.as_str(), all.iter().map(|d| d.name.as_str())).map(|n| format!("did you mean {n}?"));
        let known =
            || format!("it has {}", all.iter().map(|d| d.name.as_str()).collect::<Vec<_>>().join(", "));
        Error::not_found(name, format!("it has no disk {disk}")).next(near.unwrap_or_else(known))
    })
}

type Ask<'a> = &'a dyn Fn(&EnvName, &Env) -> Result<Option<Asked>>;

fn run(s: &Session, verb: &str, word: &str, ask: Ask<'_>) -> Result<Code> {
    let name = one_of(s, Kind::Vm, word)?;
    super::jstop::clear(s, &name, true)?;
    let outcome = change::one(s, verb, name.as_str(), true, &|| plan(s, &name, verb, ask));
    Ok(change::report(s, outcome))
}

fn plan(s: &Session, name: &EnvName, verb: &str, ask: Ask<'_>) -> Result<Wish> {
    let (text, old) = s.env(name)?;
    let Some(asked) = ask(name, &old)? else { return Ok(Wish::Nothing(Done::unchanged("it is so already"))) };
    let file = s.layout.env_file(name);
    let (new_text, new) = schema::edit(&text, file.as_str(), &[Change::disks(&asked.all)])?;
    let (before, guest) = (s.guest(name, &old, None), s.guest(name, &new, None));
    let mut wanted = s.wanted(name, &new);
    wanted.snapshots = wanted.datasets.clone().into_iter().collect();
    (wanted.addresses, wanted.networks, wanted.certain) = (false, false, Some(name.clone()));
    let facts = s.gather(&wanted)?;
    let change = match &asked.what {
        What::Add(disks) => vm_disk::Change::Add(disks),
        What::Grow(disk, from, to) => vm_disk::Change::Grow(disk, *from, *to),
        What::Remove(disk) => vm_disk::Change::Remove(disk),
    };
    let started = if s.saved.is_some() { None } else { started::read(&s.layout, name) };
    let (mut plan, pending) =
        vm_disk::plan((&before, &guest), change, &facts, started.as_ref(), (&text, &new_text))?;
    plan.verb = verb.to_string();
    let rest = if pending.is_empty() {
        String::new()
    } else {
        format!("; waiting for a restart: {}", pending.join(", "))
    };
    Ok(Wish::Do(vec![plan], Done::changed(format!("{}{rest}", asked.done))))
}
