//! Control groups of Linux, read as files: v1, v2, and hybrid, where some controllers are the one and some the other.
//! The names of the files are those of the kernel's admin-guide/cgroup-v1 and admin-guide/cgroup-v2.

use super::usage::{Amounts, Usage};
use crate::model::limits::{CpuSet, Limit};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads a file; one that is not there is `None`.
pub type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

/// Where the controllers are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Of v1, by controller.
    v1: BTreeMap<String, PathBuf>,
    /// Of v2.
    v2: Option<PathBuf>,
}

/// A controller's directory, and whether it is of v2.
struct Dir {
    path: PathBuf,
    v2: bool,
}

impl Groups {
    /// From /proc/self/mountinfo (proc_pid_mountinfo(5)).
    pub fn parse(mountinfo: &str) -> Self {
        let mut groups = Self::default();
        for line in mountinfo.lines() {
            let Some((mount, kind)) = line.split_once(" - ") else { continue };
            let Some(target) = mount.split(' ').nth(4) else { continue };
            let mut kind = kind.split(' ');
            match (kind.next(), kind.nth(1)) {
                (Some("cgroup2"), _) => drop(groups.v2.get_or_insert_with(|| target.into())),
                (Some("cgroup"), Some(options)) => {
                    for option in options.split(',') {
                        groups.v1.entry(option.to_string()).or_insert_with(|| target.into());
                    }
                }
                _ => {}
            }
        }
        groups
    }

    /// Where a controller is: what v1 has taken is not there in v2.
    fn controller(&self, read: Read<'_>, name: &str) -> Option<Dir> {
        if let Some(path) = self.v1.get(name) {
            return Some(Dir { path: path.clone(), v2: false });
        }
        let path = self.v2.clone()?;
        let there = read(&path.join("cgroup.controllers"))?;
        // v2 keeps account of CPU time in every group, with or without its controller.
        (name == "cpuacct" || there.split_whitespace().any(|c| c == name)).then_some(Dir { path, v2: true })
    }

    /// Whether a limit can be held here. Open files are a matter of each process, and of no controller. Input and output
    /// are never: they would have to be limited by device, and neither ZFS nor what is mounted over a network has one;
    /// v1 counts no buffered writes besides.
    pub fn can(&self, read: Read<'_>, limit: Limit) -> bool {
        let there = |name| self.controller(read, name).is_some();
        match limit {
            Limit::Memory => there("memory"),
            // A kernel may count memory and not swap.
            Limit::Swap => self
                .controller(read, "memory")
                .is_some_and(|d| d.v2 || read(&d.path.join("memory.memsw.limit_in_bytes")).is_some()),
            Limit::Cpu => there("cpu"),
            Limit::Cpuset => there("cpuset"),
            Limit::Processes => there("pids"),
            Limit::OpenFiles => true,
            Limit::ReadBps | Limit::WriteBps | Limit::ReadIops | Limit::WriteIops => false,
        }
    }

    /// The CPUs that groups can be given.
    pub fn cpus(&self, read: Read<'_>) -> Option<CpuSet> {
        let dir = self.controller(read, "cpuset")?;
        let file = if dir.v2 { "cpuset.cpus.effective" } else { "cpuset.cpus" };
        read(&dir.path.join(file))?.trim().parse().ok()
    }

    /// What the group of this name uses, and may use.
    pub fn usage(&self, read: Read<'_>, group: &str) -> Usage {
        let mut usage = Usage::default();
        let Usage { used, allowed, cpu_time } = &mut usage;
        if let Some(dir) = self.controller(read, "memory") {
            let files = Files { read, dir: dir.path.join(group) };
            if dir.v2 { memory_v2(&files, used, allowed) } else { memory_v1(&files, used, allowed) }
        }
        if let Some(dir) = self.controller(read, "cpuacct") {
            let files = Files { read, dir: dir.path.join(group) };
            *cpu_time = match dir.v2 {
                true => files.entry("cpu.stat", "usage_usec").and_then(|n| n.checked_mul(1000)),
                false => files.number("cpuacct.usage"),
            };
        }
        if let Some(dir) = self.controller(read, "cpu") {
            let files = Files { read, dir: dir.path.join(group) };
            let quota = match dir.v2 {
                true => files.text("cpu.max").and_then(|t| {
                    let (quota, period) = t.split_once(' ')?;
                    Some((quota.parse().ok()?, period.parse().ok()?))
                }),
                false => files.number("cpu.cfs_quota_us").zip(files.number("cpu.cfs_period_us")),
            };
            allowed.cpu =
                quota.filter(|(_, p): &(u64, u64)| *p > 0).map(|(q, p)| q as f64 / p as f64 * 100.0);
        }
        if let Some(dir) = self.controller(read, "pids") {
            let files = Files { read, dir: dir.path.join(group) };
            (used.processes, allowed.processes) = (files.number("pids.current"), files.number("pids.max"));
        }
        usage
    }
}

