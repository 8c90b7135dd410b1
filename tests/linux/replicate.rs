//! Replication with real zfs-fuse: between two pools, through ssh to an sshd of the test's own, cut and completed.

use crate::crash::killed;
use crate::support::{Host, on_host, write};

/// An environment on ZFS with some data, and a second pool.
pub fn two_pools(h: &Host) {
    h.busybox();
    h.zfs();
    h.jug("base-import %/busybox bb").ok();
    h.jug("jcreate www --base bb").ok();
    h.sh("truncate -s 400M pools/back && zpool create -m none back $PWD/pools/back").ok();
    fill(h, "one");
}

pub fn fill(h: &Host, what: &str) {
    h.sh(&format!(
        "d=work/jails-data/www-data/root; echo {what} >$d/word && head -c 3000000 /dev/urandom >$d/{what} && ln -sf {what} $d/newest"
    ))
    .ok();
}

/// A sum over all that is in an environment's newest snapshot, here or in a replica that is mounted for that.
fn sum(h: &Host, dataset: &str) -> String {
    let line = format!(
        "set -e; s=$(zfs list -H -o name -t snapshot -r -d 1 {dataset} | tail -1); \
         zfs clone -o mountpoint=$PWD/look -o readonly=on $s ${{s%%/*}}/look; \
         (cd look && find . -type f -exec sha256sum {{}} + -o -printf '%y %m %U %p %l\\n' | sort | sha256sum); \
         n=0; until zfs destroy ${{s%%/*}}/look 2>destroyed; do n=$((n+1)); test $n -lt 50; sleep 0.1; done"
    );
    h.sh(&line).ok().out
}

/// How many snapshots are held, here and there.
pub fn holds(h: &Host, there: &str) -> usize {
    let all = h.sh(&format!("zfs get -Hp -o name,value userrefs -r tank/jug/env/www {there} | awk '$2 > 0'"));
    all.ok().out.lines().count()
}

#[track_caller]
pub fn alike(h: &Host, there: &str) {
    for part in ["data", "system"] {
        assert_eq!(sum(h, &format!("tank/jug/env/www/{part}")), sum(h, &format!("{there}/{part}")), "{part}");
    }
}

fn get(h: &Host, property: &str, name: &str) -> String {
    h.sh(&format!("zfs get -Hp -o value {property} {name}")).ok().text().to_string()
}

fn snapshots(h: &Host, dataset: &str) -> Vec<String> {
    let all = h.sh(&format!("zfs list -H -o name -t snapshot -r -d 1 {dataset}")).ok();
    all.out.lines().map(|l| l.rsplit('@').next().unwrap().to_string()).collect()
}

pub fn end(h: &Host) {
    h.jug("jremove -y --stop --all").ok();
    // What was just unmounted is busy for a moment.
    h.sh("n=0; until zpool destroy back; do n=$((n + 1)); test $n -lt 50 || exit 1; sleep 0.1; done").ok();
}

