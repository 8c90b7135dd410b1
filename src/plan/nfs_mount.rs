//! nfs-mount and nfs-umount: a directory of a server on this host, for no environment. Only the mount table is asked about
//! what is there: whoever looks at a mount whose server is gone waits for it.

use super::{Effect, Guard, Plan, Step};
use crate::error::{Error, Result};
use crate::facts::{Facts, Mounted};
use crate::model::external::MountOption;
use crate::model::name::AbsPath;
use crate::model::remote::Remote;
use crate::platform::PlatformKind;
use crate::programs::mount_nfs::{self, Version};

/// What is asked for.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The directory of the server.
    pub source: &'a Remote,
    /// Where.
    pub dir: &'a AbsPath,
    /// The versions that will do, in the order in which they are tried.
    pub versions: &'a [Version],
    /// Options of mount(8).
    pub options: &'a [MountOption],
    /// Whether what is asked of a server that does not answer fails after a while, instead of waiting.
    pub soft: bool,
    /// Seconds that all tries may take together.
    pub seconds: u64,
}

/// The plan of a mount, or `None` if it is mounted already.
///
/// # Errors
/// Something else is mounted there.
pub fn mount(wish: &Wish<'_>, kind: PlatformKind, facts: &Facts) -> Result<Option<Plan>> {
    let (dir, source) = (wish.dir, wish.source.to_string());
    if let Some(m) = there(facts, dir) {
        if m.source == source && m.fstype.starts_with("nfs") {
            return Ok(None);
        }
        return Err(Error::busy(dir, format!("{} ({}) is mounted there", m.source, m.fstype))
            .next(format!("jug nfs-umount {dir}, or umount {dir}")));
    }
    let mut options: Vec<&str> = match (wish.soft, kind) {
        (false, _) => vec!["hard"],
        (true, PlatformKind::Freebsd) => vec!["soft", "retrans=2"],
        (true, PlatformKind::Linux) => vec!["soft", "timeo=100", "retrans=2"],
    };
    options.extend(wish.options.iter().map(MountOption::as_str));
    let cmds = wish.versions.iter().map(|version| {
        mount_nfs::mount(kind, *version, options.iter().copied(), &source, dir.as_str()).limit(wish.seconds)
    });
    let below: Vec<String> = beneath(facts, dir).map(|m| m.target.clone()).collect();
    let versions: Vec<String> = wish.versions.iter().map(|v| v.shown()).collect();
    let mut plan = Plan::new("nfs-mount", dir);
    plan.push(
        Step::new(
            format!("mount {source}, with {}", versions.join(", else ")),
            Effect::Try { cmds: cmds.collect(), seconds: wish.seconds },
        )
        .when(Guard::Not(Box::new(Guard::Mounted { path: dir.clone() })))
        .undo(Effect::UnmountGained { dirs: vec![dir.clone()], before: below, force: true }),
    );
    plan.push(Step::new(
        "see that it is what is mounted there",
        Effect::Expect(Guard::MountedFrom { path: dir.clone(), source, fstype: "nfs".into() }),
    ));
    if wish.versions.iter().any(|v| *v != Version::V3) && kind == PlatformKind::Freebsd && holds_packages(dir)
    {
        plan.warnings.push(
            "pkg(8) takes a database on NFS for one that can't be locked properly; where all of its users lock \
             over NFSv4, set NFS_WITH_PROPER_LOCKING=true in pkg.conf(5)"
                .into(),
        );
    }
    Ok(Some(plan))
}

/// Whether the database of pkg(8) of this host or of an environment may lie on it.
fn holds_packages(dir: &AbsPath) -> bool {
    let (dir, database) = (dir.as_path(), std::path::Path::new("/var/db/pkg"));
    database.starts_with(dir)
        || dir.ends_with("var/db/pkg")
        || dir.components().any(|c| c.as_os_str() == "jails-data")
}

/// The plan of unmounting, or `None` if nothing is mounted there.
///
/// # Errors
/// It is no NFS, or something is mounted below it.
pub fn umount(dir: &AbsPath, force: bool, facts: &Facts) -> Result<Option<Plan>> {
    let Some(m) = there(facts, dir) else { return Ok(None) };
    if !m.fstype.starts_with("nfs") {
        return Err(Error::conflict(
            dir,
            format!("{} is mounted there, which is no NFS but {}", m.source, m.fstype),
        )
        .next(format!("umount {dir}")));
    }
    if let Some(m) = beneath(facts, dir).next() {
        return Err(Error::busy(dir, format!("something is mounted at {}", m.target))
            .next(format!("umount {}", m.target)));
    }
    let mut plan = Plan::new("nfs-umount", dir);
    plan.push(Step::new(
        format!("unmount {}", m.source),
        Effect::UnmountGained { dirs: vec![dir.clone()], before: Vec::new(), force },
    ));
    Ok(Some(plan))
}

