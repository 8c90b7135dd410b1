//! What image-fetch and image-import share: from a file that has come to an image that is whole, checked and raw. All of
//! it happens beside the images, under names that begin with a dot; the last of it is a plan like any other.

use super::change;
use super::download::{self, watched};
use super::session::Session;
use crate::apply;
use crate::error::{Error, Result};
use crate::facts::gather::Wanted;
use crate::host::stream::{self, Bounds};
use crate::host::{Cmd, Host, Output, RunError, fs};
use crate::model::image::{Content, Disk, Format, HEAD, Image, Packing, content};
use crate::model::name::{AbsPath, ImageName};
use crate::model::size::ByteSize;
use crate::model::sum::{Algorithm, Sum};
use crate::model::url::{Scheme, Url};
use crate::plan;
use crate::programs::{qemu_img, unpack};
use crate::report::results::Done;
use crate::store::images::State;
use crate::store::{images, lock};
use std::io::Read;
use std::os::unix::fs::MetadataExt;

/// How what comes is checked, and how long it may become.
#[derive(Debug, clap::Args)]
pub struct Checks {
    /// The sha256 that what comes must have
    #[arg(long, value_name = "HEX", group = "check")]
    sha256: Option<String>,
    /// The sha512 that it must have
    #[arg(long, value_name = "HEX", group = "check")]
    sha512: Option<String>,
    /// The publisher's file of sums, an address or a path: one that lists it by its file's name
    #[arg(long, value_name = "URL", group = "check", value_parser = file_of_sums)]
    sums: Option<Url>,
    /// Take it without a sum
    #[arg(long, group = "check")]
    no_verify: bool,
    /// The image may become so long
    #[arg(long, value_name = "SIZE", default_value = "64G")]
    max_size: ByteSize,
}

impl Checks {
    /// A given sum, or where one is to be looked for, beside the publisher's own.
    ///
    /// # Errors
    /// There is neither, and nobody said that none is wanted.
    pub fn sum(&self, verb: &str, own: Option<Url>) -> Result<Check> {
        let given = match (&self.sha256, &self.sha512) {
            (Some(hex), _) => Some(Sum::of(Algorithm::Sha256, hex)?),
            (_, Some(hex)) => Some(Sum::of(Algorithm::Sha512, hex)?),
            _ => None,
        };
        match (given, self.sums.clone().or(own)) {
            (Some(sum), _) => Ok(Check::Sum(sum)),
            _ if self.no_verify => Ok(Check::None),
            (None, Some(url)) => Ok(Check::Listed(url)),
            (None, None) => Err(Error::usage(verb, "there is no sum to check it by")
                .next("give --sha256 HEX, --sha512 HEX or --sums URL; --no-verify takes it without")),
        }
    }
}

/// An address, or the path of a file of this host.
fn file_of_sums(word: &str) -> Result<Url> {
    match word.contains("://") {
        true => word.parse(),
        false => format!("file://{}", super::absolute(word.as_ref())?).parse(),
    }
}

/// What something is checked by.
#[derive(Debug, PartialEq, Eq)]
pub enum Check {
    /// This sum.
    Sum(Sum),
    /// What this file says.
    Listed(Url),
    /// Nothing.
    None,
}

/// What is to become an image.
#[derive(Debug)]
pub struct Making<'a> {
    /// The verb.
    pub verb: &'static str,
    /// The image's name.
    pub name: &'a ImageName,
    /// The address or path it comes from, and its file's name there.
    pub source: (String, String),
    /// What it is checked by.
    pub check: Check,
    /// The options.
    pub checks: &'a Checks,
}

/// Brings what is to become an image to a path, which may hold what an earlier try left; at most so many bytes of it.
/// Returns its sha256, if that was made on the way.
pub type Bring<'a> = &'a mut dyn FnMut(&AbsPath, u64) -> Result<Option<Sum>>;

/// Makes an image; says so, and keeps a record of it.
pub fn run(s: &Session, m: &Making<'_>, bring: Bring<'_>) -> Result<crate::error::Code> {
    s.need_root(m.verb)?;
    let object = images::object(m.name);
    let mut warnings = Vec::new();
    let result = whole(s, m, &object, bring, &mut warnings);
    Ok(change::report(s, change::finish(s, m.verb, &object, result, warnings)))
}

