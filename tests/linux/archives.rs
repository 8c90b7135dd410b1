//! jexport and jimport, with real tar(1), zstd(1) and zfs-fuse: what goes out comes back, and what is hostile does not.

use crate::crash::{killed, made_or_not};
use crate::support::{Host, on_host, write};

/// One in a directory, with links, names of one file, holes, set-id bits and times.
fn filled(h: &Host, name: &str) {
    let data = format!("work/jails-data/{name}-data");
    h.sh(&format!(
        "set -e; cd {data}/root; echo one >f; chmod 4755 f; ln f again; ln -s /nowhere l; mkdir -m 1777 d; \
         truncate -s 3M holes; echo deep >d/$(head -c 150 /dev/zero | tr '\\0' n); mkfifo pipe; chown 33:33 d; \
         setfattr -n user.colour -v blue f 2>/dev/null || true; touch -d '2001-02-03 04:05:06.789' f; rm pipe"
    ))
    .ok();
}

/// All that can be seen of a tree.
fn picture(h: &Host, tree: &str) -> String {
    h.sh(&format!(
        "cd {tree} && find . -printf '%p %y %m %U %G %s %n %l' \\( -type d -printf ' -\\n' -o -printf ' %T@\\n' \\) | sort && \
         find . -type f -exec sha256sum {{}} + | sort"
    ))
    .ok()
    .out
    .lines()
    // A directory's size is its file system's own business.
    .map(|l| if l.contains(" d ") { l.split(' ').take(5).collect::<Vec<_>>().join(" ") } else { l.to_string() })
    .collect::<Vec<_>>()
    .join("\n")
}

#[test]
fn a_directory_comes_back_as_it_was() {
    on_host(&["zstd"], |h| {
        h.base();
        h.jug("jcreate www --base bb --mode full --tag web --set description=first --start").ok();
        h.jug("jexport www %/www.jug").code(6).says("it runs").says("--stop");
        filled(h, "www");
        h.jug("-n jexport www %/www.jug --stop").code(6);
        h.jug("jexport www %/www.jug --stop").ok().says("exported to");
        assert_eq!(h.state("www"), "running");
        h.jug("jstop www").ok();
        h.jug("-n jexport www %/x.jug").ok().says("#!/bin/sh").says("zstd");
        h.jug("jexport www %/www.jug").code(5).says("there already");
        h.jug("jexport nosuch %/x.jug").code(4);
        h.jug("jexport www %/x.jug --form zfs").code(2);
        h.sh("ls -a | grep -e x.jug -e part; stat -c %a www.jug").is("600");
        // Any tar lists it, and gets the files out.
        h.sh("tar -tf www.jug").ok().says("jug.toml").says("data/00000000").says("sums.toml");
        h.sh("mkdir by-hand && tar -xOf www.jug --wildcards 'data/*' | zstd -dc | tar -x -p -C by-hand -f -")
            .ok();
        let before = picture(h, "work/jails-data/www-data");
        assert_eq!(picture(h, "by-hand"), before);
        h.jug("jimport %/www.jug").code(5).says("it exists");
        let clean = h.snapshot();
        h.jug("-n jimport %/www.jug --as w2").ok().says("#!/bin/sh").says("register it");
        h.same(&clean, "after a dry run");
        h.jug("jimport %/www.jug --as w2").ok().says("imported").says("net inherit");
        assert_eq!(h.jug("jget w2 net").ok().text(), "none");
        h.jug("jget w2 description").ok().is("first");
        assert_ne!(h.jug("jget w2 uuid").ok().out, h.jug("jget www uuid").ok().out);
        let name = |s: String| s.lines().filter(|l| !l.contains("etc")).collect::<Vec<_>>().join("\n");
        assert_eq!(name(picture(h, "work/jails-data/w2-data")), name(before.clone()));
        h.sh("cat work/jails-data/w2-data/etc/hostname").ok().is("w2");
        h.jug("jstart w2").ok();
        h.jug("jexec w2 -- cat /root/f").ok().is("one");
        h.jug("jremove -y --stop w2").ok();
        // The same name and identity, by way of a pipe, once it is gone.
        let uuid = h.jug("jget www uuid").ok().out;
        let line = "jug jexport www - >piped.jug".replace("jug ", &format!("{} ", env!("CARGO_BIN_EXE_jug")));
        h.sh(&format!("JUG_CONFIG=$PWD/jug.toml {line}")).ok();
        h.jug("jimport %/www.jug --as w3").ok();
        h.jug("jremove -y www").ok();
        let line = format!(
            "cat piped.jug | JUG_CONFIG=$PWD/jug.toml {} jimport - --net inherit",
            env!("CARGO_BIN_EXE_jug")
        );
        h.sh(&line).ok();
        assert_eq!((h.jug("jget www uuid").ok().out, picture(h, "work/jails-data/www-data")), (uuid, before));
        h.jug("jexport www -").code(0);
        h.jug("doctor").ok();
    });
}

