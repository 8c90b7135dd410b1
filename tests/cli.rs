//! The command line's contract: help, usage, exit statuses, names, words, configuration errors, lists, plans.
//! TRYCMD=overwrite writes what came; read the difference before it is committed.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A configuration that says nothing, so that the host's own is not read. It lies where jug may write its identity
/// beside it.
fn no_config() -> PathBuf {
    static DIR: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let dir = DIR.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/none.toml");
        let copied = program("cp").arg(from).arg(dir.path().join("none.toml")).status();
        assert!(copied.is_ok_and(|s| s.success()), "it can be copied");
        dir
    });
    dir.path().join("none.toml")
}

#[test]
fn the_contract() {
    trycmd::TestCases::new()
        .case("tests/cmd/*.trycmd")
        .env("JUG_CONFIG", no_config().to_string_lossy())
        .env("XDG_DATA_HOME", "/nonexistent")
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1");
}

#[expect(clippy::disallowed_methods, reason = "a test may start programs")]
fn program(name: &str) -> Command {
    Command::new(name)
}

fn jug() -> Command {
    let mut c = program(env!("CARGO_BIN_EXE_jug"));
    c.env("JUG_CONFIG", no_config()).stdin(Stdio::null());
    c
}

/// jug as an ordinary user; nothing if this is neither one nor root with setpriv(1).
fn as_user() -> Option<Command> {
    if !rustix::process::geteuid().is_root() {
        return Some(jug());
    }
    let there = program("setpriv").arg("--version").stdout(Stdio::null()).status().is_ok_and(|s| s.success());
    if !there {
        println!("not tested: what an ordinary user may do: there is no setpriv");
        return None;
    }
    let mut c = program("setpriv");
    c.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(binary_for_all());
    c.env("JUG_CONFIG", "/dev/null").env("HOME", "/nonexistent").stdin(Stdio::null());
    Some(c)
}

/// The binary where everyone may read it: a home directory of root's is closed to others.
fn binary_for_all() -> PathBuf {
    static COPY: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let dir = COPY.get_or_init(|| {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("its mode");
        // By another program: a file that this one had open for writing may be busy in a fork of another test's.
        let copied = program("cp").arg(env!("CARGO_BIN_EXE_jug")).arg(dir.path().join("jug")).status();
        assert!(copied.is_ok_and(|s| s.success()));
        dir
    });
    dir.path().join("jug")
}

/// A copy of the prepared workdir, and its facts, that everyone may read.
fn workdir() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("its mode");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let copied = program("cp").arg("-R").arg(from.join("show.in/jails")).arg(dir.path()).status();
    assert!(copied.is_ok_and(|s| s.success()));
    std::fs::copy(from.join("plan.in/freebsd.json"), dir.path().join("freebsd.json")).expect("a copy");
    dir
}

