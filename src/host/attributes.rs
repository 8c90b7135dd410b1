//! What a copy of a file keeps beside its bytes, and how its blocks are cloned: each platform in its own way.

pub use platform::{attributes, clone, flags, set_flags};

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::File;
    use std::os::fd::BorrowedFd;

    pub fn clone(from: &File, to: &File) -> bool {
        rustix::fs::ioctl_ficlone(to, from).is_ok()
    }

    /// Extended attributes: file capabilities among them. Where a file system has none, there is nothing to copy.
    pub fn attributes(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> std::io::Result<()> {
        let mut names = vec![0u8; 16 << 10];
        let Ok(n) = rustix::fs::flistxattr(from, &mut names) else { return Ok(()) };
        for name in names[..n].split(|b| *b == 0).filter(|n| !n.is_empty()) {
            let mut value = vec![0u8; 64 << 10];
            if let Ok(n) = rustix::fs::fgetxattr(from, name, &mut value) {
                let set = rustix::fs::fsetxattr(to, name, &value[..n], rustix::fs::XattrFlags::empty());
                if name == b"security.capability" {
                    set?;
                }
            }
        }
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other platform's can fail")]
    pub fn flags(_: BorrowedFd<'_>) -> std::io::Result<u32> {
        Ok(0)
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other platform's can fail")]
    pub fn set_flags(_: &std::path::Path, _: u32) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "freebsd")]
mod platform {
    use std::fs::File;
    use std::os::fd::BorrowedFd;
    use std::os::freebsd::fs::MetadataExt;

    /// copy_file_range(2) clones blocks by itself.
    pub fn clone(_: &File, _: &File) -> bool {
        false
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other platform's can fail")]
    pub fn attributes(_: BorrowedFd<'_>, _: BorrowedFd<'_>) -> std::io::Result<()> {
        Ok(())
    }

    /// File flags that people set (chflags(1)); archive, sparse and the like are the file system's own business.
    const KEPT: u32 =
        0x0000_0001 | 0x0000_0002 | 0x0000_0004 | 0x0000_0010 | 0x0002_0000 | 0x0004_0000 | 0x0010_0000;

    pub fn flags(from: BorrowedFd<'_>) -> std::io::Result<u32> {
        Ok(File::from(from.try_clone_to_owned()?).metadata()?.st_flags() & KEPT)
    }

    /// By path: nix has no fchflags(2), and /dev/fd has no more than 0, 1 and 2. What is named here was just made
    /// in a place that nobody else writes to.
    pub fn set_flags(path: &std::path::Path, flags: u32) -> std::io::Result<()> {
        nix::unistd::chflags(path, nix::sys::stat::FileFlag::from_bits_retain(flags.into()))
            .map_err(Into::into)
    }
}
