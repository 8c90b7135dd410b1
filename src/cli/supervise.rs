//! supervise: runs a VM's hypervisor, again and again if need be, and clears away after it. Hidden.

use super::change::{self, Wish};
use super::session::Session;
use super::{jstart, jstop};
use crate::apply::machines;
use crate::error::{Error, Result};
use crate::host::child::Running;
use crate::host::{Host, console, fs, signal};
use crate::model::name::{AbsPath, EnvName};
use crate::plan::supervise::{self, End, Next};
use crate::platform::PlatformKind;
use crate::programs::qmp::Request;
use crate::programs::{bhyve, ps, qemu};
use crate::report::results::Done;
use crate::store::layout::Layout;
use crate::store::orders::{self, Orders};
use crate::store::{lock, started};
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

/// Run a VM whose start has written down how, and return once it runs
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The VM
    #[arg(value_name = "NAME")]
    name: EnvName,
    /// Be its supervisor
    #[arg(long)]
    detached: bool,
}

/// Seconds that another supervisor, which is about to end, may take for that.
const PATIENCE: u64 = 30;
/// Seconds that whoever works on it may take before it is cleared away.
const BUSY: u64 = 600;
/// How long one that does not say whether it runs is waited for.
const SURELY: Duration = Duration::from_secs(5);
/// The word that it runs.
const READY: &str = "ready";

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<i32> {
    s.need_root("supervise")?;
    if args.detached {
        return supervise(s, &args.name);
    }
    let own = s.host.own_program().ok_or_else(|| Error::failed("supervise", "jug can't start itself"))?;
    let orders = orders::read(&s.layout, &args.name)?;
    let cmd = own.args(["supervise", "--detached", args.name.as_str()]).limit(0);
    let failed = |why: String| Error::failed("", why).next(format!("see what it printed: {}", orders.log));
    match s.host.detach(&cmd, orders.log.as_path()).map_err(Error::from)?.as_deref() {
        Some(READY) => Ok(0),
        Some(why) => Err(failed(why.to_string())),
        None => Err(failed("its supervisor ended without a word".into())),
    }
}

struct Supervisor<'a> {
    s: &'a Session,
    name: &'a EnvName,
    orders: Orders,
    /// Whether whoever started it has been told that it runs.
    told: bool,
    /// Whether the guest was asked to power down, since this process was told to end.
    asked: bool,
}

/// The supervisor's whole life. It survives the terminal, and whoever started it.
fn supervise(s: &Session, name: &EnvName) -> Result<i32> {
    let _ = rustix::process::setsid();
    let _held = match lock::wait(&s.layout, &Layout::run_lock(name), "supervise", PATIENCE) {
        Ok(lock) => lock,
        Err(e) => {
            tell(&e.to_string());
            return Ok(1);
        }
    };
    let orders = orders::read(&s.layout, name)?;
    let at = started::read(&s.layout, name).map(|st| st.at);
    let mut it = Supervisor { s, name, orders, told: false, asked: false };
    let clear = it.stay();
    drop(_held);
    if clear && it.told {
        it.clear_away(at);
    }
    Ok(0)
}

/// Says the one line that whoever started it waits for.
fn tell(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{}", line.replace('\n', " "));
    let _ = out.flush();
}

