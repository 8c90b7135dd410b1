//! vm-create

use super::change::{self, Wish};
use super::session::Session;
use super::vm_seed::Told;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::Host;
use crate::model::disk::{Blocks, Bus, Disk, DiskKind, DiskName, disk_size};
use crate::model::env::{Env, Storage};
use crate::model::hook::{Hook, HookArg};
use crate::model::name::{AbsPath, EnvName, ImageName, Tag};
use crate::model::net::Net;
use crate::model::schema::{self, Change};
use crate::model::seed::Form;
use crate::model::size::ByteSize;
use crate::model::vm::{BootFrom, Firmware, Vm};
use crate::model::vm_words::{Cpus, VNC_PORT, Vnc};
use crate::plan::seed::Given;
use crate::plan::vm_image::Flashing;
use crate::plan::{create, machine, mnt, start, vm_image};
use crate::report::results::Done;
use crate::store::lock::Lock;
use crate::store::{images, lock};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

/// Create a VM, described by one TOML file
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its name
    #[arg(value_name = "NAME")]
    name: EnvName,
    /// The image that its first disk is made of (see image-ls)
    #[arg(long, value_name = "IMAGE")]
    image: Option<ImageName>,
    /// Overwrite what is on the disk of somebody else's that --image goes to
    #[arg(long, requires = "image")]
    force: bool,
    /// Read back what --image put on the first disk, and compare it
    #[arg(long, requires = "image")]
    verify: bool,
    /// A new disk of that size, or NAME:SIZE or NAME:/dev/DEVICE with ,bus=nvme and the like; repeatable
    #[arg(long, value_name = "SIZE")]
    disk: Vec<DiskArg>,
    /// Its processors: 4, or 8,sockets=2,cores=2,threads=2
    #[arg(long, value_name = "N")]
    cpus: Option<Cpus>,
    /// Its memory
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// A card on NETWORK[:ADDR][,mac=MAC] (see net-ls), or none; repeatable
    #[arg(long, value_name = "NETWORK")]
    net: Vec<Net>,
    /// What it begins with
    #[arg(long, value_name = "FIRMWARE")]
    firmware: Option<Firmware>,
    /// A kernel of the host's for firmware direct, which it implies
    #[arg(long, value_name = "FILE")]
    kernel: Option<PathBuf>,
    /// Its initial RAM disk
    #[arg(long, value_name = "FILE", requires = "kernel")]
    initrd: Option<PathBuf>,
    /// Its command line
    #[arg(long, value_name = "WORDS", requires = "kernel")]
    cmdline: Option<String>,
    /// What lies in its CD drive
    #[arg(long, value_name = "FILE")]
    iso: Option<PathBuf>,
    /// From which drive it boots: cd for an installer
    #[arg(long, value_name = "DRIVE")]
    boot: Option<BootFrom>,
    /// A screen on 127.0.0.1, with a password (see vm-vnc)
    #[arg(long)]
    vnc: bool,
    #[command(flatten)]
    told: Told,
    /// Where its disks lie
    #[arg(long, value_name = "STORAGE")]
    storage: Option<Storage>,
    /// The executable that mounts its storage; implies --storage external
    #[arg(long, value_name = "FILE")]
    mnt_start: Option<AbsPath>,
    /// The executable that unmounts it
    #[arg(long, value_name = "FILE")]
    mnt_stop: Option<AbsPath>,
    /// A hook: created, prestart, poststart, prestop, poststop or removed; repeatable
    #[arg(long, value_name = "POINT=FILE")]
    hook: Vec<HookArg>,
    /// Any key of jug.toml(5); repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<Change>,
    /// A tag; repeatable
    #[arg(long, value_name = "TAG")]
    tag: Vec<Tag>,
    /// Start it at once
    #[arg(long)]
    start: bool,
}

/// A disk as it is asked for: with a name, or with a size only.
#[derive(Clone, Debug)]
pub enum DiskArg {
    /// With a name.
    Named(Disk),
    /// The next number is its name.
    Sized(ByteSize),
}

impl FromStr for DiskArg {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        if s.contains([':', ',']) { s.parse().map(Self::Named) } else { disk_size(s).map(Self::Sized) }
    }
}

/// The disks that are asked for, after those that are there. Where there are no volumes, they are files.
///
/// # Errors
/// A volume is asked for where there are none.
pub fn disks(s: &Session, storage: Storage, there: &[Disk], asked: &[DiskArg]) -> Result<Vec<Disk>> {
    let mut new = numbered(there, asked);
    if storage == Storage::Zfs && !s.platform.volumes(&s.host) {
        for Disk { name, blocks, .. } in &mut new {
            match blocks {
                Blocks::Own { kind: Some(DiskKind::Zvol), .. } => {
                    let next = format!("give {name} type=raw: it is a file then, on the VM's dataset");
                    return Err(Error::lacks(name, "the ZFS of this host has no volumes").next(next));
                }
                Blocks::Own { kind, .. } => *kind = Some(DiskKind::Raw),
                Blocks::Theirs(_) => {}
            }
        }
    }
    Ok(new)
}

