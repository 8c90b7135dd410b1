//! nfs-ls

use super::exports::{self, Object};
use super::session::Session;
use crate::error::{Code, Error, Result};
use crate::model::export::{Export, Sec, Squash, client};
use crate::model::name::{AbsPath, HostName};
use crate::model::node::Server as Kind;
use crate::plan::export::Via;
use crate::plan::exported::{Foreign, Here};
use crate::platform::{PlatformKind, nfs_linux};
use crate::report::mounting::{Client, Format, Server};
use crate::report::table::{List, out};
use serde_json::{Value, json};
use std::net::IpAddr;

/// List what is exported over NFS, by jug and by others, and how clients mount it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments, datasets, absolute paths
    #[arg(value_name = "NAME|DATASET|PATH")]
    objects: Vec<String>,
    /// Print what a client needs to mount it
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// As this client may mount it
    #[arg(long = "for", value_name = "ADDR")]
    client: Option<IpAddr>,
    /// What clients call this host [default: nfs.address of jug.toml, or the host's name]
    #[arg(long, value_name = "HOST", requires = "format")]
    server: Option<HostName>,
    /// The system of the client, for fstab [default: this host's]
    #[arg(long, value_name = "PLATFORM", requires = "format")]
    client_platform: Option<PlatformKind>,
}

/// One export of anybody's.
struct Row {
    path: String,
    dataset: Option<String>,
    export: Option<Export>,
    clients: Vec<String>,
    options: Vec<String>,
    place: String,
    by_jug: bool,
    owner: Option<String>,
    state: &'static str,
}

/// Runs it: as many commands for all as for one.
pub fn run(s: &Session, args: &Args) -> Result<Code> {
    let facts = s.gather(&exports::asked(s, None, &[], &[])?)?;
    let here = Here::new(&facts, &s.config)?;
    let mut rows = all(s, &here)?;
    if !args.objects.is_empty() {
        let mut chosen: Vec<Chosen> = Vec::new();
        for word in &args.objects {
            chosen.push(match Object::read(s, word)? {
                Object::Environment(name, _) => Chosen::Environment(name.to_string()),
                Object::Dataset(name) => Chosen::Path(here.place(name.as_str())?),
                Object::Path(path) => Chosen::Path(path),
            });
        }
        rows.retain(|r| chosen.iter().any(|c| c.is(r)));
    }
    if let Some(client) = args.client {
        rows.retain(|r| {
            let e = r.export.as_ref();
            e.is_some_and(|e| e.clients.is_world() || e.clients.nets().any(|n| n.contains(&client)))
        });
    }
    match args.format {
        Some(format) => print_format(s, args, &here, format, &rows),
        None => {
            print(s, &rows, &args.objects);
            Ok(Code::Done)
        }
    }
}

enum Chosen {
    Environment(String),
    Path(AbsPath),
}

impl Chosen {
    fn is(&self, row: &Row) -> bool {
        match self {
            Self::Environment(name) => row.owner.as_ref() == Some(name),
            Self::Path(path) => row.path == path.as_str(),
        }
    }
}

fn all(s: &Session, here: &Here<'_>) -> Result<Vec<Row>> {
    let envs = exports::environments(s)?;
    let state = |path: &str| match here.facts.holder(path) {
        Some(m) if m.exported => "exported",
        Some(_) if !here.serving.server.whole_file_systems() => "unknown",
        _ => "missing",
    };
    let row = |e: &Export| Row {
        path: e.path.to_string(),
        dataset: here.dataset(&e.path).map(|d| d.to_string()),
        export: Some(e.clone()),
        clients: if e.clients.is_world() {
            vec!["*".into()]
        } else {
            e.clients.nets().map(|n| client(&n)).collect()
        },
        options: words(e),
        place: String::new(),
        by_jug: true,
        owner: None,
        state: state(e.path.as_str()),
    };
    let mut rows = Vec::new();
    for ((_, owner), known) in here.known(&here.file()?) {
        let place = match (known.via, &known.dataset) {
            (Via::Zfs, Some(d)) => format!("sharenfs of {d}"),
            _ => here.serving.file.to_string(),
        };
        let owner = exports::whose(&envs, owner);
        rows.extend(known.exports.iter().map(|e| Row {
            place: place.clone(),
            owner: owner.clone(),
            ..row(e)
        }));
    }
    for f in here.foreign().into_iter().filter(|f| !f.entry.v4) {
        let by_jug = f.from.is_some();
        let place = f.place.strip_prefix("the ").unwrap_or(&f.place).to_string();
        match f.entry.exports() {
            Ok(all) => rows.extend(all.iter().map(|e| Row { place: place.clone(), by_jug, ..row(e) })),
            // Such as a host's name, or an option that jug has no word for.
            Err(_) => rows.extend(f.entry.paths.clone().into_iter().map(|path| odd(&f, path, &state))),
        }
    }
    rows.sort_by(|a, b| (&a.path, &a.clients).cmp(&(&b.path, &b.clients)));
    Ok(rows)
}

