//! Hypervisors, as bhyve-run.txt and qemu(1) have them, with volumes and images; and the plans of a VM.

use super::fake::{State, fine, no};
use super::os::write;
use super::snapshots::joined;
use super::world::{UUID, World, time};
use jug::facts::{Container, Facts, Hypervisor};
use jug::host::{Cmd, Output};
use jug::model::archive::{Form, disks};
use jug::model::disk::{Blocks, Disk};
use jug::model::env::{Env, Storage};
use jug::model::hook::{Hook, Point};
use jug::model::image::Image;
use jug::model::name::{AbsPath, EnvName, ImageName};
use jug::model::schema::{self, Change};
use jug::model::seed;
use jug::model::size::ByteSize;
use jug::model::vm::{Firmware, Vm};
use jug::plan::archive::{self, Coming};
use jug::plan::seed::{KEYS, Maker, Text, USER_DATA};
use jug::plan::{Action, Effect, Plan, create, machine, start, stop, vm_disk, vm_image};
use jug::platform::PlatformKind;
use jug::store::{registry, started};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What hypervisors have: the VMs that run, and what vmm(4) keeps of them until it is destroyed.
#[derive(Clone, Debug, Default)]
pub struct Machines {
    pub running: BTreeSet<String>,
    pub kept: BTreeSet<String>,
}

/// `jug supervise`: it comes back once the VM runs, for which all must be there.
pub fn supervise(s: &mut State, name: &str) -> Output {
    let run = Path::new(&s.workdir).join("run").join(name);
    let bhyve = s.kind == PlatformKind::Freebsd;
    let needed = ["orders.json", "seed.iso"].into_iter().chain(bhyve.then_some("bhyve.conf"));
    for file in needed {
        if !run.join(file).exists() {
            return no(1, format!("jug: {name}: {file} is not there"));
        }
    }
    let tap = if bhyve { "tap1001" } else { "jug1001" };
    if !s.interfaces.iter().any(|i| i.name == tap && i.up) {
        return no(1, format!("jug: {name}: could not open {tap}"));
    }
    if !s.machines.running.insert(name.into()) {
        return no(6, format!("jug: {name}: it has a supervisor"));
    }
    if bhyve {
        s.machines.kept.insert(name.into());
    }
    fine("")
}

/// pgrep(1) and pkill(1) by command lines.
pub fn processes(s: &mut State, program: &str, pattern: &str) -> Output {
    let is_it = |n: &String| pattern.contains(&format!("/run/{n}/")) || pattern.contains(&UUID.to_string());
    let found: Vec<String> = s.machines.running.iter().filter(|n| is_it(n)).cloned().collect();
    if program == "pkill" {
        s.machines.running.retain(|n| !found.contains(n));
    }
    if found.is_empty() { no(1, "") } else { fine("42\n") }
}

pub fn bhyvectl(s: &mut State, words: &[&str]) -> Output {
    let name = words[0].strip_prefix("--vm=").unwrap();
    if !s.machines.kept.contains(name) {
        return no(1, format!("vm_open: {name} could not be opened: No such file or directory"));
    }
    match words[1] {
        "--destroy" => {
            s.machines.kept.remove(name);
            s.machines.running.remove(name);
        }
        "--force-poweroff" => s.machines.running.retain(|n| n != name),
        "--get-active-cpus" => {}
        other => panic!("bhyvectl {other}"),
    }
    fine("")
}

/// Makers of seeds' disks: the disk goes before the tree, which must be there.
pub fn seed_disk(words: &[&str]) -> Output {
    let [.., to, tree] = words else { return no(1, "usage") };
    if !Path::new(tree).join("meta-data").exists() {
        return no(1, format!("{tree}: No such file or directory"));
    }
    // Into the file that is there, whose mode stays.
    let made = std::fs::File::options()
        .write(true)
        .truncate(true)
        .open(to)
        .and_then(|mut f| std::io::Write::write_all(&mut f, b"a seed"));
    made.map_or_else(|e| no(1, e.to_string()), |()| fine(""))
}

pub fn truncate(words: &[&str]) -> Output {
    let ["-c", "-s", size, path] = words else { panic!("truncate {words:?}") };
    // What is not there is not made, and that is no error.
    let Ok(file) = std::fs::File::options().write(true).open(path) else { return fine("") };
    file.set_len(size.parse().unwrap()).unwrap();
    fine("")
}

/// `ip -batch -`, which stops at the first line that fails.
pub fn batch(s: &mut State, cmd: &Cmd) -> Output {
    for line in cmd.input.as_deref().unwrap_or_default().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let out = match words[..] {
            ["tuntap", "add", "dev", name, "mode", "tap"] => {
                if s.interfaces.iter().any(|i| i.name == name) {
                    return no(1, "ioctl(TUNSETIFF): Device or resource busy\nCommand failed -:1");
                }
                s.interfaces.push(super::net::Iface { up: false, ..super::net::Iface::new(name) });
                fine("")
            }
            _ => super::net::ip(s, &words),
        };
        if !out.ok() {
            return out;
        }
    }
    fine("")
}