fn whole(
    s: &Session,
    m: &Making<'_>,
    object: &str,
    bring: Bring<'_>,
    warnings: &mut Vec<String>,
) -> Result<Done> {
    s.layout.ensure()?;
    let lock = lock::exclusive(&s.layout, object, m.verb)?;
    change::mend(s, object, true, &lock, warnings)?;
    let expected = expected(s, m, warnings)?;
    let same = |i: &Image| {
        let whole = images::state(&s.layout, m.name, i) == State::Verified;
        whole && i.source_sum.is_some() && i.source_sum == expected
    };
    if images::get(&s.layout, m.name).is_ok_and(|i| same(&i)) {
        // A kill may have come between its plan and this.
        clean(s, m.name, None)?;
        return Ok(Done::unchanged("it is there already"));
    }
    let facts = s.gather(&Wanted { paths: vec![s.layout.image(m.name)], ..Wanted::default() })?;
    plan::image::refuse(m.name, &s.layout, &facts)?;
    let key = expected.as_ref().map_or("unverified", |e| &e.hex()[..16]);
    let part = beside(s, m.name, &format!("{key}.part"));
    // What was to have another sum does not fit, and without a sum nobody would see that.
    clean(s, m.name, expected.as_ref().map(|_| &part))?;
    let made = checked(s, m, &part, expected.as_ref(), bring).and_then(|own| raw(s, m, &part, own));
    let image = made.and_then(|(disk, format, sum)| {
        let (size, mtime) = images::stat(disk.as_path())?;
        let now = s.host.now();
        let image = Image {
            version: 1,
            uuid: s.host.uuid(),
            created: now,
            source: m.source.0.clone(),
            format,
            source_sum: expected.clone(),
            size,
            sum,
            mtime,
            verified: now,
        };
        let plan = plan::image::add(m.verb, m.name, &image, &disk, &s.layout, &facts)?;
        warnings.extend(apply::run(&s.ctx(true), object, &plan, &lock)?);
        Ok(image)
    });
    // The next try begins with what came, if its sum tells what it is.
    clean(s, m.name, (image.is_err() && expected.is_some()).then_some(&part))?;
    let image = image.map_err(|e| match e.next {
        None if part.as_path().exists() => {
            e.next(format!("what came is kept for the next try; jug image-remove {} throws it away", m.name))
        }
        _ => e,
    })?;
    let size = ByteSize(image.size).human();
    Ok(Done::changed(match &m.check {
        Check::None => format!("{}, not checked, {size}", image.format),
        Check::Sum(_) => format!("{}, checked against the given sum, {size}", image.format),
        // Said as it is: whoever can change the image there can change the list too.
        Check::Listed(url) => {
            format!("{}, checked against {url} (only as good as that), {size}", image.format)
        }
    }))
}

/// The sum that what comes must have.
fn expected(s: &Session, m: &Making<'_>, warnings: &mut Vec<String>) -> Result<Option<Sum>> {
    let url = match &m.check {
        Check::Sum(sum) => return Ok(Some(sum.clone())),
        Check::None => return Ok(None),
        Check::Listed(url) => url,
    };
    let text = download::text(s, url, &beside(s, m.name, "sums")).map_err(|e| {
        let reason = format!("no sums to check the image by: {}", e.reason);
        Error { reason, ..e }
    })?;
    if url.scheme == Scheme::Http {
        warnings
            .push(format!("{url} came by plain http: anybody on the way can change it and the image alike"));
    }
    let sum = Sum::listed(&text, &m.source.1).ok_or_else(|| {
        Error::failed(url, format!("it has no sha256 or sha512 of {}", m.source.1))
            .next("give --sha256 HEX or --sha512 HEX")
    })?;
    Ok(Some(sum))
}

/// A file of this image's making. No image can be called so.
fn beside(s: &Session, name: &ImageName, end: &str) -> AbsPath {
    s.layout.images().join(&format!(".{name}~{end}"))
}

/// What is left of the making of an image, with its length.
pub fn leftovers(s: &Session, name: &ImageName) -> Vec<(AbsPath, u64)> {
    let start = format!(".{name}~");
    let dir = std::fs::read_dir(s.layout.images().as_path()).into_iter().flatten().flatten();
    dir.filter_map(|e| {
        let file = e.file_name().into_string().ok().filter(|f| f.starts_with(&start))?;
        Some((s.layout.images().join(&file), e.metadata().ok()?.len()))
    })
    .collect()
}

/// Removes what is left of the making of an image, but `keep`.
pub fn clean(s: &Session, name: &ImageName, keep: Option<&AbsPath>) -> Result<()> {
    for (path, _) in leftovers(s, name) {
        if Some(&path) != keep {
            fs::remove_file(path.as_path())?;
        }
    }
    Ok(())
}

/// Sees that all of it is there and has its sum. Returns its sha256.
fn checked(
    s: &Session,
    m: &Making<'_>,
    part: &AbsPath,
    expected: Option<&Sum>,
    bring: Bring<'_>,
) -> Result<Sum> {
    let algorithm = expected.map_or(Algorithm::Sha256, |e| e.algorithm);
    let read = || -> Result<[Sum; 2]> {
        let progress = s.progress(true);
        progress.step(m.name.as_str(), "check it");
        let all =
            stream::sums(part.as_path(), &[algorithm, Algorithm::Sha256], &mut |n| progress.fetched(n))?;
        all.try_into().map_err(|_| Error::failed(part, "it has no sum"))
    };
    // What an earlier try fetched may be whole already.
    if let Some(expected) = expected
        && part.as_path().exists()
        && let [sum, own] = read()?
        && sum == *expected
    {
        return Ok(own);
    }
    s.progress(true).step(m.name.as_str(), "fetch it");
    let [sum, own] = match bring(part, m.checks.max_size.0)? {
        Some(own) if algorithm == own.algorithm => [own.clone(), own],
        _ => read()?,
    };
    if let Some(expected) = expected
        && sum != *expected
    {
        fs::remove_file(part.as_path())?;
        return Err(Error::failed(
            &m.source.0,
            format!("its sum is {sum}, and ought to be {expected}: what came is thrown away"),
        )
        .next("fetch it again; if it stays so, ask the publisher"));
    }
    Ok(own)
}