#[test]
fn between_two_pools() {
    on_host(&["zfs-fuse"], |h| {
        two_pools(h);
        h.jug("replicate nosuch back").code(4);
        h.jug("replicate www 'a@b'").code(2);
        h.jug("replicate www back/none").code(4).says("zfs create -o mountpoint=none");
        assert_eq!(snapshots(h, "tank/jug/env/www"), [""; 0], "a snapshot was taken for nothing");
        h.jug("replicate www tank/jug/env/www").code(2).says("can't lie in");
        h.jug("snapshot www").ok();
        h.jug("-n replicate www back").ok().says("zfs send").says("zfs receive -u back/www");
        h.jug("replicate www back").ok().says("changed").says("sent");
        alike(h, "back/www");
        for part in ["", "/data", "/system"] {
            let there = format!("back/www{part}");
            assert_eq!(get(h, "readonly", &there), "on");
            assert_eq!(
                (get(h, "canmount", &there), get(h, "mounted", &there)),
                ("noauto".into(), "no".into())
            );
        }
        // The newest is held on both sides, and says why; nothing destroys it unasked.
        let newest = snapshots(h, "tank/jug/env/www").pop().unwrap();
        for name in [format!("tank/jug/env/www/data@{newest}"), format!("back/www/data@{newest}")] {
            assert_eq!(get(h, "userrefs", &name), "1", "{name}");
            h.sh(&format!("zfs destroy {name}")).code(1);
        }
        h.jug(&format!("snapshot-remove -y www {newest}")).code(5).says("replication to back");
        h.jug("replicate --last www back").ok().says("unchanged");
        // The smallest increment, and the former one is let go.
        fill(h, "two");
        let out = h.jug("--json replicate www back").ok().json();
        assert_eq!(out["results"][0]["result"], "changed", "{out}");
        alike(h, "back/www");
        assert_eq!(get(h, "userrefs", &format!("tank/jug/env/www/data@{newest}")), "0");
        assert_eq!(get(h, "userrefs", &format!("back/www/data@{newest}")), "0");
        h.jug(&format!("snapshot-remove -y www {newest}")).ok();
        // A third, from what is common now; then the state.
        fill(h, "three");
        h.jug("replicate www back --rate 100M").ok();
        alike(h, "back/www");
        let status = h.jug("--json replicate-status www").ok().json();
        let it = &status["replications"][0];
        assert_eq!((it["target"].as_str(), it["state"].as_str()), (Some("back"), Some("by hand")), "{it}");
        assert!(it["lag"].as_u64().unwrap() < 100, "{it}");
        // Given up, nothing here is kept for it; it is as it was there, and can be taken up again.
        h.jug("replicate --forget www").code(2);
        h.jug("replicate --forget www nosuch").ok().says("unchanged");
        h.jug("-n replicate --forget www back").ok().says("zfs release jug-replica");
        h.jug("replicate --forget www back").ok().says("changed");
        h.sh("zfs get -Hp -o value userrefs -r tank/jug/env/www | grep -vx -e 0 -e -").code(1);
        h.jug("replicate --last www back").ok().says("unchanged");
        h.jug("snapshot-ls www").ok().says("common");
        // It goes with its snapshots, and leaves the replica.
        h.jug("jremove -y www").ok();
        assert_eq!(snapshots(h, "back/www/data").len(), 3);
        end(h);
    });
}

#[test]
fn what_has_diverged_is_refused() {
    on_host(&["zfs-fuse"], |h| {
        two_pools(h);
        h.jug("jcreate db --base bb").ok();
        h.jug("replicate www back").ok();
        let newest = snapshots(h, "tank/jug/env/www/data").pop().unwrap();
        h.sh("zfs snapshot back/www/data@theirs").ok();
        fill(h, "two");
        let before = snapshots(h, "tank/jug/env/www");
        let out = h.jug("replicate www back").code(5).says("has diverged").says("theirs").says(&newest);
        assert!(out.err.contains("zfs rollback -r"), "{out:?}");
        assert_eq!(snapshots(h, "tank/jug/env/www"), before, "no snapshot is taken for nothing");
        assert_eq!(snapshots(h, "back/www/data"), [newest.as_str(), "theirs"]);
        h.sh("zfs destroy back/www/data@theirs").ok();
        h.jug("replicate www back").ok();
        alike(h, "back/www");
        // This side has lost the last that both had: what jug holds there is released first.
        fill(h, "three");
        h.jug("replicate www back").ok();
        let lost = snapshots(h, "tank/jug/env/www").pop().unwrap();
        for part in ["", "/data", "/system"] {
            let name = format!("tank/jug/env/www{part}@{lost}");
            h.sh(&format!("zfs release jug-replica {name} && zfs destroy {name}")).ok();
        }
        let out = h.jug("replicate www back").code(5).says(&format!("only that side has {lost}"));
        for part in ["", "/data", "/system"] {
            let ways = h.jug("replicate www back").code(5);
            let next = ways.err.lines().find_map(|l| l.strip_prefix("jug: next: ")).unwrap();
            let line = next.split("; ").nth(1).unwrap().split(" there gives").next().unwrap();
            assert!(line.contains(&format!("back/www{part}@{lost}")), "{out:?} {ways:?}");
            h.sh(line).ok();
        }
        h.jug("replicate www back").ok();
        alike(h, "back/www");
        // One that was received before jug died is made what it has to be.
        h.sh("zfs inherit readonly back/www/data && zfs inherit jug:replica back/www/data && zfs set canmount=on back/www/data").ok();
        h.jug("replicate --last www back").ok();
        assert_eq!(get(h, "readonly,canmount", "back/www/data"), "on\nnoauto");
        // What is another's, or is an environment.
        h.sh("zfs create -o mountpoint=none back/x && zfs create back/x/db").ok();
        h.jug("replicate db back/x").code(5).says("no snapshot is on both sides");
        h.sh("zfs rename back/www back/x/www && zfs destroy back/x/db && zfs rename back/x/www back/x/db")
            .ok();
        h.jug("replicate db back/x").code(5).says("replica of another environment");
        h.jug("replicate www tank/jug/env").code(5).says("dataset of an environment");
        end(h);
    });
}

