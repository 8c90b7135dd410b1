//! ps(1) of FreeBSD. One `-o` each: the text after the first `=` is a heading to the end of the word.

use crate::facts::usage::Amounts;
use crate::host::Cmd;
use std::collections::BTreeMap;

/// The state and the age in seconds of one process.
pub fn one(pid: u32) -> Cmd {
    Cmd::new("ps").args(["-o", "state=", "-o", "etimes=", "-p", &pid.to_string()])
}

/// Reads the age that [`one`] prints; a process that has ended and is not waited for has none.
pub fn parse_age(text: &str) -> Option<u64> {
    let mut words = text.split_whitespace();
    if words.next()?.starts_with('Z') {
        return None;
    }
    words.next()?.parse().ok()
}

/// The command line of one process.
pub fn args(pid: u32) -> Cmd {
    Cmd::new("ps").args(["-ww", "-o", "args=", "-p", &pid.to_string()])
}

/// All processes: number, parent, and command line.
pub fn all() -> Cmd {
    Cmd::new("ps").args(["-axww", "-o", "pid=", "-o", "ppid=", "-o", "args="])
}

/// Reads the output of [`all`].
pub fn parse_all(text: &str) -> Vec<(u32, u32, String)> {
    text.lines()
        .filter_map(|line| {
            let (pid, rest) = line.trim_start().split_once(' ')?;
            let (parent, args) = rest.trim_start().split_once(' ')?;
            Some((pid.parse().ok()?, parent.parse().ok()?, args.trim_end().to_string()))
        })
        .collect()
}

/// All processes: their jail, the program, and the command line.
pub fn programs() -> Cmd {
    Cmd::new("ps").args(["-axww", "-o", "jid=", "-o", "ucomm=", "-o", "args="])
}

/// Reads the output of [`programs`]: the command line of the first process of each program that runs in no jail.
pub fn parse_programs(text: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for line in text.lines() {
        let Some((jail, rest)) = line.trim_start().split_once(' ') else { continue };
        let Some((program, args)) = rest.trim_start().split_once(' ') else { continue };
        if jail == "0" {
            all.entry(program.to_string()).or_insert_with(|| args.trim().to_string());
        }
    }
    all
}

/// All processes: their jail, their resident KiB, and the percentage of a CPU, averaged over the last minute.
pub fn jails() -> Cmd {
    Cmd::new("ps").args(["-ax", "-o", "jid=", "-o", "rss=", "-o", "pcpu="])
}

/// Reads the output of [`jails`]: by jail, what ps(1) knows. What it does not know is not said to be nothing.
pub fn parse_jails(text: &str) -> BTreeMap<String, Amounts> {
    let mut jails: BTreeMap<String, Amounts> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [jid, rss, pcpu] = words[..] else { continue };
        let (Ok(rss), Ok(pcpu)) = (rss.parse::<u64>(), pcpu.parse::<f64>()) else { continue };
        let sum = jails.entry(jid.to_string()).or_default();
        sum.memory = Some(sum.memory.unwrap_or(0).saturating_add(rss.saturating_mul(1024)));
        sum.cpu = Some(sum.cpu.unwrap_or(0.0) + pcpu);
        sum.processes = Some(sum.processes.unwrap_or(0) + 1);
    }
    jails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_what_is_of_a_jail() {
        let all = parse_jails("  0  2032  0.0\n  7  1116 12.5\n  7  1000  0.5\nJID RSS %CPU\n  x\n");
        assert_eq!(all.len(), 2);
        let seven = &all["7"];
        assert_eq!(
            (seven.memory, seven.cpu, seven.processes, seven.swap),
            (Some(2116 << 10), Some(13.0), Some(2), None)
        );
    }

    #[test]
    fn what_runs_in_a_jail_is_not_the_hosts() {
        let all = parse_programs(
            "0 mountd        /usr/sbin/mountd -r -S /etc/exports\n7 nfsd          nfsd: server (nfsd)\n0 sh sh\n",
        );
        assert_eq!(all["mountd"], "/usr/sbin/mountd -r -S /etc/exports");
        assert!(!all.contains_key("nfsd"));
    }

    #[test]
    fn reads_ages_and_command_lines() {
        assert_eq!(parse_age("S     12\n"), Some(12));
        assert_eq!(parse_age("Z     12\n"), None);
        assert_eq!(parse_age(""), None);
        assert_eq!(
            parse_all("  1 0 /sbin/init\n 77  1 zfs create a b\n")[1],
            (77, 1, "zfs create a b".to_string())
        );
    }
}