impl Supervisor<'_> {
    /// Runs the hypervisor until it is to stay off; returns whether it is for this process to clear away after it.
    fn stay(&mut self) -> bool {
        // A pair of nmdm(4) goes when nobody has it open, and 15.0 panics if its two ends are opened at the same moment
        // while it is made again. So its console is there from before the first run until after the last, and whoever
        // is at it stays there. What is no device, or is missing, the hypervisor itself will complain of.
        let _console = match self.orders.platform {
            PlatformKind::Freebsd => console::open(&bhyve::console(self.name)[0]).ok().flatten(),
            PlatformKind::Linux => None,
        };
        let mut crashes: Vec<Instant> = Vec::new();
        loop {
            let before = self.orders.log.as_path().metadata().map_or(0, |m| m.len());
            let status = match self.once() {
                Ok(status) => status,
                Err(e) => return self.never(&e.to_string()),
            };
            let platform = self.orders.platform;
            let (end, words) = (supervise::why(platform, status), supervise::words(platform, status));
            self.note(&words);
            if !self.told && end != End::Reset {
                return self.never(&format!("{words}{}", self.said(before)));
            }
            if end == End::Crash {
                crashes.retain(|c| c.elapsed() < supervise::HOUR);
                crashes.push(Instant::now());
            }
            let count = u32::try_from(crashes.len()).unwrap_or(u32::MAX);
            match supervise::next(&self.orders, end, self.stopping() || self.asked, count) {
                Next::Stay => return !self.stopping(),
                Next::Again(pause) => {
                    self.note(&format!("it is run again in {} s", pause.as_secs()));
                    let begun = Instant::now();
                    while begun.elapsed() < pause && !self.stopping() && !signal::stopped() {
                        std::thread::sleep(Duration::from_millis(100));
                    }
                    if self.stopping() || signal::stopped() {
                        return !self.stopping();
                    }
                }
            }
        }
    }

    /// It never ran: whoever started it takes back what there is.
    fn never(&mut self, why: &str) -> bool {
        self.note(why);
        if !self.told {
            tell(why);
        }
        self.told
    }

    /// One run of the hypervisor; its exit status.
    fn once(&mut self) -> Result<i32> {
        if let Some(path) = &self.orders.secret {
            let password = supervise::password([self.s.host.uuid(), self.s.host.uuid()]);
            let text = match self.orders.platform {
                PlatformKind::Freebsd => bhyve::secret(&password),
                PlatformKind::Linux => password,
            };
            fs::write_atomic(path.as_path(), &text, 0o600)?;
        }
        for cmd in &self.orders.prepare {
            let cmd = cmd.clone().log(self.orders.log.as_str());
            let out = self.s.host.change(&cmd, &mut |_| {}).map_err(Error::from)?;
            if !cmd.accepts(&out) {
                return Err(crate::host::RunError::failed(&cmd, &out).into());
            }
        }
        self.note(&format!("runs {}", self.orders.run));
        let mut child =
            self.s.host.start(&self.orders.run, self.orders.log.as_path()).map_err(Error::from)?;
        let (begun, mut pause) = (Instant::now(), Duration::from_millis(20));
        loop {
            if let Some(status) = child.ended() {
                return Ok(status);
            }
            if !self.told && (self.runs(&child) || (self.may_be_silent() && begun.elapsed() > SURELY)) {
                self.told = true;
                tell(READY);
            }
            if signal::stopped() && !self.asked {
                self.asked = true;
                self.note("told to end: the guest is asked to power down");
                match self.orders.platform {
                    PlatformKind::Freebsd => child.terminate(),
                    PlatformKind::Linux => drop(machines::ask(&self.socket(), Request::SystemPowerdown)),
                }
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(250));
        }
    }

    fn socket(&self) -> AbsPath {
        qemu::control(&self.s.layout.run(self.name))
    }

    /// Whether the guest runs: QEMU says so, and bhyve(8) sets its title once all its devices are there.
    fn runs(&self, child: &Running) -> bool {
        match self.orders.platform {
            PlatformKind::Linux => {
                machines::ask(&self.socket(), Request::QueryStatus).is_ok_and(|a| a.is_some())
            }
            PlatformKind::Freebsd => {
                let out = self.s.host.query(&ps::args(child.pid()));
                out.is_ok_and(|o| {
                    matches!(bhyve::of_process(o.stdout.trim()), Some(bhyve::Process::Named(_)))
                })
            }
        }
    }

    fn may_be_silent(&self) -> bool {
        self.orders.platform == PlatformKind::Freebsd
    }

    fn stopping(&self) -> bool {
        self.s.layout.stopping(self.name).as_path().exists()
    }

    /// What the hypervisor printed since then, for an error.
    fn said(&self, from: u64) -> String {
        let mut text = Vec::new();
        if let Ok(mut file) = std::fs::File::open(self.orders.log.as_path()) {
            let _ = file.seek(SeekFrom::Start(from)).and_then(|_| file.take(4096).read_to_end(&mut text));
        }
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.contains(" supervisor: "));
        let all: Vec<String> = lines.map(crate::model::name::printable_end).collect();
        let last = all[all.len().saturating_sub(3)..].join("; ");
        if last.is_empty() { last } else { format!(": {last}") }
    }

    fn note(&self, what: &str) {
        if let Ok(mut file) = fs::open_log(self.orders.log.as_path()) {
            let _ = writeln!(file, "{} supervisor: {what}", self.s.host.now());
        }
    }

    /// What a stop would do, now that nothing of it runs any more; unless somebody has started it again since.
    fn clear_away(&self, at: Option<jiff::Timestamp>) {
        let _held = signal::hold();
        let (s, name) = (self.s, self.name);
        let verb = s.verb(name, "stop");
        let outcome = change::patiently(s, &verb, name.as_str(), false, BUSY, &|| {
            let again = started::read(&s.layout, name).map(|st| st.at) != at;
            match jstop::plan(s, name, None)? {
                Wish::Do(..) if again || jstart::runs(s, name)? => {
                    Ok(Wish::Nothing(Done::unchanged("it was started again")))
                }
                wish => Ok(wish),
            }
        });
        let said = match &outcome.result {
            Ok(done) => done.what.clone(),
            Err(e) => e.to_string(),
        };
        self.note(&format!("cleared away after it: {said}"));
    }
}
