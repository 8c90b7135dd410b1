//! Files on shared storage that no jug wrote: whoever can write there must not make a node wait, follow or believe.

use crate::outcome::Out;
use crate::server::ALL;
use crate::support::{mounts, on_host, write};

/// Lines of sh(1) that make something odd at a path.
const ODD: [(&str, &str); 7] = [
    ("a pipe", "mkfifo FILE"),
    ("a directory", "mkdir FILE"),
    ("a link to what never ends", "ln -s /dev/zero FILE"),
    ("a link to a pipe", "mkfifo FILE.pipe && ln -s FILE.pipe FILE"),
    ("a link to a secret", "ln -s $PWD/secret FILE"),
    ("a link to nothing", "ln -s nothing FILE"),
    ("ten megabytes", "head -c 10000000 /dev/zero | tr '\\0' a >FILE"),
];

/// It ended soon, and told nothing.
#[track_caller]
fn quick(out: Out) -> Out {
    assert!(out.code >= 0 && out.took.as_secs() < 10, "{out:?}");
    out.says_not("top-secret").says_not("panicked")
}

#[test]
fn epochs_that_are_no_plain_files() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb").ok();
        // What would be a valid epoch of b's, elsewhere.
        a.jug("junregister www").ok();
        let dir = h.str("share/jails-system/www/owner.d");
        let epoch = h.sh(&format!("cat {dir}/1")).ok().out.replace(&a.id(), &b.id());
        write(&h.path("secret"), &format!("{epoch}# top-secret\n"), 0o600);
        for (what, make) in ODD {
            let last = h.sh(&format!("ls {dir} | sort -n | tail -1")).ok().text().parse::<u64>().unwrap();
            let odd = last + 1;
            h.sh(&make.replace("FILE", &format!("{dir}/{odd}"))).ok();
            for args in ["jregister www", "-n jregister www", "jregister '*'"] {
                quick(b.jug(args)).code(6).says("can't be read");
            }
            assert_eq!(b.state("www"), "unregistered", "{what}");
            quick(b.jug("jregister --takeover www")).ok();
            quick(b.jug("owner -H www")).ok().says(&format!("{odd}\tunreadable")).says("\tthis node");
            quick(b.jug("jstart www")).ok();
            quick(b.jug("jstop www")).ok();
            // And above this node's own epoch: it is another's.
            h.sh(&format!("mv {dir}/{odd} {dir}/{}", odd + 2)).ok();
            quick(b.jug("jstart www")).code(6).says("fenced");
            quick(b.jug("junregister www")).ok();
            h.sh(&format!(
                "rm -rf {dir}/{}* && cp {dir}/2 {dir}/{odd}; cp {dir}/2 {dir}/{}",
                odd + 2,
                odd + 2
            ))
            .ok();
        }
        h.sh("cat secret").ok().is(&format!("{epoch}# top-secret"));
        // The directory itself.
        h.sh("mkdir elsewhere && mv share/jails-system/www/owner.d kept").ok();
        for make in [
            "mkfifo FILE",
            "ln -s $PWD/elsewhere FILE",
            "ln -s /dev/zero FILE",
            "ln -s /nothing FILE",
            ": >FILE",
        ] {
            h.sh(&make.replace("FILE", &dir)).ok();
            for args in ["jregister www", "jregister --takeover www"] {
                let out = quick(b.jug(args)).says("owner.d");
                assert!([1, 2, 5, 6].contains(&out.code), "{make}: {out:?}");
            }
            assert_eq!(b.state("www"), "unregistered", "{make}");
            h.sh(&format!("rm {dir}; ls -A elsewhere")).ok().is("");
        }
        h.sh(&format!("mv kept {dir}")).ok();
        a.jug("jregister www").ok();
        a.jug("jremove -y www").ok();
    });
}

