//! Planning and reading write nothing; ordinary users may do both; lists cost the same however long they are.

use crate::support::{Host, on_host, write};

/// Runs jug under strace and returns each file system change and each program it made, its children included.
pub fn traced(h: &Host, args: &str, code: i32) -> (Vec<String>, usize) {
    let jug = h.jug_command(args);
    let words: Vec<String> = std::iter::once(jug.get_program())
        .chain(jug.get_args())
        .map(|a| a.to_str().unwrap().into())
        .collect();
    let config = format!("JUG_CONFIG={}", h.str("jug.toml"));
    let trace = "trace=execve,open,openat,openat2,creat,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2,\
         link,linkat,symlink,symlinkat,mknod,mknodat,mount,umount2,truncate,ftruncate,chmod,fchmod,fchmodat,\
         chown,fchown,fchownat,lchown,utimensat,setxattr,fsetxattr";
    let mut all = vec!["-f", "-qq", "-o", "trace", "-e", trace, "-E", &config];
    all.extend(words.iter().map(String::as_str));
    let out = h.sh(&format!(
        "strace {}",
        all.iter().map(|a| shlex::try_quote(a).unwrap()).collect::<Vec<_>>().join(" ")
    ));
    out.code(code);
    let trace = std::fs::read_to_string(h.path("trace")).unwrap();
    let execs = trace.lines().filter(|l| l.contains(" execve(") && l.ends_with("= 0")).count();
    let changes = trace
        .lines()
        .filter(|l| !l.contains(" execve(") && !l.contains("= -1 E") && !l.contains(" --- SIG"))
        .filter(|l| {
            !l.contains("open")
                || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"].iter().any(|f| l.contains(f))
        })
        .filter(|l| !["/dev/null", "/dev/tty", "/proc/self/"].iter().any(|f| l.contains(f)))
        .map(str::to_string)
        .collect();
    (changes, execs)
}

#[test]
fn a_dry_run_and_all_that_reads_write_nothing() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jcreate up down --base bb").ok();
        h.jug("jstart up").ok();
        let before = h.snapshot();
        for (args, code) in [
            ("-n jcreate new --base bb --start", 0),
            ("-n jcreate full --base bb --mode full", 0),
            ("-n jstart down", 0),
            ("-n jstop up", 0),
            ("-n jrestart up", 0),
            ("-n jremove down", 0),
            ("-n jset down boot.order=3", 0),
            ("-n base-import host", 0),
            ("-n base-import %/busybox other", 0),
            ("-n base-remove bb", 6),
            ("-n jexec up -- true", 0),
            ("-n jcp %/jug.toml up:/root/", 0),
            ("-n doctor --fix", 0),
            ("-n init", 0),
            ("-n deinit", 6),
            ("jls", 0),
            ("ls --json", 0),
            ("jget up", 0),
            ("jshow up --pending", 0),
            ("base-ls", 0),
            ("doctor", 0),
            ("facts", 0),
            ("log", 0),
            ("config-check", 0),
            ("stats", 0),
            ("top -H", 0),
            ("jcreate up --base", 2),
        ] {
            let (changes, _) = traced(h, args, code);
            assert!(changes.is_empty(), "jug {args} wrote:\n{}", changes.join("\n"));
        }
        h.same(&before, "after all");
        let plan = h.jug("-n jcreate new --base bb --start").ok();
        assert!(plan.out.starts_with("#!/bin/sh\n") && plan.out.contains("# undo:"), "{plan:?}");
        write(&h.path("plan.sh"), &plan.out, 0o644);
        h.sh("sh -n plan.sh").ok();
        // On a host where jug never ran.
        let (changes, _) = traced(h, "--workdir %/never -n jcreate new --base host", 0);
        assert!(changes.is_empty() && !h.path("never").exists(), "{changes:?}");
    });
}

#[test]
fn an_ordinary_user_reads_and_plans_and_changes_nothing() {
    on_host(&[], |h| {
        h.base();
        h.jug("jcreate up down --base bb").ok();
        h.jug("jstart up").ok();
        let jug = h.jug_command("x");
        h.run("cp", &[jug.get_program().to_str().unwrap(), &h.str("jug")]).ok();
        let user = |args: &str| {
            let config = h.str("jug.toml");
            h.sh(&format!(
                "JUG_CONFIG={config} setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs ./jug {args}"
            ))
        };
        user("-n jcreate new --base bb --start").ok().says("#!/bin/sh");
        user("-n jset down boot.order=3").ok();
        user("jget up base").ok().is("bb");
        user("jshow up").ok();
        user("base-ls").ok().says("bb");
        user("config-check").ok();
        user("jls -H").says("down");
        user("jcreate up --base bb").code(5);
        user("jcreate ../x --base bb").code(2);
        for args in [
            "jcreate new --base bb",
            "jset down boot.order=3",
            "jremove -y down",
            "base-import host",
            "init",
            "jcp /etc/passwd down:/root/",
        ] {
            let refused = user(args).code(7).says("root");
            let lines = refused.err.lines().filter(|l| !l.starts_with("jug: next:")).count();
            assert_eq!(lines, 1, "{refused:?}");
        }
        for args in ["jstart down", "jstop up"] {
            user(args).code(7);
        }
        assert_eq!((h.state("up").as_str(), h.state("down").as_str()), ("running", "stopped"));
        // Its own workdir, below its home.
        h.sh("mkdir home && chown 65534 home").ok();
        h.sh("HOME=$PWD/home setpriv --reuid 65534 --regid 65534 --clear-groups ./jug jls").ok();
        h.sh("HOME=$PWD/home setpriv --reuid 65534 --regid 65534 --clear-groups ./jug base-import host")
            .code(7);
    });
}

#[test]
fn a_list_of_300_costs_what_a_list_of_3_costs() {
    on_host(&["strace"], |h| {
        h.base();
        h.jug("jcreate e1 e2 e3 --base bb").ok();
        h.jug("jstart e1").ok();
        let verbs = ["jls", "ls --json", "doctor", "facts", "jls 'e*'"];
        let few: Vec<usize> = verbs.iter().map(|v| traced(h, v, 0).1).collect();
        let text = std::fs::read_to_string(h.path("work/envs/e2.toml")).unwrap();
        let uuid = text.lines().find_map(|l| l.strip_prefix("uuid = \"")).unwrap()[..36].to_string();
        for i in 4..=300 {
            let text = text.replace(&uuid, &format!("00000000-0000-4000-8000-{i:012}"));
            write(&h.path(&format!("work/envs/e{i}.toml")), &text, 0o644);
        }
        let many: Vec<usize> = verbs.iter().map(|v| traced(h, v, 0).1).collect();
        assert_eq!(few, many, "{verbs:?}");
        assert!(many[0] <= 5, "jls took {} programs, itself one of them", many[0]);
        assert_eq!(traced(h, "jget e2 base", 0).1, 1, "jget runs no program but itself");
        assert_eq!(h.jug("jls -H").ok().out.lines().count(), 300);
        h.sh("cd work/envs && ls | grep -v '^e[123].toml' | xargs rm").ok();
    });
}
