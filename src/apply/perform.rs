//! Performs one effect on the host.

use super::guards::{self, holds};
use super::{Ctx, apart, disks, hooks, machines, seeds, served, unmount};
use crate::error::{Code, Error, Result};
use crate::host::cmd::{Cmd, Output, RunError};
use crate::host::{Child, beneath, block, deadline, fs, gpt, tree};
use crate::model::hook::Policy;
use crate::model::name::AbsPath;
use crate::plan::{Action, Effect};
use crate::programs::{iscsictl, rm};
use std::time::{Duration, Instant};

/// How long "busy" is borne.
const BUSY: Duration = Duration::from_secs(15);

/// Performs an action; returns whether it changed anything.
pub fn action(
    ctx: &Ctx<'_>,
    action: &Action,
    started: &mut dyn FnMut(Child),
    warnings: &mut Vec<String>,
) -> Result<bool> {
    if let (Some(seconds), Some(program)) = (action.limit, ctx.host.own_program()) {
        let done = apart::apart(ctx, program, action, seconds, started);
        return match (&action.effect, done) {
            (Effect::Run(cmd), Err(e)) if cmd.lenient && e.code != Code::Interrupted => {
                warnings.push(match e.code {
                    Code::Timeout => format!("{cmd} did not end within {seconds} s"),
                    _ => e.reason,
                });
                Ok(true)
            }
            (_, done) => done,
        };
    }
    if let Some(guard) = &action.when
        && !holds(ctx, guard)?
    {
        return Ok(false);
    }
    effect(ctx, &action.effect, started, warnings)
}

/// Performs an undo, which bears that there is nothing to undo.
pub fn undo(ctx: &Ctx<'_>, it: &Action, started: &mut dyn FnMut(Child)) -> Result<()> {
    action(ctx, it, started, &mut Vec::new()).map(|_| ())
}

