# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail
# What jug mounts by itself: NFS by drivers and by nfs-mount, from this host's own server; disks over iSCSI from ctld(8)
# on 127.0.0.1, and disks that geli(8) encrypts.

# driver_nodes TOML...: two nodes whose jug.toml says what mounts storage external
driver_nodes() {
	need_nodes
	for n in a b; do
		{
			printf 'version = 1\nworkdir = "%s"\n\n[defaults]\nstorage = "external"\n\n[defaults.external]\n' "$WD.$n"
			printf '%s\n' "$@"
		} >"$T/etc/$n.toml"
	done
}
# The nodes as other cases want them.
driver_end() {
	nodes_end
	for n in a b; do
		printf 'version = 1\nworkdir = "%s"\n' "$WD.$n" >"$T/etc/$n.toml"
	done
}
DRIVER_LIMIT='--set hook_timeout=240'

# walk NAME DATA: created on a, moved to b and back with no more than its name. DATA is where its data is to be seen, or
# empty.
walk() {
	# shellcheck disable=SC2086
	on a 0 jcreate "$1" --base host --tag far $QUICK $DRIVER_LIMIT
	no_mounts_on a
	must [ -z "$(find "$WD.a/jails-data" "$WD.a/jails-system" "$WD.a/jails-rcconf" -type f)" ]
	on a 0 jstart "$1"
	for d in "jails-data/$1-data" "jails-system/$1" "jails-rcconf/$1" "jails-fstab/$1"; do
		must mounted "$WD.a/$d"
	done
	on a 0 jexec "$1" -- sh -c 'echo one >/root/f; ln -s f /root/l; id -un'
	out_is root
	on a 0 jset "$1" description=seen
	on a 0 jstart "$1"
	out_has unchanged
	on a 0 jrestart "$1"
	on a 0 jstop "$1"
	no_mounts_on a
	[ -z "$2" ] || file_has "$2/root/f" one
	from=a to=b
	for i in 1 2; do
		on $to 6 jregister "$1"
		err_has 'owned by'
		no_mounts_on $to
		on $from 0 junregister "$1"
		no_mounts_on $from
		on $to 0 jregister "$1"
		no_mounts_on $to
		on $to 0 jget "$1" description
		out_is seen
		on $to 0 jstart "$1"
		on $to 0 jexec "$1" -- sh -c "echo $i >>/root/f; cat /root/l"
		out_has "$i"
		on $to 0 jstop "$1"
		no_mounts_on $to
		x=$from
		from=$to
		to=$x
	done
	# Made by the same driver again it is not empty, and not another's.
	on a 0 junregister "$1"
	on b 1 jcreate "$1" --base host
	err_has 'not empty'
	no_mounts_on b
	on a 0 jregister "$1"
	on a 0 jstart "$1"
	on a 0 jremove --stop -y "$1"
	no_mounts_on a
	[ -z "$2" ] || must [ -z "$(find "$2" -mindepth 1)" ]
}

nfs_driver() {
	nfs_up
	driver_nodes "driver = \"$1\"" 'server = "127.0.0.1"' "root = \"$T/nfs\""
	shared "$1"
	walk "$1" "$T/nfs/data/$1"
	# A part that is not on the server: nothing of it stays.
	on a 0 jcreate "$1" --base host
	mv "$T/nfs/fstab/$1" "$T/nfs/fstab/away"
	on a 1 jstart "$1"
	err_has "$T/nfs/fstab/$1"
	no_mounts_on a
	# One that is not wanted is not missed.
	on a 0 jset "$1" external.mounts=data,system
	# shellcheck disable=SC2086
	on a 0 jset "$1" exec.start=/usr/bin/true exec.stop=/usr/bin/true
	on a 0 jstart "$1"
	must_not mounted "$WD.a/jails-fstab/$1"
	on a 0 jstop "$1"
	mv "$T/nfs/fstab/away" "$T/nfs/fstab/$1"
	# What somebody else mounted there is neither used nor unmounted.
	c 0 mount -t tmpfs tmpfs "$WD.a/jails-data/$1-data"
	on a 1 jstart "$1"
	err_has 'is not mounted at'
	must mounted "$WD.a/jails-data/$1-data"
	must [ "$(mounts_below "$WD.a" | wc -l)" -eq 1 ]
	c 0 umount "$WD.a/jails-data/$1-data"
	on a 0 jremove -y "$1"
	driver_end
}
case_driver_nfs4() { nfs_driver nfs4; }
case_driver_nfs3() { nfs_driver nfs3; }

