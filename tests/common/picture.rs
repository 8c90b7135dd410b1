//! What is there on the simulated host, told in text, so that two moments can be compared.

use super::world::World;
use std::path::Path;

impl World {
    /// What is there, told in text: what programs know, and every file but locks, logs and journals.
    pub fn picture(&self) -> String {
        let state = self.fake.state();
        let mut text = format!(
            "{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}\n",
            state.nfs.kernel,
            state.nfs.shares,
            state.datasets,
            (
                state.snapshots.iter().map(|(n, s)| (n, &s.mark, &s.common, &s.holds)).collect::<Vec<_>>(),
                &state.bookmarks
            ),
            state.mounts,
            state.jails,
            state.addresses,
            state.rules.iter().collect::<std::collections::BTreeSet<_>>(),
            state.interfaces,
            state.namespaces,
            state.filter,
            (&state.sessions, &state.machines)
        );
        drop(state);
        tree(self.layout.workdir.as_path(), "", &mut text);
        // Nobody takes away what a server keeps; it may be empty.
        for name in ["www", "web"] {
            let server = ["d", "f", "r", "s", "jails/data", "jails/fstab", "jails/rcconf", "jails/system"];
            let server = server.map(|d| format!("server/{d}/{name}"));
            let kept = server
                .into_iter()
                .chain(["data", "fstab", "rcconf", "system"].map(|d| format!("disk/{name}/{d}")));
            for dir in kept.map(|d| self.top().join("store").join(&d)) {
                if dir.as_path().exists() {
                    tree(dir.as_path(), name, &mut text);
                }
            }
        }
        tree(self.top().join("dev").as_path(), "/dev", &mut text);
        owners(&text).replace(self.top().as_str(), "TOP")
    }
}

/// Of epochs only the last one tells anything: who gave one up took another.
fn owners(text: &str) -> String {
    let (epochs, mut lines): (Vec<_>, Vec<_>) = text.lines().partition(|l| l.contains("/owner.d/"));
    let number = |l: &&&str| l.split("/owner.d/").nth(1)?.split(' ').next()?.parse::<u64>().ok();
    let last = epochs.iter().max_by_key(number).and_then(|l| l.split("node = ").nth(1));
    lines.extend(last);
    // So does the number that the registered file has.
    let mut parts = lines.join("\n");
    while let Some(at) = parts.find("epoch = ") {
        let digits = parts[at + 8..].chars().take_while(char::is_ascii_digit).count();
        parts.replace_range(at..at + 8 + digits, "epoch");
    }
    parts
}

fn tree(dir: &Path, rel: &str, text: &mut String) {
    use std::os::unix::fs::PermissionsExt;
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let rel = format!("{rel}/{}", entry.file_name().to_string_lossy());
        // The console log tells of every start, of failing ones too.
        if ["/lock", "/log", "/journal"].contains(&rel.as_str()) || rel.ends_with("/console.log") {
            continue;
        }
        let meta = entry.path().symlink_metadata().unwrap();
        let mode = meta.permissions().mode();
        if meta.is_dir() {
            text.push_str(&format!("{rel} {mode:o}\n"));
            tree(&entry.path(), &rel, text);
        } else if meta.is_symlink() {
            text.push_str(&format!("{rel} -> {:?}\n", std::fs::read_link(entry.path()).unwrap()));
        } else {
            let mut content = std::fs::read(entry.path()).unwrap();
            if content.len() > 1 << 16 {
                // Of disks, how long they are, and how they begin.
                content = format!("{} bytes, {:?}", content.len(), &content[..16]).into_bytes();
            }
            text.push_str(&format!("{rel} {mode:o} {:?}\n", String::from_utf8_lossy(&content)));
        }
    }
}
