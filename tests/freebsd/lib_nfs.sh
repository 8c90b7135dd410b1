# shellcheck shell=sh
# An NFS server of the suite's own, storage of environments on it, and two nodes on one host.
#
# JUG_MNT  where the example hooks are; by default share/examples/mnt of this repository

# ---- a server of the suite's own

# A file of the host's that is changed, and put back by nfs_down.
borrow() {
	! grep -qxF "$1" "$T/borrowed.list" 2>/dev/null || return 0
	mkdir -p "$T/borrowed${1%/*}" "${1%/*}"
	if [ -f "$1" ]; then cp -p "$1" "$T/borrowed$1"; else : >"$T/borrowed$1.none"; fi
	echo "$1" >>"$T/borrowed.list"
}

nfs_up() {
	: "${JUG_MNT:=$HERE/../../share/examples/mnt}"
	[ -f "$JUG_MNT/mnt.sh" ] || skip "no example hooks: set JUG_MNT"
	[ -f "$T/nfs.up" ] && return
	mkdir "$T/nfs"
	# A file system of its own, as v3 wants for -alldirs.
	c 0 mdconfig -a -t swap -s 512m
	md=$(cat "$T/out")
	echo "$md" >"$T/nfs.md"
	c 0 newfs "/dev/$md"
	# What is lost in a crash may be lost.
	c 0 mount -o async "/dev/$md" "$T/nfs"
	mkdir "$T/nfs/data" "$T/nfs/system" "$T/nfs/rcconf" "$T/nfs/fstab"
	borrow /etc/exports
	borrow /etc/rc.conf.d/nfsd
	cat >/etc/exports <<-X
		V4: / 127.0.0.1
		$T/nfs -alldirs -maproot=root 127.0.0.1
	X
	printf '%s\n' 'nfs_server_enable="YES"' 'nfsv4_server_enable="YES"' 'nfs_server_flags="-u -t -n 4"' \
		>/etc/rc.conf.d/nfsd
	for s in rpcbind nfsuserd mountd nfsd; do
		if service $s onestatus >/dev/null 2>&1; then
			[ $s != mountd ] || c 0 service mountd onereload
		else
			echo $s >>"$T/nfs.started"
			c 0 service $s onestart
		fi
	done
	# There is no acknowledgement.
	wait_for 20 sh -c "timeout 10 showmount -e 127.0.0.1 | grep -q '$T/nfs'"
	mkdir "$T/mnt"
	cp "$JUG_MNT"/mnt.sh "$JUG_MNT"/nfs[34]-* "$T/mnt"
	chmod 755 "$T/mnt/"*
	nfs_conf MOUNT_RCCONF=1 MOUNT_FSTAB=1
	: >"$T/nfs.up"
}

# nfs_conf KEY=VALUE...: the configuration of the example hooks
nfs_conf() {
	for n in nfs3 nfs4; do
		printf '%s\n' NFS_SERVER=127.0.0.1 "NFS_SERVER_ROOT_DIR=$T/nfs" "NFS_MOUNT_TIMEOUT=$((10 * SLOW))" "$@" \
			>"$T/mnt/$n.conf"
	done
}

# What the cases on exports mount. The mount table is not asked: it would ask each server.
nfs_clients_away() {
	for n in 1 2 3; do
		[ ! -f "$T/nfs.lo" ] || umount -f "$T/c$n" 2>/dev/null
	done
}

# For the end of the suite. Clients first: a mount without its server would hang.
nfs_down() {
	nfs_clients_away
	for n in a b far; do
		[ -d "$WD.$n" ] || continue
		force_clean "$WD.$n"
		chflags -R 0 "$WD.$n"
		rm -rf "$WD.$n"
	done
	[ -f "$T/borrowed.list" ] || { nfs_disk_away; return 0; }
	{ sed '1!G;h;$!d' "$T/nfs.started" 2>/dev/null || :; } | while read -r s; do
		service "$s" onestop
	done >/dev/null 2>&1
	while read -r f; do
		if [ -f "$T/borrowed$f.none" ]; then rm -f "$f"; else cp -p "$T/borrowed$f" "$f"; fi
		rmdir "${f%/*}" 2>/dev/null
	done <"$T/borrowed.list"
	grep -q '^mountd$' "$T/nfs.started" || service mountd onerestart >/dev/null 2>&1
	nfs_disk_away
}
nfs_disk_away() {
	[ ! -f "$T/nfs.lo" ] || ifconfig "$(cat "$T/nfs.lo")" destroy
	! mounted "$T/nfs" || umount -f "$T/nfs"
	[ ! -f "$T/nfs.md" ] || mdconfig -d -u "$(cat "$T/nfs.md")"
}

# shared NAME: its directories on the server, empty
shared() {
	for d in data system rcconf fstab; do
		if [ -d "$T/nfs/$d/$1" ]; then
			chflags -R 0 "$T/nfs/$d/$1"
			rm -rf "${T:?}/nfs/$d/$1"
		fi
		mkdir "$T/nfs/$d/$1"
	done
}
hooks_of() { echo "--mnt-start $T/mnt/$1-start --mnt-stop $T/mnt/$1-stop"; }
# shellcheck disable=SC2034 # the cases use it
QUICK='--set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true'

# What lies in a directory: names, owners, modes, sizes, times, links, and the sums of the contents.
tree_sum() {
	(
		cd "$1" || exit 1
		find . -not -type d -not -type l -exec stat -f '%N %Sp %u %g %z %m' {} + | sort
		# A copy's links have their own times: over SFTP setting them would set those of what they lead to.
		find . -type l -exec stat -f '%N %Sp %u %g %Y' {} + | sort
		find . -type d -exec stat -f '%N %Sp %u %g' {} + | sort
		find . -type f -print0 | sort -z | xargs -0 sha256 -r
	) >"$T/tree_sum"
	[ -s "$T/tree_sum" ] || fail "$1 is empty"
	sha256 -q "$T/tree_sum"
}

# ---- two nodes on one host

# on NODE CODE ARGS...: jug as that node
on() {
	_node=$1 _code=$2
	shift 2
	j "$_code" --config "$T/etc/$_node.toml" "$@"
}
state_on() { "$JUG" --config "$T/etc/$1.toml" --json jls --all "$2" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
no_mounts_on() {
	_left=$(mounts_below "$WD.$1")
	[ -z "$_left" ] || fail "mounted on $1: $_left"
}

need_nodes() {
	nfs_up
	for n in a b; do
		[ -f "$WD.$n/bases/host/base.toml" ] && continue
		printf 'version = 1\nworkdir = "%s"\n' "$WD.$n" >"$T/etc/$n.toml"
		on $n 0 init
		on $n 0 base-import host
	done
}

# After a case on two nodes: what the case has not removed. It fails if jails or mounts are there.
nodes_end() {
	for n in a b; do
		must [ -z "$(jls path | grep -F "$WD.$n/")" ]
		no_mounts_on $n
		force_clean "$WD.$n"
	done
}
# What a failed case left on the nodes goes by force.
sweep_nodes() {
	for n in a b; do
		[ ! -d "$WD.$n" ] || force_clean "$WD.$n"
	done
}
