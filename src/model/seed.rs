//! Seeds: what a guest finds at its first boot. Pure: from what is wanted to the files of the seed, with their texts.

use super::name::EnvName;
use super::seed_net::{Card, list, network_data, networkd, quoted, version_2};
use super::ssh_key::SshKey;
use super::user_data::{self, Kind};
use crate::error::{Error, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How a guest is given its seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A disk labelled `cidata` (cloud-init, "NoCloud"); nuageinit(7) reads it as well.
    #[serde(rename = "nocloud")]
    NoCloud,
    /// A disk labelled `config-2` (cloud-init, "Config drive"); nuageinit(7) reads it as well.
    ConfigDrive,
    /// A file that the firmware hands over (Flatcar: `-fw_cfg name=opt/org.flatcar-linux/config,file=FILE`).
    Ignition,
}

impl Form {
    /// The word in TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoCloud => "nocloud",
            Self::ConfigDrive => "config-drive",
            Self::Ignition => "ignition",
        }
    }
    /// The label of its disk, where it has one.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Self::NoCloud => Some("cidata"),
            Self::ConfigDrive => Some("config-2"),
            Self::Ignition => None,
        }
    }
}

/// The one file of an Ignition seed.
pub const IGNITION_FILE: &str = "config.ign";

/// What a guest is to be told.
#[derive(Clone, Debug)]
pub struct Seed {
    /// How.
    pub form: Form,
    /// Its name, which is its host name.
    pub name: EnvName,
    /// The identity of its environment.
    pub uuid: uuid::Uuid,
    /// What its administrator gives it, if anything.
    pub user_data: Option<String>,
    /// NoCloud only: meta-data in the place of those made here.
    pub meta_data: Option<String>,
    /// NoCloud only: a network-config in the place of the one made here.
    pub network_config: Option<String>,
    /// Its cards.
    pub cards: Vec<Card>,
    /// Who may log in as its first user.
    pub keys: Vec<SshKey>,
}

/// One file of a seed. It may hold secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the seed.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

impl std::fmt::Debug for File {
    /// Without its text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.text.len())
    }
}

impl Seed {
    /// Its files.
    ///
    /// # Errors
    /// Something given is not what a guest of this kind reads.
    pub fn files(&self) -> Result<Vec<File>> {
        let kind = self.user_data.as_deref().map(|t| user_data::check(t, "user-data")).transpose()?;
        if self.form != Form::NoCloud && (self.meta_data.is_some() || self.network_config.is_some()) {
            return Err(Error::usage("seed", "meta-data and network-config can be given for NoCloud only"));
        }
        match (self.form, kind) {
            (Form::Ignition, None | Some(Kind::Ignition)) => {
                Ok(vec![File { path: IGNITION_FILE, text: self.ignition() }])
            }
            (Form::Ignition, Some(_)) => {
                Err(Error::usage("user-data", "a guest that Ignition sets up is given JSON of Ignition"))
            }
            (_, Some(Kind::Ignition)) => Err(Error::usage("user-data", "cloud-init does not read Ignition")
                .next("say that the guest does")),
            (Form::NoCloud, _) => self.no_cloud(),
            (Form::ConfigDrive, _) => Ok(self.config_drive()),
        }
    }

    /// What a guest remembers to know whether it has seen this before: another as soon as anything of the seed is.
    pub fn instance_id(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            // With its length before it, so that nothing can move from one part to the next.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        add(self.name.as_str());
        add(&self.uuid.to_string());
        for given in [&self.user_data, &self.meta_data, &self.network_config] {
            add(given.as_deref().unwrap_or_default());
        }
        add(&version_2(&self.cards));
        self.keys.iter().for_each(|k| add(&k.to_string()));
        let sum: String = hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
        format!("jug-{sum}")
    }

    /// What is given, or else a little: nuageinit sets up a network only if there is cloud-config of more than one line.
    fn user_data(&self) -> String {
        let own = || format!("#cloud-config\nhostname: {}\n", quoted(&self.name));
        self.user_data.clone().unwrap_or_else(own)
    }

