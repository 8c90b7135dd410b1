//! jug is killed everywhere while an environment goes, comes, is cloned or gets another name.

use crate::crash::{everywhere, made_or_not};
use crate::server::ALL;
use crate::support::{Host, mounts, on_host};

/// Of `www` there is one owner at most, whatever happened: every epoch has one file, and this node's is the last.
fn owned_here(h: &Host, what: &str) {
    let out = h.jug("owner -H www").ok();
    assert!(out.out.lines().last().unwrap_or_default().contains("\tthis node\t"), "{what}: {out:?}");
}

/// Storage that mnt_start mounts, and an environment on it that is registered.
fn external(h: &Host) {
    h.base();
    h.export("www");
    h.bind("start", &format!("sleep 0.02; {ALL}"));
    h.jug("jcreate www --base bb --mnt-start %/start").ok();
    h.sh("echo kept >exports/www/data/root/f").ok();
}

/// It is in order again, and its data is as it was.
fn sound(h: &Host, what: &str) {
    h.jug("doctor --fix").ok();
    assert_eq!(mounts(&h.work), Vec::<String>::new(), "{what}");
    h.sh("cat exports/www/data/root/f").ok().is("kept");
}

#[test]
fn killed_while_registering() {
    on_host(&["strace"], |h| {
        external(h);
        everywhere(
            h,
            "jregister www --mnt-start %/start",
            || {
                if h.state("www") != "gone" {
                    h.jug("junregister www").ok();
                }
            },
            |n, what| {
                if n % 2 == 0 {
                    sound(h, what);
                } else {
                    let again = h.jug("jregister www --mnt-start %/start");
                    assert!(again.code == 0 || again.code == 5, "{what}: {again:?}");
                    assert_eq!((h.state("www").as_str(), mounts(&h.work).len()), ("stopped", 0), "{what}");
                }
            },
        );
        h.jug("jstart www").ok();
        owned_here(h, "after all");
        h.jug("jexec www -- cat /root/f").ok().is("kept");
    });
}

#[test]
fn killed_while_unregistering() {
    on_host(&["strace"], |h| {
        external(h);
        everywhere(
            h,
            "junregister www",
            || {
                if h.state("www") == "gone" {
                    h.jug("jregister www --mnt-start %/start").ok();
                }
            },
            |n, what| match n % 3 {
                0 => sound(h, what),
                1 => {
                    // It may have ended, but for its exit status.
                    let again = h.jug("junregister www");
                    assert!(again.code == 0 || again.code == 4, "{what}: {again:?}");
                    assert_eq!((h.state("www").as_str(), mounts(&h.work).len()), ("gone", 0), "{what}");
                }
                _ => {
                    let start = h.jug("jstart www");
                    assert!(start.code == 0 || start.code == 4, "{what}: {start:?}");
                    if start.code == 0 {
                        owned_here(h, what);
                    }
                    h.jug("jstop --all").ok();
                    assert_eq!(mounts(&h.work), Vec::<String>::new(), "{what}");
                }
            },
        );
        h.jug("jregister www --mnt-start %/start");
        h.jug("jstart www").ok();
    });
}

#[test]
fn killed_while_cloning() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jcreate www --base bb").ok();
        h.jug("jclone www w2").ok();
        h.jug("jremove -y w2").ok();
        made_or_not(h, "jclone www w2", "w2");
    });
}

#[test]
fn killed_while_renaming() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jcreate www --base bb").ok();
        h.jug("jrename www web").ok();
        h.jug("jrename web www").ok();
        let clean = h.snapshot();
        everywhere(
            h,
            "jrename www web",
            || {
                if h.state("web") != "gone" {
                    h.jug("jrename web www").ok();
                }
            },
            |n, what| {
                if n % 2 == 0 {
                    h.jug("doctor --fix").ok();
                    if h.state("www") == "stopped" {
                        h.same(&clean, what);
                    }
                } else {
                    let again = h.jug("jrename www web");
                    assert!(again.code == 0 || again.code == 4, "{what}: {again:?}");
                    assert_eq!(
                        (h.state("web").as_str(), h.state("www").as_str()),
                        ("stopped", "gone"),
                        "{what}"
                    );
                }
                let now = if h.state("web") == "gone" { "www" } else { "web" };
                h.jug(&format!("jget {now} base")).ok().is("bb");
            },
        );
        h.jug("jrename web www").ok();
        h.same(&clean, "after all");
    });
}
