//! Performs hooks: those that are named, and what is found in CBSD's hook directories once their storage is there.

use super::{Ctx, perform};
use crate::error::{Code, Error, Result};
use crate::host::cmd::{Cmd, DEFAULT_LIMIT, Output, RunError};
use crate::host::{Child, beneath, fs};
use crate::model::hook::Policy;
use crate::model::name::AbsPath;
use crate::model::schema::MAX_FILE;
use crate::plan::{Action, Effect, HookHow};
use crate::programs::find;
use std::io::Read;
use std::path::Path;

/// Seconds that looking into directories may take at most, where storage may hang: a stop must not wait for long.
const LOOK: u64 = 10;

/// Runs a hook, if none but root could have written it.
pub fn one(ctx: &Ctx<'_>, cmd: &Cmd, started: &mut dyn FnMut(Child)) -> Result<Output> {
    let checked = fs::check_runnable(Path::new(&cmd.program))?;
    perform::run(ctx, &Cmd { program: checked.to_string_lossy().into_owned(), ..cmd.clone() }, started)
}

/// Runs all that is in a hook directory; a failure is a warning.
pub fn directory(
    ctx: &Ctx<'_>,
    dir: &AbsPath,
    how: &HookHow,
    patience: Option<u64>,
    started: &mut dyn FnMut(Child),
    warnings: &mut Vec<String>,
) -> Result<bool> {
    let on_host = matches!(how, HookHow::OnHost(_));
    let found = look(ctx, std::slice::from_ref(dir), on_host, patience, warnings)?;
    for (_, name) in &found {
        let (effect, seconds) = match how {
            HookHow::OnHost(cmd) => {
                let cmd = Cmd { program: format!("{dir}/{name}"), ..cmd.clone() };
                let seconds = cmd.limit;
                (Effect::Hook { cmd, policy: Policy::Fail }, seconds)
            }
            HookHow::Inside { root, copy, cmd } => {
                let (root, copy, cmd) = (root.clone(), copy.clone(), cmd.clone());
                let (file, seconds) = (dir.join(name), cmd.limit);
                (Effect::HookInside { file, root, copy, cmd }, seconds)
            }
        };
        // Reading and starting it takes the storage's time, and the hook has its own.
        let limit = patience.map(|p| if seconds == 0 { 0 } else { p + seconds });
        match perform::action(ctx, &Action { effect, when: None, limit }, started, warnings) {
            Err(e) if e.code == Code::Interrupted => return Err(e),
            Err(e) => warnings.push(format!("hook: {dir}/{name}: {}", e.reason)),
            Ok(_) => {}
        }
    }
    Ok(!found.is_empty())
}

/// Runs a copy of a script inside a root, and removes it. The script may be a stranger's: it is taken as it lies there,
/// never through a link, which could lead to what only the host's root may read.
pub fn inside(
    ctx: &Ctx<'_>,
    file: &AbsPath,
    root: &AbsPath,
    copy: &AbsPath,
    cmd: &Cmd,
    started: &mut dyn FnMut(Child),
) -> Result<bool> {
    let dir = file.as_path().parent().unwrap_or(Path::new("/"));
    let name = file.as_path().file_name().unwrap_or_default().to_string_lossy();
    let mut text = String::new();
    beneath::open_file(dir, &name)?
        .take(MAX_FILE as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|e| Error::io(file.as_path(), "reading it", e))?;
    if text.len() > MAX_FILE {
        return Err(Error::usage(file, format!("larger than {MAX_FILE} bytes, which no script is")));
    }
    beneath::write(root.as_path(), copy.as_str(), &text, 0o700)?;
    let ran = perform::run(ctx, cmd, started);
    let removed = beneath::remove(root.as_path(), copy.as_str());
    ran.and(removed).map(|()| true)
}

/// Warns once if there is something in hook directories that are not trusted.
pub fn left_out(
    ctx: &Ctx<'_>,
    dirs: &[AbsPath],
    next: &str,
    patience: Option<u64>,
    warnings: &mut Vec<String>,
) -> Result<bool> {
    let mut found = look(ctx, dirs, true, patience, warnings)?;
    found.dedup_by(|a, b| a.0 == b.0);
    if !found.is_empty() {
        let dirs: Vec<&str> = found.iter().map(|(dir, _)| dir.as_str()).collect();
        warnings.push(format!(
            "not run, since this node does not trust what came with it: {}; {next} allows it",
            dirs.join(", ")
        ));
    }
    Ok(false)
}

/// What there is to run in directories; one that is not there holds nothing.
fn look(
    ctx: &Ctx<'_>,
    dirs: &[AbsPath],
    links: bool,
    patience: Option<u64>,
    warnings: &mut Vec<String>,
) -> Result<Vec<(String, String)>> {
    let system = dirs.first().and_then(|d| d.as_path().parent()).unwrap_or(Path::new("/"));
    let blind = format!("the hook directories in {} can't be read", system.display());
    // Storage that did not answer once would take its time at each of its directories.
    if warnings.iter().any(|w| w.starts_with(&blind)) {
        return Ok(Vec::new());
    }
    let cmd = find::runnable(dirs, links).limit(patience.map_or(DEFAULT_LIMIT, |p| p.min(LOOK)));
    let why = match ctx.host.query(&cmd) {
        Ok(out) if out.ok() || find::only_missing(&out.stderr) => return find::parse(&out.stdout),
        Ok(out) => Error::from(RunError::failed(&cmd, &out)),
        Err(e) => Error::from(e),
    };
    if why.code == Code::Interrupted {
        return Err(why);
    }
    warnings.push(format!("{blind}: {}", why.reason));
    Ok(Vec::new())
}
