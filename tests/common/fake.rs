//! A host in a test: programs are simulated as the records have them, files are real. It can be told to break.

use super::filter::Place;
use super::net::Iface;
use super::{os, zfs};
use jug::apply::{Ctx, perform};
use jug::host::tree::Copied;
use jug::host::{Child, Cmd, Host, Output, RunError};
use jug::plan::Action;
use jug::platform::{Platform, PlatformKind};
use jug::report::progress::Progress;
use jug::store::layout::Layout;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The panic of a jug that died.
pub struct Crash;

/// How a program, or jug at it, goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Exit 1, nothing done.
    Fail,
    /// Exit 1, yet done.
    FailDone,
    /// Somebody else has made it meanwhile.
    Exists,
    /// Busy twice, then fine.
    BusyTwice,
    /// Busy for ever.
    BusyAlways,
    /// `zfs create` that exits 0 and has not mounted.
    NotMounted,
    /// Not installed.
    Missing,
    /// Too slow, nothing done.
    Timeout,
    /// Too slow, yet done.
    TimeoutDone,
    /// jug is told to end meanwhile.
    Interrupted,
    /// jug dies before it.
    CrashBefore,
    /// jug dies after it.
    CrashAfter,
    /// jug dies, its child goes on and ends later.
    ChildGoesOn,
}

/// Going forward or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Forward,
    Undo,
}

/// A fault, and where: at the n-th program of that step.
#[derive(Clone, Copy, Debug)]
pub struct Armed {
    pub phase: Phase,
    pub step: usize,
    pub nth: usize,
    pub fault: Fault,
}

#[derive(Clone, Debug)]
pub struct Dataset {
    pub stamp: Option<String>,
    pub mountpoint: String,
    pub mounted: bool,
    pub origin: Option<String>,
}

/// A snapshot: what its dataset held, and how many were taken before it.
#[derive(Clone, Debug, Default)]
pub struct Snap {
    pub tree: PathBuf,
    pub order: usize,
    pub mark: Option<String>,
    /// Who needs it.
    pub common: Option<String>,
    pub holds: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub struct Mount {
    pub source: String,
    pub target: String,
    pub fstype: String,
}

#[derive(Clone, Debug)]
pub struct Jail {
    pub name: String,
    pub path: String,
    pub stamp: Option<String>,
    pub running: bool,
    pub processes: bool,
    pub params: BTreeMap<String, String>,
}

/// All that the programs know.
#[derive(Clone, Debug)]
pub struct State {
    pub kind: PlatformKind,
    /// Where jug's own tree lies; what is outside is believed to be there.
    pub workdir: String,
    /// Keeps the content of snapshots.
    pub store: PathBuf,
    pub datasets: BTreeMap<String, Dataset>,
    pub snapshots: BTreeMap<String, Snap>,
    /// Of which snapshot each is, in the order in which those were taken.
    pub bookmarks: BTreeMap<String, usize>,
    /// So many snapshots were ever taken.
    pub taken: usize,
    pub mounts: Vec<Mount>,
    pub jails: Vec<Jail>,
    pub interfaces: Vec<Iface>,
    /// Network namespaces with names.
    pub namespaces: Vec<String>,
    pub addresses: Vec<(String, IpAddr)>,
    /// rctl's, the newest first.
    pub rules: Vec<String>,
    /// What the packet filter has, by anchor or table.
    pub filter: BTreeMap<String, Place>,
    /// Targets of iSCSI with a session.
    pub sessions: Vec<String>,
    /// The next `zfs create` or `zfs clone` does not mount.
    pub wont_mount: bool,
    /// Hypervisors.
    pub machines: super::machine::Machines,
    /// mountd, and what it has told the kernel.
    pub nfs: super::mountd::Nfs,
}

#[derive(Default)]
struct Trouble {
    armed: Option<Armed>,
    now: Option<(Phase, usize)>,
    calls: usize,
    fired: usize,
    /// A child that outlived its jug: what it still will do, and how often it was seen alive.
    child: Option<(Cmd, usize)>,
    /// So many queries are answered, then one is not.
    queries: Option<usize>,
}

/// The host.
pub struct Fake {
    state: Mutex<State>,
    trouble: Mutex<Trouble>,
    /// Effects on files that were put behind the program `jug-fault`, so that they can break as well.
    pub originals: Mutex<BTreeMap<usize, Action>>,
    pub platform: Box<dyn Platform>,
    pub layout: Layout,
    pub files: BTreeMap<String, String>,
}

/// The pid of every child; no system has one so high.
const PID: u32 = 2_000_000_000;

pub fn fine(stdout: impl Into<String>) -> Output {
    Output { status: 0, stdout: stdout.into(), stderr: String::new() }
}

pub fn no(status: i32, stderr: impl Into<String>) -> Output {
    Output { status, stdout: String::new(), stderr: stderr.into() + "\n" }
}

impl Fake {
    pub fn new(state: State, platform: Box<dyn Platform>, layout: Layout) -> Self {
        let files = [
            (
                "/etc/passwd",
                "root:x:0:0:root:/root:/bin/sh\nwww:x:80:80::/nonexistent:/usr/sbin/nologin\njo:x:1001:1001::/home/jo:/bin/sh\n",
            ),
            ("/etc/group", "wheel:x:0:root,jo\nwww:x:80:\njo:x:1001:\n"),
            ("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n"),
            ("/sys/fs/cgroup/cpuset.cpus.effective", "0-3\n"),
            ("/proc/sys/net/ipv4/ip_forward", "1\n"),
            ("/proc/sys/net/ipv6/conf/all/forwarding", "1\n"),
        ];
        Self {
            state: Mutex::new(state),
            trouble: Mutex::default(),
            originals: Mutex::default(),
            platform,
            layout,
            files: files.map(|(k, v)| (k.to_string(), v.to_string())).into(),
        }
    }
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// What applying needs; the fake is also told of each step.
    pub fn ctx(&self) -> Ctx<'_> {
        Ctx {
            host: self,
            platform: self.platform.as_ref(),
            layout: &self.layout,
            progress: self,
            force: false,
        }
    }
    pub fn arm(&self, armed: Armed) {
        *self.trouble() = Trouble { armed: Some(armed), ..Trouble::default() };
    }
    pub fn fail_query(&self, nth: usize) {
        *self.trouble() = Trouble { queries: Some(nth), ..Trouble::default() };
    }
    /// The cause goes away; a child that still runs stays.
    pub fn disarm(&self) {
        let mut t = self.trouble();
        *t = Trouble { child: t.child.take(), ..Trouble::default() };
    }
    /// Whether the fault was met.
    pub fn fired(&self) -> bool {
        let t = self.trouble();
        t.fired > 0 || t.queries == Some(usize::MAX)
    }

