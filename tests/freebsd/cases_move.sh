# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail or the hook
# Environments on storage that hooks mount, over NFS from this host's own server; moves between two nodes; clones and
# other names.
#
# CBSD_HOOK  CBSD's env_start_nfs.sh, which is not part of this repository

# ---- NFS

life_on() {
	nfs_up
	need_host
	shared ext
	# shellcheck disable=SC2046,SC2086
	j 0 jcreate ext --base host --storage external $(hooks_of "$1") $QUICK
	must [ -z "$(mounts_below "$WD")" ]
	must [ -d "$T/nfs/data/ext/etc" ]
	must [ -f "$T/nfs/system/ext/owner.d/1" ]
	must [ -f "$T/nfs/rcconf/ext/env.toml" ]
	must [ -z "$(find "$WD/jails-data" "$WD/jails-system" "$WD/jails-rcconf" -type f)" ]
	for i in 1 2; do
		j 0 jstart ext
		must mounted "$WD/jails-data/ext-data"
		nfsstat -m >"$T/nfsstat"
		file_has "$T/nfsstat" "127.0.0.1:$T/nfs/data/ext on $WD/jails-data/ext-data"
		file_has "$T/nfsstat" "nfsv${1#nfs}"
		j 0 jexec ext -- sh -c "echo $i >>/root/me && chmod 640 /root/me && ln -sf me /root/l && cat /root/l"
		j 0 jstop ext
		must [ -z "$(mounts_below "$WD")" ]
	done
	printf '1\n2\n' >"$T/wanted"
	c 0 cmp "$T/wanted" "$T/nfs/data/ext/root/me"
	# Run twice, a hook changes nothing.
	j 0 jstart ext
	n=$(mount -p | wc -l)
	c 0 "$T/mnt/$1-start" -d "$WD/jails-data/ext-data" -f "$WD/jails-fstab/ext" -j ext -r "$WD/jails-rcconf/ext" \
		-s "$WD/jails-system/ext"
	must [ "$n" = "$(mount -p | wc -l)" ]
	j 0 jremove --stop -y ext
	must [ -z "$(find "$T/nfs/data/ext" "$T/nfs/system/ext" -mindepth 1)" ]
}
case_move_nfs3() { life_on nfs3; }
case_move_nfs4() { life_on nfs4; }

# A jail whose whole userland lies there, with file flags, and that boots.
case_move_full_on_nfs4() {
	nfs_up
	need_tree
	shared full
	# shellcheck disable=SC2046
	LIMIT=300 j 0 jcreate full --base tree --mode full --storage external $(hooks_of nfs4) --set hook_timeout=$((60 * SLOW))
	LIMIT=300 j 0 jstart full
	j 0 jexec full -- /usr/bin/su -m root -c 'echo up'
	out_is up
	LIMIT=300 j 0 jstop full
	file_has "$T/nfs/system/full/console.log" 'Starting cron'
	must [ -z "$(mounts_below "$WD")" ]
	LIMIT=300 j 0 jremove -y full
	must [ -z "$(find "$T/nfs/data/full" -mindepth 1)" ]
}

case_move_hook_half() {
	nfs_up
	need_host
	shared half
	rm -r "$T/nfs/system/half"
	script_file half <<-X
		#!/bin/sh
		while getopts d:f:j:r:s: o; do case \$o in d) d=\$OPTARG ;; j) j=\$OPTARG ;; s) s=\$OPTARG ;; esac; done
		mount_nfs -o nfsv4,nolockd,retrycnt=1 127.0.0.1:$T/nfs/data/\$j "\$d" || exit 1
		mount_nfs -o nfsv4,nolockd,retrycnt=1 127.0.0.1:$T/nfs/system/\$j "\$s" || exit 1
	X
	remember
	# shellcheck disable=SC2086
	j 1 jcreate half --base host --storage external --mnt-start "$T/hooks/half" $QUICK
	err_has mnt_start
	unchanged
	# The example takes it back itself.
	# shellcheck disable=SC2046,SC2086
	j 1 jcreate half --base host --storage external $(hooks_of nfs4) $QUICK
	unchanged
	mkdir "$T/nfs/system/half"
	# shellcheck disable=SC2086
	j 0 jcreate half --base host --storage external --mnt-start "$T/hooks/half" $QUICK
	mv "$T/nfs/system/half" "$T/nfs/system/away"
	j 1 jstart half
	must [ -z "$(mounts_below "$WD")" ]
	mv "$T/nfs/system/away" "$T/nfs/system/half"
	j 0 jstart half
	j 0 jremove --stop -y half
}

