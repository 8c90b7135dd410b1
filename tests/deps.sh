#!/bin/sh
# Installs what the tests need and the machine lacks: Debian's packages, and parts of the Rust toolchain.
# Prints a line `lack: WHAT: WHY` for each thing that could not be had, and ends with 0.
# JUG_NO_INSTALL=1 installs nothing and only says what is missing.
set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:${HOME:-/root}/.cargo/bin
export PATH

lack() {
	echo "lack: $1: $2"
}

have() {
	command -v "$1" >/dev/null 2>&1 || [ -e "$1" ]
}

# A program or a file, and the package of Debian's that has it.
programs() {
	cat <<'LIST'
runc runc
zfs-fuse zfs-fuse
strace strace
nft nftables
socat socat
busybox busybox-static
shellcheck shellcheck
mandoc mandoc
ip iproute2
curl curl
xz xz-utils
zstd zstd
gzip gzip
bzip2 bzip2
qemu-img qemu-utils
qemu-system-x86_64 qemu-system-x86
/usr/share/OVMF/OVMF_VARS_4M.fd ovmf
mformat mtools
mke2fs e2fsprogs
losetup mount
/usr/bin/time time
xorriso xorriso
genisoimage genisoimage
isoinfo genisoimage
blkid util-linux
sfdisk fdisk
unshare util-linux
setpriv util-linux
bmake bmake
zsh zsh
fish fish
cc gcc
tar tar
ps procps
sshfs sshfs
sshd openssh-server
ssh openssh-client
glusterd glusterfs-server
mount.glusterfs glusterfs-client
mount.nfs nfs-common
ganesha.nfsd nfs-ganesha
nfs-cat libnfs-utils
exportfs nfs-kernel-server
LIST
}

system() {
	if [ "$(uname -s)" = FreeBSD ]; then
		have shellcheck || lack shellcheck "pkg install hs-ShellCheck"
		return
	fi
	packages=
	for pair in $(programs | tr ' ' '='); do
		have "${pair%%=*}" || packages="$packages ${pair#*=}"
	done
	if [ -n "$packages" ] && [ -z "${JUG_NO_INSTALL:-}" ]; then
		if ! have apt-get; then
			echo "deps: no apt-get here: install$packages by other means"
		elif [ "$(id -u)" != 0 ]; then
			echo "deps: not root: cannot install$packages"
		else
			echo "deps: installing$packages"
			install_packages "$packages"
		fi
	fi
	for pair in $(programs | tr ' ' '='); do
		have "${pair%%=*}" || lack "${pair%%=*}" "package ${pair#*=} is not installed"
	done
}

install_packages() {
	log=$(mktemp) || exit 1
	# The tests start what they need themselves: nothing of it is to run on this host (invoke-rc.d(8)).
	policy=/usr/sbin/policy-rc.d
	[ -e "$policy" ] && policy=
	if [ -n "$policy" ]; then
		trap 'rm -f "$policy"; exit 1' HUP INT TERM
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	DEBIAN_FRONTEND=noninteractive
	export DEBIAN_FRONTEND
	# shellcheck disable=SC2086 # a list of words
	if ! apt-get install -y -q --no-remove --no-install-recommends $1 >"$log" 2>&1; then
		# Fresh machines have no package lists, and old ones have stale lists.
		apt-get update -q >"$log" 2>&1
		apt-get install -y -q --no-remove --no-install-recommends $1 >>"$log" 2>&1 || tail -n 5 "$log"
	fi
	rm -f "$log" ${policy:+"$policy"}
	trap - HUP INT TERM
}

kernel() {
	[ "$(uname -s)" = Linux ] || return
	sh tests/kernel.sh >/dev/null || lack linux-image-cloud-amd64 "the kernel of the tests' guests could not be had"
}

rust() {
	have cargo || {
		lack cargo "install the Rust toolchain: https://rustup.rs"
		return
	}
	for component in rustfmt clippy; do
		command="cargo ${component#rust} --version"
		$command >/dev/null 2>&1 && continue
		if have rustup && [ -z "${JUG_NO_INSTALL:-}" ]; then
			echo "deps: rustup component add $component"
			rustup component add "$component" >/dev/null 2>&1
		fi
		$command >/dev/null 2>&1 || lack "$component" "rustup component add $component"
	done
	target=x86_64-unknown-freebsd
	[ "$(uname -s)" = FreeBSD ] && return
	has_target "$target" && return
	if have rustup && [ -z "${JUG_NO_INSTALL:-}" ]; then
		echo "deps: rustup target add $target"
		rustup target add "$target" >/dev/null 2>&1
	fi
	has_target "$target" || lack "$target" "rustup target add $target"
}

has_target() {
	[ -d "$(rustc --print sysroot)/lib/rustlib/$1/lib" ]
}

system
kernel
rust
exit 0
