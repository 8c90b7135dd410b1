//! Environments that move to another node, real zfs-fuse and sshd between two workdirs. Whatever is cut, refused or
//! killed, it runs exactly once in the end.

use crate::crash::killed;
use crate::full::full_at;
use crate::replicate::{end, node, two_pools};
use crate::support::{Host, Node, on_host, write};

/// `www` runs on the test's own node; the other one, `b`, is known to it as `far`, and it to that as `home`.
fn two_nodes(h: &Host) -> Node<'_> {
    two_pools(h);
    h.sshd();
    let b = h.node("b");
    b.jug("init --zfs-root back/jug").ok();
    b.jug("base-import %/busybox bb").ok();
    node(h, "far", "");
    h.jug("jstart www").ok();
    b
}

/// Where it runs: here and there.
fn runs(h: &Host, b: Node<'_>) -> (bool, bool) {
    (h.state("www") == "running", b.state("www") == "running")
}

#[test]
fn there_and_back() {
    on_host(&NEEDS[..4], |h| {
        let b = two_nodes(h);
        h.jug("jmigrate nosuch far").code(4);
        h.jug("jmigrate www nosuch").code(4).says("knows no other");
        h.jug("jcreate flat --base bb --storage dir").ok();
        h.jug("jmigrate flat far").code(2).says("jexport --stop flat");
        h.jug("snapshot www").ok();
        let before = h.snapshot();
        h.jug("-n jmigrate www far").ok().says("zfs send").says("replicate-receive").says("jug:replica");
        h.same(&before, "a dry run");
        // What it refuses is refused before anything is done.
        b.jug("jcreate www --base bb").ok();
        h.jug("jmigrate www far").code(5).says("another environment has this name");
        b.jug("jremove -y www").ok();
        h.same(&before, "refused");
        // What a third place has in common with this one stays so.
        h.sh("zfs create -o mountpoint=none back/third").ok();
        h.jug("jset www replicate='back/third every=1d'").ok();
        h.jug("replicate www").ok();
        let moved = h.jug("jmigrate www far").ok().says("moved to far");
        moved.says("on far: jug jset www replicate+='back/third every=1d'");
        assert_eq!((h.state("www"), b.state("www")), ("gone".into(), "running".into()));
        b.jug("jexec www -- cat /root/word").ok().is("one");
        h.sh("zfs get -H -o value jug:replica,readonly,canmount,mounted tank/jug/env/www/data")
            .ok()
            .says("on\nnoauto\nno");
        h.sh("zfs get -H -s local -o value jug:uuid -r tank/jug/env/www").ok().is("");
        h.sh("zfs get -H -s local -o value jug:replica,readonly -r back/jug/env/www").ok().is("");
        h.sh("zfs get -Hp -o value userrefs -r back/jug/env/www | grep -vx -e 0 -e -").code(1);
        b.jug("owner -H www").ok().says("2\tthis node");
        h.jug("doctor").ok();
        b.jug("doctor").ok();
        // The way back sends what has changed since.
        h.sh("echo two >b/jails-data/www-data/root/word").ok();
        home(h, b);
        b.jug("-v jmigrate www home").ok().says("zfs send -i");
        assert_eq!((h.state("www"), b.state("www")), ("running".into(), "gone".into()));
        h.jug("jexec www -- cat /root/word").ok().is("two");
        h.jug("owner -H www").ok().says("3\tthis node");
        h.jug("-v replicate www back/third").ok().says("zfs send -i");
        // One that does not run does not run there either.
        h.jug("jstop www").ok();
        h.jug("jmigrate www far").ok();
        assert_eq!(b.state("www"), "stopped");
        b.jug("jremove -y www").ok();
        give_up_replica(h);
        end(h);
    });
}

