//! An OCI runtime: runc(8), or another with the same command line.

use super::{json, oci, text_of};
use crate::error::Result;
use crate::facts::Container;
use crate::host::Cmd;
use crate::model::limits::{CpuSet, Limit, Limits};

/// The annotation that carries our stamp.
pub const STAMP: &str = "jug.uuid";

/// A runtime and where it keeps its state.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Its program.
    pub program: String,
    /// The directory of its state.
    pub root: String,
}

impl Runtime {
    fn cmd(&self) -> Cmd {
        Cmd::new(&self.program).args(["--root", &self.root])
    }
    /// All containers.
    pub fn list(&self) -> Cmd {
        self.cmd().args(["list", "-f", "json"])
    }
    /// One container; exit status 1 if it is not there.
    pub fn state(&self, name: &str) -> Cmd {
        self.cmd().args(["state", name])
    }
    /// Makes and starts a container. It inherits stdout, so that has to be a file.
    pub fn run(&self, name: &str, bundle: &str) -> Cmd {
        self.cmd().args(["run", "--detach", "--bundle", bundle, name])
    }
    /// Sends a signal to the container's first process.
    pub fn kill(&self, name: &str, signal: &str) -> Cmd {
        self.cmd().args(["kill", name, signal])
    }
    /// Kills what runs and removes the container.
    pub fn delete(&self, name: &str) -> Cmd {
        self.cmd().args(["delete", "--force", name])
    }
    /// Changes what a running container may use: of these keys, what is wanted now. `swap` says whether the kernel counts
    /// swap, and `cpus` are those of the host, which a container gets back that is not limited to some any more.
    pub fn update(
        &self,
        name: &str,
        limits: &Limits,
        keys: &[Limit],
        swap: bool,
        cpus: Option<&CpuSet>,
    ) -> Cmd {
        let number = |n: Option<u64>| n.map_or_else(|| "-1".to_string(), |n| n.to_string());
        let mut cmd = self.cmd().arg("update");
        if keys.iter().any(|k| matches!(k, Limit::Memory | Limit::Swap)) {
            cmd = cmd.arg(format!("--memory={}", number(limits.memory.map(|m| m.0))));
            if swap {
                // Never less than the memory: the kernel of cgroup v1 wants both in the right order, which they get so.
                cmd = cmd.arg(format!("--memory-swap={}", number(limits.memory_and_swap())));
            }
        }
        if keys.contains(&Limit::Cpu) {
            cmd = cmd.arg(format!("--cpu-period={}", oci::PERIOD));
            cmd = cmd.arg(format!("--cpu-quota={}", number(limits.cpu.map(oci::quota))));
        }
        if let (true, Some(cpus)) = (keys.contains(&Limit::Cpuset), limits.cpuset.as_ref().or(cpus)) {
            cmd = cmd.arg(format!("--cpuset-cpus={cpus}"));
        }
        if keys.contains(&Limit::Processes) {
            cmd = cmd.arg(format!("--pids-limit={}", number(limits.processes)));
        }
        cmd.arg(name)
    }
    /// Runs a command inside with everything said.
    pub fn exec_as(&self, name: &str, how: &ExecAs<'_>, argv: &[String]) -> Cmd {
        let mut cmd = self.cmd().arg("exec");
        if how.tty {
            cmd = cmd.arg("--tty");
        }
        cmd = cmd.args(["--cwd", how.dir, "--user", how.user]);
        for group in how.groups {
            cmd = cmd.arg("--additional-gids").arg(group.to_string());
        }
        for (k, v) in how.env {
            cmd = cmd.arg("--env").arg(format!("{k}={v}"));
        }
        cmd.arg(name).args(argv.iter().cloned())
    }
}

/// How a command is run inside.
#[derive(Debug)]
pub struct ExecAs<'a> {
    /// With a terminal.
    pub tty: bool,
    /// The working directory.
    pub dir: &'a str,
    /// `uid:gid`.
    pub user: &'a str,
    /// More groups.
    pub groups: &'a [u32],
    /// Variables.
    pub env: &'a [(String, String)],
}

/// Reads the output of [`Runtime::list`]; no container is `null`.
pub fn parse_list(text: &str) -> Result<Vec<Container>> {
    let all = json("runc list", text)?;
    all.as_array().into_iter().flatten().map(parse_one).collect()
}

/// Reads the output of [`Runtime::state`].
pub fn parse_state(text: &str) -> Result<Container> {
    parse_one(&json("runc state", text)?)
}

fn parse_one(c: &serde_json::Value) -> Result<Container> {
    let field = |name: &str| c.get(name).and_then(text_of);
    let need = |name: &str| field(name).ok_or_else(|| super::surprise("runc", format!("no {name} in {c}")));
    Ok(Container {
        id: need("pid")?,
        name: need("id")?,
        path: need("rootfs")?,
        uuid: c.get("annotations").and_then(|a| a.get(STAMP)).and_then(text_of).and_then(|u| u.parse().ok()),
        running: matches!(field("status").as_deref(), Some("running" | "created" | "paused")),
        vm: false,
        alone: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::size::ByteSize;

    #[test]
    fn only_what_differs_is_updated() {
        let runtime = Runtime { program: "runc".into(), root: "/r".into() };
        let limits = Limits {
            memory: Some(ByteSize(1 << 20)),
            swap: Some(ByteSize(1)),
            cpu: Some(20),
            ..Limits::default()
        };
        let cpus = "0-3".parse().ok();
        let args = |keys: &[Limit], swap| {
            let cmd = runtime.update("www", &limits, keys, swap, cpus.as_ref());
            assert_eq!((cmd.args[2].as_str(), cmd.args.last().map(String::as_str)), ("update", Some("www")));
            cmd.args[3..cmd.args.len() - 1].join(" ")
        };
        assert_eq!(args(&[Limit::Swap], true), "--memory=1048576 --memory-swap=1048577");
        assert_eq!(args(&[Limit::Memory], false), "--memory=1048576");
        assert_eq!(args(&[Limit::Cpu], true), "--cpu-period=100000 --cpu-quota=20000");
        assert_eq!(args(&[Limit::Cpuset, Limit::Processes], true), "--cpuset-cpus=0-3 --pids-limit=-1");
    }

    #[test]
    fn reads_a_list_and_an_empty_one() {
        assert!(parse_list("null").unwrap().is_empty());
        let all = parse_list(r#"[{"ociVersion":"1.0.2","id":"www","pid":42,"status":"running","bundle":"/b","rootfs":"/r","created":"2026-01-01T00:00:00Z","owner":"",
            "annotations":{"jug.uuid":"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60"}},{"id":"x","pid":0,"status":"stopped","rootfs":"/s"}]"#).unwrap();
        assert!(all[0].running && all[0].uuid.is_some() && all[0].id == "42");
        assert!(!all[1].running && all[1].uuid.is_none());
    }
}
