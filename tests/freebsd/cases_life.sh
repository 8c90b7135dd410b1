# shellcheck shell=sh
# The life of a jail: thin and full, in directories; lists; several at once.

case_thin_rc_to_its_end() {
	need_host
	j 0 jcreate www --base host --storage dir
	out_has 'www: changed'
	LIMIT=300 j 0 jstart www
	must running www
	log=$WD/jails-system/www/console.log
	file_has "$log" 'Starting cron'
	# The last thing /etc/rc prints is the date.
	must grep -q " $(date +%Y)\$" "$log"
	must_not grep -qi 'failed to start\|read-only file system' "$log"
	j 0 jexec www -- hostname
	out_is www
	c 0 pgrep -j www syslogd
	c 0 pgrep -j www cron
	begun=$(date +%s)
	j 0 jstop www
	within 75 "$begun"
	must_not running www
	must [ -z "$(mounts_below "$WD")" ]
	j 0 jremove -y www
}

case_thin_is_read_only() {
	up ro
	for p in /bin /sbin /usr/bin /usr/share /usr /; do
		j 1 jexec ro -- touch "$p/x"
		err_has 'Read-only'
	done
	for p in /etc /root /tmp /home /usr/local /var/tmp; do
		j 0 jexec ro -- touch "$p/x"
	done
	must [ -f "$WD/jails-data/ro-data/usr/local/x" ]
	j 0 jexec ro -- stat -f %Sp /tmp
	out_is drwxrwxrwt
	# No secrets of the host's, no devices of the host's.
	j 0 jexec ro -- cat /etc/master.passwd
	must_not grep -q '^[^:]*:\$' "$T/out"
	for p in ssh/ssh_host_ed25519_key exports jail.conf krb5.keytab; do
		j 1 jexec ro -- test -e "/etc/$p"
	done
	j 0 jexec ro -- test -c /dev/null
	for p in mem kmem pci; do
		j 1 jexec ro -- test -e "/dev/$p"
	done
	j 0 jexec ro -- id -un nobody
	out_is nobody
	j 0 jexec ro -- sysctl -n kern.securelevel
	out_is 2
}

case_start_stop_twice() {
	up twice
	j 0 jstart twice
	out_has unchanged
	j 0 jrestart twice
	out_has restarted
	must running twice
	j 0 jstop twice
	j 0 jstop twice
	out_has unchanged
	j 0 jcreate --base host --storage dir --start twice2 --set exec.start=/usr/bin/true
	out_has 'created and started'
	must running twice2
}

case_create_refuses() {
	mk there
	j 5 jcreate there --base host
	j 4 jcreate x --base nosuch
	err_has base-import
	j 2 jcreate x
	err_has '--base'
	for n in ../x -rf 'a b' 12 none any '' 'a/b' 'ü' "$(jot -b a -s "" 64)"; do
		j 2 jcreate --base host -- "$n"
	done
	mkdir "$WD/jails-data/old-data"
	touch "$WD/jails-data/old-data/precious"
	j 5 jcreate old --base host --storage dir
	must [ -f "$WD/jails-data/old-data/precious" ]
	rm -r "$WD/jails-data/old-data"
}

case_dry_run_writes_nothing() {
	mk dry
	remember
	j 0 -n jcreate other --base host --start
	out_has '#!/bin/sh'
	out_has '# undo:'
	j 0 -n jstart dry
	out_has 'mount -t devfs'
	j 0 -n jremove dry
	j 0 -n jset dry boot.order=3
	j 6 -n base-remove host
	unchanged
	j 0 jstart dry
	remember
	j 0 -n jstop dry
	out_has 'jail -R'
	j 0 -n jexec dry -- true
	unchanged
}

case_lists() {
	up l1 --net none --tag a
	mk l2 --tag b
	j 0 jls
	out_has NAME
	j 0 -H jls
	out_lines 2
	must grep -q "^l1	running	[0-9][0-9]*	-	$WD/run/l1/root\$" "$T/out"
	must grep -q "^l2	stopped	-	-	$WD/run/l2/root\$" "$T/out"
	j 0 --json ls
	out_has '"version":1'
	out_has '"name":"l1"'
	out_has '"state":"running"'
	out_has '"base":"host"'
	out_has '"pending":false'
	j 0 -H jls @a
	out_lines 1
	j 0 -H jls 'l?'
	out_lines 2
	j 0 -H jls 'z*'
	out_lines 0
	j 4 jls nosuch
	j 0 log l1
	out_has jcreate
	out_has jstart
	j 0 --json log
	out_has '"verb":"jstart"'
	j 0 jshow l1
	out_has 'securelevel = 2'
	out_has 'name = "l1"'
	j 0 --json jshow l1
	out_has '"name":"l1"'
	# The same number of commands for one jail and for more.
	j 0 -v jls
	must [ "$(grep -c '^+ ' "$T/err")" -le 4 ]
}

