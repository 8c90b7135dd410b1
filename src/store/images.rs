//! The images of a node: `images/<name>/image.toml`, and beside it the image itself.

use super::layout::Layout;
use crate::error::{Code, Error, Result};
use crate::host::{fs, stream};
use crate::model::image::Image;
use crate::model::name::{AbsPath, ImageName, nearest};
use crate::model::schema;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;

/// The object of locks and journals for an image, which no environment can be called.
pub fn object(name: &ImageName) -> String {
    format!("image.{name}")
}

/// All images. One whose file can't be read is left out.
pub fn all(layout: &Layout) -> BTreeMap<ImageName, Image> {
    let Ok(dir) = std::fs::read_dir(layout.images().as_path()) else { return BTreeMap::new() };
    dir.flatten()
        .filter_map(|e| e.file_name().to_str()?.parse::<ImageName>().ok())
        .filter_map(|name| read(layout, &name).ok().map(|i| (name, i)))
        .collect()
}

fn read(layout: &Layout, name: &ImageName) -> Result<Image> {
    let file = layout.image_file(name);
    schema::read(&fs::read_text(file.as_path(), schema::MAX_FILE)?, file.as_str())
}

/// One image.
///
/// # Errors
/// There is none of that name.
pub fn get(layout: &Layout, name: &ImageName) -> Result<Image> {
    match read(layout, name) {
        Err(e) if e.code == Code::NotFound => {
            let names = all(layout);
            let near = nearest(name.as_str(), names.keys().map(ImageName::as_str))
                .map(|n| format!("did you mean {n}?"));
            Err(Error::not_found(format!("image {name}"), "there is no such image")
                .next(near.unwrap_or_else(|| "jug image-ls shows what there is".into())))
        }
        other => other,
    }
}

/// How an image is, as far as can be said without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As long, and last written when, it was verified.
    Verified,
    /// Something wrote to it since.
    Changed,
    /// It is not there.
    Missing,
}

impl State {
    /// Its word in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "ready",
            Self::Changed => "changed",
            Self::Missing => "missing",
        }
    }
}

/// The length of a file, and when it was last written.
///
/// # Errors
/// It can't be asked for, or is no regular file.
pub fn stat(path: &Path) -> Result<(u64, Timestamp)> {
    let meta = std::fs::symlink_metadata(path).map_err(|e| Error::io(path, "reading its size", e))?;
    if !meta.is_file() {
        return Err(Error::conflict(path.display(), "it is no regular file"));
    }
    let time = meta.modified().ok().and_then(|t| Timestamp::try_from(t).ok());
    Ok((meta.len(), time.ok_or_else(|| Error::failed(path.display(), "it was written at no time"))?))
}

/// How an image is.
pub fn state(layout: &Layout, name: &ImageName, image: &Image) -> State {
    match stat(layout.image_disk(name).as_path()) {
        Ok(now) if now == (image.size, image.mtime) => State::Verified,
        Ok(_) => State::Changed,
        Err(_) => State::Missing,
    }
}

/// The image's disk, to be read now: where its size or its time is not what was noted, it is verified first. Whoever makes
/// something of an image asks for it here. The lock of the image must be held.
///
/// # Errors
/// It is not there, or its sum is another.
pub fn ready(
    layout: &Layout,
    name: &ImageName,
    image: &Image,
    now: Timestamp,
    tick: &mut dyn FnMut(u64),
) -> Result<AbsPath> {
    if state(layout, name, image) != State::Verified {
        verify(layout, name, image, now, tick)?;
    }
    Ok(layout.image_disk(name))
}