#[test]
fn cut_and_completed() {
    on_host(&["zfs-fuse"], |h| {
        two_pools(h);
        // A zfs that cuts what it sends after so many bytes, as a line does that is lost.
        write(
            &h.path("bin/zfs"),
            &format!(
                "#!/bin/sh\ncase \"$1 $*\" in *send*/data@*) if [ -s {0}/cut ]; then\n\
                 /usr/sbin/zfs \"$@\" | head -c $(cat {0}/cut)\nexit 9\nfi;;\nesac\nexec /usr/sbin/zfs \"$@\"\n",
                h.dir.display()
            ),
            0o755,
        );
        h.sh("printf '[programs]\\npath = [\"%s/bin\", \"/sbin\", \"/bin\", \"/usr/sbin\", \"/usr/bin\"]\\n' $PWD >>jug.toml").ok();
        for whole in [true, false] {
            for tenth in 1..=10 {
                fill(h, &format!("at{tenth}"));
                write(&h.path("cut"), &(300_000 * tenth - 299_000).to_string(), 0o644);
                h.jug("replicate www back").code(1).says("receiving:").says("sending:");
                write(&h.path("cut"), "", 0o644);
                if whole && tenth < 10 {
                    continue;
                }
                h.jug("replicate --last www back").ok().says("changed");
                alike(h, "back/www");
                // Nothing is held but what is common now.
                assert_eq!(holds(h, "back/www"), 6);
            }
        }
        end(h);
    });
}

/// jug is killed at each line that it writes to a journal.
#[test]
fn killed_at_any_moment() {
    on_host(&["zfs-fuse", "strace"], |h| {
        two_pools(h);
        let mut n = 1;
        while killed(h, "replicate www back", "fdatasync", n) {
            if n % 2 == 0 {
                h.jug("doctor --fix").ok();
            }
            h.jug("replicate www back").ok();
            assert_eq!(holds(h, "back/www"), 6, "killed at {n}");
            // Each step writes two lines, before and after it: a step of five comes to both.
            n += 5;
        }
        assert!(n > 10, "only {n} points to die at");
        alike(h, "back/www");
        h.sh("ls work/journal").ok().says_not("jsonl");
        end(h);
    });
}

