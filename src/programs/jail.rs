//! jail(8), by argument vector only: no jail.conf is read or written, and every value is literal (F2.4, F2.6).

use crate::host::Cmd;
use crate::model::env::Env;
use crate::model::name::{AbsPath, EnvName};
use crate::model::net::Net;
use crate::model::params::{ALLOW, Allow};

/// The parameters of an environment that can be changed while it runs (F2.12), as jail(8) takes them.
pub fn live_parameters(name: &EnvName, env: &Env) -> Vec<String> {
    let mut p = vec![
        format!("host.hostname={}", env.hostname(name)),
        format!("devfs_ruleset={}", env.devfs_ruleset),
        format!("enforce_statfs={}", env.enforce_statfs),
        format!("securelevel={}", env.securelevel),
        format!("children.max={}", env.children.max),
        format!("sysvmsg={}", env.sysvmsg.as_str()),
        format!("sysvsem={}", env.sysvsem.as_str()),
        format!("sysvshm={}", env.sysvshm.as_str()),
    ];
    // Beside set_hostname only what differs from jail(8)'s own default, so that a kernel without an optional module
    // (linprocfs, fdescfs) knows every word.
    for permission in ALLOW {
        let wanted = env.allow.get(permission);
        if permission == "set_hostname" || wanted != Allow::default_of(permission) {
            p.push(allow(permission, wanted));
        }
    }
    p
}

/// `allow.x` or `allow.nox`; for `mount.x` it is `allow.mount.nox`.
pub fn allow(permission: &str, on: bool) -> String {
    match (on, permission.rsplit_once('.')) {
        (true, _) => format!("allow.{permission}"),
        (false, None) => format!("allow.no{permission}"),
        (false, Some((group, last))) => format!("allow.{group}.no{last}"),
    }
}

/// Makes the jail. It stays without processes (`persist`): rc runs in it through jexec(8).
pub fn create(name: &EnvName, env: &Env, root: &AbsPath) -> Cmd {
    let mut cmd = Cmd::new("jail").arg("-c").arg(format!("name={name}")).arg(format!("path={root}"));
    cmd = cmd.arg(format!("meta.jug_uuid={}", env.uuid)).arg(format!("host.hostuuid={}", env.uuid));
    cmd = cmd.args(live_parameters(name, env));
    if let Some(release) = &env.osrelease {
        cmd = cmd.arg(format!("osrelease={release}"));
    }
    cmd.args(addresses(&env.net)).arg("persist")
}

/// `vnet`, or `ip4` and `ip6`. Without a VNET, `disable` is what keeps a jail off the network.
fn addresses(nets: &[Net]) -> Vec<String> {
    if nets.iter().any(|n| n.nic().is_some()) {
        return vec!["vnet".into()];
    }
    if nets.contains(&Net::Inherit) {
        return vec!["ip4=inherit".into(), "ip6=inherit".into()];
    }
    let of = |v4: bool| {
        nets.iter()
            .filter_map(|n| match n {
                Net::Alias { address, .. } if address.addr().is_ipv4() == v4 => {
                    Some(address.addr().to_string())
                }
                _ => None,
            })
            .collect::<Vec<_>>()
            .join(",")
    };
    [("ip4", of(true)), ("ip6", of(false))]
        .map(
            |(family, list)| {
                if list.is_empty() { format!("{family}=disable") } else { format!("{family}.addr={list}") }
            },
        )
        .to_vec()
}

/// Changes a running jail.
pub fn modify(name: &EnvName, parameters: Vec<String>) -> Cmd {
    Cmd::new("jail").arg("-m").arg(format!("name={name}")).args(parameters)
}

/// Removes a jail and kills what runs in it; reads no jail.conf (F2.1, F2.4).
pub fn remove(name: &str) -> Cmd {
    Cmd::new("jail").args(["-R", name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_spelt_as_jail_spells_them() {
        assert_eq!(allow("raw_sockets", true), "allow.raw_sockets");
        assert_eq!(allow("raw_sockets", false), "allow.noraw_sockets");
        assert_eq!(allow("mount.tmpfs", false), "allow.mount.notmpfs");
    }
}