/// Reads all of an image, and notes that it has its sum. The lock of the image must be held.
///
/// # Errors
/// It is not there, or its sum is another.
pub fn verify(
    layout: &Layout,
    name: &ImageName,
    image: &Image,
    now: Timestamp,
    tick: &mut dyn FnMut(u64),
) -> Result<()> {
    let path = layout.image_disk(name);
    let what = format!("image {name}");
    let next = || format!("jug image-remove {name}, and fetch it again");
    // The time is taken before it is read: what is written meanwhile is then seen the next time.
    let (size, mtime) = stat(path.as_path()).map_err(|e| e.next(next()))?;
    let sums = stream::sums(path.as_path(), &[image.sum.algorithm], tick)?;
    match sums.first() {
        Some(sum) if *sum == image.sum && size == image.size => {}
        Some(sum) => {
            let reason = format!("it was changed: its sum is {sum}, and it was {}", image.sum);
            return Err(Error::failed(what, reason).next(next()));
        }
        None => return Err(Error::failed(what, "it has no sum")),
    }
    let image = Image { mtime, verified: now, ..image.clone() };
    fs::write_atomic(layout.image_file(name).as_path(), &schema::to_text(&image)?, 0o644)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sum::Algorithm;

    fn image(layout: &Layout, name: &ImageName, text: &[u8]) -> Image {
        fs::make_dir(layout.image(name).as_path(), 0o755).unwrap();
        let path = layout.image_disk(name);
        put(&path, text);
        let (size, mtime) = stat(path.as_path()).unwrap();
        let sums = stream::sums(path.as_path(), &[Algorithm::Sha256], &mut |_| {}).unwrap();
        let image = Image {
            version: 1,
            uuid: uuid::Uuid::nil(),
            created: Timestamp::UNIX_EPOCH,
            source: "file:///x".into(),
            format: "raw".parse().unwrap(),
            source_sum: None,
            size,
            sum: sums[0].clone(),
            mtime,
            verified: Timestamp::UNIX_EPOCH,
        };
        fs::write_atomic(layout.image_file(name).as_path(), &schema::to_text(&image).unwrap(), 0o644)
            .unwrap();
        image
    }
    fn put(path: &AbsPath, text: &[u8]) {
        std::io::Write::write_all(&mut fs::create_private(path.as_path()).unwrap(), text).unwrap();
    }

    #[test]
    fn an_image_is_read_again_when_it_was_written_to() {
        let t = tempfile::tempdir().unwrap();
        let layout = Layout::new(&t.path().to_string_lossy().parse().unwrap()).unwrap().ensure().unwrap();
        let name: ImageName = "a".parse().unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let before = image(&layout, &name, &[1; 512]);
        assert_eq!(get(&layout, &name).unwrap(), before);
        let mut read = 0;
        ready(&layout, &name, &before, now, &mut |_| read += 1).unwrap();
        assert_eq!(read, 0, "it was read though nothing has changed");
        // Written again with the same content: only the time is another.
        std::thread::sleep(std::time::Duration::from_millis(20));
        put(&layout.image_disk(&name), &[1; 512]);
        assert_eq!(state(&layout, &name, &before), State::Changed);
        ready(&layout, &name, &before, now, &mut |_| read += 1).unwrap();
        let after = get(&layout, &name).unwrap();
        assert!(read > 0 && after.verified == now && after.mtime != before.mtime);
        assert_eq!(state(&layout, &name, &after), State::Verified);
        put(&layout.image_disk(&name), &[2; 512]);
        let e = ready(&layout, &name, &after, now, &mut |_| {}).unwrap_err();
        assert!(e.reason.contains("changed") && e.next.is_some(), "{e}");
        fs::remove_file(layout.image_disk(&name).as_path()).unwrap();
        assert_eq!(state(&layout, &name, &after), State::Missing);
        assert!(ready(&layout, &name, &after, now, &mut |_| {}).is_err());
        let typo = get(&layout, &"aa".parse().unwrap()).unwrap_err();
        assert_eq!(typo.code, Code::NotFound);
    }

    #[test]
    fn a_half_image_is_none() {
        let t = tempfile::tempdir().unwrap();
        let layout = Layout::new(&t.path().to_string_lossy().parse().unwrap()).unwrap().ensure().unwrap();
        let half: ImageName = "half".parse().unwrap();
        fs::make_dir(layout.image(&half).as_path(), 0o755).unwrap();
        put(&layout.image_disk(&half), &[1; 512]);
        put(&layout.images().join(".b.0123.part"), &[1; 512]);
        assert!(all(&layout).is_empty());
    }
}
