# shellcheck shell=sh
# Environments and bases on ZFS.

case_zfs_clone() {
	need_zbase
	must has_schg "$WD/bases/zbase/tree/root/lib/libc.so.7"
	j 0 jcreate cl --base zbase --mode clone --net none
	c 0 zfs get -Hp -o value origin "$POOL/jugtest/env/cl/data"
	out_is "$POOL/jugtest/bases/zbase@jug-base"
	c 0 zfs get -Hp -s local -o name,value jug:uuid "$POOL/jugtest/env/cl"
	out_lines 1
	must mounted "$WD/jails-data/cl-data"
	must mounted "$WD/jails-system/cl"
	LIMIT=300 j 0 jstart cl
	file_has "$WD/jails-system/cl/console.log" 'Starting cron'
	j 0 jexec cl -- touch /bin/mine
	must [ ! -e "$WD/bases/zbase/tree/root/bin/mine" ]
	j 6 base-remove -y zbase
	err_has cl
	j 0 jrestart cl
	j 0 jstop cl
	must mounted "$WD/jails-data/cl-data"
	must_not mounted "$WD/jails-data/cl-data/dev"
	j 0 jremove -y cl
	c 1 zfs list "$POOL/jugtest/env/cl"
	must [ ! -e "$WD/jails-data/cl-data" ]
}

case_zfs_full() {
	need_zbase
	LIMIT=300 j 0 jcreate zf --base zbase --mode full --storage zfs
	must has_schg "$WD/jails-data/zf-data/lib/libc.so.7"
	LIMIT=300 j 0 jstart zf
	file_has "$WD/jails-system/zf/console.log" 'Starting cron'
	j 0 jremove --stop -y zf
	c 1 zfs list "$POOL/jugtest/env/zf"
	# From ZFS into a directory.
	LIMIT=300 j 0 jcreate zd --base zbase --mode full --storage dir --set exec.start=/usr/bin/true
	must has_schg "$WD/jails-data/zd-data/lib/libc.so.7"
	j 0 jstart zd
	LIMIT=300 j 0 jremove --stop -y zd
	must [ ! -e "$WD/jails-data/zd-data" ]
}

case_zfs_thin() {
	need_pool
	need_host
	j 0 jcreate zt --base host --storage zfs --set exec.start=/usr/bin/true
	out_has created
	must mounted "$WD/jails-data/zt-data"
	j 0 jstart zt
	j 0 jexec zt -- touch /root/x
	must [ -f "$WD/jails-data/zt-data/root/x" ]
	j 0 jstop zt
	need_zbase
	LIMIT=300 j 0 jcreate zt2 --base zbase --mode thin --storage zfs --set exec.start=/usr/bin/true
	must has_schg "$WD/jails-data/zt2-data/var/empty"
	j 0 jstart zt2
	j 1 jexec zt2 -- touch /bin/x
	j 0 jremove --stop -y zt zt2
}

# zfs beside dir is the default where there is a pool.
case_zfs_is_the_default() {
	need_pool
	need_host
	j 0 jcreate zdef --base host
	j 0 jget zdef storage
	out_is zfs
	j 0 jget zdef dataset
	out_is "$POOL/jugtest/env/zdef"
	must_not grep -q dataset "$WD/jails-rcconf/zdef/env.toml"
}

case_zfs_foreign_snapshot() {
	need_pool
	need_host
	j 0 jcreate sn --base host --storage zfs
	c 0 zfs snapshot "$POOL/jugtest/env/sn/data@mine"
	remember
	j 5 jremove -y sn
	err_has 'sn/data@mine'
	unchanged
	c 0 zfs destroy "$POOL/jugtest/env/sn/data@mine"
	c 0 zfs create "$POOL/jugtest/env/sn/data/child"
	j 5 jremove -y sn
	err_has child
	c 0 zfs destroy "$POOL/jugtest/env/sn/data/child"
	c 0 zfs snapshot "$POOL/jugtest/env/sn/data@jug-x"
	c 0 zfs clone "$POOL/jugtest/env/sn/data@jug-x" "$POOL/jugtest/elsewhere"
	j 5 jremove -y sn
	err_has elsewhere
	c 0 zfs destroy "$POOL/jugtest/elsewhere"
	# The name of a snapshot proves nothing.
	j 5 jremove -y sn
	c 0 zfs destroy "$POOL/jugtest/env/sn/data@jug-x"
	j 0 jremove -y sn
	c 1 zfs list "$POOL/jugtest/env/sn"
}

