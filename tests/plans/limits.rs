//! Plans of environments with limits.

use super::*;

/// All limits that the platform has.
fn limited(n: &Node) -> (EnvName, Env) {
    let mut env = n.env("full1");
    let text = "memory = \"512M\"\nswap = \"256M\"\ncpu = 150\ncpuset = \"0-1\"\nprocesses = 100\n\
         open_files = 4096\n";
    let io = "read_bps = \"10M\"\nwrite_bps = \"5M\"\nread_iops = 1000\nwrite_iops = 500\n";
    let io = if n.word == "freebsd" { io } else { "" };
    env.limits = toml::from_str(&format!("{text}{io}")).unwrap();
    ("full1".parse().unwrap(), env)
}

/// What this host can hold, when all is well.
fn able(n: &Node) -> Limiting {
    let io = [Limit::ReadBps, Limit::WriteBps, Limit::ReadIops, Limit::WriteIops];
    let can = Limit::ALL.into_iter().filter(|l| n.word == "freebsd" || !io.contains(l)).collect();
    Limiting { can, cpus: "0-3".parse().ok(), rules: Vec::new() }
}

fn runs(n: &mut Node, name: &EnvName, env: &Env) -> Started {
    n.facts.containers = vec![jug::facts::Container {
        id: "7".into(),
        name: name.to_string(),
        path: n.layout.root(name, env).to_string(),
        uuid: Some(env.uuid),
        running: true,
        vm: false,
        alone: false,
    }];
    Started { version: 1, at: time(), added: Vec::new(), kept: Vec::new(), env: env.clone() }
}

#[test]
fn limits() {
    for mut n in nodes() {
        let (name, env) = limited(&n);
        n.facts.limits = Some(able(&n));
        let base = n.base(env.base.as_ref().unwrap());
        let plan = start::plan(&n.guest(&name, &env, Some(&base)), &n.facts, time()).unwrap().unwrap();
        golden(&n, "jstart-limits", &plan);
        let started = runs(&mut n, &name, &env);
        let plan = stop::plan(&n.guest(&name, &env, None), &n.facts, Some(&started)).unwrap().unwrap();
        golden(&n, "jstop-limits", &plan);
        // Some go, some change, and one is new.
        let old = schema::to_text(&env).unwrap();
        let changes = ["limits.memory=1G", "limits.cpu=", "limits.cpuset=", "limits.processes=50"];
        let changes: Vec<_> = changes.iter().map(|c| c.parse().unwrap()).collect();
        let (new, wanted) = schema::edit(&old, "full1", &changes).unwrap();
        let (before, after) = (n.guest(&name, &env, None), n.guest(&name, &wanted, None));
        let (plan, pending) = live::plan(&before, &after, &n.facts, Some(&started), (&old, &new)).unwrap();
        assert!(pending.is_empty(), "{pending:?}");
        golden(&n, "jset-limits", &plan);
    }
}

#[test]
fn limits_that_this_host_can_not_hold() {
    for mut n in nodes() {
        let (name, mut env) = limited(&n);
        let base = n.base(env.base.as_ref().unwrap());
        // A set of CPUs costs FreeBSD nothing.
        n.facts.limits = Some(Limiting { can: vec![Limit::Cpuset], ..able(&n) });
        let plan = |n: &Node, env: &Env| start::plan(&n.guest(&name, env, Some(&base)), &n.facts, time());
        let e = plan(&n, &env).unwrap_err();
        assert_eq!((e.code, e.object.as_str()), (Code::HostLacks, "full1"));
        assert!(e.reason.starts_with("limits.memory "), "{}", e.reason);
        let next = e.next.unwrap();
        assert!(next.contains("limits.required=false"), "{next}");
        if n.word == "freebsd" {
            assert!(next.contains("kern.racct.enable=1") && next.contains("/boot/loader.conf"), "{next}");
        }
        env.limits.required = false;
        let weak = plan(&n, &env).unwrap().unwrap();
        assert_eq!(weak.warnings.len(), env.limits.set().len() - 1, "{:?}", weak.warnings);
        let text = weak.to_string();
        sh_reads(&text, "weak");
        assert!(text.contains("# warning: limits.memory ") && !text.contains("rctl -a"), "{text}");
        assert!(text.contains("0-1"), "what it can hold it is held to: {text}");
        // A CPU that is not there.
        n.facts.limits = Some(Limiting { cpus: "0".parse().ok(), ..able(&n) });
        assert_eq!(plan(&n, &env).unwrap().unwrap().warnings.len(), 1);
        env.limits.required = true;
        let e = plan(&n, &env).unwrap_err();
        assert!(e.code == Code::HostLacks && e.reason.contains("has the CPUs 0"), "{e}");
        // Nothing is known of a host whose facts say nothing.
        n.facts.limits = None;
        assert!(plan(&n, &env).unwrap().unwrap().warnings.is_empty());
    }
}
