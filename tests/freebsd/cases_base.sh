# shellcheck shell=sh
# init, doctor, facts, and bases: host, tree, tarball, fetched.

case_version_and_help() {
	j 0 --version
	out_has jug
	j 0 --help
	out_has base-fetch
	j 2 nosuchcommand
	j 2 jcreate --nosuchoption x
}

case_init() {
	need_init
	must [ -d "$WD/jails-data" ]
	must grep -q '^version = 1' "$CONF"
	if [ -n "$POOL" ]; then
		file_has "$CONF" "zfs_root = \"$POOL/jugtest\""
		c 0 zfs list -H -o name -r "$POOL/jugtest"
		out_has "$POOL/jugtest/env"
		out_has "$POOL/jugtest/bases"
		j 0 init --zfs-root "$POOL/jugtest"
		out_has unchanged
		j 5 init --zfs-root "$POOL/other"
	fi
	j 0 init
	out_has unchanged
}

# A configuration file in a directory that is not there yet, and away with all of it.
case_init_and_deinit() {
	w=$WD.second k=$T/new/etc/jug.toml
	j 0 --config "$k" --workdir "$w" init
	must [ -f "$k" ]
	must [ -d "$w/envs" ]
	j 2 --config "$k" deinit
	err_has -y
	j 0 --config "$k" -n deinit
	must [ -d "$w/envs" ]
	j 0 --config "$k" deinit -y
	must_not [ -e "$k" ]
	must_not [ -e "$w" ]
}

case_init_lacks_pool() {
	j 7 --config "$T/none.toml" --workdir "$T/w" init --zfs-root nosuchpool/jug
	err_has nosuchpool
}

case_doctor_and_facts() {
	need_init
	j 0 doctor
	out_has 'all is well'
	j 0 doctor --json
	out_has '"findings":[]'
	j 0 facts
	out_has '"platform": "freebsd"'
	out_has '"release": "FreeBSD'
	out_has "\"$LO\""
	cp "$T/out" "$T/facts.json"
	need_host
	j 0 facts
	cp "$T/out" "$T/facts.json"
	j 0 -n --facts "$T/facts.json" jcreate planned --base host --start
	out_has '#!/bin/sh'
	out_has 'mount -t nullfs -o ro /usr/bin'
	out_has 'jail -c'
	must_not [ -e "$WD/envs/planned.toml" ]
}

case_base_host() {
	need_host
	j 5 base-import host
	err_has exists
	j 0 base-ls
	out_has host
	j 0 base-ls --json
	out_has '"name":"host"'
	must [ -d "$WD/bases/host/tree/root/usr/bin" ]
	must [ -z "$(find "$WD/bases/host/tree/root" -type f)" ]
	j 2 base-import host other
}

case_base_host_is_thin_only() {
	need_host
	j 2 jcreate x --base host --mode full
	err_has host
	j 2 jcreate x --base host --mode clone
}

case_base_tree() {
	need_tree
	must [ -x "$WD/bases/tree/tree/root/bin/sh" ]
	must has_schg "$WD/bases/tree/tree/root/lib/libc.so.7"
	must has_schg "$WD/bases/tree/tree/root/var/empty"
	a=$(stat -f %i "$WD/bases/tree/tree/root/usr/bin/su")
	b=$(stat -f %i "$WD/bases/tree/tree/root/usr/bin/su2")
	must [ "$a" = "$b" ]
	c 0 stat -f '%Sp %Su' "$WD/bases/tree/tree/root/usr/bin/su"
	out_is '-r-sr-xr-x root'
	j 5 base-import "$BASE_TREE" tree
	# What a base needs beside what the tree has.
	must [ -d "$WD/bases/tree/tree/root/mnt" ]
}

case_base_import_refuses() {
	need_init
	j 4 base-import "$T/nosuch" x
	j 2 base-import / x
	err_has workdir
	j 2 base-import "$T"
	mkdir "$T/nothing"
	j 4 base-import "$T/nothing" x
	mkdir "$T/nothing/foo"
	j 1 base-import --storage dir "$T/nothing" x
	must_not [ -e "$WD/bases/x" ]
	j 0 base-ls
	out_lacks nothing
	echo junk >"$T/junk.txz"
	remember
	j 1 base-import --storage dir "$T/junk.txz" x
	unchanged
}

# A tree that is hostile: links where jug will mount.
case_base_with_links_refused() {
	need_init
	mkdir -p "$T/bad/bin" "$T/bad/usr"
	ln -s /etc "$T/bad/usr/local"
	remember
	j 5 base-import --storage dir "$T/bad" bad
	err_has link
	unchanged
	rm -rf "$T/bad/usr"
	ln -s /var "$T/bad/usr"
	j 5 base-import --storage dir "$T/bad" bad
	unchanged
}