# A dataset of this name that is not jug's, and one that lost its stamp.
case_zfs_foreign_dataset() {
	need_pool
	need_host
	c 0 zfs create -o mountpoint=none "$POOL/jugtest/env/fd"
	remember
	j 5 jcreate fd --base host --storage zfs
	err_has "$POOL/jugtest/env/fd"
	unchanged
	c 0 zfs destroy "$POOL/jugtest/env/fd"
	j 0 jcreate fd --base host --storage zfs
	u=$(zfs get -H -o value jug:uuid "$POOL/jugtest/env/fd/data")
	c 0 zfs inherit jug:uuid "$POOL/jugtest/env/fd/data"
	j 5 jremove -y fd
	err_has 'not jug'
	c 0 zfs set "jug:uuid=$u" "$POOL/jugtest/env/fd/data"
	j 0 jremove -y fd
}

# zfs create exits 0 though it could not mount.
case_zfs_not_mounted() {
	need_pool
	need_host
	mkdir "$WD/jails-data/nm-data"
	touch "$WD/jails-data/nm-data/precious"
	remember
	j 5 jcreate nm --base host --storage zfs
	must [ -f "$WD/jails-data/nm-data/precious" ]
	unchanged
	rm -r "$WD/jails-data/nm-data"
	c 0 zfs set canmount=off "$POOL/jugtest/env"
	c 0 zfs set canmount=on "$POOL/jugtest/env"
}

case_zfs_busy() {
	need_pool
	need_host
	j 0 jcreate bz --base host --storage zfs
	(cd "$WD/jails-data/bz-data/etc" && exec sleep 1000) &
	pid=$!
	in_background $pid
	j 3 jremove -y bz
	err_has busy
	kill $pid
	wait $pid
	j 0 jremove -y bz
	c 1 zfs list "$POOL/jugtest/env/bz"
}

case_zfs_full_pool() {
	need_zbase
	c 0 zfs set quota=2m "$POOL/jugtest/env"
	remember
	LIMIT=300 j 1 jcreate fp --base zbase --mode full --storage zfs
	c 0 zfs set quota=none "$POOL/jugtest/env"
	unchanged
}

case_zfs_root_with_a_blank() {
	need_pool
	make_tarball
	w=$WD.blank k=$T/blank.toml
	j 0 --config "$k" --workdir "$w" init --zfs-root "$POOL/jug test"
	LIMIT=300 j 0 --config "$k" base-import "$T/base.txz" zb
	j 0 --config "$k" jcreate bl --base zb --mode clone --set exec.start=/usr/bin/true --net none
	j 0 --config "$k" jstart bl
	j 0 --config "$k" jexec bl -- hostname
	out_is bl
	j 0 --config "$k" jremove -y --stop bl
	j 0 --config "$k" base-remove -y zb
	j 0 --config "$k" deinit -y
	c 1 zfs list "$POOL/jug test"
	must [ ! -e "$w" ]
}

case_zfs_base_remove() {
	need_pool
	need_init
	make_tarball
	LIMIT=300 j 0 base-import --storage zfs "$T/base.txz" zb2
	c 0 zfs snapshot "$POOL/jugtest/bases/zb2@mine"
	j 5 base-remove -y zb2
	err_has zb2@mine
	c 0 zfs destroy "$POOL/jugtest/bases/zb2@mine"
	c 0 zfs clone "$POOL/jugtest/bases/zb2@jug-base" "$POOL/jugtest/myclone"
	j 6 base-remove -y zb2
	err_has myclone
	c 0 zfs destroy "$POOL/jugtest/myclone"
	j 0 base-remove -y zb2
	c 1 zfs list "$POOL/jugtest/bases/zb2"
	must [ ! -e "$WD/bases/zb2" ]
}
