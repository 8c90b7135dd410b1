//! jexport and vm-export

use super::change;
use super::session::Session;
use super::targets::one_of;
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::host::{Host, System, archive, fs, pack, stream};
use crate::model::archive::{FILE, Form, Manifest, config};
use crate::model::env::{Env, Kind, Storage};
use crate::model::name::{AbsPath, EnvName};
use crate::model::size::ByteSize;
use crate::plan::archive::{Export, How, Source, export};
use crate::plan::guest::verb_of;
use crate::plan::{archive_disks, snapshot, trust};
use crate::programs::{unpack, zfs_snapshot};
use crate::report::results::{self, Done, Outcome};
use crate::report::table::out;
use crate::store::lock;
use std::io::{IsTerminal, Read, Write};

/// Write a jail into one file: what is wanted of it and its data, with the sum of each
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which one
    #[arg(value_name = "NAME")]
    name: String,
    /// The archive, which must not be there yet; - is standard output
    #[arg(value_name = "FILE")]
    file: String,
    /// What its data are: files or the bytes of disks, for any node, or streams of ZFS, which only a node that trusts them takes
    #[arg(long, value_name = "FORM", default_value = "tar")]
    form: Form,
    /// Stop it meanwhile if it runs; what lies on ZFS is read from a snapshot and need not be stopped
    #[arg(long)]
    stop: bool,
    /// Keep values whose names say that they are secret
    #[arg(long)]
    secrets: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args, kind: Kind) -> Result<Code> {
    let (verb, back) = (verb_of(kind, "export"), verb_of(kind, "import"));
    let name = one_of(s, kind, &args.name)?;
    let stream = args.file == "-";
    if stream && !s.global.dry_run {
        if std::io::stdout().is_terminal() {
            return Err(Error::usage(verb.as_str(), "an archive is nothing to be shown on a terminal")
                .next(format!("jug {verb} {name} FILE, or jug {verb} {name} - | ssh HOST jug {back} -")));
        }
        if s.global.json {
            return Err(Error::usage(verb, "the archive and JSON can't both be on standard output"));
        }
    }
    // What will be refused anyway is better known while it still runs.
    if let Some((_, file)) = file(args)?.filter(|(_, file)| fs::kind(file.as_path()).is_some()) {
        return Err(Error::conflict(file, "it is there already").next("choose another name, or rm it"));
    }
    let mut warnings = Vec::new();
    let mut stopped = false;
    if args.stop && !s.global.dry_run && s.is_root() {
        let outcome = super::jstop::one(s, &name, true);
        match &outcome.result {
            Err(_) => return Ok(told(s, outcome, stream)),
            Ok(done) => stopped = done.changed,
        }
    }
    let result = whole(s, args, (&name, &verb), &mut warnings);
    let mut outcome = change::finish(s, &verb, name.as_str(), result, warnings);
    if stopped && !outcome.result.as_ref().is_err_and(|e| e.code == Code::Left) {
        let started = super::jstart::one(s, &name, true);
        outcome.warnings.extend(started.warnings);
        if let Err(e) = started.result {
            outcome.result = match outcome.result {
                Ok(_) => Err(super::jrestart::halfway("exported, but not started again", e)),
                Err(first) => {
                    let reason =
                        format!("{}; and it was stopped, and could not be started: {e}", first.reason);
                    Err(Error { code: Code::Left, reason, ..first })
                }
            };
        }
    }
    Ok(told(s, outcome, stream))
}

/// Standard output may be the archive.
fn told(s: &Session, outcome: Outcome, stream: bool) -> Code {
    if !stream || s.global.dry_run {
        return change::report(s, outcome);
    }
    s.progress(true).finish();
    outcome.warnings.iter().for_each(|w| eprintln!("jug: {}: warning: {w}", outcome.name));
    match &outcome.result {
        Err(e) => results::error(e),
        Ok(done) if !s.global.quiet => eprintln!("jug: {}: {}", outcome.name, done.what),
        Ok(_) => {}
    }
    outcome.code()
}

/// Where it is written, and the name it gets.
fn file(args: &Args) -> Result<Option<(AbsPath, AbsPath)>> {
    if args.file == "-" {
        return Ok(None);
    }
    let file = super::absolute(std::path::Path::new(&args.file))?;
    let (dir, last) = file.as_str().rsplit_once('/').unwrap_or(("", ""));
    if last.is_empty() {
        return Err(Error::usage(&file, "a file name is missing"));
    }
    Ok(Some((format!("{dir}/.{last}.part").parse()?, file)))
}

