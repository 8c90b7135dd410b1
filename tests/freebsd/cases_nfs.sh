# shellcheck shell=sh
# Exports over NFS. A jail can't mount NFS (lsvfs has no `jail` for it), so that the host itself is each client: what it
# sends to an address of its own comes from that address.

# Clients, and the addresses of this host at which each finds the server.
C1=10.97.0.1 C2=10.97.0.2 C3=10.97.0.3

# The server as `init --nfs --write` makes it, and the administrator's file with what is given to it as input.
nfs_server() {
	need_pool
	need_init
	if [ ! -f "$T/nfs.server" ]; then
		: >"$T/nfs.server"
		borrow /etc/exports
		borrow /etc/rc.conf
		borrow /etc/rc.conf.d/nfsd
		rm -f /etc/rc.conf.d/nfsd
		for s in rpcbind nfsuserd mountd nfsd statd lockd; do
			service $s onestatus >/dev/null 2>&1 || echo $s >>"$T/nfs.started"
		done
		printf '[nfs]\nexports = "%s"\n' "$T/etc/jug.exports" >>"$CONF"
		c 0 ifconfig lo create
		cp "$T/out" "$T/nfs.lo"
		for a in $C1 $C2 $C3; do c 0 ifconfig "$(cat "$T/nfs.lo")" inet "$a/32" alias; done
		sysrc nfs_server_flags="-u -t -n 4" >/dev/null
		LIMIT=300 j 0 init --nfs --write
		restart_mountd
		service nfsd onestatus >/dev/null 2>&1 || c 0 service nfsd start
		mkdir -p "$T/c1" "$T/c2" "$T/c3"
	fi
	D=$POOL/jugtest
	# What a failed case has left.
	nfs_clean
	cat >/etc/exports
	SUM=$(sha256 -q /etc/exports)
	c 0 service mountd onereload
}
# It reads its arguments anew. Without -f timeout(1) would wait for the daemon.
restart_mountd() {
	c 0 service mountd onerestart
	wait_for 20 pgrep -q mountd
}

# nfs_dataset NAME...: datasets, and what goes after the case
nfs_dataset() {
	for n in "$@"; do
		zfs list -H "$D/$n" >/dev/null 2>&1 || c 0 zfs create -p -o mountpoint="$T/exp/$n" "$D/$n"
		chmod 777 "$T/exp/$n"
		echo "$n" >"$T/exp/$n/it"
	done
}

nfs_clean() {
	nfs_clients_away
	[ ! -d "$T/exp" ] || "$JUG" nfs-unexport --children "$T/exp" >/dev/null 2>&1
	zfs list -H -o name -d 1 "$D" | grep "^$D/x" | while read -r d; do zfs destroy -rf "$d"; done
	rm -rf "$T/exp"
}

# What each case ends with: nobody exports anything, and the administrator's file is as it was.
nfs_end() {
	must [ "$(sha256 -q /etc/exports)" = "$SUM" ]
	nfs_clean
	: >/etc/exports
	must [ -z "$(zfs get -H -s local -o name jug:export)" ]
	must_not grep -q '^/' "$T/etc/jug.exports"
}

# mnt VERSION CLIENT PATH: mounted as that client at $T/cN; its exit status
mnt() {
	case $1 in 3) _o=nfsv3 ;; 4) _o=nfsv4,minorversion=2 ;; esac
	run 30 mount_nfs -o "$_o,retrycnt=1" "10.97.0.$2:$3" "$T/c$2"
	[ "$RC" = 0 ]
}
umnt() { run 30 umount -f "$T/c$1"; }

# may rw|ro|no CLIENT PATH: what a client can do there, over both versions
may() {
	for v in 3 4; do
		case $1 in
		rw)
			must mnt $v "$2" "$3"
			c 0 cat "$T/c$2/it"
			c 0 touch "$T/c$2/by$2"
			;;
		ro)
			must mnt $v "$2" "$3"
			c 0 cat "$T/c$2/it"
			c 1 touch "$T/c$2/no"
			;;
		# NFSv4 shows the way to what it exports to others, and an empty directory there (F4.6).
		no) ! mnt $v "$2" "$3" || { c 1 cat "$T/c$2/it"; c 1 touch "$T/c$2/no"; } ;;
		esac
		umnt "$2"
	done
}

