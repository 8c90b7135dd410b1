//! Performs one effect on the host.

use super::{Ctx, apart, hooks, machines, seeds, served, unmount, zfs};
use crate::error::{Code, Error, Result};
use crate::host::cmd::{Cmd, Output, RunError};
use crate::host::{Child, beneath, block, deadline, fs, gpt, stream, tree};
use crate::model::hook::Policy;
use crate::model::name::AbsPath;
use crate::plan::{Action, Effect, Guard};
use crate::programs::{ip, iscsictl, rctl, rm, ufs};
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
            false => match guard {
                Guard::Owner { dir, number, .. } => Err(not_ours(dir, *number)?),
                Guard::Private { path } => Err(not_private(path)),
                Guard::Clean { device, .. } => Err(not_clean(device)),
                _ => Err(Error::failed("", expectation(guard))),
            },
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
        Effect::Flash { from, to } => {
            stream::flash(from.as_path(), to.as_path(), &mut |n| ctx.progress.fetched(n))
        }
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

/// Why this node does not own it: another took it over, or this is not the storage on which it had its epoch.
fn not_ours(dir: &AbsPath, number: u64) -> Result<Error> {
    let last = crate::store::owner::current(dir.as_path())?.map_or(0, |(n, _)| n);
    Ok(if last < number {
        Error::failed(
            "",
            format!("{dir} has no epoch {number}: it is not this environment's storage, or an older state of it"),
        )
        .next("see what is mounted there; if it is what you want, jug jregister --takeover after jug junregister")
    } else {
        Error::busy(
            "",
            format!(
                "it is fenced: another node has taken it over since this one had epoch {number} (jug owner)"
            ),
        )
        .next("jug junregister forgets it here, jug jregister --takeover takes it back")
    })
}

fn not_clean(device: &AbsPath) -> Error {
    let reason =
        format!("{device} was not unmounted cleanly: another node has it mounted, or died while it had");
    Error::busy("", reason).next(format!(
        "stop it there, or cut that node off from the disk for good; then fsck_ffs -p {device}"
    ))
}

fn not_private(path: &AbsPath) -> Error {
    match fs::kind(path.as_path()) {
        None => Error::failed("", format!("{path} is not there")).next("put the key there, for root alone"),
        Some(_) => Error::usage("", format!("{path} is not for root alone"))
            .next(format!("chown root {path}; chmod 600 {path}")),
    }
}

