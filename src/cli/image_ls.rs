//! image-ls

use super::session::Session;
use super::{image_fetch, image_make, targets};
use crate::error::{Code, Result};
use crate::model::name::ImageName;
use crate::model::size::ByteSize;
use crate::report::table::List;
use crate::store::images;
use serde_json::json;
use std::collections::BTreeSet;

/// List images, and how they are as far as can be said without reading them
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Those of the catalogue, which image-fetch knows by name
    #[arg(long)]
    available: bool,
}

/// Runs it; no other program is needed.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    if args.available {
        return available(s);
    }
    let mut list = List {
        name: "images",
        headings: vec!["NAME", "STATE", "SIZE", "CAME AS", "CHECKED", "SOURCE"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    let all = images::all(&s.layout);
    for (name, image) in &all {
        let state = images::state(&s.layout, name, image).as_str();
        let checked = image.source_sum.as_ref().map_or("no", |c| c.algorithm.as_str());
        let row = |size: String| {
            let words = [name.as_str(), state, &size, &image.format.to_string(), checked, &image.source];
            words.map(str::to_string).to_vec()
        };
        list.rows.push(row(ByteSize(image.size).human()));
        list.fields.push(row(image.size.to_string()));
        list.json.push(json!({"name": name.as_str(), "state": state, "size": image.size,
            "format": image.format.to_string(), "source": image.source, "source_sum": image.source_sum,
            "sum": image.sum, "created": image.created, "verified": image.verified, "uuid": image.uuid,
            "path": s.layout.image_disk(name).as_str()}));
    }
    for name in unfinished(s).iter().filter(|n| !all.contains_key(n)) {
        let bytes = image_make::leftovers(s, name).iter().map(|(_, n)| n).sum::<u64>();
        let row =
            |size: String| [name.as_str(), "unfinished", &size, "", "", ""].map(str::to_string).to_vec();
        list.rows.push(row(ByteSize(bytes).human()));
        list.fields.push(row(bytes.to_string()));
        list.json.push(json!({"name": name.as_str(), "state": "unfinished", "size": bytes}));
    }
    list.print(s.global.json, s.global.lines);
    if list.rows.is_empty() && !s.global.json && !s.global.lines && !s.global.quiet {
        eprintln!("jug: no images; jug image-ls --available shows what image-fetch knows");
    }
    Ok(Code::Done)
}

/// Images by name or mask, each once; with `unfinished` masks find also what was not fetched to its end. A mask that
/// matches nothing is a note.
///
/// # Errors
/// What is neither a name nor a mask.
pub fn choose(s: &Session, words: &[String], with_unfinished: bool) -> Result<Vec<ImageName>> {
    let mut known: BTreeSet<ImageName> = images::all(&s.layout).into_keys().collect();
    if with_unfinished {
        known.extend(unfinished(s));
    }
    let mut chosen = Vec::new();
    for word in words {
        let mut found: Vec<ImageName> = Vec::new();
        if targets::is_mask(word) {
            for name in &known {
                if targets::matches(word, name.as_str())? {
                    found.push(name.clone());
                }
            }
            targets::note(s, !found.is_empty(), word);
        } else {
            found.push(word.parse()?);
        }
        found.retain(|n| !chosen.contains(n));
        chosen.extend(found);
    }
    Ok(chosen)
}

/// Names of what is being fetched or was not fetched to its end.
fn unfinished(s: &Session) -> BTreeSet<ImageName> {
    let dir = std::fs::read_dir(s.layout.images().as_path()).into_iter().flatten().flatten();
    dir.filter_map(|e| {
        let file = e.file_name().into_string().ok()?;
        file.strip_prefix('.')?.split_once('~')?.0.parse().ok()
    })
    .collect()
}

fn available(s: &Session) -> Result<Code> {
    let all = image_fetch::catalogue(s)?;
    let row = |(name, entry): (&ImageName, &crate::model::catalogue::Entry)| {
        let machines: Vec<&str> = entry.url.keys().map(String::as_str).collect();
        vec![name.to_string(), machines.join(","), entry.about.clone()]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let list = List {
        name: "available",
        headings: vec!["NAME", "MACHINES", "WHAT"],
        fields: rows.clone(),
        rows,
        json: all
            .iter()
            .map(|(n, e)| json!({"name": n.as_str(), "about": e.about, "sums": e.sums, "url": e.url}))
            .collect(),
    };
    list.print(s.global.json, s.global.lines);
    Ok(Code::Done)
}
