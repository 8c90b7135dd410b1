//! The examples are what they say: configuration that jug accepts, hooks that run.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("share/examples")
}

#[expect(clippy::disallowed_methods, reason = "a test may start programs")]
fn program(path: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(path)
}

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

fn files(dir: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(examples().join(dir)).expect("the directory is there");
    let mut all: Vec<PathBuf> = all.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

#[test]
fn configuration_is_accepted() {
    let mut all = files("environments");
    all.push(examples().join("jug.toml"));
    for file in all {
        let mut jug = program(env!("CARGO_BIN_EXE_jug"));
        let out = jug.env("JUG_CONFIG", "/dev/null").arg("config-check").arg(&file).output();
        let out = out.expect("it runs");
        assert!(out.status.success(), "{}", said(&out));
    }
}

#[test]
fn the_examples_jug_toml_has_every_key() {
    let text = std::fs::read_to_string(examples().join("jug.toml")).expect("it is there");
    let node: jug::model::node::NodeConfig = jug::model::schema::read(&text, "jug.toml").expect("it is good");
    assert!(node.version.is_some() && node.workdir.is_some() && node.zfs_root.is_some());
    assert!(node.defaults.base.is_some() && node.defaults.mode.is_some());
    assert!(node.defaults.storage.is_some() && node.defaults.net.is_some() && node.programs.oci.is_some());
}

#[test]
fn hooks_run() {
    let dir = tempfile::tempdir().expect("a directory");
    let key = dir.path().join("key.pub");
    std::fs::create_dir(dir.path().join("root")).expect("a directory");
    assert!(program("cp").arg("/dev/null").arg(&key).status().is_ok_and(|s| s.success()));
    let bin = dir.path().join("bin");
    std::fs::create_dir(&bin).expect("a directory");
    std::os::unix::fs::symlink("/bin/echo", bin.join("logger")).expect("a link");
    let run = |hook: &Path, need: &str| {
        program(hook)
            .args(["prestart", "www"])
            .env("JUG_NAME", "www")
            .env("JUG_POINT", "prestart")
            .env("JUG_BASE", "host")
            .env("JUG_DATA", dir.path())
            .env("NEED_KB", need)
            .env("KEY", &key)
            .env("PATH", format!("{}:/bin:/usr/bin", bin.display()))
            .output()
            .expect("it runs")
    };
    for hook in files("hooks") {
        let out = run(&hook, "1");
        assert!(out.status.success(), "{}: {}", hook.display(), said(&out));
    }
    assert!(dir.path().join("root/.ssh/authorized_keys").is_file());
    let out = run(&examples().join("hooks/check-space"), "99999999999999");
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out).contains("www: only"), "{}", said(&out));
}

#[test]
fn every_example_is_listed() {
    let list = std::fs::read_to_string(examples().join("README")).expect("it is there");
    for entry in std::fs::read_dir(examples()).expect("it is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(name == "README" || list.contains(&name), "{name} is not in share/examples/README");
    }
}