/// What fails there is undone there, and it runs here as before; nothing of it is left that a second try would mind.
/// The node that it came from is gone: its replica runs on.
#[test]
fn made_of_a_replica() {
    on_host(&NEEDS[..4], |h| {
        let b = two_nodes(h);
        h.jug("replicate www far").ok();
        let it = "jregister www --replica back/jug/replica/www";
        b.jug("jregister www --replica back/jug").code(4).says("no replica");
        b.jug("jregister www db --replica back/jug/replica/www").code(2);
        b.jug("jcreate www --base bb").ok();
        b.jug(it).code(5);
        b.jug("jremove -y www").ok();
        let all = || {
            h.sh("zfs list -H -o name,mounted -r back/jug; zfs get -H -o name,value jug:replica,readonly,userrefs -r back/jug/replica").ok().out
        };
        let before = all();
        b.jug(&format!("-n {it}")).ok().says("zfs rename back/jug/replica/www back/jug/env/www");
        // What fails leaves the replica as it was.
        write(
            &h.path("b/envs/other.toml"),
            &std::fs::read_to_string(h.path("work/envs/www.toml")).unwrap(),
            0o644,
        );
        b.jug(it).code(5);
        h.sh("rm b/envs/other.toml").ok();
        assert_eq!(all(), before);
        h.jug("jstop www").ok();
        b.jug(it).ok().says("registered, as it was at jug-");
        b.jug("jstart www").ok();
        b.jug("jexec www -- cat /root/word").ok().is("one");
        b.jug("jget www storage").ok().is("zfs");
        b.jug("snapshot www").ok();
        b.jug("doctor").ok();
        h.sh("zfs get -H -s local -o value jug:replica,readonly -r back/jug/env/www").ok().is("");
        h.jug("replicate www far").ok();
        b.jug("jremove -y --stop www").ok();
        end(h);
    });
}

#[test]
fn refused_there() {
    on_host(&NEEDS[..4], |h| {
        let b = two_nodes(h);
        // A base that is not there; a start that fails.
        h.jug("base-import %/busybox other").ok();
        h.jug("jcreate odd --base other").ok();
        h.jug("jmigrate odd far").code(4).says("there is no base other");
        h.jug("jremove -y odd").ok();
        h.jug("jset www exec.start='/bin/sh -c \"echo up >>/root/log; test -e /root/may\"'").ok();
        h.jug("jstop www").ok();
        h.sh("touch work/jails-data/www-data/root/may").ok();
        h.jug("jstart www").ok();
        // It starts here with the file, and there without.
        write(&h.path("b/hooks.d/prestart/no"), "#!/bin/sh\nexit 9\n", 0o755);
        h.jug("jmigrate www far").code(1).says("not moved, and as it was here").says("far says");
        assert_eq!(runs(h, b), (true, false));
        assert_eq!(b.state("www"), "gone");
        h.sh("ls b/jails-data b/jails-rcconf b/envs").ok().says_not("www");
        h.jug("jexec www -- cat /root/word").ok().is("one");
        b.jug("doctor").ok();
        h.sh("rm b/hooks.d/prestart/no; ls work/journal").ok().says_not("move");
        h.jug("jmigrate www far").ok();
        assert_eq!(runs(h, b), (false, true));
        // A node that is not there; a key that may only receive.
        h.jug("node-add gone 127.0.0.1 --port 1 --no-check").ok();
        b.jug("jremove -y --stop www").ok();
        give_up_replica(h);
        h.jug("jcreate w2 --base bb").ok();
        h.jug("jmigrate w2 gone").code(1).says("ssh:");
        h.sh("zfs create -o mountpoint=none back/alice && sed -i \"s|^|restrict,command=\\\"$PWD/far/jug replicate-receive --under back/alice\\\" |\" ssh/me.pub").ok();
        h.jug("jmigrate w2 far").code(7).says("only receive replicas");
        end(h);
    });
}

