# shellcheck shell=sh
# What goes wrong: failing starts, stops that hang, jug killed in the middle, two jugs at once.

case_failing_start_leaves_nothing() {
	mkdir "$T/data3"
	mk bad1 --net "alias:$LO:192.0.2.30/32" --fstab "$T/data3 /mnt nullfs rw"
	j 0 jset bad1 exec.start=/usr/bin/false
	remember
	j 1 jstart bad1
	err_has 'exit status 1'
	unchanged
	j 0 jset bad1 exec.start=/nosuch/program
	remember
	j 1 jstart bad1
	unchanged
	# A program that hangs, with a child that would stay.
	j 0 jset bad1 'exec.start=/bin/sh -c "/bin/sleep 1000 & /bin/sleep 1000"' exec.start_timeout=2
	remember
	begun=$(date +%s)
	j 124 jstart bad1
	within 30 "$begun"
	unchanged
	j 0 jset bad1 exec.start=/usr/bin/true
	j 0 jstart bad1
	must has_address 192.0.2.30
}

case_failing_mount_leaves_nothing() {
	mk bad2 --net "alias:$LO:192.0.2.31/32" --fstab 'tmpfs /mnt tmpfs nosuchoption=1'
	remember
	j 1 jstart bad2
	unchanged
	# A target in the read-only base that is not there.
	j 0 jset bad2 'fstab=tmpfs /usr/share/nosuch/dir tmpfs rw'
	remember
	run 60 "$JUG" jstart bad2
	must [ "$RC" -ne 0 ]
	unchanged
}

case_failing_create_leaves_nothing() {
	need_tree
	script_file refuse <<-'X'
		#!/bin/sh
		exit 1
	X
	remember
	LIMIT=300 j 1 jcreate fc --base tree --mode full --storage dir --hook "created=$T/hooks/refuse"
	unchanged
	if [ -n "$POOL" ]; then
		LIMIT=300 j 1 jcreate fc --base tree --mode full --storage zfs --hook "created=$T/hooks/refuse"
		unchanged
		need_zbase
		remember
		j 1 jcreate fc --base zbase --mode clone --hook "created=$T/hooks/refuse"
		unchanged
	fi
}

case_stop_hangs() {
	up hang1
	j 0 jset hang1 'exec.stop=/bin/sleep 1000' exec.stop_timeout=3 exec.kill_timeout=2
	begun=$(date +%s)
	j 0 jstop hang1
	within 20 "$begun"
	err_has warning
	must_not running hang1
	must [ -z "$(mounts_below "$WD")" ]
}

case_stop_ignores_term() {
	up hang2
	j 0 jset hang2 exec.kill_timeout=2
	j 0 jexec hang2 -- sh -c 'trap "" TERM HUP INT; (while :; do sleep 1; done) >/dev/null 2>&1 </dev/null &'
	c 0 pgrep -j hang2
	begun=$(date +%s)
	j 0 jstop hang2
	within 20 "$begun"
	must_not running hang2
	must [ -z "$(mounts_below "$WD")" ]
}

# What runs is asked to end before it is killed.
case_stop_sends_term() {
	up term
	j 0 jexec term -- sh -c '(trap "echo term >/root/got; exit" TERM; while :; do sleep 0.2; done) >/dev/null 2>&1 </dev/null &'
	sleep 1
	j 0 jstop term
	c 0 cat "$WD/jails-data/term-data/root/got"
	out_is term
}

case_interrupted_by_a_signal() {
	script_file slow <<-'X'
		#!/bin/sh
		touch "$JUG_WORKDIR/slow.runs"
		sleep 1000
	X
	for s in INT TERM HUP; do
		mk "sig$s" --net "alias:$LO:192.0.2.33/32" --hook "prestart=$T/hooks/slow"
		remember
		"$JUG" jstart "sig$s" >"$T/out" 2>"$T/err" </dev/null &
		pid=$!
		wait_for 60 [ -e "$WD/slow.runs" ]
		kill -$s $pid
		wait $pid
		code=$?
		rm "$WD/slow.runs"
		must [ $code = 130 ]
		unchanged
	done
}

