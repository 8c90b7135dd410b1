//! image-verify

use super::session::Session;
use super::{change, image_ls};
use crate::error::{Code, Error, Result};
use crate::host::Host;
use crate::model::name::ImageName;
use crate::report::results::{Done, Outcome};
use crate::store::{images, lock};

/// Read images again, and see that they are what was fetched
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The images, by name or mask
    #[arg(value_name = "NAME", required_unless_present = "all")]
    names: Vec<String>,
    /// All
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Only those whose size or time is not what was noted
    #[arg(long)]
    changed: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if s.global.dry_run {
        return Err(Error::usage("image-verify", "it changes nothing that could be shown")
            .next("jug image-ls says which may have changed"));
    }
    s.need_root("image-verify")?;
    let names = match args.all {
        true => images::all(&s.layout).into_keys().collect(),
        false => image_ls::choose(s, &args.names, false)?,
    };
    let one = |name: &ImageName| {
        let object = images::object(name);
        let mut warnings = Vec::new();
        let result = verify(s, name, &object, args.changed, &mut warnings);
        Outcome { name: name.to_string(), result, warnings }
    };
    let codes: Vec<Code> = names.iter().map(|n| change::report(s, one(n))).collect();
    Ok(crate::error::fold(codes))
}

fn verify(
    s: &Session,
    name: &ImageName,
    object: &str,
    changed: bool,
    warnings: &mut Vec<String>,
) -> Result<Done> {
    images::get(&s.layout, name)?;
    let lock = lock::exclusive(&s.layout, object, "image-verify")?;
    change::mend(s, object, true, &lock, warnings)?;
    let image = images::get(&s.layout, name)?;
    let progress = s.progress(true);
    progress.step(name.as_str(), "read it");
    let tick = &mut |n| progress.fetched(n);
    match changed {
        true => images::ready(&s.layout, name, &image, s.host.now(), tick).map(|_| ())?,
        false => images::verify(&s.layout, name, &image, s.host.now(), tick)?,
    }
    Ok(Done::unchanged(format!("verified, {}", image.sum)))
}