#[test]
fn copies_that_are_no_plain_files() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate good --base bb").ok();
        h.jug("jcreate x --base bb").ok();
        h.jug("junregister x").ok();
        h.sh("mkdir keep && mv work/jails-system/x/env.toml keep/ && rm work/jails-rcconf/x/env.toml").ok();
        write(&h.path("secret"), "top-secret:$6$x\n", 0o600);
        for (what, make) in ODD {
            for file in ["jails-system/x/env.toml", "jails-rcconf/x/env.toml", "jails-rcconf/rc.conf_x"] {
                let file = h.str(&format!("work/{file}"));
                h.sh(&make.replace("FILE", &file)).ok();
                for args in ["jls", "jls --all", "ls --json --all", "doctor", "jstart good", "jstop good"] {
                    quick(h.jug(args));
                }
                for args in ["jregister x", "-n jregister x", "jregister --takeover x"] {
                    let out = quick(h.jug(args));
                    assert!((1..8).contains(&out.code) && out.err.len() < 4000, "{what}: {out:?}");
                }
                assert_eq!(h.state("x"), "gone", "{what}");
                h.sh(&format!("rm -rf {file} {file}.pipe")).ok();
            }
        }
        // On storage that is only mounted to look.
        h.export("y");
        h.bind("good", ALL);
        for (what, make) in ODD.iter().filter(|(w, _)| !w.contains("pipe")) {
            h.sh(&make.replace("FILE", &h.str("exports/y/system/env.toml"))).ok();
            let out = quick(h.jug("jregister y --mnt-start %/good"));
            assert!((1..8).contains(&out.code) && mounts(&h.work).is_empty(), "{what}: {out:?}");
            h.sh("rm -rf exports/y/system/env.toml").ok();
        }
        h.sh("mv keep/env.toml work/jails-system/x/").ok();
        h.jug("jregister x").ok();
        h.jug("jstart x").ok();
    });
}

#[test]
fn a_share_that_can_only_be_read() {
    on_host(&[], |h| {
        let (a, b) = h.two_nodes_on_one_storage();
        a.jug("jcreate www --base bb").ok();
        let set = |how: &str| {
            let line = format!(
                "for n in a b; do for d in data system rcconf fstab; do \
                 mount -o remount,bind,{how} $n/jails-$d || exit 1; done; done"
            );
            h.sh(&line).ok();
        };
        for (owner, args) in [
            (true, "junregister www"),
            (true, "jset www description=x"),
            (true, "jrename www web"),
            (false, "jregister www"),
            (false, "jregister --takeover www"),
        ] {
            if !owner && a.state("www") == "stopped" && args == "jregister www" {
                a.jug("junregister www").ok();
            }
            let before = h.sh("find share | sort").ok().out;
            set("ro");
            let out = quick(if owner { &a } else { &b }.jug(args)).says("Read-only");
            assert!([1, 3].contains(&out.code), "{out:?}");
            quick(a.jug("jls --all")).ok();
            quick(b.jug("jls --all")).ok();
            assert_eq!(b.state("www"), "unregistered", "{out:?}");
            set("rw");
            // What could be written neither anew nor back.
            if out.code == 3 {
                a.jug("doctor --fix").ok();
            }
            assert_eq!(h.sh("find share | sort").ok().out, before, "{out:?}");
            assert_eq!(a.state("www"), if owner { "stopped" } else { "unregistered" }, "{out:?}");
        }
        b.jug("jregister www").ok();
        b.jug("jstart www").ok();
        b.jug("jremove -y --stop www").ok();
    });
}

#[test]
fn hooks_that_mount_too_much() {
    on_host(&[], |h| {
        h.base();
        h.export("www");
        h.bind("good", ALL);
        h.jug("jcreate www --base bb --mnt-start %/good").ok();
        // One on top of the other, and something below that: what is on top counts, and all of it goes.
        h.bind(
            "bad",
            &format!(
                "mount -t tmpfs none \"$d\"; mount --bind $e/data \"$d\"; mount -t tmpfs none \"$d/mnt\" || \
                                mount -t tmpfs none \"$d/home\"; {ALL}"
            ),
        );
        h.jug("jset www mnt_start=%/bad").ok();
        for _ in 0..2 {
            h.jug("jstart www").ok();
            h.jug("jexec www -- cat /etc/hostname").ok().is("www");
            h.jug("jstop www").ok();
            assert_eq!(mounts(&h.work), Vec::<String>::new());
        }
        // Over all environments' data, or more: nothing stays mounted to hide the others'.
        h.jug("jcreate other --base bb").ok();
        let one = "m $e/data \"${d%/*}\"";
        for (lines, says) in [
            (one.to_string(), "nothing is mounted at"),
            (format!("{one}; m $e/system \"${{s%/*}}\"; exit 1"), "mnt_start"),
        ] {
            h.bind("bad", &lines);
            for verb in ["jstart www", "junregister www"] {
                let out = h.jug(verb).code(1).says(says);
                assert_eq!(mounts(&h.work), Vec::<String>::new(), "{out:?}");
            }
        }
        h.jug("jstart other").ok();
        h.jug("jset www mnt_start=%/good").ok();
        h.jug("jstart www").ok();
    });
}