fn numbered(there: &[Disk], asked: &[DiskArg]) -> Vec<Disk> {
    let named = asked.iter().filter_map(|d| if let DiskArg::Named(d) = d { Some(&d.name) } else { None });
    let taken: BTreeSet<&DiskName> = there.iter().map(|d| &d.name).chain(named).collect();
    let mut free = (0..).map(DiskName::numbered).filter(|n| !taken.contains(n));
    asked
        .iter()
        .filter_map(|d| match d {
            DiskArg::Named(d) => Some(d.clone()),
            DiskArg::Sized(size) => Some(Disk {
                name: free.next()?,
                blocks: Blocks::Own { size: *size, kind: None },
                bus: Bus::default(),
                read_only: false,
            }),
        })
        .collect()
}

/// The environment as its TOML will be.
fn wanted(s: &Session, args: &Args) -> Result<Env> {
    let (name, absolute) = (&args.name, |p: &PathBuf| super::absolute(p));
    let said =
        args.storage.or(args.mnt_start.as_ref().map(|_| Storage::External)).or(s.config.defaults.storage);
    let storage = said.unwrap_or(if s.zfs_root().is_some() { Storage::Zfs } else { Storage::Dir });
    let mut vm = Vm { disks: disks(s, storage, &[], &args.disk)?, ..Vm::default() };
    if let Some(name) = &args.image {
        let size = vm_image::size(&images::get(&s.layout, name)?);
        if vm.disks.is_empty() {
            vm.disks = disks(s, storage, &[], &[DiskArg::Sized(size)])?;
        }
        if vm.disks.first().is_some_and(|d| d.read_only) {
            let next = "give another --disk first, or this one without ,ro";
            return Err(Error::usage("--image", "it becomes the first disk, which is read-only").next(next));
        }
        vm.image = Some(name.clone());
    }
    // What comes as an image wants to be told at least its name and its addresses.
    vm.seed = (args.image.is_some() || !args.told.is_empty()).then_some(Form::NoCloud);
    vm.cpus = args.cpus.unwrap_or(vm.cpus);
    vm.memory = args.memory.unwrap_or(vm.memory);
    vm.kernel = args.kernel.as_ref().map(absolute).transpose()?;
    vm.initrd = args.initrd.as_ref().map(absolute).transpose()?;
    vm.cmdline = args.cmdline.clone().unwrap_or_default();
    let implied = if vm.kernel.is_some() { Firmware::Direct } else { vm.firmware };
    vm.firmware = args.firmware.unwrap_or(implied);
    vm.cd = args.iso.as_ref().map(absolute).transpose()?;
    vm.boot = args.boot.unwrap_or(vm.boot);
    if args.vnc {
        vm.vnc = Some(free_screen(s)?);
    }
    let mut env = Env::new_vm(s.host.uuid(), s.host.now(), vm);
    env.mnt_start.clone_from(&args.mnt_start);
    env.mnt_stop.clone_from(&args.mnt_stop);
    env.storage = storage;
    if env.storage == Storage::Zfs {
        env.dataset = Some(format!("{}/env/{name}", s.needed_zfs_root(name)?).parse()?);
    }
    if !args.net.is_empty() {
        env.net.clone_from(&args.net);
    }
    env.owner.epoch = 1;
    env.tags = args.tag.iter().cloned().collect();
    for HookArg(point, path) in &args.hook {
        env.hooks.entry(*point).or_default().push(Hook { path: path.clone(), policy: None, timeout: None });
    }
    let (_, env) = schema::edit(&schema::env_text(&env)?, name.as_str(), &args.set)?;
    Ok(env)
}

/// A screen that no other VM of this node has.
pub fn free_screen(s: &Session) -> Result<Vnc> {
    let taken: BTreeSet<u16> =
        s.registry()?.into_values().filter_map(|e| Some(e.env.ok()?.vm?.vnc?.listen.port())).collect();
    let port = (VNC_PORT + 1..u16::MAX).find(|p| !taken.contains(p));
    let port = port.ok_or_else(|| Error::conflict("--vnc", "no port is free"))?;
    format!("127.0.0.1:{port}").parse()
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = &args.name;
    let env = wanted(s, args)?;
    let given = match env.vm.as_ref().and_then(|vm| vm.seed) {
        Some(form) => args.told.given(name, form)?,
        None if args.told.is_empty() => Given::new(),
        None => return Err(Error::usage("vm.seed", "with none its guest is told nothing")),
    };
    let how = Flashing { force: args.force, verify: args.verify };
    let plans = || plan(s, name, &env, (&given, how), args.start);
    let image = if s.is_root() && !s.global.dry_run { image(s, name, &env, &plans)? } else { None };
    let mut outcome = change::one(s, "vm-create", name.as_str(), true, &plans);
    drop(image);
    if args.start && outcome.result.is_ok() && !s.global.dry_run {
        let started = super::jstart::one(s, name, true);
        outcome.warnings.extend(started.warnings);
        outcome.result = match started.result {
            Ok(_) => Ok(Done::changed("created and started")),
            Err(e) => Err(super::jrestart::halfway("created, but not started", e)),
        };
    }
    Ok(change::report(s, outcome))
}