case_move_hook_hangs() {
	nfs_up
	need_host
	shared hang
	script_file hangs <<-X
		#!/bin/sh
		trap '' TERM
		while getopts d:f:j:r:s: o; do case \$o in d) d=\$OPTARG ;; j) j=\$OPTARG ;; s) s=\$OPTARG ;; esac; done
		mount_nfs -o nfsv4,nolockd,retrycnt=1 127.0.0.1:$T/nfs/data/\$j "\$d" || exit 1
		mount_nfs -o nfsv4,nolockd,retrycnt=1 127.0.0.1:$T/nfs/system/\$j "\$s" || exit 1
		[ -e "$T/hang" ] || exit 0
		sleep 1000 &
		echo \$! >"$T/hang.pid"
		sleep 1000
	X
	# shellcheck disable=SC2086
	j 0 jcreate hang --base host --storage external --mnt-start "$T/hooks/hangs" --set hook_timeout=$((4 * SLOW)) $QUICK
	: >"$T/hang"
	begun=$(date +%s)
	j 124 jstart hang
	within 30 "$begun"
	must_not kill -0 "$(cat "$T/hang.pid")"
	must [ -z "$(mounts_below "$WD")" ]
	rm "$T/hang"
	j 0 jstart hang
	j 0 jremove --stop -y hang
}

# The server goes while a jail runs on it: lists stay quick, and it can be stopped.
case_move_server_gone_v3() { server_gone nfs3; }
case_move_server_gone_v4() { server_gone nfs4; }
server_gone() {
	nfs_up
	need_host
	grep -q '^nfsd$' "$T/nfs.started" || skip "the host's own nfsd runs"
	shared gone
	# shellcheck disable=SC2046,SC2086
	j 0 jcreate gone --base host --storage external $(hooks_of "$1") --set hook_timeout=$((15 * SLOW)) $QUICK
	j 0 jstart gone
	service nfsd onestop >/dev/null 2>&1
	begun=$(date +%s)
	j 0 -H jls
	out_has running
	within 5 "$begun"
	run 150 "$JUG" jstop gone
	code=$RC
	service nfsd onestart >/dev/null 2>&1
	must [ "$code" != 124 ]
	j 0 jstop gone
	must_not running gone
	must [ -z "$(mounts_below "$WD")" ]
	j 0 jremove -y gone
}

# ---- two nodes

case_move_ten() {
	need_nodes
	shared www
	must [ "$("$JUG" --config "$T/etc/a.toml" -H node | cut -f 1)" != "$("$JUG" --config "$T/etc/b.toml" -H node | cut -f 1)" ]
	must [ -f "$T/etc/a.node" ]
	must [ -f "$T/etc/b.node" ]
	# shellcheck disable=SC2046,SC2086
	on a 0 jcreate www --base host --storage external $(hooks_of nfs4) --tag web $QUICK
	on a 0 jstart www
	# Owners that have names: nfsuserd(8) knows no others.
	on a 0 jexec www -- sh -c 'mkdir /root/d && echo hi >/root/d/f && ln -s f /root/d/l && ln /root/d/f /root/d/h &&
		chmod 4750 /root/d/f && chown 80:5 /root/d/h && echo x >"/root/d/a b" && mkfifo /root/d/p'
	on a 0 jstop www
	no_mounts_on a
	before=$(tree_sum "$T/nfs/data/www")
	on a 0 jget www uuid
	uuid=$(cat "$T/out")
	from=a to=b
	for i in 1 2 3 4 5 6 7 8 9 10; do
		on $from 0 junregister www
		no_mounts_on $from
		on $from 4 jstart www
		# shellcheck disable=SC2046
		on $to 0 jregister www $(hooks_of nfs4)
		no_mounts_on $to
		on $to 0 jget www uuid
		out_is "$uuid"
		on $to 0 jget www tags
		out_is web
		if [ "$SLOW" = 1 ] || [ $i -gt 8 ]; then
			on $to 0 jstart www
			on $to 0 jexec www -- cat /root/d/l
			out_is hi
			on $to 0 jstop www
			no_mounts_on $to
		fi
		x=$from
		from=$to
		to=$x
	done
	cp "$T/tree_sum" "$T/tree_before"
	after=$(tree_sum "$T/nfs/data/www")
	[ "$before" = "$after" ] || { diff "$T/tree_before" "$T/tree_sum"; fail "the data is not what it was"; }
	must [ "$(find "$T/nfs/system/www/owner.d" -type f | wc -l)" -eq 21 ]
	on a 0 jremove -y www
	nodes_end
}