#[test]
fn zfs_to_directories_and_back_while_it_runs() {
    on_host(&["zstd", "zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate www --base bb --mode clone --start").ok();
        filled(h, "www");
        h.jug("jexport www %/www.jug").ok();
        h.jug("jexport www %/www.zjug --form zfs").ok();
        assert_eq!(h.state("www"), "running");
        h.jug("jstop www").ok();
        h.sh(
            "zfs list -H -t snapshot -o name -r tank/jug/env; zfs list -H -o name -r tank/jug/env/www/export",
        )
        .says_not("@");
        let before = picture(h, "work/jails-data/www-data/root");
        h.jug("jimport %/www.jug --as flat --storage dir").ok();
        assert_eq!(picture(h, "work/jails-data/flat-data/root"), before);
        assert_eq!(h.jug("jget flat mode").ok().text(), "full");
        h.jug("jimport %/www.jug --as deep").ok();
        assert_eq!(h.jug("jget deep storage").ok().text(), "zfs");
        assert_eq!(picture(h, "work/jails-data/deep-data/root"), before);
        h.jug("jimport %/www.zjug --as sent").code(2).says("--trust");
        h.jug("jimport %/www.zjug --as sent --trust --storage dir").code(2).says("needs storage zfs");
        h.jug("jimport %/www.zjug --as sent --trust --start").ok();
        h.jug("jexec sent -- cat /root/f").ok().is("one");
        h.jug("jstop sent").ok();
        assert_eq!(picture(h, "work/jails-data/sent-data/root"), before);
        h.sh("zfs list -H -t snapshot -o name -r tank/jug/env").says_not("export");
        // Back again from directories, through a second archive.
        h.jug("jexport flat %/flat.jug").ok();
        h.jug("jimport %/flat.jug --as again --storage zfs").ok();
        assert_eq!(picture(h, "work/jails-data/again-data/root"), before);
        // One that breaks off in the middle leaves nothing of it.
        h.sh("head -c $(($(stat -c %s www.zjug) / 2)) www.zjug >half.zjug").ok();
        h.jug("jimport %/half.zjug --as half --trust").code(2).says("cut off");
        h.sh("zfs list -H -o name -r tank/jug/env").ok().says_not("half");
    });
}