/// The device of a volume.
pub fn device(s: &State, name: &str) -> PathBuf {
    s.store.with_file_name("dev").join("zvol").join(name)
}

/// Where a volume is that has no device.
fn hidden(s: &State, name: &str) -> PathBuf {
    s.store.join("zvol").join(name)
}

/// It has a device once its volmode says so.
pub fn show(s: &State, name: &str) -> Output {
    let (from, to) = (hidden(s, name), device(s, name));
    if from.exists() {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(&from, &to).unwrap();
        std::fs::remove_file(from).unwrap();
    }
    fine("")
}

/// Its length changes, whether it has a device or not.
pub fn resize(s: &State, name: &str, size: &str) -> Output {
    let path = [device(s, name), hidden(s, name)].into_iter().find(|p| p.exists()).unwrap();
    truncate(&["-c", "-s", size, path.to_str().unwrap()])
}

/// A new volume has no device, and its length.
pub fn volume(s: &State, name: &str, size: Option<&str>, origin: Option<&str>) {
    let path = hidden(s, name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let from = origin.and_then(|o| o.split('@').next()).map(|o| device(s, o));
    match from {
        Some(from) => drop(std::fs::copy(from, &path).unwrap()),
        None => write(&path, ""),
    }
    if let Some(size) = size {
        std::fs::File::options().write(true).open(&path).unwrap().set_len(size.parse().unwrap()).unwrap();
    }
}

/// The device of a volume that is gone, and devfs(4)'s directories of it.
pub fn no_volume(s: &State, name: &str) {
    let _ = std::fs::remove_file(hidden(s, name));
    let path = device(s, name);
    let top = s.store.with_file_name("dev");
    if std::fs::remove_file(&path).is_ok() {
        path.ancestors().skip(1).take_while(|a| **a != top).all(|a| std::fs::remove_dir(a).is_ok());
    }
}

impl World {
    /// A network for it, an image, and what its guest is told.
    pub fn for_machines(&self) {
        self.wire();
        for (name, size) in [("image", 1 << 20), ("told", 0)] {
            write(self.top().join(name).as_path(), "#!/bin/sh\n");
            let file = std::fs::File::options().write(true).open(self.top().join(name).as_path()).unwrap();
            file.set_len(if size > 0 { size } else { 10 }).unwrap();
        }
        let name = Self::tiny();
        std::fs::create_dir_all(self.layout.image(&name).as_path()).unwrap();
        std::fs::copy(self.top().join("image").as_path(), self.layout.image_disk(&name).as_path()).unwrap();
        super::drive::run(self, &self.net_up("lan").unwrap().unwrap());
    }
    fn tiny() -> ImageName {
        "tiny".parse().unwrap()
    }
    fn image() -> String {
        format!(
            "version = 1\nuuid = \"{}\"\ncreated = \"{1}\"\nsource = \"file:///x\"\nformat = \"raw\"\n\
             size = 1048576\nsum = \"sha256:{2}\"\nmtime = \"{1}\"\nverified = \"{1}\"\n",
            uuid::Uuid::from_u128(7),
            time(),
            "01".repeat(32)
        )
    }
    /// A VM with all that can break.
    fn vm(&self, storage: Storage) -> Env {
        let disks = ["disk0:2M", "log:1M,type=raw"].map(|d| d.parse().unwrap()).to_vec();
        let mut vm =
            Vm { disks, image: Some(Self::tiny()), seed: Some(seed::Form::NoCloud), ..Vm::default() };
        match self.kind {
            PlatformKind::Freebsd => vm.firmware = Firmware::Bhyveload,
            PlatformKind::Linux => {
                (vm.firmware, vm.kernel) = (Firmware::Direct, Some("/bin/sh".parse().unwrap()));
            }
        }
        let mut env = Env::new_vm(UUID, time(), vm);
        env.storage = storage;
        env.dataset = (storage == Storage::Zfs).then(|| "tank/jug/env/www".parse().unwrap());
        env.owner.epoch = 1;
        env.net = vec!["lan:10.10.0.7+fd00::7,unit=1001".parse().unwrap()];
        let hook = Hook { path: self.top().join("hooks/h"), policy: None, timeout: None };
        env.hooks = Point::ALL.map(|p| (p, vec![hook.clone()])).into();
        env
    }
    fn vm_facts(&self, env: &Env) -> Facts {
        let name = Self::name();
        let mut facts = self.facts(env);
        facts.images.insert("tiny".into(), Self::image());
        facts.hypervisor = Some(Hypervisor {
            there: true,
            seeds: Some(if self.kind == PlatformKind::Freebsd { Maker::Makefs } else { Maker::Xorriso }),
            ..Hypervisor::default()
        });
        if self.fake.state().machines.running.contains(name.as_str()) {
            facts.containers.push(Container {
                id: "42".into(),
                name: name.to_string(),
                path: self.layout.root(&name, env).to_string(),
                uuid: Some(UUID),
                running: true,
                vm: true,
                alone: false,
            });
        }
        facts
    }
    pub fn vm_create(&self, storage: Storage) -> jug::error::Result<Plan> {
        let (name, env) = (Self::name(), self.vm(storage));
        let given = vec![(USER_DATA, Text::Of(self.top().join("told")))];
        create::plan_told(
            &self.guest(&name, &env, None),
            &self.vm_facts(&env),
            &given,
            vm_image::Flashing::default(),
        )
        .map(|p| self.devices(p))
    }
    /// The volume that its first disk is a clone of; nothing if it is there.
    pub fn image_volume(&self) -> jug::error::Result<Option<Plan>> {
        let env = self.vm(Storage::Zfs);
        let image: Image = schema::read(&Self::image(), "tiny")?;
        let volume = vm_image::cloned(&env).unwrap();
        let made = vm_image::prepare(&Self::tiny(), &image, &volume, &self.layout, &self.vm_facts(&env))?;
        Ok(made.map(|p| self.devices(p)))
    }
    pub fn vm_start(&self) -> jug::error::Result<Option<Plan>> {
        let name = Self::name();
        let (_, env) = registry::get(&self.layout, &name)?;
        let guest = self.guest(&name, &env, None);
        start::plan(&guest, &machine::filled(&guest, self.vm_facts(&env)), time())
    }
    pub fn vm_stop(&self) -> jug::error::Result<Option<Plan>> {
        let name = Self::name();
        let (_, env) = registry::get(&self.layout, &name)?;
        let started = started::read(&self.layout, &name);
        stop::plan(&self.guest(&name, &env, None), &self.vm_facts(&env), started.as_ref())
    }
    /// The plan that lets a disk have 3 MiB; nothing if it has.
    pub fn vm_resize(&self, disk: &str) -> jug::error::Result<Option<Plan>> {
        let name = Self::name();
        let (text, old) = registry::get(&self.layout, &name)?;
        let to = ByteSize(3 << 20);
        let all = &old.vm.as_ref().unwrap().disks;
        let it = all.iter().find(|d| d.name.as_str() == disk).unwrap().clone();
        let Blocks::Own { size, kind } = it.blocks else { panic!("{disk}") };
        if size == to {
            return Ok(None);
        }
        let grown = Disk { blocks: Blocks::Own { size: to, kind }, ..it };
        let all: Vec<Disk> =
            all.iter().map(|d| if d.name == grown.name { grown.clone() } else { d.clone() }).collect();
        let (new_text, new) = schema::edit(&text, "www", &[Change::disks(&all)])?;
        let guests = (self.guest(&name, &old, None), self.guest(&name, &new, None));
        let change = vm_disk::Change::Grow(&grown, size, to);
        let plan =
            vm_disk::plan((&guests.0, &guests.1), change, &self.vm_facts(&old), None, (&text, &new_text))?;
        Ok(Some(self.devices(plan.0)))
    }
    /// The plan that tells its guest something else.
    pub fn vm_seed(&self) -> jug::error::Result<Plan> {
        let name: EnvName = Self::name();
        let (text, env) = registry::get(&self.layout, &name)?;
        let guest = self.guest(&name, &env, None);
        let given =
            vec![(KEYS, Text::This("a key\n".into())), (USER_DATA, Text::Of(self.top().join("image")))];
        jug::plan::seed::change((&guest, &guest), &given, &self.vm_facts(&env), None, (&text, &text))
            .map(|p| p.0)
    }
    /// An archive of it, with nothing between the steps before and after its data.
    pub fn vm_export(&self) -> jug::error::Result<Plan> {
        self.export().map(|p| self.devices(p))
    }
    /// The way back, likewise; with `form` zfs, whose stream is received in between, only the steps before it.
    pub fn vm_import(&self, storage: Storage, form: Form) -> jug::error::Result<Plan> {
        let (name, env) = (Self::name(), self.vm(storage));
        let (label, disks) = ("jug-export-12345678".parse()?, disks(&env, form));
        let coming = Coming { snapshot: (form == Form::Zfs).then_some(&label), disks: &disks };
        let guest = self.guest(&name, &env, None);
        let before = archive::place(&guest, &self.vm_facts(&env), coming)?;
        Ok(self.devices(match form {
            Form::Zfs => before,
            Form::Tar => joined(before, archive::register(&guest, coming, true)?),
        }))
    }

    /// Devices are those of the test.
    fn devices(&self, mut plan: Plan) -> Plan {
        let here = |path: &mut AbsPath| {
            if let Some(rest) = path.as_str().strip_prefix("/dev/zvol/") {
                *path = self.top().join("dev/zvol").join(rest);
            }
        };
        let all = |a: &mut Action| match &mut a.effect {
            Effect::AwaitPath { path, .. } | Effect::EndTable { path } => here(path),
            Effect::Flash { to, .. } => here(to),
            _ => {}
        };
        for step in &mut plan.steps {
            all(&mut step.action);
            step.undo.iter_mut().for_each(all);
        }
        plan
    }
}
