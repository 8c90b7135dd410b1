//! Users of an environment, looked up from outside in its own passwd(5) and group(5): what they say is its root user's
//! to decide, and is believed for nothing but what runs inside.

use crate::error::{Error, Result};
use crate::model::name::printable;

/// A line of an environment's passwd(5).
#[derive(Debug)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its first group.
    pub gid: u32,
    /// Where it begins.
    pub home: String,
    /// What it logs in with.
    pub shell: String,
    /// Its further groups.
    pub groups: Vec<u32>,
}

/// Looks a user up, by name or number; root and numbers need not be there.
///
/// # Errors
/// There is no such user, or the line is not one.
pub fn account(user: &str, passwd: &str, group: &str) -> Result<Account> {
    let by_number = user.parse::<u32>().ok();
    let found = passwd
        .lines()
        .map(|l| l.split(':').collect::<Vec<_>>())
        .find(|f| f.len() >= 7 && (f[0] == user || (by_number.is_some() && f[2].parse().ok() == by_number)));
    let home = |h: &str| if h.starts_with('/') { h.to_string() } else { "/".to_string() };
    let Some(f) = found else {
        let plain = |uid: u32, name: &str| Account {
            name: name.to_string(),
            uid,
            gid: uid,
            home: if uid == 0 { "/root".into() } else { "/".into() },
            shell: "/bin/sh".into(),
            groups: Vec::new(),
        };
        return match (user, by_number) {
            ("root", _) => Ok(plain(0, user)),
            (_, Some(uid)) => Ok(plain(uid, user)),
            _ => Err(Error::not_found(printable(user), "there is no such user in it")),
        };
    };
    let (Ok(uid), Ok(gid)) = (f[2].parse(), f[3].parse()) else {
        return Err(Error::failed("passwd", "its /etc/passwd is not one"));
    };
    let groups = group
        .lines()
        .map(|l| l.split(':').collect::<Vec<_>>())
        .filter(|g| g.len() == 4 && g[3].split(',').any(|m| m == f[0]))
        .filter_map(|g| g[2].parse().ok())
        .collect();
    let shell = if f[6].starts_with('/') { f[6].to_string() } else { "/bin/sh".into() };
    Ok(Account { name: f[0].to_string(), uid, gid, home: home(f[5]), shell, groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_looked_up_inside() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nwww:x:33:33::/var/www:/usr/sbin/nologin\n";
        let group = "www:x:33:\nadm:x:4:www,syslog\n";
        let www = account("www", passwd, group).unwrap();
        assert_eq!((www.uid, www.groups), (33, vec![4]));
        assert_eq!(account("0", passwd, group).unwrap().shell, "/bin/bash");
        assert_eq!(account("77", passwd, group).unwrap().gid, 77);
        assert_eq!(account("nobody1", passwd, group).err().unwrap().code, crate::error::Code::NotFound);
    }
}
