#!/bin/sh
# Debian's kernels for the guests of the tests and of the tour, unpacked below target but not installed: this host is to boot
# what it booted before. `kernel.sh` has the one for clouds, with GRUB for UEFI beside it, in target/kernel; `kernel.sh full`
# the one that knows SATA, CDs and 9P, in target/kernel-full. Prints the kernel's file, and ends with 1 where it could not
# be had. JUG_NO_INSTALL=1 fetches nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
case ${1:-cloud} in
cloud) place=target/kernel meta=linux-image-cloud-amd64 more=grub-efi-amd64-bin has=usr/lib/grub ;;
*) place=target/kernel-full meta=linux-image-amd64 more='' has=boot ;;
esac

unpacked() {
	[ -e "$place/$has" ] || return
	for file in "$place"/boot/vmlinuz-*; do
		[ -e "$file" ] && printf '%s\n' "$PWD/$file" && exit 0
	done
}

unpacked
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && [ -z "${JUG_NO_INSTALL:-}" ] || exit 1
package=$(apt-cache depends "$meta" 2>/dev/null |
	sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
echo "unpacking ${package:=$meta} $more" >&2
dir=$(mktemp -d) || exit 1
# shellcheck disable=SC2086 # a list of words
(cd "$dir" && apt-get download -q "$package" $more >/dev/null 2>&1 &&
	for deb in ./*.deb; do dpkg-deb -x "$deb" kernel || exit 1; done) &&
	mkdir -p target && rm -rf "$place" && cp -R "$dir/kernel" "$place"
rm -rf "$dir"
unpacked
exit 1
