//! Storage that hooks mount: a server of the test's own, and directories of this host.

use crate::outcome::until;
use crate::support::{Host, write};

/// The directories that a hook is given, as $d, $f, $r and $s, and the name as $j.
const OPTIONS: &str = "while getopts d:f:j:r:s: o; do case $o in \
     d) d=$OPTARG;; f) f=$OPTARG;; j) j=$OPTARG;; r) r=$OPTARG;; s) s=$OPTARG;; *) exit 64;; esac; done";
/// What [`Host::bind`] needs to mount all four.
pub const ALL: &str =
    "m $e/data \"$d\" && m $e/system \"$s\" && m $e/rcconf \"$r\" && m $e/fstab \"$f\" || exit 1";

impl Host {
    /// A hook of these lines, where `m` shows an exported directory (below $e) at another: quick, and what is mounted is
    /// seen.
    pub fn bind(&self, hook: &str, lines: &str) {
        let dir = self.dir.display();
        let text = format!(
            "#!/bin/sh\n{OPTIONS}\ne={dir}/exports/$j\n\
             m() {{ mountpoint -q \"$2\" || mount --bind \"$1\" \"$2\"; }}\n{lines}\n"
        );
        write(&self.path(hook), &text, 0o755);
    }
    /// A server of the test's own that `exports` lie on, and two hooks, `start` and `stop`, that mount and unmount
    /// all four directories of an environment.
    pub fn sshd(&self) {
        let dir = self.dir.to_str().unwrap();
        // A home of the test's own: bash reads ~/.bashrc in each session, and what root's does there may take any time.
        write(
            &self.path("ssh/sshd_config"),
            &format!(
                "Port 2222\nListenAddress 127.0.0.1\nHostKey {dir}/ssh/host\nStrictModes no\nPidFile none\n\
                 AuthorizedKeysFile {dir}/ssh/me.pub\nUsePAM no\nPermitRootLogin yes\n\
                 Subsystem sftp internal-sftp\nSetEnv HOME={dir}/ssh\n"
            ),
            0o644,
        );
        write(
            &self.path("ssh/config"),
            &format!(
                "Host server\nHostName 127.0.0.1\nPort 2222\nUser root\nIdentityFile {dir}/ssh/me\n\
                 StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nBatchMode yes\nLogLevel ERROR\n"
            ),
            0o600,
        );
        write(
            &self.path("start"),
            &format!(
                "#!/bin/sh\n{OPTIONS}\none() {{\n\tmountpoint -q \"$2\" && return\n\
                 \tsshfs -F {dir}/ssh/config -o dir_cache=no,attr_timeout=0,entry_timeout=0 \\\n\
                 \t\t\"server:{dir}/exports/$j/$1\" \"$2\"\n}}\n\
                 one data \"$d\" && one system \"$s\" && one rcconf \"$r\" && one fstab \"$f\"\n"
            ),
            0o755,
        );
        write(
            &self.path("stop"),
            &format!(
                "#!/bin/sh\n{OPTIONS}\nfor m in \"$f\" \"$r\" \"$s\" \"$d\"; do\n\
                 \tawk -v m=\"$m\" '$5 == m {{ n = 1 }} END {{ exit !n }}' /proc/self/mountinfo || continue\n\
                 \tumount \"$m\" || exit 1\ndone\n"
            ),
            0o755,
        );
        self.sh("set -e; for k in host me; do ssh-keygen -q -t ed25519 -N '' -f ssh/$k; done; \
                 mkdir -p /run/sshd exports; grep -q '^root:!' /etc/shadow && { \
                 sed 's/^root:!/root:*/' /etc/shadow >ssh/shadow; chmod 600 ssh/shadow; \
                 mount --bind ssh/shadow /etc/shadow; } || true; \
                 /usr/sbin/sshd -f $PWD/ssh/sshd_config -E $PWD/ssh/log")
            .ok();
        until("sshd answers", || {
            self.run("ssh", &["-F", &self.str("ssh/config"), "server", "true"]).code == 0
        });
    }
    /// The directories of an environment on the server.
    pub fn export(&self, name: &str) {
        self.sh(&format!(
            "for d in data system rcconf fstab; do mkdir -p exports/{name}/$d; done; chmod 700 exports"
        ))
        .ok();
    }
    /// A signal to all of the server; a session may end by itself when its parent does.
    pub fn signal_server(&self, signal: &str) {
        self.sh(&format!(
            "all=$(busybox pidof sshd sshd-session) || exit 1; \
             for p in $all; do kill -{signal} $p || [ ! -e /proc/$p ] || exit 1; done"
        ))
        .ok();
    }
}
