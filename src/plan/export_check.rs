//! What is refused before anything is exported: each of these NFS would take, or half of it, and somebody would be let in
//! who should not, or see nothing.

use super::export::Wish;
use super::exported::{All, Foreign, Here};
use crate::error::{Error, Result};
use crate::facts::Mounted;
use crate::host::cmd::quote;
use crate::model::export::{ClientSet, Credential, Export, Flavor, Options, Owner, Squash};
use crate::model::name::{AbsPath, EnvName, UserName, nearest};
use crate::platform::nfs;
use crate::programs::exports::File;
use crate::programs::{exports, getent, mountd};
use crate::store::networks;

/// What no server exports, or what only exists where it is.
const LOCAL_ONLY: [&str; 9] =
    ["devfs", "procfs", "fdescfs", "linprocfs", "linsysfs", "proc", "sysfs", "devtmpfs", "cgroup2"];

/// The mount that holds a directory, if that can be exported.
///
/// # Errors
/// It is not there, a link leads to it, it is another host's, or its whole file system would be exported.
pub fn place<'a>(path: &AbsPath, wish: &Wish, here: &Here<'a>) -> Result<&'a Mounted> {
    if let Some(real) = here.serving.links.get(path.as_str()) {
        return Err(Error::usage(
            path,
            format!("a link leads there, and the server takes none: it is {real}"),
        )
        .next(format!("jug nfs-export {}", quote(real))));
    }
    let mount = here.facts.holder(path.as_str()).ok_or_else(|| Error::failed(path, "no mount holds it"))?;
    if nfs::is_remote(mount) || LOCAL_ONLY.contains(&mount.fstype.as_str()) {
        return Err(Error::usage(path, format!("it is on a file system of type {}", mount.fstype))
            .next("only this host's own file systems can be exported"));
    }
    if mount.target != path.as_str() {
        match here.facts.path(path.as_str()) {
            None => return Err(Error::not_found(path, "there is no such directory")),
            Some(crate::host::fs::Kind::File | crate::host::fs::Kind::Link) => {
                return Err(Error::usage(path, "it is no directory"));
            }
            Some(_) => {}
        }
        if here.serving.server.whole_file_systems() && !wish.i_know {
            return Err(Error::conflict(
                path,
                format!(
                    "it is no mount point: clients would get at the whole file system of {}",
                    mount.target
                ),
            )
            .next("make it a file system of its own (zfs create), or give --i-know if all of it is meant"));
        }
    }
    let word = exports::escape(path).len();
    if word > here.serving.server.longest() {
        return Err(Error::usage(
            path,
            format!(
                "written down it has {word} characters, and the server takes {}",
                here.serving.server.longest()
            ),
        ));
    }
    Ok(mount)
}

/// Refuses users and groups that the host does not know: mountd(8) would say so in its log and export it to nobody's
/// account (F4.3).
///
/// # Errors
/// Names the user or group.
pub fn known(options: &Options, here: &Here<'_>) -> Result<()> {
    options.squash.credential().map_or(Ok(()), |c| self::credential(c, here))
}

/// The same of one.
///
/// # Errors
/// Names the user or group.
pub fn credential(credential: &Credential, here: &Here<'_>) -> Result<()> {
    let number = |n: &UserName| n.as_str().parse::<u32>().is_ok();
    let user = &credential.user;
    // A number stands for itself if the groups are said.
    let needed = !number(user) || credential.groups.is_none();
    if needed && uid(user, here).is_none() {
        let near = nearest(user.as_str(), here.serving.users.keys().map(String::as_str));
        return Err(Error::not_found(user, "this host has no such user")
            .next(near.map_or("getent passwd lists them".into(), |n| format!("did you mean {n}?"))));
    }
    let groups = credential.groups.iter().flatten();
    let system = getent::parse(&here.facts.accounts.group);
    let there = |g: &UserName| [&here.serving.groups, &system].iter().any(|all| all.contains_key(g.as_str()));
    match groups.filter(|g| !number(g)).find(|g| !there(g)) {
        Some(g) => Err(Error::not_found(g, "this host has no such group").next("getent group lists them")),
        None => Ok(()),
    }
}

