//! An environment's storage on a disk of its own, over iSCSI or encrypted by geli(8), with one UFS that holds all of its
//! directories. Two nodes that write to it at once destroy it, and no epoch on it can be read before it is mounted. So
//! it is mounted read-only first, which changes nothing on it; its owner is read; and only then, and only if it is clean
//! or this node's, it is written to. One that is in use elsewhere is not clean.

use super::driver::{self, Need, Wanted};
use super::guest::Guest;
use super::{Effect, Guard, Step, mnt};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::host::Cmd;
use crate::model::external::{Driver, Part};
use crate::model::name::AbsPath;
use crate::platform::PlatformKind;
use crate::programs::{geli, iscsictl, mount, ufs};

/// Seconds until a disk that was attached is there.
const APPEARS: u64 = 30;

/// Where the disk is mounted; its directories are shown at the environment's own from there.
pub fn place(guest: &Guest<'_>) -> AbsPath {
    guest.layout.disk(guest.name)
}

/// The disk as it was attached, and as it is read.
fn devices(guest: &Guest<'_>) -> (AbsPath, AbsPath) {
    let external = &guest.env.external;
    let device = match &external.device {
        Some(pattern) => pattern.of(guest.name),
        // The label that newfs -L gave it: which da(4) it becomes is known to nobody.
        None => AbsPath::root().join(&format!("dev/ufs/{}", guest.name)),
    };
    let read = if external.is_encrypted() { geli::decrypted(&device) } else { device.clone() };
    (device, read)
}

fn appears(device: &AbsPath) -> [Step; 2] {
    let probe = Cmd::new("test").args(["!", "-e", device.as_str()]);
    [
        Step::new(format!("wait for {device}"), Effect::AwaitEnd { probe, seconds: APPEARS }),
        Step::new(
            format!("see that {device} is there"),
            Effect::Expect(Guard::Exists { path: device.clone() }),
        ),
    ]
}

fn session(target: &str) -> Guard {
    Guard::Session { target: target.to_string(), probe: iscsictl::list() }
}

/// The steps that attach and mount it.
///
/// # Errors
/// The platform has no such driver.
pub fn start(guest: &Guest<'_>, facts: &Facts, need: Need) -> Result<Vec<Step>> {
    let external = &guest.env.external;
    if guest.platform.kind() != PlatformKind::Freebsd {
        let lacks = if external.driver == Driver::Geli { "geli(8)" } else { "iscsictl(8) and UFS" };
        return Err(Error::lacks(
            guest.name,
            format!("the driver {} needs {lacks}, which only FreeBSD has", external.driver.as_str()),
        )
        .next("mount it by hooks of your own: external.driver=script, with mnt_start and mnt_stop"));
    }
    let (device, read) = devices(guest);
    let place = place(guest);
    let mut steps = Vec::new();
    if let (Driver::Iscsi, Some(portal), Some(target)) = (external.driver, &external.portal, &external.target)
    {
        let target = target.of(guest.name);
        let add = iscsictl::add(portal.as_str(), &target, APPEARS);
        steps.push(
            Step::run(format!("connect to {target}"), add)
                .when(Guard::Not(Box::new(session(&target))))
                .undo_when(session(&target), Effect::Run(iscsictl::remove(&target))),
        );
    }
    steps.extend(appears(&device));
    if external.is_encrypted() {
        let of = |p: &Option<crate::model::external::PathPattern>| p.as_ref().map(|p| p.of(guest.name));
        let (key, passphrase) = (of(&external.key_file), of(&external.passphrase_file));
        for path in [&key, &passphrase].into_iter().flatten() {
            let title = format!("see that {path} is for nobody but root");
            steps.push(Step::new(title, Effect::Expect(Guard::Private { path: path.clone() })));
        }
        let there = Guard::Exists { path: read.clone() };
        steps.push(
            Step::run(format!("decrypt {device}"), geli::attach(&device, key.as_ref(), passphrase.as_ref()))
                .when(Guard::Not(Box::new(there.clone())))
                .undo_when(there, Effect::Run(geli::detach(&device))),
        );
        steps.extend(appears(&read));
    }
    steps.push(
        Step::new("make the place of its disk", Effect::MakeDir { path: place.clone(), mode: 0o700 })
            .undo(Effect::RemoveDir { path: place.clone() }),
    );
    let options: Vec<String> = external.options().map(str::to_string).collect();
    let title = format!("mount {read} read-only, to see whose it is");
    let (cmd, source) = (ufs::mount(&read, &place, &options), read.to_string());
    steps.extend(driver::mount(guest, facts, Wanted { title, cmd, path: &place, source, fstype: "ufs" }));
    if need != Need::Look {
        steps.extend(writable(guest, need == Need::Ours && guest.env.owner.epoch > 0));
        for part in Part::ALL {
            let path = place.join(part.as_str());
            steps.push(
                Step::new(format!("make {path}"), Effect::MakeDir { path: path.clone(), mode: 0o755 })
                    .undo(Effect::RemoveDir { path })
                    .within(mnt::patience(guest)),
            );
        }
    }
    for part in Part::ALL {
        let (path, source) = (driver::place(guest, part), place.join(part.as_str()).to_string());
        let title = format!("show {source} at {path}");
        let cmd = mount::nullfs(&source, &path, false);
        steps.extend(driver::mount(
            guest,
            facts,
            Wanted { title, cmd, path: &path, source, fstype: "nullfs" },
        ));
    }
    Ok(steps)
}

/// The steps that let it be written to, once it is mounted. One that this node owns may be mended first, since then it was
/// this node that did not unmount it.
pub fn writable(guest: &Guest<'_>, ours: bool) -> Vec<Step> {
    let place = place(guest);
    let mut steps = Vec::new();
    if ours {
        let dir = place.join("system/owner.d");
        let owner = Guard::Owner { dir, number: guest.env.owner.epoch, node: guest.node.id };
        steps.push(
            Step::new("see that this node owns it", Effect::Expect(owner)).within(mnt::patience(guest)),
        );
        steps.push(Step::run("mend it, if it was not unmounted cleanly", ufs::preen(&devices(guest).1)));
    }
    let device = devices(guest).1;
    let clean = Guard::Clean { probe: ufs::superblock(&device), device };
    steps.push(Step::new("see that no other node has it mounted: it is clean", Effect::Expect(clean)));
    let title = "let it be written to";
    steps.push(Step::run(title, ufs::writable(&place).limit(mnt::patience(guest).unwrap_or_default())));
    steps
}

/// The steps once it is unmounted.
pub fn stop(guest: &Guest<'_>) -> Vec<Step> {
    let external = &guest.env.external;
    let (device, read) = devices(guest);
    let mut steps = vec![Step::new("remove the place of its disk", Effect::RemoveDir { path: place(guest) })];
    if external.is_encrypted() {
        steps.push(
            Step::run(format!("take the key of {device} out of memory"), geli::detach(&device))
                .when(Guard::Exists { path: read }),
        );
    }
    if let (Driver::Iscsi, Some(target)) = (external.driver, &external.target) {
        let target = target.of(guest.name);
        steps.push(
            Step::run(format!("disconnect from {target}"), iscsictl::remove(&target)).when(session(&target)),
        );
    }
    steps
}
