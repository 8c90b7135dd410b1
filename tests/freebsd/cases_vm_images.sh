# shellcheck shell=sh disable=SC2016 # what is in single quotes is for a script that is written
# VMs of images, what their guests are told, their moves between two workdirs, and a guest of the host's own kernel and
# userland, where vmm(4) can run one.

# A disk of 8 MiB with one partition, which begins with these words.
partitioned() {
	[ ! -f "$T/gpt" ] || return 0
	truncate -s 8m "$T/gpt"
	c 0 mdconfig -a -t vnode -f "$T/gpt"
	_md=$(cat "$T/out")
	c 0 gpart create -s gpt "$_md"
	c 0 gpart add -t freebsd-ufs -b 2048 -s 4096 "$_md"
	printf 'part of the image' | dd of="/dev/${_md}p1" bs=512 conv=sync 2>/dev/null
	c 0 mdconfig -d -u "$_md"
}

# whole FILE SECTORS: geom(4) finds its table whole, of so many sectors
whole() {
	c 0 mdconfig -a -t vnode -o readonly -f "$1"
	_md=$(cat "$T/out")
	gpart list "$_md" >"$T/parts" 2>&1
	head -c 17 "/dev/${_md}p1" >"$T/part" 2>/dev/null || dd if="/dev/${_md}p1" bs=512 count=1 2>/dev/null | head -c 17 >"$T/part"
	mdconfig -d -u "$_md"
	file_has "$T/parts" 'state: OK'
	file_has "$T/parts" "last: $(($2 - 34))"
	file_has "$T/part" 'part of the image'
}

case_vm_of_an_image() {
	need_pool
	need_init
	partitioned
	j 0 image-import "$T/gpt" tiny --no-verify
	j 2 vm-create db --image tiny --disk 4M --memory 512M
	err_has 'needs 8M'
	c 1 zfs list "$POOL/jugtest/image-tiny"
	j 0 vm-create db --image tiny --disk 64M --memory 512M
	set="$POOL/jugtest/env/db"
	c 0 zfs get -Hp -o value origin "$set/disk0"
	out_is "$POOL/jugtest/image-tiny@jug-base"
	c 0 zfs get -Hp -o value volsize,volmode "$set/disk0"
	out_has 67108864
	out_has dev
	c 0 dd if="/dev/zvol/$set/disk0" of="$T/back" bs=1m
	whole "$T/back" 131072
	j 0 vm-disk-resize db disk0 96M
	c 0 dd if="/dev/zvol/$set/disk0" of="$T/back" bs=1m
	whole "$T/back" 196608
	rm "$T/back"
	# Another of it needs no second volume, and its own size is what nobody says.
	j 0 vm-create two --image tiny
	j 0 vm-get two vm.disks
	out_is disk0:8M
	j 6 image-remove -y tiny
	err_has 'is a clone of it'
	j 0 vm-clone db three
	j 0 vm-remove -y three
	j 0 vm-remove -y db two
	# In a directory it is copied, with its holes.
	j 0 vm-create raw --image tiny --storage dir --disk 32M
	whole "$WD/jails-data/raw-data/disk0.raw" 65536
	must [ "$(stat -f %b "$WD/jails-data/raw-data/disk0.raw")" -lt 16384 ]
	j 0 vm-remove -y raw
	j 0 image-remove -y tiny
	c 1 zfs list "$POOL/jugtest/image-tiny"
	must [ -z "$(ls -A "$WD/images")" ]
}

# flash STATUS ARGS...: a VM whose image goes onto the device
flash() {
	_status=$1
	shift
	j "$_status" vm-create db --image tiny --storage dir --memory 512M --disk "d:/dev/$md" "$@"
}

