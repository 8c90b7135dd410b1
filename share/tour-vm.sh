# shellcheck shell=sh
# The VM of share/tour-walk.sh: its guest is a kernel of Debian's and an initial RAM disk of busybox.
: "${T:?}" "${kernel=}"

# What the guest needs of the kernel's modules so that it sees its disk and its power button.
MODULES="virtio/virtio_ring virtio/virtio virtio/virtio_pci_modern_dev virtio/virtio_pci_legacy_dev virtio/virtio_pci
	block/virtio_blk input/evdev acpi/button"

guest() {
	tree=$T/guest
	mkdir -p "$tree/bin" "$tree/m" "$tree/dev" "$tree/proc" "$tree/sys"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	modules=${kernel%/boot/*}/lib/modules/${kernel##*/vmlinuz-}/kernel/drivers
	n=10
	for module in $MODULES; do
		cp "$modules/$module.ko" "$tree/m/$n.ko" || fail "the kernel has no module $module"
		n=$((n + 1))
	done
	cat >"$tree/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
for m in /m/*.ko; do insmod $m; done
for e in /dev/input/event*; do { head -c 24 $e >/dev/null && echo "guest: the power button was pressed" && poweroff -f; } & done
echo "guest: I am up, with $(grep -c ^processor /proc/cpuinfo) processors and a disk of $(($(cat /sys/block/vda/size) / 2048)) MiB"
exec sh
INIT
	chmod 755 "$tree/init"
	(cd "$tree" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1 >"$T/initrd.gz") || fail "no initial RAM disk"
}

# Waits until the guest has said so.
guest_says() {
	tries=0
	until grep -q -e "$1" "$T/jails/jails-system/guest/console.log" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 1200 ] || fail "the guest does not say $1: $(tail -n 3 "$T/jails/jails-system/guest/console.log")"
		sleep 0.1
	done
}

virtual_machine() {
	guest
	say "One TOML as for jails, in the same name space; bhyve(8) runs it on FreeBSD, QEMU here."
	run jug vm-create guest --cpus 2 --memory 192M --disk 64M --kernel "$kernel" --initrd "$T/initrd.gz" \
		--cmdline "console=ttyS0 panic=-1 quiet"
	run jug vm-start guest
	run jug vm-ls
	guest_says "guest: I am up"
	run grep "guest:" "$T/jails/jails-system/guest/console.log"
	expect "2 processors and a disk of 64 MiB" "it has what it was made with"
	run jug ls
	say "A stop presses the power button, and waits."
	run jug vm-stop guest
	run grep "guest:" "$T/jails/jails-system/guest/console.log"
	expect "power button" "it powered itself down"
	run jug vm-remove -y guest
}