/// The other side's jug is killed as it starts a program, which does its work yet.
#[test]
fn killed_there() {
    on_host(&["zfs-fuse", "sshd", "ssh", "ssh-keygen"], |h| {
        two_pools(h);
        h.sshd();
        let b = h.node("b");
        let d = h.dir.display();
        h.sh("printf 'zfs_root = \"back/jug\"\n' >>b.toml && zfs create -o mountpoint=none back/jug").ok();
        node(h, "nas", "");
        write(
            &h.path("bin/zfs"),
            &format!(
                "#!/bin/sh\nn=$(($(cat {d}/asked) + 1)); echo $n >{d}/asked\n\
                 if [ $n = $(cat {d}/at) ]; then kill -9 $PPID; fi\nexec /usr/sbin/zfs \"$@\"\n"
            ),
            0o755,
        );
        h.sh("printf '[programs]\\npath = [\"%s/bin\", \"/sbin\", \"/bin\", \"/usr/sbin\", \"/usr/bin\"]\\n' $PWD >>b.toml").ok();
        let there = "back/jug/replica/www";
        let mut points = 0;
        for n in (1..).step_by(5) {
            fill(h, &format!("at{n}"));
            write(&h.path("asked"), "0\n", 0o644);
            write(&h.path("at"), &format!("{n}\n"), 0o644);
            let out = h.jug("replicate www nas");
            write(&h.path("at"), "0\n", 0o644);
            if h.sh("cat asked").ok().text().parse::<u32>().unwrap() < n {
                out.ok();
                break;
            }
            out.code(1);
            b.jug("jls -H --all").ok().is("");
            h.jug("replicate www nas").ok();
            assert_eq!(holds(h, there), 6, "killed there at {n}");
            points += 1;
        }
        assert!(points > 4, "only {points} points to die at");
        alike(h, there);
        h.sh("ls work/journal b/journal").says_not("jsonl");
        end(h);
    });
}

#[test]
fn jobs_by_cron() {
    on_host(&["zfs-fuse"], |h| {
        two_pools(h);
        h.jug("jcreate flat --base bb --storage dir").ok();
        h.jug("replicate --due").ok().is("");
        h.jug("replicate www").code(2).says("it has no jobs");
        h.jug("jset www replicate+='back every=0s'").code(2);
        h.jug("jset www replicate+='back every=1h rate=50M'").ok();
        h.jug("jget www replicate").ok().is("back every=1h rate=50M");
        h.jug("replicate-ls -H").ok().is("www\tback\t1h\t50M\tits own\there");
        h.jug("replicate-status -H www").code(1).says("www\tback\tnever");
        h.sh("! grep -q back work/jails-system/www/env.toml").ok();
        let out = h.jug("replicate --due").ok();
        assert_eq!((out.out.as_str(), out.err.as_str()), ("", ""));
        alike(h, "back/www");
        let before = snapshots(h, "back/www");
        h.jug("replicate --due").ok().is("");
        assert_eq!(snapshots(h, "back/www"), before, "it was not due");
        h.jug("replicate-status -H www").ok().says("www\tback\tok");
        h.jug("jset www replicate='back every=1s'").ok();
        h.sh("sleep 2").ok();
        h.jug("replicate --due").ok();
        assert_eq!(snapshots(h, "back/www").len(), before.len() + 1);
        h.jug("replicate www").ok().says("changed");
        // One that fails is told, by the right status.
        h.sh("zfs snapshot back/www/system@theirs; sleep 2").ok();
        h.jug("replicate --due").code(5).says("has diverged");
        end(h);
    });
}

/// A node behind an sshd of the test's own, whose host key is known; `b` is the other workdir on this host.
pub fn node(h: &Host, name: &str, more: &str) {
    h.sh("printf '[127.0.0.1]:2222 %s\\n' \"$(cut -d' ' -f1,2 ssh/host.pub)\" >ssh/known").ok();
    let config = format!(
        "Host far\nHostName 127.0.0.1\nPort 2222\nUser root\nIdentityFile {0}/ssh/me\nUserKnownHostsFile {0}/ssh/known\nLogLevel ERROR\n",
        h.dir.display()
    );
    write(&h.path("ssh/far"), &config, 0o600);
    let jug =
        format!("#!/bin/sh\nexec {} --config {}/b.toml \"$@\"\n", env!("CARGO_BIN_EXE_jug"), h.dir.display());
    write(&h.path("far/jug"), &jug, 0o755);
    h.jug(&format!("node-add {name} far --ssh-config %/ssh/far --program %/far/jug {more}"))
        .ok()
        .says("known");
}