# kill_at STEP OBJECT ARGS...: runs jug and kills it as soon as its journal says that the step has begun. What it
# has started goes on. Returns 1 if it had ended before.
kill_at() {
	_journal=$WD/journal/$2.jsonl _mark="\"begin\":$1}" _seen=
	shift 2
	echo "+ killed at ${_mark}: $*"
	"$JUG" "$@" >"$T/out" 2>"$T/err" </dev/null &
	_pid=$!
	_until=$(($(date +%s) + 60 * SLOW))
	while [ "$(date +%s)" -lt "$_until" ]; do
		if [ -e "$_journal" ]; then
			_seen=yes
			grep -qF "$_mark" "$_journal" 2>/dev/null && break
		elif [ -n "$_seen" ] || [ -s "$T/out" ] || [ -s "$T/err" ]; then
			break
		fi
	done
	kill -KILL $_pid
	wait $_pid 2>/dev/null
	[ $? = 137 ] && [ -e "$_journal" ]
}

case_killed_in_jcreate() {
	need_host
	for k in 0 1 3 8 12 15 16 18 20 22 24; do
		remember
		if kill_at $k kc jcreate kc --base host --storage dir; then
			j 6 -n jcreate kc --base host --storage dir
			err_has interrupted
			must [ -e "$WD/journal/kc.jsonl" ]
		else
			run 60 "$JUG" jremove -y kc
		fi
		j 0 jcreate kc --base host --storage dir --set exec.start=/usr/bin/true
		j 0 jremove -y kc
		unchanged
	done
}

case_killed_in_jcreate_full() {
	need_tree
	remember
	for k in 2 3; do
		if kill_at $k kf jcreate kf --base tree --mode full --storage dir; then
			j 0 -H jls
			LIMIT=300 j 0 doctor --fix
			out_has 'kf: changed'
		else
			run 200 "$JUG" jremove -y kf
		fi
		unchanged
	done
}

case_killed_in_jcreate_zfs() {
	need_zbase
	for k in 0 1 2 3 4 5 6 7 9 12; do
		remember
		if ! kill_at $k kz jcreate kz --base zbase --mode clone; then
			run 60 "$JUG" jremove -y kz
		fi
		j 0 jcreate kz --base zbase --mode clone
		j 0 jremove -y kz
		unchanged
	done
}

case_killed_in_jstart() {
	mk ks --net "alias:$LO:192.0.2.34/32" --set 'exec.start=/bin/sleep 2'
	remember
	for k in 0 1 2 6 14 21 26 27 28 29 30 31 32; do
		if kill_at $k ks jstart ks; then
			j 0 -H jls
			out_has 'ks	interrupted'
			j 6 -n jstart ks
		fi
		j 0 jstart ks
		must running ks
		must has_address 192.0.2.34
		j 0 jexec ks -- true
		j 0 jstop ks
		unchanged
	done
	# And stopped or removed instead of started.
	kill_at 28 ks jstart ks
	j 0 jstop ks
	unchanged
	kill_at 31 ks jstart ks
	j 0 jremove -y ks
}

# rc goes on after jug is dead: whoever comes next waits for it, and ends it in the end.
case_killed_while_rc_runs() {
	mk kr --set 'exec.start=/bin/sleep 1000'
	"$JUG" jstart kr >/dev/null 2>&1 </dev/null &
	pid=$!
	wait_for 60 pgrep -j kr sleep
	remember
	kill -KILL $pid
	wait $pid
	c 0 pgrep -j kr sleep
	begun=$(date +%s)
	j 0 jset kr exec.start=/usr/bin/true
	err_has undone
	within 20 "$begun"
	must_not running kr
	must [ -z "$(mounts_below "$WD")" ]
	j 0 jstart kr
}

case_killed_in_jstop() {
	mk kp --net "alias:$LO:192.0.2.35/32"
	remember
	for k in 0 1 2 3 4 5 6 7; do
		j 0 jstart kp
		if kill_at $k kp jstop kp; then
			j 6 -n jstop kp
		fi
		j 0 jstop kp
		must_not running kp
		unchanged
	done
	j 0 jstart kp
	kill_at 4 kp jstop kp
	j 0 jstart kp
	must running kp
}

