//! `[external]`: what mounts the data of an environment with storage external, and where that lies.

use super::name::{AbsPath, EnvName, name_type};
use crate::error::Error;

/// What mounts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Driver {
    /// `mnt_start` and `mnt_stop`, executables of the administrator's.
    #[default]
    Script,
    /// NFS version 4.
    Nfs4,
    /// NFS version 3.
    Nfs3,
    /// A volume of GlusterFS.
    Glusterfs,
    /// CephFS.
    Cephfs,
    /// A disk over iSCSI.
    Iscsi,
    /// A disk that geli(8) encrypts.
    Geli,
}

impl Driver {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Nfs4 => "nfs4",
            Self::Nfs3 => "nfs3",
            Self::Glusterfs => "glusterfs",
            Self::Cephfs => "cephfs",
            Self::Iscsi => "iscsi",
            Self::Geli => "geli",
        }
    }
    /// Whether it is a disk with one file system, which only one node at a time may have mounted.
    pub fn is_disk(self) -> bool {
        matches!(self, Self::Iscsi | Self::Geli)
    }
}

/// How the directories of environments are called below `external.root`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Names {
    /// `data/<name>`, `system/<name>` and so on: a server that keeps nothing else there.
    #[default]
    Parts,
    /// As in a workdir: what another node's `nfs-export` of an environment exports.
    Workdir,
}

/// One of an environment's own directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Its data.
    Data,
    /// What belongs to it, its epochs among that.
    System,
    /// Its portable copy.
    Rcconf,
    /// Its fstab.
    Fstab,
}

impl Part {
    /// All, in the order in which they are mounted.
    pub const ALL: [Self; 4] = [Self::Data, Self::System, Self::Rcconf, Self::Fstab];
    /// The word in TOML, and the directory that holds it on the storage.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::System => "system",
            Self::Rcconf => "rcconf",
            Self::Fstab => "fstab",
        }
    }
}

name_type!(
    /// A server: a host name or an address, IPv6 in brackets; for CephFS and iSCSI perhaps with a port, and for CephFS
    /// several with commas between them.
    Server,
    |s| {
        if s.is_empty() || s.len() > 255 {
            return Err("a server has 1 to 255 characters".into());
        }
        if s.starts_with(['-', ':']) {
            return Err("a server can't begin so".into());
        }
        match s.chars().find(|c| !(c.is_ascii_alphanumeric() || ".-_:[],%".contains(*c))) {
            Some(c) => Err(format!("a server can't hold {c:?}")),
            None if s.matches(':').count() > 1 && !s.contains(['[', ',']) => {
                Err("an IPv6 address stands in brackets here".into())
            }
            None => Ok(()),
        }
    }
);
name_type!(
    /// An option of mount(8).
    MountOption,
    |s| match s.chars().find(|c| !(c.is_ascii_alphanumeric() || "=_-.:/+@".contains(*c))) {
        _ if s.is_empty() || s.starts_with('-') => Err("an option of mount(8) can't begin so".into()),
        Some(c) => Err(format!("an option of mount(8) can't hold {c:?} here")),
        None => Ok(()),
    }
);
name_type!(
    /// The name of an iSCSI target (RFC 3720, 3.2.6.3), in which `{name}` stands for the environment's.
    TargetPattern,
    |s| match s.replace(NAME, "x").chars().find(|c| !(c.is_ascii_alphanumeric() || ".-:_".contains(*c))) {
        _ if s.len() > 160 || !["iqn.", "eui.", "naa."].iter().any(|p| s.starts_with(p)) => {
            Err("an iSCSI target begins with iqn., eui. or naa., and has at most 160 characters".into())
        }
        Some(c) => Err(format!("an iSCSI target can't hold {c:?}")),
        None => Ok(()),
    }
);
name_type!(
    /// A path in which `{name}` stands for the environment's name.
    PathPattern,
    |s| {
        let one: AbsPath = s.replace(NAME, "x").parse().map_err(|e: Error| e.reason)?;
        match one.as_str() {
            "/" => Err("that is the root".into()),
            _ if s.len() > 800 => Err("it is longer than 800 characters".into()),
            _ => Ok(()),
        }
    }
);

