//! iscsictl(8): sessions of FreeBSD's iSCSI initiator (ctld-iscsi.txt).

use crate::host::{Cmd, Output};

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

/// What to do if a session does not come: of that iscsictl says nothing at all.
pub fn hint(cmd: &Cmd, out: &Output) -> Option<&'static str> {
    let silent = cmd.program == "iscsictl" && !out.ok() && out.tail().is_empty();
    silent.then_some("see that iscsid(8) runs (service iscsid onestart), and that the portal has the target")
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
        // So it is without iscsid, and with a target that is not there.
        let silent = Output { status: 1, ..Output::default() };
        let said = Output { stderr: "iscsictl: ISCSISADD: Device busy\n".into(), ..silent.clone() };
        let cmd = add("127.0.0.1", "iqn.x", 5);
        assert!(hint(&cmd, &silent).is_some() && hint(&cmd, &said).is_none());
        assert!(hint(&Cmd::new("geli"), &silent).is_none());
    }
}
