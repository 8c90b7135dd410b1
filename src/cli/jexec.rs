//! jexec

use super::session::Session;
use super::targets::choose_of;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::beneath;
use crate::model::env::Kind;
use crate::model::name::{EnvName, UserName, printable};
use crate::plan::guest::verb_of;
use crate::platform::account::account;
use crate::platform::{Inside, PlatformKind};
use std::io::{IsTerminal, Read};

/// Run a command inside, with the caller's streams, signals and terminal; its exit status is passed on
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names, masks or @tag
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// As this user
    #[arg(short, long, value_name = "USER", default_value = "root")]
    user: UserName,
    /// With this variable; repeatable
    #[arg(short, long, value_name = "KEY=VALUE")]
    env: Vec<String>,
    /// In this directory
    #[arg(short, long, value_name = "DIR")]
    workdir_inside: Option<String>,
    /// The command
    #[arg(value_name = "CMD", last = true, required = true)]
    command: Vec<String>,
}

/// Runs it. For a single environment jug becomes the command, so nothing stands between it and the caller.
pub fn run(s: &Session, args: &Args) -> Result<i32> {
    attempt(s, args).map_err(|e| e.code(Code::Exec))
}

fn attempt(s: &Session, args: &Args) -> Result<i32> {
    let mut how = Inside {
        user: args.user.to_string(),
        dir: args.workdir_inside.clone(),
        argv: args.command.clone(),
        ..Inside::default()
    };
    for pair in &args.env {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Error::usage(printable(pair), "not KEY=VALUE"))?;
        if key.is_empty() || key.starts_with('-') {
            return Err(Error::usage(printable(pair), "not KEY=VALUE"));
        }
        how.env.push((key.to_string(), value.to_string()));
    }
    if let Some(dir) = how.dir.as_ref().filter(|d| !d.starts_with('/')) {
        return Err(Error::usage(printable(dir), "a directory inside is absolute"));
    }
    // env(1), which runs the command, would take these for something else.
    if let Some(word) = how.argv.first().filter(|w| w.starts_with('-') || w.contains('=')) {
        crate::report::results::error(
            &Error::not_found(printable(word), "there is no such command")
                .next("-e KEY=VALUE sets a variable"),
        );
        return Ok(127);
    }
    let names = choose_of(s, Kind::Jail, &args.names, false)?;
    match &names[..] {
        [name] => {
            let cmd = prepare(s, name, &how)?;
            if s.global.dry_run {
                crate::report::table::out(&format!("{cmd}\n"));
                return Ok(0);
            }
            Err(s.host.become_program(&cmd).into())
        }
        many => {
            let mut codes = std::collections::BTreeSet::new();
            for name in many {
                let code = match prepare(s, name, &how)
                    .and_then(|cmd| s.host.run_inherited(&cmd).map_err(Error::from))
                {
                    Ok(code) => code,
                    Err(e) => {
                        crate::report::results::error(&e);
                        Code::Exec as i32
                    }
                };
                codes.insert(code);
            }
            Ok(if codes.len() > 1 { Code::Mixed as i32 } else { codes.pop_first().unwrap_or(0) })
        }
    }
}

/// The command that runs something inside a running environment.
pub fn prepare(s: &Session, name: &EnvName, how: &Inside) -> Result<crate::host::Cmd> {
    let env = super::jstop::known(s, name)?;
    if !s.global.dry_run {
        s.need_root("jexec")?;
    }
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let Some(container) = facts.container(name.as_str()).filter(|c| c.uuid == Some(env.uuid) && c.running)
    else {
        return Err(
            Error::busy(name, "it does not run").next(format!("jug {} {name}", verb_of(env.kind, "start")))
        );
    };
    let mut how = how.clone();
    how.tty = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if s.saved.is_none() {
        // Users are looked up in the environment's own files.
        let read = |rel: &str| {
            let mut text = String::new();
            beneath::open_file(std::path::Path::new(&container.path), rel)
                .ok()
                .and_then(|f| f.take(1 << 20).read_to_string(&mut text).ok());
            text
        };
        (how.passwd, how.group) = (read("etc/passwd"), read("etc/group"));
        let account = account(&how.user, &how.passwd, &how.group)?;
        // Of a missing directory or env(1) the platform's program says only 255 or 1, which could be the command's own.
        let root = match s.platform.kind() {
            PlatformKind::Linux => format!("/proc/{}/root", container.id),
            PlatformKind::Freebsd => container.path.clone(),
        };
        let seen = |path: &str, file| beneath::seen_inside(std::path::Path::new(&root), path, file);
        let missing = match &how.dir {
            Some(dir) if !seen(dir, false) => Some(dir.as_str()),
            _ if !how.argv.is_empty() && !seen("/usr/bin/env", true) => Some("/usr/bin/env"),
            _ => None,
        };
        if let Some(path) = missing {
            return Err(Error::not_found(name, format!("there is no {} in it", printable(path))));
        }
        if how.dir.is_none() && !seen(&account.home, false) {
            how.dir = Some("/".into());
        }
    }
    let cmd = s.platform.exec_inside(name.as_str(), &how)?;
    Ok(cmd.limit(0))
}