#[test]
fn what_is_hostile_is_refused_and_leaves_nothing() {
    on_host(&["zstd"], |h| {
        h.base();
        h.jug("jcreate www --base bb --mode full").ok();
        h.jug("jexport www %/good.jug").ok();
        h.sh("mkdir outside && echo safe >outside/victim && mkdir -p t/bin && echo x >t/bin/sh").ok();
        let clean = h.snapshot();
        let refused = |file: &str, word: &str| {
            let out = h.jug(&format!("jimport %/{file} --as evil")).says("jug: ");
            assert!(
                [1, 2].contains(&out.code) && out.err.contains(word),
                "{file}: {word:?} expected: {out:?}"
            );
            h.same(&clean, file);
            h.sh("ls outside; cat outside/victim; stat -c %h outside/victim").ok().is("victim\nsafe\n1");
        };
        for tenth in 0..10 {
            h.sh(&format!("head -c $(($(stat -c %s good.jug) * {tenth} / 10)) good.jug >cut.jug")).ok();
            refused("cut.jug", if tenth == 0 { "no archive" } else { "cut off" });
        }
        h.sh("cp good.jug more.jug && echo more >>more.jug").ok();
        refused("more.jug", "follows its end");
        h.sh("cat good.jug good.jug >twice.jug").ok();
        refused("twice.jug", "follows its end");
        // One byte of the data, with the right sums in all headers.
        h.sh(
            "mkdir x && tar -xf good.jug -C x && printf x | dd of=x/data/00000000 bs=1 seek=99 conv=notrunc",
        )
        .ok();
        let again = "tar -c --format ustar --owner 0 --group 0 --numeric-owner --mode 600 --mtime @0 -C x";
        h.sh(&format!("{again} -f changed.jug jug.toml data/00000000 sums.toml")).ok();
        refused("changed.jug", "");
        h.sh("sed -i 's/^size = .*/size = 7/' x/sums.toml").ok();
        h.sh("tar -xf good.jug -C x data").ok();
        h.sh(&format!("{again} -f lies.jug jug.toml data/00000000 sums.toml")).ok();
        refused("lies.jug", "the length and the sum");
        h.sh(&format!("{again} -f without.jug jug.toml data/00000000")).ok();
        refused("without.jug", "no sums");
        for (file, line, word) in [
            ("up.tar", "tar -cPf up.tar -C t bin ../outside/victim", "upwards"),
            ("absolute.tar", "tar -cPf absolute.tar -C t bin $PWD/outside/victim", "absolute"),
            (
                "link.tar",
                "ln -s $PWD/outside t/l; tar -cf link.tar -C t bin l; rm t/l; mkdir t/l; echo evil >t/l/new; \
                 tar -rf link.tar -C t l/new; rm -r t/l",
                "through a link",
            ),
            (
                "hard.tar",
                "mkdir h; cp outside/victim h/victim; ln h/victim h/name; tar -cPf hard.tar -C t bin; \
                 (cd h && tar -rPf ../hard.tar --transform \"flags=RSh;s,^victim,$OLDPWD/outside/victim,\" victim name); rm -r h",
                "absolute",
            ),
            ("device.tar", "mknod t/null c 1 3; tar -cf device.tar -C t bin null; rm t/null", "device node"),
            ("double.tar", "tar -cf double.tar -C t bin bin/sh; tar -rf double.tar -C t bin/sh", "twice"),
            ("bare.tar", "tar -cf bare.tar -C t/bin .", "no userland"),
            ("sparse.tar", "truncate -s 9M t/s; tar -cSf sparse.tar -C t bin s; rm t/s", "sparse"),
            ("nothing", ": >nothing", "no archive"),
            ("text", "head -c 9000 /dev/zero | tr '\\0' a >text", "no archive"),
            ("text.gz", "gzip -c text >text.gz", "sum of a header"),
            ("a.zip", "printf 'PK\\003\\004%600s' x >a.zip", "iocage"),
            (
                "z.xz",
                "printf '\\0\\0\\0\\0\\0\\0\\0\\0\\254\\313\\272\\365\\2\\0\\0\\0%600s' x | xz -c >z.xz",
                "stream of ZFS",
            ),
        ] {
            h.sh(line).ok();
            refused(file, word);
        }
        // A tarball of anybody's has no sums: its end is what tells.
        h.sh("tar -cf root.tar -C busybox . && gzip -c root.tar >root.tar.gz && zstd -q root.tar").ok();
        for tenth in 1..10 {
            for packed in ["tar", "tar.gz", "tar.zst"] {
                if packed == "tar" || tenth % 4 == 1 {
                    h.sh(&format!(
                        "head -c $(($(stat -c %s root.{packed}) * {tenth} / 10)) root.{packed} >cut.{packed}"
                    ))
                    .ok();
                    refused(&format!("cut.{packed}"), "cut off");
                }
            }
        }
        h.sh("cp root.tar longer.tar && echo more >>longer.tar").ok();
        refused("longer.tar", "follows its end");
        // A bomb: a few kilobytes that would be 400 MB.
        h.sh("mkdir -p b/bin; truncate -s 400M b/bin/big; tar -c -C b . | zstd -q -c >bomb.tar.zst; rm b/bin/big")
            .ok();
        let out = h.jug("jimport %/bomb.tar.zst --as evil --max-size 50M").code(1);
        assert!(out.err.contains("longer than 50M"), "{out:?}");
        h.same(&clean, "after a bomb");
        h.jug("jimport %/nosuch --as evil").code(4);
        h.jug("jimport %/t --as evil").code(1);
        h.jug("jimport %/device.tar").code(2).says("--as");
        h.jug("jimport %/good.jug --as ../x").code(2);
    });
}

