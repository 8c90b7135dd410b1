# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail
# Limits: rules of rctl(8) and CPUs, what breaks them, and that nothing of them is left. `sweep` looks after each case
# whether rctl has what it had before.

racct() { [ "$(sysctl -n kern.racct.enable 2>/dev/null)" = 1 ]; }
need_racct() { racct || skip "kern.racct.enable is not 1: add it to /boot/loader.conf and reboot"; }
rules_of() { rctl "jail:$1" | sort; }
no_rules() { [ -z "$(rules_of "$1")" ]; }
# stat NAME COLUMN: a column of `jug -H stats`; 4 is CPU, 6 memory, 10 processes, and the next its limit
stat_of() { "$JUG" -H stats "$1" | cut -f "$2"; }
below() { [ "${1%%.*}" -lt "$2" ]; }

case_limits_are_rules() {
	need_racct
	up lim --set limits.memory=256M --set limits.swap=64M --set limits.cpu=150 --set limits.processes=50 \
		--set limits.open_files=5000 --set limits.read_bps=10M --set limits.write_bps=5M \
		--set limits.read_iops=1000 --set limits.write_iops=500
	c 0 rctl jail:lim
	out_lines 9
	for r in memoryuse:deny=268435456 swapuse:deny=335544320 pcpu:deny=150 maxproc:deny=50 openfiles:deny=5000 \
		readbps:throttle=10485760 writebps:throttle=5242880 readiops:throttle=1000 writeiops:throttle=500; do
		out_has "jail:lim:$r"
	done
	# Live: one goes, one changes, and with the memory its sum with swap.
	j 0 jset lim limits.cpu= limits.memory=128M limits.read_iops= limits.processes=40 limits.write_bps=2M
	out_lacks restart
	c 0 rctl jail:lim
	out_lines 7
	out_lacks pcpu
	out_lacks readiops
	out_has jail:lim:memoryuse:deny=134217728
	out_has jail:lim:swapuse:deny=201326592
	out_has jail:lim:maxproc:deny=40
	# rctl keeps both of two that slow down.
	out_has jail:lim:writebps:throttle=2097152
	j 0 jshow lim --pending
	out_lines 0
	j 0 jrestart lim
	c 0 rctl jail:lim
	out_lines 7
	j 0 jstop lim
	must no_rules lim
	c 0 rctl -h
	out_lacks jail:lim
}

case_limits_processes() {
	need_racct
	up lproc --set limits.processes=8
	run 60 "$JUG" jexec lproc -- /bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 20 & done; wait'
	must [ "$RC" -ne 0 ]
	err_has 'Cannot fork: Resource temporarily unavailable'
	must [ "$(pgrep -j lproc | wc -l)" -le 8 ]
	pkill -j lproc
	j 0 jset lproc limits.processes=
	must no_rules lproc
	j 0 jexec lproc -- /bin/sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 1 & done; wait'
	# One that is full can be stopped all the same.
	j 0 jset lproc limits.processes=4
	run 60 "$JUG" jexec lproc -- /bin/sh -c 'for i in 1 2 3 4 5 6; do sleep 100 & done'
	j 0 jstop lproc
	must_not running lproc
	must no_rules lproc
}

# dd reserves its buffer at once; memory and swap together are 64 MB.
case_limits_memory() {
	need_racct
	up lmem --set limits.memory=64M --set limits.swap=0
	j 0 jexec lmem -- dd if=/dev/zero of=/dev/null bs=8m count=1
	run 60 "$JUG" jexec lmem -- dd if=/dev/zero of=/dev/null bs=256m count=1
	must [ "$RC" -ne 0 ]
	err_has 'Cannot allocate memory'
	j 0 jset lmem limits.memory=1G
	j 0 jexec lmem -- dd if=/dev/zero of=/dev/null bs=256m count=1
	j 0 jset lmem limits.swap=
	c 0 rctl jail:lmem
	out_is jail:lmem:memoryuse:deny=1073741824
}

case_limits_cpu() {
	need_racct
	up lcpu --set limits.cpu=20
	"$JUG" jexec lcpu -- timeout 200 /bin/sh -c 'while :; do :; done' </dev/null >/dev/null 2>&1 &
	in_background $!
	wait_for 20 eval '[ "$(stat_of lcpu 4 | cut -d . -f 1)" -gt 5 ]'
	sleep 8
	must below "$(stat_of lcpu 4)" 60
	must [ "$(stat_of lcpu 5)" = 20 ]
	j 0 jset lcpu limits.cpu=
	wait_for 60 eval '[ "$(stat_of lcpu 4 | cut -d . -f 1)" -gt 60 ]'
}

