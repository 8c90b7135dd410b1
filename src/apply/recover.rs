//! What an interrupted run left: its child is waited for or ended, then its plan is undone or carried to its end.

use super::{Ctx, forward, undo};
use crate::error::{Code, Error, Result};
use crate::host::process::end_group;
use crate::host::{Child, Cmd};
use crate::platform::PlatformKind;
use crate::store::journal::{self, Journal};
use crate::store::lock::Lock;
use std::time::Duration;

/// How long a child that outlived its jug is waited for before it is ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Recovers an object whose lock is held. Returns what was done, if anything was.
///
/// # Errors
/// Exit 3: it can't be brought to an end; the journal stays.
pub fn recover(ctx: &Ctx<'_>, object: &str, _lock: &Lock) -> Result<Option<String>> {
    let Some(progress) = journal::read(ctx.layout, object)? else { return Ok(None) };
    if let Some(child) = progress.child {
        outlive(ctx, child);
    }
    let verb = progress.plan.verb.clone();
    let journal = Journal::open(ctx.layout, object)?;
    if progress.past_return() {
        forward(ctx, object, journal, progress)?;
        return Ok(Some(format!("an interrupted {verb} was carried to its end")));
    }
    let left = undo(ctx, &journal, &progress, None);
    if !left.is_empty() {
        return Err(Error::new(
            Code::Left,
            crate::store::shown(object),
            format!("an interrupted {verb} can't be undone: {}", left.join("; ")),
        )
        .next("mend that, then jug doctor --fix"));
    }
    journal.end()?;
    Ok(Some(format!("an interrupted {verb} was undone")))
}

/// Waits for a program that outlived its jug, and in the end ends it with its group. A process of that number which
/// was started at another time is somebody else's.
fn outlive(ctx: &Ctx<'_>, child: Child) {
    let runs = || started(ctx, child.pid).is_some_and(|at| at.abs_diff(child.started) <= 2);
    let mut waited = Duration::ZERO;
    while runs() {
        if waited > PATIENCE {
            end_group(child.pid, || !runs());
            return;
        }
        ctx.host.pause(Duration::from_millis(50));
        waited += Duration::from_millis(50);
    }
}

/// When a process was started, in seconds since the epoch; `None` if it is gone.
fn started(ctx: &Ctx<'_>, pid: u32) -> Option<u64> {
    match ctx.platform.kind() {
        PlatformKind::Linux => {
            let stat = ctx.host.read(std::path::Path::new(&format!("/proc/{pid}/stat")))?;
            let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
            if fields.first() == Some(&"Z") {
                return None;
            }
            let ticks: u64 = fields.get(19)?.parse().ok()?;
            let boot = ctx.host.read(std::path::Path::new("/proc/stat"))?;
            let boot: u64 = boot.lines().find_map(|l| l.strip_prefix("btime "))?.trim().parse().ok()?;
            Some(boot + ticks / rustix::param::clock_ticks_per_second())
        }
        PlatformKind::Freebsd => {
            // One -o each: in FreeBSD's ps(1) the text after the first `=` is the heading to the end of the word.
            let cmd = Cmd::new("ps").args(["-o", "state=", "-o", "etimes=", "-p", &pid.to_string()]);
            let out = ctx.host.query(&cmd).ok()?;
            let mut words = out.stdout.split_whitespace();
            if words.next()?.starts_with('Z') {
                return None;
            }
            let age: u64 = words.next()?.parse().ok()?;
            u64::try_from(jiff::Timestamp::now().as_second()).ok()?.checked_sub(age)
        }
    }
}