fn text(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn an_ordinary_user_reads_plans_and_is_refused() {
    let dir = workdir();
    let jails = dir.path().join("jails").to_string_lossy().into_owned();
    let facts = dir.path().join("freebsd.json").to_string_lossy().into_owned();
    for (args, code, says) in [
        (vec!["--workdir", &jails, "-H", "jget", "www", "base"], 0, "host"),
        (vec!["--workdir", &jails, "-n", "jset", "www", "boot.order=7"], 0, "order = 7"),
        (vec!["-n", "--facts", &facts, "jstart", "www"], 0, "name=www"),
        (vec!["--workdir", &jails, "jset", "www", "boot.order=7"], 7, "only root"),
        (vec!["--workdir", &jails, "jset", "www", "boot.oder=7"], 2, "boot.order"),
        (vec!["--workdir", &jails, "jremove", "-y", "nosuch"], 4, "nosuch"),
        (vec!["--workdir", &jails, "init"], 7, "only root"),
        (vec!["--workdir", &jails, "base-import", "host"], 5, "host"),
    ] {
        let Some(mut c) = as_user() else { return };
        let out = c.args(&args).output().expect("it runs");
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", text(&out));
        assert!(text(&out).contains(says), "{args:?}: {}", text(&out));
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let dir = workdir();
    let tree = || {
        let out = program("find").arg(dir.path()).args(["-printf", "%p %m %s %T@\n"]).output();
        out.map(|o| text(&o)).unwrap_or_default()
    };
    let before = tree();
    let jails = dir.path().join("jails").to_string_lossy().into_owned();
    for args in [
        vec!["jcreate", "new", "--base", "host", "--start"],
        vec!["jset", "www", "boot.order=8"],
        vec!["base-import", "/bin", "small"],
        vec!["init"],
    ] {
        let out = jug().args(["-n", "--workdir", &jails]).args(&args).output().expect("it runs");
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", text(&out));
    }
    assert_eq!(before, tree());
}

#[test]
fn plans_are_scripts_that_sh_reads() {
    let dir = workdir();
    let facts = dir.path().join("freebsd.json").to_string_lossy().into_owned();
    let jails = dir.path().join("jails").to_string_lossy().into_owned();
    let cases: [&[&str]; 5] = [
        &["-n", "--facts", &facts, "jcreate", "new", "--base", "15.0-RELEASE", "--mode", "full", "--start"],
        &["-n", "--facts", &facts, "jstart", "www"],
        &["-n", "--workdir", &jails, "jcreate", "new", "--base", "host", "--start"],
        &["-n", "--workdir", &jails, "jset", "www", "description=it's \"mine\" $HOME `id`"],
        &["-n", "--workdir", &jails, "jremove", "www"],
    ];
    for args in cases {
        let plan = jug().args(args).output().expect("it runs");
        assert_eq!(plan.status.code(), Some(0), "{args:?}: {}", text(&plan));
        assert!(plan.stdout.starts_with(b"#!/bin/sh\n"), "{args:?}");
        let script = dir.path().join("plan.sh");
        let mut file = std::fs::OpenOptions::new();
        let mut file = file.write(true).create(true).truncate(true).open(&script).expect("a script");
        std::io::Write::write_all(&mut file, &plan.stdout).expect("it is written");
        let read = program("sh").arg("-n").arg(&script).output().expect("sh runs");
        assert!(read.status.success(), "{args:?}: {}", text(&read));
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let dir = workdir();
    let jails = dir.path().join("jails");
    let args = ["-n", "jcreate", "new", "--base", "host"];
    let mut child = jug()
        .arg("--workdir")
        .arg(&jails)
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut line = String::new();
    let mut reader = BufReader::with_capacity(16, child.stdout.take().expect("its stdout"));
    reader.read_line(&mut line).expect("a line");
    drop(reader);
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(line, "#!/bin/sh\n");
    assert!(out.status.success(), "{:?}: {}", out.status, text(&out));
    assert!(out.stderr.is_empty(), "{}", text(&out));
}

#[test]
fn json_has_a_version_and_the_contracts_fields() {
    let dir = workdir();
    let jails = dir.path().join("jails");
    let out = jug().arg("--json").arg("--workdir").arg(&jails).arg("jls").output().expect("it runs");
    let list: serde_json::Value = serde_json::from_slice(&out.stdout).expect("it is JSON");
    assert_eq!(list["version"], 1);
    let first = list["environments"][0].as_object().expect("an object");
    for field in [
        "name",
        "kind",
        "uuid",
        "state",
        "jid",
        "path",
        "base",
        "mode",
        "storage",
        "dataset",
        "addresses",
        "tags",
        "protected",
        "pending",
    ] {
        assert!(first.contains_key(field), "{field} is missing: {first:?}");
    }
    let out = jug().args(["--json", "--workdir"]).arg(&jails).args(["jstart", "old"]).output();
    let out = out.expect("it runs");
    let done: serde_json::Value = serde_json::from_slice(&out.stdout).expect("it is JSON");
    let result = done["results"][0].as_object().expect("an object");
    for field in ["name", "result", "code", "reason", "next"] {
        assert!(result.contains_key(field), "{field} is missing: {result:?}");
    }
    assert_eq!((&result["result"], &result["code"]), (&"failed".into(), &2.into()));
}
