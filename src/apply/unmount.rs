//! Unmounting what was mounted since, deepest first, though a server may not answer any more.

use super::Ctx;
use super::perform::run;
use crate::error::{Code, Error, Result};
use crate::host::Child;
use crate::model::name::AbsPath;
use crate::platform::PlatformKind;
use crate::programs::{mount, mount_nfs};

/// Seconds after which the storage of what is unmounted is taken for dead.
const PATIENCE: u64 = 15;

/// What is mounted below a path, and perhaps at it, in the order in which it can be unmounted.
pub(super) fn below(ctx: &Ctx<'_>, path: &AbsPath, itself: bool) -> Result<Vec<String>> {
    let prefix = format!("{path}/");
    let mut targets: Vec<String> = ctx
        .platform
        .mounts(ctx.host)?
        .into_iter()
        .map(|m| m.target)
        .filter(|t| t.starts_with(&prefix) || (itself && t == path.as_str()))
        .collect();
    // Of two mounts at one place the later is on top and stands later in the table.
    targets.reverse();
    targets.sort_by_key(|t| std::cmp::Reverse(t.matches('/').count()));
    Ok(targets)
}

/// Unmounts all that is mounted at and below these directories and was not before, as far as it goes; the first
/// complaint is the error. With `force` what does not answer goes nevertheless.
pub(super) fn gained(
    ctx: &Ctx<'_>,
    dirs: &[AbsPath],
    before: &[String],
    force: bool,
    started: &mut dyn FnMut(Child),
) -> Result<bool> {
    let mut targets = Vec::new();
    for dir in dirs {
        targets.extend(below(ctx, dir, true)?.into_iter().filter(|t| !before.contains(t)));
    }
    let (mut first, mut dead) = (None, false);
    for target in &targets {
        if !dead && !answers(ctx, target)? {
            dead = true;
            if !force {
                let e = Error::new(Code::Timeout, "", "its NFS server says nothing");
                first.get_or_insert(unanswered(target, e));
            }
        }
        let mut done = match (dead, force) {
            (false, _) => run(ctx, &ordinary(ctx, target)?.limit(PATIENCE), started),
            (true, true) => run(ctx, &forced(ctx, target)?, started),
            // The rest lies on the same server.
            (true, false) => break,
        };
        if !dead && done.as_ref().is_err_and(|e| e.code == Code::Timeout) {
            dead = true;
            done = match force {
                // A server that is gone must not keep what it served here for ever.
                true => run(ctx, &forced(ctx, target)?, started),
                false => done.map_err(|e| unanswered(target, e)),
            };
        }
        if let Err(e) = done {
            first.get_or_insert(e);
        }
    }
    match first {
        Some(e) => Err(e),
        None => Ok(!targets.is_empty()),
    }
}

/// Whether what is mounted there can be unmounted in the ordinary way. On FreeBSD umount(8) of NFS version 4 whose server is
/// gone never ends (it waits in the kernel, `nfscl_umount`), and from then on force does not help either: so the server
/// is asked before. Another program asks, since finding its address may take long.
fn answers(ctx: &Ctx<'_>, target: &str) -> Result<bool> {
    let all = ctx.platform.mounts(ctx.host)?;
    let nfs = all.iter().rfind(|m| m.target == target).filter(|m| m.fstype == "nfs");
    let (PlatformKind::Freebsd, Some(host), Some(own)) =
        (ctx.platform.kind(), nfs.and_then(|m| mount_nfs::host(&m.source)), ctx.host.own_program())
    else {
        return Ok(true);
    };
    Ok(ctx.host.query(&own.args(["perform", "--nfs", host]).limit(10)).is_ok_and(|o| o.ok()))
}

/// The same of all that is mounted at and below these directories.
pub(super) fn all_answer(ctx: &Ctx<'_>, dirs: &[AbsPath]) -> Result<bool> {
    for dir in dirs {
        for target in below(ctx, dir, true)? {
            if !answers(ctx, &target)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn unanswered(target: &str, e: Error) -> Error {
    let reason = format!(
        "{target} can't be unmounted, since its storage does not answer ({}); wait for it, or unmount it by force, by \
         which what was not written yet is lost (jug jstop --force; nfs-umount --force)",
        e.reason
    );
    Error { reason, ..e }
}

fn ordinary(ctx: &Ctx<'_>, target: &str) -> Result<crate::host::Cmd> {
    let place = ctx.layout.workdir.join("run");
    let inside = target.strip_prefix(place.as_str()).and_then(|t| t.strip_prefix('/')).unwrap_or_default();
    Ok(match inside.split_once('/') {
        // By force it would leave what is mounted below it where nobody can reach it.
        Some((name, "root")) if !name.starts_with('.') && below(ctx, &target.parse()?, false)?.is_empty() => {
            mount::umount_root(ctx.platform.kind(), target)
        }
        _ => mount::umount(target),
    })
}

fn forced(ctx: &Ctx<'_>, target: &str) -> Result<crate::host::Cmd> {
    let kind = ctx.platform.kind();
    let all = ctx.platform.mounts(ctx.host)?;
    let fstype = all.iter().rfind(|m| m.target == target).map(|m| m.fstype.clone()).unwrap_or_default();
    Ok(mount::umount_by(mount::force(kind, &fstype), target))
}
