# shellcheck shell=sh
# Archives: of directories and of ZFS, with file flags, through bsdtar(1) as well, and what must not come in.

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
