//! Seeds: what their administrator gave is kept beside the VM, and each start makes of it what the guest reads.

use crate::error::{Error, Result};
use crate::host::fs;
use crate::model::name::AbsPath;
use crate::model::seed::Seed;
use crate::model::ssh_key::SshKey;
use crate::model::user_data::MAX;
use crate::plan::seed::{KEYS, LaidOut, META_DATA, NETWORK_CONFIG, USER_DATA};

/// Copies one of the texts.
pub fn keep(from: &AbsPath, to: &AbsPath) -> Result<bool> {
    fs::write_atomic(to.as_path(), &fs::read_text(from.as_path(), MAX)?, 0o600).map(|()| true)
}

/// Lays the files out that the seed's disk is made of, and notes which instance the guest becomes by them.
pub fn lay_out(it: &LaidOut) -> Result<()> {
    let seed = read(it)?;
    let files = seed.files()?;
    let files: Vec<(&str, &str)> = files.iter().map(|f| (f.path, f.text.as_str())).collect();
    fs::lay_out(it.to.as_path(), &files)?;
    fs::write_atomic(it.instance.as_path(), &format!("{}\n", seed.instance_id()), 0o644)
}

/// The seed, with the texts that are kept. They lie on the VM's storage, which others may write to.
fn read(it: &LaidOut) -> Result<Seed> {
    if fs::kind(it.from.as_path()) == Some(fs::Kind::Link) {
        return Err(Error::failed(&it.from, "it is a link, and no directory of jug's"));
    }
    let part = |name: &str| {
        let path = it.from.join(name);
        fs::kind(path.as_path()).map(|_| fs::read_foreign(path.as_path(), MAX)).transpose()
    };
    let keys = part(KEYS)?.map(|text| SshKey::list(&text, KEYS)).transpose()?;
    Ok(Seed {
        form: it.form,
        name: it.name.clone(),
        uuid: it.uuid,
        user_data: part(USER_DATA)?,
        meta_data: part(META_DATA)?,
        network_config: part(NETWORK_CONFIG)?,
        cards: it.cards.clone(),
        keys: keys.unwrap_or_default(),
    })
}