#[test]
fn what_came_along_is_shown_and_dropped() {
    on_host(&["zstd"], |h| {
        h.base();
        write(&h.path("hook"), "#!/bin/sh\n: >>$JUG_WORKDIR/../ran\n", 0o755);
        h.jug("jcreate www --base bb --hook created=%/hook --fstab '/etc /mnt nullfs ro' --fstab 'tmpfs /media tmpfs rw' \
               --set allow.settime=true --set devfs_ruleset=0")
            .ok();
        h.sh("rm ran").ok();
        h.jug("jexport www %/www.jug").ok();
        let out = h.jug("jimport %/www.jug --as w2").ok();
        for word in
            ["/hook (created)", "/etc /mnt", "allow.settime", "devfs_ruleset 0", "net inherit", "--trust"]
        {
            assert!(out.err.contains(word), "{word}: {out:?}");
        }
        h.jug("jshow w2").ok().says_not("/hook").says_not("/etc").says("tmpfs").says("trusted = false");
        h.sh("ls ran").code(2);
        h.jug("jimport %/www.jug --as w3 --trust").ok().says_not("left out");
        h.jug("jshow w3").ok().says("/hook").says("/etc").says("settime");
        h.sh("ls ran").ok();
        // With its name and a base that this node has not.
        h.jug("jimport %/www.jug --as w4 --base nosuch").code(4).says("no base");
        h.jug("jimport %/www.jug --as w4 --net alias:lo:192.0.2.9/32 --set boot.order=7").ok();
        h.jug("jget w4 boot.order").ok().is("7");
        h.jug("jget w4 net").ok().says("192.0.2.9");
    });
}

#[test]
fn tarballs_and_what_bastille_exports() {
    on_host(&["zstd"], |h| {
        h.base();
        h.sh("tar -c -C busybox . | gzip -c >root.tgz && tar -cf root.tar -C busybox $(ls busybox)").ok();
        h.jug("jimport %/root.tgz").code(2).says("--as");
        h.jug("jimport %/root.tgz --as one --net inherit --start").ok();
        h.jug("jexec one -- cat /etc/motd").ok().is("from the base");
        h.jug("jstop one").ok();
        h.jug("jimport %/root.tar --as two").ok();
        h.jug("jget two mode").ok().is("full");
        // As `bastille export --txz` makes it: tar -cf - NAME in the directory of jails.
        h.sh("mkdir -p jails/web && cp -a busybox jails/web/root").ok();
        write(
            &h.path("jails/web/jail.conf"),
            "web {\n  devfs_ruleset = 4;\n  enforce_statfs = 1;\n  host.hostname = web.example.org;\n  \
             interface = em0;\n  ip4.addr = 192.0.2.7;\n  allow.raw_sockets;\n  exec.prestart = \"touch /evil\";\n}\n",
            0o644,
        );
        write(
            &h.path("jails/web/fstab"),
            "/data /usr/local/bastille/jails/web/root/mnt nullfs rw 0 0\n",
            0o644,
        );
        h.sh("tar -cf - -C jails web | xz -c >web.txz").ok();
        let out = h.jug("jimport %/web.txz --as web").ok();
        for word in ["exec.prestart", "192.0.2.7", "/data /mnt"] {
            assert!(out.err.contains(word), "{word}: {out:?}");
        }
        h.jug("jget web host.hostname").ok().is("web.example.org");
        h.jug("jget web allow.raw_sockets").ok().is("true");
        h.jug("jget web net").ok().is("none");
        h.sh("cat work/jails-data/web-data/etc/motd; ls work/jails-data/web-data | grep -c conf; ls /evil")
            .says("from the base");
        h.jug("jimport %/web.txz --as web2 --trust").ok();
        h.jug("jget web2 net").ok().says("192.0.2.7");
    });
}