    fn no_cloud(&self) -> Result<Vec<File>> {
        let meta_data = match &self.meta_data {
            Some(text) if user_data::keys(text, "meta-data")?.contains("instance-id") => text.clone(),
            Some(_) => {
                return Err(Error::usage(
                    "meta-data",
                    "there is no instance-id in it, and no guest would take it",
                )
                .next("put instance-id: SOMETHING there, which changes when the rest does"));
            }
            None => self.meta_data(),
        };
        let network_config = match &self.network_config {
            Some(text) => {
                let keys = user_data::keys(text, "network-config")?;
                if !keys.contains("version") && !keys.contains("network") {
                    return Err(Error::usage("network-config", "there is no version in it")
                        .next("version: 2 ought to be its first line"));
                }
                text.clone()
            }
            None => version_2(&self.cards),
        };
        Ok(vec![
            File { path: "user-data", text: self.user_data() },
            File { path: "meta-data", text: meta_data },
            File { path: "network-config", text: network_config },
        ])
    }

    fn meta_data(&self) -> String {
        let mut text =
            format!("instance-id: {}\nlocal-hostname: {}\n", quoted(self.instance_id()), quoted(&self.name));
        if !self.keys.is_empty() {
            // The first is cloud-init's word, the second nuageinit's.
            for key in ["public-keys", "public_keys"] {
                text.push_str(&format!("{key}:\n{}", list(2, &self.keys)));
            }
        }
        text
    }

    fn config_drive(&self) -> Vec<File> {
        let keys: serde_json::Map<String, Value> =
            self.keys.iter().enumerate().map(|(i, k)| (format!("key{i}"), json!(k.to_string()))).collect();
        let meta = json!({
            "uuid": self.instance_id(),
            "name": self.name.as_str(),
            "hostname": self.name.as_str(),
            "public_keys": keys,
        });
        vec![
            File { path: "openstack/latest/user_data", text: self.user_data() },
            File { path: "openstack/latest/meta_data.json", text: format!("{meta:#}\n") },
            File {
                path: "openstack/latest/network_data.json",
                text: format!("{:#}\n", network_data(&self.cards)),
            },
        ]
    }

    /// jug's part, which takes in what was given: of two with the same file the given one is what counts.
    fn ignition(&self) -> String {
        let file = |path: &str, text: &str| json!({"path": path, "mode": 0o644, "overwrite": true, "contents": {"source": data_url(text)}});
        let mut files = vec![file("/etc/hostname", &format!("{}\n", self.name))];
        files.extend(networkd(&self.cards).iter().map(|(path, text)| file(path, text)));
        let mut all = json!({"ignition": {"version": "3.0.0"}, "storage": {"files": files}});
        if !self.keys.is_empty() {
            let keys: Vec<String> = self.keys.iter().map(ToString::to_string).collect();
            all["passwd"] = json!({"users": [{"name": "core", "sshAuthorizedKeys": keys}]});
        }
        if let Some(given) = &self.user_data {
            all["ignition"]["config"] = json!({"merge": [{"source": data_url(given)}]});
        }
        format!("{all:#}\n")
    }
}

