# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail or the hook
# boot and shutdown, and the rc.d script with which they are run.

case_boot_in_order() {
	printf '#!/bin/sh\necho "$2" >>%s/booted\n' "$T" | script_file note
	for n in db app web; do mk $n --hook prestart="$T/hooks/note"; done
	j 0 jset web boot.auto=true boot.after=app boot.wait_for="mount:/,tcp:127.0.0.1:9099" boot.wait_limit=60
	j 0 jset app boot.after+=db
	j 0 jset db boot.delay=1
	j 0 jget web boot.enabled
	out_is true
	j 0 -n boot
	out_has '#  web: after app; once there is mount:/, tcp:127.0.0.1:9099, 60 s at most'
	must [ ! -e "$T/booted" ]
	nc -k -l 127.0.0.1 9099 >/dev/null 2>&1 &
	in_background $!
	j 0 boot
	must [ "$(tr '\n' ' ' <"$T/booted")" = 'db app web ' ]
	for n in db app web; do must running $n; done
	j 0 boot
	out_has 'web: unchanged'
	begun=$(date +%s)
	j 0 shutdown --timeout 40
	within 40 "$begun"
	for n in db app web; do must_not running $n; done
	must [ -z "$(mounts_below "$WD")" ]
}

case_boot_past_a_failure() {
	mk db --set exec.start=/usr/bin/false
	mk app --set boot.after=db --set boot.auto=true
	mk web --set boot.after=app,other --set boot.auto=true
	mk other --set boot.auto=true
	mk round --set boot.after=round --set boot.auto=true
	mk pool --set boot.wait_for=dataset:nosuchpool/x --set boot.wait_limit=1 --set boot.auto=true
	j 8 boot
	err_has 'app: skipped: db did not start'
	err_has 'web: skipped: db did not start (it comes after app)'
	err_has 'round -> round'
	err_has 'dataset:nosuchpool/x'
	out_has 'other: changed (started)'
	must running other
	must_not running web
}

# One that does not heed its rc.shutdown, nor TERM, and what it comes after.
case_shutdown_in_time() {
	up low
	up deaf --set boot.after=low --set exec.stop='/bin/sleep 1000' --set exec.stop_timeout=600 \
		--set exec.kill_timeout=600
	"$JUG" jexec deaf -- sh -c 'trap "" TERM; while :; do sleep 1; done' >/dev/null 2>&1 </dev/null &
	in_background $!
	wait_for 20 pgrep -j deaf sleep
	begun=$(date +%s)
	LIMIT=60 j 0 shutdown --timeout 15
	within 18 "$begun"
	must_not running low
	must_not running deaf
	j 0 log low
	out_has jstop
}

# As service(8) runs it, but from the examples.
case_boot_rc_script() {
	rc=$HERE/../../share/examples/rc.d/jug
	[ -f "$rc" ] || skip "there is no share/examples/rc.d/jug beside the tests"
	mk one --set boot.auto=true
	mk two --set boot.auto=true --set boot.after=one
	# The variables of rc.conf come from the environment here.
	c 0 env jug_program="$JUG" jug_flags='--jobs 2' jug_shutdown_timeout=40 sh "$rc" onestart
	must running one
	must running two
	c 0 env jug_program="$JUG" sh "$rc" onestatus
	out_has two
	c 0 env jug_program="$JUG" jug_shutdown_timeout=40 sh "$rc" onestop
	must_not running one
	must_not running two
	# Not enabled, it does nothing.
	run 60 env jug_program="$JUG" sh "$rc" start
	must_not running one
	# All that it requires is there. Of other scripts that may not be so (a base system built without some).
	run 60 rcorder "$rc" /etc/rc.d/*
	out_has "$rc"
	must_not grep -q "$rc" "$T/err"
}