case_vm_flash_onto_a_device() {
	need_pool
	need_init
	partitioned
	j 0 image-import "$T/gpt" tiny --no-verify
	c 0 mdconfig -a -t swap -s 80m
	md=$(cat "$T/out")
	flash 0 --verify
	c 0 dd if="/dev/$md" of="$T/back" bs=1m
	whole "$T/back" 163840
	c 0 gpart show "$md"
	must_not grep -q CORRUPT "$T/out"
	# It is another VM's, and not empty.
	j 5 vm-create two --image tiny --storage dir --disk "d:/dev/$md" --force
	err_has "db's disk d"
	j 0 vm-remove -y db
	flash 5
	err_has 'it is not empty'
	j 4 vm-show db
	# The host uses it: by a file system in a partition, and by a pool, of which only the kernel knows.
	c 0 newfs "/dev/${md}p1"
	mkdir -p "$T/flash"
	c 0 mount "/dev/${md}p1" "$T/flash"
	flash 6 --force
	err_has 'is mounted at'
	c 0 umount "$T/flash"
	c 0 gpart destroy -F "$md"
	c 0 zpool create -f -m none jugflash "/dev/$md"
	flash 6 --force
	err_has 'this host uses it'
	c 0 zpool destroy jugflash
	j 4 vm-show db
	# What fails after it leaves it empty.
	c 0 dd if=/dev/zero of="/dev/$md" bs=1m count=80
	printf '#!/bin/sh\nexit 1\n' >"$T/no"
	chmod 755 "$T/no"
	flash 1 --hook "created=$T/no"
	dd if="/dev/$md" bs=1m count=1 2>/dev/null | cmp -s -n 1048576 - /dev/zero || fail "half a VM is left on $md"
	j 4 vm-show db
	flash 0 --force --verify
	c 0 mdconfig -a -t swap -s 4m
	small=$(cat "$T/out")
	j 2 vm-create two --image tiny --storage dir --disk "d:/dev/$small"
	err_has 'needs 8M'
	c 0 mdconfig -d -u "$small"
	j 0 vm-remove -y db
	j 0 image-remove -y tiny
	c 0 mdconfig -d -u "$md"
	rm "$T/back"
}

# mount_seed LABEL LABELS TYPE: the running db's, as nuageinit(7) looks for it, at $T/cd
mount_seed() {
	_iso=$WD/run/db/seed.iso
	must [ "$(stat -f %Lp "$_iso")" = 600 ]
	must [ ! -e "$WD/run/db/seed" ]
	file_has "$WD/run/db/bhyve.conf" "path=$_iso"
	c 0 mdconfig -a -t vnode -o readonly -f "$_iso"
	_md=$(cat "$T/out")
	ls "/dev/$2" >"$T/labels" 2>&1
	mkdir -p "$T/cd"
	c 0 mount -t "$3" -o ro "/dev/$_md" "$T/cd"
	rm -rf "$T/told.seen"
	cp -R "$T/cd" "$T/told.seen"
	c 0 umount "$T/cd"
	c 0 mdconfig -d -u "$_md"
	grep -qix "$1" "$T/labels" || fail "there was no /dev/$2/$1"
}

case_vm_seeds() {
	vm_host
	j 0 net-create lan --subnet 10.214.0.0/24
	printf '#cloud-config\npassword: a secret of the suite\n' >"$T/told"
	key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK+MH4E8KO32N5CXRvXVqvyZVl0+6ue4DobdhU0FqFd+ me@here'
	mkvm db --net lan --user-data "$T/told" --ssh-key "$key"
	must [ "$(stat -f %Lp "$WD/jails-system/db/seed/user-data")" = 600 ]
	j 0 -n vm-start db
	out_has 'makefs -t cd9660'
	j 0 vm-start db
	mount_seed cidata iso9660 cd9660
	must cmp -s "$T/told" "$T/told.seen/user-data"
	file_has "$T/told.seen/meta-data" 'instance-id: "jug-'
	file_has "$T/told.seen/meta-data" "$key"
	file_has "$T/told.seen/network-config" '"10.214.0.2/24"'
	cp "$T/told.seen/meta-data" "$T/meta"
	# The same is told with the same instance-id, and another with another.
	j 0 vm-restart db
	mount_seed cidata iso9660 cd9660
	must cmp -s "$T/meta" "$T/told.seen/meta-data"
	printf '#!/bin/sh\necho other\n' >"$T/told"
	j 0 vm-seed db --user-data "$T/told"
	out_has 'when it is started again'
	j 0 vm-set db vm.seed=config-drive
	j 0 vm-restart db
	# makefs(8) has no `-` for the label of an ISO 9660.
	mount_seed config-2 msdosfs msdosfs
	must cmp -s "$T/told" "$T/told.seen/openstack/latest/user_data"
	must_not grep -qF "$(sed -n 's/^instance-id: //p' "$T/meta")" "$T/told.seen/openstack/latest/meta_data.json"
	j 0 vm-stop db
	must gone db
	j 0 vm-set db vm.seed=ignition
	j 7 vm-start db
	err_has 'is for QEMU'
	j 2 vm-seed db --user-data "$T/meta"
	j 0 vm-remove -y db
	j 0 net-remove -y lan
	must [ -z "$(grep -rl 'a secret of the suite' "$WD" 2>/dev/null)" ]
}