case_several_at_once() {
	need_host
	j 0 jcreate m1 m2 m3 --base host --storage dir --tag grp --set exec.start=/usr/bin/true \
		--set exec.stop=/usr/bin/true
	out_lines 3
	j 0 jstart 'm[12]' jname=m3
	out_lines 3
	for n in m1 m2 m3; do must running $n; done
	j 0 jset @grp boot.order=7
	out_lines 3
	j 0 jget m2 boot.order
	out_is 7
	j 0 --json jstop --all
	out_has '"result":"changed"'
	for n in m1 m2 m3; do must_not running $n; done
	j 0 jset m2 protected=true
	j 8 jremove -y 'm*'
	err_has protected
	must [ -f "$WD/envs/m2.toml" ]
	must_not [ -e "$WD/envs/m1.toml" ]
	j 0 jset m2 protected=false
	j 0 jremove -y 'm*'
	j 0 jremove -y 'm*'
	err_has 'matches nothing'
	j 4 jstart m2
}

case_remove_asks() {
	mk ask
	j 2 jremove ask
	err_has -y
	must [ -f "$WD/envs/ask.toml" ]
	j 0 jstart ask
	j 6 jremove -y ask
	err_has runs
	j 0 jset ask protected=true
	j 6 jremove -y --stop ask
	must running ask
	j 0 jset ask protected=false
	j 0 jremove -y --stop ask
	must_not [ -e "$WD/jails-data/ask-data" ]
}

# A full jail in a directory: flags as in the base, and removable again; its own /etc/rc.
case_full_dir() {
	need_tree
	LIMIT=300 j 0 jcreate full --base tree --mode full --storage dir
	d=$WD/jails-data/full-data
	for f in lib/libc.so.7 var/empty usr/bin/su; do
		must has_schg "$d/$f"
	done
	must [ "$(stat -f %i "$d/usr/bin/su")" = "$(stat -f %i "$d/usr/bin/su2")" ]
	LIMIT=300 j 0 jstart full
	file_has "$WD/jails-system/full/console.log" 'Starting cron'
	j 0 jexec full -- touch /bin/mine
	must [ -f "$d/bin/mine" ]
	must_not [ -e "$WD/bases/tree/tree/root/bin/mine" ]
	j 1 jexec full -- rm -f /lib/libc.so.7
	j 0 jstop full
	must [ -z "$(mounts_below "$WD")" ]
	LIMIT=300 j 0 jremove -y full
	must_not [ -e "$d" ]
}

case_thin_of_a_tree() {
	need_tree
	LIMIT=300 j 0 jcreate tt --base tree --storage dir
	must has_schg "$WD/jails-data/tt-data/var/empty"
	LIMIT=300 j 0 jstart tt
	file_has "$WD/jails-system/tt/console.log" 'Starting cron'
	j 1 jexec tt -- touch /bin/x
	j 0 jexec tt -- touch /var/x
	j 6 base-remove -y tree
	err_has tt
	j 0 jremove --stop -y tt
}

case_addresses() {
	up addr --net "alias:$LO:192.0.2.7/32" --net "alias:$LO:2001:db8::7/128"
	must has_address 192.0.2.7
	c 0 jls -j addr ip4.addr
	out_is 192.0.2.7
	c 0 jls -j addr ip6.addr
	out_is 2001:db8::7
	j 0 -H jls addr
	out_has "192.0.2.7,2001:db8::7"
	j 0 jexec addr -- ifconfig "$LO" inet
	out_has "inet 192.0.2.7 "
	mk addr2 --net "alias:lo0:192.0.2.7/32"
	j 5 jstart addr2
	err_has "addr's"
	j 0 jstop addr
	must_not has_address 192.0.2.7
	c 0 ifconfig "$LO" inet6
	out_lacks 2001:db8::7
	# An address that was there before is the administrator's, and stays.
	c 0 ifconfig "$LO" inet 192.0.2.7/32 alias
	j 0 jstart addr
	j 0 jstop addr
	must has_address 192.0.2.7
	c 0 ifconfig "$LO" inet 192.0.2.7 -alias
	mk addr3 --net "alias:nosuch0:192.0.2.8/32"
	remember
	j 7 jstart addr3
	err_has nosuch0
	unchanged
}