/// What stands for the environment's name.
const NAME: &str = "{name}";

impl TargetPattern {
    /// The target of one environment.
    pub fn of(&self, name: &EnvName) -> String {
        self.0.replace(NAME, name.as_str())
    }
}

impl PathPattern {
    /// The path for one environment.
    pub fn of(&self, name: &EnvName) -> AbsPath {
        AbsPath::root().join(&self.0.replace(NAME, name.as_str()))
    }
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct External {
    /// What mounts it.
    pub driver: Driver,
    /// NFS, GlusterFS, CephFS: who serves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<Server>,
    /// The same: the directory there, in which environments have their directories.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<AbsPath>,
    /// The same: how they are called there.
    pub names: Names,
    /// The same: which of these are mounted.
    pub mounts: Vec<Part>,
    /// iSCSI: the portal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portal: Option<Server>,
    /// iSCSI: the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetPattern>,
    /// The disk, as it is found here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<PathPattern>,
    /// The key of geli(8); for CephFS the file with the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathPattern>,
    /// The file with the passphrase of geli(8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase_file: Option<PathPattern>,
    /// More options of mount(8).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<MountOption>,
    /// Whether what does not answer is unmounted by force, though what was not written yet is lost then.
    pub force: bool,
}

impl Default for External {
    fn default() -> Self {
        Self {
            driver: Driver::Script,
            server: None,
            root: None,
            names: Names::default(),
            mounts: Part::ALL.to_vec(),
            portal: None,
            target: None,
            device: None,
            key_file: None,
            passphrase_file: None,
            options: Vec::new(),
            force: false,
        }
    }
}

impl External {
    /// Whether nothing is said in it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether geli(8) is between the disk and the file system.
    pub fn is_encrypted(&self) -> bool {
        self.driver.is_disk() && (self.key_file.is_some() || self.passphrase_file.is_some())
    }

    /// The further options as words.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(MountOption::as_str)
    }

