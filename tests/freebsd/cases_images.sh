# shellcheck shell=sh
# Disk images: imported and fetched by FreeBSD's own programs, checked, unpacked, known when they were changed.

make_disk() {
	[ -f "$T/disk" ] && return
	dd if=/dev/random of="$T/disk" bs=64k count=20 2>/dev/null
	truncate -s 4m "$T/disk"
}
no_image() {
	must_not [ -e "$WD/images/$1" ]
}
is_image() {
	must cmp -s "$T/disk" "$WD/images/$1/image"
	must [ "$(stat -f %Lp "$WD/images/$1/image")" = 600 ]
	must [ -z "$(find "$WD/images" -name '.*')" ]
}

case_image_formats() {
	need_init
	make_disk
	for _program in 'xz xz' 'zstd zst' 'gzip gz' 'bzip2 bz2'; do
		# shellcheck disable=SC2086
		set -- $_program
		"$1" -c "$T/disk" >"$T/disk.$2"
		j 0 image-import "$T/disk.$2" "from-$2" --sha256 "$(sha256 -q "$T/disk.$2")"
		out_has "raw.$2, checked against the given sum"
		is_image "from-$2"
	done
	# Holes where there is nothing.
	must [ $(($(stat -f %b "$WD/images/from-xz/image") * 512)) -lt $((4 << 20)) ]
	j 0 image-verify --all
	j 0 -H image-ls
	out_lines 4
	j 0 image-remove -y from-xz from-zst from-gz from-bz2
	must [ -z "$(ls -A "$WD/images")" ]
}

case_image_refuses() {
	need_init
	make_disk
	remember
	j 2 image-import "$T/disk" x
	err_has 'no sum'
	j 1 image-import "$T/disk" x --sha256 "$(echo 0 | sha256 -q)"
	err_has 'thrown away'
	j 4 image-import "$T/nothing" x --no-verify
	head -c 1000 "$T/disk" >"$T/odd"
	j 1 image-import "$T/odd" x --no-verify
	err_has 'no whole number of sectors'
	dd if=/dev/zero bs=1m count=256 2>/dev/null | xz -0 >"$T/bomb"
	LIMIT=600 j 1 image-import "$T/bomb" x --no-verify --max-size 100M
	err_has 'longer than 100M'
	printf 'QFI\373\0\0\0\003' >"$T/q"
	truncate -s 1m "$T/q"
	if ! [ -x /usr/local/bin/qemu-img ]; then
		j 7 image-import "$T/q" x --no-verify
		err_has 'pkg install qemu-tools'
	fi
	printf '\0\0\0\0\0\0\0\001' | dd of="$T/q" bs=1 seek=8 conv=notrunc 2>/dev/null
	j 1 image-import "$T/q" x --no-verify
	err_has 'backing file'
	no_image x
	j 4 image-remove -y x
	unchanged
}

case_image_changed() {
	need_init
	make_disk
	j 0 image-import "$T/disk" a --sha512 "$(sha512 -q "$T/disk")"
	j 0 image-import "$T/disk" a --sha512 "$(sha512 -q "$T/disk")"
	out_has unchanged
	j 5 image-import "$T/disk" a --no-verify
	touch "$WD/images/a/image"
	j 0 -H image-ls
	out_has "a	changed"
	j 0 image-verify --all --changed
	j 0 -H image-ls
	out_has "a	ready"
	printf x | dd of="$WD/images/a/image" conv=notrunc 2>/dev/null
	j 1 image-verify a
	err_has 'it was changed'
	j 0 image-remove -y a
}

case_image_fetch() {
	[ -x /usr/sbin/inetd ] || skip "there is no inetd"
	need_init
	make_disk
	mkdir -p "$T/mirror"
	# The server breaks off what is called so; what it is, jug sees by how it begins.
	cp "$T/disk" "$T/mirror/disk.txz"
	(cd "$T/mirror" && sha512 disk.txz >SUMS)
	serve
	url=http://127.0.0.1:$PORT
	: >"$T/asked"
	touch "$T/breaks"
	j 1 image-fetch "$url/disk.txz" d --sums "$url/SUMS"
	err_has 'goes on where it stopped'
	no_image d
	at=$(stat -f %z "$WD"/images/.d~*.part)
	must [ "$at" -gt 0 ]
	j 0 image-fetch "$url/disk.txz" d --sums "$url/SUMS"
	err_has 'plain http'
	is_image d
	file_has "$T/asked" "/disk.txz $at"
	# Never to a file, whatever fetch(1) does with that.
	echo "file://$T/disk" >"$T/mirror/moved.to"
	j 1 image-fetch "$url/moved" e --no-verify
	err_has 'where nothing is taken from'
	echo "$url/disk.txz" >"$T/mirror/moved.to"
	j 0 image-fetch "$url/moved" e --no-verify
	is_image e
	j 1 image-fetch "$url/nothing" f --no-verify
	err_has 'Not Found'
	no_image f
	end_background
	j 0 image-fetch "file://$T/mirror/disk.txz" f --sums "file://$T/mirror/SUMS"
	is_image f
	j 0 image-remove -y d e f
	must [ -z "$(ls -A "$WD/images")" ]
}