#[test]
fn killed_while_importing() {
    on_host(&["zstd", "strace"], |h| {
        h.base();
        h.jug("jcreate src --base bb").ok();
        h.jug("jexport src %/src.jug").ok();
        h.jug("jimport %/src.jug --as new").ok();
        h.jug("jremove -y new").ok();
        made_or_not(h, "jimport %/src.jug --as new", "new");
    });
}

#[test]
fn killed_and_full_on_zfs() {
    on_host(&["zstd", "strace", "zfs-fuse"], |h| {
        h.busybox();
        h.zfs();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate www --base bb").ok();
        let before = picture(h, "work/jails-data/www-data");
        let mut n = 1;
        while killed(h, "jexport www %/www.jug", "fdatasync", n) {
            h.jug("doctor --fix").ok();
            h.sh("zfs list -H -t snapshot -o name -r tank/jug/env").says_not("export");
            h.sh("zfs list -H -o name -r tank/jug/env/www").ok().says_not("export");
            h.sh("ls -a").says_not(".part");
            // There is an archive under its name, or none; and none that is half.
            if h.path("www.jug").exists() {
                h.jug("jimport %/www.jug --as whole").ok();
                h.jug("jremove -y whole").ok();
                h.sh("rm www.jug").ok();
            }
            n += 1;
        }
        assert!(n > 10, "only {n} points to die at");
        assert_eq!(picture(h, "work/jails-data/www-data"), before);
        let mut n = 1;
        while killed(h, "jimport %/www.jug --as new", "fdatasync", n) {
            h.jug("doctor --fix").ok();
            if h.state("new") == "gone" {
                h.sh("zfs list -H -o name -r tank/jug/env").ok().says_not("new");
            } else {
                h.jug("jremove -y new").ok();
            }
            n += 1;
        }
        assert!(n > 10, "only {n} points to die at");
        h.jug("jremove -y new").ok();
        // The pool is full: nothing is left of either.
        h.sh("mkdir small && mount -t tmpfs -o size=64k none small").ok();
        h.sh("head -c 300k /dev/urandom >work/jails-data/www-data/root/noise").ok();
        h.jug("jexport www %/small/www.jug").code(1).says("No space left");
        h.sh("ls -A small").ok().is("");
        h.sh("umount small").ok();
        h.jug("doctor").ok();
    });
}

#[test]
fn a_full_disk_at_every_moment_of_an_import() {
    on_host(&["zstd"], |h| {
        h.busybox();
        std::fs::create_dir_all(&h.work).unwrap();
        h.sh("mount -t tmpfs -o size=24m none work").ok();
        h.jug("base-import %/busybox bb").ok();
        h.jug("jcreate keep --base bb --mode full").ok();
        h.jug("jexport keep %/keep.jug").ok();
        for free in [0, 4, 8, 16, 24, 32, 48, 64, 256, 1024, 1900] {
            let before = h.snapshot();
            h.sh(&format!(
                "avail=$(df -k --output=avail work | tail -1); n=$((avail - {free})); \
                 [ $n -gt 0 ] && head -c ${{n}}k /dev/zero >work/fill; true"
            ))
            .ok();
            let out = h.jug("jimport %/keep.jug --as new");
            h.sh("rm -f work/fill").ok();
            assert!([1, 3].contains(&out.code), "{free}k free: {out:?}");
            if out.code == 3 {
                h.jug("doctor --fix").ok();
            }
            h.same(&before, &format!("{free}k free: {out:?}"));
        }
        h.jug("jremove -y keep").ok();
        h.jug("base-remove -y bb").ok();
        h.sh("umount work").ok();
    });
}