    /// What is missing, and what does not go with the driver. The first part of the answer is the key.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        use Driver::{Cephfs, Geli, Glusterfs, Iscsi, Nfs3, Nfs4, Script};
        let net = [Nfs4, Nfs3, Glusterfs, Cephfs];
        // Each key with the drivers that need it, and those that bear it.
        let keys: [(&'static str, bool, &[Driver], &[Driver]); 11] = [
            ("external.server", self.server.is_some(), &net, &[]),
            ("external.root", self.root.is_some(), &net, &[]),
            ("external.names", self.names != Names::default(), &[], &net),
            ("external.mounts", self.mounts != Part::ALL, &[], &net),
            ("external.portal", self.portal.is_some(), &[Iscsi], &[]),
            ("external.target", self.target.is_some(), &[Iscsi], &[]),
            ("external.device", self.device.is_some(), &[Geli], &[Iscsi]),
            ("external.key_file", self.key_file.is_some(), &[], &[Iscsi, Geli, Cephfs]),
            ("external.passphrase_file", self.passphrase_file.is_some(), &[], &[Iscsi, Geli]),
            (
                "external.options",
                !self.options.is_empty(),
                &[],
                &[Nfs4, Nfs3, Glusterfs, Cephfs, Iscsi, Geli],
            ),
            ("external.force", self.force, &[], &[Nfs4, Nfs3, Glusterfs, Cephfs, Iscsi, Geli]),
        ];
        let driver = self.driver.as_str();
        for (key, said, needed, borne) in keys {
            if !said && needed.contains(&self.driver) {
                return Err((key, format!("the driver {driver} needs it")));
            }
            if said && !needed.contains(&self.driver) && !borne.contains(&self.driver) {
                return Err((key, format!("it says nothing to the driver {driver}")));
            }
        }
        if self.driver == Script {
            return Ok(());
        }
        if !self.mounts.contains(&Part::Data) || !self.mounts.contains(&Part::System) {
            return Err(("external.mounts", "data and system are always among them".into()));
        }
        if let Some(twice) = self.mounts.iter().enumerate().find(|(i, p)| self.mounts[..*i].contains(p)) {
            return Err(("external.mounts", format!("{} stands in it twice", twice.1.as_str())));
        }
        if self.driver == Glusterfs && self.root.as_ref().is_some_and(|r| r.as_str() == "/") {
            return Err(("external.root", "it begins with the volume: /VOLUME or /VOLUME/DIRECTORY".into()));
        }
        if self.driver == Geli && !self.is_encrypted() {
            return Err((
                "external.key_file",
                "the driver geli needs it, or passphrase_file, or both".into(),
            ));
        }
        if self.driver == Iscsi && self.is_encrypted() && self.device.is_none() {
            return Err(("external.device", "with geli(8) on it, a disk has no label to be found by".into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<External, String> {
        toml::from_str(text).map_err(|e| e.to_string())
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (text, key) in [
            ("", ""),
            ("driver = 'nfs4'\nserver = '10.0.0.1'\nroot = '/tank/jails'", ""),
            (
                "driver = 'nfs4'\nserver = '10.0.0.1'\nroot = '/'\nmounts = ['data', 'system']\nforce = true",
                "",
            ),
            (
                "driver = 'cephfs'\nserver = 'm1,[fd00::1]:6789'\nroot = '/j'\nkey_file = '/etc/ceph/{name}'",
                "",
            ),
            ("driver = 'iscsi'\nportal = '10.0.0.1:3260'\ntarget = 'iqn.2026-01.org.example:{name}'", ""),
            ("driver = 'geli'\ndevice = '/dev/gpt/{name}'\npassphrase_file = '/k/{name}'", ""),
            ("server = '10.0.0.1'", "external.server"),
            ("driver = 'nfs3'\nserver = '10.0.0.1'", "external.root"),
            ("driver = 'nfs3'\nserver = 's'\nroot = '/r'\nmounts = ['data']", "external.mounts"),
            (
                "driver = 'nfs3'\nserver = 's'\nroot = '/r'\nmounts = ['data', 'data', 'system']",
                "external.mounts",
            ),
            ("driver = 'nfs3'\nserver = 's'\nroot = '/r'\nportal = 'p'", "external.portal"),
            ("driver = 'glusterfs'\nserver = 's'\nroot = '/'", "external.root"),
            ("driver = 'iscsi'\nportal = 'p'", "external.target"),
            ("driver = 'iscsi'\nportal = 'p'\ntarget = 'iqn.x'\nkey_file = '/k'", "external.device"),
            ("driver = 'geli'\ndevice = '/dev/da0'", "external.key_file"),
            ("driver = 'geli'\nkey_file = '/k'", "external.device"),
            ("driver = 'geli'\ndevice = '/dev/da0'\nkey_file = '/k'\nserver = 's'", "external.server"),
        ] {
            let found = read(text).unwrap().check();
            assert_eq!(found.err().map_or("", |(key, _)| key), key, "{text}");
        }
        for text in [
            "driver = 'zfs'",
            "server = '-o'",
            "server = 'a b'",
            "server = 'fd00::1'",
            "root = 'x'",
            "root = '/a/../b'",
            "options = ['ro,bg']",
            "options = ['-o']",
            "target = 'x'",
            "target = 'iqn.a b'",
            "device = '/dev/{name}/../x'",
            "device = '/'",
            "key_file = 'k'",
            "mounts = ['log']",
            "volume = 'x'",
        ] {
            assert!(read(text).is_err(), "{text} was taken");
        }
    }

    #[test]
    fn the_name_is_put_in() {
        let name: EnvName = "www".parse().unwrap();
        let path: PathPattern = "/dev/{name}/{name}p1".parse().unwrap();
        assert_eq!(path.of(&name).as_str(), "/dev/www/wwwp1");
        let target: TargetPattern = "iqn.2026-01.org.example:{name}".parse().unwrap();
        assert_eq!(target.of(&name), "iqn.2026-01.org.example:www");
    }
}
