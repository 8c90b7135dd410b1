//! A plan as a commented sh script: what `-n` prints. It can be read, diffed, and run by hand.

use super::{Action, Effect, Guard, HookHow, Plan, Whose};
use crate::host::block::{BEGIN, END, wrapped};
use crate::host::cmd::{Cmd, quote};
use crate::model::name::AbsPath;
use std::fmt;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "#!/bin/sh\n# jug {} {}: {} steps", self.verb, self.name, self.steps.len())?;
        for note in &self.notes {
            writeln!(f, "# {}", note.replace('\n', " "))?;
        }
        for warning in &self.warnings {
            writeln!(f, "# warning: {}", warning.replace('\n', " "))?;
        }
        writeln!(f, "set -eu")?;
        for (i, step) in self.steps.iter().enumerate() {
            writeln!(f)?;
            if self.no_return == Some(i) {
                writeln!(f, "# from here on there is no way back: what breaks is carried to its end")?;
            }
            writeln!(f, "# {}. {}", i + 1, step.title.replace('\n', " "))?;
            writeln!(f, "{}", step.action)?;
            for undo in &step.undo {
                for line in undo.to_string().lines() {
                    writeln!(f, "# undo: {line}")?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            None => write!(f, "{}", self.effect),
            Some(guard) => write!(f, "if {guard}; then {}; fi", self.effect),
        }
    }
}

