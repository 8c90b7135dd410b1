//! The bases of a node: `bases/<name>/base.toml`.

use super::layout::Layout;
use crate::error::{Error, Result};
use crate::host::fs;
use crate::model::base::Base;
use crate::model::name::{BaseName, nearest};
use crate::model::schema;
use std::collections::BTreeMap;

/// All bases. One whose file can't be read is left out of lists and named by doctor.
pub fn all(layout: &Layout) -> BTreeMap<BaseName, Base> {
    let Ok(dir) = std::fs::read_dir(layout.workdir.join("bases").as_path()) else { return BTreeMap::new() };
    dir.flatten()
        .filter_map(|e| e.file_name().to_str()?.parse::<BaseName>().ok())
        .filter_map(|name| read(layout, &name).ok().map(|b| (name, b)))
        .collect()
}

fn read(layout: &Layout, name: &BaseName) -> Result<Base> {
    schema::read(&text(layout, name)?, layout.base_file(name).as_str())
}

/// The text of a base's file.
pub fn text(layout: &Layout, name: &BaseName) -> Result<String> {
    fs::read_text(layout.base_file(name).as_path(), schema::MAX_FILE)
}

/// One base.
pub fn get(layout: &Layout, name: &BaseName) -> Result<Base> {
    match read(layout, name) {
        Err(e) if e.code == crate::error::Code::NotFound => {
            let names = all(layout);
            let near = nearest(name.as_str(), names.keys().map(BaseName::as_str))
                .map(|n| format!("did you mean {n}?"));
            let mut e = Error::not_found(format!("base {name}"), "there is no such base");
            e.next = Some(near.unwrap_or_else(|| "jug base-ls shows what there is".into()));
            Err(e)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_base_is_none() {
        let t = tempfile::tempdir().unwrap();
        let layout = Layout::new(&t.path().to_string_lossy().parse().unwrap()).unwrap().ensure().unwrap();
        std::fs::create_dir_all(layout.workdir.join("bases/half/root").as_path()).unwrap();
        assert!(all(&layout).is_empty());
        assert_eq!(get(&layout, &"half".parse().unwrap()).unwrap_err().code, crate::error::Code::NotFound);
    }
}
