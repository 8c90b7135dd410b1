//! System tests on Linux: the built binary as root with real runc, real mounts and real zfs-fuse, each test in mount,
//! network and process namespaces of its own, so that nothing of it is left on the host whatever happens.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "linux/ganesha.rs"]
mod ganesha;
#[path = "linux/httpd.rs"]
mod httpd;
#[path = "linux/outcome.rs"]
mod outcome;
#[path = "linux/server.rs"]
mod server;
#[path = "linux/support.rs"]
mod support;

#[path = "linux/archives.rs"]
mod archives;
#[path = "linux/boot.rs"]
mod boot;
#[path = "linux/cbsd.rs"]
mod cbsd;
#[path = "linux/cbsd_cases.rs"]
mod cbsd_cases;
#[path = "linux/clone.rs"]
mod clone;
#[path = "linux/configure.rs"]
mod configure;
#[path = "linux/crash.rs"]
mod crash;
#[path = "linux/docker_vm.rs"]
mod docker_vm;
#[path = "linux/drivers.rs"]
mod drivers;
#[path = "linux/dry.rs"]
mod dry;
#[path = "linux/exportfs.rs"]
mod exportfs;
#[path = "linux/expose.rs"]
mod expose;
#[path = "linux/faults.rs"]
mod faults;
#[path = "linux/full.rs"]
mod full;
#[path = "linux/hookdirs.rs"]
mod hookdirs;
#[path = "linux/hostile.rs"]
mod hostile;
#[path = "linux/images.rs"]
mod images;
#[path = "linux/images_crash.rs"]
mod images_crash;
#[path = "linux/limits.rs"]
mod limits;
#[path = "linux/main_job.rs"]
mod main_job;
#[path = "linux/many.rs"]
mod many;
#[path = "linux/migrate.rs"]
mod migrate;
#[path = "linux/mnt.rs"]
mod mnt;
#[path = "linux/moved_crash.rs"]
mod moved_crash;
#[path = "linux/moves.rs"]
mod moves;
#[path = "linux/net.rs"]
mod net;
#[path = "linux/net_kinds.rs"]
mod net_kinds;
#[path = "linux/nfs.rs"]
mod nfs;
#[path = "linux/races.rs"]
mod races;
#[path = "linux/replicate.rs"]
mod replicate;
#[path = "linux/seeds.rs"]
mod seeds;
#[path = "linux/snapshot_crash.rs"]
mod snapshot_crash;
#[path = "linux/snapshots.rs"]
mod snapshots;
#[path = "linux/storage.rs"]
mod storage;
#[path = "linux/strange_files.rs"]
mod strange_files;
#[path = "linux/trust.rs"]
mod trust;
#[path = "linux/vm.rs"]
mod vm;
#[path = "linux/vm_archives.rs"]
mod vm_archives;
#[path = "linux/vm_boot.rs"]
mod vm_boot;
#[path = "linux/vm_crash.rs"]
mod vm_crash;
#[path = "linux/vm_flash.rs"]
mod vm_flash;
#[path = "linux/vm_guest.rs"]
mod vm_guest;
#[path = "linux/vm_seed.rs"]
mod vm_seed;
#[path = "linux/vm_supervisor.rs"]
mod vm_supervisor;
#[path = "linux/vm_whole.rs"]
mod vm_whole;
