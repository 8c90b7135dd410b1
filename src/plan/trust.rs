//! What a copy that came with shared storage wants of this host: shown, and used only when the administrator says so.

use super::guest::Guest;
use crate::error::{Error, Result};
use crate::model::fstab::FsType;
use crate::model::name::AbsPath;

/// Refuses an environment whose description would have this host run its programs, mount its directories or show its
/// devices, unless they lie below `appointed`: directories whose contents this node's administrator has put there for
/// this. Who wrote the description could otherwise choose what root runs here.
///
/// # Errors
/// It wants something; all of it is named.
pub fn check(guest: &Guest<'_>, appointed: &[AbsPath]) -> Result<()> {
    let wants = wants(guest, appointed);
    if wants.is_empty() {
        return Ok(());
    }
    Err(Error::usage(
        guest.name,
        format!("its description, which came with its storage, asks this host for: {}", wants.join("; ")),
    )
    .next(format!(
        "if you trust who wrote it, jug jregister --trust {}; what lies below {} is used without",
        guest.name,
        appointed.iter().map(AbsPath::as_str).collect::<Vec<_>>().join(" or ")
    )))
}

/// What it asks for, each as one phrase.
fn wants(guest: &Guest<'_>, appointed: &[AbsPath]) -> Vec<String> {
    let env = guest.env;
    let strange = |path: &AbsPath| !appointed.iter().any(|d| path.as_path().starts_with(d.as_path()));
    let mut wants = Vec::new();
    for (key, path) in [("mnt_start", &env.mnt_start), ("mnt_stop", &env.mnt_stop)] {
        if let Some(path) = path.as_ref().filter(|p| strange(p)) {
            wants.push(format!("{key} {path}"));
        }
    }
    for (point, hooks) in &env.hooks {
        for hook in hooks.iter().filter(|h| strange(&h.path)) {
            wants.push(format!("the hook {} ({point})", hook.path));
        }
    }
    for mount in &env.fstab {
        // A directory of its own is no exception: a link in its data could lead anywhere.
        let of_host = mount.source.parse().as_ref().map_or(true, strange);
        if mount.fstype != FsType::Tmpfs && of_host {
            wants.push(format!("the mount '{mount}'"));
        }
    }
    if env.devfs_ruleset == 0 {
        wants.push("devfs_ruleset 0, all devices of the host".into());
    }
    wants
}