/// What is mounted there, on top of all else.
fn there<'a>(facts: &'a Facts, dir: &AbsPath) -> Option<&'a Mounted> {
    facts.mounts.iter().rfind(|m| m.target == dir.as_str())
}

fn beneath<'a>(facts: &'a Facts, dir: &AbsPath) -> impl Iterator<Item = &'a Mounted> {
    let prefix = format!("{dir}/");
    facts.mounts.iter().filter(move |m| m.target.starts_with(&prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    fn wish<'a>(source: &'a Remote, dir: &'a AbsPath, versions: &'a [Version]) -> Wish<'a> {
        Wish { source, dir, versions, options: &[], soft: false, seconds: 9 }
    }

    fn facts(mounts: &[(&str, &str, &str)]) -> Facts {
        let one = |(source, target, fstype): &(&str, &str, &str)| Mounted {
            source: (*source).into(),
            target: (*target).into(),
            fstype: (*fstype).into(),
            exported: false,
        };
        Facts { mounts: mounts.iter().map(one).collect(), ..Facts::default() }
    }

    #[test]
    fn the_best_version_is_tried_first() {
        let (source, dir) = ("s:/a".parse().unwrap(), "/mnt".parse().unwrap());
        for (kind, first, last) in [
            (
                PlatformKind::Freebsd,
                "mount_nfs -o 'nfsv4,minorversion=2,retrycnt=1,hard' s:/a /mnt",
                "mount_nfs -o 'nfsv3,retrycnt=1,hard' s:/a /mnt",
            ),
            (
                PlatformKind::Linux,
                "mount.nfs s:/a /mnt -o 'vers=4.2,retry=0,hard'",
                "mount.nfs s:/a /mnt -o 'vers=3,retry=0,hard'",
            ),
        ] {
            let plan = mount(&wish(&source, &dir, &Version::ALL), kind, &facts(&[])).unwrap().unwrap();
            let Effect::Try { cmds, seconds } = &plan.steps[0].action.effect else { panic!("{plan}") };
            assert_eq!((cmds[0].to_string().as_str(), cmds[3].to_string().as_str()), (first, last));
            assert_eq!((cmds.len(), *seconds, plan.warnings.len()), (4, 9, 0));
            let soft = Wish { soft: true, ..wish(&source, &dir, &[Version::V3]) };
            let plan = mount(&soft, kind, &facts(&[])).unwrap().unwrap().to_string();
            assert!(plan.contains("soft") && !plan.contains("hard") && !plan.contains("v4"), "{plan}");
        }
        for (dir, said) in [("/var", 1), ("/usr/jails/jails-data/www-data", 1), ("/srv", 0)] {
            let dir = dir.parse().unwrap();
            let wish = wish(&source, &dir, &Version::ALL);
            let plan = mount(&wish, PlatformKind::Freebsd, &facts(&[])).unwrap().unwrap();
            assert_eq!(plan.warnings.len(), said, "{dir}");
        }
    }

    #[test]
    fn what_others_mounted_is_left_alone() {
        let (source, dir) = ("s:/a".parse().unwrap(), "/mnt".parse().unwrap());
        let w = wish(&source, &dir, &Version::ALL);
        for (mounts, code) in [
            (&[("s:/a", "/mnt", "nfs")][..], None),
            (&[("s:/a", "/mnt", "nfs4")], None),
            (&[("s:/b", "/mnt", "nfs")], Some(Code::Busy)),
            (&[("s:/a", "/mnt", "nfs"), ("tmpfs", "/mnt", "tmpfs")], Some(Code::Busy)),
        ] {
            let done = mount(&w, PlatformKind::Linux, &facts(mounts));
            assert_eq!(done.as_ref().err().map(|e| e.code), code, "{mounts:?}");
            assert!(code.is_some() || done.is_ok_and(|p| p.is_none()), "{mounts:?}");
        }
        assert!(umount(&dir, false, &facts(&[])).unwrap().is_none());
        assert!(umount(&dir, false, &facts(&[("s:/a", "/mnt", "nfs")])).unwrap().is_some());
        for (mounts, code) in [
            (&[("tank", "/mnt", "zfs")][..], Code::Conflict),
            (&[("s:/a", "/mnt", "nfs"), ("x", "/mnt/b", "tmpfs")], Code::Busy),
        ] {
            assert_eq!(umount(&dir, true, &facts(mounts)).unwrap_err().code, code);
        }
    }
}
