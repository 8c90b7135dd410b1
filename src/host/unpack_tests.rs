//! Trees that come back, and archives that try to get out.

use super::*;
use crate::host::{pack, tar_write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

const WIDE: Bounds = Bounds { most: 1 << 30, room: 1 << 30 };

fn tar(members: &[(Member, &[u8])]) -> Vec<u8> {
    let mut to = Vec::new();
    for (m, bytes) in members {
        tar_write::header(&mut to, m).unwrap();
        to.extend_from_slice(bytes);
        tar_write::pad(&mut to, bytes.len() as u64).unwrap();
    }
    tar_write::end(&mut to).unwrap();
    to
}

fn unpack(mut text: &[u8], to: &Path, bounds: Bounds) -> Result<Copied> {
    tree(&mut text, to, bounds, &mut |_| {})
}

fn file(path: &str) -> Member {
    mine(Member { size: 3, ..Member::plain(path, 0) })
}
fn mine(m: Member) -> Member {
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    Member { uid, gid, ..m }
}
fn dir(path: &str) -> Member {
    mine(Member { kind: Kind::Dir, mode: 0o755, ..Member::plain(path, 0) })
}
fn link(path: &str, to: &str) -> Member {
    mine(Member { kind: Kind::Link, link: to.into(), ..Member::plain(path, 0) })
}
fn name(path: &str, of: &str) -> Member {
    mine(Member { kind: Kind::Name, link: of.into(), ..Member::plain(path, 0) })
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let t = tempfile::tempdir().unwrap();
    let (from, to) = (t.path().join("a"), t.path().join("b"));
    let long = "n".repeat(200);
    std::fs::create_dir_all(from.join("d/e").join(&long)).unwrap();
    std::fs::create_dir(&to).unwrap();
    for (path, text, mode) in [("d/f", "hello", 0o4755), ("d/e/empty", "", 0o400), ("g", "x", 0o644)] {
        crate::host::fs::write_atomic(&from.join(path), text, mode).unwrap();
    }
    let deep = from.join("d/e").join(&long).join("leaf");
    crate::host::fs::write_atomic(&deep, "leaf", 0o600).unwrap();
    std::fs::hard_link(from.join("d/f"), from.join("d/e/f2")).unwrap();
    std::fs::hard_link(&deep, from.join("other")).unwrap();
    symlink("../../nowhere", from.join("d/l")).unwrap();
    symlink("/", from.join("root")).unwrap();
    crate::host::fs::create_private(&from.join("holes")).unwrap().set_len(3 << 20).unwrap();
    let _ = rustix::fs::mknodat(
        rustix::fs::CWD,
        from.join("pipe"),
        rustix::fs::FileType::Fifo,
        Mode::from_raw_mode(0o600),
        0,
    );
    std::fs::set_permissions(from.join("d/e"), std::fs::Permissions::from_mode(0o1777)).unwrap();
    std::fs::set_permissions(&from, std::fs::Permissions::from_mode(0o711)).unwrap();
    let mut text = Vec::new();
    let packed = pack::pack(&from, &mut text).unwrap();
    assert_eq!(unpack(&text, &to, WIDE).unwrap().entries, packed.entries);
    let mut again = Vec::new();
    pack::pack(&to, &mut again).unwrap();
    assert!(text == again, "packed again it is another");
    let meta = |p: &Path| std::fs::symlink_metadata(p).unwrap();
    assert_eq!(meta(&to.join("d/f")).ino(), meta(&to.join("d/e/f2")).ino());
    assert_eq!(meta(&to.join("d/f")).mode() & 0o7777, 0o4755);
    assert_eq!(meta(&to).mode() & 0o7777, 0o711);
    assert!(!to.join("pipe").exists() && meta(&to.join("holes")).blocks() < 100);
}

#[test]
fn nothing_outside_is_touched() {
    let t = tempfile::tempdir().unwrap();
    let outside = t.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    crate::host::fs::write_atomic(&outside.join("victim"), "safe", 0o644).unwrap();
    let out = outside.to_str().unwrap();
    let abc: &[u8] = b"abc";
    let none: &[u8] = b"";
    let device = |kind: tar::EntryType| {
        let mut h = tar::Header::new_ustar();
        h.set_path("null").unwrap();
        h.set_entry_type(kind);
        h.set_size(0);
        h.set_mode(0o666);
        h.set_device_major(1).unwrap();
        h.set_device_minor(3).unwrap();
        h.set_cksum();
        let mut text = h.as_bytes().to_vec();
        tar_write::end(&mut text).unwrap();
        text
    };
    let through = format!("{out}/victim");
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("upwards", tar(&[(file("../outside/x"), abc)]), "upwards"),
        ("upwards later", tar(&[(file("a/b/../../../outside/x"), abc)]), "upwards"),
        ("absolute", tar(&[(file(&format!("{out}/x")), abc)]), "absolute"),
        ("through a link", tar(&[(link("l", out), none), (file("l/x"), abc)]), "through a link"),
        ("through a link up", tar(&[(link("l", "../outside"), none), (file("l/x"), abc)]), "through a link"),
        ("onto a link", tar(&[(link("l", &through), none), (file("l"), abc)]), "twice"),
        ("a directory onto a link", tar(&[(link("l", out), none), (dir("l"), none)]), "through a link"),
        ("a link in a link", tar(&[(link("l", out), none), (link("l/x", "/"), none)]), "through a link"),
        ("another name of what is outside", tar(&[(name("n", &through), none)]), "absolute"),
        ("another name upwards", tar(&[(name("n", "../outside/victim"), none)]), "upwards"),
        (
            "another name through a link",
            tar(&[(link("l", out), none), (name("n", "l/victim"), none)]),
            "through a link",
        ),
        ("another name of a link", tar(&[(link("l", &through), none), (name("n", "l"), none)]), "no file"),
        ("another name of nothing", tar(&[(name("n", "x"), none)]), "no file"),
        ("another name of a directory", tar(&[(dir("d"), none), (name("n", "d"), none)]), "no file"),
        ("a file twice", tar(&[(file("a"), abc), (file("./a"), abc)]), "twice"),
        ("a directory twice", tar(&[(dir("a"), none), (dir("a/"), none)]), "twice"),
        ("a file as a directory", tar(&[(file("a"), abc), (file("a/b"), abc)]), "no directory"),
        ("a file over a directory", tar(&[(dir("a"), none), (file("a"), abc)]), "twice"),
        ("its root as a file", tar(&[(file("."), abc)]), "root is no directory"),
        ("its root as a link", tar(&[(link("./", out), none)]), "root is no directory"),
        ("a character device", device(tar::EntryType::Char), "device node"),
        ("a block device", device(tar::EntryType::Block), "device node"),
        ("a pipe", device(tar::EntryType::Fifo), "named pipe"),
        ("a long part", tar(&[(file(&"x".repeat(256)), abc)]), "longer than a path"),
        ("a long path", tar(&[(file(&"x/".repeat(2500)), abc)]), "longer than a path"),
    ];
    for (what, text, why) in &cases {
        let to = t.path().join("to");
        std::fs::create_dir(&to).unwrap();
        let e = unpack(text, &to, WIDE).unwrap_err();
        assert!(e.reason.contains(why), "{what}: {e}");
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1, "{what}: something was made outside");
        assert_eq!(std::fs::read_to_string(outside.join("victim")).unwrap(), "safe", "{what}");
        assert_eq!(std::fs::metadata(outside.join("victim")).unwrap().nlink(), 1, "{what}");
        crate::host::tree::remove(&to).unwrap();
    }
}

