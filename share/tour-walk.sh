#!/bin/sh
# The walk of share/tour.sh, which calls it: do not run it by itself.
set -u
: "${T:?}" "${JUG:?}" "${os:?}" "${TOUR_ZFS:=yes}" "${POOL:=}" "${kernel:=}"
lib=$(cd "$(dirname "$0")" && pwd)/tour-lib.sh
# shellcheck source=share/tour-lib.sh
. "$lib"
# shellcheck source=share/tour-vm.sh
. "${lib%/*}/tour-vm.sh"

zfs=no
fuse=
root=
host_setup
trap 'give_up' EXIT
trap 'exit 130' INT TERM

chapter "1. The host, and where jug keeps its things"
say "No daemon and no data base: a tree of files, and a few datasets if there is ZFS."
if [ "$zfs" = yes ]; then
	run jug init --workdir "$T/jails" --zfs-root "$root"
else
	run jug init --workdir "$T/jails"
fi

chapter "2. Bases: what jails stand on"
say "The running system's own userland can serve as the first base: nothing is downloaded."
run jug base-import host
if [ "$zfs" = yes ]; then
	say "Any directory tree or tarball makes a base too. This one lies on ZFS."
	run jug base-import "$T/tree" small --storage zfs
fi
run jug base-ls

chapter "3. A dry run: the plan as a script, and nothing is done"
before=$(find "$T/jails" | sort | cksum)
run_head 16 jug -n jcreate www --base host --mode thin --storage dir
[ "$before" = "$(find "$T/jails" | sort | cksum)" ] || fail "the dry run wrote something"
expect "undo" "its steps say how they are undone"
proved "nothing was written"

chapter "4. A jail in a directory"
run jug jcreate www --base host --mode thin --storage dir --start
run jug jls
expect "www" "it is in the list"
note_running www
say "It has a host name of its own,"
run jug jexec www -- hostname
expect "^www$" "its host name is www"
say "the base is read-only,"
run_fails 1 jug jexec www -- touch /usr/bin/mine
expect "[Rr]ead-only" "the base can't be written to"
say "its own directories are writable,"
run jug jexec www -- sh -c 'echo written inside >/root/note; cat /root/note'
expect "written inside" "/root is its own"
processes
say "and the exit status of what runs inside is passed on."
run_fails 42 jug jexec www -- sh -c 'exit 42'

if [ "$zfs" = yes ]; then
	chapter "5. A ZFS clone beside it"
	run jug jcreate box --base small --mode clone --storage zfs --start
	note_running box
	run zfs get -o name,property,value origin "$root/env/box/data"
	expect "$root/bases/small@" "its data is a clone of the base's snapshot"
	run jug jexec box -- sh -c 'hostname; touch /bin/mine && ls -l /bin/mine'
	expect "^box$" "its host name is box"
	expect "/bin/mine" "in a clone all is writable"
	[ ! -e "$T/jails/bases/small/root/bin/mine" ] || fail "the base was written to"
	proved "the base is as it was"
	run jug jls
else
	chapter "5. A ZFS clone beside it: left out, there is no ZFS here"
fi

chapter "6. Settings"
run jug jset www boot.order=5 tags+=web
run jug jget www tags
expect "^web$" "the tag is there"
run_fails 2 jug jset www boot.oder=5
expect "boot.order" "a wrong key is refused, and the nearest is named"
run jug jshow www

chapter "7. A start that fails leaves nothing"
say "This one's first command inside says no, after its mounts are made and it is running."
run jug jcreate bad --base host --mode thin --storage dir --set "exec.start=/bin/sh -c 'exit 3'"
mounts >"$T/mounts.before"
run_fails 1 jug jstart bad
mounts >"$T/mounts.after"
cmp -s "$T/mounts.before" "$T/mounts.after" || fail "mounts are left: $(diff "$T/mounts.before" "$T/mounts.after")"
[ ! -e "$T/jails/run/bad" ] || fail "$T/jails/run/bad is left"
run jug -H ls bad
expect "^bad	stopped	" "it is stopped, its mounts are gone"

if [ "$os" = Linux ]; then
	chapter "8. A published web server"
	publish_linux
elif pf_is_set_up; then
	chapter "8. A published port"
	publish_freebsd
else
	chapter "8. A published port: left out, pf is not set up for it (jug doctor, jug init)"
fi

if [ -n "$kernel" ]; then
	chapter "9. A virtual machine"
	virtual_machine
else
	chapter "9. A virtual machine: left out, there is no kernel for its guest"
fi

chapter "10. Stop and remove"
run jug jstop --all
run jug jls
run jug jremove -y --all
[ "$zfs" = no ] || run jug base-remove -y small
run jug base-remove -y host
run jug log -c 4
run jug doctor
run jug deinit -y

chapter "11. What is left"
leftovers
host_teardown
trap - EXIT
