//! The OCI runtime configuration (config.json), written from typed values.

use super::runc::STAMP;
use crate::model::env::Env;
use crate::model::limits::Limits;
use crate::model::name::{AbsPath, EnvName};
use crate::model::net::Net;
use serde_json::{Value, json};

/// The first process of a container: it stays, reaps what is orphaned, and on TERM ends all others before itself.
/// The text is constant; nothing of the environment's is pasted into it.
pub const KEEPER: [&str; 3] = [
    "/bin/sh",
    "-c",
    "trap 'trap : TERM; kill -TERM -1; n=0; while set -- /proc/[0-9]*; [ $# -gt 1 ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done; exit 0' TERM; while :; do sleep 86400 & wait $!; done",
];

/// What a jail's root may do without any allow.*.
const CAPABILITIES: [&str; 11] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];

/// What a permission of jail(8) means here, where it means anything.
pub const PERMISSIONS: [(&str, &str); 5] = [
    ("raw_sockets", "CAP_NET_RAW"),
    ("chflags", "CAP_LINUX_IMMUTABLE"),
    ("mlock", "CAP_IPC_LOCK"),
    ("settime", "CAP_SYS_TIME"),
    ("routing", "CAP_NET_ADMIN"),
];

fn capabilities(env: &Env) -> Vec<&'static str> {
    let mut all = CAPABILITIES.to_vec();
    all.extend(PERMISSIONS.iter().filter(|(p, _)| env.allow.get(p)).map(|(_, c)| *c));
    all
}

fn mount(target: &str, fstype: &str, source: &str, options: &[&str]) -> Value {
    json!({"destination": target, "type": fstype, "source": source, "options": options})
}

/// What the control group of a container is given. Input and output are not limited here: see the platform.
fn resources(limits: &Limits) -> Value {
    let mut all = json!({"devices": [{"allow": false, "access": "rwm"}]});
    if let Some(memory) = limits.memory {
        all["memory"] = json!({"limit": memory.0});
    }
    // In OCI's words swap is both together.
    if let Some(both) = limits.memory_and_swap() {
        all["memory"]["swap"] = json!(both);
    }
    if let Some(percent) = limits.cpu {
        all["cpu"]["quota"] = json!(quota(percent));
        all["cpu"]["period"] = json!(PERIOD);
    }
    if let Some(cpus) = &limits.cpuset {
        all["cpu"]["cpus"] = json!(cpus.to_string());
    }
    if let Some(processes) = limits.processes {
        all["pids"] = json!({"limit": processes});
    }
    all
}

/// The period in which a CPU quota is counted, in microseconds: the kernel's own default.
pub const PERIOD: u64 = 100_000;

/// The quota of so many percent of one CPU.
pub fn quota(percent: u64) -> u64 {
    percent.saturating_mul(PERIOD / 100)
}

/// The configuration of an environment. `console` is a file that what runs inside may print to.
pub fn config(name: &EnvName, env: &Env, root: &AbsPath, console: &AbsPath, read_only: bool) -> String {
    let caps = capabilities(env);
    let mut namespaces = vec![
        json!({"type": "pid"}),
        json!({"type": "ipc"}),
        json!({"type": "uts"}),
        json!({"type": "mount"}),
    ];
    if env.net.contains(&Net::None) {
        namespaces.push(json!({"type": "network"}));
    }
    if env.has_nics() {
        // Made before it, with all its cards.
        namespaces
            .push(json!({"type": "network", "path": crate::platform::netns::namespace_path(env).as_str()}));
    }
    let mut config = json!({
        "ociVersion": "1.0.2",
        "hostname": env.hostname(name),
        "annotations": {STAMP: env.uuid.to_string()},
        "root": {"path": root.as_str(), "readonly": read_only},
        "process": {
            "terminal": false,
            "user": {"uid": 0, "gid": 0},
            "args": KEEPER,
            "cwd": "/",
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "container=jug"],
            "capabilities": {"bounding": caps, "effective": caps, "permitted": caps},
            "noNewPrivileges": false,
        },
        "mounts": [
            mount("/proc", "proc", "proc", &["nosuid", "noexec", "nodev"]),
            mount("/dev", "tmpfs", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=65536k"]),
            mount("/dev/pts", "devpts", "devpts", &["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            mount("/dev/shm", "tmpfs", "shm", &["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
            mount("/run", "tmpfs", "run", &["nosuid", "nodev", "mode=755", "size=65536k"]),
            mount("/dev/console", "none", console.as_str(), &["bind", "nosuid", "noexec", "nodev"]),
            mount("/sys", "none", "/sys", &["bind", "nosuid", "noexec", "nodev", "ro"]),
        ],
        "linux": {
            "cgroupsPath": format!("/jug-{}", env.uuid),
            "namespaces": namespaces,
            "resources": resources(&env.limits),
            "maskedPaths": ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    });
    // setrlimit(2): of all that runs inside, and of what the runtime runs there later.
    if let Some(n) = env.limits.open_files {
        config["process"]["rlimits"] = json!([{"type": "RLIMIT_NOFILE", "hard": n, "soft": n}]);
    }
    format!("{config:#}\n")
}