case_base_tarball() {
	need_init
	make_tarball
	LIMIT=300 j 0 base-import --storage dir "$T/base.txz" tarred
	must [ -x "$WD/bases/tarred/tree/root/bin/sh" ]
	must has_schg "$WD/bases/tarred/tree/root/lib/libc.so.7"
	file_has "$WD/bases/tarred/base.toml" "$(sha256 -q "$T/base.txz")"
	j 2 base-remove tarred
	j 0 base-remove -y tarred
	must_not [ -e "$WD/bases/tarred" ]
	j 4 base-remove -y tarred
}

# ---- base-fetch, from a mirror in a directory

make_mirror() {
	[ -d "$T/mirror" ] && return
	make_tarball
	mkdir -p "$T/mirror/99.0-TEST"
	cp "$T/base.txz" "$T/mirror/99.0-TEST/base.txz"
	manifest "$(sha256 -q "$T/base.txz")"
}
manifest() {
	printf 'base.txz\t%s\t1\tbase\t"Base system (MANDATORY)"\ton\n' "$1" >"$T/mirror/99.0-TEST/MANIFEST"
}
fetched() {
	_want=$1
	shift
	LIMIT=300 j "$_want" base-fetch --mirror "file://$T/mirror" --storage dir 99.0-TEST "$@"
}

case_fetch_by_manifest() {
	need_init
	make_mirror
	fetched 0
	out_has MANIFEST
	must [ -x "$WD/bases/99.0-TEST/tree/root/bin/sh" ]
	file_has "$WD/bases/99.0-TEST/base.toml" 'origin = "release"'
	fetched 5
	j 0 base-remove -y 99.0-TEST
	must [ -z "$(find "$WD/bases" -name '.*')" ]
}

case_fetch_by_sha256() {
	need_init
	make_mirror
	sum=$(sha256 -q "$T/base.txz")
	remember
	fetched 1 --sha256 "$(echo "$sum" | tr 0-9a-f 1-9a-f0)"
	err_has sha256
	unchanged
	j 2 base-fetch --sha256 12 99.0-TEST
	fetched 0 other --sha256 "$sum"
	must [ -x "$WD/bases/other/tree/root/bin/sh" ]
	j 0 base-remove -y other
	unchanged
}

case_fetch_wrong_manifest() {
	need_init
	make_mirror
	remember
	manifest "$(echo 0 | sha256 -q)"
	fetched 1
	err_has 'thrown away'
	echo "nothing here" >"$T/mirror/99.0-TEST/MANIFEST"
	fetched 1
	err_has '--sha256'
	rm "$T/mirror/99.0-TEST/MANIFEST"
	fetched 1
	err_has MANIFEST
	manifest "$(sha256 -q "$T/base.txz")"
	unchanged
}

case_fetch_truncated() {
	need_init
	make_mirror
	remember
	size=$(stat -f %z "$T/base.txz")
	head -c $((size / 2)) "$T/base.txz" >"$T/mirror/99.0-TEST/base.txz"
	fetched 1
	cp "$T/base.txz" "$T/mirror/99.0-TEST/base.txz"
	unchanged
	# The same with a sum that agrees: tar says no, and there is no half base.
	head -c $((size / 2)) "$T/base.txz" >"$T/mirror/99.0-TEST/half.txz"
	fetched 1 --archive half.txz --sha256 "$(sha256 -q "$T/mirror/99.0-TEST/half.txz")"
	must_not [ -e "$WD/bases/99.0-TEST" ]
	rm -f "$T/mirror/99.0-TEST/half.txz" "$WD"/bases/.fetch-*
	unchanged
}

# A web server that knows ranges, as inetd(8) starts it. It writes down what it was asked for.
serve() {
	script_file httpd <<-X
		#!/bin/sh
		cr=\$(printf '\\r')
		read -r verb path rest
		from=0
		while read -r key value && [ "\$key" != "\$cr" ]; do
			case \$key in [Rr]ange:) from=\${value#bytes=}; from=\${from%%-*} ;; esac
		done
		file=$T/mirror\$path
		echo "\$path \$from" >>$T/asked
		if [ -f "\$file.to" ]; then
			printf 'HTTP/1.0 302 Found\\r\\nLocation: %s\\r\\n\\r\\n' "\$(cat "\$file.to")"
			exit
		fi
		[ -f "\$file" ] || { printf 'HTTP/1.0 404 Not Found\\r\\n\\r\\n'; exit; }
		size=\$(stat -f %z "\$file")
		if [ \$from -gt 0 ] && [ \$from -lt \$size ]; then
			printf 'HTTP/1.0 206 Partial\\r\\nContent-Range: bytes %d-%d/%d\\r\\n' \$from \$((size - 1)) \$size
		elif [ \$from -gt 0 ]; then
			printf 'HTTP/1.0 416 Range\\r\\nContent-Range: bytes */%d\\r\\n\\r\\n' \$size
			exit
		else
			printf 'HTTP/1.0 200 OK\\r\\n'
		fi
		printf 'Content-Length: %d\\r\\n\\r\\n' \$((size - from))
		if [ "\${path%.txz}" != "\$path" ] && rm $T/breaks 2>/dev/null; then
			tail -c +\$((from + 1)) "\$file" | head -c \$((size / 3))
		else
			tail -c +\$((from + 1)) "\$file"
		fi
	X
	# inetd takes names of services only.
	PORT=$(getent services http-alt | awk '{ sub("/.*", "", $2); print $2; exit }')
	echo "http-alt stream tcp nowait root $T/hooks/httpd httpd" >"$T/inetd.conf"
	inetd -d -a 127.0.0.1 -p "$T/inetd.pid" "$T/inetd.conf" >/dev/null 2>&1 &
	in_background $!
	wait_for 20 nc -z 127.0.0.1 "$PORT"
}
over_http() {
	_want=$1
	shift
	: >"$T/asked"
	run 300 "$JUG" base-fetch --mirror "http://127.0.0.1:$PORT" --storage dir 99.0-TEST "$@"
	[ "$RC" = "$_want" ] || fail "base-fetch over http: $RC, and $_want was expected"
}

