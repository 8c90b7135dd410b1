//! An NFS server of the test's own, nfs-ganesha in the foreground, and three clients in network namespaces of their own:
//! what each of them may do is found out by doing it, with libnfs over NFSv4.

use crate::outcome::{Out, command, until};
use crate::support::{Host, write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the tests need that use it.
pub const NEEDED: [&str; 4] = ["zfs-fuse", "ganesha.nfsd", "nfs-cat", "nfs-cp"];
/// The server's address; the clients' are 10.77.0.11 to 13.
pub const SERVER: &str = "10.77.0.1";
/// A file that everybody may read, and whose those are that only their owner may.
const READABLE: &str = "readable";
const OWNERS: [u32; 4] = [0, 33, 1234, 65534];

/// A server that runs until it is stopped or dropped.
pub struct Ganesha<'a> {
    host: &'a Host,
    child: Option<Child>,
}

impl Host {
    /// A bridge with the server's address, and the network namespaces c1 to c3 on it.
    pub fn nfs_clients(&self) {
        self.sh(&format!(
            "set -e; ip link add nfs0 type bridge; ip addr add {SERVER}/24 dev nfs0; ip link set nfs0 up; \
             for n in 1 2 3; do ip netns add c$n; ip link add c$n type veth peer name eth0 netns c$n; \
             ip link set c$n master nfs0 up; ip -n c$n addr add 10.77.0.1$n/24 dev eth0; \
             ip -n c$n link set eth0 up; done"
        ))
        .ok();
    }
    /// A server that has jug's file of exports included, as `jug init` says to do it.
    pub fn ganesha(&self) -> Ganesha<'_> {
        let dir = self.dir.display();
        write(
            &self.path("ganesha.conf"),
            &format!(
                "NFS_CORE_PARAM {{ Protocols = 4; Enable_NLM = false; Enable_RQUOTA = false; }}\n\
                 NFSV4 {{ RecoveryBackend = fs; RecoveryRoot = {dir}/recovery; Graceless = true; }}\n\
                 %include {dir}/jug.ganesha.conf\n"
            ),
            0o644,
        );
        if !self.path("jug.ganesha.conf").exists() {
            write(&self.path("jug.ganesha.conf"), "", 0o644);
        }
        let config = std::fs::read_to_string(self.path("jug.toml")).unwrap();
        let nfs = format!(
            "\n[nfs]\nserver = \"ganesha\"\nexports = \"{dir}/jug.ganesha.conf\"\nganesha_conf = \"{dir}/ganesha.conf\"\n\
             ganesha_pid = \"{dir}/ganesha.pid\"\nganesha_log = \"{dir}/ganesha.log\"\n"
        );
        write(&self.path("jug.toml"), &(config + &nfs), 0o644);
        std::fs::create_dir_all(self.path("recovery")).unwrap();
        let mut server = Ganesha { host: self, child: None };
        server.start();
        server
    }
    /// A program as a client.
    fn as_client(&self, client: u8, args: &[&str]) -> Out {
        let name = format!("c{client}");
        self.run("ip", &[&["netns", "exec", &name, "timeout", "20"], args].concat())
    }
    /// Makes what [`Host::seen`] looks for in a directory below the test's.
    pub fn nfs_files(&self, dir: &str) {
        let dir = self.path(dir);
        let make = |name: &str, uid: u32, mode: u32| {
            write(&dir.join(name), &format!("{uid}\n"), mode);
            std::os::unix::fs::chown(dir.join(name), Some(uid), None).unwrap();
        };
        make(READABLE, 0, 0o644);
        OWNERS.iter().for_each(|uid| make(&format!("of-{uid}"), *uid, 0o400));
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    /// What a client may do in an export of this directory below the test's, with the rights of root and then of
    /// user 33: `refused`, or `ro` or `rw` and for whom the server takes the two.
    pub fn seen(&self, client: u8, dir: &str) -> String {
        let dir = self.path(dir);
        let url = |file: &str, uid: u32| {
            format!("nfs://{SERVER}{}/{file}?version=4&uid={uid}&gid={uid}", dir.display())
        };
        let read = |file: &str, uid: u32| self.as_client(client, &["nfs-cat", &url(file, uid)]);
        let first = read(READABLE, 0);
        if first.code != 0 {
            // So it says of what is not exported to a client, too.
            first.says("NFS4ERR_NOENT");
            return "refused".into();
        }
        assert_eq!(first.text(), "0");
        let who = |uid: u32| {
            let mine: Vec<_> = OWNERS.iter().filter(|o| read(&format!("of-{o}"), uid).code == 0).collect();
            match mine[..] {
                // Root reads them all.
                [0, _, _, _] => 0,
                [one] => *one,
                ref other => panic!("client {client} as {uid} reads the files of {other:?}"),
            }
        };
        let people = [0, 33].map(|uid| (uid, who(uid)));
        let modes = people.map(|(uid, owner)| {
            let name = new_name();
            let (offset, from, url) = (offset(), self.str("jug.toml"), url(&name, uid));
            let clock = ["unshare", "--time", "--fork", "--monotonic", &offset];
            let out = self.as_client(client, &[&clock[..], &["nfs-cp", &from, &url]].concat());
            if out.code != 0 {
                out.says("NFS4ERR_ROFS");
                return "ro";
            }
            let there = std::fs::metadata(dir.join(&name)).unwrap();
            assert_eq!(there.uid(), owner, "client {client} wrote as {uid}: {out:?}");
            "rw"
        });
        assert_eq!(modes[0], modes[1]);
        format!("{} {} {}", modes[0], people[0].1, people[1].1)
    }
    /// The same for all three.
    pub fn all_seen(&self, dir: &str) -> [String; 3] {
        [1, 2, 3].map(|client| self.seen(client, dir))
    }
}

fn new_name() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("new-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Seconds that a client's clock has to be set forward (time_namespaces(7)), so that it has run for 37 days. libnfs makes
/// files in NFSv4's exclusive mode and takes that clock for its verifier, which nfs-ganesha keeps in the file's times;
/// zfs-fuse has times up to 2038 only, and the verifier is one of those in just half of all cases (otherwise EOVERFLOW,
/// which the client sees as NFS4ERR_INVAL).
fn offset() -> String {
    let up = std::fs::read_to_string("/proc/uptime").unwrap();
    let seconds: f64 = up.split(' ').next().unwrap().parse().unwrap();
    (3_221_225 - seconds as i64).to_string()
}

impl Ganesha<'_> {
    /// Starts it, and waits until it takes connections.
    pub fn start(&mut self) {
        let path = |name| self.host.str(name);
        let mut c = command("ganesha.nfsd");
        c.args(["-F", "-N", "NIV_EVENT", "-f", &path("ganesha.conf"), "-L", &path("ganesha.log")]);
        c.args(["-p", &path("ganesha.pid")]).current_dir("/");
        c.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(c.spawn().unwrap());
        until("nfs-ganesha answers", || std::net::TcpStream::connect((SERVER, 2049)).is_ok());
    }
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.host.path("ganesha.log")).unwrap_or_default()
    }
    /// Has it read its files again, without jug.
    pub fn reload(&self) {
        let done = "Reread exports complete";
        let before = self.log().matches(done).count();
        self.host.sh("kill -HUP $(cat ganesha.pid)").ok();
        until("it has read its exports", || self.log().matches(done).count() > before);
    }
    /// Ends it, without giving it time.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Ganesha<'_> {
    fn drop(&mut self) {
        self.kill();
    }
}
