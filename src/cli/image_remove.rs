//! image-remove

use super::change::{self, Wish};
use super::session::Session;
use super::{image_ls, image_make};
use crate::error::{Code, Result};
use crate::facts::gather::Wanted;
use crate::model::name::ImageName;
use crate::plan::{Step, image, vm_image};
use crate::report::results::{Done, Outcome};
use crate::store::images;

/// Remove images, and what is left of fetching them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The images, by name or mask
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let names = image_ls::choose(s, &args.names, true)?;
    if names.is_empty() {
        return Ok(Code::Done);
    }
    for name in &names {
        let traces = s.layout.image(name).as_path().exists()
            || s.layout.journal(&images::object(name)).as_path().exists()
            || !image_make::leftovers(s, name).is_empty();
        if !traces {
            images::get(&s.layout, name)?;
        }
    }
    let list: Vec<&str> = names.iter().map(ImageName::as_str).collect();
    change::confirm(s, &format!("Remove the image {}?", list.join(", ")))?;
    let codes = names.iter().map(|name| change::report(s, one(s, name)));
    Ok(crate::error::fold(codes.collect::<Vec<Code>>()))
}

fn one(s: &Session, name: &ImageName) -> Outcome {
    change::one(s, "image-remove", &images::object(name), true, &|| {
        let volume = volume(s, name)?;
        Ok(Wish::Do(
            vec![image::remove(name, &leftovers(s, name), volume, &s.layout)],
            Done::changed("removed"),
        ))
    })
}

/// How the volume goes that clones of it are made of, if there is one.
fn volume(s: &Session, name: &ImageName) -> Result<Vec<Step>> {
    let (Some(root), Ok(image)) = (s.zfs_root(), images::get(&s.layout, name)) else { return Ok(Vec::new()) };
    let facts = s.gather(&Wanted { datasets: Some(root.clone()), ..Wanted::default() })?;
    vm_image::forget(name, &image, &vm_image::volume(root, name), &facts)
}

fn leftovers(s: &Session, name: &ImageName) -> Vec<crate::model::name::AbsPath> {
    image_make::leftovers(s, name).into_iter().map(|(path, _)| path).collect()
}
