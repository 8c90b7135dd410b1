#!/bin/sh
# Tests jug on a real FreeBSD 15.0 with real jails, mounts and ZFS. For root, on a host that may be thrown away.
#
#	JUG=path/to/jug sh tests/freebsd/run.sh [--pool POOL] [--nfs] [--only PATTERN] [--list]
#
# JUG            the binary; by default the first jug of PATH
# --pool POOL    an imported pool; POOL/jugtest and POOL/"jug test" are made and destroyed. Without it what
#                needs ZFS is skipped, and counted as skipped.
# --nfs          also what needs an NFS server or disks: starts mountd and nfsd here, for iSCSI ctld and iscsid, and borrows
#                /etc/exports and /etc/ctl.conf
# --only PATTERN only cases whose name matches, as in sh(1); several are possible
# JUG_MNT        the example hooks; by default ../../share/examples/mnt
# CBSD_HOOK      CBSD's env_start_nfs.sh; without it what needs it is skipped
# JUG_TEST_SLOW  multiplies every time limit (a host under emulation: 5)
#
# Nothing but the base system is needed. The last line is "N passed, N failed" or "N passed, N failed, N skipped";
# the exit status is 1 if any failed.

set -u
export LC_ALL=C
PATH=/sbin:/bin:/usr/sbin:/usr/bin
HERE=$(cd "$(dirname "$0")" && pwd) || exit 2
POOL='' ONLY='' LIST=''
# shellcheck disable=SC2034 # lib.sh uses it
SLOW=${JUG_TEST_SLOW:-1}
FILES="cases_base.sh cases_life.sh cases_config.sh cases_hooks.sh cases_inside.sh cases_limits.sh cases_net.sh
	cases_expose.sh cases_vm.sh cases_vm_images.sh cases_zfs.sh cases_snapshot.sh cases_archives.sh cases_replicate.sh
	cases_migrate.sh cases_hostile.sh cases_faults.sh cases_boot.sh cases_images.sh cases_end.sh"

usage() {
	echo "usage: JUG=path/to/jug run.sh [--pool POOL] [--nfs] [--only PATTERN] [--list]" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--pool) [ $# -ge 2 ] || usage; POOL=$2; shift 2 ;;
	--nfs) FILES="cases_move.sh cases_nfs.sh cases_nfs_faults.sh cases_drivers.sh $FILES"; shift ;;
	--only) [ $# -ge 2 ] || usage; ONLY="$ONLY $2"; shift 2 ;;
	--list) LIST=yes; shift ;;
	*) usage ;;
	esac
done

wanted() {
	[ -n "$ONLY" ] || return 0
	set -f
	for _pattern in $ONLY; do
		# shellcheck disable=SC2254
		case $1 in $_pattern) set +f; return 0 ;; esac
	done
	set +f
	return 1
}

CASES=$(for f in $FILES; do sed -n 's/^case_\([a-z0-9_]*\)() .*/\1/p' "$HERE/$f"; done)
if [ -n "$LIST" ]; then
	echo "$CASES"
	exit 0
fi

[ "$(uname -s)" = FreeBSD ] || { echo "run.sh: this is not FreeBSD" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "run.sh: not root" >&2; exit 2; }
JUG=${JUG:-$(command -v jug)}
[ -x "$JUG" ] || { echo "run.sh: no jug: set JUG=path" >&2; exit 2; }
if [ -n "$POOL" ]; then
	zpool list -H -o name "$POOL" >/dev/null || exit 2
	for d in jugtest "jug test"; do
		if zfs list -H "$POOL/$d" >/dev/null 2>&1; then
			echo "run.sh: $POOL/$d is there already: zfs destroy -r '$POOL/$d'" >&2
			exit 2
		fi
	done
fi

# shellcheck source=/dev/null
. "$HERE/lib.sh"
# shellcheck source=/dev/null
. "$HERE/lib_nfs.sh"
for f in $FILES; do
	# shellcheck source=/dev/null
	. "$HERE/$f"
done

suite_begin
trap 'suite_end; exit 130' INT TERM HUP
echo "jug: $("$JUG" --version), $(uname -srm), pool: ${POOL:-none, what needs ZFS is skipped}"
passed=0 failed=0 skipped=0
for name in $CASES; do
	wanted "$name" || continue
	begun=$(date +%s)
	rm -f "$T/why" "$T/out" "$T/err" "$T/last"
	(
		set +e
		"case_$name"
	) >"$T/case" 2>&1 </dev/null
	code=$?
	took=$(($(date +%s) - begun))
	if [ $code -ne 77 ] && ! sweep; then
		[ $code -ne 0 ] || code=1
	fi
	case $code in
	0) passed=$((passed + 1)); echo "ok $name ($took s)" ;;
	77) skipped=$((skipped + 1)); echo "skipped $name: $(cat "$T/why")" ;;
	*)
		failed=$((failed + 1))
		echo "FAILED $name: $(cat "$T/why" 2>/dev/null || echo "exit $code") ($took s)"
		explain
		;;
	esac
done
trap - INT TERM HUP
suite_end
summary="$passed passed, $failed failed"
[ $skipped -eq 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ $failed -eq 0 ]
