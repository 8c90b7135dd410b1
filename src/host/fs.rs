//! Files: written to a temporary name, synced and renamed, so that a crash leaves the old or the new, never half.

use crate::error::{Error, Result};
use rustix::fs::{Mode, OFlags};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// More of a log is not read at once.
const MAX_LOG: u64 = 16 << 20;

/// What stands at a path; links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A directory with nothing in it.
    EmptyDir,
    /// A directory.
    Dir,
    /// A symbolic link.
    Link,
    /// Anything else.
    File,
}

/// What stands at a path, if anything does.
pub fn kind(path: &Path) -> Option<Kind> {
    let meta = fs::symlink_metadata(path).ok()?;
    Some(match () {
        () if meta.is_symlink() => Kind::Link,
        () if !meta.is_dir() => Kind::File,
        () if fs::read_dir(path).is_ok_and(|mut d| d.next().is_none()) => Kind::EmptyDir,
        () => Kind::Dir,
    })
}

/// Where a path leads once all links are followed; `None` if it leads nowhere.
pub fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Reads a text file, at most `max` bytes of it.
pub fn read_text(path: &Path, max: usize) -> Result<String> {
    text(path, File::open(path), max)
}

/// The same where others may write: no link is followed, and a pipe, which would be waited for, is refused.
pub fn read_foreign(path: &Path, max: usize) -> Result<String> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags as i32).open(path);
    if file.as_ref().is_ok_and(|f| f.metadata().is_ok_and(|m| !m.is_file())) {
        return Err(Error::usage(path.display(), "not a regular file"));
    }
    text(path, file, max)
}

fn text(path: &Path, file: io::Result<File>, max: usize) -> Result<String> {
    use std::io::Read;
    let mut bytes = Vec::new();
    file.and_then(|f| f.take(max as u64 + 1).read_to_end(&mut bytes)).map_err(|e| {
        let missing = e.kind() == io::ErrorKind::NotFound;
        let err = Error::io(path, "reading it", e);
        if missing { err.code(crate::error::Code::NotFound) } else { err }
    })?;
    if bytes.len() > max {
        return Err(Error::usage(path.display(), format!("larger than {max} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| Error::usage(path.display(), "not UTF-8 text"))
}

/// The name under which a file is written before it gets its own. It is always the same, so that what a crash leaves
/// is replaced by the next write and goes with the file; whoever writes holds the lock of what the file belongs to.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.jug"))
}

/// Writes a file all or nothing: temporary name in the same directory, fsync, rename, fsync of the directory.
pub fn write_atomic(path: &Path, text: &str, mode: u32) -> Result<()> {
    let dir = path.parent().unwrap_or(Path::new("/"));
    let temp = temporary(path);
    let written =
        write_new(&temp, text, mode).and_then(|()| rename(&temp, path)).and_then(|()| sync_dir(dir));
    written.map_err(|e| {
        let _ = fs::remove_file(&temp);
        Error::io(path, "writing it", e)
    })
}

/// Writes a file, all or nothing, if there is none of that name. Returns whether it was written.
pub fn write_first(path: &Path, text: &str, mode: u32) -> Result<bool> {
    let dir = path.parent().unwrap_or(Path::new("/"));
    let temp = path.with_file_name(format!(".jug-{}", uuid::Uuid::new_v4().simple()));
    let linked = write_new(&temp, text, mode).and_then(|()| fs::hard_link(&temp, path));
    let _ = fs::remove_file(&temp);
    match linked {
        Ok(()) => sync_dir(dir).map(|()| true).map_err(|e| Error::io(path, "writing it", e)),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(Error::io(path, "writing it", e)),
    }
}

fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

/// A new file for root alone, in the place of whatever had its name.
pub fn create_private(path: &Path) -> Result<File> {
    remove_file(path)?;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| Error::io(path, "making it", e))
}

#[expect(clippy::disallowed_methods, reason = "whoever renames syncs the directory")]
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Whether there is a plain file at a path, or nothing; a link is neither.
pub fn plain_or_absent(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(meta) => meta.is_file(),
        Err(e) => e.kind() == io::ErrorKind::NotFound,
    }
}

/// Makes an empty file that was not there before.
pub fn create_new(path: &Path, mode: u32) -> Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    match made.and_then(|f| f.sync_all()) {
        Ok(()) => path.parent().map_or(Ok(()), sync_dir).map_err(|e| Error::io(path, "making it", e)),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            Err(Error::conflict(path.display(), "it is there already").next("look what it is"))
        }
        Err(e) => Err(Error::io(path, "making it", e)),
    }
}

/// Syncs a directory, so that names made or removed in it last.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    match File::open(dir)?.sync_all() {
        // Some file systems (fuse among them) can't.
        Err(e) if e.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

/// Lays files out in a directory of their own, in the place of whatever was there, where nobody but root reads them.
pub fn lay_out(dir: &Path, files: &[(&str, &str)]) -> Result<()> {
    super::tree::remove(dir)?;
    make_dir(dir, 0o700)?;
    for (path, text) in files {
        let path = dir.join(path);
        let above: Vec<&Path> = path.ancestors().skip(1).take_while(|a| *a != dir).collect();
        for dir in above.into_iter().rev() {
            make_dir(dir, 0o700)?;
        }
        write_atomic(&path, text, 0o600)?;
    }
    Ok(())
}

/// Removes a file, and what a crash left of writing it; nothing there is no error. Returns whether something was removed.
pub fn remove_file(path: &Path) -> Result<bool> {
    let _ = fs::remove_file(temporary(path));
    match fs::remove_file(path) {
        Ok(()) => {
            if let Some(dir) = path.parent() {
                let _ = sync_dir(dir);
            }
            Ok(true)
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::io(path, "removing it", e)),
    }
}