fn whole(
    s: &Session,
    args: &Args,
    (name, verb): (&EnvName, &str),
    warnings: &mut Vec<String>,
) -> Result<Done> {
    let object = name.as_str();
    let file = file(args)?;
    let real = s.is_root() && !s.global.dry_run;
    let lock = match real {
        true => {
            s.layout.ensure()?;
            s.node()?;
            Some(lock::exclusive(&s.layout, object, verb)?)
        }
        false if s.saved.is_none() && s.layout.journal(object).as_path().exists() => {
            return Err(change::interrupted(s, object));
        }
        false => None,
    };
    if let Some(lock) = &lock {
        change::mend(s, object, true, lock, warnings)?;
    }
    let (_, env) = s.env(name)?;
    let how =
        How { form: args.form, file: file.as_ref().map(|(part, file)| (part, file)), mark: s.host.uuid() };
    let (plan, runs) = plan(s, name, &env, how)?;
    let theirs = env.vm.as_ref().map(trust::of_host).unwrap_or_default();
    if !theirs.is_empty() {
        warnings.push(format!("not in it, since it is this host's: {}", theirs.join("; ")));
    }
    let Some(lock) = &lock else {
        if s.global.dry_run {
            out(&format!(
                "{}# What comes then is read by jug itself, and packed with zstd(1).\n{}",
                plan.before, plan.after
            ));
            return Ok(Done::unchanged("dry run, would be: exported"));
        }
        return Err(s.need_root(verb).err().unwrap_or_else(|| Error::failed(object, "not as root")));
    };
    if !s.host.has("zstd") {
        return Err(Error::lacks(name, "there is no zstd(1) to pack it with").next("apt-get install zstd"));
    }
    let manifest = Manifest {
        version: 1,
        jug: env!("CARGO_PKG_VERSION").into(),
        name: name.clone(),
        written: s.host.now(),
        platform: s.platform.kind(),
        form: args.form,
        snapshot: plan.parts.iter().find_map(|(_, source)| match source {
            Source::Snapshot(_, snapshot) => Some(snapshot.clone()),
            _ => None,
        }),
        config: config(name, &env, &s.layout, args.secrets)?,
    }
    .write()?;
    let mut length = 0;
    let mut more = || {
        s.progress(true).step(object, "write its data");
        length = write(s, &plan.parts, &manifest, how.file.map(|(part, _)| part))?;
        Ok((plan.after.clone(), None))
    };
    warnings.extend(apply::run_on(&s.ctx(true), object, &plan.before, lock, &mut more)?);
    let to = file.map_or_else(|| "standard output".to_string(), |(_, file)| file.to_string());
    let state = if runs { ", crash-consistent since it runs" } else { "" };
    Ok(Done::changed(format!("exported to {to}, {}{state}", ByteSize(length).human())))
}

/// The plan, and whether it runs meanwhile with nothing that brings it to rest.
fn plan(s: &Session, name: &EnvName, env: &Env, how: How<'_>) -> Result<(Export, bool)> {
    let mut facts = match env.storage {
        Storage::Zfs => super::snapshots::facts(s, &[(name, env)], true)?,
        _ => s.gather(&s.wanted(name, env))?,
    };
    if let Some((part, file)) = how.file.filter(|_| s.saved.is_none()) {
        for path in [part, file] {
            facts.paths.extend(fs::kind(path.as_path()).map(|kind| (path.to_string(), kind)));
        }
    }
    let base = s.base_of(env);
    let guest = s.guest(name, env, base.as_ref());
    let runs = facts.container(name.as_str()).is_some_and(|c| c.running && guest.is_its_own(c));
    Ok((export(&guest, &facts, how)?, runs && !snapshot::has_hooks(&guest)))
}

/// Reads, packs and writes; returns the archive's length.
fn write(s: &Session, parts: &[(String, Source)], manifest: &str, to: Option<&AbsPath>) -> Result<u64> {
    let progress = s.progress(true);
    let all = |to: &mut dyn Write| {
        let mut tick = |n| progress.fetched(n);
        let mut archive = archive::Writer::new(manifest, to, &mut tick)?;
        for (name, source) in parts {
            let (host, source) = (s.host.clone(), source.clone());
            let feed = Box::new(move |to: &mut dyn Write| read(&host, &source, to));
            s.host.through(&unpack::zstd(), feed, &mut |packed| archive.part(name, packed))?;
        }
        archive.end()
    };
    let Some(path) = to else {
        return all(&mut std::io::stdout().lock());
    };
    let mut file = fs::create_private(path.as_path())?;
    let length = all(&mut file)?;
    file.sync_all().map_err(|e| Error::io(path.as_path(), "syncing it", e))?;
    Ok(length)
}

/// Reads what goes into one part.
fn read(host: &System, source: &Source, to: &mut dyn Write) -> Result<()> {
    match source {
        Source::Tree(tree) => pack::pack(tree.as_path(), to).map(drop),
        Source::Files(tree) => pack::files(tree.as_path(), &archive_disks::files(), FILE, to),
        Source::Disk(path, size) => stream::read_disk(path.as_path(), size.0, to),
        Source::Snapshot(set, snapshot) => {
            let nothing =
                std::fs::File::open("/dev/null").map_err(|e| Error::io("/dev/null", "opening it", e))?;
            let mut copy = |from: &mut dyn Read| {
                std::io::copy(from, to).map(drop).map_err(|e| Error::io(set.as_str(), "sending it", e))
            };
            host.pipe(&zfs_snapshot::send(set, snapshot), nothing, &mut copy)
        }
    }
}