/// Nothing is sent where both reach the storage; epochs say whose it is.
#[test]
fn on_storage_of_both() {
    on_host(&["sshfs", "sshd", "ssh", "ssh-keygen"], |h| {
        h.sh("mkdir -p work").ok();
        h.base();
        h.sshd();
        h.export("www");
        let b = h.node("b");
        b.jug("base-import %/busybox bb --storage dir").ok();
        node(h, "far", "");
        home(h, b);
        h.jug("jcreate www --base bb --mnt-start %/start --mnt-stop %/stop --start").ok();
        h.jug("jexec www -- sh -c 'echo one >/root/word'").ok();
        h.jug("-n jmigrate www far").ok().says("junregister www");
        h.jug("jmigrate www far").ok().says("moved to far");
        assert_eq!(runs(h, b), (false, true));
        b.jug("jexec www -- cat /root/word").ok().is("one");
        b.jug("owner -H www").ok().says("3\tthis node");
        // What can't start there is let go there, and taken again here.
        write(&h.path("work/hooks.d/prestart/no"), "#!/bin/sh\nexit 9\n", 0o755);
        b.jug("jmigrate www home").code(1).says("not moved, and as it was here");
        assert_eq!(runs(h, b), (false, true));
        h.sh("rm work/hooks.d/prestart/no").ok();
        // The answer is lost: it is asked for again, and is the same.
        cut(h, 3, false);
        b.jug("jmigrate www home").code(3).says("is not known");
        b.jug("jstart www").code(3).says("is not known");
        once(h, b, "the answer was lost");
        h.jug("jremove -y --stop www").ok();
    });
}

/// Wrappers around both jugs behind ssh that do something from the given question on: they lose it (nothing is asked), or
/// its answer. They count in any case.
fn cut(h: &Host, question: u32, before: bool) {
    let d = h.dir.display();
    let lose = if before { "exit 255" } else { "\"$@\" >/dev/null; exit 255" };
    for (program, config) in [("far/jug", "b"), ("far/home", "jug")] {
        let text = format!(
            "#!/bin/sh\nset -- {} --config {d}/{config}.toml \"$@\"\nn=$(($(cat {d}/asked) + 1)); echo $n >{d}/asked\n\
             if [ $n -ge {question} ] && [ -e {d}/cut ]; then {lose}; fi\nexec \"$@\"\n",
            env!("CARGO_BIN_EXE_jug")
        );
        write(&h.path(program), &text, 0o755);
    }
    write(&h.path("asked"), "0\n", 0o644);
    write(&h.path("cut"), "", 0o644);
}

/// The words of the next move: away from where it runs.
fn away(h: &Host, b: Node<'_>) -> String {
    if runs(h, b).0 { "jmigrate www far".into() } else { b.words("jmigrate www home") }
}

/// Once all answer again, one command more on either side and it runs exactly once, with what was in it.
#[track_caller]
fn once(h: &Host, b: Node<'_>, what: &str) {
    h.sh("rm -f cut").ok();
    assert_ne!(runs(h, b), (true, true), "{what}: before anything was asked");
    h.jug("doctor --fix").ok();
    b.jug("doctor --fix").ok();
    let both = runs(h, b);
    assert!(both.0 != both.1, "{what}: {both:?}");
    h.sh("ls work/journal b/journal").ok().says_not("move").says_not("jsonl");
    let node =
        if both.0 { h.jug("jexec www -- cat /root/word") } else { b.jug("jexec www -- cat /root/word") };
    node.ok().is("one");
}

/// Each kind of exchange: whether it would, a stream, taking it over. What was asked is lost, or the answer.
fn cut_at_exchanges(h: &Host, before: bool) {
    let b = two_nodes(h);
    home(h, b);
    cut(h, u32::MAX, true);
    h.jug("jmigrate www far").ok();
    let all: u32 = h.sh("cat asked").ok().text().parse().unwrap();
    for question in [2, all / 2, all] {
        cut(h, question, before);
        let out = h.jug(&away(h, b));
        let what = format!("cut at {question} of {all}, before it {before}: {out:?}");
        assert_ne!(out.code, 0, "{what}");
        // Until it is known where it is, nothing starts it where it was.
        assert_eq!(out.code == 3, question == all, "{what}");
        if out.code == 3 {
            let from = if h.state("www") == "fenced" { h.jug("jstart www") } else { b.jug("jstart www") };
            from.code(3).says("is not known");
        }
        once(h, b, &what);
    }
    end_both(h, b);
}

