//! mountd(8) of FreeBSD 15.0: its arguments, what rc.d/mountd makes of rc.conf(5), and what it complains of.

use crate::model::name::AbsPath;
use std::collections::BTreeMap;

/// The administrator's file, which it reads unless others are named.
pub const EXPORTS: &str = "/etc/exports";
/// The file that zfs(8) writes for sharenfs.
pub const ZFS_EXPORTS: &str = "/etc/zfs/exports";
/// Where syslogd(8) puts its complaints.
pub const LOG: &str = "/var/log/messages";

/// The variables of rc.conf(5) that decide how it is started, and what runs beside it.
pub const SETTINGS: [&str; 13] = [
    "zfs_enable",
    "nfs_server_enable",
    "nfsv4_server_enable",
    "nfsv4_server_only",
    "mountd_enable",
    "mountd_flags",
    "weak_mountd_authentication",
    "rpcbind_enable",
    "rpc_lockd_enable",
    "rpc_statd_enable",
    "nfsuserd_enable",
    "gssd_enable",
    "tlsservd_enable",
];

/// checkyesno of rc.subr(8).
pub fn yes(settings: &BTreeMap<String, String>, name: &str) -> bool {
    let value = settings.get(name).map_or("", String::as_str);
    ["yes", "true", "on", "1"].iter().any(|w| value.eq_ignore_ascii_case(w))
}

/// A command line of mountd's, read as getopt(3) does: after the first file there are no options any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    /// Options, each with its value.
    pub options: Vec<String>,
    /// Files, and what it takes for files.
    pub files: Vec<String>,
}

impl Args {
    /// Reads what follows the program's name.
    pub fn parse(text: &str) -> Self {
        let mut args = Self::default();
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next_if(|w| w.len() > 1 && w.starts_with('-')) {
            args.options.push(word.to_string());
            if word == "--" {
                break;
            }
            // The value of the last of several letters is the next word.
            if word.find(['h', 'p']).is_some_and(|i| i + 1 == word.len()) {
                args.options.extend(words.next().map(str::to_string));
            }
        }
        args.files = words.map(str::to_string).collect();
        args
    }
    /// Of a process, as ps(1) shows it.
    pub fn of_process(line: &str) -> Self {
        line.split_once(' ').map_or_else(Self::default, |(_, args)| Self::parse(args))
    }
    /// Whether it reads a file.
    pub fn reads(&self, file: &str) -> bool {
        match self.files.is_empty() {
            true => file == EXPORTS,
            false => self.files.iter().any(|f| f == file),
        }
    }
    /// The files that it reads beside one of jug's, /etc/exports, and what zfs(8) writes, which the properties say as well.
    pub fn others<'a>(&'a self, own: &'a str) -> impl Iterator<Item = &'a String> {
        self.files
            .iter()
            .filter(move |f| f.starts_with('/') && ![own, EXPORTS, ZFS_EXPORTS].contains(&f.as_str()))
    }
    /// Whether an option is among the letters.
    pub fn has(&self, letter: char) -> bool {
        self.options.iter().any(|o| o.starts_with('-') && o.contains(letter))
    }
}

/// The value of `mountd_flags` with which it reads jug's file and the administrator's (F4.1). rc.d/mountd puts what it adds
/// behind: other files only with zfs_enable, and options that come too late for getopt(3), so that they have to stand
/// before the file here as well.
pub fn flags(settings: &BTreeMap<String, String>, file: &AbsPath) -> String {
    let mut args = Args::parse(settings.get("mountd_flags").map_or("", String::as_str));
    args.files.retain(|f| f != file.as_str() && f != EXPORTS && !f.starts_with('-'));
    let only4 = yes(settings, "nfsv4_server_only");
    if only4 && !args.has('R') {
        args.options.push("-R".into());
    }
    if !only4 && yes(settings, "weak_mountd_authentication") && !args.has('n') {
        args.options.push("-n".into());
    }
    args.files.push(file.to_string());
    if !yes(settings, "zfs_enable") {
        args.files.push(EXPORTS.into());
    }
    args.options.into_iter().chain(args.files).collect::<Vec<_>>().join(" ")
}