# vm_nodes FILE: two workdirs on this host, with the programs that FILE names, whose VMs lie on storage that a hook
# mounts into either
vm_nodes() {
	mkdir -p "$T/store/data/db" "$T/store/system/db"
	script_file mnt-start <<-END
		#!/bin/sh -e
		while getopts d:f:j:r:s: o; do case \$o in d) d=\$OPTARG ;; j) j=\$OPTARG ;; s) s=\$OPTARG ;; esac; done
		mount | grep -qF " on \$d " || mount -t nullfs "$T/store/data/\$j" "\$d"
		mount | grep -qF " on \$s " || mount -t nullfs "$T/store/system/\$j" "\$s"
	END
	for _n in a b; do
		printf 'version = 1\nworkdir = "%s"\n' "$WD.$_n" >"$T/etc/$_n.toml"
		sed -n '/^\[programs\]/,$p' "$1" >>"$T/etc/$_n.toml"
		on $_n 0 init
	done
}

case_vm_moves_between_two_workdirs() {
	vm_host
	vm_nodes "$T/etc/vm.toml"
	printf '#!/bin/sh\necho told\n' >"$T/told"
	on a 0 vm-create db --storage external --mnt-start "$T/hooks/mnt-start" --disk 16M --firmware bhyveload \
		--user-data "$T/told"
	no_mounts_on a
	must [ -f "$T/store/data/db/disk0.raw" ]
	printf 'written by a' | dd of="$T/store/data/db/disk0.raw" conv=notrunc 2>/dev/null
	on a 0 vm-start db
	file_has "$WD.a/run/db/bhyve.conf" "path=$WD.a/jails-data/db-data/disk0.raw"
	# The other may not have it, as long as this one does.
	on b 6 vm-register db --mnt-start "$T/hooks/mnt-start"
	on a 6 vm-unregister db
	on a 0 vm-stop db
	no_mounts_on a
	for _turn in 1 2; do
		on a 0 vm-unregister db
		on a 4 vm-start db
		on b 0 vm-register db --mnt-start "$T/hooks/mnt-start"
		no_mounts_on b
		on b 0 vm-get db vm.disks
		out_is disk0:16M
		on b 0 vm-start db
		file_has "$WD.b/run/db/bhyve.conf" "path=$WD.b/jails-data/db-data/disk0.raw"
		must [ "$(head -c 12 "$WD.b/jails-data/db-data/disk0.raw")" = 'written by a' ]
		must [ -f "$WD.b/run/db/seed.iso" ]
		on b 0 vm-stop db
		on b 0 vm-unregister db
		on a 0 vm-register db --mnt-start "$T/hooks/mnt-start"
	done
	# Of a node that is gone it is taken over; that one then refuses.
	on b 0 vm-register db --takeover --mnt-start "$T/hooks/mnt-start"
	on a 6 vm-start db
	err_has fenced
	on b 0 vm-remove -y db
	on a 0 vm-unregister db
	must [ -z "$(find "$T/store" -type f)" ]
	nodes_end
}

