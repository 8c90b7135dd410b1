//! base-fetch

use super::base_import::{Source, plan, storage};
use super::change;
use super::session::Session;
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::host::{Cmd, Host, fs};
use crate::model::base::Origin;
use crate::model::env::Storage;
use crate::model::name::{AbsPath, BaseName};
use crate::platform::PlatformKind;
use crate::programs::{fetch, uname};
use crate::report::results::Done;
use crate::store::lock;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Fetch a release's base.txz, check it against a sha256, and make a base of it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The release, such as 15.0-RELEASE
    #[arg(value_name = "RELEASE")]
    release: BaseName,
    /// The base's name; by default the release's
    #[arg(value_name = "NAME")]
    name: Option<BaseName>,
    /// A directory with RELEASE/base.txz and RELEASE/MANIFEST below it: http, https or file
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// The archive's name on the mirror
    #[arg(long, value_name = "FILE", default_value = "base.txz")]
    archive: String,
    /// The sha256 the archive must have
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// Where it lies; zfs where the node has a zfs_root
    #[arg(long, value_name = "STORAGE")]
    storage: Option<Storage>,
}

/// Where a release's MANIFEST lies on a host that was installed from release media (bsdinstall(8)).
const HOST_MANIFEST: &str = "/usr/freebsd-dist/MANIFEST";

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let name = args.name.clone().unwrap_or_else(|| args.release.clone());
    let mirror = args.mirror.clone().unwrap_or_else(|| s.config.fetch.mirror.clone());
    let mirror = mirror.trim_end_matches('/');
    if !["http://", "https://", "file:///"].iter().any(|p| mirror.starts_with(p))
        || mirror.chars().any(|c| c.is_control() || c == ' ')
    {
        return Err(Error::usage("--mirror", "the mirror is an http, https or file address")
            .next("such as https://download.freebsd.org/releases/amd64"));
    }
    if args.archive.contains('/') || args.archive.starts_with('-') || args.archive.is_empty() {
        return Err(Error::usage("--archive", "it is a file name"));
    }
    let sum = args.sha256.as_ref().map(|s| s.to_ascii_lowercase());
    if sum.as_ref().is_some_and(|s| !fetch::is_sha256(s)) {
        return Err(Error::usage("--sha256", "a sha256 is 64 hexadecimal digits"));
    }
    if name.is_host() {
        return Err(Error::usage(
            "base-fetch",
            "`host` is the running system itself, and no other base may have that name",
        )
        .next("give another NAME"));
    }
    let storage = storage(s, args.storage, Origin::Release)?;
    let url = format!("{mirror}/{}/{}", args.release, args.archive);
    if s.layout.base(&name).as_path().exists() {
        return Err(Error::conflict(format!("base {name}"), "it exists")
            .next(format!("jug base-ls; jug base-remove {name}")));
    }
    let part = s.layout.workdir.join(&format!("bases/.fetch-{name}.part"));
    if s.global.dry_run {
        crate::report::table::out(&format!(
            "#!/bin/sh\n# jug base-fetch {name}: fetch, check the sha256, import\n{}\n",
            command(s, &url, &part, false)
        ));
        return Ok(Code::Done);
    }
    s.need_root("base-fetch")?;
    let object = format!("base.{name}");
    let mut warnings = Vec::new();
    let result = whole(
        s,
        &name,
        &Wanted { url, part, sum, archive: &args.archive, storage, object: &object },
        &mut warnings,
    );
    Ok(change::report(s, change::finish(s, "base-fetch", &object, result, warnings)))
}

struct Wanted<'a> {
    url: String,
    part: AbsPath,
    sum: Option<String>,
    archive: &'a str,
    storage: Storage,
    object: &'a str,
}

fn whole(s: &Session, name: &BaseName, w: &Wanted<'_>, warnings: &mut Vec<String>) -> Result<Done> {
    s.layout.ensure()?;
    let lock = lock::exclusive(&s.layout, w.object, "base-fetch")?;
    change::mend(s, w.object, true, &lock, warnings)?;
    let (expected, by) = expected_sum(s, w)?;
    // What an earlier try fetched may be whole already.
    let whole = std::fs::metadata(w.part.as_path()).is_ok() && sha256(w.part.as_path())? == expected;
    if !whole {
        download(s, &w.url, &w.part)?;
    }
    let sum = sha256(w.part.as_path())?;
    if sum != expected {
        fs::remove_file(w.part.as_path())?;
        return Err(Error::failed(
            &w.url,
            format!("its sha256 is {sum}, and {by} says {expected}: what came is thrown away"),
        )
        .next("fetch it again; if it stays so, ask the mirror"));
    }
    let source = Source {
        origin: Origin::Release,
        text: w.url.clone(),
        path: Some(w.part.clone()),
        sha256: Some(sum),
    };
    let change::Wish::Do(plans, _) = plan(s, name, &source, w.storage)? else {
        return Err(Error::failed(w.object, "nothing to do"));
    };
    for p in &plans {
        warnings.extend(apply::run(&s.ctx(true), w.object, p, &lock)?);
    }
    fs::remove_file(w.part.as_path())?;
    Ok(Done::changed(format!("fetched, checked against {by}, and imported")))
}

