# shellcheck shell=sh
# A jail whose root user wants out; jails and mounts that are not jug's.

# Nothing that this suite may mount on the host outside the workdir.
nothing_outside() {
	c 0 mount -p
	must_not grep -q "[[:space:]]/etc[/[:space:]]" "$T/out"
	must_not mounted "$T/outside"
}

# F1: a directory with mounts below it can be renamed, and a link put in its place.
case_thin_renames_usr() {
	mkdir "$T/data1"
	up tr1 --fstab "$T/data1 /usr/local/share/x nullfs rw"
	for d in /usr /etc /var /usr/local /bin /dev; do
		run 60 "$JUG" jexec tr1 -- mv "$d" "$d.old"
		must [ "$RC" -ne 0 ]
	done
	j 1 jexec tr1 -- ln -s /etc /x
	# What is its own it may rename: then nothing is mounted there any more.
	j 0 jexec tr1 -- mv /usr/local/share /usr/local/share.old
	j 0 jexec tr1 -- ln -s /etc /usr/local/share
	j 0 jstop tr1
	must [ -z "$(mounts_below "$WD")" ]
	remember
	j 5 jstart tr1
	err_has link
	unchanged
	nothing_outside
	must [ ! -e /etc/x ]
}

case_thin_replaces_its_own_directories() {
	up tr2
	j 0 jstop tr2
	d=$WD/jails-data/tr2-data
	for p in etc tmp usr/local; do
		mv "$d/$p" "$d/saved"
		ln -s /etc "$d/$p"
		remember
		j 5 jstart tr2
		err_has link
		unchanged
		rm "$d/$p"
		mv "$d/saved" "$d/$p"
	done
	j 0 jstart tr2
}

case_full_renames_usr() {
	need_tree
	mkdir "$T/data2"
	touch "$T/data2/marker"
	LIMIT=300 j 0 jcreate fr --base tree --mode full --storage dir --set exec.start=/bin/ls --set exec.stop=/bin/ls \
		--fstab "$T/data2 /usr/ssl nullfs rw"
	j 0 jstart fr
	must mounted "$WD/jails-data/fr-data/usr/ssl"
	j 0 jexec fr -- sh -c 'mv /usr /usr.old && ln -s /etc /usr'
	# The stop works though the mount's path leads elsewhere now.
	j 0 jstop fr
	must [ -z "$(mounts_below "$WD")" ]
	must [ -f "$T/data2/marker" ]
	remember
	j 5 jstart fr
	err_has link
	err_has usr
	unchanged
	nothing_outside
	must [ ! -e /etc/ssl/marker ]
	# The same with /dev.
	rm "$WD/jails-data/fr-data/usr"
	mv "$WD/jails-data/fr-data/usr.old" "$WD/jails-data/fr-data/usr"
	rmdir "$WD/jails-data/fr-data/dev"
	mkdir "$T/outside"
	ln -s "$T/outside" "$WD/jails-data/fr-data/dev"
	remember
	j 5 jstart fr
	err_has dev
	unchanged
	nothing_outside
	rm "$WD/jails-data/fr-data/dev"
	mkdir "$WD/jails-data/fr-data/dev"
	j 0 jstart fr
	LIMIT=300 j 0 jremove --stop -y fr
	must [ -f "$T/data2/marker" ]
}

# Links where jug writes: nothing is written through them.
case_links_where_jug_writes() {
	need_tree
	cp -R "$BASE_TREE" "$T/linked"
	chflags -R 0 "$T/linked"
	echo mine >"$T/victim"
	rm -f "$T/linked/etc/rc.conf" "$T/linked/etc/resolv.conf"
	ln -s "$T/victim" "$T/linked/etc/rc.conf"
	ln -s "$T/victim" "$T/linked/etc/resolv.conf"
	LIMIT=300 j 0 base-import --storage dir "$T/linked" linked
	LIMIT=300 j 0 jcreate lk --base linked --mode full --storage dir
	LIMIT=300 j 0 jcreate lk2 --base linked --mode thin --storage dir
	must [ "$(cat "$T/victim")" = mine ]
	LIMIT=300 j 0 jremove -y lk lk2
	must [ "$(cat "$T/victim")" = mine ]
	j 0 base-remove -y linked
	rm -rf "$T/linked"
	# The console log lies outside of the root.
	up lk3
	j 0 jstop lk3
	rm "$WD/jails-system/lk3/console.log"
	ln -s "$T/victim" "$WD/jails-system/lk3/console.log"
	run 60 "$JUG" jstart lk3
	must [ "$(cat "$T/victim")" = mine ]
}

case_foreign_jail() {
	mk fj
	c 0 jail -c name=fj2 path="$T" persist
	remember
	j 5 jcreate fj2 --base host --storage dir
	err_has fj2
	unchanged
	c 0 jail -c name=fj path="$T" persist
	remember
	j 5 jstart fj
	err_has 'not jug'
	j 5 jstop fj
	j 125 jexec fj -- true
	j 0 -H jls fj
	out_has stopped
	# A stamp that is not this environment's proves nothing.
	c 0 jail -m name=fj meta.jug_uuid=7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60
	j 5 jstop fj
	unchanged
	c 0 jail -R fj
	j 0 jstart fj
	# jails without the stamp, before and after one that has it, and one whose meta is no JSON
	c 0 jail -c name=fj3 path="$T" persist "meta=$(printf 'a\001\033\tb\377')"
	j 0 -H jls fj
	out_has running
	j 0 jrestart fj
	j 0 -H jls fj
	out_has running
	c 0 jail -R fj2
	c 0 jail -R fj3
}

case_not_empty_mount_point() {
	mk ne
	mkdir -p "$WD/run/ne/root"
	touch "$WD/run/ne/root/precious"
	j 6 jstart ne
	err_has 'not empty'
	must [ -f "$WD/run/ne/root/precious" ]
	rm -r "$WD/run/ne"
	j 0 jstart ne
}

# What somebody mounted below a stopped jail is not walked into.
case_mounted_below_data() {
	need_tree
	LIMIT=300 j 0 jcreate mb --base tree --mode full --storage dir
	mkdir "$T/precious" "$WD/jails-data/mb-data/home/mine"
	touch "$T/precious/file"
	c 0 mount -t nullfs "$T/precious" "$WD/jails-data/mb-data/home/mine"
	run 100 "$JUG" jremove -y mb
	must [ "$RC" -ne 0 ]
	must [ -f "$T/precious/file" ]
	umount "$WD/jails-data/mb-data/home/mine" 2>/dev/null
	j 0 jremove -y mb
	must [ -f "$T/precious/file" ]
}

case_workdir_behind_a_link() {
	need_host
	ln -s "$WD" "$T/link"
	j 0 --workdir "$T/link" jcreate wl --base host --storage dir --set exec.start=/usr/bin/true
	j 0 --workdir "$T/link" jstart wl
	j 0 -H jls wl
	out_has "$WD/run/wl/root"
	j 0 --workdir "$T/link/" jstop wl
	must [ -z "$(mounts_below "$WD")" ]
}

case_read_only_workdir() {
	mk rw
	mkdir "$T/rowd"
	c 0 mount -t nullfs -o ro "$WD" "$T/rowd"
	j 0 --workdir "$T/rowd" -H jls
	out_has rw
	run 60 "$JUG" --workdir "$T/rowd" jset rw boot.order=3
	code=$RC
	c 0 umount "$T/rowd"
	must [ "$code" = 1 ]
	j 0 jget rw boot.order
	out_is 10
}