fn effect(
    ctx: &Ctx<'_>,
    effect: &Effect,
    started: &mut dyn FnMut(Child),
    warnings: &mut Vec<String>,
) -> Result<bool> {
    match effect {
        Effect::Run(cmd) => match run(ctx, cmd, started) {
            Err(e) if cmd.lenient && e.code != Code::Interrupted => {
                warnings.push(e.reason);
                Ok(true)
            }
            other => other.map(|_| true),
        },
        Effect::Try { cmds, seconds } => first_of(ctx, cmds, *seconds, started, warnings).map(|()| true),
        Effect::MakeDir { path, mode } => fs::make_dir(path.as_path(), *mode),
        Effect::RemoveDir { path } => fs::remove_dir(path.as_path()),
        Effect::Write { path, text, mode } => fs::write_atomic(path.as_path(), text, *mode).map(|()| true),
        Effect::Fresh { path, mode } => fs::create_new(path.as_path(), *mode).map(|()| true),
        Effect::WriteIn { root, path, text, mode } => {
            beneath::write(root.as_path(), path.as_str(), text, *mode).map(|()| true)
        }
        Effect::Block { root, path, text } => block::set(root.as_path(), path.as_str(), text),
        Effect::Remove { path } => fs::remove_file(path.as_path()),
        Effect::CopyTree { from, to, only } => {
            let copied =
                tree::copy(from.as_path(), to.as_path(), only, &mut |done| ctx.progress.copied(done));
            copied.map(|_| true)
        }
        Effect::RemoveTree { path } => remove_tree(ctx, path, started),
        Effect::CloneTree { from, to, hooks } => {
            for hook in hooks {
                let checked = fs::check_runnable(std::path::Path::new(&hook.program))?;
                let hook = &Cmd { program: checked.to_string_lossy().into_owned(), ..hook.clone() };
                let out = ctx.host.change(hook, started).map_err(Error::from)?;
                match out.status {
                    0 => return Ok(true),
                    1 => {}
                    _ => return Err(RunError::failed(hook, &out).into()),
                }
            }
            tree::copy(from.as_path(), to.as_path(), &[], &mut |done| ctx.progress.copied(done)).map(|_| true)
        }
        Effect::Rename { from, to } => {
            // Once it is done, doing it again (after a crash) has nothing to do.
            let there = fs::kind(from.as_path()).is_some();
            if there { fs::move_file(from.as_path(), to.as_path()).map(|()| true) } else { Ok(false) }
        }
        Effect::EmptyTree { path } => empty_tree(ctx, path, started),
        Effect::TakeEpoch { dir, number, epoch } => {
            crate::store::owner::take(dir.as_path(), *number, epoch).map(|()| true)
        }
        Effect::UnmountGained { dirs, before, force } => {
            unmount::gained(ctx, dirs, before, *force || ctx.force, started)
        }
        Effect::CheckTargets { root, paths, make } => {
            for path in paths {
                beneath::check_target(root.as_path(), path.as_str(), *make).map_err(|e| {
                    // What it is about is there; one of its directories is not.
                    if e.code == Code::NotFound { e.code(Code::Failed) } else { e }
                })?;
            }
            Ok(false)
        }
        Effect::Expect(guard) => match holds(ctx, guard)? {
            true => Ok(false),
            false => Err(guards::why_not(guard)?),
        },
        Effect::HookDir { dir, how, patience } => {
            hooks::directory(ctx, dir, how, *patience, started, warnings)
        }
        Effect::HookInside { file, root, copy, cmd } => hooks::inside(ctx, file, root, copy, cmd, started),
        Effect::HookDirsLeftOut { dirs, next, patience } => {
            hooks::left_out(ctx, dirs, next, *patience, warnings)
        }
        Effect::Hook { cmd, policy } => match hooks::one(ctx, cmd, started) {
            Ok(_) => Ok(true),
            Err(e) if *policy == Policy::Warn && e.code != Code::Interrupted => {
                warnings.push(format!("hook: {e}"));
                Ok(true)
            }
            Err(e) => Err(e),
        },
        Effect::AwaitEnd { probe, seconds } => {
            patiently(ctx, *seconds, &|| !ctx.host.query(probe).is_ok_and(|o| o.ok()));
            Ok(false)
        }
        Effect::Served(it) => served::wait(ctx, it, warnings).map(|()| false),
        Effect::Supervise { name } => machines::supervise(ctx, name, started),
        Effect::Control { socket, request, lenient } => {
            machines::control(socket, *request, *lenient, warnings)
        }
        Effect::AwaitFree { lock, seconds } => machines::await_free(ctx, lock, *seconds),
        Effect::AwaitPath { path, seconds } => machines::await_path(ctx, path, *seconds),
        Effect::Flash { .. }
        | Effect::FreeDisk { .. }
        | Effect::WipeDisk { .. }
        | Effect::ReadBack { .. } => disks::perform(ctx, effect),
        Effect::EndTable { path } => gpt::end(path.as_path()),
        Effect::Keep { from, to } => seeds::keep(from, to),
        Effect::Seed(seed) => seeds::lay_out(seed).map(|()| true),
        Effect::Rotate { path, max, keep } => fs::rotate(path.as_path(), *max, *keep),
    }
}

/// Runs the first of these programs that exits with 0. Why others did not is told.
fn first_of(
    ctx: &Ctx<'_>,
    cmds: &[Cmd],
    seconds: u64,
    started: &mut dyn FnMut(Child),
    warnings: &mut Vec<String>,
) -> Result<()> {
    let (begun, mut why) = (Instant::now(), Vec::new());
    for cmd in cmds {
        let left = seconds.saturating_sub(begun.elapsed().as_secs()).max(1);
        match run(ctx, &cmd.clone().limit(left), started) {
            Ok(_) => {
                warnings.append(&mut why);
                return Ok(());
            }
            Err(e) if e.code != Code::Failed => return Err(e),
            Err(e) => why.push(e.reason),
        }
    }
    Err(Error::failed("", why.join("; ")))
}

/// Waits until something is so, at most so many seconds; returns whether it is.
pub(super) fn patiently(ctx: &Ctx<'_>, seconds: u64, so: &dyn Fn() -> bool) -> bool {
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(20));
    // A slow probe takes of the time as well; a host in a test has only its pauses.
    let limit = Duration::from_secs(seconds);
    let (begun, limit) = (Instant::now(), deadline::cut(Some(limit)).unwrap_or(limit));
    loop {
        if so() {
            return true;
        }
        if waited.max(begun.elapsed()) >= limit {
            return false;
        }
        ctx.host.pause(pause);
        waited += pause;
        pause = (pause * 2).min(Duration::from_millis(500));
    }
}