case_nfs_init_is_said_and_done() {
	nfs_server </dev/null
	_args=$(ps -axww -o ucomm= -o args= | sed -n 's/^mountd *//p')
	must [ "$_args" = "/usr/sbin/mountd -r -S $T/etc/jug.exports /etc/exports /etc/zfs/exports" ]
	LIMIT=300 j 0 init --nfs --write
	must_not grep -q 'sysrc' "$T/out"
	LIMIT=300 j 0 -H nfs-check
	out_lacks wrong
	c 0 sysrc mountd_flags="-r -S"
	LIMIT=300 j 1 -H nfs-check
	out_has "sysrc 'mountd_flags=-r -S $T/etc/jug.exports'"
	LIMIT=300 j 0 init --nfs
	err_has "sysrc 'mountd_flags=-r -S $T/etc/jug.exports'"
	c 0 sysrc mountd_flags="-r -S $T/etc/jug.exports"
	nfs_end
}

# Four datasets, each by both ways of writing it down, for two clients, over both versions; a third gets nothing.
four_datasets() {
	nfs_server <<-X
		# The administrator's
		/usr/share -ro 10.97.9.9
	X
	nfs_dataset x1 x2 x3 "x 4"
	e=$T/exp
	j 0 nfs-export "$e/x1" --to $C1,$C2 --maproot root --via "$1"
	j 0 nfs-export "$D/x2" --to $C1 --via "$1"
	j 0 nfs-export "$D/x2" --to $C2 --ro --via "$1"
	j 0 nfs-export "$e/x3" --to 10.97.0.2/31 --mapall nobody --via "$1"
	j 0 nfs-unexport "$e/x3"
	j 0 nfs-export "$e/x3" --to $C2 --mapall 65534:65533 --via "$1"
	j 7 nfs-export "$D/x 4" --to $C1 --sec sys:krb5 --via "$1"
	err_has 'gssd does not run'
}
four_are_served() {
	may rw 1 "$e/x1"
	may rw 2 "$e/x1"
	must [ "$(stat -f %u "$e/x1/by1")" = 0 ]
	may rw 1 "$e/x2"
	must [ "$(stat -f %u "$e/x2/by1")" = 65534 ]
	may ro 2 "$e/x2"
	may no 1 "$e/x3"
	may rw 2 "$e/x3"
	may rw 1 "$e/x 4"
	may no 2 "$e/x 4"
	for p in x1 x2 x3 "x 4"; do may no 3 "$e/$p"; done
	LIMIT=300 j 0 -H nfs-check
	out_lacks wrong
	j 0 --json nfs-ls
	out_has "\"path\":\"$e/x 4\""
	out_has '"/etc/exports line 2"'
	must [ "$("$JUG" -H nfs-ls --for $C2 | wc -l)" -eq 3 ]
}
case_nfs_four_datasets_by_property() {
	four_datasets zfs
	j 0 nfs-export "$D/x 4" --to $C1 --alldirs
	must [ "$(zfs get -H -o value sharenfs "$D/x2")" = "-sec=sys $C1;-ro -sec=sys $C2" ]
	four_are_served
	nfs_end
}
case_nfs_four_datasets_by_file() {
	four_datasets file
	j 0 nfs-export "$D/x 4" --to $C1 --alldirs --via file
	must [ -z "$(zfs get -H -s local -o name sharenfs)" ]
	file_has "$T/etc/jug.exports" "$e/x\\0404 -alldirs -sec=sys $C1"
	four_are_served
	# A second time nothing is to be done, and one client can go by itself.
	j 0 nfs-export "$e/x1" --to $C1 --maproot root
	out_has unchanged
	j 0 nfs-unexport "$e/x1" --to $C1
	may no 1 "$e/x1"
	may rw 2 "$e/x1"
	j 0 nfs-export "$e/x1" --to $C1 --ro --replace
	may ro 1 "$e/x1"
	may no 2 "$e/x1"
	nfs_end
}

case_nfs_environment() {
	nfs_server </dev/null
	need_host
	j 0 jcreate www --base host --storage zfs --set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true
	j 0 nfs-export www --to $C1 --maproot root
	err_has 'is left out'
	j 0 -H nfs-ls www
	out_lines 2
	for d in "$WD/jails-data/www-data" "$WD/jails-system/www"; do echo www >"$d/it"; done
	may rw 1 "$WD/jails-data/www-data"
	may rw 1 "$WD/jails-system/www"
	may no 2 "$WD/jails-system/www"
	rm -f "$WD/jails-data/www-data/by1" "$WD/jails-system/www/by1" "$WD/jails-data/www-data/it" "$WD/jails-system/www/it"
	LIMIT=300 j 0 -H nfs-check www
	j 0 nfs-unexport www
	j 0 -H nfs-ls www
	out_lines 0
	j 0 jremove -y www
	nfs_end
}

