# shellcheck shell=sh
# Archives: of directories and of ZFS, with file flags, through bsdtar(1) as well, of VMs, and what must not come in.

# Owners, modes, flags, times, links and sums of a tree. "uarch" is the file system's own: ZFS sets it on what is written.
picture_of() {
	(cd "$1" && {
		find . -not -type d -exec stat -f '%N %Sp %u %g %Sf %z %m %l %Y' {} + | sort
		find . -type d -exec stat -f '%N %Sp %u %g %Sf' {} + | sort
	} | sed -e 's/,uarch//' -e 's/uarch,//' -e 's/ uarch/ -/' && find . -type f -exec sha256 -q {} + | sort)
}
root_data() { echo "$WD/jails-data/$1-data"; }

# ar NAME STORAGE: a thin jail with files of all kinds
ar() {
	need_host
	j 0 jcreate "$1" --base host --storage "$2" --set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true
	_d=$(root_data "$1")/root
	echo one >"$_d/f"
	chmod 4755 "$_d/f"
	ln "$_d/f" "$_d/again"
	ln -s /nowhere "$_d/l"
	truncate -s 3M "$_d/holes"
	mkdir -m 1777 "$_d/d"
	echo fixed >"$_d/d/fixed"
	touch -d 2001-02-03T04:05:06 "$_d/d/fixed"
	c 0 chflags schg,nodump "$_d/d/fixed"
}

case_archive_of_a_directory() {
	ar a1 dir
	before=$(picture_of "$(root_data a1)")
	j 0 jstart a1
	j 6 jexport a1 "$T/a1.jug"
	j 0 jexport --stop a1 "$T/a1.jug"
	must running a1
	j 0 jstop a1
	must [ "$(stat -f %Lp "$T/a1.jug")" = 600 ]
	c 0 tar -tf "$T/a1.jug"
	out_has sums.toml
	j 5 jexport a1 "$T/a1.jug"
	j 0 jimport "$T/a1.jug" --as a2 --storage dir
	err_has 'net inherit'
	must [ "$(picture_of "$(root_data a2)")" = "$before" ]
	must has_schg "$(root_data a2)/root/d/fixed"
	# bsdtar(1) gets the same out of it.
	mkdir "$T/by-hand"
	tar -xOf "$T/a1.jug" 'data/*' | zstd -dc | tar -x -p -C "$T/by-hand" -f -
	must [ "$(picture_of "$T/by-hand")" = "$before" ]
	c 0 chflags -R noschg "$T/by-hand"
	j 0 jstart a2
	j 0 jexec a2 -- cat /root/f
	out_is one
	j 0 jremove -y --stop a1 a2
	rm -r "$T/by-hand" "$T/a1.jug"
}

case_archive_of_zfs_while_it_runs() {
	need_pool
	ar z1 zfs
	j 0 jstart z1
	j 0 jexport z1 "$T/z1.jug"
	j 0 jexport z1 "$T/z1.zjug" --form zfs
	must running z1
	j 0 jstop z1
	c 0 zfs list -H -t all -o name -r "$POOL/jugtest/env/z1"
	out_lacks export
	before=$(picture_of "$(root_data z1)/root")
	j 0 jimport "$T/z1.jug" --as z2 --storage zfs
	must [ "$(picture_of "$(root_data z2)/root")" = "$before" ]
	j 0 jimport "$T/z1.jug" --as z3 --storage dir
	must [ "$(picture_of "$(root_data z3)/root")" = "$before" ]
	j 2 jimport "$T/z1.zjug" --as z4
	err_has '--trust'
	j 0 jimport "$T/z1.zjug" --as z4 --trust
	must [ "$(picture_of "$(root_data z4)/root")" = "$before" ]
	c 0 zfs get -H -s local -o value jug:uuid "$POOL/jugtest/env/z4/data"
	out_lines 1
	c 0 zfs list -H -t snapshot -o name -r "$POOL/jugtest/env/z4"
	out_lines 0
	# Cut off, it leaves nothing.
	head -c 20000 "$T/z1.zjug" >"$T/half"
	j 2 jimport "$T/half" --as z5 --trust
	err_has 'cut off'
	c 1 zfs list "$POOL/jugtest/env/z5"
	j 0 jremove -y z1 z2 z3 z4
	rm "$T/z1.jug" "$T/z1.zjug" "$T/half"
}

case_archive_through_a_pipe() {
	ar p1 dir
	"$JUG" jexport p1 - >"$T/pipe" 2>"$T/err" || fail "jexport to a pipe"
	j 0 jremove -y p1
	# shellcheck disable=SC2002
	cat "$T/pipe" | "$JUG" jimport - >"$T/out" 2>"$T/err" || fail "jimport from a pipe"
	must has_schg "$(root_data p1)/root/d/fixed"
	j 0 jremove -y p1
	rm "$T/pipe"
}