# A disk of the host's own kernel and userland, whose loader and init(8) talk on the first serial port. Its guest restarts
# itself once, says on its console what it was given, and listens on port 80.
own_guest() {
	[ -e /dev/vmmctl ] || kldload vmm nmdm 2>/dev/null || :
	[ -e /dev/vmmctl ] || skip "no /dev/vmmctl: the processor of this host can't run guests"
	need_init
	[ ! -f "$T/guest.raw" ] || return 0
	make_tree
	_g=$T/guest
	mkdir "$_g"
	tar -cf - -C "$BASE_TREE" . | tar -xpf - -C "$_g"
	chflags -R 0 "$_g"
	(
		cd / || exit 1
		{
			find boot/lua boot/defaults usr/share/flua usr/lib/flua -type f 2>/dev/null
			for _p in boot/kernel/kernel boot/kernel/virtio_p9fs.ko boot/kernel/p9fs.ko boot/device.hints sbin/init \
				sbin/fsck sbin/fsck_ffs sbin/fsck_ufs sbin/mount_cd9660 sbin/reboot sbin/halt sbin/shutdown \
				usr/libexec/getty usr/libexec/flua usr/libexec/nuageinit usr/sbin/fstyp; do
				echo $_p
			done
		} | while read -r _p; do [ -e "$_p" ] && echo "$_p"; done >"$T/guest.list"
		xargs ldd -f '%p\n' <"$T/guest.list" 2>/dev/null | sed -n 's|^/||p' >"$T/guest.libs"
		sort -u "$T/guest.list" "$T/guest.libs" | tar -cf - -T - | tar -xpf - -C "$_g"
	)
	chflags -R 0 "$_g"
	printf '%s\n' 'boot_serial="YES"' 'comconsole_port="0x3f8"' 'autoboot_delay="0"' 'virtio_p9fs_load="YES"' \
		'vfs.root.mountfrom="ufs:/dev/vtbd0p1"' >"$_g/boot/loader.conf"
	echo '/dev/vtbd0p1 / ufs rw 1 1' >"$_g/etc/fstab"
	printf '%s\n' 'hostname="guest"' 'sendmail_enable="NONE"' 'syslogd_flags="-ss"' 'cron_enable="NO"' \
		'devd_enable="NO"' 'nuageinit_enable="YES"' >"$_g/etc/rc.conf"
	cat >"$_g/etc/rc.local" <<-'END'
		#!/bin/sh
		[ -e /var/restarted ] || { : >/var/restarted; sync; echo 'guest: restarts itself'; exec reboot; }
		mkdir -p /mnt /media
		mount -t p9fs -o trans=virtio words /mnt && echo "guest: shares $(cat /mnt/word)"
		mount -t cd9660 -o ro /dev/iso9660/[cC]* /media && echo "guest: is told $(tail -n 1 /media/user-data)"
		echo "guest: is $(hostname), at $(ifconfig -a inet | grep -v 127.0.0.1 | sed -n 's/.*inet //p')"
		(while :; do echo "guest: serves" | nc -N -l 80 >/dev/null; done) &
	END
	# What nuageinit(7) is started by; it takes it away.
	: >"$_g/firstboot"
	echo 'ttyu0 "/usr/libexec/getty 3wire.115200" vt100 onifconsole secure' >"$_g/etc/ttys"
	c 0 makefs -t ffs -B little -o version=2,label=guest -b 20% "$T/guest.ufs" "$_g"
	c 0 mkimg -s gpt -p "freebsd-ufs:=$T/guest.ufs" -o "$T/guest.part"
	mv "$T/guest.part" "$T/guest.raw"
	rm -rf "$_g" "$T/guest.ufs"
}

# What each of these guests has. One that runs on an emulated processor is run again if that fails.
OWN_GUEST="--memory 256M --firmware bhyveload --set vm.bhyve_flags=-S --set vm.stop_timeout=$((60 * SLOW))
	--set vm.on_crash=restart --set vm.restarts=5"