# What a node exports of a jail, another one mounts with no more than the name: nothing is copied.
case_nfs_taken_over_by_a_node() {
	nfs_server </dev/null
	need_host
	j 0 jcreate far --base host --storage zfs --set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true
	j 0 jstart far
	j 0 jexec far -- sh -c 'echo from here >/root/f'
	j 0 jstop far
	j 0 nfs-export far --to $C1 --maproot root
	cat >"$T/etc/b.toml" <<-X
		version = 1
		workdir = "$WD.b"
		[defaults.external]
		driver = "nfs4"
		server = "$C1"
		root = "$WD"
		names = "workdir"
		mounts = ["data", "system"]
	X
	[ -f "$WD.b/bases/host/base.toml" ] || { on b 0 init; on b 0 base-import host; }
	on b 6 jregister far
	err_has 'owned by'
	j 0 junregister far
	on b 0 jregister far
	on b 0 jstart far
	on b 0 jexec far -- sh -c 'cat /root/f; echo from there >>/root/f'
	out_is 'from here'
	on b 0 jstop far
	on b 0 junregister far
	no_mounts_on b
	j 0 jregister far
	j 0 jget far storage
	out_is zfs
	j 0 jstart far
	j 0 jexec far -- tail -n 1 /root/f
	out_is 'from there'
	# A property goes with its dataset.
	j 0 jremove --stop -y far
	must_not grep -q far-data /etc/zfs/exports
	printf 'version = 1\nworkdir = "%s"\n' "$WD.b" >"$T/etc/b.toml"
	nfs_end
}

# What is refused, by a real host's facts.
case_nfs_refused() {
	nfs_server <<-X
		$T/exp/x1 -ro $C1
		$T/exp/x9 -bogus $C1
	X
	nfs_dataset x1 x2 x2/child
	j 5 nfs-export "$D/x1" --to $C1,$C2
	err_has '/etc/exports line 1'
	j 5 nfs-export "$D/x2" --to $C1
	err_has "$T/exp/x2/child"
	mkdir "$T/exp/x1/dir"
	j 5 nfs-export "$T/exp/x1/dir" --to $C2
	err_has 'no mount point'
	ln -s "$T/exp/x1" "$T/exp/link"
	j 2 nfs-export "$T/exp/link" --to $C2
	err_has "a link leads there"
	rm "$T/exp/link"
	j 4 nfs-export "$D/x1" --to $C2 --maproot nosuchuser
	j 4 nfs-export "$D/nosuch" --to $C2
	j 2 nfs-export "$D/x1" --to 10.0.0.0/8 --maproot root
	j 2 nfs-export "$D/x1"
	c 0 zfs set sharenfs="-ro $C2" "$D/x1"
	j 5 nfs-export "$D/x1" --to $C3
	err_has 'which jug did not set'
	j 5 nfs-unexport "$D/x1"
	must [ "$(zfs get -H -o value,source sharenfs "$D/x1")" = "-ro $C2	local" ]
	c 0 zfs inherit sharenfs "$D/x1"
	# With its children it is exported, and a grandchild that comes later with it.
	j 0 nfs-export "$D/x2" --to $C1 --children
	nfs_dataset x2/child/late
	may rw 1 "$T/exp/x2/child/late"
	LIMIT=300 j 0 -H nfs-check "$D/x2"
	j 0 nfs-unexport "$D/x2"
	may no 1 "$T/exp/x2/child"
	# In the file it is not, and nfs-check says so.
	j 0 nfs-export "$D/x2" --to $C1 --children --via file
	nfs_dataset x2/more
	LIMIT=300 j 1 -H nfs-check "$D/x2"
	must grep -q "children	wrong	1 below it are not exported, such as $T/exp/x2/more" "$T/out"
	nfs_end
}

# A broken line of the administrator's loses nothing of jug's, and is passed on.
case_nfs_broken_line() {
	nfs_server <<-X
		$T/exp/x1 -bogus 10.0.0.1
		/nosuch/dir 10.0.0.1
	X
	nfs_dataset x1 x2
	j 0 nfs-export "$D/x1" --to $C1
	err_has 'the NFS server also says: bad exports list line'
	j 0 nfs-export "$D/x2" --to $C1 --via file
	err_has '/nosuch/dir'
	may rw 1 "$T/exp/x1"
	may rw 1 "$T/exp/x2"
	nfs_end
}

