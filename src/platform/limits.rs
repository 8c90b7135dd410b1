//! Limits on each platform: rctl(8) rules and cpuset(1) on FreeBSD, the OCI runtime and its control groups on Linux.

use super::ask;
use crate::error::Result;
use crate::facts::Container;
use crate::facts::cgroup::{self, Groups};
use crate::facts::usage::{Limiting, Usage};
use crate::host::Host;
use crate::model::limits::{CpuSet, Limit, Limits};
use crate::model::name::EnvName;
use crate::plan::guest::Guest;
use crate::plan::{Effect, Guard, Step};
use crate::programs::runc::Runtime;
use crate::programs::{cpuset, ps, rctl, sysctl};
use std::collections::BTreeMap;
use std::path::Path;

/// What each container uses, by its name.
pub type Usages = BTreeMap<String, Usage>;

/// What can be given while it runs: the steps, and the limits that they cover.
pub type Live = (Vec<Step>, Vec<Limit>);

/// What FreeBSD can hold: a set of CPUs always, all else with RACCT only.
pub fn freebsd_can(host: &dyn Host) -> Result<Limiting> {
    // The exit status says only whether RACCT is there, which the output does as well.
    let out = host.query(&sysctl::limiting()).map_err(crate::error::Error::from)?;
    let (racct, cpus) = sysctl::parse_limiting(&out.stdout)?;
    let can = Limit::ALL.into_iter().filter(|l| racct || *l == Limit::Cpuset).collect();
    // An ordinary user may not see them.
    let rules = match racct && rustix::process::geteuid().is_root() {
        true => rctl::of_jails(&ask(host, &rctl::all())?),
        false => Vec::new(),
    };
    Ok(Limiting { can, cpus: format!("0-{}", cpus - 1).parse().ok(), rules })
}

/// Removes jug's rule of a limit if it is there.
fn removal(name: &EnvName, limits: &Limits, limit: Limit) -> Option<(Guard, Effect)> {
    let rule = rctl::rule(name, limits, limit)?;
    let remove = rctl::remove(name, limits, limit)?;
    Some((Guard::Rule { rule, probe: rctl::of(name) }, Effect::Run(remove)))
}

/// The rules of a jail that is about to be made.
pub fn freebsd_before(name: &EnvName, limits: &Limits) -> Vec<Step> {
    let mut steps = Vec::new();
    for limit in limits.set() {
        if let (Some(add), Some((there, remove))) =
            (rctl::add(name, limits, limit), removal(name, limits, limit))
        {
            steps.push(Step::run(format!("hold it to {}", limit.key()), add).undo_when(there, remove));
        }
    }
    steps
}

/// The CPUs of a jail that was made and runs nothing yet; they go with it.
pub fn freebsd_cpus(name: &EnvName, limits: &Limits) -> Option<Step> {
    let cpus = limits.cpuset.as_ref()?;
    Some(Step::run(format!("give it the CPUs {cpus}"), cpuset::of_jail(name, Some(cpus))))
}

/// Rules stay when their jail goes (F6).
pub fn freebsd_after(name: &EnvName, limits: &Limits) -> Vec<Step> {
    let remove = |limit: Limit| {
        let (there, remove) = removal(name, limits, limit)?;
        Some(Step::new(format!("let go of {}", limit.key()), remove).when(there))
    };
    limits.set().into_iter().filter_map(remove).collect()
}

