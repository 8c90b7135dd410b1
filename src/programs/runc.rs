//! An OCI runtime: runc(8), or another with the same command line.

use super::{json, text_of};
use crate::error::Result;
use crate::facts::Container;
use crate::host::Cmd;

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
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_list_and_an_empty_one() {
        assert!(parse_list("null").unwrap().is_empty());
        let all = parse_list(r#"[{"ociVersion":"1.0.2","id":"www","pid":42,"status":"running","bundle":"/b","rootfs":"/r","created":"2026-01-01T00:00:00Z","owner":"",
            "annotations":{"jug.uuid":"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60"}},{"id":"x","pid":0,"status":"stopped","rootfs":"/s"}]"#).unwrap();
        assert!(all[0].running && all[0].uuid.is_some() && all[0].id == "42");
        assert!(!all[1].running && all[1].uuid.is_none());
    }
}