    /// The fault for the program that is started now, if this is its turn.
    fn fault(&self) -> Option<Fault> {
        let mut t = self.trouble();
        let armed = t.armed?;
        if t.now != Some((armed.phase, armed.step)) {
            return None;
        }
        let call = t.calls;
        t.calls += 1;
        let times = match armed.fault {
            Fault::BusyTwice => 2,
            Fault::BusyAlways => usize::MAX,
            _ => 1,
        };
        if call < armed.nth || t.fired >= times {
            return None;
        }
        t.fired += 1;
        Some(armed.fault)
    }

    fn perform(&self, cmd: &Cmd) -> Output {
        if cmd.program == "jug-fault" {
            let action = cmd.args[0].parse().ok().and_then(|i: usize| {
                self.originals.lock().unwrap_or_else(PoisonError::into_inner).get(&i).cloned()
            });
            return match action.map(|a| perform::action(&self.ctx(), &a, &mut |_| {}, &mut Vec::new())) {
                Some(Err(e)) => no(1, format!("jug-fault: {e}")),
                Some(Ok(_)) => fine(""),
                None => no(1, "jug-fault: no luck"),
            };
        }
        if let Some(log) = &cmd.log {
            use std::io::Write;
            match jug::host::fs::open_log(Path::new(log)) {
                Ok(mut f) => drop(f.write_all(b"it ran\n")),
                Err(e) => return no(1, e.to_string()),
            }
        }
        let mut state = self.state();
        match cmd.program.as_str() {
            "zfs" => zfs::run(&mut state, &cmd.args),
            _ => os::run(&mut state, cmd),
        }
    }

    /// Whether the child that outlived jug is still there. It ends, having done its work, after a few looks.
    fn child_runs(&self) -> bool {
        let mut t = self.trouble();
        match t.child.take() {
            None => false,
            Some((cmd, seen)) if seen < 2 => {
                t.child = Some((cmd, seen + 1));
                true
            }
            Some((cmd, _)) => {
                drop(t);
                self.perform(&cmd);
                false
            }
        }
    }
}

/// A program that can't do its work; with 1 pkill(1) says that there was nothing to kill.
fn broken(cmd: &Cmd) -> Output {
    let status = if cmd.program == "pkill" { 3 } else { 1 };
    no(status, format!("{}: Input/output error", cmd.program))
}

fn busy(kind: PlatformKind, cmd: &Cmd) -> Output {
    let last = cmd.args.last().cloned().unwrap_or_default();
    match (cmd.program.as_str(), kind) {
        ("zfs", _) => no(1, format!("cannot destroy '{last}': dataset is busy")),
        ("umount", PlatformKind::Freebsd) => no(1, format!("umount: unmount of {last} failed: Device busy")),
        ("umount", PlatformKind::Linux) => no(32, format!("umount: {last}: target is busy.")),
        (program, _) => no(1, format!("{program}: Device busy")),
    }
}

