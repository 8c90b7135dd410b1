//! find(1): what may be run in a directory, asked by a program that can be ended where its storage does not answer.

use super::surprise;
use crate::error::Result;
use crate::host::Cmd;
use crate::model::name::AbsPath;

/// Asks for the files in these directories that somebody may execute, but for those whose name begins with a dot; with
/// `links`, for links to such files too.
pub fn runnable(dirs: &[AbsPath], links: bool) -> Cmd {
    // POSIX's way not to descend is to prune all but the directory itself, which is called `.` so.
    Cmd::new("find")
        .args(links.then_some("-L"))
        .args(dirs.iter().map(|d| format!("{d}/.")))
        .args(["!", "-name", ".", "-prune", "!", "-name", ".*", "-type", "f"])
        .args(["(", "-perm", "-100", "-o", "-perm", "-010", "-o", "-perm", "-001", ")", "-print0"])
}

/// Directories and names, sorted by name in each directory.
///
/// # Errors
/// It printed something else.
pub fn parse(text: &str) -> Result<Vec<(String, String)>> {
    let mut all = text
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(|path| {
            let (dir, name) = path.rsplit_once("/./").ok_or_else(|| surprise("find", path))?;
            Ok((dir.to_string(), name.to_string()))
        })
        .collect::<Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// Whether all that it complained of is that a directory is not there.
pub fn only_missing(stderr: &str) -> bool {
    // So say GNU's and FreeBSD's.
    !stderr.is_empty() && stderr.lines().all(|l| l.contains("No such file or directory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_may_hold_anything() {
        let found = parse("/w/s/b.d/./20\0/w/s/a.d/./9\0/w/s/a.d/./10 a\nb\0").unwrap();
        let words: Vec<String> = found.iter().map(|(d, n)| format!("{d} {n}")).collect();
        assert_eq!(words, ["/w/s/a.d 10 a\nb", "/w/s/a.d 9", "/w/s/b.d 20"]);
        assert!(parse("").unwrap().is_empty());
        assert!(parse("something else\0").is_err());
        for (said, missing) in [
            ("find: '/w/s/a.d/.': No such file or directory\n", true),
            ("find: /w/s/a.d/.: No such file or directory\nfind: /w/s/b.d/.: Stale NFS file handle\n", false),
            ("", false),
        ] {
            assert_eq!(only_missing(said), missing, "{said}");
        }
    }
}