# From a node that uses CBSD's words and hooks to one with the driver, and back.
case_driver_and_hooks() {
	nfs_up
	driver_nodes 'driver = "nfs4"' 'server = "127.0.0.1"' "root = \"$T/nfs\""
	printf 'version = 1\nworkdir = "%s"\n' "$WD.a" >"$T/etc/a.toml"
	shared mixed
	# shellcheck disable=SC2046,SC2086
	on a 0 jcreate mixed --base host --storage external $(hooks_of nfs4) $QUICK
	on a 0 junregister mixed
	on b 0 jregister mixed
	on b 0 jget mixed external.driver
	out_is nfs4
	on b 0 jget mixed mnt_start
	out_is ''
	on b 0 jstart mixed
	on b 0 jstop mixed
	on b 0 junregister mixed
	# shellcheck disable=SC2046
	on a 0 jregister mixed $(hooks_of nfs4)
	on a 0 jstart mixed
	on a 0 jremove --stop -y mixed
	driver_end
}

# gives_up SECONDS ARGS...: jug fails in time, by mount_nfs(8)'s own patience or by its limit
gives_up() {
	_seconds=$1
	shift
	_begun=$(date +%s)
	run 200 "$JUG" "$@"
	case $RC in
	1 | 124) ;;
	*) fail "jug $*: exit status $RC" ;;
	esac
	err_has 127.0.0.2
	within "$_seconds" "$_begun"
}

# A server that takes connections and never answers: each command ends within its limit.
case_driver_silent_server() {
	nfs_up
	driver_nodes 'driver = "nfs4"' 'server = "127.0.0.2"' "root = \"$T/nfs\"" 'options = ["port=20490"]'
	c 0 ifconfig "$LO" inet 127.0.0.2/32 alias
	nc -k -l 127.0.0.2 20490 >/dev/null 2>&1 &
	silent=$!
	# shellcheck disable=SC2086
	gives_up 30 --config "$T/etc/a.toml" jcreate mute --base host $QUICK --set hook_timeout=$((5 * SLOW))
	no_mounts_on a
	gives_up 90 --config "$T/etc/a.toml" jregister mute
	no_mounts_on a
	mkdir -p "$T/far"
	gives_up 20 nfs-mount 127.0.0.2:/x "$T/far" -o port=20490 --timeout $((5 * SLOW))
	must_not mounted "$T/far"
	j 0 jls
	kill $silent
	wait $silent
	gives_up 60 nfs-mount 127.0.0.2:/x "$T/far" -o port=20490 --timeout $((30 * SLOW)) --nfs4
	c 0 ifconfig "$LO" inet 127.0.0.2 -alias
	must_not mounted "$T/far"
	driver_end
}

# A server that dies while it is mounted.
case_driver_server_dies() {
	nfs_up
	driver_nodes 'driver = "nfs4"' 'server = "127.0.0.1"' "root = \"$T/nfs\""
	shared dies
	# shellcheck disable=SC2086
	on a 0 jcreate dies --base host $QUICK --set hook_timeout=$((5 * SLOW))
	on a 0 jstart dies
	c 0 service nfsd onestop
	begun=$(date +%s)
	on a 0 jls
	out_has running
	on a 0 jls --all
	within 10 "$begun"
	# It is not ended by force unless that is said; the jail is gone all the same.
	begun=$(date +%s)
	on a 3 jstop dies
	err_has --force
	within 90 "$begun"
	must_not running dies
	on a 3 jstop dies
	on a 0 jstop --force dies
	no_mounts_on a
	c 0 service nfsd onestart
	wait_for 20 sh -c "timeout 10 showmount -e 127.0.0.1 | grep -q '$T/nfs'"
	LIMIT=300 on a 0 jstart dies
	on a 0 jexec dies -- true
	on a 0 jremove --stop -y dies
	driver_end
}

