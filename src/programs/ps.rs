//! ps(1) of FreeBSD. One `-o` each: the text after the first `=` is a heading to the end of the word.

use crate::host::Cmd;

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

#[cfg(test)]
mod tests {
    use super::*;

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