case_archive_hostile() {
	mkdir -p "$T/x/bin" "$T/outside"
	echo safe >"$T/outside/victim"
	ln -s "$T/outside" "$T/x/l"
	tar -cf "$T/link.tar" -C "$T/x" bin l
	rm "$T/x/l"
	mkdir "$T/x/l"
	echo evil >"$T/x/l/new"
	tar -rf "$T/link.tar" -C "$T/x" l/new
	j 2 jimport "$T/link.tar" --as evil --storage dir
	err_has 'through a link'
	tar -cPf "$T/up.tar" -C "$T/x" bin ../outside/victim
	j 2 jimport "$T/up.tar" --as evil --storage dir
	err_has upwards
	tar -cPf "$T/abs.tar" -C "$T/x" bin "$T/outside/victim"
	j 2 jimport "$T/abs.tar" --as evil --storage dir
	err_has absolute
	mkfifo "$T/x/pipe"
	tar -cf "$T/pipe.tar" -C "$T/x" bin pipe
	j 2 jimport "$T/pipe.tar" --as evil --storage dir
	err_has 'named pipe'
	must [ "$(ls "$T/outside")" = victim ]
	must_not [ -e "$(root_data evil)" ]
	j 4 jshow evil
	rm -r "$T/x" "$T/outside" "$T/link.tar" "$T/up.tar" "$T/abs.tar" "$T/pipe.tar"
}

# sum_of FILE: of a file or a device
sum_of() { dd if="$1" bs=1m 2>/dev/null | sha256 -q; }
# mkzvm NAME ARGS...: a VM on ZFS that the stand-in can run
mkzvm() {
	_name=$1
	shift
	j 0 vm-create "$_name" --storage zfs --disk 64M --memory 512M --firmware bhyveload "$@"
}
no_export() {
	c 0 zfs list -H -t all -o name -r "$POOL/jugtest/env/$1"
	out_lacks export
}

case_archive_of_a_vm() {
	need_pool
	vm_host
	printf '#cloud-config\npassword: a secret of the suite\n' >"$T/told"
	mkzvm av --disk log:16M,type=raw --user-data "$T/told"
	set="$POOL/jugtest/env"
	vol="/dev/zvol/$set/av/disk0"
	c 0 dd if=/dev/random of="$vol" bs=1m count=2 oseek=3
	c 0 dd if=/dev/random of="$(root_data av)/log.raw" bs=1m count=1 oseek=15 conv=notrunc
	disk0=$(sum_of "$vol") log=$(sum_of "$(root_data av)/log.raw")
	must [ "$disk0" != "$log" ]
	j 2 jexport av "$T/av.jug"
	err_has 'it is a VM'
	# Live, from volumes and files alike, and nothing of the snapshot is left.
	j 0 vm-start av
	j 0 vm-export av "$T/av.jug"
	out_has 'crash-consistent since it runs'
	must vm_runs av
	no_export av
	must [ "$(stat -f %Lp "$T/av.jug")" = 600 ]
	must [ "$(stat -f %z "$T/av.jug")" -lt 5000000 ]
	j 0 vm-export av "$T/av.zjug" --form zfs
	no_export av
	j 0 vm-stop av
	must gone av
	must [ "$(tar -xOf "$T/av.jug" 'disk0.raw/*' | zstd -dc | sha256 -q)" = "$disk0" ]
	must [ "$(tar -xOf "$T/av.jug" 'data/*' | zstd -dc | tar -xOf - seed/user-data)" = "$(cat "$T/told")" ]
	# A volume becomes a file, with its holes, and a file a volume.
	j 0 vm-import "$T/av.jug" --as av2 --storage dir
	must [ "$(sum_of "$(root_data av2)/disk0.raw")" = "$disk0" ]
	must [ "$(sum_of "$(root_data av2)/log.raw")" = "$log" ]
	must [ "$(stat -f %b "$(root_data av2)/disk0.raw")" -lt 16384 ]
	must cmp -s "$T/told" "$WD/jails-system/av2/seed/user-data"
	must [ "$(stat -f %Lp "$WD/jails-system/av2/seed" "$WD/jails-system/av2/seed/user-data" | xargs)" = '700 600' ]
	j 0 vm-export av2 "$T/av2.jug"
	j 0 vm-import "$T/av2.jug" --as av3 --storage zfs
	for disk in disk0 log; do
		c 0 zfs get -Hp -o value type,volmode "$set/av3/$disk"
		out_has volume
		out_has dev
	done
	must [ "$(sum_of "/dev/zvol/$set/av3/disk0")" = "$disk0" ]
	must [ "$(sum_of "/dev/zvol/$set/av3/log")" = "$log" ]
	j 0 vm-start av3
	j 0 vm-stop av3
	must gone av3
	j 0 vm-remove -y av2 av3
	# Unasked, disks are kept as they were.
	j 0 vm-import "$T/av.jug" --as av2
	j 0 vm-get av2 vm.disks
	out_has log:16M,type=raw
	must [ "$(sum_of "$(root_data av2)/log.raw")" = "$log" ]
	j 0 vm-remove -y av2
	# As a stream.
	j 2 vm-import "$T/av.zjug" --as av4
	err_has '--trust'
	j 2 vm-import "$T/av.zjug" --as av4 --trust --storage dir
	err_has 'needs storage zfs'
	j 0 vm-import "$T/av.zjug" --as av4 --trust
	must [ "$(sum_of "/dev/zvol/$set/av4/disk0")" = "$disk0" ]
	must [ "$(sum_of "$(root_data av4)/log.raw")" = "$log" ]
	c 0 zfs get -H -s local -o value jug:uuid "$set/av4/disk0"
	out_lines 1
	c 0 zfs list -H -t snapshot -o name -r "$set/av4"
	out_lines 0
	j 0 vm-start av4
	j 0 vm-stop av4
	must gone av4
	j 0 vm-remove -y av4
	for file in av.jug av.zjug; do
		head -c 2000000 "$T/$file" >"$T/half"
		j 2 vm-import "$T/half" --as av5 --trust
		err_has 'cut off'
		c 1 zfs list "$set/av5"
		must_not [ -e "$WD/jails-system/av5" ]
	done
	j 0 vm-remove -y av
	rm "$T/av.jug" "$T/av2.jug" "$T/av.zjug" "$T/half" "$T/told"
}