/// The number of a user that the host knows; saved facts have its system accounts only.
fn uid(user: &UserName, here: &Here<'_>) -> Option<u32> {
    let system = getent::parse(&here.facts.accounts.passwd);
    let mut users = here.serving.users.iter().chain(&system);
    let number = user.as_str().parse::<u32>();
    users.find(|(n, u)| n.as_str() == user.as_str() || number.as_ref() == Ok(*u)).map(|(_, u)| *u)
}

/// Refuses to take others for root, unless they are single machines, or on a network that leads nowhere else.
///
/// # Errors
/// Names the client.
pub fn trusted(wish: &Wish, here: &Here<'_>) -> Result<()> {
    let Some(credential) = wish.options.squash.credential() else { return Ok(()) };
    let root = credential.user.as_str().parse() == Ok(0u32) || uid(&credential.user, here) == Some(0);
    if !root || wish.i_know {
        return Ok(());
    }
    let all = networks::parse(&here.facts.networks)?;
    let dead_ends: Vec<_> = all.values().filter(|n| n.isolated).flat_map(|n| n.subnets.clone()).collect();
    let wide = wish.clients.networks().find(|n| !dead_ends.iter().any(|d| d.contains(n)));
    let who = match (wish.clients.is_world(), wide) {
        (true, _) => "everybody".to_string(),
        (false, Some(net)) => format!("every machine in {net}"),
        (false, None) => return Ok(()),
    };
    let word = if matches!(wish.options.squash, Squash::Mapall(_)) { "mapall" } else { "maproot" };
    Err(Error::usage(format!("{word}={credential}"), format!("{who} could act as root in it")).next(
        "name single addresses, or a network made with jug net-create --isolated; --i-know if that is meant",
    ))
}

/// Whether somebody else exports just what is wanted already.
pub fn covered(wanted: &Export, foreign: &[Foreign]) -> bool {
    let same = foreign.iter().filter(|f| !f.entry.v4).flat_map(|f| f.entry.exports().unwrap_or_default());
    let mut left = Some(wanted.clients.clone());
    for e in same.filter(|e| e.path == wanted.path && e.options == wanted.options) {
        left = left.and_then(|l| l.without(&e.clients));
    }
    left.is_none()
}

/// Refuses a client that would be named twice for one file system: mountd(8) takes the first and drops the other.
///
/// # Errors
/// Names who else names it, and where.
pub fn not_twice(
    wanted: &Export,
    owner: Owner,
    mount: &Mounted,
    all: &All,
    foreign: &[Foreign],
    here: &Here<'_>,
) -> Result<()> {
    let path = &wanted.path;
    let whole = here.serving.server.whole_file_systems();
    let same = |p: &str| match whole {
        true => here.facts.holder(p).is_some_and(|m| m.target == mount.target),
        false => p == path.as_str(),
    };
    let twice = |who: &ClientSet, place: &str| {
        Err(Error::conflict(path, format!("{who} may mount that file system already: {place}")))
    };
    for ((other, its), known) in all.iter().filter(|((p, _), _)| same(p.as_str())) {
        for e in &known.exports {
            let Some(both) = e.clients.both(&wanted.clients) else { continue };
            if other != path {
                return twice(&both, &format!("jug exports {other} of it"))
                    .map_err(|e: Error| e.next(format!("export {} itself, with --alldirs", mount.target)));
            }
            if *its != owner {
                return twice(&both, &format!("it is exported for {}", of(*its)))
                    .map_err(|e: Error| e.next(format!("jug nfs-unexport {} first", quote(path.as_str()))));
            }
            if e.options != wanted.options {
                return twice(&both, "jug exports it with other options").map_err(|e: Error| {
                    e.next("give --replace for all clients, or take these back with jug nfs-unexport --to")
                });
            }
        }
    }
    for f in foreign.iter().filter(|f| !f.entry.v4 && f.entry.paths.iter().any(|p| same(p))) {
        if let Some(both) = f.entry.clients_set().and_then(|t| t.both(&wanted.clients)) {
            return twice(&both, &f.place).map_err(|e: Error| match &f.from {
                Some(from) => e.next(format!("jug nfs-unexport {} first", quote(from))),
                None => e.next("that is the administrator's: take it out there, or leave it so"),
            });
        }
    }
    Ok(())
}