case_driver_nfs_mount() {
	nfs_up
	shared m
	mkdir -p "$T/far"
	ln -s far "$T/link"
	echo hi >"$T/nfs/data/m/f"
	j 0 nfs-mount "127.0.0.1:$T/nfs/data/m" "$T/link"
	out_has mounted
	file_has "$T/far/f" hi
	nfsstat -m >"$T/nfsstat"
	file_has "$T/nfsstat" nfsv4,minorversion=2
	file_has "$T/nfsstat" hard
	j 0 nfs-mount "127.0.0.1:$T/nfs/data/m" "$T/far"
	out_has unchanged
	j 6 nfs-mount "127.0.0.1:$T/nfs/data" "$T/far"
	must [ "$(mount -p | grep -c "$T/far")" -eq 1 ]
	# Busy is not forced.
	tail -f "$T/far/f" >/dev/null &
	reads=$!
	j 1 nfs-umount "$T/far"
	must mounted "$T/far"
	kill $reads
	wait $reads
	j 0 nfs-umount "$T/far"
	must_not mounted "$T/far"
	j 0 nfs-umount "$T/far"
	out_has unchanged
	j 0 nfs-mount --nfs3 --soft -o nolockd,ro "127.0.0.1:$T/nfs/data/m" "$T/far"
	nfsstat -m >"$T/nfsstat"
	file_has "$T/nfsstat" nfsv3
	file_has "$T/nfsstat" soft
	j 0 nfs-umount "$T/far"
	# What is not there: the reason of each version.
	j 1 nfs-mount "127.0.0.1:$T/nfs/nothing" "$T/far" --timeout $((60 * SLOW))
	err_has 'No such file or directory'
	must_not mounted "$T/far"
	j 4 nfs-mount 127.0.0.1:/x "$T/nowhere"
	j 2 nfs-mount 127.0.0.1 "$T/far"
	c 0 mount -t tmpfs tmpfs "$T/far"
	j 6 nfs-mount "127.0.0.1:$T/nfs/data/m" "$T/far"
	j 5 nfs-umount "$T/far"
	c 0 umount "$T/far"
	# Only version 3 is served: the next best is taken, and what was tried is told.
	sed -i '' 's/^nfsv4_server_enable=.*/nfsv4_server_enable="NO"/' /etc/rc.conf.d/nfsd
	c 0 service nfsd onerestart
	run 120 "$JUG" nfs-mount "127.0.0.1:$T/nfs/data/m" "$T/far" --timeout $((60 * SLOW))
	code=$RC
	cp "$T/err" "$T/fallback"
	sed -i '' 's/^nfsv4_server_enable=.*/nfsv4_server_enable="YES"/' /etc/rc.conf.d/nfsd
	[ "$code" = 0 ] || { cat "$T/fallback"; fail "exit status $code of the fallback"; }
	nfsstat -m >"$T/nfsstat"
	file_has "$T/nfsstat" nfsv3
	file_has "$T/fallback" minorversion=2
	j 0 nfs-umount "$T/far"
	c 0 service nfsd onerestart
	rm "$T/link"
}

# ---- disks

# disk_up: an md(4) with a label of GPT, of which geli makes more
disk_up() {
	c 0 mdconfig -a -t swap -s 192m
	disk=$(cat "$T/out")
	echo "$disk" >>"$T/disks"
	c 0 gpart create -s gpt "$disk"
	c 0 gpart add -t freebsd-ufs -l "jugtest-$1" "$disk"
	wait_for 10 test -e "/dev/gpt/jugtest-$1"
}
disk_down() {
	[ -f "$T/disks" ] || return 0
	# A disk that goes while it is mounted can leave a mount table that nobody can read any more.
	sweep_nodes
	for d in /dev/gpt/jugtest-*.eli; do
		[ ! -e "$d" ] || geli detach -f "$d"
	done
	while read -r d; do
		mdconfig -d -u "$d" -o force
	done <"$T/disks"
	rm "$T/disks"
}

case_driver_geli() {
	kldstat -q -m g_eli || kldload geom_eli || skip "no geli(8)"
	disk_up crypt
	mkdir "$T/keys"
	dd if=/dev/random of="$T/keys/crypt" bs=64 count=1 2>/dev/null
	echo 'a passphrase' >"$T/keys/pass"
	chmod 600 "$T/keys/"*
	c 0 geli init -s 4096 -K "$T/keys/crypt" -J "$T/keys/pass" -i 1000 /dev/gpt/jugtest-crypt
	driver_nodes 'driver = "geli"' 'device = "/dev/gpt/jugtest-{name}"' "key_file = \"$T/keys/{name}\"" \
		"passphrase_file = \"$T/keys/pass\""
	# Without a file system there is nothing to mount, and the key does not stay.
	on a 1 jcreate crypt --base host
	must [ ! -e /dev/gpt/jugtest-crypt.eli ]
	no_mounts_on a
	c 0 geli attach -j "$T/keys/pass" -k "$T/keys/crypt" /dev/gpt/jugtest-crypt
	c 0 newfs -U /dev/gpt/jugtest-crypt.eli
	c 0 geli detach /dev/gpt/jugtest-crypt.eli
	# A key that others may read is none.
	chmod 640 "$T/keys/pass"
	on a 2 jcreate crypt --base host
	err_has 'chmod 600'
	chmod 600 "$T/keys/pass"
	walk crypt ''
	must [ ! -e /dev/gpt/jugtest-crypt.eli ]
	# Neither in what is printed nor in what is kept.
	on a 0 -n jcreate crypt --base host
	must_not grep -rq 'a passphrase' "$T/out" "$WD.a/log" "$WD.a/journal"
	dirty_disk crypt /dev/gpt/jugtest-crypt
	driver_end
	disk_down
	rm -r "$T/keys"
}

