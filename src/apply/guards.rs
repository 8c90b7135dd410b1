//! What a step asks of the host before it does anything, and what is said where it does not hold.

use super::{Ctx, unmount, zfs};
use crate::error::{Error, Result};
use crate::host::cmd::{Cmd, RunError};
use crate::host::fs;
use crate::model::name::AbsPath;
use crate::plan::Guard;
use crate::programs::{ip, iscsictl, rctl, ufs};

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

/// Why a plan ends where a guard does not hold.
pub fn why_not(guard: &Guard) -> Result<Error> {
    Ok(match guard {
        Guard::Owner { dir, number, .. } => not_ours(dir, *number)?,
        Guard::Private { path } => not_private(path),
        Guard::Clean { device, .. } => not_clean(device),
        _ => Error::failed("", expectation(guard)),
    })
}

/// Why this node does not own it: another took it over, or this is not the storage on which it had its epoch.
fn not_ours(dir: &AbsPath, number: u64) -> Result<Error> {
    let last = crate::store::owner::current(dir.as_path())?.map_or(0, |(n, _)| n);
    Ok(if last < number {
        Error::failed(
            "",
            format!("{dir} has no epoch {number}: it is not this environment's storage, or an older state of it"),
        )
        .next("see what is mounted there; if it is what you want, register it with --takeover after unregistering it")
    } else {
        Error::busy(
            "",
            format!(
                "it is fenced: another node has taken it over since this one had epoch {number} (jug owner)"
            ),
        )
        .next("unregistering forgets it here, registering it with --takeover takes it back (jug junregister, jug jregister; of a VM \
               jug vm-unregister, jug vm-register)")
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
            format!("{path} is not empty: there is an environment on that storage already (jug jregister, jug vm-register)")
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
