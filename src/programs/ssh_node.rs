//! ssh(1), as it is used to talk to the jug of another node: it asks nobody, and knows the host's key already.

use crate::host::Cmd;
use crate::model::replica::KnownNode;

/// Seconds that a question may take.
pub const QUESTION: u64 = 120;

/// Starts `replicate-receive` there. What follows the host are words that no shell takes for anything else: sshd(8) hands
/// them to the user's login shell.
pub fn receive(node: &KnownNode) -> Cmd {
    let program = node.program.as_ref().map_or("jug".to_string(), ToString::to_string);
    options(node).args(["--", node.host.as_str(), &program, "replicate-receive"])
}

fn options(node: &KnownNode) -> Cmd {
    let mut cmd = Cmd::new("ssh").arg("-T").limit(QUESTION);
    for option in [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "ConnectTimeout=15",
        "ServerAliveInterval=15",
        "ServerAliveCountMax=4",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
    ] {
        cmd = cmd.args(["-o", option]);
    }
    if let Some(file) = &node.ssh_config {
        cmd = cmd.args(["-F", file.as_str()]);
    }
    if let Some(user) = &node.user {
        cmd = cmd.args(["-l", user.as_str()]);
    }
    if let Some(port) = node.port {
        cmd = cmd.args(["-p".to_string(), port.to_string()]);
    }
    if let Some(key) = &node.identity {
        cmd = cmd.args(["-o", "IdentitiesOnly=yes", "-i", key.as_str()]);
    }
    cmd
}

/// The status with which ssh(1) itself fails, whatever the far program would have said.
pub const FAILED: i32 = 255;

/// What to do about ssh(1)'s own refusal.
pub fn next(stderr: &str, host: &str) -> String {
    if stderr.contains("Host key verification failed") || stderr.contains("REMOTE HOST IDENTIFICATION") {
        return format!(
            "compare its key, then ssh-keyscan {host} >>~/.ssh/known_hosts; never without comparing"
        );
    }
    if stderr.contains("Permission denied") {
        return format!("ssh-copy-id {host}, or identity in its file: there is nobody to type a password");
    }
    format!("ssh -o BatchMode=yes {host} true")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argv() {
        let node = KnownNode {
            version: 1,
            host: "nas.example.org".parse().unwrap(),
            user: Some("backup".parse().unwrap()),
            port: Some(2222),
            identity: Some("/root/.ssh/nas".parse().unwrap()),
            ssh_config: None,
            program: Some("/usr/local/sbin/jug".parse().unwrap()),
            dataset: None,
        };
        let words = receive(&node).to_string();
        assert!(words.starts_with("ssh -T -o 'BatchMode=yes' -o 'StrictHostKeyChecking=yes' "), "{words}");
        let end = "-l backup -p 2222 -o 'IdentitiesOnly=yes' -i /root/.ssh/nas -- nas.example.org /usr/local/sbin/jug replicate-receive";
        assert!(words.ends_with(end), "{words}");
    }
}