/// A text as an address that holds it (RFC 2397).
fn data_url(text: &str) -> String {
    let mut url = "data:,".to_string();
    for b in text.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(b)),
            _ => url.push_str(&format!("%{b:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::nic::Mac;
    use proptest::prelude::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK+MH4E8KO32N5CXRvXVqvyZVl0+6ue4DobdhU0FqFd+ me@here";

    fn cards() -> Vec<Card> {
        let mac = |m: &str| m.parse::<Mac>().unwrap();
        vec![
            Card {
                mac: mac("02:00:5e:10:00:01"),
                addresses: vec!["10.10.0.5/24".parse().unwrap(), "fd00:10::5/64".parse().unwrap()],
                gateways: vec!["10.10.0.1".parse().unwrap(), "fd00:10::1".parse().unwrap()],
                dns: vec!["192.0.2.53".parse().unwrap(), "2001:db8::53".parse().unwrap()],
                domain: Some("example.org".parse().unwrap()),
                mtu: None,
                dhcp: false,
            },
            Card {
                mac: mac("02:00:5e:10:00:02"),
                addresses: Vec::new(),
                gateways: Vec::new(),
                dns: Vec::new(),
                domain: None,
                mtu: Some(9000),
                dhcp: true,
            },
        ]
    }

    fn seed(form: Form) -> Seed {
        Seed {
            form,
            name: "web".parse().unwrap(),
            uuid: uuid::Uuid::nil(),
            user_data: None,
            meta_data: None,
            network_config: None,
            cards: cards(),
            keys: vec![KEY.parse().unwrap()],
        }
    }

    #[test]
    fn what_is_given_is_taken_as_it_is_and_checked() {
        let given = "#cloud-config\npassword: 'a \"b\" c'\n";
        let meta = "instance-id: mine\n";
        let net = "version: 2\nethernets: {}\n";
        let all = Seed {
            user_data: Some(given.into()),
            meta_data: Some(meta.into()),
            network_config: Some(net.into()),
            ..seed(Form::NoCloud)
        };
        let files = all.files().unwrap();
        assert_eq!(files.iter().map(|f| f.text.as_str()).collect::<Vec<_>>(), [given, meta, net]);
        assert!(!format!("{files:?}").contains("password"), "a secret is shown");
        let why = |seed: Seed| seed.files().unwrap_err().to_string();
        let with = |form, text: &str| Seed { user_data: Some(text.into()), ..seed(form) };
        assert!(why(with(Form::NoCloud, "a: b\n")).contains("no guest knows"));
        assert!(
            why(with(Form::NoCloud, "{\"ignition\":{\"version\":\"3.0.0\"}}"))
                .contains("does not read Ignition")
        );
        assert!(why(with(Form::Ignition, given)).contains("JSON of Ignition"));
        assert!(
            why(Seed { meta_data: Some("a: b\n".into()), ..seed(Form::NoCloud) }).contains("instance-id")
        );
        assert!(why(Seed { meta_data: Some("- a\n".into()), ..seed(Form::NoCloud) }).contains("mapping"));
        assert!(
            why(Seed { network_config: Some("a: b\n".into()), ..seed(Form::NoCloud) }).contains("version")
        );
        assert!(
            why(Seed { meta_data: Some(meta.into()), ..seed(Form::ConfigDrive) }).contains("NoCloud only")
        );
    }

    #[test]
    fn the_instance_is_another_as_soon_as_anything_is() {
        let before = seed(Form::NoCloud);
        let id = before.instance_id();
        assert_eq!(seed(Form::NoCloud).instance_id(), id);
        let mut other = cards();
        other.pop();
        for (what, changed) in [
            ("name", Seed { name: "db".parse().unwrap(), ..before.clone() }),
            ("identity", Seed { uuid: uuid::Uuid::from_u128(1), ..before.clone() }),
            ("user-data", Seed { user_data: Some("#!/bin/sh\n".into()), ..before.clone() }),
            ("cards", Seed { cards: other, ..before.clone() }),
            ("keys", Seed { keys: Vec::new(), ..before.clone() }),
            ("network-config", Seed { network_config: Some("version: 2\n".into()), ..before.clone() }),
        ] {
            assert_ne!(changed.instance_id(), id, "{what}");
        }
    }

    #[test]
    fn what_is_written_is_yaml() {
        for file in seed(Form::NoCloud).files().unwrap() {
            user_data::keys(&file.text, file.path).unwrap();
        }
        assert!(user_data::keys(&version_2(&[]), "f").unwrap().contains("ethernets"));
    }

    proptest! {
        #[test]
        fn no_comment_of_a_key_breaks_out(comment in "[ -~]{0,60}") {
            let key: SshKey = format!("{KEY} {comment}").parse().unwrap();
            let files = Seed { keys: vec![key.clone()], ..seed(Form::NoCloud) }.files().unwrap();
            let keys = user_data::keys(&files[1].text, "meta-data").unwrap();
            let expected = ["instance-id", "local-hostname", "public-keys", "public_keys"];
            prop_assert!(keys.iter().map(String::as_str).eq(expected));
        }
        #[test]
        fn a_data_url_is_plain(text in ".{0,60}") {
            prop_assert!(data_url(&text).bytes().all(|b| b.is_ascii_graphic() && !b"\"\\#?".contains(&b)));
        }
    }
}