# forge FILE: an archive of what lies in $T/x, with the sums of just that
forge() {
	(
		cd "$T/x" || exit 1
		part() {
			printf '[%s]\n' "$1"
			shift
			printf 'size = %s\nsum = "sha256:%s"\n' "$(cat "$@" | wc -c | tr -d ' ')" "$(cat "$@" | sha256 -q)"
		}
		{
			echo 'version = 1'
			part manifest jug.toml
			part data data/*
			part 'disks."disk0.zfs"' disk0.zfs/*
		} >sums.toml
		chmod 600 jug.toml sums.toml data/* disk0.zfs/*
		TZ=UTC touch -d 1970-01-01T00:00:00 jug.toml sums.toml data/* disk0.zfs/*
		tar -cf "$1" --format ustar --uid 0 --gid 0 --numeric-owner jug.toml data/* disk0.zfs/* sums.toml
	)
}

case_archive_of_a_vm_that_lies() {
	need_pool
	vm_host
	mkzvm av
	set="$POOL/jugtest/env"
	j 0 vm-export av "$T/av.zjug" --form zfs
	mkdir "$T/x"
	tar -xf "$T/av.zjug" -C "$T/x"
	snap=$(sed -n 's/^snapshot = "\(.*\)"/\1/p' "$T/x/jug.toml")
	forge "$T/same.zjug"
	j 0 vm-import "$T/same.zjug" --as evil --trust
	j 0 vm-remove -y evil
	# In the place of the volume, another one that is larger, a file system, and something else.
	c 0 zfs create -s -V 1g "$POOL/jugtest/lie"
	c 0 zfs create "$POOL/jugtest/tree"
	for lie in lie tree; do
		c 0 zfs snapshot "$POOL/jugtest/$lie@$snap"
		zfs send "$POOL/jugtest/$lie@$snap" | zstd -q -c >"$T/x/disk0.zfs/00000000"
		forge "$T/lies.zjug"
		"$JUG" vm-import "$T/lies.zjug" --as evil --trust >"$T/out" 2>"$T/err" && fail "$lie was taken"
		c 1 zfs list "$set/evil"
		must_not [ -e "$WD/envs/evil.toml" ]
		c 0 zfs destroy -r "$POOL/jugtest/$lie"
	done
	head -c 100000 /dev/random | zstd -q -c >"$T/x/disk0.zfs/00000000"
	forge "$T/lies.zjug"
	j 1 vm-import "$T/lies.zjug" --as evil --trust
	c 1 zfs list "$set/evil"
	j 0 vm-remove -y av
	rm -r "$T/x" "$T/av.zjug" "$T/same.zjug" "$T/lies.zjug"
}

case_archive_of_a_vm_killed() {
	need_pool
	vm_host
	mkzvm av --disk log:16M,type=raw
	set="$POOL/jugtest/env"
	c 0 dd if=/dev/random of="/dev/zvol/$set/av/disk0" bs=1m count=2 oseek=3
	disk0=$(sum_of "/dev/zvol/$set/av/disk0")
	for k in 1 3 5 7 8 9 11 12 14 15; do
		kill_at $k av vm-export av "$T/killed.jug"
		j 0 doctor --fix
		no_export av
		must_not [ -e "$T/.killed.jug.part" ]
		# Under its name there is a whole one.
		[ ! -e "$T/killed.jug" ] || c 0 mv "$T/killed.jug" "$T/whole.jug"
	done
	[ -e "$T/whole.jug" ] || j 0 vm-export av "$T/whole.jug"
	for k in 1 4 8 9 10 11 12 14 16 18; do
		remember
		kill_at $k new vm-import "$T/whole.jug" --as new
		j 0 doctor --fix
		if [ -e "$WD/envs/new.toml" ]; then
			must [ "$(sum_of "/dev/zvol/$set/new/disk0")" = "$disk0" ]
			j 0 vm-remove -y new
		fi
		c 1 zfs list "$set/new"
		unchanged
	done
	must [ "$(sum_of "/dev/zvol/$set/av/disk0")" = "$disk0" ]
	j 0 vm-remove -y av
	rm "$T/whole.jug"
}