case_address_on_a_name_with_a_blank() {
	if=$(ifconfig lo create)
	c 0 ifconfig "$if" name 'jug lo'
	up blank --net "alias:jug lo:192.0.2.9/32"
	c 0 ifconfig 'jug lo' inet
	out_has "inet 192.0.2.9 "
	j 0 jstop blank
	c 0 ifconfig 'jug lo' inet
	out_lacks "192.0.2.9"
	c 0 ifconfig 'jug lo' destroy
}

case_net_none() {
	up alone --net none
	c 0 jls -j alone ip4 ip6
	out_is 'disable disable'
	up along
	j 0 jexec along -- ifconfig lo0
	out_has 127.0.0.1
}

case_cbsd_words() {
	need_host
	j 0 jcreate jname=cb ver=host baserw=0 ip4_addr=192.0.2.12 interface="$LO" host_hostname=cb.example astart=1 \
		--storage dir --set exec.start=/usr/bin/true
	j 0 jget cb net
	out_is "alias:$LO:192.0.2.12/32"
	j 0 jget cb boot.auto
	out_is true
	j 0 jstart jname=cb
	j 0 jexec cb -- hostname
	out_is cb.example
	j 2 jcreate jnam=x
	err_has 'jname='
}

case_fstab() {
	mkdir -p "$T/data one/sub" "$T/plain"
	echo hello >"$T/data one/file"
	up fs --fstab "$T/data\\040one /mnt nullfs ro" --fstab 'tmpfs /usr/local/tmp tmpfs size=1m,mode=1777' \
		--fstab "$T/plain /var/db/a\\040b nullfs rw"
	j 0 jexec fs -- cat /mnt/file
	out_is hello
	j 1 jexec fs -- touch /mnt/x
	j 0 jexec fs -- touch '/var/db/a b/y'
	must [ -f "$T/plain/y" ]
	j 1 jexec fs -- dd if=/dev/zero of=/usr/local/tmp/big bs=1m count=2
	err_has 'No space'
	j 0 jexec fs -- rm /usr/local/tmp/big
	file_has "$WD/jails-fstab/fs/fstab" 'data\040one /mnt nullfs ro'
	j 0 jstop fs
	must [ -z "$(mounts_below "$WD")" ]
	rm -r "$T/plain"
	remember
	j 4 jstart fs
	err_has "$T/plain"
	unchanged
	j 0 jset fs "fstab-=$T/plain /var/db/a\\040b nullfs rw"
	j 0 jstart fs
	j 2 jcreate bad --base host --fstab '/ /mnt nullfs ro'
}

case_console_log_rotates() {
	up con
	j 0 jstop con
	head -c 1100000 /dev/zero >"$WD/jails-system/con/console.log"
	j 0 jstart con
	must [ -f "$WD/jails-system/con/console.log.0" ]
	must [ "$(stat -f %z "$WD/jails-system/con/console.log")" -lt 100000 ]
}

case_osrelease() {
	up osr --set osrelease=14.3-RELEASE
	j 0 jexec osr -- uname -r
	out_is 14.3-RELEASE
}

case_jail_conf_of_the_administrator() {
	mk jc
	[ ! -e /etc/jail.conf ] || cp -p /etc/jail.conf "$T/jail.conf"
	echo 'syntax error {;;' >/etc/jail.conf
	run 60 "$JUG" jstart jc
	a=$RC
	run 60 "$JUG" jexec jc -- true
	b=$RC
	run 60 "$JUG" jstop jc
	rm /etc/jail.conf
	[ ! -e "$T/jail.conf" ] || cp -p "$T/jail.conf" /etc/jail.conf
	must [ "$a $b $RC" = '0 0 0' ]
}

case_ordinary_user() {
	mk ord
	c 0 su -m nobody -c "$JUG --workdir $WD -H jls"
	out_has ord
	c 0 su -m nobody -c "$JUG --workdir $WD -n jstart ord"
	out_has 'jail -c'
	c 7 su -m nobody -c "$JUG --workdir $WD jstart ord"
	err_has root
	must [ "$(wc -l <"$T/err")" -le 2 ]
	for v in 'jstop ord' 'jremove -y ord' 'jset ord boot.order=3' 'base-import host' 'jcreate y --base host'; do
		run 60 su -m nobody -c "$JUG --workdir $WD $v"
		case "$v: $RC" in
		*': 7' | 'base-import host: 5') ;;
		*) fail "$v: $RC" ;;
		esac
	done
	c 125 su -m nobody -c "$JUG --workdir $WD jexec ord -- true"
}