/// Makes one directory with exactly this mode. Returns whether it was made; one that is there is left as it is.
pub fn make_dir(path: &Path, mode: u32) -> Result<bool> {
    match fs::DirBuilder::new().mode(mode).create(path) {
        Ok(()) => {
            // The umask took bits from it.
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
                .map_err(|e| Error::io(path, "setting its mode", e))?;
            Ok(true)
        }
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => match fs::symlink_metadata(path) {
            Ok(m) if m.is_dir() => Ok(false),
            _ => Err(Error::conflict(path.display(), "it is there and no directory")),
        },
        Err(e) => Err(Error::io(path, "making the directory", e)),
    }
}

/// Whether a file is there and is for its owner alone, who is root (or, for an ordinary user, that user).
pub fn is_private(path: &Path) -> bool {
    let me = rustix::process::geteuid().as_raw();
    fs::metadata(path).is_ok_and(|m| m.is_file() && (m.uid() == 0 || m.uid() == me) && m.mode() & 0o077 == 0)
}

/// The mode of a file.
pub fn mode(path: &Path) -> Result<u32> {
    let meta = fs::metadata(path).map_err(|e| Error::io(path, "reading its mode", e))?;
    Ok(meta.mode() & 0o7777)
}

/// Sets the mode of a directory that is there.
pub fn set_mode(path: &Path, mode: u32) -> Result<()> {
    let now = fs::symlink_metadata(path).map_err(|e| Error::io(path, "reading its mode", e))?.mode() & 0o7777;
    if now == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|e| Error::io(path, "setting its mode", e))
}

/// Removes an empty directory; nothing there is no error. Returns whether it was removed.
pub fn remove_dir(path: &Path) -> Result<bool> {
    match fs::remove_dir(path) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(Error::io(path, "removing the directory", e)),
    }
}

/// Opens a log for appending, without following a link.
pub fn open_log(path: &Path) -> Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::CLOEXEC).bits();
    OpenOptions::new()
        .append(true)
        .read(true)
        .create(true)
        .mode(0o600)
        .custom_flags(flags as i32)
        .open(path)
        .map_err(|e| Error::io(path, "opening the log", e))
}

/// How long a file is; 0 if it is not there.
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

/// What a log has gained since it was so long; all of it, if it was begun anew.
pub fn read_from(path: &Path, from: u64) -> Result<String> {
    use std::io::{Read, Seek, SeekFrom};
    let from = if length(path) < from { 0 } else { from };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|mut f| {
        f.seek(SeekFrom::Start(from))?;
        f.take(MAX_LOG).read_to_end(&mut bytes)
    });
    read.map_err(|e| Error::io(path, "reading it", e))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Renames `console.log` to `console.log.0` and so on, if it has grown past `max` bytes; `keep` old ones stay.
pub fn rotate(path: &Path, max: u64, keep: u32) -> Result<bool> {
    let size = match fs::symlink_metadata(path) {
        Ok(m) => m.len(),
        Err(_) => return Ok(false),
    };
    if size <= max {
        return Ok(false);
    }
    let old = |n: u32| PathBuf::from(format!("{}.{n}", path.display()));
    for n in (0..keep.saturating_sub(1)).rev() {
        if old(n).exists() {
            move_file(&old(n), &old(n + 1))?;
        }
    }
    move_file(path, &old(0))?;
    Ok(true)
}

/// Renames a file and syncs its directory.
pub fn move_file(from: &Path, to: &Path) -> Result<()> {
    rename(from, to).map_err(|e| Error::io(from, &format!("renaming it to {}", to.display()), e))?;
    if let Some(dir) = to.parent() {
        sync_dir(dir).map_err(|e| Error::io(dir, "syncing it", e))?;
    }
    Ok(())
}

/// Whether root may run this file: a regular file, executable, and neither it nor a directory above it
/// can be written by others than root (or, for an ordinary user, than that user). Returns its canonical path, which is
/// what was checked and so what must be run.
pub fn check_runnable(path: &Path) -> Result<PathBuf> {
    let me = rustix::process::geteuid().as_raw();
    let meta = fs::metadata(path)
        .map_err(|e| Error::io(path, "it can't be run", e).code(crate::error::Code::NotFound))?;
    if !meta.is_file() {
        return Err(Error::usage(path.display(), "not a file that can be run"));
    }
    if meta.mode() & 0o111 == 0 {
        return Err(
            Error::usage(path.display(), "not executable").next(format!("chmod +x {}", path.display()))
        );
    }
    let real = fs::canonicalize(path).map_err(|e| Error::io(path, "it can't be run", e))?;
    for (depth, part) in real.ancestors().enumerate() {
        let meta = fs::symlink_metadata(part).map_err(|e| Error::io(part, "reading its mode", e))?;
        if meta.uid() != 0 && meta.uid() != me {
            return Err(Error::usage(
                path.display(),
                format!(
                    "{} belongs to another user (uid {}), who could change it",
                    part.display(),
                    meta.uid()
                ),
            )
            .next(format!("chown root {}", part.display())));
        }
        let sticky = depth > 0 && meta.mode() & 0o1000 != 0;
        if meta.mode() & 0o022 != 0 && !sticky {
            return Err(Error::usage(path.display(), format!("others may write to {}", part.display()))
                .next(format!("chmod go-w {}", part.display())));
        }
    }
    Ok(real)
}

/// A file opened for a lock: made if it is not there, never truncated, closed on exec.
pub fn open_lock(path: &Path) -> Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    rustix::fs::open(path, flags, Mode::from_raw_mode(0o600))
        .map(File::from)
        .map_err(|e| Error::io(path, "opening the lock", e))
}