fn expectation(guard: &Guard) -> String {
    match guard {
        Guard::DatasetMounted { name, path } => {
            format!(
                "the dataset {name} is not there, or not mounted at {path} (zfs mount {name}; zpool list)"
            )
        }
        Guard::MountedFrom { path, source, .. } => {
            format!("{source} is not mounted at {path}: the mount table has nothing there, or something else")
        }
        Guard::Exists { path } => format!("{path} is not there"),
        Guard::OnMount { path, .. } => format!("mnt_start exited with 0, but nothing is mounted at {path}"),
        Guard::Empty { path } => {
            format!("{path} is not empty: there is an environment on that storage already (jug jregister)")
        }
        Guard::Interface { name, .. } => {
            format!("the interface {name} is not there, or it is somebody else's (jug net-check --all)")
        }
        Guard::PlainFiles { paths } => {
            let bad = paths.iter().find(|p| !fs::plain_or_absent(p.as_path()));
            format!("{} is no plain file", bad.map_or("it", AbsPath::as_str))
        }
        Guard::Not(guard) if matches!(**guard, Guard::Probe { .. }) => {
            "its hypervisor does not end, though it was killed (ps -axl; storage that does not answer holds it)".into()
        }
        other => format!("this does not hold: {other}"),
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

/// Whether a guard holds now.
pub fn holds(ctx: &Ctx<'_>, guard: &Guard) -> Result<bool> {
    let ask = |cmd: &Cmd| ctx.host.query(cmd).map_err(Error::from);
    Ok(match guard {
        Guard::Container { uuid, probe: cmd, .. } => {
            let out = ask(cmd)?;
            if out.ok() {
                ctx.platform.parse_one(&out.stdout)?.is_some_and(|c| c.uuid == Some(*uuid))
            } else if ["not found", "does not exist", "No such file"].iter().any(|s| out.stderr.contains(s)) {
                // So say jls(8), runc(8) and crun(1).
                false
            } else {
                return Err(RunError::failed(cmd, &out).into());
            }
        }
        Guard::Dataset { name, uuid } => zfs::dataset(ctx, name)?.is_some_and(|d| d.uuid == Some(*uuid)),
        Guard::Snapshot { dataset: name, label, uuid } => {
            zfs::dataset(ctx, name)?.is_some_and(|d| d.uuid == Some(*uuid))
                && zfs::snapshot(ctx, name, label)?
        }
        Guard::Snapshots { dataset, names, uuid, whose } => {
            zfs::snapshots(ctx, dataset, names, *uuid, *whose)?
        }
        Guard::Held { dataset, name } => zfs::held(ctx, dataset, name)?,
        Guard::DatasetMounted { name, path } => {
            zfs::dataset(ctx, name)?.is_some_and(|d| d.mounted && d.mountpoint == path.as_str())
        }
        Guard::Not(guard) => !holds(ctx, guard)?,
        Guard::MountedFrom { path, source, fstype } => {
            let all = ctx.platform.mounts(ctx.host)?;
            all.iter().rfind(|m| m.target == path.as_str()).is_some_and(|m| {
                let end = source.starts_with(':') && m.source.ends_with(source.as_str());
                m.fstype.starts_with(fstype.as_str()) && (m.source == *source || end)
            })
        }
        Guard::Private { path } => fs::is_private(path.as_path()),
        Guard::Clean { probe: cmd, .. } => {
            let out = ask(cmd)?;
            if !out.ok() {
                return Err(RunError::failed(cmd, &out).into());
            }
            ufs::is_clean(&out.stdout)?
        }
        Guard::Session { target, probe: cmd } => {
            let out = ask(cmd)?;
            if !out.ok() {
                return Err(RunError::failed(cmd, &out).into());
            }
            iscsictl::has(&out.stdout, target)
        }
        Guard::Mounted { path } => ctx.platform.mounts(ctx.host)?.iter().any(|m| m.target == path.as_str()),
        Guard::Address { interface, address } => {
            let text = crate::platform::ask(ctx.host, &ctx.platform.list_addresses())?;
            let (_, all) = ctx.platform.parse_addresses(&text)?;
            all.iter().any(|a| a.interface == interface.as_str() && a.address == *address)
        }
        Guard::Rule { rule, probe: cmd } => {
            let out = ask(cmd)?;
            // Switched off at a reboot since the start: the rules went with it.
            if !out.ok() && !rctl::is_off(&out) {
                return Err(RunError::failed(cmd, &out).into());
            }
            out.ok() && rctl::has(&out.stdout, rule)
        }
        Guard::Rules { probe: cmd } => crate::platform::filter::holds(cmd, &ask(cmd)?)?,
        Guard::Interface { name, stamp, mac } => {
            let text = crate::platform::ask(ctx.host, &ctx.platform.list_addresses())?;
            let (all, _) = ctx.platform.parse_addresses(&text)?;
            all.iter().any(|i| i.name == name.as_str() && i.is(stamp, *mac, ctx.platform.kind()))
        }
        Guard::Member { bridge, name } => {
            let text = crate::platform::ask(ctx.host, &ctx.platform.list_addresses())?;
            let (all, _) = ctx.platform.parse_addresses(&text)?;
            let bridge = all.iter().find(|i| i.name == bridge.as_str());
            bridge.is_some_and(|b| b.members.iter().any(|m| m == name.as_str()))
        }
        Guard::Namespace { name } => {
            ip::parse_namespaces(&crate::platform::ask(ctx.host, &ip::list_namespaces())?).any(|n| n == name)
        }
        Guard::Owner { dir, number, node } => crate::store::owner::current(dir.as_path())?
            .is_some_and(|(n, e)| n == *number && e.is_some_and(|e| e.node == *node)),
        Guard::OnMount { path, below } => ctx.platform.mounts(ctx.host)?.iter().any(|m| {
            let inside = m.target.starts_with(&format!("{below}/"));
            inside && (m.target == path.as_str() || path.as_str().starts_with(&format!("{}/", m.target)))
        }),
        Guard::Empty { path } => fs::kind(path.as_path()) == Some(fs::Kind::EmptyDir),
        Guard::ServersAnswer { dirs } => unmount::all_answer(ctx, dirs)?,
        Guard::Answers { host, port } => crate::host::tcp::answers(host, *port),
        Guard::DatasetThere { name } => zfs::dataset(ctx, name)?.is_some(),
        Guard::Probe { cmd } => {
            let out = ask(cmd)?;
            // pgrep(1) says nothing where there is none, and bhyvectl(8) this; any other word is no answer.
            let none = out.stderr.trim().is_empty() || out.stderr.contains("No such file or directory");
            if !(out.ok() || (out.status == 1 && none)) {
                return Err(RunError::failed(cmd, &out).into());
            }
            out.ok()
        }
        Guard::PlainFiles { paths } => paths.iter().all(|p| fs::plain_or_absent(p.as_path())),
        Guard::Exists { path } => fs::kind(path.as_path()).is_some(),
    })
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
