#!/bin/sh
# Shows the main job for real: bases, jails that stand on them, what runs inside, a start that fails, and how all of
# it goes away again. Exits 0 only if everything was as it says. Run it as root: `make tour`.
#
# All that it makes lies in one temporary directory. On Linux it works in name spaces of its own for mounts and the
# network, with an instance of zfs-fuse of its own. TOUR_ZFS=no leaves ZFS out; on FreeBSD POOL=NAME shows ZFS on that pool.
# JUG=FILE shows that binary instead of building one; TOUR_INSTALL=no installs nothing; TOUR_VM=no leaves the VM out.
set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:${HOME:-/root}/.cargo/bin
export PATH
os=$(uname -s)
: "${TOUR_ZFS:=yes}" "${TOUR_VM:=yes}" "${TOUR_INSTALL:=yes}" "${POOL:=}"

die() {
	printf 'tour: %s\n' "$*" >&2
	exit 1
}

have() {
	command -v "$1" >/dev/null 2>&1
}

packages() {
	for pair in cc=gcc runc=runc busybox=busybox-static ip=iproute2 nft=nftables curl=curl zfs-fuse=zfs-fuse \
		qemu-system-x86_64=qemu-system-x86; do
		# Where another ZFS is, that is used; the packages exclude each other.
		case $pair in
		zfs-fuse=*) { [ "$TOUR_ZFS" = no ] || have zpool; } && continue ;;
		qemu-*) [ "$TOUR_VM" = no ] && continue ;;
		esac
		have "${pair%%=*}" || printf '%s ' "${pair#*=}"
	done
}

prepare_linux() {
	missing=$(packages)
	if [ -n "$missing" ] && [ "$TOUR_INSTALL" = yes ] && have apt-get; then
		printf 'Installing %s\n' "$missing"
		DEBIAN_FRONTEND=noninteractive
		export DEBIAN_FRONTEND
		# shellcheck disable=SC2086 # a list of words
		apt-get install -y -q --no-remove --no-install-recommends $missing >/dev/null 2>&1 || {
			apt-get update -q >/dev/null 2>&1
			apt-get install -y -q --no-remove --no-install-recommends $missing >/dev/null ||
				die "apt-get could not install $missing"
		}
	fi
	missing=$(packages)
	[ -z "$missing" ] || die "this machine lacks: $missing"
	[ "$TOUR_ZFS" = no ] || ! have zfs-fuse || [ -c /dev/fuse ] ||
		die "there is no /dev/fuse, which zfs-fuse needs (modprobe fuse); TOUR_ZFS=no leaves ZFS out"
}

# The kernel of the VM, if there is to be one.
kernel=
vm_kernel() {
	[ "$TOUR_VM" = no ] && return
	[ "$TOUR_INSTALL" = yes ] || JUG_NO_INSTALL=1
	export JUG_NO_INSTALL
	kernel=$(sh tests/kernel.sh) || printf 'There is no linux-image-cloud-amd64 here: the VM is left out\n'
}

[ "$(id -u)" = 0 ] || die "only root can start jails and containers: run it as root"
case $os in
Linux)
	prepare_linux
	vm_kernel
	;;
FreeBSD) ;;
*) die "jug runs on FreeBSD and on Linux, not on $os" ;;
esac

if [ -z "${JUG:-}" ]; then
	have cargo || die "cargo is not there: install the Rust toolchain (https://rustup.rs)"
	printf 'Building jug (cargo build --release); this takes longest\n'
	cargo build --release --locked --quiet || die "the build failed"
	JUG=$PWD/target/release/jug
fi
[ -x "$JUG" ] || die "$JUG is not there"

T=$(mktemp -d "${TMPDIR:-/tmp}/jug-tour.XXXXXX") || exit 1
T=$(cd "$T" && pwd -P)
chmod 755 "$T"
JUG_CONFIG=$T/jug.toml
export JUG T JUG_CONFIG TOUR_ZFS POOL os kernel

# Nothing of the tour's may be mounted, and none of its processes may live.
outside() {
	if [ "$os" = FreeBSD ]; then
		mount -p | grep -F "$T" && return 1
		jls -d path 2>/dev/null | grep -F "$T" && return 1
		return 0
	fi
	grep -F " $T" /proc/self/mountinfo && return 1
	space=$(cat "$T/space" 2>/dev/null)
	for link in /proc/[0-9]*/ns/mnt; do
		[ "$(readlink "$link" 2>/dev/null)" = "${space:-none}" ] || continue
		printf 'a process in the mount name space of the tour is left: %s\n' "$link"
		return 1
	done
	return 0
}

if [ "$os" = Linux ]; then
	unshare --mount --net --propagation private sh share/tour-walk.sh
else
	sh share/tour-walk.sh
fi
status=$?
if ! outside; then
	printf 'tour: FAILED: something is left; see %s\n' "$T" >&2
	exit 1
fi
if [ "$status" != 0 ]; then
	printf 'tour: FAILED; what it made is in %s\n' "$T" >&2
	exit "$status"
fi
rm -rf "$T"
printf '\nThe tour is over: all was as it should be, and nothing of it is left.\n'