# What only mountd finds out is undone: a name of the administrator's that means a client of jug's.
case_nfs_undone() {
	borrow /etc/hosts
	printf '%s\n' "$C1 client.nfs.test" >>/etc/hosts
	nfs_server <<-X
		$T/exp/x1 -ro client.nfs.test
	X
	nfs_dataset x1
	c 0 service mountd onereload
	for via in zfs file; do
		LIMIT=300 j 1 nfs-export "$D/x1" --to $C1 --via $via
		err_has "netcred already exists"
		must [ -z "$(zfs get -H -s local -o name sharenfs,jug:export)" ]
		must_not grep -q '^/' "$T/etc/jug.exports"
		must [ ! -e "$WD/journal/.exports.jsonl" ]
	done
	may ro 1 "$T/exp/x1"
	j 0 nfs-export "$D/x1" --to $C2
	nfs_end
}

# A jug that dies while it waits: the next change takes back what it had begun.
case_nfs_killed() {
	nfs_server </dev/null
	nfs_dataset x1 x2
	"$JUG" nfs-export "$D/x1" --to $C1 --via file >/dev/null 2>&1 &
	_pid=$!
	in_background $_pid
	wait_for 60 grep -q "$T/exp/x1" "$T/etc/jug.exports"
	kill -9 $_pid
	wait $_pid 2>/dev/null
	j 6 -n nfs-export "$D/x2" --to $C1
	LIMIT=300 j 0 nfs-export "$D/x2" --to $C1 --via file
	must_not grep -q "$T/exp/x1" "$T/etc/jug.exports"
	may no 1 "$T/exp/x1"
	may rw 1 "$T/exp/x2"
	nfs_end
}

# Without zfs_enable mountd reads neither /etc/exports nor what zfs writes, unless jug's flags say so (F4.1).
case_nfs_without_zfs_enable() {
	nfs_server <<-X
		/usr/share -ro $C3
	X
	nfs_dataset x1 x2
	c 0 sysrc zfs_enable=NO
	c 0 sysrc mountd_flags="-r -S"
	# With --write it would enable ZFS, which this workdir is on.
	LIMIT=300 j 0 init --nfs
	err_has "sysrc 'mountd_flags=-r -S $T/etc/jug.exports /etc/exports'"
	c 0 sysrc mountd_flags="-r -S $T/etc/jug.exports /etc/exports"
	restart_mountd
	must [ "$(sha256 -q /etc/exports)" = "$SUM" ]
	j 2 nfs-export "$D/x1" --to $C1 --via zfs
	err_has 'does not read /etc/zfs/exports'
	j 0 nfs-export "$D/x1" --to $C1
	err_has "is exported by $T/etc/jug.exports"
	may rw 1 "$T/exp/x1"
	c 0 showmount -e
	out_has '/usr/share'
	j 0 nfs-unexport "$D/x1"
	c 0 sysrc zfs_enable=YES
	c 0 sysrc mountd_flags="-r -S $T/etc/jug.exports"
	restart_mountd
	nfs_end
}

# NFSv4 only: rc.d puts -R behind the files, where getopt does not see it any more (F4.1).
case_nfs_v4_only() {
	nfs_server </dev/null
	nfs_dataset x1 x2
	c 0 sysrc nfsv4_server_only=YES
	restart_mountd
	LIMIT=300 j 1 -H nfs-check
	out_has 'mountd serves NFSv3 as well'
	LIMIT=300 j 0 init --nfs --write
	must [ "$(sysrc -n mountd_flags)" = "-r -S -R $T/etc/jug.exports" ]
	restart_mountd
	j 0 nfs-export "$D/x1" --to $C1
	j 0 nfs-export "$D/x2" --to $C2 --ro --via file
	LIMIT=300 j 0 -H nfs-check
	out_lacks wrong
	must_not mnt 3 1 "$T/exp/x1"
	must mnt 4 1 "$T/exp/x1"
	c 0 touch "$T/c1/x"
	umnt 1
	j 0 nfs-unexport "$D/x1"
	j 0 nfs-unexport "$D/x2"
	c 0 sysrc -x nfsv4_server_only
	c 0 sysrc mountd_flags="-r -S $T/etc/jug.exports"
	c 0 sysctl vfs.nfsd.server_min_nfsvers=2
	restart_mountd
	nfs_end
}