/// Sees that the image is there and as it was, with the volume that clones are made of; it stays while it is used.
fn image(s: &Session, vm: &EnvName, env: &Env, refused: &dyn Fn() -> Result<Wish>) -> Result<Option<Lock>> {
    let Some(name) = env.vm.as_ref().and_then(|vm| vm.image.as_ref()) else { return Ok(None) };
    let object = images::object(name);
    s.layout.ensure()?;
    let held = lock::shared(&s.layout, &object)?;
    let image = images::get(&s.layout, name)?;
    let progress = s.progress(true);
    progress.step(name.as_str(), "see that it is as it was");
    images::ready(&s.layout, name, &image, s.host.now(), &mut |n| progress.fetched(n))?;
    let Some(volume) = vm_image::cloned(env) else { return Ok(Some(held)) };
    drop(held);
    let made = change::one(s, "image-volume", &object, true, &|| {
        if !s.layout.journal(vm.as_str()).as_path().exists() {
            // What is refused anyway must leave nothing, not even this.
            refused()?;
        }
        let facts = s.gather(&Wanted { datasets: s.zfs_root().cloned(), ..Wanted::default() })?;
        Ok(match vm_image::prepare(name, &images::get(&s.layout, name)?, &volume, &s.layout, &facts)? {
            Some(plan) => Wish::Do(vec![plan], Done::changed(format!("made {volume}"))),
            None => Wish::Nothing(Done::unchanged("it is there already")),
        })
    });
    made.result?;
    lock::shared(&s.layout, &object).map(Some)
}

fn plan(
    s: &Session,
    name: &EnvName,
    env: &Env,
    (given, how): (&Given, Flashing),
    then_start: bool,
) -> Result<Wish> {
    let mut env = env.clone();
    let mut wanted = s.wanted(name, &env);
    wanted.paths.extend(mnt::places(&s.layout, name));
    wanted.filter = then_start && env.has_nics();
    wanted.forwarding = wanted.filter;
    wanted.listeners.clone_from(&env.expose);
    // All below the node's root: the parent must be there, and the name must be free.
    wanted.datasets = env.dataset.as_ref().and(s.zfs_root()).cloned();
    let mut facts = s.gather(&Wanted { mounts: true, ..wanted })?;
    if facts.environments.is_empty() {
        facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
    }
    if let (Some(image), None) = (env.vm.as_ref().and_then(|vm| vm.image.as_ref()), &s.saved) {
        facts.images.insert(image.to_string(), schema::to_text(&images::get(&s.layout, image)?)?);
    }
    create::refuse(&s.guest(name, &env, None), &facts)?;
    let held = super::networks::allot(s, "vm-create", name, &mut env, None, &facts)?;
    if !env.expose.is_empty() {
        facts.exposed = super::exposures::of_others(s, name)?;
    }
    let guest = s.guest(name, &env, None);
    let mut plans = Vec::new();
    let image =
        env.vm.as_ref().and_then(|vm| vm.image.as_ref()).and_then(|i| Some((i, vm_image::cloned(&env)?)));
    if let Some((name, volume)) = image.filter(|_| s.global.dry_run) {
        let text = facts.images.get(name.as_str()).map_or("", String::as_str);
        plans.extend(vm_image::prepare(
            name,
            &schema::read(text, name.as_str())?,
            &volume,
            &s.layout,
            &facts,
        )?);
    }
    let mut made = create::plan_told(&guest, &facts, given, how)?;
    if let (Some(vm), false) = (&env.vm, then_start) {
        made.warnings.extend(machine::warnings(&guest, vm, &facts));
    }
    plans.push(made);
    if then_start {
        // What will refuse the start is better known before anything is made.
        let start = start::plan(&guest, &machine::filled(&guest, facts.clone()), s.host.now())?;
        plans.extend(super::networks::up_plans(s, &env, &facts)?);
        plans.extend(start.filter(|_| s.global.dry_run));
    }
    Ok(Wish::holding(plans, Done::changed("created"), held))
}
