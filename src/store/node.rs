//! The node's identity: the machine's own (hostid, machine-id) together with a file of jug's beside `jug.toml`. It
//! survives a new jug and a new workdir, and differs between machines even if one of the two was cloned.

use crate::error::{Code, Error, Result};
use crate::host::{Host, fs};
use crate::model::schema;
use crate::platform::PlatformKind;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// This node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: uuid::Uuid,
    /// Its name, for people.
    pub name: String,
}

impl Node {
    /// What this node writes into an epoch that it takes.
    pub fn epoch(&self, at: jiff::Timestamp) -> super::owner::Epoch {
        super::owner::Epoch { version: 1, node: self.id, name: self.name.clone(), at }
    }
}

/// `jug.node`.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeFile {
    version: u32,
    seed: uuid::Uuid,
}

/// Where the file is: beside the node's configuration.
pub fn file(config: &Path) -> PathBuf {
    // A bare name has no directory that could be made or synced.
    std::path::absolute(config).unwrap_or_else(|_| config.into()).with_extension("node")
}

/// The node, if it has its file.
pub fn read(host: &dyn Host, kind: PlatformKind, config: &Path) -> Result<Option<Node>> {
    let path = file(config);
    let text = match fs::read_text(&path, schema::MAX_FILE) {
        Ok(text) => text,
        Err(e) if e.code == Code::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let file: NodeFile = schema::read(&text, &path.display().to_string())?;
    Ok(Some(identity(host, kind, file.seed)))
}

/// The node; its file is made if it is not there. With `anew`, it gets another identity.
pub fn ensure(host: &dyn Host, kind: PlatformKind, config: &Path, anew: bool) -> Result<Node> {
    if !anew && let Some(node) = read(host, kind, config)? {
        return Ok(node);
    }
    let file_text = NodeFile { version: 1, seed: host.uuid() };
    let text = format!(
        "# The identity of this node for jug. A copy of this machine must not have the same: jug node --new-id\n{}",
        schema::to_text(&file_text)?
    );
    let path = file(config);
    // A host without packages has no /usr/local/etc yet.
    let missing: Vec<_> = path.ancestors().skip(1).take_while(|d| !d.exists()).collect();
    for dir in missing.iter().rev() {
        fs::make_dir(dir, 0o755)?;
    }
    if anew {
        fs::write_atomic(&path, &text, 0o644)?;
    } else if !fs::write_first(&path, &text, 0o644)? {
        // Another jug was faster, and this node has one identity only.
        return read(host, kind, config)?
            .ok_or_else(|| Error::failed(path.display(), "it was there, and is gone"));
    }
    Ok(identity(host, kind, file_text.seed))
}

fn identity(host: &dyn Host, kind: PlatformKind, seed: uuid::Uuid) -> Node {
    let machine = match kind {
        PlatformKind::Freebsd => "/etc/hostid",
        PlatformKind::Linux => "/etc/machine-id",
    };
    let machine = host.read(Path::new(machine)).unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(machine.trim().as_bytes());
    hash.update(seed.as_bytes());
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    Node {
        id: uuid::Builder::from_custom_bytes(bytes).into_uuid(),
        name: crate::model::name::printable(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_the_configuration_however_that_is_named() {
        assert_eq!(file(Path::new("/etc/jug.toml")), Path::new("/etc/jug.node"));
        let here = std::env::current_dir().unwrap();
        assert_eq!(file(Path::new("jug.toml")), here.join("jug.node"));
    }
}