/// The sum the archive must have, and who says so: the caller, the host's own MANIFEST, or the mirror's.
fn expected_sum(s: &Session, w: &Wanted<'_>) -> Result<(String, String)> {
    if let Some(sum) = &w.sum {
        return Ok((sum.clone(), "the given sha256".into()));
    }
    let release = w.url.rsplit('/').nth(1).unwrap_or_default();
    let same_release =
        s.platform.kind() == PlatformKind::Freebsd && host_release(s).is_some_and(|r| r == release);
    if same_release
        && let Some(sum) =
            s.host.read(Path::new(HOST_MANIFEST)).and_then(|t| fetch::manifest_sha256(&t, w.archive))
    {
        return Ok((sum, HOST_MANIFEST.into()));
    }
    let url = format!("{}/MANIFEST", w.url.rsplit_once('/').map_or("", |u| u.0));
    let to = s.layout.workdir.join(&format!("bases/.manifest-{}", w.object));
    let fetched =
        transfer(s, &command(s, &url, &to, false), &to).and_then(|()| fs::read_text(to.as_path(), 1 << 20));
    fs::remove_file(to.as_path())?;
    let text = fetched.map_err(|e| {
        Error { object: url.clone(), reason: format!("no MANIFEST to check the archive against: {e}"), ..e }
            .next("give --sha256 HEX")
    })?;
    let sum = fetch::manifest_sha256(&text, w.archive).ok_or_else(|| {
        Error::failed(&url, format!("it does not name {}", w.archive)).next("give --sha256 HEX")
    })?;
    // Said as it is: whoever can change the archive there can change the MANIFEST too.
    Ok((sum, "the mirror's own MANIFEST (only as good as the mirror)".into()))
}

fn host_release(s: &Session) -> Option<String> {
    let out = s.host.query(&uname::release()).ok()?;
    out.ok().then(|| out.stdout.trim().split("-p").next().unwrap_or_default().to_string())
}

fn command(s: &Session, url: &str, to: &AbsPath, resume: bool) -> Cmd {
    match s.platform.kind() {
        PlatformKind::Freebsd => fetch::fetch(url, to.as_str(), resume),
        PlatformKind::Linux => fetch::curl(url, to.as_str(), resume),
    }
}

/// Fetches an archive, going on where an earlier try stopped; if the rest does not fit, from the beginning.
fn download(s: &Session, url: &str, part: &AbsPath) -> Result<()> {
    let resume = std::fs::metadata(part.as_path()).is_ok_and(|m| m.len() > 0);
    if resume && transfer(s, &command(s, url, part, true), part).is_ok() {
        return Ok(());
    }
    if crate::host::signal::stopped() {
        return Err(Error::new(Code::Interrupted, url, "interrupted by a signal"));
    }
    let length = |p: &AbsPath| std::fs::metadata(p.as_path()).map_or(0, |m| m.len());
    // What had come is let go only for more: the mirror may just be out of reach.
    let to = if resume { format!("{part}.new").parse()? } else { part.clone() };
    fs::remove_file(to.as_path())?;
    let done = transfer(s, &command(s, url, &to, false), &to);
    if resume && (done.is_ok() || length(&to) > length(part)) {
        fs::move_file(to.as_path(), part.as_path())?;
    } else if resume {
        fs::remove_file(to.as_path())?;
    }
    done.map_err(|e| {
        let next = if part.as_path().exists() {
            "give the command again: it goes on where it stopped"
        } else {
            "see that the address is right"
        };
        Error { object: url.to_string(), ..e }.next(next)
    })
}

/// Runs a transfer and shows how far it has come by the size of what is there.
fn transfer(s: &Session, cmd: &Cmd, to: &AbsPath) -> Result<()> {
    let ended = AtomicBool::new(false);
    let out = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                if let Ok(m) = std::fs::metadata(to.as_path()) {
                    s.progress(true).fetched(m.len());
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
        });
        let out = s.host.change(cmd, &mut |_| {});
        ended.store(true, Ordering::Relaxed);
        out
    })?;
    if out.ok() { Ok(()) } else { Err(crate::host::RunError::failed(cmd, &out).into()) }
}

/// The sha256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let fail = |e| Error::io(path, "reading it", e);
    let mut file = std::fs::File::open(path).map_err(fail)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 1 << 20];
    loop {
        let n = file.read(&mut buffer).map_err(fail)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect())
}
