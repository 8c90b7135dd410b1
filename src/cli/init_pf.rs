//! The part of init that is about pf: the lines that lead from its main rule set to jug's anchors. It never enables pf, and
//! never loads the main set: that is the administrator's, who may be connected through it (F3.7).

use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::cmd::quote;
use crate::host::{Host, RunError, fs};
use crate::model::name::AbsPath;
use crate::model::schema;
use crate::platform::PlatformKind;
use crate::programs::{pfconf, pfctl, sysrc};
use crate::report::table::out;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The file with the main rules, and its text; `None` if there is none.
fn main_rules(s: &Session) -> Result<(PathBuf, Option<String>)> {
    let told = s.host.query(&sysrc::get("pf_rules")).map_err(Error::from)?;
    let file = if told.ok() { told.stdout.trim().to_string() } else { String::new() };
    let file = PathBuf::from(if file.starts_with('/') { file.as_str() } else { pfconf::FILE });
    match fs::read_text(&file, schema::MAX_FILE) {
        Ok(text) => Ok((file, Some(text))),
        Err(e) if e.code == Code::NotFound => Ok((file, None)),
        Err(e) => Err(e),
    }
}

/// Says what would be done, for a dry run.
pub fn dry(s: &Session, write: bool) -> Result<()> {
    if s.platform.kind() != PlatformKind::Freebsd || s.saved.is_some() {
        return Ok(());
    }
    let (file, text) = main_rules(s)?;
    if let Some(new) = pfconf::insert(text.as_deref().unwrap_or_default()) {
        let (prefix, file) =
            (if write { "" } else { "# with --write: " }, quote(&file.display().to_string()));
        let script = format!("cp -p {file} {file}.jug-TIME\ncat >{file} <<'JUG_EOF'\n{new}JUG_EOF");
        script.lines().for_each(|l| out(&format!("{prefix}{l}\n")));
    }
    Ok(())
}

/// Says which lines the main rules lack, or puts them there; returns what it did.
pub fn run(s: &Session, write: bool) -> Result<Option<String>> {
    if s.platform.kind() != PlatformKind::Freebsd {
        return Ok(None);
    }
    let (file, old) = main_rules(s)?;
    let text = old.clone().unwrap_or_default();
    let Some(new) = pfconf::insert(&text) else { return Ok(None) };
    if !write {
        eprintln!(
            "jug: for NAT and published ports {} needs, in pf's order (init --write puts them there):\n{}",
            file.display(),
            pfconf::missing(&text).join("\n")
        );
        return Ok(None);
    }
    no_link(&file, || format!("put these into it by hand: {}", pfconf::missing(&text).join("; ")))?;
    agreed(s, &new)?;
    replace(s, &file, old.as_deref(), &new, "put jug's anchors into").map(Some)
}

/// A link would be replaced by a file.
fn no_link(file: &Path, next: impl Fn() -> String) -> Result<()> {
    match std::fs::symlink_metadata(file).is_ok_and(|m| m.file_type().is_symlink()) {
        true => Err(Error::conflict(file.display(), "it is a link, and jug would put a file in its place")
            .next(next())),
        false => Ok(()),
    }
}

/// Writes the main rules and keeps the old ones; to load them is the administrator's.
fn replace(s: &Session, file: &Path, old: Option<&str>, new: &str, what: &str) -> Result<String> {
    let mode = std::fs::metadata(file).map_or(0o644, |m| m.permissions().mode() & 0o777);
    let mut done = format!("{what} {}", file.display());
    if let Some(old) = old {
        let backup = format!("{}.jug-{}", file.display(), s.host.now().strftime("%Y%m%dT%H%M%SZ"));
        fs::write_atomic(Path::new(&backup), old, mode)?;
        done.push_str(&format!(" (the old one is {backup})"));
    }
    fs::write_atomic(file, new, mode)?;
    eprintln!("jug: to be done on this host once you have looked at it: service pf reload");
    Ok(done)
}

/// Says which lines of init's the main rules still have, or takes them out; returns what it did. What is left is as
/// valid as it was: each of them is a statement.
pub fn take_out(s: &Session, write: bool) -> Result<Option<String>> {
    if s.platform.kind() != PlatformKind::Freebsd || s.saved.is_some() {
        return Ok(None);
    }
    let (file, Some(old)) = main_rules(s)? else { return Ok(None) };
    let Some((new, lines)) = pfconf::remove(&old) else { return Ok(None) };
    let (name, lines) = (file.display(), lines.join("\n"));
    if s.global.dry_run {
        let script =
            format!("cp -p {0} {0}.jug-TIME\ncat >{0} <<'JUG_EOF'\n{new}JUG_EOF", quote(&name.to_string()));
        let prefix = if write { "" } else { "# with --write: " };
        script.lines().for_each(|l| out(&format!("{prefix}{l}\n")));
        return Ok(None);
    }
    let loaded = s.host.query(&pfctl::anchors()).map_err(Error::from)?;
    if let Some(anchor) = pfctl::parse_anchors(&loaded.stdout).first().filter(|_| loaded.ok()) {
        eprintln!(
            "jug: {name}: jug's lines stay, for {anchor} is loaded: another workdir of this host may need them"
        );
    } else if write {
        no_link(&file, || format!("take these out of it by hand:\n{lines}"))?;
        return replace(s, &file, Some(&old), &new, "took jug's anchors out of").map(Some);
    } else {
        eprintln!(
            "jug: {name} still has these lines, which can go (deinit --write takes them out):\n{lines}"
        );
    }
    Ok(None)
}

/// pf reads the new rules before they take the place of the old ones.
fn agreed(s: &Session, text: &str) -> Result<()> {
    let file: AbsPath = s.layout.workdir.join("pf.conf.new");
    fs::write_atomic(file.as_path(), text, 0o600)?;
    let cmd = pfctl::check_main(file.as_str());
    let said = s.host.query(&cmd);
    fs::remove_file(file.as_path())?;
    let said = said.map_err(Error::from)?;
    if said.ok() {
        return Ok(());
    }
    let e: Error = RunError::failed(&cmd, &said).into();
    Err(match s.host.query(&pfctl::info()).map_err(Error::from)?.ok() {
        // Without pf.ko nothing can be checked (F3.6).
        false => {
            Error::lacks("pf", "its rules can't be checked while pf.ko is not loaded").next("kldload pf")
        }
        true => Error { object: "the rules of pf with jug's anchors".into(), ..e }
            .next("nothing was changed; put the lines in by hand, where pf.conf(5) has anchors"),
    })
}