/// The files of one group.
struct Files<'a> {
    read: Read<'a>,
    dir: PathBuf,
}

impl Files<'_> {
    fn text(&self, file: &str) -> Option<String> {
        (self.read)(&self.dir.join(file)).map(|t| t.trim().to_string())
    }
    /// `max` and -1 are no number, and no limit.
    fn number(&self, file: &str) -> Option<u64> {
        self.text(file)?.parse().ok()
    }
    /// The number behind a word, a pair a line.
    fn entry(&self, file: &str, word: &str) -> Option<u64> {
        let text = self.text(file)?;
        text.lines().find_map(|l| l.strip_prefix(word)?.strip_prefix(' ')?.trim().parse().ok())
    }
}

/// Pages of files that nobody has used for a while are not counted: the kernel gives them up before it refuses anything.
fn in_use(all: Option<u64>, idle: Option<u64>) -> Option<u64> {
    all.map(|n| n.saturating_sub(idle.unwrap_or(0)))
}

fn memory_v1(files: &Files<'_>, used: &mut Amounts, allowed: &mut Amounts) {
    // Without a limit the kernel shows the largest multiple of a page.
    let limit = |file| files.number(file).filter(|n| *n < 1 << 62);
    let all = files.number("memory.usage_in_bytes");
    used.memory = in_use(all, files.entry("memory.stat", "total_inactive_file"));
    allowed.memory = limit("memory.limit_in_bytes");
    // Here both are counted together.
    used.swap = files.number("memory.memsw.usage_in_bytes").zip(all).map(|(b, m)| b.saturating_sub(m));
    allowed.swap = limit("memory.memsw.limit_in_bytes").zip(allowed.memory).map(|(b, m)| b.saturating_sub(m));
}

fn memory_v2(files: &Files<'_>, used: &mut Amounts, allowed: &mut Amounts) {
    used.memory = in_use(files.number("memory.current"), files.entry("memory.stat", "inactive_file"));
    (used.swap, allowed.swap) = (files.number("memory.swap.current"), files.number("memory.swap.max"));
    allowed.memory = files.number("memory.max");
}

