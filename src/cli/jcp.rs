//! jcp

use super::session::Session;
use super::targets::one_of;
use super::{absolute, change};
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::tree::{Copied, copy_entry};
use crate::host::{beneath, fs};
use crate::model::env::Kind;
use crate::model::name::{AbsPath, EnvName, printable};
use crate::model::size::ByteSize;
use crate::report::results::Done;
use std::path::Path;

/// Copy files and trees into or out of a jail; links inside are never followed
#[derive(Debug, clap::Args)]
pub struct Args {
    /// SRC... DST: paths on the host, or NAME:PATH inside a jail
    #[arg(value_name = "SRC DST", required = true, num_args = 2..)]
    paths: Vec<String>,
}

/// One side of a copy: a directory that is trusted, and a path below it that is walked without following links.
struct Place {
    root: AbsPath,
    rel: String,
    /// The name it was asked for by: on the host it may be a link's.
    name: String,
    shown: String,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let Some((to, from)) = args.paths.split_last() else {
        return Err(Error::usage("jcp", "no target is given"));
    };
    let inside = |p: &str| p.split_once(':').is_some_and(|(n, _)| n.parse::<EnvName>().is_ok());
    if from.iter().any(|p| inside(p)) == inside(to) || from.iter().any(|p| inside(p) != inside(&from[0])) {
        return Err(Error::usage("jcp", "one side is inside a jail and the other is not")
            .next("jug jcp FILE NAME:/path, or jug jcp NAME:/path FILE"));
    }
    let target = place(s, to)?;
    let sources: Vec<Place> = from.iter().map(|f| place(s, f)).collect::<Result<_>>()?;
    if s.global.dry_run {
        sources
            .iter()
            .for_each(|f| crate::report::table::out(&format!("cp -R {} {}\n", f.shown, target.shown)));
        return Ok(Code::Done);
    }
    s.need_root("jcp")?;
    let object = if inside(to) { to } else { &from[0] }.split(':').next().unwrap_or_default().to_string();
    let result = sources.iter().try_fold(Copied::default(), |sum, source| {
        let done = copy(source, &target, sources.len() > 1)?;
        Ok(Copied { entries: sum.entries + done.entries, bytes: sum.bytes + done.bytes })
    });
    let result =
        result.map(|c| Done::changed(format!("copied {} entries, {}", c.entries, ByteSize(c.bytes).human())));
    Ok(change::report(s, change::finish(s, "jcp", &object, result, Vec::new())))
}

fn place(s: &Session, text: &str) -> Result<Place> {
    let Some((name, path)) = text.split_once(':').filter(|(n, _)| n.parse::<EnvName>().is_ok()) else {
        let path = absolute(Path::new(text))?;
        // On the host's side links are the caller's own, and followed.
        let name = path.as_str().rsplit('/').next().unwrap_or_default().to_string();
        let real: AbsPath = match std::fs::canonicalize(path.as_path()) {
            Ok(real) => real.to_string_lossy().parse()?,
            Err(_) => {
                let dir = path.as_path().parent().unwrap_or(Path::new("/"));
                let real = std::fs::canonicalize(dir)
                    .map_err(|e| Error::io(dir, "opening it", e).code(Code::NotFound))?;
                real.to_string_lossy().parse::<AbsPath>()?.join(&name)
            }
        };
        let (dir, last) = real.as_str().rsplit_once('/').unwrap_or(("", ""));
        let root: AbsPath = if dir.is_empty() { "/" } else { dir }.parse()?;
        return Ok(Place { root, rel: last.to_string(), name, shown: path.to_string() });
    };
    let name = one_of(s, Kind::Jail, name)?;
    let (_, env) = s.env(&name)?;
    let inside = absolute_inside(path)?;
    let facts = s.gather(&Wanted { containers: true, ..Wanted::default() })?;
    let running = facts.runs(env.uuid);
    let root = s.layout.root(&name, &env);
    let shown = format!("{name}:{inside}");
    let last = inside.rsplit('/').next().unwrap_or_default().to_string();
    if !env.is_thin() || running {
        return Ok(Place { root, rel: inside, name: last, shown });
    }
    // A thin jail's root is put together only while it runs: its own directories are in its data, the rest in the base.
    let own = s.base_of(&env).map(|b| b.own).unwrap_or_default();
    let mine = own.iter().any(|d| inside == format!("/{d}") || inside.starts_with(&format!("/{d}/")));
    if mine {
        return Ok(Place { root: s.layout.data(&name), rel: inside, name: last, shown });
    }
    Err(Error::busy(&name, format!("{} is part of its base, and it does not run", printable(&inside)))
        .next(format!("jug {} {name}", s.verb(&name, "start"))))
}

fn absolute_inside(path: &str) -> Result<String> {
    let path = if path.is_empty() { "/" } else { path };
    if !path.starts_with('/') {
        return Err(Error::usage(printable(path), "a path inside a jail is absolute")
            .next(format!("NAME:/{}", printable(path))));
    }
    let trimmed = path.trim_end_matches('/');
    let whole: AbsPath = if trimmed.is_empty() { "/" } else { trimmed }.parse()?;
    Ok(whole.to_string())
}

fn copy(from: &Place, to: &Place, many: bool) -> Result<Copied> {
    let (from_dir, name) = beneath::open_parent(from.root.as_path(), &from.rel, false)?;
    // As cp(1): an existing directory gets the file inside it.
    let target_is_dir = beneath::open_dir(to.root.as_path(), &to.rel, false).is_ok();
    if many && !target_is_dir {
        return Err(Error::usage(&to.shown, "several files need a directory to go to, and this is none"));
    }
    let (to_dir, new_name) = if target_is_dir {
        (beneath::open_dir(to.root.as_path(), &to.rel, false)?, from.name.as_str())
    } else {
        beneath::open_parent(to.root.as_path(), &to.rel, false)?
    };
    if !beneath::exists(from.root.as_path(), &from.rel) {
        return Err(Error::not_found(&from.shown, "there is no such file"));
    }
    let done = copy_entry(
        &from_dir,
        name,
        &to_dir,
        new_name,
        Path::new(&from.shown).parent().unwrap_or(Path::new("")),
    )?;
    let _ = fs::sync_dir(to.root.as_path());
    Ok(done)
}
