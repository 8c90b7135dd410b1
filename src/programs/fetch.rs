//! fetch(1) of FreeBSD and curl(1) of Linux: both resume, both know http, https and file.

use crate::host::process::MAX_STDERR;
use crate::host::{Cmd, Output};
use crate::model::url::{Scheme, Url};

/// Fetches an address into a file with fetch(1), going on where an earlier try stopped; `seconds` without a byte end it.
pub fn fetch(url: &Url, to: &str, resume: bool, seconds: u64) -> Cmd {
    // -v: it says where it is sent on to, which it can't be told to refuse.
    // -R: what has come is kept when it breaks off. -F: it is gone on with even though its time is not the
    // mirror's, which it is not after a kill; the sum tells whether the parts fit.
    let cmd = Cmd::new("fetch").args(["-v", "-R", "-T", &seconds.to_string()]);
    let cmd = if resume { cmd.args(["-r", "-F"]) } else { cmd };
    cmd.args(["-o", to, url.as_str()]).limit(0)
}

/// The same with curl(1).
pub fn curl(url: &Url, to: &str, resume: bool, seconds: u64) -> Cmd {
    let (first, then) = match url.scheme {
        Scheme::Http => ("=http", "=http,https"),
        Scheme::Https => ("=https", "=https"),
        Scheme::File => ("=file", "=https"),
    };
    let seconds = seconds.to_string();
    let cmd = Cmd::new("curl").args(["--silent", "--show-error", "--fail", "--globoff"]);
    let cmd = cmd.args(["--proto", first, "--location", "--max-redirs", "10", "--proto-redir", then]);
    let cmd = cmd.args(["--connect-timeout", &seconds, "--speed-time", &seconds, "--speed-limit", "1"]);
    let cmd = if resume { cmd.args(["--continue-at", "-"]) } else { cmd };
    cmd.args(["--output", to, "--", url.as_str()]).limit(0)
}

/// Why a transfer went wrong, where jug has more to say of it than the program has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It was sent on to where nothing is taken from.
    SentOn(String),
    /// Nothing came for too long.
    Stalled,
    /// Something else, in the program's own words.
    Other(String),
}

/// What went wrong with a transfer, if anything did. What fetch(1) was sent on to is only known once it has been there,
/// so of that program even a success may have to be thrown away.
pub fn trouble(url: &Url, out: &Output) -> Option<Trouble> {
    // "302 redirect to https://..." says libfetch; a path alone stays where it is.
    let to = out.stderr.lines().filter_map(|l| l.split_once(" redirect to ").map(|r| r.1.trim()));
    let mut at = url.scheme;
    for to in to.filter(|t| !t.starts_with('/')) {
        match Scheme::of(to) {
            Some(next) if at.may_lead_to(Some(next)) => at = next,
            _ => return Some(Trouble::SentOn(to.to_string())),
        }
    }
    // Of so much that not all of it is here, the first may have been what matters.
    if out.stderr.len() as u64 >= MAX_STDERR {
        return Some(Trouble::SentOn("more places than can be looked through".into()));
    }
    if out.ok() {
        return None;
    }
    // Of curl(1), "EXIT CODES": 1 is a protocol that is not allowed, 28 a time that ran out.
    if out.stderr.starts_with("curl: (1) ") && out.stderr.contains("rotocol") {
        return Some(Trouble::SentOn(out.tail()));
    }
    if out.stderr.starts_with("curl: (28) ") || out.stderr.contains("transfer timed out") {
        return Some(Trouble::Stalled);
    }
    // Beside its complaints fetch -v says what it does.
    let own: Vec<&str> = out.stderr.lines().filter(|l| l.starts_with("fetch: ")).collect();
    let own = Output { stderr: own.join("\n"), ..Output::default() };
    Some(Trouble::Other(if own.stderr.is_empty() { out.tail() } else { own.tail() }))
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

    #[test]
    fn nothing_is_taken_from_where_it_may_not_lead() {
        let told = |url: &str, status, stderr: &str| {
            trouble(&url.parse().unwrap(), &Output { status, stdout: String::new(), stderr: stderr.into() })
        };
        let sent = |to: &str| Some(Trouble::SentOn(to.into()));
        let on = |to: &str| {
            format!("resolving server address: a:443\nrequesting https://a/x\n302 redirect to {to}\n")
        };
        assert_eq!(told("https://a/x", 0, &on("https://b/x")), None);
        assert_eq!(told("https://a/x", 0, &on("/y")), None);
        assert_eq!(told("https://a/x", 0, &on("http://b/x")), sent("http://b/x"));
        assert_eq!(told("http://a/x", 0, &on("file:///etc/passwd")), sent("file:///etc/passwd"));
        let there_and_back = format!("{}{}", on("https://b/x"), on("http://c/x"));
        assert_eq!(told("http://a/x", 0, &there_and_back), sent("http://c/x"));
        let hidden = on(&format!("https://b/{}", "x".repeat(1900))).repeat(3);
        assert_eq!(told("https://a/x", 0, &hidden), sent("more places than can be looked through"));
        let curl = "curl: (1) Protocol \"file\" not supported or disabled in libcurl\n";
        assert!(matches!(told("http://a/x", 1, curl), Some(Trouble::SentOn(_))));
        assert_eq!(told("http://a/x", 28, "curl: (28) Operation too slow.\n"), Some(Trouble::Stalled));
        assert_eq!(told("http://a/x", 1, "fetch: transfer timed out\n"), Some(Trouble::Stalled));
        let not_there = "requesting http://a/x\nfetch: http://a/x: Not Found\n";
        assert_eq!(
            told("http://a/x", 1, not_there),
            Some(Trouble::Other("fetch: http://a/x: Not Found".into()))
        );
    }
}