case_killed_in_jremove() {
	for k in 0 1 2 3 4 5 6 7; do
		mk kv
		kill_at $k kv jremove -y kv
		run 60 "$JUG" jremove -y kv
		case $RC in 0 | 4) ;; *) fail "jremove after being killed at $k: $RC" ;; esac
		must [ -z "$(leftovers)" ]
	done
	[ -n "$POOL" ] || return 0
	for k in 0 1 2 3 4 5 6 7; do
		j 0 jcreate kv --base host --storage zfs
		kill_at $k kv jremove -y kv
		run 60 "$JUG" jremove -y kv
		case $RC in 0 | 4) ;; *) fail "jremove after being killed at $k: $RC" ;; esac
		must [ -z "$(leftovers)" ]
	done
}

case_killed_in_base_import() {
	need_init
	make_tree
	remember
	for k in 1 2 3; do
		kill_at $k base.kb base-import --storage dir "$BASE_TREE" kb
		LIMIT=300 j 0 doctor --fix
		[ ! -d "$WD/bases/kb" ] || LIMIT=300 j 0 base-remove -y kb
		unchanged
	done
}

case_two_at_once() {
	need_host
	for i in 1 2 3; do
		"$JUG" jcreate race --base host --storage dir >/dev/null 2>"$T/err1" </dev/null &
		a=$!
		"$JUG" jcreate race --base host --storage dir >/dev/null 2>"$T/err2" </dev/null &
		b=$!
		wait $a
		a=$?
		wait $b
		b=$?
		case "$a $b" in
		'0 5' | '0 6' | '5 0' | '6 0') ;;
		*) cat "$T/err1" "$T/err2"; fail "the two ended with $a and $b ($i)" ;;
		esac
		j 0 jremove -y race
	done
}

# The administrator removed the jail behind jug's back, or the host went down.
case_gone_behind_jugs_back() {
	up gone --net "alias:$LO:192.0.2.36/32"
	c 0 jail -R gone
	j 0 -H jls gone
	out_has stopped
	# The start first stops what is left of the earlier one.
	j 0 jstart gone
	out_has started
	j 0 -H jls gone
	out_has running
	j 0 jstop gone
	must [ -z "$(mounts_below "$WD")" ]
	must_not has_address 192.0.2.36
	j 0 jstart gone
	c 0 jail -R gone
	j 3 doctor
	out_has orphan
	j 0 doctor --fix
	must [ -z "$(mounts_below "$WD")" ]
	j 0 jstart gone
	j 0 jstop gone
	must_not has_address 192.0.2.36
	# As after a reboot: no jail, no mounts, no address, but the note of the start.
	j 0 jstart gone
	c 0 jail -R gone
	mounts_below "$WD/run" | sort -r | while read -r m; do umount "$m"; done
	umount "$WD/run/gone/root"
	c 0 ifconfig "$LO" inet 192.0.2.36 -alias
	j 0 jstart gone
	must has_address 192.0.2.36
	j 0 jstop gone
	must_not has_address 192.0.2.36
	# Another address by the next start.
	j 0 jstart gone
	c 0 jail -R gone
	j 0 doctor --fix
	j 0 jset gone net=inherit
	j 0 jstart gone
	must_not has_address 192.0.2.36
}

case_doctor_finds_orphans() {
	need_init
	mkdir -p "$WD/run/nobodys/root" "$T/data4"
	c 0 jail -c name=nobodys path="$WD/run/nobodys/root" meta.jug_uuid=7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60 persist
	c 0 mount -t nullfs "$T/data4" "$WD/run/nobodys/root"
	j 3 doctor
	out_has nobodys
	j 0 doctor --fix
	must_not running nobodys
	must [ -z "$(mounts_below "$WD/run")" ]
	rm -r "$WD/run/nobodys"
	j 0 doctor
}

case_busy_mount_at_stop() {
	up busy
	(cd "$WD/run/busy/root/var" && exec sleep 1000) &
	pid=$!
	in_background $pid
	LIMIT=200 j 3 jstop busy
	err_has 'busy'
	must_not running busy
	j 0 -H jls busy
	out_has interrupted
	kill $pid
	wait $pid
	j 0 jstop busy
	must [ -z "$(mounts_below "$WD")" ]
	j 0 jstart busy
}
