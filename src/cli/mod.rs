//! One file a command: its arguments, and a `run` that holds no argument vector of any other program.

pub mod adopting;
pub mod archives;
pub mod base_fetch;
pub mod base_import;
pub mod base_ls;
pub mod base_remove;
pub mod boot;
pub mod change;
pub mod config_check;
mod cure;
pub mod deinit;
pub mod doctor;
pub mod download;
pub mod examples;
pub mod exports;
pub mod expose;
pub mod expose_ls;
pub mod exposures;
pub mod facts;
pub mod filter_check;
pub mod flow;
mod from_replica;
pub mod generate;
pub mod image_fetch;
pub mod image_import;
pub mod image_ls;
pub mod image_make;
pub mod image_remove;
pub mod image_verify;
pub mod init;
pub mod init_nfs;
pub mod init_pf;
pub mod jclone;
pub mod jcp;
pub mod jcreate;
pub mod jexec;
pub mod jexport;
pub mod jget;
pub mod jimport;
pub mod jlogin;
pub mod jmigrate;
pub mod jregister;
pub mod jremove;
pub mod jrename;
pub mod jrestart;
pub mod jset;
pub mod jshow;
pub mod jstart;
pub mod jstop;
pub mod junregister;
pub mod log;
pub mod ls;
pub mod machine_check;
pub mod moving;
pub mod net_check;
pub mod net_create;
pub mod net_ls;
pub mod net_remove;
pub mod net_set;
pub mod net_show;
pub mod networks;
pub mod nfs_check;
pub mod nfs_export;
pub mod nfs_ls;
pub mod nfs_mount;
pub mod nfs_umount;
pub mod nfs_unexport;
pub mod node;
pub mod node_add;
pub mod node_ls;
pub mod node_remove;
pub mod orphan_links;
pub mod owner;
pub mod peer;
pub mod perform;
pub mod receiving;
pub mod replicate;
pub mod replicate_ls;
pub mod replicate_receive;
pub mod replicate_status;
pub mod replicating;
pub mod session;
pub mod shutdown;
pub mod snapshot;
pub mod snapshot_diff;
pub mod snapshot_hold;
pub mod snapshot_ls;
pub mod snapshot_prune;
pub mod snapshot_remove;
pub mod snapshot_rollback;
pub mod snapshots;
pub mod stats;
pub mod supervise;
pub mod targets;
pub mod top;
pub mod unexpose;
pub mod vm;
mod vm_archive;
pub mod vm_console;
pub mod vm_create;
pub mod vm_disk;
pub mod vm_exec;
pub mod vm_reset;
pub mod vm_seed;
pub mod vm_showcmd;
pub mod vm_stop;
pub mod vm_vnc;

use crate::error::{Code, Result};
use crate::model::env::Kind;
use crate::model::name::AbsPath;
use crate::platform::PlatformKind;
use crate::report::results::{self, Outcome};
use clap::{Args, Parser, Subcommand};
use session::Session;
use std::path::PathBuf;

/// Keeps a storage-and-virtualisation host from the shell: jails, VMs, their data and their moves.
#[derive(Debug, Parser)]
#[command(
    name = "jug",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "jug(8) has the exit statuses and examples; jug.toml(5) has the keys."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Print JSON
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// Print tab-separated lines without a heading, `-` for nothing
    #[arg(short = 'H', global = true, help_heading = "Global options")]
    pub lines: bool,
    /// Print what would be done, as a commented sh script, and do nothing
    #[arg(short = 'n', long, global = true, help_heading = "Global options")]
    pub dry_run: bool,
    /// Print errors only
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Print each command that is run
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
    /// Do not ask
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub yes: bool,
    /// The node's configuration [env: JUG_CONFIG]
    #[arg(long, value_name = "FILE", global = true, help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// The tree that jug owns
    #[arg(long, value_name = "DIR", global = true, help_heading = "Global options")]
    pub workdir: Option<PathBuf>,
    /// Plan for this platform instead of the one jug runs on
    #[arg(long, value_name = "PLATFORM", global = true, help_heading = "Global options")]
    pub platform: Option<PlatformKind>,
    /// Plan from saved facts (see `jug facts`) instead of the host
    #[arg(long, value_name = "FILE", global = true, help_heading = "Global options")]
    pub facts: Option<PathBuf>,
    /// Work on so many targets at once
    #[arg(long, value_name = "N", global = true, help_heading = "Global options", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: Option<u16>,
    /// No colour
    #[arg(long, global = true, help_heading = "Global options")]
    pub no_color: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the commands' own files say what they do")]