# attend NAME [OPTIONS]: its console is kept in $T/console from here on
attend() {
	_name=$1
	shift
	end_background
	: >"$T/console"
	"$JUG" "$@" vm-console "$_name" >>"$T/console" 2>"$T/console.err" </dev/null &
	in_background $!
}

powerless() { ! pgrep -f '^bhyve: db' >/dev/null; }
unattended() { ! pgrep -f "vm-console $_name" >/dev/null; }

# said TEXT: the guest has said so on its console, since this was begun to be kept
said() { grep -qF -e "$1" "$T/console"; }

case_vm_guest_of_the_hosts_own() {
	own_guest
	j 0 image-import "$T/guest.raw" own --no-verify
	mkdir "$T/words"
	echo 'a word' >"$T/words/word"
	# nuageinit(7) of 15.0 heeds a NoCloud seed's network only beside such user data.
	printf '#cloud-config\nhostname: told\n' >"$T/told"
	j 0 net-create lan --subnet 10.214.0.0/24
	# shellcheck disable=SC2086 # words
	j 0 vm-create db --image own --user-data "$T/told" --net lan --set "vm.shares=words=$T/words,ro" $OWN_GUEST
	LIMIT=300 j 0 vm-start db
	attend db
	# It restarts itself, and its console stays.
	wait_for 300 said 'guest: restarts itself'
	wait_for 300 said 'login:'
	must said 'guest: shares a word'
	must said 'guest: is told hostname: told'
	if [ -x /usr/libexec/nuageinit ]; then
		must said 'guest: is told, at 10.214.0.2'
		c 0 nc -w 20 10.214.0.2 80
		out_is 'guest: serves'
	fi
	file_has "$WD/jails-system/db/vm.log" 'the guest was reset'
	j 0 vm-ls db
	out_has running
	must [ -e /dev/vmm/db ]
	: >"$T/console"
	j 0 vm-reset db
	wait_for 300 said 'login:'
	must_not unattended
	LIMIT=300 j 0 vm-stop db
	file_has "$WD/jails-system/db/vm.log" 'the guest powered itself off'
	must [ ! -e /dev/vmm/db ]
	j 0 vm-set db vm.on_crash=stop
	# Its hypervisor is killed: what vmm(4) keeps goes with the rest, by its supervisor or by the next command.
	LIMIT=300 j 0 vm-start db
	pkill -KILL -f '^bhyve: db'
	wait_for 60 test ! -e /dev/vmm/db
	wait_for 60 test ! -e "$WD/run/db"
	LIMIT=300 j 0 vm-start db
	pkill -KILL -f 'supervise --detached db'
	pkill -KILL -f '^bhyve: db'
	wait_for 10 powerless
	must [ -e /dev/vmm/db ]
	j 3 doctor
	j 0 vm-remove -y db
	must [ ! -e /dev/vmm/db ]
	end_background
	j 0 net-remove -y lan
	j 0 image-remove -y own
}

case_vm_guest_moves_between_two_workdirs() {
	own_guest
	vm_nodes "$CONF"
	on a 0 image-import "$T/guest.raw" own --no-verify
	# shellcheck disable=SC2086 # words
	on a 0 vm-create db --storage external --mnt-start "$T/hooks/mnt-start" --image own $OWN_GUEST
	LIMIT=300 on a 0 vm-start db
	attend db --config "$T/etc/a.toml"
	wait_for 300 said 'guest: restarts itself'
	wait_for 300 said 'login:'
	on b 6 vm-register db --mnt-start "$T/hooks/mnt-start"
	LIMIT=300 on a 0 vm-stop db
	no_mounts_on a
	on a 0 vm-unregister db
	on b 0 vm-register db --mnt-start "$T/hooks/mnt-start"
	LIMIT=300 on b 0 vm-start db
	attend db --config "$T/etc/b.toml"
	# What it wrote on the one is there on the other.
	wait_for 300 said 'login:'
	must_not said 'guest: restarts itself'
	LIMIT=300 on b 0 vm-stop db
	end_background
	on b 0 vm-remove -y db
	on a 0 image-remove -y own
	rm "$T/guest.raw"
	nodes_end
}
