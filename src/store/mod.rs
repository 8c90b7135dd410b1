//! The workdir: its layout, the registry of environments, locks, the journal and the log.

pub mod bases;
pub mod images;
pub mod journal;
pub mod layout;
pub mod lock;
pub mod moves;
pub mod networks;
pub mod node;
pub mod nodes;
pub mod oplog;
pub mod orders;
pub mod owner;
pub mod registry;
pub mod started;
pub mod unregistered;

/// What an object of locks and journals is called in messages: a base `NAME` is locked as `base.NAME`, a network as
/// `network.NAME`, an image as `image.NAME`, which no environment can be called, as nothing is called `snapshot.several`,
/// another node as `node.NAME`, and what is replicated or moved of an environment as `replicate.NAME`, `migrate.NAME`;
/// what begins with a dot is the node's own.
pub fn shown(object: &str) -> &str {
    if object == ".exports" {
        return "exports";
    }
    let kinds = ["base.", "network.", "image.", "snapshot.", "node.", "replicate.", "migrate."];
    kinds.iter().find_map(|kind| object.strip_prefix(kind)).unwrap_or(object)
}
