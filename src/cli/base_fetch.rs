//! base-fetch

use super::base_import::{Source, plan, storage};
use super::change;
use super::download;
use super::session::Session;
use crate::apply;
use crate::error::{Code, Error, Result};
use crate::host::{Host, fs, stream};
use crate::model::base::Origin;
use crate::model::env::Storage;
use crate::model::name::{AbsPath, BaseName};
use crate::model::sum::Algorithm;
use crate::model::url::Url;
use crate::platform::PlatformKind;
use crate::programs::{fetch, uname};
use crate::report::results::Done;
use crate::store::lock;
use std::path::Path;

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
    let url: Url = format!("{mirror}/{}/{}", args.release, args.archive).parse().map_err(|e: Error| {
        Error::usage("--mirror", e.reason).next("such as https://download.freebsd.org/releases/amd64")
    })?;
    if s.layout.base(&name).as_path().exists() {
        return Err(Error::conflict(format!("base {name}"), "it exists")
            .next(format!("jug base-ls; jug base-remove {name}")));
    }
    let part = s.layout.workdir.join(&format!("bases/.fetch-{name}.part"));
    if s.global.dry_run {
        crate::report::table::out(&format!(
            "#!/bin/sh\n# jug base-fetch {name}: fetch, check the sha256, import\n{}\n",
            download::command(s, &url, &part, false)
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
    url: Url,
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
        download::file(s, &w.url, &w.part, u64::MAX)?;
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
        text: w.url.to_string(),
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
    let release = w.url.as_str().rsplit('/').nth(1).unwrap_or_default();
    let same_release =
        s.platform.kind() == PlatformKind::Freebsd && host_release(s).is_some_and(|r| r == release);
    if same_release
        && let Some(sum) =
            s.host.read(Path::new(HOST_MANIFEST)).and_then(|t| fetch::manifest_sha256(&t, w.archive))
    {
        return Ok((sum, HOST_MANIFEST.into()));
    }
    let url = w.url.beside("MANIFEST")?;
    let to = s.layout.workdir.join(&format!("bases/.manifest-{}", w.object));
    let text = download::text(s, &url, &to).map_err(|e| {
        Error { reason: format!("no MANIFEST to check the archive against: {e}"), ..e }
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

/// The sha256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let sums = stream::sums(path, &[Algorithm::Sha256], &mut |_| {})?;
    Ok(sums.first().map(|s| s.hex().to_string()).unwrap_or_default())
}
