//! chflags(1).

use crate::host::Cmd;

/// Takes away the flags that forbid removing, from a whole tree; links are not followed.
pub fn unprotect(tree: &str) -> Cmd {
    Cmd::new("chflags")
        .args(["-R", "-x", "noschg,nosappnd,nosunlnk,nouchg,nouappnd,nouunlnk", tree])
        .limit(600)
}