impl fmt::Display for Guard {
    /// A test that sh(1) can make; where only jug can, a comment says what is meant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container { uuid, probe, .. } => write!(f, "{probe} 2>/dev/null | grep -q {uuid}"),
            Self::Dataset { name, uuid } => {
                write!(
                    f,
                    "[ \"$(zfs get -H -s local -o value jug:uuid {})\" = {uuid} ]",
                    quote(name.as_str())
                )
            }
            Self::Snapshot { dataset, label, uuid } => {
                let own = Self::Dataset { name: dataset.clone(), uuid: *uuid };
                let snapshot = quote(&format!("{dataset}@{label}"));
                write!(f, "{own} && zfs list -H -t snapshot -o name {snapshot} >/dev/null 2>&1")
            }
            Self::Snapshots { dataset, names, uuid, whose } => {
                let all: Vec<String> = names.iter().map(|n| quote(&format!("{dataset}@{n}"))).collect();
                let all = all.join(" ");
                let stamped =
                    format!("[ \"$(zfs get -H -o value jug:uuid {all} 2>/dev/null | sort -u)\" = {uuid} ]");
                let marks = format!("zfs get -H -s local,received -o value jug:snapshot {all} 2>/dev/null");
                match whose {
                    Whose::Anybody => f.write_str(&stamped),
                    Whose::Jug => write!(f, "{stamped} && [ -n \"$({marks})\" ]"),
                    Whose::Taking(mark) => write!(f, "{stamped} && {marks} | grep -q {mark}"),
                }
            }
            Self::Held { dataset, name } => {
                let snapshot = quote(&format!("{dataset}@{name}"));
                write!(
                    f,
                    "zfs holds -H {snapshot} | cut -f2 | grep -qx {}",
                    crate::programs::zfs_snapshot::TAG
                )
            }
            Self::DatasetMounted { name, path } => {
                write!(
                    f,
                    "[ \"$(zfs get -H -o value mounted,mountpoint {} | tr '\\n' ' ')\" = {} ]",
                    quote(name.as_str()),
                    quote(&format!("yes {path} "))
                )
            }
            Self::Not(guard) => write!(f, "! {{ {guard}; }}"),
            Self::MountedFrom { path, source, fstype } => write!(
                f,
                "{{ mount -p 2>/dev/null || cat /proc/mounts; }} | grep -F {} | tail -1 | grep -F {} | grep -qwF {}",
                quote(path.as_str()),
                quote(source),
                quote(fstype)
            ),
            Self::Private { path } => {
                write!(f, "[ -z \"$(find {} -not -user 0 -o -perm +077)\" ]", quote(path.as_str()))
            }
            Self::Clean { probe, .. } => write!(f, "{probe} | grep -q 'clean.*1$'"),
            Self::Session { target, probe } => write!(f, "{probe} | grep -qwF {}", quote(target)),
            Self::Mounted { path } => write!(f, "mount | grep -qF {}", quote(&format!(" on {path} "))),
            Self::Address { interface, address } => {
                let interface = quote(interface.as_str());
                write!(
                    f,
                    "{{ ifconfig {interface} || ip address show dev {interface}; }} 2>/dev/null | grep -qwF {address}"
                )
            }
            Self::Rule { rule, probe } => write!(f, "{probe} 2>/dev/null | grep -qxF {}", quote(rule)),
            Self::Rules { probe } => write!(f, "[ -n \"$({probe} 2>/dev/null)\" ]"),
            Self::Interface { name, stamp, .. } => {
                let name = quote(name.as_str());
                write!(
                    f,
                    "{{ ifconfig {name} || ip link show dev {name}; }} 2>/dev/null | grep -qwF {}",
                    quote(stamp)
                )
            }
            Self::Member { bridge, name } => {
                let (b, n) = (quote(bridge.as_str()), quote(name.as_str()));
                let linux = format!("ip link show dev {n} | grep -wF 'master {bridge}'");
                write!(
                    f,
                    "{{ ifconfig {b} | grep -F {} || {linux}; }} >/dev/null 2>&1",
                    quote(&format!("member: {name} "))
                )
            }
            Self::Namespace { name } => write!(f, "ip netns list | grep -qwF {}", quote(name)),
            Self::Owner { dir, number, .. } => {
                write!(f, "[ \"$(ls {} | sort -n | tail -1)\" = {number} ]", quote(dir.as_str()))
            }
            Self::OnMount { path, .. } => write!(f, ": {path} is on a mount of its own"),
            Self::Empty { path } => write!(f, "[ -z \"$(ls -A {})\" ]", quote(path.as_str())),
            Self::ServersAnswer { .. } => f.write_str(": the NFS servers that it is mounted from answer"),
            Self::Answers { host, port } => write!(f, "nc -z {} {port}", quote(&host.to_string())),
            Self::DatasetThere { name } => {
                write!(f, "zfs list -H -o name {} >/dev/null 2>&1", quote(name.as_str()))
            }
            Self::Probe { cmd } => write!(f, "{cmd} >/dev/null 2>&1"),
            Self::PlainFiles { paths } => {
                for (i, path) in paths.iter().enumerate() {
                    let p = quote(path.as_str());
                    let and = if i > 0 { " && " } else { "" };
                    write!(f, "{and}[ ! -L {p} ] && {{ [ ! -e {p} ] || [ -f {p} ]; }}")?;
                }
                Ok(())
            }
            Self::Exists { path } => write!(f, "[ -e {} ]", quote(path.as_str())),
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(cmd) => {
                if let Some(input) = &cmd.input {
                    let lines = input.lines().map(quote).collect::<Vec<_>>().join(" ");
                    return write!(f, "printf '%s\\n' {lines} | {cmd}");
                }
                write!(f, "{cmd}")?;
                if let Some(log) = &cmd.log {
                    write!(f, " >>{} 2>&1", quote(log))?;
                }
                f.write_str(" </dev/null")?;
                if cmd.lenient || !cmd.accept.is_empty() { f.write_str(" || true") } else { Ok(()) }
            }
            Self::Try { cmds, .. } => {
                let all: Vec<String> = cmds.iter().map(|c| format!("{c} </dev/null")).collect();
                f.write_str(&all.join(" || "))
            }
            Self::MakeDir { path, mode } => {
                let p = quote(path.as_str());
                write!(f, "[ -d {p} ] || mkdir -m {mode:o} {p}")
            }
            Self::RemoveDir { path } => write!(f, "rmdir {}", quote(path.as_str())),
            Self::Write { path, text, mode } => here(f, path.as_str(), text, *mode),
            Self::Fresh { path, mode } => {
                let p = quote(path.as_str());
                write!(f, "(set -C; : >{p}) && chmod {mode:o} {p}")
            }
            Self::WriteIn { root, path, text, mode } => {
                here(f, root.join(path.as_str()).as_str(), text, *mode)
            }
            Self::Block { root, path, text } => block(f, root.join(path.as_str()).as_str(), text),
            Self::Remove { path } => write!(f, "rm -f {}", quote(path.as_str())),
            Self::CopyTree { from, to, only } if only.is_empty() => {
                write!(f, "tar -C {} -cf - . | tar -C {} -xpf -", quote(from.as_str()), quote(to.as_str()))
            }
            Self::CopyTree { from, to, only } => {
                let names: Vec<String> = only.iter().map(|n| quote(n)).collect();
                write!(
                    f,
                    "(cd {} && ls -d {} 2>/dev/null) | tar -C {} -T - -cf - | tar -C {} -xpf -",
                    quote(from.as_str()),
                    names.join(" "),
                    quote(from.as_str()),
                    quote(to.as_str())
                )
            }
            Self::RemoveTree { path } => {
                write!(f, "rm -rf {} # only if nothing is mounted below it", quote(path.as_str()))
            }
            Self::CloneTree { from, to, hooks } => {
                for hook in hooks {
                    write!(f, "{hook} || ")?;
                }
                write!(f, "tar -C {} -cf - . | tar -C {} -xpf -", quote(from.as_str()), quote(to.as_str()))
            }
            Self::Rename { from, to } => write!(f, "mv {} {}", quote(from.as_str()), quote(to.as_str())),
            Self::EmptyTree { path } => write!(f, "find {} -mindepth 1 -xdev -delete", quote(path.as_str())),
            Self::TakeEpoch { dir, number, epoch } => {
                let file = quote(dir.join(&number.to_string()).as_str());
                let text = toml::to_string(epoch).unwrap_or_default();
                write!(
                    f,
                    "mkdir -p {}\n(set -C; cat >{file}) <<'JUG_EOF'\n{text}JUG_EOF",
                    quote(dir.as_str())
                )
            }
            Self::UnmountGained { dirs, before, .. } => {
                for (i, dir) in dirs.iter().enumerate() {
                    if i > 0 {
                        f.write_str("\n")?;
                    }
                    let kept: String = before.iter().map(|b| format!(" && $2 != {b:?}")).collect();
                    let program = quote(&format!("($2 == d || index($2, d \"/\") == 1){kept} {{print $2}}"));
                    // The root of a thin jail that is dying is busy for FreeBSD (see programs/mount.rs).
                    let force = if dir.as_str().ends_with("/root") { " || umount -f \"$m\"" } else { "" };
                    write!(
                        f,
                        "{{ mount -p 2>/dev/null || cat /proc/mounts; }} | awk -v d={} {program} | sort -r | while read -r m; do umount \"$m\"{force}; done",
                        quote(dir.as_str())
                    )?;
                }
                Ok(())
            }
            Self::CheckTargets { root, paths, make } => {
                for (i, p) in paths.iter().enumerate() {
                    let whole = quote(root.join(p.as_str()).as_str());
                    if i > 0 {
                        f.write_str("\n")?;
                    }
                    match make {
                        true => write!(f, "mkdir -p {whole} && [ \"$(realpath {whole})\" = {whole} ]")?,
                        false => write!(f, "[ \"$(realpath {whole})\" = {whole} ]")?,
                    }
                }
                Ok(())
            }
            Self::Expect(guard) => write!(f, "{guard}"),
            Self::Hook { cmd, policy } => {
                write!(f, "{cmd} </dev/null")?;
                if *policy == crate::model::hook::Policy::Warn { f.write_str(" || true") } else { Ok(()) }
            }
            Self::HookDir { dir, how, .. } => hook_dir(f, dir, how),
            Self::HookInside { file, root, copy, cmd } => {
                let from = quote(file.as_str());
                copied(f, &from, root, copy, cmd)
            }
            Self::HookDirsLeftOut { dirs, next, .. } => {
                let all: Vec<String> = dirs.iter().map(|d| format!("{}/*", quote(d.as_str()))).collect();
                let say = quote(&format!("is not trusted, and not run; {next} allows it"));
                write!(f, "for h in {}; do [ ! -x \"$h\" ] || echo \"$h\" {say} >&2; done", all.join(" "))
            }
            Self::AwaitEnd { probe, seconds } => {
                write!(
                    f,
                    "i=0; while [ $i -lt {seconds} ] && {probe} >/dev/null 2>&1; do sleep 1; i=$((i+1)); done"
                )
            }
            Self::Served(served) => write!(f, "{served}"),
            Self::Supervise { name } => write!(f, "jug supervise {name} </dev/null"),
            Self::Control { socket, request, lenient } => {
                let lines = request.lines().map(|l| quote(&l)).join(" ");
                let socket = quote(&format!("UNIX-CONNECT:{socket}"));
                let end = if *lenient { " || true" } else { "" };
                write!(f, "printf '%s\\n' {lines} | socat -t 5 - {socket}{end}")
            }
            Self::AwaitFree { lock, seconds } => {
                let l = quote(lock.as_str());
                write!(f, "{{ lockf -kt {seconds} {l} true || flock -w {seconds} {l} true; }} 2>/dev/null")
            }
            Self::AwaitPath { path, seconds } => write!(
                f,
                "i=0; while [ $i -lt {seconds} ] && [ ! -e {p} ]; do sleep 1; i=$((i+1)); done; [ -e {p} ]",
                p = quote(path.as_str())
            ),
            Self::Flash { from, to, .. } => {
                write!(f, "dd if={} of={} bs=1M conv=notrunc", quote(from.as_str()), quote(to.as_str()))
            }
            Self::FreeDisk { path, length, blank } => {
                let p = quote(path.as_str());
                writeln!(
                    f,
                    "mount | awk -v d={p} 'index($1, d) == 1 {{ exit 1 }}' # no partition of it either"
                )?;
                let size = format!("blockdev --getsize64 {p} || wc -c <{p}");
                write!(
                    f,
                    "[ \"$({{ diskinfo {p} | cut -f 3 | grep . || {size}; }} 2>/dev/null)\" -ge {length} ]"
                )?;
                if !blank {
                    return Ok(());
                }
                write!(f, "\nhead -c 1048576 {p} | cmp -s -n 1048576 - /dev/zero # and so is its end")
            }
            Self::WipeDisk { path, .. } => {
                let p = quote(path.as_str());
                write!(
                    f,
                    "dd if=/dev/zero of={p} bs=1M count=1 conv=notrunc # if the image's beginning is there"
                )
            }
            Self::ReadBack { path, length, sum } => {
                let (p, program) = (quote(path.as_str()), sum.algorithm.as_str());
                write!(f, "[ \"$(head -c {length} {p} | {program}sum | cut -d ' ' -f 1)\" = {} ]", sum.hex())
            }
            Self::EndTable { path } => {
                let p = quote(path.as_str());
                write!(f, "sgdisk -e {p} || gpart recover {p} || true # if it has a GPT")
            }
            Self::Keep { from, to } => {
                write!(f, "install -m 600 {} {}", quote(from.as_str()), quote(to.as_str()))
            }
            Self::Seed(seed) => write!(f, "{seed}"),
            Self::Rotate { path, max, .. } => {
                let p = quote(path.as_str());
                write!(f, "if [ -f {p} ] && [ \"$(wc -c <{p})\" -gt {max} ]; then mv {p} {p}.0; fi")
            }
        }
    }
}

