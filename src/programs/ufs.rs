//! UFS on a disk: mount(8), fsck_ffs(8). The kernel writes to a file system that was not unmounted cleanly only once it was
//! checked: "R/W mount of ... denied. Filesystem is not clean - run fsck".

use crate::host::Cmd;
use crate::model::name::AbsPath;

/// Mounts it read-only, which changes nothing on it, clean or not.
pub fn mount(device: &AbsPath, target: &AbsPath, options: &[String]) -> Cmd {
    let all = ["ro"].into_iter().chain(options.iter().map(String::as_str)).collect::<Vec<_>>().join(",");
    Cmd::new("mount").args(["-t", "ufs", "-o", &all, device.as_str(), target.as_str()])
}

/// Lets what is mounted read-only be written to.
pub fn writable(target: &AbsPath) -> Cmd {
    Cmd::new("mount").args(["-u", "-o", "rw", target.as_str()])
}

/// Mends what a crash leaves, if it was not unmounted cleanly; it may be mounted read-only.
pub fn preen(device: &AbsPath) -> Cmd {
    Cmd::new("fsck_ffs").args(["-p", device.as_str()]).limit(3600)
}