# dirty_disk NAME DEVICE: as another node leaves it that has it mounted, or had when it died: this one does not write to it.
dirty_disk() {
	# shellcheck disable=SC2086
	on a 0 jcreate "$1" --base host $QUICK $DRIVER_LIMIT
	on a 0 jstart "$1"
	on a 0 jexec "$1" -- sh -c 'echo kept >/root/f; fsync /root/f'
	# The node dies: its disk is gone from under it.
	disk_image=$T/image
	c 0 dd if="$2" of="$disk_image" bs=1m
	on a 0 jstop "$1"
	c 0 dd if="$disk_image" of="$2" bs=1m
	rm "$disk_image"
	on b 6 jregister "$1"
	on b 6 jregister --takeover "$1"
	err_has 'not unmounted cleanly'
	no_mounts_on b
	# Its owner mends it, and goes on.
	on a 0 jstart "$1"
	on a 0 jexec "$1" -- cat /root/f
	out_is kept
	on a 0 jstop "$1"
	no_mounts_on a
	# A clean one can be taken over, and the other one is fenced before it writes.
	on b 0 jregister --takeover "$1"
	on a 6 jstart "$1"
	err_has 'jregister --takeover'
	no_mounts_on a
	on a 0 junregister "$1"
	no_mounts_on a
	on b 0 jstart "$1"
	on b 0 jremove --stop -y "$1"
	no_mounts_on b
}

iscsi_up() {
	kldstat -q -m ctl || kldload ctl || skip "no ctl(4)"
	kldstat -q -m iscsi || kldload iscsi || skip "no iscsi(4)"
	truncate -s 192m "$T/lun"
	borrow /etc/ctl.conf
	cat >/etc/ctl.conf <<-X
		portal-group pg0 {
			discovery-auth-group no-authentication
			listen 127.0.0.1
		}
		target iqn.2026-01.org.example:jugtest-san {
			auth-group no-authentication
			portal-group pg0
			lun 0 {
				path $T/lun
				serial JUGTEST0
			}
		}
	X
	chmod 600 /etc/ctl.conf
	for s in ctld iscsid; do
		service $s onestatus >/dev/null 2>&1 || { echo $s >>"$T/iscsi.started"; c 0 service $s onestart; }
	done
}
iscsi_down() {
	[ -f "$T/lun" ] || return 0
	sweep_nodes
	iscsictl -R -t iqn.2026-01.org.example:jugtest-san 2>/dev/null
	[ ! -f "$T/iscsi.started" ] || while read -r s; do service "$s" onestop; done <"$T/iscsi.started"
	rm -f "$T/iscsi.started" "$T/lun"
}

case_driver_iscsi() {
	iscsi_up
	driver_nodes 'driver = "iscsi"' 'portal = "127.0.0.1"' 'target = "iqn.2026-01.org.example:jugtest-{name}"'
	# A disk without the label does not appear.
	begun=$(date +%s)
	on a 1 jcreate san --base host
	err_has /dev/ufs/san
	within 60 "$begun"
	must_not sh -c 'iscsictl -L | grep -q jugtest'
	c 0 iscsictl -A -p 127.0.0.1 -t iqn.2026-01.org.example:jugtest-san -w 60
	wait_for 20 test -e /dev/diskid/DISK-JUGTEST0
	c 0 newfs -U -L san /dev/diskid/DISK-JUGTEST0
	c 0 iscsictl -R -t iqn.2026-01.org.example:jugtest-san
	walk san ''
	must_not sh -c 'iscsictl -L | grep -q jugtest'
	driver_end
	iscsi_down
}