/// What something is exported for, for people.
fn of(owner: Owner) -> String {
    match owner {
        Owner::Own => "itself".into(),
        Owner::Environment(uuid) => format!("the environment with the identity {uuid}"),
    }
}

/// Refuses a dataset whose property is not jug's to set.
///
/// # Errors
/// Names the value and where it comes from.
pub fn property(dataset: &str, path: &AbsPath, here: &Here<'_>) -> Result<()> {
    let Some(share) = here.serving.shares.get(dataset) else { return Ok(()) };
    if share.owner.is_some() && share.source == "local" {
        return Ok(());
    }
    let (whose, next) = match share.source.strip_prefix("inherited from ") {
        _ if share.is_own() => ("its own", format!("zfs inherit sharenfs {}, if it may go", quote(dataset))),
        Some(above) if share.is_on() => ("inherited", format!("change it there: {above}; jug nfs-ls")),
        _ => return Ok(()),
    };
    Err(Error::conflict(path, format!("its sharenfs, {whose}, is {:?}, which jug did not set", share.value))
        .next(next))
}

/// Refuses to take back what others export.
///
/// # Errors
/// Names where they do.
pub fn not_theirs(path: &AbsPath, here: &Here<'_>) -> Result<()> {
    match here.foreign().iter().find(|f| !f.entry.v4 && f.entry.paths.iter().any(|p| p == path.as_str())) {
        Some(f) => Err(match &f.from {
            Some(from) => Error::conflict(path, format!("it is exported with {from}"))
                .next(format!("jug nfs-unexport {}", quote(from))),
            None => Error::conflict(path, format!("it is not jug that exports it: {}", f.place))
                .next("take it out there"),
        }),
        None => Ok(()),
    }
}

/// Refuses to take away directories that jug's file exports: its lines would stay, and export to the same clients whatever
/// comes to lie there next. The property of a dataset goes with it.
///
/// # Errors
/// Names the directory.
pub fn none_of(file: &File, name: &EnvName, owner: Owner, dirs: &[AbsPath]) -> Result<()> {
    let within = |p: &AbsPath| dirs.iter().any(|d| p.as_path().starts_with(d.as_path()));
    match file.exports.iter().find(|(of, e)| *of == owner || within(&e.path)) {
        Some((of, e)) => {
            let what = if *of == owner { name.to_string() } else { quote(e.path.as_str()) };
            Err(Error::busy(name, format!("{} is exported over NFS to {}", e.path, e.clients))
                .next(format!("jug nfs-unexport {what}")))
        }
        None => Ok(()),
    }
}

/// Refuses what this server, as it runs, would not serve.
///
/// # Errors
/// With the line that mends it (exit 7).
pub fn ready(options: &Options, file: bool, property: bool, here: &Here<'_>) -> Result<()> {
    let running = |name: &str| here.serving.running.contains_key(name);
    let init = "jug init --nfs says what this host needs, and with --write does it";
    for daemon in ["mountd", "nfsd"] {
        if !running(daemon) {
            return Err(Error::lacks("nfs", format!("{daemon} does not run"))
                .next(format!("{init}; service nfsd start")));
        }
    }
    let args = here.mountd().unwrap_or_default();
    let wanted = [(file, here.serving.file.as_str()), (property, mountd::ZFS_EXPORTS)];
    if let Some((_, name)) = wanted.iter().find(|(needed, name)| *needed && !args.reads(name)) {
        let e = Error::lacks("nfs", format!("mountd, as it runs, does not read {name}"));
        return Err(match *name == mountd::ZFS_EXPORTS {
            true => e.next("sysrc zfs_enable=YES; service mountd restart; or give --via file"),
            false => e.next(format!("{init}; service mountd restart")),
        });
    }
    let kerberos = options.sec.flavors().iter().any(|f| *f != Flavor::Sys);
    for (needed, daemon, variable) in
        [(kerberos, "gssd", "gssd_enable"), (options.tls, "rpc.tlsservd", "tlsservd_enable")]
    {
        if needed && !running(daemon) {
            let service = daemon.trim_start_matches("rpc.");
            return Err(Error::lacks("nfs", format!("{daemon} does not run, and no client could mount it"))
                .next(format!("sysrc {variable}=YES; service {service} start")));
        }
    }
    Ok(())
}