/// The soft limit of open files, from /proc/PID/limits (proc_pid_limits(5)).
pub fn open_files_allowed(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The most files that any one process of a group has open: each has a limit of its own. Other users' processes do not
/// tell, and then it is not known.
pub fn open_files_used(processes: &str) -> Option<u64> {
    let count = |pid: &str| {
        let fds = Path::new("/proc").join(pid).join("fd");
        std::fs::read_dir(fds).ok().map(|d| d.count() as u64)
    };
    processes.lines().filter(|l| l.bytes().all(|b| b.is_ascii_digit())).filter_map(count).max()
}

impl Groups {
    /// The processes of a group, a number a line.
    pub fn processes(&self, read: Read<'_>, group: &str) -> Option<String> {
        let path = self.controller(read, "pids").map(|d| d.path).or_else(|| self.v2.clone())?;
        read(&path.join(group).join("cgroup.procs"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a two-core Debian 12 with all controllers in v1 and an empty v2 beside them has it.
    const HYBRID: &str = "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:4 - cgroup cgroup rw,memory
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
    const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    fn files(all: &[(&str, &str)]) -> impl Fn(&Path) -> Option<String> {
        let all: BTreeMap<PathBuf, String> =
            all.iter().map(|(p, t)| (Path::new("/sys/fs/cgroup").join(p), (*t).to_string())).collect();
        move |p| all.get(p).cloned()
    }

    #[test]
    fn version_1() {
        let read = files(&[
            ("unified/cgroup.controllers", "\n"),
            ("cpuset/cpuset.cpus", "0-1\n"),
            ("memory/memory.memsw.limit_in_bytes", "9223372036854771712\n"),
            ("memory/jug-u/memory.usage_in_bytes", "569344\n"),
            ("memory/jug-u/memory.limit_in_bytes", "33554432\n"),
            ("memory/jug-u/memory.memsw.usage_in_bytes", "569444\n"),
            ("memory/jug-u/memory.memsw.limit_in_bytes", "33554532\n"),
            ("memory/jug-u/memory.stat", "cache 4096\ninactive_file 1\ntotal_inactive_file 344\n"),
            ("cpu,cpuacct/jug-u/cpuacct.usage", "9767994\n"),
            ("cpu,cpuacct/jug-u/cpu.cfs_quota_us", "20000\n"),
            ("cpu,cpuacct/jug-u/cpu.cfs_period_us", "100000\n"),
            ("pids/jug-u/pids.current", "2\n"),
            ("pids/jug-u/pids.max", "max\n"),
        ]);
        let groups = Groups::parse(HYBRID);
        let Usage { used, allowed, cpu_time } = groups.usage(&read, "jug-u");
        assert_eq!((used.memory, used.swap, used.processes), (Some(569_000), Some(100), Some(2)));
        assert_eq!((allowed.memory, allowed.swap), (Some(32 << 20), Some(100)));
        assert_eq!((allowed.cpu, allowed.processes, cpu_time), (Some(20.0), None, Some(9_767_994)));
        assert_eq!(groups.cpus(&read).unwrap().to_string(), "0-1");
        let can: Vec<Limit> = Limit::ALL.into_iter().filter(|l| groups.can(&read, *l)).collect();
        assert_eq!(can.len(), 6, "{can:?}");
        // A kernel that does not count swap.
        assert!(!groups.can(&files(&[]), Limit::Swap) && groups.can(&files(&[]), Limit::Memory));
    }

    #[test]
    fn version_1_without_limits() {
        let read = files(&[
            ("memory/jug-u/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/jug-u/memory.memsw.limit_in_bytes", "9223372036854771712\n"),
            ("cpu,cpuacct/jug-u/cpu.cfs_quota_us", "-1\n"),
            ("cpu,cpuacct/jug-u/cpu.cfs_period_us", "100000\n"),
        ]);
        assert_eq!(Groups::parse(HYBRID).usage(&read, "jug-u"), Usage::default());
    }

    #[test]
    fn version_2() {
        let read = files(&[
            ("cgroup.controllers", "cpuset cpu io memory pids\n"),
            ("cpuset.cpus.effective", "0-3\n"),
            ("jug-u/memory.current", "1000\n"),
            ("jug-u/memory.stat", "anon 1\ninactive_file 400\n"),
            ("jug-u/memory.max", "max\n"),
            ("jug-u/memory.swap.current", "0\n"),
            ("jug-u/memory.swap.max", "4096\n"),
            ("jug-u/cpu.stat", "usage_usec 12\nuser_usec 7\n"),
            ("jug-u/cpu.max", "150000 100000\n"),
            ("jug-u/pids.current", "5\n"),
            ("jug-u/pids.max", "12\n"),
            ("jug-u/cgroup.procs", "7\n8\n"),
        ]);
        let groups = Groups::parse(V2);
        let Usage { used, allowed, cpu_time } = groups.usage(&read, "jug-u");
        assert_eq!((used.memory, used.swap, used.processes), (Some(600), Some(0), Some(5)));
        assert_eq!((allowed.memory, allowed.swap, allowed.cpu), (None, Some(4096), Some(150.0)));
        assert_eq!((allowed.processes, cpu_time), (Some(12), Some(12_000)));
        assert_eq!(groups.processes(&read, "jug-u").as_deref(), Some("7\n8\n"));
        assert_eq!(groups.cpus(&read).unwrap().to_string(), "0-3");
        assert!(groups.can(&read, Limit::Swap) && !groups.can(&read, Limit::ReadBps));
        // `max`, and a group that is gone.
        let none = files(&[("cgroup.controllers", "cpu\n"), ("jug-u/cpu.max", "max 100000\n")]);
        assert_eq!(groups.usage(&none, "jug-u"), Usage::default());
        assert!(!groups.can(&none, Limit::Memory) && groups.can(&none, Limit::OpenFiles));
        assert_eq!(Groups::parse("").usage(&read, "jug-u"), Usage::default());
    }

    #[test]
    fn limits_of_a_process() {
        let text = "Limit                     Soft Limit           Hard Limit           Units     \n\
                    Max processes             96000                96000                processes \n\
                    Max open files            1024                 524288               files     \n";
        assert_eq!(open_files_allowed(text), Some(1024));
        assert_eq!(open_files_allowed("Max open files            unlimited   unlimited   files\n"), None);
        assert_eq!(open_files_allowed(""), None);
    }
}
