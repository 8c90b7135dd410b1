//! xz(1), zstd(1), gzip(1) and bzip2(1): they read a file and print what is packed in it, or pack it. Each is in FreeBSD's base
//! system, and each takes these options there as on Linux.

use crate::host::Cmd;
use crate::model::image::Packing;

/// Memory that xz(1) may take: files made with `xz -9` need 65 MiB, and a hostile one would ask for 4 GiB. zstd(1) has such
/// a limit of its own, 128 MiB.
const XZ_MEMORY: &str = "--memlimit-decompress=1GiB";

/// Packs standard input to standard output, with a thread for each core.
pub fn zstd() -> Cmd {
    Cmd::new("zstd").args(["-q", "-c", "-T0"]).limit(0)
}

/// Unpacks standard input to standard output.
pub fn unpack(packing: Packing) -> Cmd {
    let cmd = match packing {
        Packing::Gzip => Cmd::new("gzip").arg("-dc"),
        Packing::Xz => Cmd::new("xz").args(["-dc", XZ_MEMORY]),
        Packing::Zstd => Cmd::new("zstd").arg("-dcq"),
        Packing::Bzip2 => Cmd::new("bzip2").arg("-dc"),
    };
    cmd.limit(0)
}