impl Host for Fake {
    fn query(&self, cmd: &Cmd) -> Result<Output, RunError> {
        {
            let mut t = self.trouble();
            match t.queries {
                Some(0) => {
                    t.queries = Some(usize::MAX);
                    return Ok(no(1, format!("{}: Input/output error", cmd.program)));
                }
                Some(n) if n < usize::MAX => t.queries = Some(n - 1),
                _ => {}
            }
        }
        if cmd.program == "ps" && !cmd.args.iter().any(|a| a == "args=") {
            let age = jiff::Timestamp::now().as_second() - 1000;
            return Ok(if self.child_runs() { fine(format!("S {age}\n")) } else { no(1, "") });
        }
        Ok(self.perform(cmd))
    }

    fn change(&self, cmd: &Cmd, started: &mut dyn FnMut(Child)) -> Result<Output, RunError> {
        let fault = self.fault();
        if fault == Some(Fault::Missing) {
            return Err(RunError::Missing(cmd.program.clone()));
        }
        if fault == Some(Fault::CrashBefore) {
            std::panic::resume_unwind(Box::new(Crash));
        }
        started(Child { pid: PID, started: 1000 });
        let late = || Err(RunError::Timeout { cmd: cmd.to_string(), seconds: cmd.limit });
        let kind = self.state().kind;
        match fault {
            None => Ok(self.perform(cmd)),
            Some(Fault::Fail) => Ok(broken(cmd)),
            Some(Fault::FailDone) => {
                self.perform(cmd);
                Ok(broken(cmd))
            }
            Some(Fault::Exists) => {
                os::intrude(&mut self.state(), cmd);
                Ok(self.perform(cmd))
            }
            Some(Fault::BusyTwice | Fault::BusyAlways) => Ok(busy(kind, cmd)),
            Some(Fault::NotMounted) => {
                self.state().wont_mount = true;
                Ok(self.perform(cmd))
            }
            Some(Fault::Timeout) => late(),
            Some(Fault::TimeoutDone) => {
                self.perform(cmd);
                late()
            }
            Some(Fault::Interrupted) => Err(RunError::Interrupted { cmd: cmd.to_string() }),
            Some(Fault::CrashAfter) => {
                self.perform(cmd);
                std::panic::resume_unwind(Box::new(Crash))
            }
            Some(Fault::ChildGoesOn) => {
                self.trouble().child = Some((cmd.clone(), 0));
                std::panic::resume_unwind(Box::new(Crash))
            }
            Some(Fault::Missing | Fault::CrashBefore) => unreachable!("handled above"),
        }
    }

    fn mountinfo(&self) -> Option<String> {
        if let Some(n) = self.trouble().queries.as_mut().filter(|n| **n < usize::MAX) {
            if *n == 0 {
                *n = usize::MAX;
                return None;
            }
            *n -= 1;
        }
        Some(os::mountinfo(&self.state()))
    }
    fn has(&self, _: &str) -> bool {
        true
    }
    fn read(&self, path: &Path) -> Option<String> {
        let path = path.to_str()?;
        if path == format!("/proc/{PID}/stat") {
            let zeros = "0 ".repeat(18);
            return self.child_runs().then(|| format!("{PID} (zfs) S {zeros}0 0 0\n"));
        }
        if path == "/proc/stat" {
            return Some("btime 1000\n".into());
        }
        match path {
            "/etc/exports" => Some(self.state().nfs.admin.clone()),
            p if p == self.state().nfs.more.0 => Some(self.state().nfs.more.1.clone()),
            "/var/log/messages" => Some(self.state().nfs.log.clone()),
            _ => self.files.get(path).cloned(),
        }
    }
    fn pause(&self, _: std::time::Duration) {}
    fn now(&self) -> jiff::Timestamp {
        super::world::time()
    }
    fn uuid(&self) -> uuid::Uuid {
        super::world::UUID
    }
}

/// Titles begin with `[number]`, which the driver has put there.
impl Progress for Fake {
    fn step(&self, _: &str, title: &str) {
        let (phase, title) = match title.strip_prefix("undo: ") {
            Some(t) => (Phase::Undo, t),
            None => (Phase::Forward, title),
        };
        let step = title.strip_prefix('[').and_then(|t| t.split(']').next()).and_then(|n| n.parse().ok());
        let mut t = self.trouble();
        t.now = step.map(|s| (phase, s));
        t.calls = 0;
    }
    fn copied(&self, _: Copied) {}
    fn fetched(&self, _: u64) {}
    fn sent(&self, _: u64, _: Option<u64>, _: std::time::Duration) {}
    fn finish(&self) {}
}