const NEEDS: [&str; 5] = ["zfs-fuse", "sshd", "ssh", "ssh-keygen", "strace"];

#[test]
fn cut_before_an_exchange() {
    on_host(&NEEDS[..4], |h| cut_at_exchanges(h, true));
}

#[test]
fn cut_after_an_exchange() {
    on_host(&NEEDS[..4], |h| cut_at_exchanges(h, false));
}

fn end_both(h: &Host, b: Node<'_>) {
    b.jug("jremove -y --stop --all").ok();
    end(h);
    give_up_replica(h);
}

/// What a move has left here, with its holds.
fn give_up_replica(h: &Host) {
    h.sh("zfs list tank/jug/env/www || exit 0; zfs list -H -o name -t snapshot -r tank/jug/env/www | xargs -n 1 zfs release jug-replica; zfs destroy -r tank/jug/env/www").ok();
}

/// jug is killed at what it syncs, each time at the next few points, going to and fro.
fn killed_at(h: &Host, call: &str, by: u32) {
    let b = two_nodes(h);
    home(h, b);
    let mut n = by - 1;
    while killed(h, &away(h, b), call, n) {
        once(h, b, &format!("killed at {call} number {n}"));
        n += by;
    }
    assert!(n > 2 * by, "{call}: {n}");
    once(h, b, "not killed");
    end_both(h, b);
}

/// At lines of a journal.
#[test]
fn killed_here_in_a_plan() {
    on_host(&NEEDS, |h| killed_at(h, "fdatasync", 41));
}

/// At notes of how far it has come, and at other files.
#[test]
fn killed_here_between_plans() {
    on_host(&NEEDS, |h| killed_at(h, "fsync", 3));
}

/// The other node's jug is killed while it takes it over.
#[test]
fn killed_there() {
    on_host(&NEEDS, |h| {
        let b = two_nodes(h);
        home(h, b);
        let d = h.dir.display();
        for n in (9..).step_by(35) {
            for (program, config) in [("far/jug", "b"), ("far/home", "jug")] {
                let jug = format!("{} --config {d}/{config}.toml \"$@\"", env!("CARGO_BIN_EXE_jug"));
                let text = format!(
                    "#!/bin/sh\nif [ -e {d}/cut ]; then exec strace -qq -o /dev/null -e trace=fdatasync \
                     -e inject=fdatasync:signal=KILL:when={n} {jug}; fi\nexec {jug}\n"
                );
                write(&h.path(program), &text, 0o755);
            }
            write(&h.path("cut"), "", 0o644);
            let out = h.jug(&away(h, b));
            once(h, b, &format!("killed there at {n}: {out:?}"));
            if out.code == 0 {
                assert!(n > 40, "{n}");
                break;
            }
        }
        end_both(h, b);
    });
}

/// A full disk: that of the pool there, and that under the journal here.
#[test]
fn no_room() {
    on_host(&NEEDS, |h| {
        let b = two_nodes(h);
        home(h, b);
        h.sh("zfs set quota=$(($(zfs get -Hp -o value used back/jug) + 1000000)) back/jug").ok();
        h.jug("jmigrate www far").code(1).says("receiving:");
        assert_eq!(runs(h, b), (true, false));
        assert_eq!(b.state("www"), "gone");
        h.sh("zfs set quota=none back/jug").ok();
        for n in (2..).step_by(53) {
            let Some(out) = full_at(h, &away(h, b), "fdatasync", n) else {
                assert!(n > 100, "{n}");
                break;
            };
            once(h, b, &format!("full at {n}: {out:?}"));
        }
        once(h, b, "there is room");
        end_both(h, b);
    });
}

/// `b` knows the first node as `home`.
fn home(h: &Host, b: Node<'_>) {
    h.sh("sed -e s/b.toml/jug.toml/ far/jug >far/home && chmod 755 far/home").ok();
    b.jug("node-add home far --ssh-config %/ssh/far --program %/far/home").ok();
}
