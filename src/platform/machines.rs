//! Which VMs there are: processes of the hypervisor, machines of vmm(4) without one, and supervisors.

use super::{PlatformKind, ask};
use crate::error::{Error, Result};
use crate::facts::{Container, Hypervisor};
use crate::host::{Host, fs};
use crate::model::name::{AbsPath, EnvName};
use crate::plan::seed::Maker;
use crate::programs::{bhyve, ps, qemu, sysctl};
use crate::store::layout::Layout;
use crate::store::{lock, started};
use std::collections::BTreeMap;
use std::path::Path;

/// All VMs, by one command, or on FreeBSD two, however many there are.
///
/// # Errors
/// A program says no.
pub fn running(kind: PlatformKind, host: &dyn Host, layout: &Layout) -> Result<Vec<Container>> {
    let text = ask(host, &ps::all())?;
    let processes = ps::parse_all(&text);
    let mut all = match kind {
        PlatformKind::Linux => of_qemu(layout, &processes),
        PlatformKind::Freebsd => of_bhyve(host, layout, &processes)?,
    };
    // An ordinary user may not look at locks.
    let look = rustix::process::geteuid().is_root();
    for name in layout.supervised() {
        let held = look && lock::is_held(layout, &Layout::run_lock(&name));
        match all.get_mut(name.as_str()) {
            // Between two runs of its hypervisor.
            Some(it) if held => it.running |= it.uuid.is_some(),
            Some(it) => it.alone = look && it.running && it.path == layout.data(&name).as_str(),
            None if held => drop(all.insert(name.to_string(), ours(layout, &name, None))),
            _ => {}
        }
    }
    Ok(all.into_values().collect())
}

/// What this host has to run VMs with.
///
/// # Errors
/// A program says no.
pub fn host(kind: PlatformKind, host: &dyn Host) -> Result<Hypervisor> {
    let there = |[code, vars]: &[&str; 2]| {
        let both: [AbsPath; 2] = [code.parse().ok()?, vars.parse().ok()?];
        both.iter().all(|p| fs::kind(p.as_path()).is_some()).then_some(both)
    };
    if kind == PlatformKind::Linux {
        let cpu = host.read(Path::new("/proc/cpuinfo")).unwrap_or_default();
        // The device alone proves nothing: it is there in guests whose processor can't.
        let flags = cpu.lines().find(|l| l.starts_with("flags")).unwrap_or_default();
        let can = flags.split_whitespace().any(|f| f == "vmx" || f == "svm");
        let memory = host.read(Path::new("/proc/meminfo")).unwrap_or_default();
        let free = memory
            .lines()
            .find_map(|l| l.strip_prefix("MemAvailable:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        return Ok(Hypervisor {
            there: host.has(qemu::PROGRAM),
            kvm: can && fs::kind(Path::new("/dev/kvm")).is_some(),
            firmware: qemu::FIRMWARE.iter().find_map(there),
            maxcpu: None,
            seeds: Maker::of(kind, |program| host.has(program)),
            free: free.map(|kb| kb << 10),
        });
    }
    let out = host.query(&sysctl::machines()).map_err(Error::from)?;
    let (maxcpu, free) = sysctl::parse_machines(&out.stdout);
    Ok(Hypervisor {
        // Without vmm(4) there is no such variable.
        there: host.has("bhyve") && maxcpu.is_some(),
        kvm: false,
        firmware: there(&bhyve::FIRMWARE),
        maxcpu,
        seeds: Maker::of(kind, |program| host.has(program)),
        free,
    })
}

/// One of this workdir's, as it was started.
fn ours(layout: &Layout, name: &EnvName, pid: Option<u32>) -> Container {
    Container {
        id: pid.map(|p| p.to_string()).unwrap_or_default(),
        name: name.to_string(),
        path: layout.data(name).to_string(),
        uuid: started::read(layout, name).map(|s| s.env.uuid),
        running: true,
        vm: true,
        alone: false,
    }
}

type Processes = [(u32, u32, String)];

/// A process of QEMU's says by its arguments whose it is. One of another workdir counts if it is the same environment.
fn of_qemu(layout: &Layout, processes: &Processes) -> BTreeMap<String, Container> {
    let mut all = BTreeMap::new();
    for (pid, _, args) in processes {
        let Some((name, uuid)) = qemu::of_process(args) else { continue };
        let Ok(name) = name.parse::<EnvName>() else { continue };
        let here = args.contains(qemu::control(&layout.run(&name)).as_str());
        let known = || crate::store::registry::get(layout, &name).is_ok_and(|(_, e)| e.uuid == uuid);
        if here {
            all.insert(name.to_string(), Container { uuid: Some(uuid), ..ours(layout, &name, Some(*pid)) });
        } else if known() && !all.contains_key(name.as_str()) {
            let it = Container {
                uuid: Some(uuid),
                path: format!("process {pid}"),
                ..ours(layout, &name, Some(*pid))
            };
            all.insert(name.to_string(), it);
        }
    }
    all
}

/// All on a host share the names of vmm(4). Whose one is, its process tells until it has set its title; then it is the
/// one that this workdir has started last under that name, if it has.
fn of_bhyve(host: &dyn Host, layout: &Layout, processes: &Processes) -> Result<BTreeMap<String, Container>> {
    let mut all: BTreeMap<String, Container> = BTreeMap::new();
    let mut add = |name: &str, pid: Option<u32>, here: bool| {
        let parsed = name.parse::<EnvName>().ok().filter(|_| here);
        let mut it = parsed.map_or_else(
            || Container {
                id: String::new(),
                name: name.into(),
                path: String::new(),
                uuid: None,
                running: true,
                vm: true,
                alone: false,
            },
            |n| ours(layout, &n, pid),
        );
        if it.uuid.is_none() {
            it.path = format!("{}/{name}", bhyve::MACHINES);
            it.id = pid.map(|p| p.to_string()).unwrap_or_default();
        }
        it.running = pid.is_some();
        all.entry(name.to_string()).or_insert(it);
    };
    for (pid, _, args) in processes {
        match bhyve::of_process(args) {
            Some(bhyve::Process::Named(name)) => add(name, Some(*pid), true),
            Some(bhyve::Process::Configured(path)) => {
                let mut parts = path.rsplit('/').skip(1);
                let Some(name) = parts.next() else { continue };
                let here =
                    path.strip_prefix(layout.workdir.as_str()) == Some(&format!("/run/{name}/bhyve.conf"));
                add(name, Some(*pid), here);
            }
            None => {}
        }
    }
    let out = host.query(&bhyve::machines()).map_err(Error::from)?;
    for name in out.stdout.lines().filter(|_| out.ok()) {
        add(name, None, true);
    }
    Ok(all)
}
