//! What a server of Linux can be told of an export: it knows users by their numbers, one group for each, and no words for
//! what is so there anyway.

use super::export::{Credential, Options, Squash};
use crate::error::{Error, Result};

/// The user nobody and its group, whom both servers take root for if nothing else is said (exports(5)).
pub const NOBODY: u32 = 65534;

/// The numbers of a user and a group, if that is all a credential is.
pub fn numbers(credential: &Credential) -> Option<(u32, u32)> {
    let [group] = &credential.groups.as_ref()?[..] else { return None };
    Some((credential.user.as_str().parse().ok()?, group.as_str().parse().ok()?))
}

/// The credential that has these numbers.
///
/// # Errors
/// None: digits are a user's name.
pub fn credential(uid: u32, gid: u32) -> Result<Credential> {
    Ok(Credential { user: uid.to_string().parse()?, groups: Some(vec![gid.to_string().parse()?]) })
}

/// Options as a server of Linux has them, and as they are read back: with numbers that `look_up` finds for a user and a
/// group by name, root by name, and without what changes nothing.
///
/// # Errors
/// It can't be said there.
pub fn on_linux(options: &Options, look_up: &dyn Fn(&Credential) -> Result<(u32, u32)>) -> Result<Options> {
    let of = |c: &Credential| match numbers(c) {
        Some(both) => Ok(both),
        None if c.groups.as_ref().is_some_and(|g| g.len() != 1) => {
            Err(Error::usage(c, "a server of Linux takes a user for one with exactly one group")
                .next(format!("write {}:GROUP, or {} for the group that it has", c.user, c.user)))
        }
        None => look_up(c),
    };
    let squash = match &options.squash {
        Squash::Nobody => Squash::Nobody,
        Squash::Maproot(c) => match of(c)? {
            (0, _) => Squash::Maproot("root".parse()?),
            (NOBODY, NOBODY) => Squash::Nobody,
            (uid, gid) => Squash::Maproot(credential(uid, gid)?),
        },
        Squash::Mapall(c) => {
            let (uid, gid) = of(c)?;
            Squash::Mapall(credential(uid, gid)?)
        }
    };
    if options.tls {
        return Err(Error::usage("--tls", "no server of Linux that jug knows can be told to insist on TLS")
            .next("leave it out, or give --sec krb5p"));
    }
    // A client may mount any directory in an export, whatever is said.
    Ok(Options { squash, alldirs: false, ..options.clone() })
}

/// What both servers have for whom users are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anonymous {
    /// All of them, not only root.
    pub all: bool,
    /// The numbers; none where nobody is taken for anybody else.
    pub ids: Option<(u32, u32)>,
}

impl Anonymous {
    /// Of options that are as [`on_linux`] makes them.
    ///
    /// # Errors
    /// They have names in them.
    pub fn of(squash: &Squash) -> Result<Self> {
        let named = |c: &Credential| {
            numbers(c).ok_or_else(|| Error::usage(c, "a server of Linux knows users by their numbers"))
        };
        Ok(match squash {
            Squash::Nobody => Self { all: false, ids: Some((NOBODY, NOBODY)) },
            Squash::Maproot(c) if c.user.as_str() == "root" => Self { all: false, ids: None },
            Squash::Maproot(c) => Self { all: false, ids: Some(named(c)?) },
            Squash::Mapall(c) => Self { all: true, ids: Some(named(c)?) },
        })
    }
    /// What it was made of.
    ///
    /// # Errors
    /// None: digits are a user's name.
    pub fn squash(self) -> Result<Squash> {
        Ok(match (self.all, self.ids) {
            (false, None) => Squash::Maproot("root".parse()?),
            (false, Some((NOBODY, NOBODY))) => Squash::Nobody,
            (false, Some((uid, gid))) => Squash::Maproot(credential(uid, gid)?),
            (true, ids) => {
                let (uid, gid) = ids.unwrap_or((NOBODY, NOBODY));
                Squash::Mapall(credential(uid, gid)?)
            }
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::export::{Export, tests::exports};
    use proptest::prelude::*;

    fn look_up(c: &Credential) -> Result<(u32, u32)> {
        match c.user.as_str() {
            "root" => Ok((0, 0)),
            "www" => Ok((33, c.groups.as_ref().map_or(33, |_| 44))),
            other => Err(Error::not_found(other, "there is no such user")),
        }
    }

    /// Any export that a server of Linux can be told of.
    pub fn on_linux_exports() -> impl Strategy<Value = Export> {
        (exports(), any::<u16>(), any::<u16>()).prop_map(|(e, uid, gid)| {
            let mut options = Options { tls: false, ..e.options };
            let numbers = credential(uid.into(), gid.into()).unwrap();
            match &mut options.squash {
                Squash::Nobody => {}
                Squash::Maproot(c) | Squash::Mapall(c) => *c = numbers,
            }
            Export { options: on_linux(&options, &look_up).unwrap(), ..e }
        })
    }

    #[test]
    fn names_become_numbers() {
        let to =
            |squash: Squash| on_linux(&Options { squash, alldirs: true, ..Options::default() }, &look_up);
        let c = |s: &str| s.parse::<Credential>().unwrap();
        for (given, had) in [
            (Squash::Nobody, Squash::Nobody),
            (Squash::Maproot(c("root")), Squash::Maproot(c("root"))),
            (Squash::Maproot(c("0:0")), Squash::Maproot(c("root"))),
            (Squash::Maproot(c("65534:65534")), Squash::Nobody),
            (Squash::Mapall(c("www")), Squash::Mapall(c("33:33"))),
            (Squash::Mapall(c("www:adm")), Squash::Mapall(c("33:44"))),
            (Squash::Mapall(c("root")), Squash::Mapall(c("0:0"))),
        ] {
            let options = to(given.clone()).unwrap();
            assert_eq!((&options.squash, options.alldirs), (&had, false), "{given:?}");
            assert_eq!(Anonymous::of(&had).unwrap().squash().unwrap(), had);
        }
        for (bad, says) in
            [("www:", "exactly one group"), ("www:a:b", "exactly one group"), ("nosuchuser", "no such user")]
        {
            assert!(to(Squash::Mapall(c(bad))).unwrap_err().reason.contains(says), "{bad}");
        }
        let tls = Options { tls: true, ..Options::default() };
        assert_eq!(on_linux(&tls, &look_up).unwrap_err().code, crate::error::Code::Usage);
    }
}