/// The variables that a server needs and that are not so, with the values they need.
pub fn missing(settings: &BTreeMap<String, String>, file: &AbsPath) -> Vec<(&'static str, String)> {
    let only4 = yes(settings, "nfsv4_server_only");
    let mut needed = vec!["nfs_server_enable", "mountd_enable", "nfsuserd_enable"];
    if !only4 {
        needed.extend(["nfsv4_server_enable", "rpcbind_enable", "rpc_lockd_enable", "rpc_statd_enable"]);
    }
    let flags = flags(settings, file);
    let same = settings.get("mountd_flags").is_some_and(|f| *f == flags);
    let flags = (!same).then_some(("mountd_flags", flags));
    needed.into_iter().filter(|n| !yes(settings, n)).map(|n| (n, "YES".to_string())).chain(flags).collect()
}

/// What it complained of since a note in the log; `None` if the note is not there: its messages go elsewhere.
pub fn complaints(log: &str, note: &str) -> Option<Vec<String>> {
    let at = log.rfind(note)?;
    let mut all: Vec<String> = Vec::new();
    for line in log[at..].lines().skip(1) {
        // Date, host, `mountd[PID]:`; where syslogd(8) counts, `last message repeated`, which is nothing new.
        let Some((_, text)) = line.split_once(" mountd[").and_then(|(_, r)| r.split_once("]: ")) else {
            continue;
        };
        // rc.d/mountd puts these behind the files (F4.1), and they do no harm there.
        let known = matches!(text, "can't open -R" | "can't open -n");
        if !known && !all.iter().any(|c| c == text) {
            all.push(text.to_string());
        }
    }
    Some(all)
}

/// Why its complaints can't be heard, if the note is not there.
pub fn unheard(log: &str, note: &str) -> Option<String> {
    let why = || format!("what mountd says against it can't be seen: the system's log is not {LOG}");
    complaints(log, note).is_none().then(why)
}

/// Whether a complaint is about one of these lines, or else about a path that they begin with. Of a line that it drops it
/// shows what it has read of it so far, so that a broken one of others for the same path is told apart.
pub fn is_about_lines(complaint: &str, lines: &[String]) -> bool {
    if let Some(rest) = complaint.strip_prefix("bad exports list line '") {
        let read = rest.split('\'').next().unwrap_or_default().replace('\t', " ");
        let ends = |rest: &str| rest.is_empty() || rest.starts_with([' ', '=', ',']);
        return lines.iter().any(|l| l.strip_prefix(read.as_str()).is_some_and(ends));
    }
    lines.iter().filter_map(|l| l.split(' ').next()).any(|word| {
        let plain =
            word.replace("\\040", " ").replace("\\047", "'").replace("\\042", "\"").replace("\\134", "\\");
        is_about(complaint, word) || is_about(complaint, &plain)
    })
}