# Needs no accounts.
case_limits_cpuset() {
	up lset --set limits.cpuset=0
	c 0 cpuset -g -j lset
	must grep -q '^jail [0-9]* mask: 0$' "$T/out"
	j 0 jset lset limits.cpuset=
	c 0 cpuset -g -j lset
	all=$(cpuset -g | sed -n 's/.* mask: //p' | head -n 1)
	out_has "mask: $all"
	j 7 jset lset limits.cpuset=999
	err_has 'this host has the CPUs'
	j 2 jset lset limits.cpuset=3-1
	j 0 jset lset limits.cpuset=0
	j 0 jrestart lset
	c 0 cpuset -g -j lset
	must grep -q '^jail [0-9]* mask: 0$' "$T/out"
}

case_limits_after_a_failed_start() {
	need_racct
	mk lfail --set exec.start=/usr/bin/false --set limits.memory=128M --set limits.processes=20
	j 1 jstart lfail
	must_not running lfail
	must no_rules lfail
	# A jail that went without jug leaves its rules: whatever comes next takes them away.
	j 0 jset lfail exec.start=/usr/bin/true
	j 0 jstart lfail
	jail -R lfail
	must_not no_rules lfail
	j 0 jstop lfail
	must no_rules lfail
	j 0 jstart lfail
	jail -R lfail
	j 0 jstart lfail
	must [ "$(rules_of lfail | wc -l)" -eq 2 ]
	jail -R lfail
	j 0 jset lfail limits.memory=
	j 0 jstop lfail
	must no_rules lfail
	must no_rules lfail
}

case_limits_of_others_stay() {
	need_racct
	c 0 rctl -a jail:lother:maxproc:deny=7
	c 0 rctl -a jail:lmine:memoryuse:log=1g
	c 0 rctl -a jail:lmine:maxproc:deny=9/user
	mk lmine --set limits.processes=30
	j 5 jstart lmine
	err_has jail:lmine:maxproc:deny=9/user
	must_not running lmine
	c 0 rctl -r jail:lmine:maxproc:deny=9/user
	j 0 jremove -y lmine
	up lmine --set limits.memory=128M --set limits.processes=30
	must [ "$(rules_of lmine | wc -l)" -eq 3 ]
	c 0 rctl -a jail:lmine:maxproc:deny=9/user
	j 0 jset lmine limits.processes=
	must [ "$(rules_of lmine | wc -l)" -eq 3 ]
	c 0 rctl -r jail:lmine:maxproc:deny=9/user
	j 0 jstop lmine
	a=$(rules_of lmine) b=$(rules_of lother)
	rctl -r jail:lmine
	rctl -r jail:lother
	must [ "$a" = jail:lmine:memoryuse:log=1073741824 ]
	must [ "$b" = jail:lother:maxproc:deny=7 ]
}

case_limits_without_accounts() {
	! racct || skip "kern.racct.enable is 1"
	mk lno --set limits.memory=64M
	remember
	j 7 jstart lno
	err_has 'kern.racct.enable=1'
	err_has /boot/loader.conf
	unchanged
	j 0 jset lno limits.required=false
	j 0 jstart lno
	err_has 'warning: limits.memory'
	j 0 jstop lno
}

case_limits_stats() {
	up st1 --set limits.cpuset=0
	up st2
	mk st3
	j 0 jexec st1 -- /bin/sh -c 'sleep 60 >/dev/null 2>&1 & sleep 0.1'
	j 0 --json stats
	out_has '"version":1'
	out_has '"name":"st1"'
	out_has '"name":"st2"'
	out_lacks '"name":"st3"'
	must [ "$(stat_of st1 2)" = running ]
	must [ "$(stat_of st3 2)" = stopped ]
	must [ "$(stat_of st1 10)" -ge 1 ]
	# The kernel looks at memory once a second.
	wait_for 20 eval '[ "$(stat_of st1 6)" -gt 0 ]'
	j 0 stats
	out_has NAME
	j 0 -H top --sort memory
	must [ "$(head -n 1 "$T/out" | cut -f 1)" = st1 ]
	# The same number of commands for one and for more.
	j 0 -v stats
	n=$(grep -c '^+ ' "$T/err")
	j 0 -v stats st1
	must [ "$(grep -c '^+ ' "$T/err")" -eq "$n" ]
	must [ "$n" -le 4 ]
	c 0 su -m nobody -c "$JUG --workdir $WD --json stats"
	out_has '"name":"st1"'
	racct || return 0
	j 0 jset st1 limits.memory=512M limits.processes=77
	must [ "$(stat_of st1 7)" = 536870912 ]
	must [ "$(stat_of st1 11)" = 77 ]
	# For several at once each number is its own jail's.
	for n in st1 st2; do
		must [ "$(stat_of $n 10)" -eq "$("$JUG" -H stats | awk -v n=$n '$1 == n { print $10 }')" ]
	done
	must [ "$(stat_of st2 10)" -lt "$(stat_of st1 10)" ]
}