/// Makes a raw disk of what has come, whose sha256 is `own`. Returns it, what it came in, and its sum.
fn raw(s: &Session, m: &Making<'_>, part: &AbsPath, own: Sum) -> Result<(AbsPath, Format, Sum)> {
    let most = m.checks.max_size.0;
    let (mut at, mut sum, mut packing) = (part.clone(), own, None);
    if let Content::Packed(packed) = look(m, &at)? {
        packing = Some(packed);
        let to = beside(s, m.name, "disk");
        sum = unpacked(s, m, packed, &at, &to)?;
        at = to;
    }
    let disk = match look(m, &at)? {
        Content::Disk(disk) => disk,
        Content::Packed(_) => {
            return Err(Error::failed(&m.source.0, "it is packed twice").next("unpack it once"));
        }
    };
    if disk != Disk::Raw {
        let to = beside(s, m.name, "raw");
        converted(s, m, disk, &at, &to)?;
        let progress = s.progress(true);
        let sums = stream::sums(to.as_path(), &[Algorithm::Sha256], &mut |n| progress.fetched(n))?;
        sum = sums.into_iter().next().unwrap_or(sum);
        at = to;
    }
    if std::fs::metadata(at.as_path()).is_ok_and(|m| m.len() > most) {
        return Err(stream::too_long(&m.source.0, most));
    }
    fs::set_mode(at.as_path(), 0o600)?;
    let synced = std::fs::File::open(at.as_path()).and_then(|f| f.sync_all());
    synced.map_err(|e| Error::io(at.as_path(), "syncing it", e))?;
    Ok((at, Format { disk, packing }, sum))
}

fn look(m: &Making<'_>, path: &AbsPath) -> Result<Content> {
    let fail = |e| Error::io(path.as_path(), "reading it", e);
    let file = std::fs::File::open(path.as_path()).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    let mut head = Vec::new();
    file.take(HEAD as u64).read_to_end(&mut head).map_err(fail)?;
    content(&head, length).map_err(|why| Error::failed(&m.source.0, why))
}

fn unpacked(s: &Session, m: &Making<'_>, packing: Packing, from: &AbsPath, to: &AbsPath) -> Result<Sum> {
    let progress = s.progress(true);
    progress.step(m.name.as_str(), "unpack it");
    let file = std::fs::File::open(from.as_path()).map_err(|e| Error::io(from.as_path(), "reading it", e))?;
    let bounds = Bounds { most: m.checks.max_size.0, room: stream::room(s.layout.images().as_path())? };
    let done = s.host.pipe(&unpack::unpack(packing), file, &mut |out| {
        stream::copy(out, &m.source.0, to.as_path(), (Algorithm::Sha256, bounds), &mut |n| {
            progress.fetched(n)
        })
    });
    done.map(|(_, sum)| sum).map_err(|e| Error { object: m.source.0.clone(), ..e })
}

fn converted(s: &Session, m: &Making<'_>, disk: Disk, from: &AbsPath, to: &AbsPath) -> Result<()> {
    s.progress(true).step(m.name.as_str(), "convert it");
    if !s.host.has("qemu-img") {
        let reason = format!("it is a {}, and there is no qemu-img(1) to convert it", disk.as_str());
        return Err(Error::lacks(&m.source.0, reason)
            .next("pkg install qemu-tools (Debian: apt-get install qemu-utils), or take one that is raw"));
    }
    let most = m.checks.max_size.0;
    let failed =
        |cmd: &Cmd, out: &Output| Error { object: m.source.0.clone(), ..RunError::failed(cmd, out).into() };
    let ask = |cmd: Cmd| {
        let out = s.host.query(&cmd)?;
        if cmd.accepts(&out) { Ok(out) } else { Err(failed(&cmd, &out)) }
    };
    if qemu_img::parse_info(&ask(qemu_img::info(from.as_str(), disk))?.stdout)? > most {
        return Err(stream::too_long(&m.source.0, most));
    }
    ask(qemu_img::check(from.as_str(), disk))?;
    // It is there before, so that its mode is not qemu-img's choice.
    fs::create_private(to.as_path())?;
    let room = stream::room(s.layout.images().as_path())?;
    let cmd = qemu_img::to_raw(from.as_str(), disk, to.as_str());
    let (out, stopped) = watched(s, &cmd, to, &|m| m.blocks().saturating_mul(512) > room)?;
    match (stopped, out.ok()) {
        (true, _) => Err(stream::no_room(&m.source.0)),
        (false, true) => Ok(()),
        (false, false) => Err(failed(&cmd, &out)),
    }
}
