//! fetch(1) of FreeBSD and curl(1) of Linux: both resume, both know http, https and file.

use crate::host::Cmd;

/// Fetches an address into a file with fetch(1), going on where an earlier try stopped.
pub fn fetch(url: &str, to: &str, resume: bool) -> Cmd {
    // -R: what has come is kept when it breaks off. -F: it is gone on with even though its time is not the
    // mirror's, which it is not after a kill; the sum tells whether the parts fit.
    let cmd = Cmd::new("fetch").args(["-q", "-R", "-T", "60"]);
    let cmd = if resume { cmd.args(["-r", "-F"]) } else { cmd };
    cmd.args(["-o", to, url]).limit(0)
}

/// The same with curl(1).
pub fn curl(url: &str, to: &str, resume: bool) -> Cmd {
    let cmd = Cmd::new("curl").args([
        "--silent",
        "--show-error",
        "--fail",
        "--location",
        "--connect-timeout",
        "60",
        "--speed-time",
        "60",
        "--speed-limit",
        "1",
    ]);
    let cmd = if resume { cmd.args(["--continue-at", "-"]) } else { cmd };
    cmd.args(["--output", to, "--", url]).limit(0)
}

/// One line of a release's MANIFEST: archive, sha256, number of files and more, separated by tabs
/// (release/scripts/make-manifest.sh). Returns the sha256 of `archive`.
pub fn manifest_sha256(text: &str, archive: &str) -> Option<String> {
    text.lines()
        .map(|l| l.split('\t').collect::<Vec<_>>())
        .find(|f| f.first() == Some(&archive))
        .and_then(|f| f.get(1).map(|s| s.trim().to_ascii_lowercase()))
        .filter(|s| is_sha256(s))
}

/// Whether a text is a sha256: 64 hexadecimal digits.
pub fn is_sha256(s: &str) -> bool {
    s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_sum_of_one_archive() {
        let sum = "A".repeat(64);
        let text = format!(
            "base-dbg.txz\t{}\t1\tbase_dbg\nbase.txz\t{sum}\t30132\tbase\t\"Base system (MANDATORY)\"\ton\n",
            "b".repeat(64)
        );
        assert_eq!(manifest_sha256(&text, "base.txz"), Some("a".repeat(64)));
        assert_eq!(manifest_sha256(&text, "kernel.txz"), None);
        assert_eq!(manifest_sha256("base.txz\tzz", "base.txz"), None);
    }
}