case_fetch_resumes() {
	[ -x /usr/sbin/inetd ] || skip "there is no inetd"
	need_init
	make_mirror
	serve
	size=$(stat -f %z "$T/base.txz")
	part=$WD/bases/.fetch-99.0-TEST.part
	# It breaks off, and what has come stays; the same command goes on there.
	touch "$T/breaks"
	over_http 1
	must [ ! -e "$WD/bases/99.0-TEST" ]
	must [ -s "$part" ]
	at=$(stat -f %z "$part")
	# Out of reach for a while: nothing of it is lost.
	mv "$T/mirror/99.0-TEST/base.txz" "$T/away"
	over_http 1
	mv "$T/away" "$T/mirror/99.0-TEST/base.txz"
	must [ "$(stat -f %z "$part")" = "$at" ]
	over_http 0
	end_background
	file_has "$T/asked" "/99.0-TEST/base.txz ${at}"
	must_not grep -q 'base.txz 0$' "$T/asked"
	must [ -x "$WD/bases/99.0-TEST/tree/root/bin/sh" ]
	j 0 base-remove -y 99.0-TEST
	# A part left by a kill: its time is not the mirror's.
	head -c $((size / 2)) "$T/base.txz" >"$part"
	serve
	over_http 0
	end_background
	file_has "$T/asked" "/99.0-TEST/base.txz $((size / 2))"
	must_not grep -q 'base.txz 0$' "$T/asked"
	j 0 base-remove -y 99.0-TEST
}

# A part of a mirror that is a directory, one that is longer than the whole, and one of something else.
case_fetch_odd_parts() {
	need_init
	make_mirror
	part=$WD/bases/.fetch-99.0-TEST.part
	head -c $(($(stat -f %z "$T/base.txz") / 2)) "$T/base.txz" >"$part"
	fetched 0
	j 0 base-remove -y 99.0-TEST
	cat "$T/base.txz" "$T/base.txz" >"$part"
	fetched 0
	j 0 base-remove -y 99.0-TEST
	: >"$part"
	fetched 0
	j 0 base-remove -y 99.0-TEST
	echo wrong >"$part"
	run 300 "$JUG" base-fetch --mirror "file://$T/mirror" --storage dir 99.0-TEST
	[ "$RC" = 0 ] || fetched 0
	j 0 base-remove -y 99.0-TEST
}

case_fetch_refuses() {
	need_init
	remember
	j 2 base-fetch --mirror ftp://x 99.0-TEST
	j 2 base-fetch --mirror 'file:///a b' 99.0-TEST
	j 2 base-fetch --archive ../x 99.0-TEST
	j 1 base-fetch --mirror "file://$T/nosuch" --sha256 "$(echo 0 | sha256 -q)" --storage dir 99.0-TEST
	err_has "$T/nosuch"
	j 0 -n base-fetch --mirror "file://$T/mirror" --storage dir 99.0-TEST
	out_has 'fetch '
	unchanged
}

# The release's own archive, where the host has one.
case_release() {
	[ -f /usr/freebsd-dist/base.txz ] || skip "there is no /usr/freebsd-dist/base.txz"
	need_init
	release=$(uname -r | sed 's/-p[0-9]*$//')
	mkdir -p "$T/dist"
	ln -sfn /usr/freebsd-dist "$T/dist/$release"
	LIMIT=1200 j 0 base-fetch --mirror "file://$T/dist" --storage dir "$release"
	out_has /usr/freebsd-dist/MANIFEST
	must has_schg "$WD/bases/$release/tree/root/lib/libc.so.7"
	LIMIT=1200 j 0 jcreate rel --base "$release" --mode full --storage dir --net none
	must has_schg "$WD/jails-data/rel-data/lib/libc.so.7"
	LIMIT=600 j 0 jstart rel
	j 0 jexec rel -- /bin/freebsd-version -u
	LIMIT=300 j 0 jremove -y --stop rel
	must_not [ -e "$WD/jails-data/rel-data" ]
	LIMIT=300 j 0 base-remove -y "$release"
}

case_base_in_use() {
	need_host
	mk user1
	j 6 base-remove -y host
	err_has user1
	must [ -f "$WD/bases/host/base.toml" ]
	j 0 jremove -y user1
}
