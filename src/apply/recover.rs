//! What an interrupted run left: its child is waited for or ended, then its plan is undone or carried to its end.

use super::{Ctx, forward, undo};
use crate::error::{Code, Error, Result};
use crate::host::process::end_group;
use crate::host::{Child, Cmd};
use crate::plan::Effect;
use crate::platform::PlatformKind;
use crate::programs::ps;
use crate::store::journal::{self, Journal, Progress};
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
    match (progress.child, unfinished(&progress)) {
        (Some(child), _) => outlive(ctx, child),
        (None, Some(cmd)) => unrecorded(ctx, cmd).into_iter().for_each(|child| outlive(ctx, child)),
        (None, None) => {}
    }
    let verb = progress.plan.verb.clone();
    let journal = Journal::open(ctx.layout, object)?;
    if progress.past_return() {
        forward(ctx, object, journal, progress, None)?;
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

/// The program of a step that was begun and not ended.
fn unfinished(progress: &Progress) -> Option<&Cmd> {
    let step = progress.begun.filter(|i| !progress.done.contains_key(i))?;
    match &progress.plan.steps.get(step)?.action.effect {
        Effect::Run(cmd) | Effect::Hook { cmd, .. } => Some(cmd),
        _ => None,
    }
}

/// jug may have been killed between starting a program and writing its number down. Such a one has no parent any more,
/// and the very words of the step.
fn unrecorded(ctx: &Ctx<'_>, cmd: &Cmd) -> Option<Child> {
    let program = cmd.program.rsplit('/').next().unwrap_or_default();
    let wanted = cmd.args.join(" ");
    // A script stands behind its interpreter.
    let same = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let named = |w: &&str| w.rsplit('/').next() == Some(program);
        (0..words.len().min(3)).any(|i| named(&words[i]) && words[i + 1..].join(" ") == wanted)
    };
    let orphan = |parent: u32| parent == 1;
    let pid = match ctx.platform.kind() {
        PlatformKind::Freebsd => {
            let all = ps::parse_all(&ctx.host.query(&ps::all()).ok()?.stdout);
            all.into_iter().find(|(_, parent, args)| orphan(*parent) && same(args)).map(|(pid, ..)| pid)
        }
        PlatformKind::Linux => std::fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            let args = String::from_utf8_lossy(&line).trim_end_matches('\0').replace('\0', " ");
            let stat = ctx.host.read(&entry.path().join("stat"))?;
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            (orphan(parent) && same(&args)).then_some(pid)
        }),
    }?;
    Some(Child { pid, started: started(ctx, pid)? })
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
            let age = ps::parse_age(&ctx.host.query(&ps::one(pid)).ok()?.stdout)?;
            u64::try_from(ctx.host.now().as_second()).ok()?.checked_sub(age)
        }
    }
}