/// From what a jail runs with to what is wanted of it.
pub fn freebsd_live(guest: &Guest<'_>, from: &Limits, to: &Limits, keys: &[Limit]) -> Live {
    let (name, mut steps) = (guest.name, Vec::new());
    // The rule of swap is one of memory and swap.
    let swap = keys.contains(&Limit::Memory) && !keys.contains(&Limit::Swap);
    let swap = swap && (from.swap.is_some() || to.swap.is_some());
    for limit in keys.iter().copied().chain(swap.then_some(Limit::Swap)) {
        if limit == Limit::Cpuset {
            let back = cpuset::of_jail(name, from.cpuset.as_ref());
            let cmd = cpuset::of_jail(name, to.cpuset.as_ref());
            steps.push(Step::run("give it other CPUs", cmd).undo_when(guest.there(), Effect::Run(back)));
            continue;
        }
        let (old, new) = (removal(name, from, limit), removal(name, to, limit));
        if old == new {
            continue;
        }
        let back = rctl::add(name, from, limit).map(Effect::Run);
        let former = if new.is_some() { "the former " } else { "" };
        let gives_way = rctl::replaces(limit) && new.is_some();
        if let (Some(add), Some((there, remove))) = (rctl::add(name, to, limit), new) {
            let step = Step::run(format!("hold it to {}", limit.key()), add);
            steps.push(match &back {
                Some(back) if gives_way => step.undo(back.clone()),
                _ => step.undo_when(there, remove),
            });
        }
        if let (Some((there, remove)), Some(back), false) = (old, back, gives_way) {
            let step = Step::new(format!("let go of {former}{}", limit.key()), remove);
            steps.push(step.when(there).undo(back));
        }
    }
    (steps, keys.to_vec())
}

/// rctl(8) knows it of all jails in one command; without RACCT, or for an ordinary user, ps(1) knows some of it.
pub fn freebsd_usage(host: &dyn Host, containers: &[&Container]) -> Result<Usages> {
    let names: Vec<&str> = containers.iter().map(|c| c.name.as_str()).collect();
    if names.is_empty() {
        return Ok(Usages::new());
    }
    if rustix::process::geteuid().is_root() {
        let rules = host.query(&rctl::all()).map_err(crate::error::Error::from)?;
        if !rctl::is_off(&rules) {
            let allowed = rctl::parse_rules(&rules.stdout);
            let text = ask(host, &rctl::usage(&names))?;
            let mut all = rctl::parse_usage(&text, &names)?;
            return Ok(names
                .iter()
                .filter_map(|n| {
                    let mut usage = all.remove(n)?;
                    usage.allowed = allowed.get(*n).copied().unwrap_or_default();
                    Some(((*n).to_string(), usage))
                })
                .collect());
        }
    }
    let jails = ps::parse_jails(&ask(host, &ps::jails())?);
    let of = |c: &&Container| {
        // No line of it: nothing runs in it.
        let none = crate::facts::usage::Amounts {
            memory: Some(0),
            cpu: Some(0.0),
            processes: Some(0),
            ..Default::default()
        };
        let used = jails.get(&c.id).copied().unwrap_or(none);
        (c.name.clone(), Usage { used, ..Usage::default() })
    };
    Ok(containers.iter().map(of).collect())
}

fn groups(host: &dyn Host) -> Groups {
    Groups::parse(&host.mountinfo().unwrap_or_default())
}

/// What the kernel's controllers can hold.
pub fn linux_can(host: &dyn Host) -> Limiting {
    let (groups, read) = (groups(host), |p: &Path| host.read(p));
    Limiting {
        can: Limit::ALL.into_iter().filter(|l| groups.can(&read, *l)).collect(),
        cpus: groups.cpus(&read),
        rules: Vec::new(),
    }
}

/// The runtime changes the control group. What a process may open is its own and its children's since they were started.
pub fn linux_live(
    oci: &Runtime,
    guest: &Guest<'_>,
    (from, to): (&Limits, &Limits),
    keys: &[Limit],
    host: Option<&Limiting>,
) -> Live {
    let cpus: Option<&CpuSet> = host.and_then(|h| h.cpus.as_ref());
    let swap = host.is_none_or(|h| h.can.contains(&Limit::Swap));
    let covered = |l: &Limit| match l {
        Limit::OpenFiles => false,
        // A group can't be given "all", only their numbers.
        Limit::Cpuset => (to.cpuset.is_some() && from.cpuset.is_some()) || cpus.is_some(),
        _ => true,
    };
    let keys: Vec<Limit> = keys.iter().copied().filter(covered).collect();
    if keys.is_empty() {
        return (Vec::new(), keys);
    }
    let update = |limits| oci.update(guest.name.as_str(), limits, &keys, swap, cpus);
    let names: Vec<&str> = keys.iter().map(|l| l.key()).collect();
    let step = Step::run(format!("give the running container {}", names.join(", ")), update(to))
        .undo_when(guest.there(), Effect::Run(update(from)));
    (vec![step], keys)
}

