//! Generated man pages and completions are those that are checked in (UPDATE=1 writes them), the hand-written pages
//! name every key and every exit status, and the completions complete.

#![expect(clippy::expect_used, reason = "a test may panic")]

use jug::cli::generate;
use jug::error::Code;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn generated_files_are_current() {
    let files = generate::files().expect("they can be generated");
    if std::env::var_os("UPDATE").is_some() {
        for (path, text) in &files {
            let path = project().join(path);
            fs::create_dir_all(path.parent().expect("it has a parent")).expect("the directory is made");
            write(&path, text);
        }
    }
    for (path, text) in &files {
        let there = fs::read_to_string(project().join(path)).unwrap_or_default();
        assert!(there == *text, "{path} is not current: UPDATE=1 cargo test --test generated");
    }
    let known: Vec<&str> = files.iter().map(|(p, _)| p.as_str()).collect();
    for dir in ["man", "completions"] {
        for entry in fs::read_dir(project().join(dir)).expect("it is there").flatten() {
            let path = format!("{dir}/{}", entry.file_name().to_string_lossy());
            let by_hand = ["man/jug.8", "man/jug.toml.5"].contains(&path.as_str());
            assert!(by_hand || known.contains(&path.as_str()), "{path} belongs to no command any more");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that updates its own records")]
fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("it is written");
}

/// The words that stand as items of a page: `.It Ic WORD , WORD`.
fn items(page: &str, macro_name: &str) -> Vec<String> {
    let text = fs::read_to_string(project().join("man").join(page)).expect("the page is there");
    text.lines()
        .filter_map(|l| l.strip_prefix(&format!(".It {macro_name}")))
        .flat_map(|l| {
            let words = l.split(" No ").next().unwrap_or_default();
            words.split_whitespace().filter(|w| *w != ",").map(str::to_string).collect::<Vec<_>>()
        })
        .collect()
}

/// What the page says of when a key holds is what a running environment is told.
#[test]
fn keys_that_hold_at_once_are_those_of_the_page() {
    let text = fs::read_to_string(project().join("man/jug.toml.5")).expect("the page is there");
    let page = &text[text.find(".Sh AN ENVIRONMENT").expect("the section")..];
    let mut checked = 0;
    for line in page.lines().filter_map(|l| l.strip_prefix(".It Ic ")) {
        let Some((names, said)) = line.split_once(" No ") else { continue };
        let Some(when) = said.trim_end_matches(')').rsplit(['(', ';']).next() else { continue };
        let when = when.trim();
        for key in names.split(" , ").filter(|_| ["at once", "live", "restart"].contains(&when)) {
            assert_eq!(jug::plan::live::at_once(key), when == "at once", "{key}: the page says {when}");
            checked += 1;
        }
    }
    assert!(checked > 60, "only {checked} keys were found");
}

#[test]
fn every_key_stands_in_the_page() {
    let items = items("jug.toml.5", "Ic ");
    for key in jug::model::keys::keys() {
        assert!(items.contains(&key), "{key} is missing in man/jug.toml.5");
    }
    let node = toml::Value::try_from(jug::model::node::NodeConfig {
        version: Some(1),
        workdir: "/w".parse().ok(),
        zfs_root: "tank/jug".parse().ok(),
        defaults: jug::model::node::Defaults {
            interface: Some("em0".parse().unwrap()),
            base: "b".parse().ok(),
            mode: Some(Default::default()),
            storage: Some(Default::default()),
            net: Some(Vec::new()),
            external: Some(Default::default()),
        },
        nfs: jug::model::node::Nfs {
            exports: "/e".parse().ok(),
            server: Some(jug::model::node::Server::Kernel),
            ganesha_conf: "/c".parse().ok(),
            ganesha_pid: "/p".parse().ok(),
            ganesha_log: "/l".parse().ok(),
            root: "/".parse().ok(),
            address: "nas".parse().ok(),
        },
        replicate: vec!["nas".parse().expect("it is a job")],
        snapshots: jug::model::snapshot::Snapshots { keep: "last=1".parse().ok() },
        programs: jug::model::node::Programs { oci: Some("runc".into()), ..Default::default() },
        ..Default::default()
    })
    .expect("it is TOML");
    for (key, value) in node.as_table().expect("a table") {
        match value.as_table() {
            Some(table) => {
                for sub in table.keys() {
                    assert!(items.contains(&format!("{key}.{sub}")), "{key}.{sub} is missing");
                }
            }
            None => assert!(items.contains(key), "{key} is missing in man/jug.toml.5"),
        }
    }
    let known = jug::model::keys::keys();
    for item in &items {
        let of_node = [
            "workdir",
            "zfs_root",
            "trust",
            "defaults.",
            "snapshots.",
            "replicate",
            "fetch.",
            "programs.",
            "nfs.",
        ];
        assert!(
            known.contains(item) || of_node.iter().any(|n| item.starts_with(n)),
            "{item} stands in man/jug.toml.5 and is no key"
        );
    }
}

#[test]
fn every_key_of_a_network_stands_in_the_page() {
    let page = fs::read_to_string(project().join("man/jug.toml.5")).expect("the page is there");
    let section = page.split(".Sh A NETWORK").nth(1).and_then(|s| s.split(".Sh ").next()).unwrap_or_default();
    for key in jug::model::network_edit::keys() {
        let named = |l: &str| l.starts_with(".It Cm ") && l.split([' ', ',']).any(|w| w == key);
        assert!(section.lines().any(named), "{key} is missing in man/jug.toml.5");
    }
}

#[test]
fn every_exit_status_and_command_stands_in_the_page() {
    let page = fs::read_to_string(project().join("man/jug.8")).expect("the page is there");
    let table = page.split(".Sh EXIT STATUS").nth(1).expect("it has the section");
    let table = table.split(".Sh ").next().unwrap_or_default();
    let codes = [
        Code::Done,
        Code::Failed,
        Code::Usage,
        Code::Left,
        Code::NotFound,
        Code::Conflict,
        Code::Busy,
        Code::HostLacks,
        Code::Mixed,
        Code::Timeout,
        Code::Exec,
        Code::Interrupted,
    ];
    for code in codes {
        let line = format!("\n.It {}\n", code as u8);
        assert!(table.contains(&line), "exit status {} is missing", code as u8);
    }
    assert_eq!(table.matches("\n.It ").count(), codes.len());
    for (path, _) in generate::files().expect("they can be generated") {
        let Some(name) = path.strip_prefix("man/").and_then(|p| p.strip_suffix(".8")) else { continue };
        assert!(page.contains(&format!("Xr {name} 8")), "{name} is not mentioned in jug(8)");
    }
    for point in jug::model::hook::Point::ALL {
        assert!(page.contains(point.as_str()), "the hook point {point} is not mentioned in jug(8)");
    }
}

#[test]
fn option_lists_of_the_page_are_whole() {
    let page = fs::read_to_string(project().join("man/jug.8")).expect("the page is there");
    use clap::CommandFactory;
    for arg in jug::cli::Cli::command().get_arguments() {
        if let Some(long) = arg.get_long().filter(|l| !["help", "version"].contains(l)) {
            let long = long.replace("--", "-");
            assert!(page.contains(&format!("-{long}")), "--{long} is missing in man/jug.8");
        }
    }
}

/// What a shell's completion offers, or nothing where the shell is not installed.
fn offered(shell: &str, script: &str) -> Option<String> {
    let out = spawn(shell)
        .args(["-c", script])
        .current_dir(project())
        .env("TERM", "dumb")
        .stdin(Stdio::null())
        .output();
    match out {
        Ok(out) => {
            assert!(out.status.success(), "{shell}: {}", String::from_utf8_lossy(&out.stderr));
            Some(String::from_utf8_lossy(&out.stdout).into_owned())
        }
        Err(_) => {
            println!("not tested: the completion of {shell}, which is not installed");
            None
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test may start programs")]
fn spawn(program: &str) -> Command {
    Command::new(program)
}

#[test]
fn bash_completes() {
    let complete = |words: &str, count: usize| {
        offered(
            "bash",
            &format!(
                "source completions/jug.bash; COMP_WORDS=({words} ''); COMP_CWORD={count}; \
                 _jug jug \"${{COMP_WORDS[$COMP_CWORD]}}\" \"${{COMP_WORDS[$((COMP_CWORD-1))]}}\"; \
                 printf '%s\\n' \"${{COMPREPLY[@]}}\""
            ),
        )
    };
    let Some(commands) = complete("jug", 1) else { return };
    for word in ["jcreate", "jls", "base-import", "doctor"] {
        assert!(commands.lines().any(|l| l == word), "{word} is not offered: {commands}");
    }
    assert!(!commands.lines().any(|l| l == "generate"), "what is hidden is offered");
    let modes = complete("jug jcreate --mode", 3).unwrap_or_default();
    assert_eq!(modes.split_whitespace().collect::<Vec<_>>(), ["thin", "clone", "full"]);
    let options = complete("jug jexec -", 2).unwrap_or_default();
    assert!(options.contains("--user"), "{options}");
}

#[test]
fn zsh_and_fish_read_their_completions() {
    let _ = offered("zsh", "autoload -Uz compinit && compinit -u -D && source ./completions/_jug");
    if let Some(out) = offered("fish", "source completions/jug.fish; complete -C 'jug base-'") {
        assert!(out.contains("base-import"), "{out}");
    }
}
