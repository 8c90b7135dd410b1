//! Locks: flock(2) on files that are opened close-on-exec and never replaced or removed, so that no lock outlives
//! its process and none is held on a file nobody else will open.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::name::AbsPath;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing is not enough: a program that another thread is just starting holds the file too, until its exec.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Takes the lock of an object for a change; another's is exit 6 at once.
pub fn exclusive(layout: &Layout, object: &str, verb: &str) -> Result<Lock> {
    let path = layout.lock(object);
    let mut file = fs::open_lock(path.as_path())?;
    match patient(|| file.try_lock()) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(held(object, &mut file)),
        Err(TryLockError::Error(e)) => return Err(Error::io(path.as_path(), "locking it", e)),
    }
    // For the other one's message only; that it can't be written (a full disk) is no reason to stop.
    let _ =
        file.set_len(0).and_then(|()| file.write_all(format!("{} {verb}\n", std::process::id()).as_bytes()));
    Ok(Lock { file })
}

/// Takes a lock that others hold for moments only: waits for it, so many seconds at most.
pub fn wait(layout: &Layout, object: &str, verb: &str, seconds: u64) -> Result<Lock> {
    let begun = std::time::Instant::now();
    loop {
        match exclusive(layout, object, verb) {
            Err(e) if e.code == Code::Busy && begun.elapsed().as_secs() < seconds => {}
            other => return other,
        }
    }
}

/// Takes the lock of an object that must stay as it is meanwhile.
pub fn shared(layout: &Layout, object: &str) -> Result<Lock> {
    let path = layout.lock(object);
    let mut file = fs::open_lock(path.as_path())?;
    match patient(|| file.try_lock_shared()) {
        Ok(()) => Ok(Lock { file }),
        Err(TryLockError::WouldBlock) => Err(held(object, &mut file)),
        Err(TryLockError::Error(e)) => Err(Error::io(path.as_path(), "locking it", e)),
    }
}

/// Whether somebody holds the lock of an object, as far as this process may know: an ordinary user may not look, and
/// must not call interrupted what is only at work. Makes no file.
pub fn is_held(layout: &Layout, object: &str) -> bool {
    is_held_at(&layout.lock(object))
}

/// The same of a lock's file.
pub fn is_held_at(path: &AbsPath) -> bool {
    match File::open(path.as_path()) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(e) => e.kind() == std::io::ErrorKind::PermissionDenied,
    }
}

/// Tries for a moment: a list that looks whether a lock is held holds it itself for that long.
fn patient(
    mut attempt: impl FnMut() -> std::result::Result<(), TryLockError>,
) -> std::result::Result<(), TryLockError> {
    for _ in 0..10 {
        match attempt() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(20)),
            other => return other,
        }
    }
    attempt()
}

fn held(object: &str, file: &mut File) -> Error {
    let mut text = String::new();
    let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(64).read_to_string(&mut text));
    let who = match text.trim().split_once(' ') {
        Some((pid, verb)) => format!("another jug is at it ({verb}, process {pid})"),
        None => "another jug is at it".to_string(),
    };
    Error::busy(super::shown(object), who).next("wait for it, and give the command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_gone_with_its_holder() {
        let t = tempfile::tempdir().unwrap();
        let layout = Layout::new(&t.path().to_string_lossy().parse().unwrap()).unwrap().ensure().unwrap();
        let first = exclusive(&layout, "www", "jstart").unwrap();
        let e = exclusive(&layout, "www", "jstop").unwrap_err();
        assert_eq!(e.code, crate::error::Code::Busy);
        assert!(e.reason.contains("jstart") && is_held(&layout, "www"), "{e}");
        assert!(shared(&layout, "www").is_err());
        drop(first);
        assert!(!is_held(&layout, "www"));
        let (_a, _b) = (shared(&layout, "www").unwrap(), shared(&layout, "www").unwrap());
        assert!(exclusive(&layout, "www", "jstop").is_err());
    }
}