#[test]
fn bounds_hold_for_bytes_and_for_what_is_empty() {
    let t = tempfile::tempdir().unwrap();
    let big = mine(Member { size: 1 << 40, ..Member::plain("big", 0) });
    let mut text = Vec::new();
    tar_write::header(&mut text, &big).unwrap();
    let e = unpack(&text, t.path(), WIDE).unwrap_err();
    assert!(e.reason.contains("longer than"), "{e}");
    let many: Vec<(Member, &[u8])> = (0..50).map(|i| (dir(&format!("d{i}")), &b""[..])).collect();
    let e = unpack(&tar(&many), t.path(), Bounds { most: 1 << 30, room: 10_000 }).unwrap_err();
    assert!(e.reason.contains("does not fit"), "{e}");
    // Names and attributes do not fill the memory.
    let mut h = tar::Header::new_gnu();
    h.set_entry_type(tar::EntryType::GNULongName);
    h.set_size(1 << 35);
    h.set_path("x").unwrap();
    h.set_cksum();
    let e = unpack(h.as_bytes(), t.path(), WIDE).unwrap_err();
    assert!(e.reason.contains("longer than any"), "{e}");
}

/// What the system's own tar writes is read, and the other way round.
#[test]
fn the_systems_tar_and_this_one_agree() {
    let t = tempfile::tempdir().unwrap();
    for d in ["a/d", "b", "c"] {
        std::fs::create_dir_all(t.path().join(d)).unwrap();
    }
    let long = "l".repeat(150);
    crate::host::fs::write_atomic(&t.path().join("a/d").join(&long), "one", 0o640).unwrap();
    crate::host::fs::write_atomic(&t.path().join("a/d/short"), "two", 0o755).unwrap();
    std::fs::hard_link(t.path().join("a/d/short"), t.path().join("a/again")).unwrap();
    symlink(&long, t.path().join("a/link")).unwrap();
    let host = crate::host::System::new(["/usr/bin".into(), "/bin".into()], false);
    let run = |args: &[&str]| {
        let out = crate::host::Host::query(&host, &crate::host::Cmd::new("tar").args(args.iter().copied()))
            .unwrap();
        assert!(out.ok(), "{args:?}: {out:?}");
    };
    let at = |p: &str| t.path().join(p).to_str().unwrap().to_string();
    let names = |p: &str| {
        let mut text = Vec::new();
        pack::pack(&t.path().join(p), &mut text).unwrap();
        text
    };
    for format in ["gnutar", "pax"] {
        // bsdtar knows no `gnu`, and GNU tar no `gnutar`.
        let word = if format == "gnutar" && cfg!(target_os = "linux") { "gnu" } else { format };
        run(&["-c", "--format", word, "-f", &at("tar"), "-C", &at("a"), "."]);
        let text = std::fs::read(t.path().join("tar")).unwrap();
        unpack(&text, &t.path().join("b"), WIDE).unwrap();
        for (path, body) in
            [("d/short", "two"), ("again", "two"), ("link", ""), (&format!("d/{long}"), "one")]
        {
            let found = std::fs::read_to_string(t.path().join("b").join(path));
            assert!(found.is_ok_and(|f| body.is_empty() || f == body) || path == "link", "{format}: {path}");
        }
        crate::host::tree::remove(&t.path().join("b")).unwrap();
        std::fs::create_dir(t.path().join("b")).unwrap();
    }
    crate::host::fs::create_private(&t.path().join("ours")).unwrap().write_all(&names("a")).unwrap();
    run(&["-x", "-p", "-f", &at("ours"), "-C", &at("c")]);
    assert!(names("a") == names("c"), "tar(1) has made another tree of it");
}