/// Runs a program that must succeed, trying again for a moment where it says "busy".
pub(super) fn run(ctx: &Ctx<'_>, cmd: &Cmd, started: &mut dyn FnMut(Child)) -> Result<Output> {
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(20));
    loop {
        let out = ctx.host.change(cmd, started).map_err(Error::from)?;
        let busy = cmd.retry_busy && out.stderr.to_ascii_lowercase().contains("busy");
        if out.ok() || (cmd.accepts(&out) && !busy) {
            return Ok(out);
        }
        if !busy || waited > BUSY || deadline::passed() {
            let code = if taken(cmd, &out) { Code::Conflict } else { Code::Failed };
            let e = Error::from(RunError::failed(cmd, &out)).code(code);
            let e = Error { next: iscsictl::hint(cmd, &out).map(str::to_string), ..e };
            return Err(if forbidden(cmd, &out) { e.code(Code::HostLacks).next(FORBIDDEN) } else { e });
        }
        ctx.host.pause(pause);
        waited += pause;
        pause = (pause * 2).min(Duration::from_millis(400));
    }
}

/// Whether a program says that what it was to make is there already: it is somebody else's then. What a log got is the
/// talk of others.
fn taken(cmd: &Cmd, out: &Output) -> bool {
    let said = ["already exists", "File exists", "already assigned"];
    cmd.log.is_none() && said.iter().any(|s| out.stderr.contains(s))
}

/// What root lacks that may not change networks, as in a container of somebody else's.
pub const FORBIDDEN: &str =
    "run jug with the right to change networks (on Linux CAP_NET_ADMIN; in a jail, a vnet)";

/// Whether a program on networks may not do this: so say ip(8), sysctl(8) and ifconfig(8).
fn forbidden(cmd: &Cmd, out: &Output) -> bool {
    let said = ["Operation not permitted", "Permission denied", "permission denied"];
    ["ip", "ifconfig", "route", "sysctl", "nft", "pfctl"].contains(&cmd.program.as_str())
        && said.iter().any(|s| out.stderr.contains(s))
}

/// The content of a tree goes only if nothing is mounted below it; at it, its own storage may be.
fn empty_tree(ctx: &Ctx<'_>, path: &AbsPath, started: &mut dyn FnMut(Child)) -> Result<bool> {
    if fs::kind(path.as_path()).is_none() {
        return Ok(false);
    }
    if let Some(m) = unmount::below(ctx, path, false)?.first() {
        return Err(Error::busy(path, format!("something is mounted at {m}")).next(format!("umount {m}")));
    }
    let mut changed = false;
    for entry in std::fs::read_dir(path.as_path()).map_err(|e| Error::io(path.as_path(), "reading it", e))? {
        let entry = entry.map_err(|e| Error::io(path.as_path(), "reading it", e))?;
        changed |= remove_deep(ctx, &entry.path(), started)?;
    }
    Ok(changed)
}

/// A tree goes only if nothing is mounted at or below it: what is mounted there belongs to somebody else.
fn remove_tree(ctx: &Ctx<'_>, path: &AbsPath, started: &mut dyn FnMut(Child)) -> Result<bool> {
    if fs::kind(path.as_path()).is_none() {
        return Ok(false);
    }
    if let Some(m) = unmount::below(ctx, path, true)?.first() {
        return Err(Error::busy(path, format!("something is mounted at {m}")).next(format!("umount {m}")));
    }
    remove_deep(ctx, path.as_path(), started)
}

fn remove_deep(ctx: &Ctx<'_>, path: &std::path::Path, started: &mut dyn FnMut(Child)) -> Result<bool> {
    match tree::remove(path) {
        Err(e) if e.reason.starts_with(tree::DEEP) => {
            run(ctx, &rm::tree(&path.to_string_lossy()), started).map(|_| true)
        }
        other => other,
    }
}