pub enum Command {
    Init(init::Args),
    Deinit(deinit::Args),
    Doctor(doctor::Args),
    Facts(facts::Args),
    Log(log::Args),
    ConfigCheck(config_check::Args),
    BaseImport(base_import::Args),
    BaseFetch(base_fetch::Args),
    BaseLs(base_ls::Args),
    BaseRemove(base_remove::Args),
    ImageFetch(image_fetch::Args),
    ImageImport(image_import::Args),
    ImageLs(image_ls::Args),
    ImageVerify(image_verify::Args),
    ImageRemove(image_remove::Args),
    Ls(ls::Args),
    Jls(ls::Args),
    Jcreate(jcreate::Args),
    Jstart(jstart::Args),
    Jstop(jstop::Args),
    Jrestart(jrestart::Args),
    Boot(boot::Args),
    Shutdown(shutdown::Args),
    Jexec(jexec::Args),
    Jlogin(jlogin::Args),
    Jcp(jcp::Args),
    Jshow(jshow::Args),
    Jset(jset::Args),
    Jget(jget::Args),
    Jremove(jremove::Args),
    Jclone(jclone::Args),
    Jrename(jrename::Args),
    Jexport(jexport::Args),
    Jimport(jimport::Args),
    Jmigrate(jmigrate::Args),
    Jregister(jregister::Args),
    Junregister(junregister::Args),
    Owner(owner::Args),
    Node(node::Args),
    Stats(stats::Args),
    Top(top::Args),
    NetCreate(net_create::Args),
    NetLs(net_ls::Args),
    NetShow(net_show::Args),
    NetSet(net_set::Args),
    NetRemove(net_remove::Args),
    NetCheck(net_check::Args),
    NfsMount(nfs_mount::Args),
    NfsUmount(nfs_umount::Args),
    Expose(expose::Args),
    Unexpose(unexpose::Args),
    ExposeLs(expose_ls::Args),
    NfsExport(nfs_export::Args),
    NfsUnexport(nfs_unexport::Args),
    NfsLs(nfs_ls::Args),
    NfsCheck(nfs_check::Args),
    Snapshot(snapshot::Args),
    SnapshotLs(snapshot_ls::Args),
    SnapshotDiff(snapshot_diff::Args),
    SnapshotRollback(snapshot_rollback::Args),
    SnapshotHold(snapshot_hold::Args),
    SnapshotRelease(snapshot_hold::Release),
    SnapshotRemove(snapshot_remove::Args),
    SnapshotPrune(snapshot_prune::Args),
    Replicate(replicate::Args),
    ReplicateLs(replicate_ls::Args),
    ReplicateStatus(replicate_status::Args),
    ReplicateReceive(replicate_receive::Args),
    NodeAdd(node_add::Args),
    NodeLs(node_ls::Args),
    NodeCheck(node_ls::Check),
    NodeRemove(node_remove::Args),
    #[command(flatten)]
    Vm(vm::Vm),
    #[command(hide = true)]
    Supervise(supervise::Args),
    #[command(hide = true)]
    Perform(perform::Args),
    #[command(hide = true)]
    Generate(generate::Args),
}

/// Runs a command; returns the exit status.
///
/// # Errors
/// What the command could not do, with its exit code.
pub fn run(cli: Cli) -> Result<i32> {
    let code = |c: Code| i32::from(c as u8);
    if let Command::Generate(a) = &cli.command {
        return Ok(generate::run(a).map(code)?);
    }
    let session = Session::new(cli.global, !matches!(cli.command, Command::Init(_)))?;
    let outcome = dispatch(&session, &cli.command);
    match outcome {
        // What is refused before it comes to single targets is a result as well.
        Err(e) if session.global.json && cli.command.changes() => {
            let name = e.object.clone();
            let failed = Outcome { name, result: Err(e), warnings: Vec::new() };
            Ok(results::print(&[failed], session.style()) as i32)
        }
        other => other,
    }
}