/// Whether a complaint is about a path.
fn is_about(complaint: &str, path: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| " '\t:,".contains(c));
    complaint.match_indices(path).any(|(i, _)| {
        edge(complaint[..i].chars().next_back()) && edge(complaint[i + path.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(all: &[(&str, &str)]) -> BTreeMap<String, String> {
        all.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
    }

    #[test]
    fn the_flags_are_those_with_which_all_is_read() {
        let file = "/usr/local/etc/jug.exports".parse().unwrap();
        for (zfs, only4, weak, flags_now, wanted) in [
            ("YES", "NO", "NO", "-r -S", "-r -S /usr/local/etc/jug.exports"),
            ("NO", "NO", "NO", "-r -S", "-r -S /usr/local/etc/jug.exports /etc/exports"),
            ("yes", "YES", "NO", "-r -S", "-r -S -R /usr/local/etc/jug.exports"),
            ("NO", "YES", "YES", "-r", "-r -R /usr/local/etc/jug.exports /etc/exports"),
            ("YES", "NO", "YES", "-r -S", "-r -S -n /usr/local/etc/jug.exports"),
            (
                "YES",
                "NO",
                "NO",
                "-p 1023 -h 10.0.0.1 /own",
                "-p 1023 -h 10.0.0.1 /own /usr/local/etc/jug.exports",
            ),
            ("NO", "YES", "NO", "-rp 1023", "-rp 1023 -R /usr/local/etc/jug.exports /etc/exports"),
            (
                "YES",
                "NO",
                "NO",
                "-r /usr/local/etc/jug.exports /etc/exports",
                "-r /usr/local/etc/jug.exports",
            ),
            (
                "NO",
                "NO",
                "NO",
                "-rS /usr/local/etc/jug.exports -R",
                "-rS /usr/local/etc/jug.exports /etc/exports",
            ),
        ] {
            let now = settings(&[
                ("zfs_enable", zfs),
                ("nfsv4_server_only", only4),
                ("weak_mountd_authentication", weak),
                ("mountd_flags", flags_now),
            ]);
            assert_eq!(flags(&now, &file), wanted, "{now:?}");
            let again = settings(&[
                ("zfs_enable", zfs),
                ("nfsv4_server_only", only4),
                ("weak_mountd_authentication", weak),
                ("mountd_flags", wanted),
            ]);
            assert_eq!(flags(&again, &file), wanted, "a second time");
        }
    }

    #[test]
    fn says_what_rc_conf_lacks() {
        let file = "/f".parse().unwrap();
        let all = |now: &[(&str, &str)]| -> Vec<&str> {
            missing(&settings(now), &file).into_iter().map(|(n, _)| n).collect()
        };
        assert_eq!(all(&[("mountd_flags", "-r -S"), ("zfs_enable", "YES")]).len(), 8);
        let only4 = [
            ("nfsv4_server_only", "YES"),
            ("nfs_server_enable", "YES"),
            ("mountd_enable", "on"),
            ("nfsuserd_enable", "YES"),
            ("zfs_enable", "YES"),
            ("mountd_flags", "-r -S -R /f"),
        ];
        assert!(all(&only4).is_empty());
    }

    #[test]
    fn after_the_first_file_there_are_no_options() {
        let args = Args::of_process("/usr/sbin/mountd -r -S -h 10.0.0.1 /f -R /etc/exports /etc/zfs/exports");
        assert_eq!(args.files, ["/f", "-R", "/etc/exports", "/etc/zfs/exports"]);
        assert!(args.reads("/f") && args.reads(ZFS_EXPORTS) && !args.reads("/g"));
        assert!(!args.has('R') && args.has('S'));
        let bare = Args::of_process("/usr/sbin/mountd -r");
        assert!(bare.reads(EXPORTS) && !bare.reads(ZFS_EXPORTS));
    }

    #[test]
    fn reads_what_was_complained_of_since() {
        let log = "Nov 20 05:50:30 fbsd mountd[681]: bad opt bogusopt\n\
            Nov 20 05:50:31 fbsd jug[9]: exports change 7f1c\n\
            Nov 20 05:50:32 fbsd mountd[681]: can't open -R\n\
            Nov 20 05:50:32 fbsd mountd[681]: bad exports list line '/zroot/share -maproot'\n\
            Nov 20 05:50:32 fbsd last message repeated 2 times\n\
            Nov 20 05:50:33 fbsd kernel: mountd: no\n\
            Nov 20 05:50:33 fbsd mountd[681]: bad exports list line '/zroot/share -maproot'\n";
        let all = complaints(log, "exports change 7f1c").unwrap();
        assert_eq!(all, ["bad exports list line '/zroot/share -maproot'"]);
        assert!(is_about(&all[0], "/zroot/share") && !is_about(&all[0], "/share"));
        assert!(is_about("can't change attributes for /zroot/share: netcred already exists", "/zroot/share"));
        assert!(!is_about(&all[0], "/zroot") && complaints(log, "another").is_none());
        let lines =
            ["/zroot/share -maproot=root -sec=sys 10.0.0.1".to_string(), "/a\\040b -sec=sys".to_string()];
        for (complaint, ours) in [
            ("bad exports list line '/zroot/share -maproot'", true),
            ("bad exports list line '/zroot/share\t-maproot=root'", true),
            (
                "bad exports list line '/zroot/share': /zroot/share: lstat() failed: No such file or directory.",
                true,
            ),
            ("bad exports list line '/zroot/share -bogus'", false),
            ("bad exports list line '/zroot/shared'", false),
            ("bad exports list line '/zroot/sha'", false),
            ("can't change attributes for /zroot/share: netcred already exists for given addr/mask", true),
            ("can't change attributes for /a b: netcred already exists for given addr/mask", true),
            ("can't change attributes for /a: netcred already exists for given addr/mask", false),
            ("bad opt bogus", false),
        ] {
            assert_eq!(is_about_lines(complaint, &lines), ours, "{complaint}");
        }
    }
}
