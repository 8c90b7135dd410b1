//! What a copy of a file keeps beside its bytes, and how its blocks are cloned: each platform in its own way.

pub use platform::{attributes, clone, flags, read, set_flags, share, write};

/// File flags that people set (chflags(1)), by the words of archives; archive, sparse and the like are the file system's own
/// business.
const FLAGS: [(u32, &str); 7] = [
    (0x0000_0001, "nodump"),
    (0x0000_0002, "uchg"),
    (0x0000_0004, "uappnd"),
    (0x0000_0010, "uunlnk"),
    (0x0002_0000, "schg"),
    (0x0004_0000, "sappnd"),
    (0x0010_0000, "sunlnk"),
];

/// The words of flags.
pub fn words(flags: u32) -> String {
    let words: Vec<&str> = FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, word)| *word).collect();
    words.join(",")
}

/// The flags that words mean; others are left out.
pub fn of_words(words: &str) -> u32 {
    let of = |word: &str| FLAGS.iter().find(|(_, w)| *w == word).map_or(0, |(bit, _)| *bit);
    words.split(',').fold(0, |all, word| all | of(word))
}

/// Whether an attribute of a file in an archive is given to it: those that mean something inside, and none of the kernel's
/// or a security module's.
pub fn is_taken(name: &[u8]) -> bool {
    const TAKEN: [&[u8]; 3] =
        [b"security.capability", b"system.posix_acl_access", b"system.posix_acl_default"];
    TAKEN.contains(&name) || name.starts_with(b"user.")
}

#[cfg(target_os = "linux")]
mod platform {
    use std::fs::File;
    use std::os::fd::BorrowedFd;

    pub fn clone(from: &File, to: &File) -> bool {
        rustix::fs::ioctl_ficlone(to, from).is_ok()
    }

    /// All of a long file into an empty one, with its holes, if the system does that by itself.
    #[expect(clippy::unnecessary_wraps, reason = "the other platform's can fail")]
    pub fn share(from: &File, to: &File) -> std::io::Result<bool> {
        Ok(clone(from, to))
    }

    /// Extended attributes that an archive keeps.
    pub fn read(file: BorrowedFd<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut names = vec![0u8; 64 << 10];
        let n = rustix::fs::flistxattr(file, &mut names).unwrap_or(0);
        let one = |name: &[u8]| {
            let mut value = vec![0u8; 64 << 10];
            let n = rustix::fs::fgetxattr(file, name, &mut value).ok()?;
            value.truncate(n);
            Some((name.to_vec(), value))
        };
        names[..n].split(|b| *b == 0).filter(|n| super::is_taken(n)).filter_map(one).collect()
    }

    /// Gives a file an extended attribute; whether the file system has such.
    pub fn write(file: BorrowedFd<'_>, name: &[u8], value: &[u8]) -> std::io::Result<bool> {
        match rustix::fs::fsetxattr(file, name, value, rustix::fs::XattrFlags::empty()) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::NOTSUP) => Ok(false),
            Err(e) => Err(e.into()),
        }
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

    /// Extended attributes are for the system here (extattr(9)), and none is kept.
    pub fn read(_: BorrowedFd<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
        Vec::new()
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other platform's can fail")]
    pub fn write(_: BorrowedFd<'_>, _: &[u8], _: &[u8]) -> std::io::Result<bool> {
        Ok(false)
    }

    /// copy_file_range(2) clones blocks by itself.
    pub fn clone(_: &File, _: &File) -> bool {
        false
    }

    /// All of a long file into an empty one: copy_file_range(2) keeps holes, which Linux's does not.
    pub fn share(from: &File, to: &File) -> std::io::Result<bool> {
        loop {
            match nix::fcntl::copy_file_range(from, None, to, None, 64 << 20) {
                Ok(0) => return Ok(true),
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other platform's can fail")]
    pub fn attributes(_: BorrowedFd<'_>, _: BorrowedFd<'_>) -> std::io::Result<()> {
        Ok(())
    }

    pub fn flags(from: BorrowedFd<'_>) -> std::io::Result<u32> {
        let kept = super::FLAGS.iter().fold(0, |all, (bit, _)| all | bit);
        Ok(File::from(from.try_clone_to_owned()?).metadata()?.st_flags() & kept)
    }

    /// By path: nix has no fchflags(2), and /dev/fd has no more than 0, 1 and 2. What is named here was just made
    /// in a place that nobody else writes to.
    pub fn set_flags(path: &std::path::Path, flags: u32) -> std::io::Result<()> {
        nix::unistd::chflags(path, nix::sys::stat::FileFlag::from_bits_retain(flags.into()))
            .map_err(Into::into)
    }
}