fn block(f: &mut fmt::Formatter<'_>, path: &str, text: &str) -> fmt::Result {
    let (p, new) = (quote(path), quote(&format!("{path}.jug")));
    let rest = format!("sed '/^{}/,/^{}$/d' {p} 2>/dev/null || true", BEGIN, END);
    match text.is_empty() {
        true => write!(f, "{{ {rest}; }} >{new} && mv {new} {p}"),
        false => {
            write!(f, "{{ cat; {rest}; }} >{new} <<'JUG_EOF'\n{}JUG_EOF\nmv {new} {p}", wrapped(text))
        }
    }
}

fn here(f: &mut fmt::Formatter<'_>, path: &str, text: &str, mode: u32) -> fmt::Result {
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write!(f, "cat >{p} <<'JUG_EOF'\n{text}{newline}JUG_EOF\nchmod {mode:o} {p}", p = quote(path))
}

/// A loop over what a hook directory holds; where it is not there, the pattern stands for itself and is no file.
fn hook_dir(f: &mut fmt::Formatter<'_>, dir: &AbsPath, how: &HookHow) -> fmt::Result {
    writeln!(f, "for h in {}/*; do\n\t[ -f \"$h\" ] && [ -x \"$h\" ] || continue", quote(dir.as_str()))?;
    match how {
        HookHow::OnHost(cmd) => {
            let env: String = cmd.env.iter().map(|(k, v)| format!("{k}={} ", quote(v))).collect();
            let args: String = cmd.args.iter().map(|a| format!(" {}", quote(a))).collect();
            write!(f, "\t{env}\"$h\"{args} </dev/null || echo \"warning: $h failed\" >&2")?;
        }
        HookHow::Inside { root, copy, cmd } => {
            f.write_str("\t")?;
            copied(f, "\"$h\"", root, copy, cmd)?;
        }
    }
    f.write_str("\ndone")
}

fn copied(f: &mut fmt::Formatter<'_>, from: &str, root: &AbsPath, copy: &AbsPath, cmd: &Cmd) -> fmt::Result {
    let to = quote(root.join(copy.as_str()).as_str());
    let log = cmd.log.as_ref().map(|l| format!(" >>{} 2>&1", quote(l))).unwrap_or_default();
    write!(
        f,
        "cp {from} {to} && chmod 700 {to} && {cmd}{log} </dev/null || echo warning: {from} failed >&2; rm -f {to}"
    )
}