/// From the files of their control groups: no command.
pub fn linux_usage(host: &dyn Host, containers: &[&Container]) -> Usages {
    let (groups, read) = (groups(host), |p: &Path| host.read(p));
    let of = |c: &&Container| {
        let group = format!("jug-{}", c.uuid?);
        let mut usage = groups.usage(&read, &group);
        usage.used.open_files = groups.processes(&read, &group).and_then(|p| cgroup::open_files_used(&p));
        let limits = host.read(Path::new(&format!("/proc/{}/limits", c.id)));
        usage.allowed.open_files = limits.and_then(|t| cgroup::open_files_allowed(&t));
        Some((c.name.clone(), usage))
    };
    containers.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Child, Cmd, Output, RunError};
    use std::sync::Mutex;

    /// FreeBSD's programs, with RACCT or without, and what they were asked.
    struct Freebsd {
        racct: bool,
        asked: Mutex<Vec<String>>,
    }

    impl Host for Freebsd {
        fn query(&self, cmd: &Cmd) -> std::result::Result<Output, RunError> {
            self.asked.lock().unwrap().push(cmd.to_string());
            let off = "rctl: RACCT/RCTL present, but disabled; enable using kern.racct.enable=1 tunable\n";
            let jails = || cmd.args.iter().filter_map(|a| a.strip_prefix("jail:"));
            let (status, stdout) = match (cmd.program.as_str(), self.racct) {
                ("rctl", false) => (1, String::new()),
                ("rctl", true) if cmd.args.is_empty() => (0, "jail:j1:maxproc:deny=20\n".into()),
                ("rctl", true) => (0, jails().map(|n| format!("memoryuse={}\npcpu=3\n", &n[1..])).collect()),
                ("ps", _) => (0, " 101 4 1.5\n 102 8 0.0\n 102 8 0.5\n".into()),
                other => panic!("{other:?}"),
            };
            let stderr = if status == 0 { String::new() } else { off.to_string() };
            Ok(Output { status, stdout, stderr })
        }
        fn change(&self, _: &Cmd, _: &mut dyn FnMut(Child)) -> std::result::Result<Output, RunError> {
            panic!("a look changes nothing")
        }
        fn mountinfo(&self) -> Option<String> {
            None
        }
        fn has(&self, _: &str) -> bool {
            true
        }
        fn read(&self, _: &Path) -> Option<String> {
            None
        }
        fn now(&self) -> jiff::Timestamp {
            jiff::Timestamp::UNIX_EPOCH
        }
        fn uuid(&self) -> uuid::Uuid {
            uuid::Uuid::nil()
        }
    }

    fn usage(racct: bool, jails: usize) -> (Usages, usize) {
        let jails: Vec<Container> = (1..=jails)
            .map(|i| Container {
                id: (100 + i).to_string(),
                name: format!("j{i}"),
                path: "/".into(),
                uuid: None,
                running: true,
                vm: false,
                alone: false,
            })
            .collect();
        let host = Freebsd { racct, asked: Mutex::default() };
        let all = freebsd_usage(&host, &jails.iter().collect::<Vec<_>>()).unwrap();
        let asked = host.asked.lock().unwrap().len();
        (all, asked)
    }

    #[test]
    fn freebsd_asks_as_much_for_300_as_for_3() {
        for racct in [true, false] {
            let (few, many) = (usage(racct, 3), usage(racct, 300));
            assert_eq!((few.0.len(), many.0.len(), few.1), (3, 300, many.1));
            assert!(few.1 <= 2);
            assert_eq!(usage(racct, 0).1, 0);
        }
        // Without RACCT, or for an ordinary user, ps(1) says less.
        let (off, _) = usage(false, 3);
        assert_eq!((off["j2"].used.memory, off["j2"].used.cpu), (Some(16 << 10), Some(0.5)));
        assert_eq!((off["j3"].used.processes, off["j3"].used.swap), (Some(0), None));
        if rustix::process::geteuid().is_root() {
            let (on, _) = usage(true, 3);
            assert_eq!((on["j3"].used.memory, on["j1"].allowed.processes), (Some(3), Some(20)));
            assert_eq!(on["j2"].allowed.processes, None);
        }
    }
}