impl Command {
    /// Whether its outcome is a result for each target.
    fn changes(&self) -> bool {
        if let Self::Vm(vm) = self {
            return vm.changes();
        }
        !matches!(
            self,
            Self::Doctor(_)
                | Self::Facts(_)
                | Self::Log(_)
                | Self::BaseLs(_)
                | Self::ImageLs(_)
                | Self::Ls(_)
                | Self::Jls(_)
                | Self::Jexec(_)
                | Self::Jlogin(_)
                | Self::Jshow(_)
                | Self::Jget(_)
                | Self::Owner(_)
                | Self::Node(_)
                | Self::Stats(_)
                | Self::Top(_)
                | Self::NetLs(_)
                | Self::NetShow(_)
                | Self::NetCheck(_)
                | Self::ExposeLs(_)
                | Self::NfsLs(_)
                | Self::NfsCheck(_)
                | Self::SnapshotLs(_)
                | Self::SnapshotDiff(_)
                | Self::Supervise(_)
                | Self::ReplicateLs(_)
                | Self::ReplicateStatus(_)
                | Self::ReplicateReceive(_)
                | Self::NodeLs(_)
                | Self::NodeCheck(_)
                | Self::Perform(_)
                | Self::Generate(_)
        )
    }
}

fn dispatch(s: &Session, command: &Command) -> Result<i32> {
    let code = |c: Code| i32::from(c as u8);
    match command {
        Command::Init(a) => init::run(s, a).map(code),
        Command::Deinit(a) => deinit::run(s, a).map(code),
        Command::Doctor(a) => doctor::run(s, a).map(code),
        Command::Facts(a) => facts::run(s, a).map(code),
        Command::Log(a) => log::run(s, a).map(code),
        Command::ConfigCheck(a) => config_check::run(s, a).map(code),
        Command::BaseImport(a) => base_import::run(s, a).map(code),
        Command::BaseFetch(a) => base_fetch::run(s, a).map(code),
        Command::BaseLs(a) => base_ls::run(s, a).map(code),
        Command::BaseRemove(a) => base_remove::run(s, a).map(code),
        Command::ImageFetch(a) => image_fetch::run(s, a).map(code),
        Command::ImageImport(a) => image_import::run(s, a).map(code),
        Command::ImageLs(a) => image_ls::run(s, a).map(code),
        Command::ImageVerify(a) => image_verify::run(s, a).map(code),
        Command::ImageRemove(a) => image_remove::run(s, a).map(code),
        Command::Ls(a) => ls::run(s, a, None).map(code),
        Command::Jls(a) => ls::run(s, a, Some(Kind::Jail)).map(code),
        Command::Jcreate(a) => jcreate::run(s, a).map(code),
        Command::Jstart(a) => jstart::run(s, a, Kind::Jail).map(code),
        Command::Jstop(a) => jstop::run(s, a, Kind::Jail).map(code),
        Command::Jrestart(a) => jrestart::run(s, a, Kind::Jail).map(code),
        Command::Boot(a) => boot::run(s, a).map(code),
        Command::Shutdown(a) => shutdown::run(s, a).map(code),
        Command::Jexec(a) => jexec::run(s, a),
        Command::Jlogin(a) => jlogin::run(s, a),
        Command::Jcp(a) => jcp::run(s, a).map(code),
        Command::Jshow(a) => jshow::run(s, a, Kind::Jail).map(code),
        Command::Jset(a) => jset::run(s, a, Kind::Jail).map(code),
        Command::Jget(a) => jget::run(s, a, Kind::Jail).map(code),
        Command::Jremove(a) => jremove::run(s, a, Kind::Jail).map(code),
        Command::Jclone(a) => jclone::run(s, a, Kind::Jail).map(code),
        Command::Jrename(a) => jrename::run(s, a, Kind::Jail).map(code),
        Command::Jexport(a) => jexport::run(s, a, Kind::Jail).map(code),
        Command::Jimport(a) => jimport::run(s, a).map(code),
        Command::Jmigrate(a) => jmigrate::run(s, a, Kind::Jail).map(code),
        Command::Jregister(a) => jregister::run(s, a).map(code),
        Command::Junregister(a) => junregister::run(s, a, Kind::Jail).map(code),
        Command::Owner(a) => owner::run(s, a).map(code),
        Command::Node(a) => node::run(s, a).map(code),
        Command::Stats(a) => stats::run(s, a).map(code),
        Command::Top(a) => top::run(s, a).map(code),
        Command::NetCreate(a) => net_create::run(s, a).map(code),
        Command::NetLs(a) => net_ls::run(s, a).map(code),
        Command::NetShow(a) => net_show::run(s, a).map(code),
        Command::NetSet(a) => net_set::run(s, a).map(code),
        Command::NetRemove(a) => net_remove::run(s, a).map(code),
        Command::NetCheck(a) => net_check::run(s, a).map(code),
        Command::NfsMount(a) => nfs_mount::run(s, a).map(code),
        Command::NfsUmount(a) => nfs_umount::run(s, a).map(code),
        Command::Expose(a) => expose::run(s, a).map(code),
        Command::Unexpose(a) => unexpose::run(s, a).map(code),
        Command::ExposeLs(a) => expose_ls::run(s, a).map(code),
        Command::NfsExport(a) => nfs_export::run(s, a).map(code),
        Command::NfsUnexport(a) => nfs_unexport::run(s, a).map(code),
        Command::NfsLs(a) => nfs_ls::run(s, a).map(code),
        Command::NfsCheck(a) => nfs_check::run(s, a).map(code),
        Command::Snapshot(a) => snapshot::run(s, a).map(code),
        Command::SnapshotLs(a) => snapshot_ls::run(s, a).map(code),
        Command::SnapshotDiff(a) => snapshot_diff::run(s, a).map(code),
        Command::SnapshotRollback(a) => snapshot_rollback::run(s, a).map(code),
        Command::SnapshotHold(a) => snapshot_hold::run(s, a).map(code),
        Command::SnapshotRelease(a) => snapshot_hold::release(s, a).map(code),
        Command::SnapshotRemove(a) => snapshot_remove::run(s, a).map(code),
        Command::SnapshotPrune(a) => snapshot_prune::run(s, a).map(code),
        Command::Vm(a) => vm::run(s, a),
        Command::Supervise(a) => supervise::run(s, a),
        Command::Replicate(a) => replicate::run(s, a).map(code),
        Command::ReplicateLs(a) => replicate_ls::run(s, a).map(code),
        Command::ReplicateStatus(a) => replicate_status::run(s, a).map(code),
        Command::ReplicateReceive(a) => replicate_receive::run(s, a).map(code),
        Command::NodeAdd(a) => node_add::run(s, a).map(code),
        Command::NodeLs(a) => node_ls::run(s, a).map(code),
        Command::NodeCheck(a) => node_ls::check(s, a).map(code),
        Command::NodeRemove(a) => node_remove::run(s, a).map(code),
        Command::Perform(a) => perform::run(s, a),
        Command::Generate(_) => Ok(0),
    }
}

/// A path from the command line, made absolute and normal.
pub fn absolute(path: &std::path::Path) -> Result<AbsPath> {
    let shown = path.to_string_lossy();
    let joined = if path.is_absolute() {
        path.to_path_buf()
    } else {
        std::env::current_dir()
            .map_err(|e| crate::error::Error::io(path, "finding the working directory", e))?
            .join(path)
    };
    let mut parts: Vec<&str> = Vec::new();
    let text = joined.to_str().ok_or_else(|| {
        crate::error::Error::usage(crate::model::name::printable(&shown), "the path is not UTF-8")
    })?;
    for part in text.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            p => parts.push(p),
        }
    }
    format!("/{}", parts.join("/")).parse()
}
