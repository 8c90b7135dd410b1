//! A block of jug's own at the head of a file that is somebody else's, reached through no link.

use super::beneath;
use crate::error::{Code, Error, Result};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// How the block begins.
pub const BEGIN: &str = "# jug begin";
/// How it ends.
pub const END: &str = "# jug end";
/// The largest file that gets a block, with it, in bytes.
const MAX: usize = 1 << 20;
/// What such a file may grow by until its block is taken away again, in bytes.
const MORE: usize = 1 << 20;

/// The lines with their marks.
pub fn wrapped(text: &str) -> String {
    format!(
        "{BEGIN}: written at each start, gone while it is stopped; what stands below is yours\n{text}{END}\n"
    )
}

/// What is not jug's. The block stands first, so that taking it away leaves just what was there.
fn rest(content: &str) -> &str {
    let end = format!("\n{END}\n");
    match content.starts_with(BEGIN).then(|| content.find(&end)).flatten() {
        Some(at) => &content[at + end.len()..],
        None => content,
    }
}

/// Puts the block there, or, without text, takes it away. Returns whether anything changed: what is no plain text file
/// stays as it is, and what would be too large with the block is left without it.
///
/// # Errors
/// Reading or writing fails.
pub fn set(root: &Path, rel: &str, text: &str) -> Result<bool> {
    let mut file = match beneath::open_file(root, rel) {
        Ok(file) => Some(file),
        Err(e) if e.code == Code::Conflict => return Ok(false),
        Err(e) if e.code == Code::NotFound => None,
        // The root itself is not there: there is nothing to take away.
        Err(_) if text.is_empty() && !root.exists() => return Ok(false),
        Err(e) => return Err(e),
    };
    let (mut content, mut mode, mut owner) = (String::new(), 0o644, None);
    if let Some(file) = &mut file {
        let meta = file
            .metadata()
            .map_err(|e| Error::io(root.join(rel.trim_start_matches('/')), "reading it", e))?;
        mode = meta.permissions().mode() & 0o7777;
        owner = Some((meta.uid(), meta.gid()));
        let read = file.take((MAX + MORE) as u64 + 1).read_to_string(&mut content);
        if read.is_err() || content.len() > MAX + MORE {
            return Ok(false);
        }
    }
    let rest = rest(&content);
    let block = if text.is_empty() { String::new() } else { wrapped(text) };
    // What can't be read again could never be taken away.
    let new = if block.len() + rest.len() > MAX { rest.to_string() } else { block + rest };
    if new == content {
        return Ok(false);
    }
    if new.is_empty() {
        return beneath::remove(root, rel).map(|()| true);
    }
    beneath::write_of(root, rel, &new, mode, owner).map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_jugs_stays() {
        let t = tempfile::tempdir().unwrap();
        let (root, file) = (t.path(), t.path().join("etc/hosts"));
        let read = || std::fs::read_to_string(&file).ok();
        let root_here = rustix::process::geteuid().is_root();
        if !root_here {
            println!("not tested: that a file keeps its owner; only root can give it one");
        }
        assert!(!set(root, "/etc/hosts", "").unwrap() && read().is_none());
        assert!(set(root, "/etc/hosts", "1 a\n").unwrap());
        assert!(set(root, "/etc/hosts", "").unwrap() && read().is_none());
        for text in ["::1 localhost\n", "no newline at its end", "# jug begin\nhalf a block\n"] {
            super::super::fs::write_atomic(&file, text, 0o600).unwrap();
            if root_here {
                std::os::unix::fs::chown(&file, Some(1001), Some(1002)).unwrap();
            }
            assert!(set(root, "/etc/hosts", "1 a\n").unwrap() && !set(root, "/etc/hosts", "1 a\n").unwrap());
            assert!(set(root, "/etc/hosts", "2 b\n3 c\n").unwrap());
            assert!(read().unwrap().contains("2 b") && !read().unwrap().contains("1 a"));
            assert!(set(root, "/etc/hosts", "").unwrap());
            assert_eq!(read().as_deref(), Some(text));
            let meta = file.metadata().unwrap();
            assert_eq!(meta.permissions().mode() & 0o777, 0o600);
            if root_here {
                assert_eq!((meta.uid(), meta.gid()), (1001, 1002));
            }
        }
        // What fits without the block only gets none; what had one may have grown since.
        let large = "x".repeat(MAX - 8);
        super::super::fs::write_atomic(&file, &large, 0o644).unwrap();
        assert!(!set(root, "/etc/hosts", "1 a\n").unwrap());
        let grown = wrapped("1 a\n") + &large;
        super::super::fs::write_atomic(&file, &grown, 0o644).unwrap();
        assert!(set(root, "/etc/hosts", "").unwrap() && read().as_deref() == Some(large.as_str()));
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &file).unwrap();
        assert!(!set(root, "/etc/hosts", "1 a\n").unwrap() && file.is_symlink());
        assert!(!set(&root.join("gone"), "/etc/hosts", "").unwrap());
    }
}
