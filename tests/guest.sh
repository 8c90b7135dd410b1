#!/bin/sh
# A whole Debian for the guest of `make test-slow`, made of Debian's packages alone: target/guest/disk, a GPT with GRUB for
# UEFI, a root file system that is last and can grow, cloud-init and sshd, much like the images that Debian has for clouds.
# Neither a loop device nor a mount is needed. Prints the disk's path, and ends with 1 where it could not be had.
# JUG_NO_INSTALL=1 fetches nothing.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin
dir=$PWD/target/guest
disk=$dir/disk
if [ -e "$disk" ]; then
	printf '%s\n' "$disk"
	exit 0
fi
[ -z "${JUG_NO_INSTALL:-}" ] || exit 1
[ "$(id -u)" = 0 ] || { echo "guest: it needs root" >&2; exit 1; }
mkdir -p "$dir"
tree=$dir/tree
trap 'rm -rf "$tree" "$disk.new" "$dir/apt" "$dir/grub.cfg"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$tree"

# From where this host's apt gets its packages, as it gets them.
apt-config dump --format '%F "%v";%n' Acquire >"$dir/apt"
sources=
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
	[ -e "$file" ] && grep -q debian "$file" && sources="$sources $file"
done
# shellcheck disable=SC1091,SC2154 # os-release(5) is on every host that has apt
suite=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
packages=linux-image-cloud-amd64,systemd-sysv,systemd-resolved,dbus,udev,cloud-init,cloud-guest-utils,netplan.io
packages=$packages,openssh-server,sudo,iproute2,fdisk,e2fsprogs,grub-efi-amd64-bin
# shellcheck disable=SC2086 # a list of words
mmdebstrap --quiet --variant=minbase "--aptopt=$dir/apt" --include="$packages" "$suite" "$tree" $sources >&2

printf 'LABEL=root / ext4 defaults 0 1\n' >"$tree/etc/fstab"
: >"$tree/etc/machine-id"
rm -rf "$tree"/usr/share/doc "$tree"/usr/share/man "$tree"/usr/share/locale
rm -f "$tree"/etc/ssh/ssh_host_* "$tree/etc/hostname"
# The locale that is there without being made.
printf 'locale: C.UTF-8\n' >"$tree/etc/cloud/cloud.cfg.d/10_locale.cfg"
chroot "$tree" systemctl --quiet enable systemd-networkd systemd-resolved

# In sectors: 64 MB for the firmware, 1 GB for the rest. As Debian has it, the root is the first partition and the last
# on the disk.
truncate -s 1090M "$disk.new"
sfdisk --quiet "$disk.new" <<TABLE
label: gpt
15 : start=2048, size=131072, type=uefi
1 : start=133120, size=2097152, type=linux
TABLE
mke2fs -q -t ext4 -L root -d "$tree" -E offset=$((133120 * 512)) "$disk.new" 1G
cat >"$dir/grub.cfg" <<'GRUB'
search --no-floppy --label root --set root
linux /vmlinuz root=LABEL=root ro console=ttyS0
initrd /initrd.img
boot
GRUB
esp=$disk.new@@$((2048 * 512))
export MTOOLS_SKIP_CHECK=1
mformat -i "$esp" -T 131072 -h 64 -s 32 ::
mmd -i "$esp" ::/EFI ::/EFI/BOOT ::/EFI/debian
mcopy -i "$esp" "$tree/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi" ::/EFI/BOOT/BOOTX64.EFI
mcopy -i "$esp" "$dir/grub.cfg" ::/EFI/debian/grub.cfg
sync "$disk.new"
mv "$disk.new" "$disk"
printf '%s\n' "$disk"
