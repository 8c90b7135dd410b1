//! The other nodes that this one knows: `nodes/<name>.toml`.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::fs;
use crate::model::name::{NodeName, nearest};
use crate::model::replica::KnownNode;
use crate::model::schema;
use std::collections::BTreeMap;

/// The object of locks and journals for a node, which no environment can be called.
pub fn object(name: &NodeName) -> String {
    format!("node.{name}")
}

/// All of them; a file that can't be read is an error of its own.
///
/// # Errors
/// The directory can't be read.
pub fn all(layout: &Layout) -> Result<BTreeMap<NodeName, Result<KnownNode>>> {
    let dir = layout.workdir.join("nodes");
    let read = match std::fs::read_dir(dir.as_path()) {
        Ok(read) => read,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(e) => return Err(Error::io(dir.as_path(), "reading it", e)),
    };
    let name = |f: std::fs::DirEntry| f.file_name().to_str()?.strip_suffix(".toml")?.parse::<NodeName>().ok();
    Ok(read.flatten().filter_map(name).map(|n| (n.clone(), one(layout, &n))).collect())
}

fn one(layout: &Layout, name: &NodeName) -> Result<KnownNode> {
    let file = layout.node_file(name);
    schema::read(&fs::read_text(file.as_path(), schema::MAX_FILE)?, file.as_str())
}

/// Whether there is one of this name.
pub fn known(layout: &Layout, name: &NodeName) -> bool {
    layout.node_file(name).as_path().exists()
}

/// One of them.
///
/// # Errors
/// There is none of that name, or its file is not valid.
pub fn get(layout: &Layout, name: &NodeName) -> Result<KnownNode> {
    match one(layout, name) {
        Err(e) if e.code == Code::NotFound => {
            let all = all(layout)?;
            let near = nearest(name.as_str(), all.keys().map(NodeName::as_str));
            let next =
                near.map_or_else(|| format!("jug node-add {name} HOST"), |n| format!("did you mean {n}?"));
            Err(Error::not_found(name, "this node knows no other of that name").next(next))
        }
        other => other,
    }
}