/// What may be written into fields for names.
const HOSTILE: [&str; 8] =
    ["../victim", "/tmp/jug-evil", "d/../../victim", "l/new", "d", "./", "", "d/f/below-a-file"];

/// One damage of an archive, by somebody who knows the format: whatever is a header gets its sum again.
fn damage(text: &mut Vec<u8>, (at, byte, how): (u16, u8, u8)) {
    let blocks = text.len() / 512;
    if blocks < 2 {
        return;
    }
    let (at, block) = (usize::from(at), usize::from(at) % blocks * 512);
    let field = |text: &mut [u8], from: usize, word: &[u8]| {
        text[block + from..block + from + 100].fill(0);
        text[block + from..block + from + word.len()].copy_from_slice(word);
    };
    let hostile = HOSTILE[usize::from(byte) % HOSTILE.len()].as_bytes();
    match how {
        0 => text[at % (blocks * 512)] = byte,
        1 => text.truncate(at % text.len()),
        2 => drop(text.drain(block..block + 512)),
        3 => {
            let from = usize::from(byte) % blocks * 512;
            let copy = text[from..from + 512].to_vec();
            drop(text.splice(block..block, copy));
        }
        4 => field(text, 0, hostile),
        5 => field(text, 157, hostile),
        6 => text[block + 156] = b"0123456789xgLKSA"[usize::from(byte) % 16],
        _ => text[block + 124 + usize::from(byte) % 11] = b'0' + byte % 8,
    }
    for header in text.chunks_exact_mut(512).filter(|b| &b[257..262] == b"ustar") {
        let mut it = ::tar::Header::new_old();
        it.as_mut_bytes().copy_from_slice(header);
        it.set_cksum();
        header.copy_from_slice(it.as_bytes());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1500))]
    /// Whatever an archive is made into, it is taken or refused, nothing panics, and nothing is written, linked or changed
    /// outside.
    #[test]
    fn damaged_archives_stay_inside(
        all in proptest::collection::vec((proptest::prelude::any::<u16>(), proptest::prelude::any::<u8>(), 0u8..8), 1..6),
    ) {
        let t = tempfile::tempdir().unwrap();
        let (to, victim) = (t.path().join("to"), t.path().join("victim"));
        std::fs::create_dir(&to).unwrap();
        crate::host::fs::write_atomic(&victim, "safe", 0o644).unwrap();
        let mut text = tar(&[
            (dir("d/"), b""),
            (file("d/f"), b"one"),
            (link("l", ".."), b""),
            (name("g", "d/f"), b""),
            (Member { attributes: vec![("user.a".into(), b"x".to_vec())], ..file("long") }, b"two"),
            (link("m", "../victim"), b""),
            (file(&format!("d/{}", "n".repeat(180))), b"six"),
        ]);
        for one in all {
            damage(&mut text, one);
        }
        let _ = unpack(&text, &to, WIDE);
        let mut left: Vec<_> = std::fs::read_dir(t.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        proptest::prop_assert_eq!(left, ["to", "victim"]);
        let meta = std::fs::symlink_metadata(&victim).unwrap();
        proptest::prop_assert_eq!((meta.nlink(), meta.mode() & 0o7777, meta.len()), (1, 0o644, 4));
        proptest::prop_assert!(!Path::new("/tmp/jug-evil").exists());
    }
}