/// A row of what jug does not understand in full.
fn odd(f: &Foreign, path: String, state: &dyn Fn(&str) -> &'static str) -> Row {
    let text = |(name, value): &(String, Option<String>)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    };
    Row {
        dataset: None,
        export: None,
        clients: if f.entry.is_world() { vec!["*".into()] } else { f.entry.clients() },
        options: f.entry.options.iter().map(text).collect(),
        place: f.place.clone(),
        by_jug: false,
        owner: None,
        state: state(&path),
        path,
    }
}

/// The options as people read them.
fn words(e: &Export) -> Vec<String> {
    let o = &e.options;
    let mut all = vec![if o.ro { "ro" } else { "rw" }.to_string()];
    match &o.squash {
        Squash::Nobody => {}
        Squash::Maproot(c) => all.push(format!("maproot={c}")),
        Squash::Mapall(c) => all.push(format!("mapall={c}")),
    }
    if o.sec != Sec::default() {
        all.push(format!("sec={}", o.sec));
    }
    for (so, word) in [(o.tls, "tls"), (o.alldirs, "alldirs")] {
        if so {
            all.push(word.into());
        }
    }
    all
}

fn print(s: &Session, rows: &[Row], objects: &[String]) {
    let mut list = List {
        name: "exports",
        headings: vec!["PATH", "CLIENTS", "OPTIONS", "BY", "FOR", "STATE", "PLACE"],
        rows: Vec::new(),
        fields: Vec::new(),
        json: Vec::new(),
    };
    for r in rows {
        let row = vec![
            r.path.clone(),
            r.clients.join(","),
            r.options.join(","),
            if r.by_jug { "jug" } else { "others" }.to_string(),
            r.owner.clone().unwrap_or_default(),
            r.state.to_string(),
            r.place.clone(),
        ];
        list.rows.push(row.clone());
        list.fields.push(row);
        list.json.push(in_json(r));
    }
    list.print(s.global.json, s.global.lines);
    if rows.is_empty() && !s.global.json && !s.global.lines && !s.global.quiet {
        let none = if objects.is_empty() {
            "nothing is exported".into()
        } else {
            format!("not exported: {}", objects.join(", "))
        };
        eprintln!("jug: {none}; jug nfs-export NAME|DATASET|PATH --to CLIENTS exports");
    }
}

fn in_json(r: &Row) -> Value {
    let o = r.export.as_ref().map(|e| &e.options);
    let credential = |all: bool| match o.map(|o| &o.squash) {
        Some(Squash::Maproot(c)) if !all => Some(c.to_string()),
        Some(Squash::Mapall(c)) if all => Some(c.to_string()),
        _ => None,
    };
    json!({"path": r.path, "dataset": r.dataset, "clients": r.clients,
        "world": r.clients == ["*"], "options": r.options, "ro": o.map(|o| o.ro),
        "maproot": credential(false), "mapall": credential(true),
        "sec": o.map(|o| o.sec.flavors()), "tls": o.map(|o| o.tls), "alldirs": o.map(|o| o.alldirs),
        "by": if r.by_jug { "jug" } else { "others" }, "environment": r.owner, "state": r.state,
        "place": r.place})
}

fn print_format(s: &Session, args: &Args, here: &Here<'_>, format: Format, rows: &[Row]) -> Result<Code> {
    let name = match args.server.as_ref().or(s.config.nfs.address.as_ref()) {
        Some(name) => name.to_string(),
        None => s.node()?.name,
    };
    if name.is_empty() {
        return Err(
            Error::usage("--server", "what clients call this host is not known").next("give --server HOST")
        );
    }
    let serving = here.serving;
    let root = match (serving.server, here.v4_root()) {
        (Kind::Kernel | Kind::Ganesha, _) => Some(nfs_linux::v4_root(serving)),
        _ if serving.versions.is_some() && !serving.serves(4) => None,
        (Kind::Mountd, Some((_, root))) => Some(root),
        (Kind::Mountd, None) => here.file()?.root.map(|r| r.to_string()),
    };
    let server = Server { name, root };
    let platform = args.client_platform.unwrap_or(s.platform.kind());
    let exports: Vec<&Export> = rows.iter().filter_map(|r| r.export.as_ref()).collect();
    let all = exports.iter().map(|e| Client { export: e, platform }).collect::<Vec<_>>();
    out(&format.text(&server, &all));
    for r in rows.iter().filter(|r| r.export.is_none()) {
        eprintln!("jug: {}: left out, since jug does not understand {}", r.path, r.place);
    }
    Ok(Code::Done)
}
