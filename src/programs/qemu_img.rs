//! qemu-img(1): converts disks. What may be given to it is decided by the header first (see `model/image.rs`), since it
//! reads whatever other files a disk names.

use super::surprise;
use crate::error::Result;
use crate::host::Cmd;
use crate::model::image::Disk;
use serde_json::{Value, json};

/// A disk as QEMU's block layer takes it: its driver is said, never guessed, and no backing file is opened.
fn node(path: &str, disk: Disk) -> String {
    let node = json!({
        "driver": disk.as_str(),
        "file": {"driver": "file", "filename": path},
        "backing": null,
    });
    format!("json:{node}")
}

/// Asks how long a disk is.
pub fn info(path: &str, disk: Disk) -> Cmd {
    Cmd::new("qemu-img").args(["info", "--output=json", &node(path, disk)])
}

/// What `info` printed: the bytes of the disk.
///
/// # Errors
/// It is not that.
pub fn parse_info(text: &str) -> Result<u64> {
    let value: Value = serde_json::from_str(text).map_err(|e| surprise("qemu-img", e))?;
    value["virtual-size"].as_u64().ok_or_else(|| surprise("qemu-img", "no virtual-size"))
}

/// Looks whether a disk is sound. 3 says that it has space nobody uses, which is no harm (qemu-img(1), "check"): without
/// this, what is missing at the end of one would be read as zeros.
pub fn check(path: &str, disk: Disk) -> Cmd {
    Cmd::new("qemu-img").args(["check", "-q", &node(path, disk)]).accept(3).limit(0)
}

/// Writes a disk as a raw one, with holes for what is zero.
pub fn to_raw(from: &str, disk: Disk, to: &str) -> Cmd {
    Cmd::new("qemu-img").args(["convert", "-O", "raw", &node(from, disk), to]).limit(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_and_the_size_read() {
        let cmd = info("/a/b\"c,d", Disk::Qcow2);
        assert_eq!(
            cmd.args[2],
            r#"json:{"backing":null,"driver":"qcow2","file":{"driver":"file","filename":"/a/b\"c,d"}}"#
        );
        // As qemu-img 7.2 printed it.
        let text = "{\n    \"virtual-size\": 67108864,\n    \"filename\": \"json:{}\",\n    \"cluster-size\": 65536,\n    \
                    \"format\": \"qcow2\",\n    \"actual-size\": 200704,\n    \"dirty-flag\": false\n}\n";
        assert_eq!(parse_info(text).unwrap(), 67_108_864);
        assert!(parse_info("{}").is_err() && parse_info("no").is_err());
    }
}
