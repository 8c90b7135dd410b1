//! Disks: a session makes a file below `dev` appear, and geli(8) another one beside it (ctld-iscsi.txt, mdconfig.txt). What is
//! on a disk lies in `store/disk`, and while that is mounted, where it is mounted.

use super::external::shift;
use super::fake::{Mount, State, fine, no};
use super::os::write;
use super::world::World;
use jug::host::Output;
use jug::model::external::{Driver, External};
use std::path::{Path, PathBuf};

/// What is on a disk that is mounted by this name.
fn content(s: &State, device: &str) -> PathBuf {
    let name = Path::new(device).file_name().unwrap().to_str().unwrap();
    s.store.join("disk").join(name.trim_end_matches(".eli"))
}

/// geli(8).
pub fn geli(s: &State, words: &[&str]) -> Output {
    let device = words.last().unwrap();
    match words[0] {
        "attach" if !Path::new(device).exists() => {
            no(1, format!("geli: Cannot open {device}: No such file or directory."))
        }
        "attach" if Path::new(&format!("{device}.eli")).exists() => no(
            1,
            format!(
                "geli: Cannot access {device} (error=1).\ngeli: There was an error with at least one provider."
            ),
        ),
        "attach" => {
            write(Path::new(&format!("{device}.eli")), "");
            fine("")
        }
        "detach" if s.mounts.iter().any(|m| m.source == *device) => {
            no(1, format!("geli: Cannot destroy device {device} (error=16): Device busy."))
        }
        "detach" => match jug::host::fs::remove_file(Path::new(device)) {
            Ok(true) => fine(""),
            _ => no(1, format!("geli: No such device: {device}.")),
        },
        other => panic!("geli {other}"),
    }
}

/// iscsictl(8): the target's last part names the disk.
pub fn iscsictl(s: &mut State, words: &[&str]) -> Output {
    let target = words.iter().position(|w| *w == "-t").map(|i| words[i + 1]).unwrap_or_default();
    let device = s.store.join("../dev").join(target.rsplit(':').next().unwrap());
    match words[0] {
        "-L" => {
            let all = s.sessions.iter().map(|t| format!("{t}   127.0.0.1        Connected: da0 \n"));
            fine(all.fold("Target name   Target portal    State\n".to_string(), |text, line| text + &line))
        }
        "-A" if s.sessions.iter().any(|t| t == target) => no(1, "iscsictl: ISCSISADD: Device busy"),
        "-A" => {
            s.sessions.push(target.into());
            write(&device, "");
            fine("")
        }
        "-R" => {
            let before = s.sessions.len();
            s.sessions.retain(|t| t != target);
            let _ = jug::host::fs::remove_file(&device);
            if s.sessions.len() < before {
                fine("")
            } else {
                no(1, "iscsictl: ISCSISREMOVE: No such process")
            }
        }
        other => panic!("iscsictl {other}"),
    }
}

/// mount(8) of a disk, and of what is on it elsewhere.
pub fn mounted(s: &mut State, source: &str, target: &str, fstype: &str) {
    let kept = if fstype == "ufs" { content(s, source) } else { PathBuf::from(source) };
    if fstype == "ufs" {
        std::fs::create_dir_all(&kept).unwrap();
    }
    shift(&kept, Path::new(target));
    s.mounts.push(Mount { source: source.into(), target: target.into(), fstype: fstype.into() });
}

/// Whether a mount is one of these.
pub fn is_one(source: &str, fstype: &str) -> bool {
    fstype == "ufs" || (fstype == "nullfs" && source.contains("/run/.disks/"))
}

/// What was mounted is on the disk again.
pub fn unmounted(s: &State, gone: &Mount) {
    if is_one(&gone.source, &gone.fstype) && Path::new(&gone.target).is_dir() {
        let kept = if gone.fstype == "ufs" { content(s, &gone.source) } else { PathBuf::from(&gone.source) };
        shift(Path::new(&gone.target), &kept);
    }
}

impl World {
    /// From now on this mounts storage external.
    pub fn drive(&self, driver: Driver) {
        self.driver.set(driver);
        for name in ["www", "web"] {
            if driver == Driver::Geli {
                write(self.top().join("dev").join(name).as_path(), "");
            }
        }
        jug::host::fs::write_atomic(self.top().join("key").as_path(), "key", 0o600).unwrap();
    }
    pub fn external(&self) -> External {
        let text = match self.driver.get() {
            Driver::Nfs4 => "server = 'server'\nroot = '/jails'",
            Driver::Geli => "device = 'TOP/dev/{name}'\nkey_file = 'TOP/key'",
            Driver::Iscsi => {
                "portal = '127.0.0.1'\ntarget = 'iqn.2026-01.org.example:{name}'\ndevice = 'TOP/dev/{name}'\n\
                 passphrase_file = 'TOP/key'"
            }
            other => panic!("{other:?}"),
        };
        let external: External = toml::from_str(&text.replace("TOP", self.top().as_str())).unwrap();
        External { driver: self.driver.get(), ..external }
    }
}