#[test]
fn through_ssh() {
    on_host(&["zfs-fuse", "sshd", "ssh", "ssh-keygen"], |h| {
        two_pools(h);
        h.sshd();
        let b = h.node("b");
        h.sh("printf 'zfs_root = \"back/jug\"\n' >>b.toml && zfs create -o mountpoint=none back/jug").ok();
        node(h, "nas", "");
        h.jug("node-add nas far").code(5).says("another node is known");
        h.jug("node-add self far --ssh-config %/ssh/far").code(7).says("there is no jug");
        h.jug("node-ls -H").ok().says("nas\tfar");
        h.jug("node-check --json").ok().says("\"state\":\"ok\"").says("back/jug/replica");
        h.jug("replicate www nsa").code(4);
        // Below the dataset that it keeps for that, which it makes itself.
        h.jug("replicate www nas").ok().says("is on nas");
        alike(h, "back/jug/replica/www");
        fill(h, "two");
        h.jug("replicate www nas").ok();
        alike(h, "back/jug/replica/www");
        assert_eq!(get(h, "readonly,canmount,mounted", "back/jug/replica/www/data"), "on\nnoauto\nno");
        h.jug("replicate --last www nas").ok().says("unchanged");
        h.jug("snapshot www").ok();
        h.jug("-n replicate www nas").ok().says("replicate-receive");
        h.jug("replicate www nas:back/other").code(4).says("on nas: zfs create");
        h.sh("zfs snapshot back/jug/replica/www/data@theirs").ok();
        h.jug("replicate www nas").code(5).says("has diverged").says("theirs");
        h.sh("zfs destroy back/jug/replica/www/data@theirs").ok();
        // A job that names it keeps it known.
        h.jug("jset www replicate+=nas").ok();
        h.jug("node-remove nas").code(6).says("www");
        h.jug("jset www replicate=").ok();
        // A host whose key is another's now is not talked to.
        h.sh("cp ssh/known ssh/kept; sed -i 's/ [^ ]*$/ AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000/' ssh/known").ok();
        h.jug("replicate www nas").code(1).says("ssh:");
        h.sh("cp ssh/kept ssh/known").ok();
        // A key that may only receive below one dataset.
        h.sh("zfs create -o mountpoint=none back/alice && sed -i \"s|^|restrict,command=\\\"$PWD/far/jug replicate-receive --under back/alice\\\" |\" ssh/me.pub").ok();
        h.jug("node-check nas").ok().says("receives only").says("back/alice");
        h.jug("replicate www nas:back/jug/replica").code(5).says("only what is below back/alice");
        h.jug("replicate www nas").ok();
        alike(h, "back/alice/www");
        for bad in ["id", "sh -c id", "%/far/jug jls", "%/far/jug replicate-receive --under back"] {
            let bad = bad.replace('%', h.dir.to_str().unwrap());
            let out = h.run("ssh", &["-F", &h.str("ssh/far"), "far", &bad]).code(2);
            out.says("may only be used");
        }
        // Not what sets properties, nor what is no stream.
        let ask = |stream: &str| {
            let uuid = h.jug("jget www uuid").ok().text().to_string();
            let line = format!(
                "{{ printf '{{\"do\":\"receive\",\"replica\":{{\"name\":\"evil\",\"uuid\":\"{uuid}\",\"under\":null}},\"part\":\"\",\"filesystem\":true,\"mark\":null}}\\n'; {stream}; }} | ssh -F ssh/far far jug replicate-receive"
            );
            h.sh(&line)
        };
        let newest = snapshots(h, "tank/jug/env/www").pop().unwrap();
        ask(&format!("zfs send -p tank/jug/env/www@{newest}")).code(2).says("brings properties");
        ask(&format!("zfs send -R tank/jug/env/www@{newest}")).code(2).says("more than one snapshot");
        ask("echo garbage").code(2).says("no stream of zfs send");
        h.sh("zfs list -H -o name back/alice/evil").code(1);
        h.jug("node-remove nas").ok();
        h.jug("node-ls -H").ok().is("");
        h.jug("node-ls").ok().says("jug node-add NAME HOST");
        h.jug("node-check nosuch").code(4).says("knows no other").says_not("unreachable");
        assert!(!b.path("envs/www.toml").exists());
        end(h);
    });
}
