//! The place in which a test runs, and how it runs things there.

use crate::outcome::{Out, command, run, until};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Set inside the namespaces, to the test's directory.
const INSIDE: &str = "JUG_TEST_INSIDE";
/// Seconds any one command may take, and a whole test.
const COMMAND: u64 = 60;
const TEST: u64 = 300;
/// How a line begins that a test leaves for people to read though it passed.
pub const COUNTED: &str = "counted: ";
/// What every test needs.
const NEEDED: [&str; 7] = ["runc", "unshare", "mount", "ip", "tar", "busybox", "setpriv"];

/// Runs `body` in namespaces of its own. What is missing for that is said, and fails where CI=true.
pub fn on_host<F: FnOnce(&Host)>(needs: &[&str], body: F) {
    on_host_within(TEST, needs, body);
}

/// The same for so many seconds.
pub fn on_host_within<F: FnOnce(&Host)>(seconds: u64, needs: &[&str], body: F) {
    // `linux::room::test::{{closure}}`: the test's name is in the middle.
    let name = std::any::type_name::<F>().trim_start_matches("linux::").replace("::{{closure}}", "");
    if let Some(dir) = std::env::var_os(INSIDE) {
        let host = Host::new(PathBuf::from(dir));
        body(&host);
        host.finish();
        return;
    }
    if let Err(why) = possible(needs) {
        let text = format!("NOT TESTED: {name}: {why}");
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{text}");
        // Not println: a passing test's is swallowed.
        let _ = writeln!(std::io::stderr(), "{text}");
        return;
    }
    let dir = tempfile::Builder::new().prefix("jug-test-").tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let exe = std::env::current_exe().unwrap();
    let mut c = command("unshare");
    c.args([
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--propagation",
        "private",
    ]);
    // A shell as the first process, since it reaps what is orphaned.
    c.args(["sh", "-c", r#""$0" "$@" & wait $!"#]).arg(exe);
    c.args(["--exact", &name, "--include-ignored", "--nocapture", "--test-threads=1"])
        .env(INSIDE, dir.path())
        .env("RUST_BACKTRACE", "0");
    let out = run(c, dir.path(), "", seconds);
    assert!(out.code == 0, "{name}: exit status {}\n{}{}", out.code, out.out, out.err);
    assert!(out.out.contains("1 passed"), "{name} was not found in the test binary:\n{}", out.out);
    for line in out.err.lines().filter(|l| l.starts_with(COUNTED)) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

fn possible(needs: &[&str]) -> Result<(), String> {
    let me = fs::metadata("/proc/self").map_err(|e| e.to_string())?;
    if std::os::unix::fs::MetadataExt::uid(&me) != 0 {
        return Err("it needs root".into());
    }
    let dirs = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];
    for program in NEEDED.iter().chain(needs) {
        if !dirs.iter().any(|d| Path::new(d).join(program).exists()) {
            return Err(format!("{program} is not installed"));
        }
    }
    if needs.contains(&"zfs-fuse") && !Path::new("/dev/fuse").exists() {
        return Err("there is no /dev/fuse".into());
    }
    let tried = command("unshare").args(["--mount", "--net", "--pid", "--fork", "true"]).status();
    match tried {
        Ok(s) if s.success() => Ok(()),
        _ => Err("namespaces can't be made here".into()),
    }
}

/// A file, with the directories above it.
pub fn write(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(path);
    File::options().write(true).create_new(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// All that is mounted at or below a directory.
pub fn mounts(below: &Path) -> Vec<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let below = below.to_str().unwrap();
    table
        .lines()
        .filter_map(|l| l.split(' ').nth(4))
        .filter(|t| t.strip_prefix(below).is_some_and(|r| r.is_empty() || r.starts_with('/')))
        .map(str::to_string)
        .collect()
}

/// The test's own host: namespaces, a directory, a workdir.
pub struct Host {
    pub dir: PathBuf,
    pub work: PathBuf,
    uuids: RefCell<BTreeSet<String>>,
    nodes: RefCell<Vec<String>>,
}

/// A node beside the test's usual one: a configuration, an identity and a workdir of its own.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub host: &'a Host,
    pub name: &'static str,
}

impl Node<'_> {
    pub fn jug(&self, args: &str) -> Out {
        self.host.jug(&self.words(args))
    }
    pub fn words(&self, args: &str) -> String {
        format!("--config %/{}.toml {args}", self.name)
    }
    /// A path below its workdir.
    pub fn path(&self, rel: &str) -> PathBuf {
        self.host.path(self.name).join(rel)
    }
    pub fn state(&self, name: &str) -> String {
        let all = self.jug("jls -H --all").ok().out;
        let line = all.lines().find(|l| l.split('\t').next() == Some(name)).unwrap_or_default();
        line.split('\t').nth(1).unwrap_or("gone").to_string()
    }
    pub fn mounts(&self) -> Vec<String> {
        mounts(&self.host.path(self.name))
    }
    /// Its id, as owners are written down.
    pub fn id(&self) -> String {
        let out = self.jug("node -H").ok();
        out.text().split('\t').next().unwrap_or_default().to_string()
    }
}

impl Host {
    fn new(dir: PathBuf) -> Self {
        let h = Self { work: dir.join("work"), dir, uuids: RefCell::default(), nodes: RefCell::default() };
        h.sh("ip link set lo up").ok();
        // Names of network namespaces are files, which mount namespaces share.
        h.sh("mkdir -p /run/netns && mount -t tmpfs none /run/netns").ok();
        h
    }
    pub fn path(&self, rel: &str) -> PathBuf {
        self.dir.join(rel)
    }
    pub fn str(&self, rel: &str) -> String {
        self.path(rel).to_str().unwrap().to_string()
    }
    /// jug with arguments in the words of sh(1); `%` stands for the test's directory.
    pub fn jug(&self, args: &str) -> Out {
        self.jug_with(args, "", COMMAND)
    }
    pub fn jug_with(&self, args: &str, input: &str, seconds: u64) -> Out {
        self.note();
        let out = run(self.jug_command(args), &self.dir, input, seconds);
        self.note();
        out
    }
    pub fn jug_command(&self, args: &str) -> Command {
        let mut c = command(env!("CARGO_BIN_EXE_jug"));
        c.args(shlex::split(&args.replace('%', self.dir.to_str().unwrap())).unwrap());
        c.env("JUG_CONFIG", self.config()).current_dir("/").env_remove("SUDO_USER");
        c
    }
    fn config(&self) -> PathBuf {
        let file = self.path("jug.toml");
        if !file.exists() {
            write(&file, &format!("# the test's\nversion = 1\nworkdir = {:?}\n", self.work), 0o644);
        }
        file
    }
    /// Runs a program of the host's under the usual limit.
    pub fn run(&self, program: &str, args: &[&str]) -> Out {
        let mut c = command(program);
        c.args(args);
        run(c, &self.dir, "", COMMAND)
    }
    /// A line of sh(1) in the test's directory.
    pub fn sh(&self, line: &str) -> Out {
        let mut c = command("sh");
        c.args(["-c", line]).current_dir(&self.dir);
        run(c, &self.dir, "", COMMAND)
    }
    /// What jug does in the background, until it is waited for.
    pub fn spawn(&self, args: &str) -> Child {
        let mut c = self.jug_command(args);
        let file = || tempfile::tempfile_in(&self.dir).unwrap();
        c.stdin(Stdio::null()).stdout(file()).stderr(file()).process_group(0);
        c.spawn().unwrap()
    }

    /// A tree of static busybox with the usual links, as a base is made from.
    pub fn busybox(&self) -> PathBuf {
        let tree = self.path("busybox");
        if tree.exists() {
            return tree;
        }
        for dir in ["bin", "sbin", "usr/bin", "usr/sbin", "etc", "root", "var/log", "tmp", "dev", "proc"] {
            fs::create_dir_all(tree.join(dir)).unwrap();
        }
        fs::copy("/bin/busybox", tree.join("bin/busybox")).unwrap();
        let list = self.run("busybox", &["--list-full"]).ok();
        for applet in list.out.lines().filter(|l| *l != "bin/busybox") {
            let up = "../".repeat(applet.matches('/').count());
            fs::create_dir_all(tree.join(applet).parent().unwrap()).unwrap();
            let _ = std::os::unix::fs::symlink(format!("{up}bin/busybox"), tree.join(applet));
        }
        write(
            &tree.join("etc/passwd"),
            "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/var/www:/bin/sh\n",
            0o644,
        );
        write(&tree.join("etc/group"), "root:x:0:\nwww:x:33:\nextra:x:77:www\n", 0o644);
        write(&tree.join("etc/motd"), "from the base\n", 0o644);
        tree
    }
    /// The busybox tree as the base `bb`.
    pub fn base(&self) {
        self.busybox();
        self.jug("base-import %/busybox bb --storage dir").ok();
    }
    /// A pool of zfs-fuse's own, `tank`, and jug told to use tank/jug.
    pub fn zfs(&self) {
        let start = "set -e; for d in /run/zfs /var/lib/zfs /run/lock/zfs; do mkdir -p $d; \
             mount -t tmpfs none $d; done; \
             awk '$3 == \"fuse.zfs\" { print $2 }' /proc/mounts | xargs -r umount -l; \
             setsid zfs-fuse -n -x -m 64 --no-kstat-mount >zfs.log 2>&1 </dev/null &";
        self.sh(start).ok();
        until("zfs-fuse answers", || self.run("zpool", &["list"]).code == 0);
        // In memory: each transaction is synced, and a disk that is busy for others takes seconds for that.
        self.sh("mkdir pools && mount -t tmpfs none pools && truncate -s 1G pools/tank && \
                 zpool create -m $PWD/tank tank $PWD/pools/tank")
            .ok();
        self.jug("init --zfs-root tank/jug").ok();
    }
    pub fn state(&self, name: &str) -> String {
        let all = self.jug("jls -H").ok().out;
        let line = all.lines().find(|l| l.split('\t').next() == Some(name)).unwrap_or_default();
        line.split('\t').nth(1).unwrap_or("gone").to_string()
    }
    /// Nothing of it has changed since.
    #[track_caller]
    pub fn same(&self, before: &str, what: &str) {
        let now = self.snapshot();
        let only = |a: &str, b: &str| {
            a.lines().filter(|l| !b.lines().any(|k| k == *l)).map(str::to_string).collect::<Vec<_>>()
        };
        let (new, gone) = (only(&now, before), only(before, &now));
        assert!(new.is_empty() && gone.is_empty(), "{what}\nnew: {new:#?}\ngone: {gone:#?}");
    }
    /// Everything below the workdir but locks, logs and mounts, with types, modes, links and sums.
    pub fn snapshot(&self) -> String {
        let line = "find work -xdev \\( -path work/lock -o -path work/log -o -path work/run/.oci \
             -o -name console.log -o -path 'work/journal/.*' \\) -prune -o \
             \\( -type f -printf '%p %m ' -exec sha256sum {} \\; -o -printf '%p %y %m %l\\n' \\) | sort";
        self.sh(line).ok().out
    }

    /// Environments leave their identity in cgroup names: remember them for the end.
    fn note(&self) {
        let mut works = vec![self.work.clone()];
        works.extend(self.nodes.borrow().iter().map(|n| self.path(n)));
        let plain = |e: &fs::DirEntry| e.metadata().is_ok_and(|m| m.is_file());
        for dir in works.iter().filter_map(|w| fs::read_dir(w.join("envs")).ok()) {
            if self.uuids.borrow().len() > 60 {
                return;
            }
            for text in dir.flatten().filter(plain).filter_map(|e| fs::read_to_string(e.path()).ok()) {
                let uuid = text.lines().find_map(|l| l.strip_prefix("uuid = \"")).and_then(|l| l.get(..36));
                self.uuids.borrow_mut().extend(uuid.map(str::to_string));
            }
        }
    }
    /// A node with a configuration, an identity and a workdir of its own.
    pub fn node(&self, name: &'static str) -> Node<'_> {
        let text = format!("version = 1\nworkdir = {:?}\n", self.path(name));
        write(&self.path(&format!("{name}.toml")), &text, 0o644);
        self.nodes.borrow_mut().push(name.to_string());
        Node { host: self, name }
    }
    /// Two nodes with the base `bb` of the same tree.
    pub fn two_nodes(&self) -> (Node<'_>, Node<'_>) {
        self.busybox();
        let nodes = (self.node("a"), self.node("b"));
        for n in [nodes.0, nodes.1] {
            n.jug("base-import %/busybox bb --storage dir").ok();
        }
        nodes
    }
    /// Two nodes that share the four directories of environments' files.
    pub fn two_nodes_on_one_storage(&self) -> (Node<'_>, Node<'_>) {
        let nodes = self.two_nodes();
        self.sh("set -e; for d in data system rcconf fstab; do mkdir -p share/jails-$d; \
                 for n in a b; do mount --bind share/jails-$d $n/jails-$d; done; done")
            .ok();
        nodes
    }
    /// Nothing of its own is left.
    fn finish(&self) {
        self.jug("jremove --stop -y --all").ok();
        self.jug("vm-remove --stop -y --all").ok();
        let nodes = self.nodes.borrow().clone();
        for work in std::iter::once("work").chain(nodes.iter().map(String::as_str)) {
            let listed = self.run("runc", &["--root", &self.str(&format!("{work}/run/.oci")), "list", "-q"]);
            assert!(listed.out.trim().is_empty(), "containers are left: {listed:?}");
        }
        if self.path("ssh").exists() {
            self.sh("kill $(busybox pidof sshd sshd-session); true").ok();
        }
        if self.path("zfs.log").exists() {
            self.sh("zfs list -H -o name -r tank/jug/env").ok().is("tank/jug/env");
            self.sh("zpool export tank; kill $(busybox pidof zfs-fuse)").ok();
            until("zfs-fuse ends", || self.sh("busybox pidof zfs-fuse").code != 0);
        }
        for work in std::iter::once("work").chain(nodes.iter().map(String::as_str)) {
            let left = mounts(&self.path(work));
            assert!(left.iter().all(|m| self.is_share(m)), "mounts are left: {left:?}");
        }
        let groups = self.sh("find /sys/fs/cgroup -type d -name 'jug-*'");
        let uuids = self.uuids.borrow();
        let left: Vec<_> = groups.out.lines().filter(|l| uuids.iter().any(|u| l.contains(u))).collect();
        assert!(left.is_empty(), "cgroups are left: {left:?}");
        let begun = Instant::now();
        while !self.processes().is_empty() {
            assert!(begun.elapsed().as_secs() < 5, "processes are left: {:?}", self.processes());
            std::thread::sleep(Duration::from_millis(20));
        }
        for work in std::iter::once("work").chain(self.nodes.borrow().iter().map(String::as_str)) {
            let journals = self.sh(&format!("ls {work}/journal")).out;
            assert!(!journals.contains("jsonl"), "a journal is left in {work}: {journals}");
        }
    }
    /// Whether one of the directories is mounted there that two nodes share.
    fn is_share(&self, target: &str) -> bool {
        let path = Path::new(target);
        self.path("share").exists()
            && path.parent().and_then(Path::parent) == Some(self.dir.as_path())
            && path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("jails-"))
    }
    /// Processes of this test beside the shell and the test itself.
    pub fn processes(&self) -> Vec<String> {
        let me = std::process::id().to_string();
        let mut all = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let pid = entry.file_name().into_string().unwrap_or_default();
            let Ok(cmd) = fs::read_to_string(entry.path().join("cmdline")) else { continue };
            if pid.parse::<u32>().is_ok() && pid != "1" && pid != me && !cmd.is_empty() {
                all.push(format!("{pid} {}", cmd.replace('\0', " ")));
            }
        }
        all
    }
}
