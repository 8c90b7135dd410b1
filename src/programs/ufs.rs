//! UFS on a disk: mount(8), dumpfs(8), fsck_ffs(8). While it is mounted for writing it is marked as not clean. That alone does
//! not keep another node from it: with soft updates and no journal the kernel mounts it all the same (seen on 15.0).

use super::surprise;
use crate::error::Result;
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

/// Asks what its superblock says.
pub fn superblock(device: &AbsPath) -> Cmd {
    Cmd::new("dumpfs").args(["-s", device.as_str()])
}

/// Whether it was unmounted cleanly, by the answer to [`superblock`]: `cgrotor 0 fmod 0 ronly 0 clean 1`.
pub fn is_clean(text: &str) -> Result<bool> {
    let mut words = text.lines().find(|l| l.starts_with("cgrotor")).unwrap_or_default().split_whitespace();
    words.find(|w| *w == "clean");
    match words.next() {
        Some("0") => Ok(false),
        Some("1") => Ok(true),
        other => Err(surprise("dumpfs", format!("clean {other:?}"))),
    }
}

/// Mends what a crash leaves, if it was not unmounted cleanly; it may be mounted read-only.
pub fn preen(device: &AbsPath) -> Cmd {
    Cmd::new("fsck_ffs").args(["-p", device.as_str()]).limit(3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_superblock() {
        let text = "magic\t19540119 (UFS2)\nsblkno\t24\tcblkno\t32\ncgrotor\t0\tfmod\t0\tronly\t0\tclean\t0\nflags\tsoft-updates \n";
        assert!(!is_clean(text).unwrap() && is_clean(&text.replace("clean\t0", "clean\t1")).unwrap());
        assert!(is_clean("").is_err() && is_clean("clean\t1\n").is_err());
    }
}