case_move_refused() {
	need_nodes
	shared www
	# shellcheck disable=SC2046,SC2086
	on a 0 jcreate www --base host --storage external $(hooks_of nfs3) $QUICK
	on a 0 jstart www
	on a 6 junregister www
	err_has 'it runs'
	# shellcheck disable=SC2046
	on b 6 jregister www $(hooks_of nfs3)
	err_has 'owned by'
	no_mounts_on b
	must running www
	on a 0 jstop www
	# shellcheck disable=SC2046
	on b 6 jregister www $(hooks_of nfs3)
	err_has --takeover
	on b 4 jstart www
	no_mounts_on b
	# Half mounted.
	mkdir -p "$WD.a/run/www/root"
	c 0 mount -t tmpfs tmpfs "$WD.a/run/www/root"
	on a 6 junregister www
	err_has 'still mounted'
	c 0 umount "$WD.a/run/www/root"
	on a 0 junregister www
	on a 4 junregister www
	# shellcheck disable=SC2046
	on b 0 jregister www $(hooks_of nfs3)
	# shellcheck disable=SC2046
	on b 5 jregister www $(hooks_of nfs3)
	# shellcheck disable=SC2046
	on a 6 jregister www $(hooks_of nfs3)
	on b 0 jremove -y www
	nodes_end
}

case_move_takeover() {
	need_nodes
	shared www
	# shellcheck disable=SC2046,SC2086
	on a 0 jcreate www --base host --storage external $(hooks_of nfs3) $QUICK
	# Taken over while it does not run.
	# shellcheck disable=SC2046
	on b 0 jregister --takeover www $(hooks_of nfs3)
	on a 6 jstart www
	err_has 'jregister --takeover'
	no_mounts_on a
	must [ "$(state_on a www)" = fenced ]
	must_not running www
	on b 0 jstart www
	on b 0 jexec www -- hostname
	out_is www
	on b 0 jstop www
	# Taken back, and taken over while it runs.
	# shellcheck disable=SC2046
	on a 0 jregister --takeover www $(hooks_of nfs3)
	on a 0 jstart www
	# These two nodes have one kernel, and see each other's jails.
	on b 6 jstart www
	err_has 'from another workdir'
	# shellcheck disable=SC2046
	on b 0 jregister --takeover www $(hooks_of nfs3)
	out_has 'not stopped'
	must running www
	run 120 "$JUG" --config "$T/etc/a.toml" doctor
	must [ "$RC" != 0 ]
	must grep -q www "$T/out" "$T/err"
	run 200 "$JUG" --config "$T/etc/a.toml" -y doctor --fix
	must_not running www
	no_mounts_on a
	must [ "$(state_on a www)" = fenced ]
	on a 6 jstart www
	on b 0 jstart www
	on b 0 jexec www -- hostname
	out_is www
	on a 0 junregister www
	must running www
	on b 0 jremove --stop -y www
	nodes_end
}

# ---- CBSD's own hook, unchanged

