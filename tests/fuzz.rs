//! The targets of the fuzzer, each with its seeds and a bounded number of changes of them. `UPDATE=1` writes the seeds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "fuzz/targets.rs"]
mod targets;

use jug::host::tar::{Kind, Member};
use jug::host::tar_write;
use jug::model::archive::DATA;
use proptest::prelude::*;
use std::path::Path;

type Target = fn(&[u8]) -> bool;
type Seed = (&'static str, Vec<u8>);

/// A tar of the root of an environment: with a directory, a file, its other name, a link, an attribute, a long name.
fn tar(above: &str) -> Vec<u8> {
    let it = |path: &str, kind, link: &str, size| Member {
        kind,
        link: link.into(),
        mode: 0o755,
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        ..Member::plain(&format!("{above}{path}"), size)
    };
    let mut all = vec![
        (it("bin/", Kind::Dir, "", 0), &b""[..]),
        (it("bin/sh", Kind::File, "", 3), b"one"),
        (it("bin/ash", Kind::Name, &format!("{above}bin/sh"), 0), b""),
        (it("l", Kind::Link, "../victim", 0), b""),
        (it(&format!("bin/{}", "n".repeat(180)), Kind::File, "", 3), b"two"),
    ];
    let attributes = vec![(b"user.a".to_vec(), b"x".to_vec())];
    all.push((Member { attributes, mtime: (-1, 5), ..it("f", Kind::File, "", 3) }, b"six"));
    if let Some((top, _)) = above.split_once('/') {
        let mut files = vec![(it("", Kind::Dir, "", 0), &b""[..])];
        files[0].0.path = format!("{top}/").into();
        files.push((it("", Kind::File, "", 7), b"a { b }"));
        files[1].0.path = format!("{top}/jail.conf").into();
        all.splice(0..0, files);
    }
    let mut to = Vec::new();
    for (member, bytes) in all {
        tar_write::header(&mut to, &member).unwrap();
        to.extend_from_slice(bytes);
        tar_write::pad(&mut to, bytes.len() as u64).unwrap();
    }
    tar_write::end(&mut to).unwrap();
    to
}

fn own(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let (names, parts): (Vec<_>, Vec<_>) = parts.iter().copied().unzip();
    targets::written("version = 1\n", &names, &parts)
}

fn request(text: &str) -> Vec<u8> {
    let who =
        "{\"name\":\"www\",\"uuid\":\"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\",\"under\":\"tank/backup\"}";
    let mut all = format!("{}\n", text.replace("WHO", who)).into_bytes();
    // The begin of a stream of one snapshot (sys/zfs_ioctl.h).
    for word in [0u64, 0x2_f5ba_cbac, 1] {
        all.extend_from_slice(&word.to_le_bytes());
    }
    all.resize(all.len() + 312 - 24, 0);
    all
}

/// Each target with what it begins from.
fn all() -> Vec<(&'static str, Target, Vec<Seed>)> {
    vec![
        (
            "archive",
            targets::archive,
            vec![
                ("some", own(&[(DATA, b"some data")])),
                ("disk", own(&[(DATA, b"some data"), ("disk0.raw", b"a disk")])),
            ],
        ),
        ("tree", targets::tree, vec![("root", tar("")), ("bastille", tar("web/root/"))]),
        (
            "receive",
            targets::receive,
            vec![
                (
                    "receive",
                    request(
                        "{\"do\":\"receive\",\"replica\":WHO,\"part\":\"data\",\"filesystem\":true,\"mark\":null}",
                    ),
                ),
                (
                    "list",
                    request(
                        "{\"do\":\"list\",\"name\":\"www\",\"uuid\":\"7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60\",\"under\":null}",
                    ),
                ),
                ("settle", request("{\"do\":\"settle\",\"replica\":WHO,\"part\":\"\",\"mark\":null}")),
                ("hello", request("{\"do\":\"hello\",\"protocol\":1}")),
            ],
        ),
    ]
}

/// One change of what a seed has; a header of tar(5) gets its sum again, or nothing behind it would ever be read.
fn change(text: &mut Vec<u8>, (at, byte, how): (u16, u8, u8)) {
    if text.is_empty() {
        return;
    }
    let at = usize::from(at) % text.len();
    match how {
        0 => text[at] = byte,
        1 => text[at] ^= 1 << (byte % 8),
        2 => text.truncate(at),
        3 => drop(text.splice(at..at, std::iter::repeat_n(byte, usize::from(byte)))),
        4 => drop(text.drain(at..(at + usize::from(byte)).min(text.len()))),
        _ => {
            let (from, to) = (at / 512 * 512, usize::from(byte) * 512 % text.len().next_multiple_of(512));
            let block = text[from..(from + 512).min(text.len())].to_vec();
            let to = to.min(text.len());
            drop(text.splice(to..to, block));
        }
    }
    for header in text.chunks_exact_mut(512).filter(|b| &b[257..262] == b"ustar") {
        let sum: u32 = (0u32..)
            .zip(&*header)
            .map(|(i, b)| if (148..156).contains(&i) { 32 } else { u32::from(*b) })
            .sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

#[test]
fn the_seeds_are_those_of_this_code() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
    for (name, target, seeds) in all() {
        for (seed, bytes) in &seeds {
            let file = dir.join(name).join(seed);
            if std::env::var_os("UPDATE").is_some() {
                std::fs::create_dir_all(dir.join(name)).unwrap();
                let _ = std::fs::remove_file(&file);
                let mut to = std::fs::File::create_new(&file).unwrap();
                std::io::Write::write_all(&mut to, bytes).unwrap();
            }
            assert!(target(bytes), "{name}: {seed} is refused");
            // Who runs the tests is in them.
            if rustix::process::geteuid().is_root() || name != "tree" {
                assert!(std::fs::read(&file).is_ok_and(|b| b == *bytes), "{}: give UPDATE=1", file.display());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn whatever_is_given_the_readers_bear_it(
        which in 0usize..8,
        changes in proptest::collection::vec((any::<u16>(), any::<u8>(), 0u8..6), 1..6),
    ) {
        let seeds: Vec<(Target, Vec<u8>)> =
            all().into_iter().flat_map(|(_, target, seeds)| seeds.into_iter().map(move |(_, b)| (target, b))).collect();
        let (target, mut text) = seeds[which % seeds.len()].clone();
        for one in changes {
            change(&mut text, one);
        }
        target(&text);
    }
}
