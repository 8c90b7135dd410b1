//! image-fetch

use super::download;
use super::image_make::{self, Check, Checks, Making};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::catalogue::{self, Entry};
use crate::model::name::ImageName;
use crate::model::schema;
use crate::model::url::Url;
use crate::report::table::out;
use std::collections::BTreeMap;

/// Fetch a disk image, check it against its publisher's sum, and keep it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A name of the catalogue (image-ls --available), or an http, https or file address
    #[arg(value_name = "WHAT")]
    what: String,
    /// The image's name; by default the catalogue's
    #[arg(value_name = "NAME")]
    name: Option<ImageName>,
    #[command(flatten)]
    checks: Checks,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let (name, url, sums) = match (args.what.contains("://"), &args.name) {
        (false, name) => {
            let known: ImageName = args.what.parse()?;
            let all = catalogue(s)?;
            let (url, sums) = catalogue::one(&all, &known)?.urls(&known, std::env::consts::ARCH)?;
            (name.clone().unwrap_or(known), url, Some(sums))
        }
        (true, Some(name)) => (name.clone(), args.what.parse()?, None),
        (true, None) => {
            let _: Url = args.what.parse()?;
            return Err(Error::usage("image-fetch", "the image's name is missing")
                .next(format!("jug image-fetch {} NAME", args.what)));
        }
    };
    let check = args.checks.sum("image-fetch", sums)?;
    if s.global.dry_run {
        script(s, &name, &url, &check);
        return Ok(Code::Done);
    }
    let source = (url.to_string(), url.file_name().to_string());
    let bring = match check {
        Check::None => download::at_once,
        Check::Sum(_) | Check::Listed(_) => download::file,
    };
    let making = Making { verb: "image-fetch", name: &name, source, check, checks: &args.checks };
    image_make::run(s, &making, &mut |part, most| bring(s, &url, part, most).map(|()| None))
}

/// The catalogue: the one that jug has with it, and before it the node's.
pub fn catalogue(s: &Session) -> Result<BTreeMap<ImageName, Entry>> {
    let mut all = catalogue::read(catalogue::BUILT_IN, "images.toml")?;
    if let Some(file) = &s.config.fetch.catalogue {
        let text = fs::read_text(file.as_path(), schema::MAX_FILE)
            .map_err(|e| e.code(Code::Usage).next("mend fetch.catalogue of jug.toml"))?;
        all.extend(catalogue::read(&text, file.as_str())?);
    }
    Ok(all)
}

fn script(s: &Session, name: &ImageName, url: &Url, check: &Check) {
    let to = |end: &str| s.layout.images().join(&format!(".{name}~{end}"));
    let command = |url: &Url, end: &str| download::command(s, url, &to(end), false);
    let mut text =
        format!("#!/bin/sh\n# jug image-fetch {name}: fetch, check, unpack or convert to raw, keep\n");
    if let Check::Listed(sums) = check {
        text.push_str(&format!("{}\n", command(sums, "sums")));
    }
    text.push_str(&format!("{}\n", command(url, "part")));
    out(&text);
}
