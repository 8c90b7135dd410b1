//! iscsictl(8): sessions of FreeBSD's iSCSI initiator (ctld-iscsi.txt).

use crate::host::Cmd;

/// Adds a session and waits so many seconds for it: by itself the exit status says nothing about the connection.
pub fn add(portal: &str, target: &str, seconds: u64) -> Cmd {
    let wait = seconds.to_string();
    Cmd::new("iscsictl").args(["-A", "-p", portal, "-t", target, "-w", &wait]).limit(seconds + 5)
}

/// Removes the sessions with a target.
pub fn remove(target: &str) -> Cmd {
    Cmd::new("iscsictl").args(["-R", "-t", target]).limit(30)
}

/// Asks for all sessions.
pub fn list() -> Cmd {
    Cmd::new("iscsictl").arg("-L").limit(30)
}

/// Whether [`list`] shows a session with this target, connected or not.
pub fn has(text: &str, target: &str) -> bool {
    text.lines().skip(1).any(|l| l.split_whitespace().next() == Some(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_session() {
        let text = "Target name                          Target portal    State\niqn.2026-01.org.example:t0           127.0.0.1        Connected: da0 \n";
        assert!(has(text, "iqn.2026-01.org.example:t0"));
        assert!(!has(text, "iqn.2026-01.org.example:t") && !has(text, "Target") && !has("", "x"));
    }
}
