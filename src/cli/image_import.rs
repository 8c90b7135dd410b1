//! image-import

use super::image_make::{self, Checks, Making};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::stream::{self, Bounds};
use crate::model::name::ImageName;
use crate::model::sum::Algorithm;
use crate::report::table::out;
use std::path::{Path, PathBuf};

/// Keep a copy of a disk image that lies on this host
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file: raw, qcow2 or vmdk, or one of these packed by gzip, xz, zstd or bzip2
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The image's name
    #[arg(value_name = "NAME")]
    name: ImageName,
    #[command(flatten)]
    checks: Checks,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let path = super::absolute(&args.file)?;
    let file = std::fs::File::open(path.as_path());
    let mut file = file.map_err(|e| {
        let missing = e.kind() == std::io::ErrorKind::NotFound;
        let e = Error::io(path.as_path(), "reading it", e);
        if missing { e.code(Code::NotFound) } else { e }
    })?;
    if !file.metadata().is_ok_and(|m| m.is_file()) {
        return Err(Error::usage(&path, "it is no regular file"));
    }
    let check = args.checks.sum("image-import", None)?;
    if s.global.dry_run {
        out(&format!(
            "#!/bin/sh\n# jug image-import {}: copy, check, unpack or convert to raw, keep\n",
            args.name
        ));
        return Ok(Code::Done);
    }
    let name = Path::new(path.as_str()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let source = (path.to_string(), name);
    let making = Making { verb: "image-import", name: &args.name, source, check, checks: &args.checks };
    image_make::run(s, &making, &mut |part, most| {
        let bounds = Bounds { most, room: stream::room(s.layout.images().as_path())? };
        let progress = s.progress(true);
        let tick = &mut |n| progress.fetched(n);
        let copied =
            stream::copy(&mut file, path.as_str(), part.as_path(), (Algorithm::Sha256, bounds), tick);
        copied.map(|(_, sum)| Some(sum))
    })
}
