//! What is given to a reader of something that strangers have made, and what must hold whatever it is. The fuzzer of
//! `fuzz/` runs these without end, `tests/fuzz.rs` a number of times. Each says whether what it was given was taken.

use jug::cli::archives;
use jug::host::stream::Bounds;
use jug::host::{archive, unpack};
use jug::model::archive::DATA;
use jug::model::exchange::Request;
use jug::programs::replica;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The parts of an archive of jug's: of a jail, and of a VM with a disk.
const PARTS: [&[&str]; 2] = [&[DATA], &[DATA, "disk0.raw"]];

/// An archive of jug's: what is taken is what writing it again gives.
pub fn archive(given: &[u8]) -> bool {
    let read = |given: &[u8], names: &[&str]| {
        let (mut reader, manifest) = archive::Reader::open(given).ok()?;
        let mut parts = Vec::new();
        for name in names {
            let mut part = Vec::new();
            reader.part(name, &mut part).ok()?;
            parts.push(part);
        }
        reader.end().ok().map(|()| (manifest, parts))
    };
    let mut taken = false;
    for names in PARTS {
        let Some((manifest, parts)) = read(given, names) else { continue };
        let again = written(&manifest, names, &parts);
        assert!(read(&again, names) == Some((manifest, parts)), "it comes back as something else");
        taken = true;
    }
    taken
}

/// An archive with these parts.
pub fn written<B: AsRef<[u8]>>(manifest: &str, names: &[&str], parts: &[B]) -> Vec<u8> {
    let (mut to, mut tick) = (Vec::new(), |_| {});
    let mut writer = archive::Writer::new(manifest, &mut to, &mut tick).expect("memory takes all");
    for (name, part) in names.iter().zip(parts) {
        writer.part(name, &mut part.as_ref()).expect("memory takes all");
    }
    writer.end().expect("memory takes all");
    to
}

/// A tar of anybody's as a tree, as jug's own data and as what others export: nothing is outside of it, nor changed there.
pub fn tree(given: &[u8]) -> bool {
    let memory = Path::new("/dev/shm");
    let mut all = true;
    for foreign in [false, true] {
        let top = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir()).expect("a directory");
        let (to, victim) = (top.path().join("to"), top.path().join("victim"));
        std::fs::create_dir(&to).expect("a directory");
        jug::host::fs::write_atomic(&victim, "safe", 0o644).expect("a file");
        let bounds = Bounds { most: 1 << 20, room: 1 << 20 };
        let mut from = given;
        let taken = match foreign {
            true => archives::foreign(&mut from, &to, bounds, &mut |_| {}).map(|(done, _)| done),
            false => unpack::tree(&mut from, &to, bounds, &mut |_| {}),
        };
        all &= taken.is_ok();
        if let Ok(done) = taken {
            assert!(done.bytes <= bounds.most, "{} bytes are more than there may be", done.bytes);
        }
        let mut left: Vec<_> = top.path().read_dir().expect("it is there").flatten().collect();
        left.sort_by_key(std::fs::DirEntry::file_name);
        let names: Vec<_> = left.iter().map(std::fs::DirEntry::file_name).collect();
        assert_eq!(names, ["to", "victim"]);
        let meta = std::fs::symlink_metadata(&victim).expect("it is there");
        assert_eq!((meta.nlink(), meta.mode() & 0o7777, meta.len()), (1, 0o644, 4));
    }
    assert!(!Path::new("/tmp/jug-evil").exists());
    all
}

/// What comes to `jug replicate-receive`: a request, and the head of a stream behind it. A name in a request that is taken
/// leads nowhere but below the dataset that it is asked for.
pub fn receive(given: &[u8]) -> bool {
    let end = given.iter().position(|b| *b == b'\n').unwrap_or(given.len());
    let head = replica::check_head(given.get(end + 1..).unwrap_or_default());
    let Ok(line) = std::str::from_utf8(&given[..end]) else { return false };
    let Ok(request) = serde_json::from_str::<Request>(line) else { return false };
    let again = serde_json::to_string(&request).expect("it was text before");
    assert_eq!(serde_json::from_str::<Request>(&again).ok().as_ref(), Some(&request));
    if let Request::Receive { replica, part, .. } = &request {
        let root = "tank/backup".parse::<jug::model::name::DatasetName>().expect("a name");
        let root = root.child(replica.name.as_str());
        if let Ok(dataset) = replica::below(&root, part.as_str()) {
            assert!(
                dataset.is_within(&root) && !dataset.as_str().contains(['@', '#', '%', '\n']),
                "{dataset}"
            );
            assert!(!dataset.as_str().split('/').any(|p| [".", "..", ""].contains(&p)), "{dataset}");
        }
    }
    head.is_ok()
}
