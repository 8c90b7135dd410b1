# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail or the hook
# Hooks of every point: run, failing, hanging, not to be trusted.

case_hooks_of_every_point() {
	need_host
	script_file note <<-'X'
		#!/bin/sh
		echo "$1 $2 $JUG_NAME $JUG_POINT $(id -u)" >>"$JUG_WORKDIR/hooks.log"
		[ "$JUG_POINT" != poststart ] || jexec "$2" /usr/bin/true
	X
	h=$T/hooks/note
	j 0 jcreate hk --base host --storage dir --set exec.start=/usr/bin/true --hook "created=$h" --hook "prestart=$h" \
		--hook "poststart=$h" --hook "prestop=$h" --hook "poststop=$h" --hook "removed=$h"
	j 0 jstart hk
	j 0 jstop hk
	j 0 jremove -y hk
	for p in created prestart poststart prestop poststop removed; do echo "$p hk hk $p 0"; done >"$T/wanted"
	c 0 diff "$T/wanted" "$WD/hooks.log"
	rm "$WD/hooks.log"
}

case_hooks_of_the_node() {
	mk hn
	mkdir -p "$WD/hooks.d/prestart"
	for n in 20-b 10-a; do
		printf '#!/bin/sh\necho "%s $1 $2" >>"$JUG_WORKDIR/hooks.log"\n' $n >"$WD/hooks.d/prestart/$n"
		chmod 755 "$WD/hooks.d/prestart/$n"
	done
	j 0 jstart hn
	printf '10-a prestart hn\n20-b prestart hn\n' >"$T/wanted"
	run 10 diff "$T/wanted" "$WD/hooks.log"
	rm -r "$WD/hooks.d/prestart" "$WD/hooks.log"
	must [ "$RC" = 0 ]
}

case_hook_fails() {
	script_file no <<-'X'
		#!/bin/sh
		echo "no, said the hook" >&2
		exit 3
	X
	mk hf --hook "prestart=$T/hooks/no"
	remember
	j 1 jstart hf
	err_has 'no, said the hook'
	unchanged
	j 0 jset hf hooks.prestart= "hooks.poststart=$T/hooks/no"
	j 0 jstart hf
	err_has warning
	must running hf
	remember
	j 1 jcreate hf2 --base host --storage dir --hook "created=$T/hooks/no"
	unchanged
	j 0 jset hf "hooks.prestop=$T/hooks/no" "hooks.poststop=$T/hooks/no" "hooks.removed=$T/hooks/no"
	j 0 jstop hf
	must_not running hf
	j 0 jremove -y hf
}

case_hook_hangs() {
	script_file hang <<-'X'
		#!/bin/sh
		trap '' TERM
		sleep 1000 &
		echo $! >"$JUG_WORKDIR/hang.pid"
		sleep 1000
	X
	mk hh --hook "prestart=$T/hooks/hang" --set hook_timeout=2
	remember
	begun=$(date +%s)
	j 124 jstart hh
	within 20 "$begun"
	must_not kill -0 "$(cat "$WD/hang.pid")"
	rm "$WD/hang.pid"
	unchanged
}

# A program that prints without end, and one that leaves a daemon behind.
case_hook_prints_and_forks() {
	script_file loud <<-'X'
		#!/bin/sh
		yes 'no end of words' | head -c 30000000
		yes 'and of errors' | head -c 30000000 >&2
		sleep 300 &
	X
	mk hl --hook "prestart=$T/hooks/loud"
	begun=$(date +%s)
	LIMIT=100 j 0 jstart hl
	within 60 "$begun"
	pkill -f '^sleep 300$'
	j 0 jstop hl
}

case_hook_not_trusted() {
	script_file world <<-'X'
		#!/bin/sh
		touch "$JUG_WORKDIR/it-ran"
	X
	chmod 777 "$T/hooks/world"
	mk hw --hook "prestart=$T/hooks/world"
	remember
	j 2 jstart hw
	err_has 'others may write'
	unchanged
	chmod 755 "$T/hooks/world"
	chown nobody "$T/hooks/world"
	j 2 jstart hw
	err_has 'another user'
	chown root "$T/hooks/world"
	mkdir "$T/hooks/open"
	chmod 777 "$T/hooks/open"
	mv "$T/hooks/world" "$T/hooks/open/world"
	j 0 jset hw "hooks.prestart=$T/hooks/open/world"
	j 2 jstart hw
	chmod 755 "$T/hooks/open"
	chmod 644 "$T/hooks/open/world"
	j 2 jstart hw
	err_has 'not executable'
	rm "$T/hooks/open/world"
	j 4 jstart hw
	unchanged
}

# in_dir ENV DIR/FILE TEXT: a script in a hook directory of an environment.
in_dir() {
	mkdir -p "$WD/jails-system/$1/${2%/*}"
	printf '#!/bin/sh\n%s\n' "$3" >"$WD/jails-system/$1/$2"
	chmod 755 "$WD/jails-system/$1/$2"
}

case_hooks_as_cbsd_has_them() {
	mk hd
	for d in prestart poststart prestop poststop; do
		in_dir hd master_$d.d/1 "echo $d \$jname \$JUG_POINT >>\"\$workdir/hooks.log\""
	done
	in_dir hd master_prestart.d/2 'echo "no, said the hook" >&2; exit 3'
	in_dir hd master_prestart.d/.no 'echo hidden >>"$workdir/hooks.log"'
	in_dir hd remove.d/1 'echo remove $(ls -d "$data/etc") >>"$workdir/hooks.log"'
	in_dir hd start.d/1 'echo start $(hostname) $jname "$workdir" >/root/started'
	in_dir hd stop.d/1 'echo stop >/root/stopped'
	j 0 -n jstart hd
	cp "$T/out" "$T/script"
	c 0 sh -n "$T/script"
	j 0 jstart hd
	err_has 'no, said the hook'
	printf 'start hd hd \n' >"$T/wanted"
	c 0 diff "$T/wanted" "$WD/jails-data/hd-data/root/started"
	j 0 jexec hd -- find /tmp -name '.jug-*'
	must_not [ -s "$T/out" ]
	j 0 jstop hd
	c 0 test -e "$WD/jails-data/hd-data/root/stopped"
	j 0 jremove -y hd
	for d in prestart poststart prestop poststop; do echo "$d hd $d"; done >"$T/wanted"
	echo "remove $WD/jails-data/hd-data/etc" >>"$T/wanted"
	c 0 diff "$T/wanted" "$WD/hooks.log"
	rm "$WD/hooks.log"
}

# What was registered, and not made here, runs nothing on the host before somebody says so.
case_hooks_of_a_stranger() {
	mk hs
	in_dir hs master_prestart.d/1 'echo ran >>"$workdir/hooks.log"'
	j 0 junregister hs
	j 0 jregister hs
	j 0 jstart hs
	err_has 'jug jset hs trusted=true'
	must_not [ -e "$WD/hooks.log" ]
	j 0 jset hs trusted=true
	j 0 jrestart hs
	must [ -e "$WD/hooks.log" ]
	rm "$WD/hooks.log"
	j 0 jremove --stop -y hs
}
