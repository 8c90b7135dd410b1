//! truncate(1).

use crate::host::Cmd;
use crate::model::name::AbsPath;
use crate::model::size::ByteSize;

/// Gives a file that is there this size.
pub fn to(path: &AbsPath, size: ByteSize) -> Cmd {
    Cmd::new("truncate").args(["-c", "-s", &size.0.to_string(), path.as_str()])
}
