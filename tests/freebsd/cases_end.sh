# shellcheck shell=sh
# The last cases: bases go, init is undone, nothing of jug's is left.

case_zz_bases_go() {
	need_init
	j 6 deinit -y
	for b in $("$JUG" -H base-ls | cut -f 1); do
		LIMIT=300 j 0 base-remove -y "$b"
	done
	j 0 --json base-ls
	out_has '"bases":[]'
}

case_zz_deinit() {
	need_init
	j 0 deinit -y
	must [ ! -e "$WD" ]
	[ -z "$POOL" ] || c 1 zfs list "$POOL/jugtest"
	j 0 deinit -y
}

case_zz_nothing_is_left() {
	must [ -z "$(leftovers)" ]
	must [ -z "$(mount -p | grep "$WD")" ]
	must [ -z "$(jls name path | grep "$WD")" ]
	[ -z "$POOL" ] || must [ -z "$(zfs list -H -o name -r "$POOL" | grep 'jug *test')" ]
	must [ ! -e "$WD" ]
	must [ -z "$(pgrep -f "$T/jug")" ]
}