cbsd_hook() {
	[ -n "${CBSD_HOOK:-}" ] || skip "CBSD_HOOK is not set"
	nfs_up
	need_nodes
	shared "$1"
	install -m 755 "$CBSD_HOOK" "$T/hooks/env_start_nfs.sh"
	[ -f "$T/borrowed/root/etc/env_start_nfs.conf.none" ] || borrow /root/etc/env_start_nfs.conf
	printf '%s\n' 'NFS_SERVER="127.0.0.1"' "NFS_SERVER_ROOT_DIR=\"$T/nfs\"" "MOUNT_RCCONF=$2" MOUNT_FSTAB=1 \
		"NFS_MOUNT_TIMEOUT=$((10 * SLOW))" >/root/etc/env_start_nfs.conf
	# shellcheck disable=SC2086
	on a 0 jcreate "$1" --base host --storage external --mnt-start "$T/hooks/env_start_nfs.sh" $QUICK
	no_mounts_on a
	on a 0 jstart "$1"
	must mounted "$WD.a/jails-data/$1-data"
	must mounted "$WD.a/jails-system/$1"
	must mounted "$WD.a/jails-fstab/$1"
	if [ "$2" = 1 ]; then
		must mounted "$WD.a/jails-rcconf/$1"
	else
		must_not mounted "$WD.a/jails-rcconf/$1"
	fi
	on a 0 jexec "$1" -- sh -c 'echo hi >/root/f'
	# There is no mnt_stop in CBSD: what it mounted, jug unmounts.
	on a 0 jrestart "$1"
	on a 0 jstop "$1"
	no_mounts_on a
	on a 0 junregister "$1"
	on b 0 jregister "$1" --mnt-start "$T/hooks/env_start_nfs.sh"
	on b 0 jstart "$1"
	on b 0 jexec "$1" -- cat /root/f
	out_is hi
	on b 0 jremove --stop -y "$1"
	must [ -z "$(find "$T/nfs/data/$1" -mindepth 1)" ]
	nodes_end
	rm /root/etc/env_start_nfs.conf
}
case_move_cbsd_hook() { cbsd_hook cb0 0; }
case_move_cbsd_hook_rcconf() { cbsd_hook cb1 1; }

# ---- clones and other names

clone_and_rename() {
	need_host
	# shellcheck disable=SC2086
	j 0 jcreate "$1" --base host --storage "$2" $QUICK
	j 0 jstart "$1"
	j 0 jexec "$1" -- sh -c 'echo one >/root/f; mkdir /root/d; ln -s ../f /root/d/l; chmod 4755 /root/f'
	[ "$2" = zfs ] || j 6 jclone "$1" "$1-c"
	j 6 jrename "$1" "$1-n"
	err_has --restart
	j 0 jstop "$1"
	before=$(tree_sum "$WD/jails-data/$1-data/root")
	j 0 jclone "$1" "$1-c" --start
	must [ "$before" = "$(tree_sum "$WD/jails-data/$1-c-data/root")" ]
	j 0 jexec "$1-c" -- sh -c 'hostname; cat /root/d/l; echo two >/root/f'
	out_has "$1-c"
	file_has "$WD/jails-data/$1-data/root/f" one
	must [ "$("$JUG" jget "$1" uuid)" != "$("$JUG" jget "$1-c" uuid)" ]
	j 0 jget "$1-c" origin
	out_is "$1"
	uuid=$("$JUG" jget "$1" uuid)
	j 5 jrename "$1" "$1-c"
	j 0 jrename "$1" "$1-n"
	j 4 jget "$1" uuid
	j 0 jget "$1-n" uuid
	out_is "$uuid"
	must [ ! -e "$WD/jails-data/$1-data" ]
	must [ "$before" = "$(tree_sum "$WD/jails-data/$1-n-data/root")" ]
	j 0 jstart "$1-n"
	j 0 jexec "$1-n" -- hostname
	out_is "$1-n"
	j 0 jrename --restart "$1-n" "$1"
	j 0 jexec "$1" -- hostname
	out_is "$1"
	j 0 jstop "$1" "$1-c"
}

case_move_clone_dir() {
	clone_and_rename cd dir
	j 0 jremove -y cd
	j 0 jstart cd-c
	j 0 jremove --stop -y cd-c
}

case_move_clone_zfs() {
	need_pool
	clone_and_rename cz zfs
	c 0 zfs get -Hp -o value origin "$POOL/jugtest/env/cz-c/data"
	out_has "$POOL/jugtest/env/cz/data@jug-clone-"
	j 5 jremove -y cz
	err_has --promote
	j 0 jremove --promote -y cz
	c 1 zfs list "$POOL/jugtest/env/cz"
	j 0 jstart cz-c
	j 0 jexec cz-c -- cat /root/f
	out_is two
	j 0 jremove --stop -y cz-c
}
