//! node

use super::session::Session;
use crate::error::{Code, Result};
use crate::report::table::out;
use crate::store::node;
use serde_json::json;

/// Show this node's identity, as owners are written down
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Give it another identity: for a machine that was cloned from another
    #[arg(long)]
    new_id: bool,
}

/// Runs it.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if args.new_id && !s.global.dry_run {
        s.need_root("node --new-id")?;
    }
    let it = if args.new_id && !s.global.dry_run {
        node::ensure(&s.host, s.platform.kind(), &s.config_file, true)?
    } else {
        s.node()?
    };
    let file = node::file(&s.config_file);
    if s.global.json {
        out(&format!(
            "{}\n",
            json!({"version": 1, "node": {"id": it.id, "name": it.name, "file": file.display().to_string()}})
        ));
    } else if s.global.lines {
        out(&format!("{}\t{}\t{}\n", it.id, it.name, file.display()));
    } else if it.id.is_nil() {
        out(&format!(
            "this node has no identity yet; it gets one in {} when it is first needed\n",
            file.display()
        ));
    } else {
        out(&format!("{} {} (seed in {})\n", it.id, it.name, file.display()));
    }
    Ok(Code::Done)
}
