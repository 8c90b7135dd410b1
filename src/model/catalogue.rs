//! The catalogue: images that publishers keep, by short names.

use super::name::{ImageName, nearest};
use super::schema;
use super::url::Url;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// The catalogue that jug has with it; it lies among the examples, to be copied and changed.
pub const BUILT_IN: &str = include_str!("../../share/examples/images.toml");

/// One image.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it is, for people.
    pub about: String,
    /// The publisher's file of sums, in the directory of the image; `{file}` stands for the image's name.
    pub sums: String,
    /// Its address for each kind of machine, as uname(1) calls those on Linux.
    pub url: BTreeMap<String, Url>,
}

impl Entry {
    /// The image and its sums for machines of a kind.
    ///
    /// # Errors
    /// There is none for them.
    pub fn urls(&self, name: &ImageName, machine: &str) -> Result<(Url, Url)> {
        let url = self.url.get(machine).ok_or_else(|| {
            let all: Vec<&str> = self.url.keys().map(String::as_str).collect();
            Error::not_found(
                name,
                format!("the catalogue has it for {}, not for {machine}", all.join(" and ")),
            )
        })?;
        Ok((url.clone(), url.beside(&self.sums.replace("{file}", url.file_name()))?))
    }
}

/// Reads a catalogue. `file` is for errors.
///
/// # Errors
/// It is not one.
pub fn read(text: &str, file: &str) -> Result<BTreeMap<ImageName, Entry>> {
    schema::read(text, file)
}

/// One image of a catalogue.
///
/// # Errors
/// It has none of that name.
pub fn one<'a>(all: &'a BTreeMap<ImageName, Entry>, name: &ImageName) -> Result<&'a Entry> {
    all.get(name).ok_or_else(|| {
        let next = match nearest(name.as_str(), all.keys().map(ImageName::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "jug image-ls --available shows what there is; an address works too".into(),
        };
        Error::not_found(name, "the catalogue has no such image").next(next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        let all = read(BUILT_IN, "images.toml").unwrap();
        for system in ["debian", "ubuntu", "alpine", "freebsd", "rocky", "flatcar"] {
            assert!(all.keys().any(|n| n.as_str().starts_with(system)), "{system} is missing");
        }
        for (name, entry) in &all {
            for machine in ["x86_64", "aarch64"] {
                let (url, sums) = entry.urls(name, machine).unwrap();
                assert!(url.as_str().starts_with("https://") && sums.as_str().starts_with("https://"));
                assert!(!sums.as_str().contains(['{', '}']), "{sums}");
            }
            assert_eq!(entry.urls(name, "vax").unwrap_err().code, crate::error::Code::NotFound);
        }
        let typo = one(&all, &"debain-13".parse().unwrap()).unwrap_err();
        assert_eq!(typo.next.as_deref(), Some("did you mean debian-13?"));
    }
}
