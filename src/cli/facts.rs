//! facts

use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::facts::gather::Wanted;
use crate::host::{Host, fs};
use crate::model::name::AbsPath;
use crate::platform::Platform;
use crate::programs::uname;
use crate::report::table::out;
use crate::store::bases;

/// Print what the host says is there, for --facts and for bug reports
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs it.
pub fn run(s: &Session, _: &Args) -> Result<Code> {
    let mut wanted = Wanted {
        containers: true,
        mounts: true,
        datasets: s.zfs_root().cloned(),
        addresses: true,
        networks: true,
        forwarding: true,
        filter: super::exposures::needed(s)?,
        rulesets: true,
        limits: true,
        accounts: true,
        ..Wanted::default()
    };
    if let Ok(all) = super::exports::all(s) {
        wanted.serving = all.serving;
    }
    let platform: &dyn Platform = s.platform.as_ref();
    wanted.paths.extend(platform.host_userland().mounts.iter().map(|d| AbsPath::root().join(d)));
    let mut facts = s.gather(&wanted)?;
    if s.saved.is_none() {
        let uname = s.host.query(&uname::system()).map_err(Error::from)?;
        facts.release = uname.stdout.trim().to_string();
        facts.programs = platform
            .needed_programs()
            .into_iter()
            .map(|(p, _)| p)
            .chain(["zfs".to_string()])
            .filter(|p| s.host.has(p))
            .collect();
        facts.environments = s.registry()?.into_iter().map(|(n, e)| (n.to_string(), e.text)).collect();
        facts.bases = bases::all(&s.layout)
            .into_keys()
            .filter_map(|n| bases::text(&s.layout, &n).ok().map(|t| (n.to_string(), t)))
            .collect();
        for (name, entry) in s.registry()? {
            for path in
                [s.layout.data(&name), s.layout.system(&name), s.layout.rcconf(&name), s.layout.fstab(&name)]
            {
                facts.paths.extend(fs::kind(path.as_path()).map(|k| (path.to_string(), k)));
            }
            for mount in entry.env.iter().flat_map(|e| &e.fstab) {
                facts
                    .paths
                    .extend(fs::kind(std::path::Path::new(&mount.source)).map(|k| (mount.source.clone(), k)));
            }
        }
    }
    let text = serde_json::to_string_pretty(&facts).map_err(|e| Error::failed("facts", e))?;
    out(&format!("{text}\n"));
    Ok(Code::Done)
}
