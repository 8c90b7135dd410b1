#!/bin/sh
# Debian's cloud kernel for the guests of the tests and of the tour, unpacked in target/kernel but not installed: this host
# is to boot what it booted before. Prints the kernel's file, and ends with 1 where it could not be had.
# JUG_NO_INSTALL=1 fetches nothing.
set -u
cd "$(dirname "$0")/.." || exit 1

unpacked() {
	for file in target/kernel/boot/vmlinuz-*cloud*; do
		[ -e "$file" ] && printf '%s\n' "$PWD/$file" && exit 0
	done
}

unpacked
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null && [ -z "${JUG_NO_INSTALL:-}" ] || exit 1
package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
	sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
echo "unpacking ${package:=linux-image-cloud-amd64}" >&2
dir=$(mktemp -d) || exit 1
(cd "$dir" && apt-get download -q "$package" >/dev/null 2>&1 && dpkg-deb -x ./*.deb kernel) &&
	mkdir -p target && rm -rf target/kernel && cp -R "$dir/kernel" target/kernel
rm -rf "$dir"
unpacked
exit 1
