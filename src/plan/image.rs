//! Images: put in their place once they are whole and checked; removed.

use super::{Effect, Plan, Step};
use crate::error::{Error, Result};
use crate::facts::Facts;
use crate::model::image::Image;
use crate::model::name::{AbsPath, ImageName};
use crate::model::schema::to_text;
use crate::store::layout::Layout;

/// The plan for a new image: `from` is its disk, raw, synced and on the file system of the workdir.
///
/// # Errors
/// There is something of that name.
pub fn add(
    verb: &str,
    name: &ImageName,
    image: &Image,
    from: &AbsPath,
    layout: &Layout,
    facts: &Facts,
) -> Result<Plan> {
    refuse(name, layout, facts)?;
    let mut plan = Plan::new(verb, name);
    plan.make_dir("make the place of the image", &layout.image(name), 0o755);
    let to = layout.image_disk(name);
    plan.push(
        Step::new("put it there", Effect::Rename { from: from.clone(), to: to.clone() })
            .undo(Effect::Rename { from: to, to: from.clone() }),
    );
    let file = layout.image_file(name);
    plan.push(
        Step::new("register it", Effect::Write { path: file.clone(), text: to_text(image)?, mode: 0o644 })
            .undo(Effect::Remove { path: file }),
    );
    Ok(plan)
}

/// Refuses a name that is taken.
///
/// # Errors
/// There is something of that name.
pub fn refuse(name: &ImageName, layout: &Layout, facts: &Facts) -> Result<()> {
    match facts.path(layout.image(name).as_str()) {
        None => Ok(()),
        Some(_) => Err(Error::conflict(format!("image {name}"), "it exists")
            .next(format!("jug image-ls; jug image-remove {name}, or choose another name"))),
    }
}

/// The plan for removing an image, and what is left of fetching it.
/// `volume` is how the volume goes that clones of it were made of.
pub fn remove(name: &ImageName, leftovers: &[AbsPath], volume: Vec<Step>, layout: &Layout) -> Plan {
    let mut plan = Plan::new("image-remove", name);
    plan.point_of_no_return();
    plan.push(Step::new("forget it", Effect::Remove { path: layout.image_file(name) }));
    plan.steps.extend(volume);
    plan.push(Step::new("remove it", Effect::RemoveTree { path: layout.image(name) }));
    for path in leftovers {
        plan.push(Step::new("remove what was not fetched to its end", Effect::Remove { path: path.clone() }));
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sum::{Algorithm, Sum};

    #[test]
    fn plans_in_full() {
        let layout = Layout { workdir: "/w".parse().unwrap() };
        let name: ImageName = "debian-13".parse().unwrap();
        let image = Image {
            version: 1,
            uuid: uuid::Uuid::nil(),
            created: jiff::Timestamp::UNIX_EPOCH,
            source: "https://example.org/d.qcow2".into(),
            format: "qcow2".parse().unwrap(),
            source_sum: Some(Sum::new(Algorithm::Sha512, &[1; 64])),
            size: 1024,
            sum: Sum::new(Algorithm::Sha256, &[2; 32]),
            mtime: jiff::Timestamp::UNIX_EPOCH,
            verified: jiff::Timestamp::UNIX_EPOCH,
        };
        let from = "/w/images/.debian-13.new".parse().unwrap();
        let mut facts = Facts::default();
        let plan = add("image-fetch", &name, &image, &from, &layout, &facts).unwrap().to_string();
        for line in [
            "mv /w/images/.debian-13.new /w/images/debian-13/image",
            "# undo: mv /w/images/debian-13/image /w/images/.debian-13.new",
            "format = \"qcow2\"",
            &format!("source_sum = \"sha512:{}\"", "01".repeat(64)),
        ] {
            assert!(plan.contains(line), "{line} is missing in\n{plan}");
        }
        let plan = remove(&name, &["/w/images/.debian-13~00.part".parse().unwrap()], Vec::new(), &layout);
        let order: Vec<String> = plan.steps.iter().map(|s| s.action.to_string()).collect();
        assert!(order[0].contains("image.toml") && order[2].contains("~00.part"), "{order:?}");
        assert_eq!(plan.no_return, Some(0));
        facts.paths.insert("/w/images/debian-13".into(), crate::host::fs::Kind::Dir);
        assert_eq!(refuse(&name, &layout, &facts).unwrap_err().code, crate::error::Code::Conflict);
    }
}
