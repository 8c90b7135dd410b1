# shellcheck shell=sh
# Published ports and NAT with pf, seen by a VNET jail that plays the outside. pf is borrowed: where it is not enabled, it
# is enabled with rules that pass everything, and put back as it was after the case.

# The outside: 198.18.213.9 in a VNET jail, the host at 198.18.213.1 and .2, and no route to what is behind the host.
outside() {
	need_host
	_a=$(ifconfig epair create) || fail "no epair"
	_b=${_a%a}b
	echo "$_a" >"$T/outside.if"
	jail -c name=jugtestout path=/ vnet persist || fail "no jail for the outside"
	ifconfig "$_b" vnet jugtestout
	ifconfig "$_a" inet 198.18.213.1/24 up
	ifconfig "$_a" inet 198.18.213.2/32 alias
	ifconfig "$_a" inet6 fd18::1/64 no_dad -ifdisabled
	ifconfig -j jugtestout "$_b" inet 198.18.213.9/24 up
	ifconfig -j jugtestout "$_b" inet 198.18.213.10/32 alias
	ifconfig -j jugtestout "$_b" inet6 fd18::9/64 no_dad -ifdisabled
	ifconfig -j jugtestout lo0 inet 127.0.0.1/8 up
	OUT_IF=$_a
}

# Lends pf: loads it, and enables it with a rule set of ours unless it is enabled; then it must have jug's anchors.
borrow_pf() {
	sysctl -n net.inet.ip.forwarding net.inet6.ip6.forwarding | tr '\n' ' ' >"$T/pf.forwarding"
	kldstat -q -m pf || { kldload pf || skip "pf.ko can't be loaded"; : >"$T/pf.loaded"; }
	if pfctl -s info 2>/dev/null | grep -q '^Status: Enabled'; then
		[ "$({ pfctl -s nat; pfctl -s rules; } 2>/dev/null | grep -c 'anchor "jug/\*"')" = 3 ] ||
			skip "pf is enabled here, and its rules lack jug's anchors"
	else
		printf '%s\n' 'nat-anchor "jug/*"' 'rdr-anchor "jug/*"' 'anchor "jug/*"' 'pass all' >"$T/pf.conf"
		pfctl -q -f "$T/pf.conf" || fail "the rules of the test are no rules"
		: >"$T/pf.enabled"
		pfctl -q -e || fail "pf can't be enabled"
	fi
	sysctl net.inet.ip.forwarding=1 net.inet6.ip6.forwarding=1 >/dev/null
	pf_state >"$T/pf.before"
}

# What of pf is the administrator's.
pf_state() {
	pfctl -s nat
	pfctl -s rules
	[ ! -f /etc/pf.conf ] || sha256 -q /etc/pf.conf
}
pf_is_as_before() {
	pf_state >"$T/pf.after" 2>/dev/null
	cmp -s "$T/pf.before" "$T/pf.after" || fail "the main rules of pf, or pf.conf, are not as they were"
}

# Puts all of it back; called after each case (sweep), whatever became of it.
give_pf_back() {
	jail -R jugtestout 2>/dev/null
	if [ -f "$T/outside.if" ]; then
		ifconfig "$(cat "$T/outside.if")" destroy 2>/dev/null
		rm "$T/outside.if"
	fi
	if [ -f "$T/pf.forwarding" ]; then
		read -r _v4 _v6 <"$T/pf.forwarding"
		sysctl net.inet.ip.forwarding="$_v4" net.inet6.ip6.forwarding="$_v6" >/dev/null
		rm "$T/pf.forwarding"
	fi
	if [ -f "$T/pf.enabled" ]; then
		pfctl -q -d
		pfctl -q -F all 2>/dev/null
		rm "$T/pf.enabled"
	fi
	if [ -f "$T/pf.loaded" ]; then
		kldunload pf
		rm "$T/pf.loaded"
	fi
}

# answers JAIL ADDRESS PORT NC-OPTION...: it gets what the server there says, within a few tries
answers() {
	_jail=$1 _to=$2 _port=$3
	shift 3
	for _try in 1 2 3 4 5; do
		echo hello | run_in "$_jail" /usr/bin/nc "$@" -w 2 "$_to" "$_port"
		grep -q '^answer' "$T/out" && return 0
	done
	return 1
}
silent() { ! { echo hello | run_in "$1" /usr/bin/nc -w 2 "$2" "$3" && grep -q '^answer' "$T/out"; }; }
run_in() {
	_in=$1
	shift
	timeout -f -k 5 $((10 * SLOW)) jexec "$_in" "$@" >"$T/out" 2>"$T/err"
}

# says JAIL PORT NC-OPTION...: something in it answers there, again and again
says() {
	_jail=$1 _port=$2
	shift 2
	cat >"$T/says.$_jail.$_port" <<EOF
#!/bin/sh
while :; do echo "answer $_jail $_port" | /usr/bin/nc $* -N -l $_port >/dev/null; done
EOF
	# It is read by the host's sh, and run in the jail.
	jexec "$_jail" /usr/sbin/daemon -f /bin/sh -c "$(sed 1d "$T/says.$_jail.$_port")" || fail "nothing listens in $_jail"
}

case_expose_reached_from_outside() {
	outside
	borrow_pf
	j 0 net-create lan --subnet 10.213.0.0/24,fd13::/64 --nat "$OUT_IF"
	mk a --net lan
	mk b --net lan
	j 0 expose a 8080:80 8000-8002:9000-9002
	j 0 expose a 8443:80 --on 198.18.213.2 --from 198.18.213.9
	err_has '10.213.0.2 port'
	must [ -z "$(jug_anchors)" ]
	j 0 jstart a b
	must [ "$(jug_anchors | wc -l)" -eq 2 ]
	says a 80 -4
	says a 9001 -4
	must answers jugtestout 198.18.213.1 8080
	must answers jugtestout 198.18.213.2 8443
	must answers jugtestout 198.18.213.1 8001
	must silent jugtestout 198.18.213.1 8443
	must silent jugtestout 198.18.213.1 8003
	# A neighbour comes through the host's address, and so does it itself; the host has to use the inner one.
	must answers b 198.18.213.1 8080
	must answers a 198.18.213.1 8080
	j 0 -H expose-ls a
	out_has 'active'
	# What goes out has the host's address.
	jexec jugtestout /usr/sbin/daemon -f /usr/bin/nc -kl 198.18.213.9 7000
	must reaches a 198.18.213.9 7000
	c 0 pfctl -s states
	out_has '198.18.213.1'
	# Live: what came by the port is cut off too, and what came by others is not.
	c 0 pfctl -P -s states
	out_has '198.18.213.1:8080'
	out_has '198.18.213.2:8443'
	j 0 unexpose a 8080
	c 0 pfctl -P -s states
	out_lacks '198.18.213.1:8080'
	out_has '198.18.213.2:8443'
	must silent jugtestout 198.18.213.1 8080
	j 0 jset a expose+=8081:80
	must answers jugtestout 198.18.213.1 8081
	pf_is_as_before
	j 0 jstop a
	c 0 pfctl -P -s states
	out_lacks '198.18.213.2:8443'
	j 0 jremove -y --stop a b
	j 0 net-remove -y lan
	must [ -z "$(jug_anchors)" ]
	pf_is_as_before
}

case_expose_over_ipv6_and_udp() {
	outside
	borrow_pf
	j 0 net-create lan --subnet 10.213.0.0/24,fd13::/64 --nat "$OUT_IF"
	up a --net lan
	j 0 expose a 8080:80 5353:53/udp
	says a 80 -6
	must answers jugtestout fd18::1 8080 -6
	jexec a /usr/sbin/daemon -f -o /root/udp /usr/bin/nc -u -l 53
	_got=$WD/jails-data/a-data/root/udp
	for _try in 1 2 3 4 5; do
		echo packet | run_in jugtestout /usr/bin/nc -u -w 1 198.18.213.1 5353
		grep -q packet "$_got" && break
	done
	file_has "$_got" packet
}

# A member that sends to the gateway what is for another member: pf lets nothing of it pass, and the gateway itself, what is
# outside, and what is published stay within reach.
case_expose_private_network() {
	outside
	borrow_pf
	j 0 net-create hotel --subnet 10.215.0.0/24 --private --nat "$OUT_IF"
	for _n in a b; do
		up "$_n" --net hotel --set allow.raw_sockets=true
	done
	j 0 expose b 8080:80
	says b 80 -4
	j 0 jexec a -- route -q add -host 10.215.0.3 10.215.0.1
	j 0 jexec b -- route -q add -host 10.215.0.2 10.215.0.1
	must_not pings a 10.215.0.3
	must_not pings b 10.215.0.2
	must pings a 10.215.0.1
	must pings a 198.18.213.9
	must answers a 198.18.213.1 8080
	must answers jugtestout 198.18.213.1 8080
	j 0 -H net-check hotel
	out_has "jug's rules let no IPv4 pass from member to member"
	# It is the rule that keeps them apart: without it the host leads them to each other, and net-check says so.
	_anchor=$(jug_anchors | grep '^jug/n-')
	pfctl -q -a "$_anchor" -F rules
	must pings a 10.215.0.3
	pfctl -q -a "$_anchor" -F nat
	j 1 -H net-check hotel
	out_has 'its rules are not loaded'
	j 0 doctor --fix
	must_not pings a 10.215.0.3
	pf_is_as_before
}

# A flush, as a reboot would be: it is said, and loaded again.
case_expose_flushed_and_restored() {
	outside
	borrow_pf
	j 0 net-create lan --subnet 10.213.0.0/24 --nat "$OUT_IF"
	up a --net lan
	j 0 expose a 8080:80
	says a 80 -4
	must answers jugtestout 198.18.213.1 8080
	for _how in 'doctor --fix' boot 'jstart a'; do
		jug_anchors | while read -r _a; do
			pfctl -q -a "$_a" -F nat
			pfctl -q -a "$_a" -F rules
		done
		j 0 -H expose-ls
		out_has missing
		j 3 doctor
		out_has 'its published ports'
		# shellcheck disable=SC2086 # words
		j 0 $_how
		j 0 -H expose-ls
		out_lacks missing
		must answers jugtestout 198.18.213.1 8080
	done
	j 0 jstop a
	must [ "$(jug_anchors | wc -l)" -eq 1 ]
	pf_is_as_before
}

case_expose_refuses() {
	outside
	borrow_pf
	j 0 net-create lan --subnet 10.213.0.0/24
	up a --net lan
	up b --net lan
	j 0 expose a 8080:80
	j 5 expose b 8080:81
	err_has 'published by a'
	/usr/sbin/daemon -f -p "$T/nc.pid" /usr/bin/nc -kl 0.0.0.0 7799
	wait_for 5 test -s "$T/nc.pid"
	in_background "$(cat "$T/nc.pid")"
	wait_for 5 sh -c 'sockstat -4l -P tcp | grep -q :7799'
	j 5 expose b 7799:80
	err_has 'nc, process'
	# What listens in a jail's own network stack is not the host's.
	jexec a /usr/sbin/daemon -f /usr/bin/nc -kl 0.0.0.0 7798
	j 0 expose b 7798:80
	j 2 expose b 0:80
	j 2 expose b 81:65536
	j 2 expose b 90-80:90-80
	j 2 expose b 80-90:80-91
	j 4 unexpose b 9999
	_was=$(sysctl -n net.inet.ip.forwarding)
	sysctl net.inet.ip.forwarding=0 >/dev/null
	run 60 "$JUG" expose a 82:80
	sysctl net.inet.ip.forwarding="$_was" >/dev/null
	must [ "$RC" = 7 ]
	err_has 'sysctl net.inet.ip.forwarding=1'
}

# Without pf, with one that is off, and with rules that lack the anchors: each is said with the line that mends it.
case_expose_pf_is_not_ready() {
	need_host
	kldstat -q -m pf && pfctl -s info 2>/dev/null | grep -q '^Status: Enabled' && skip "pf is in use here"
	kldstat -q -m pf && skip "pf.ko is loaded here"
	sysctl -n net.inet.ip.forwarding net.inet6.ip6.forwarding | tr '\n' ' ' >"$T/pf.forwarding"
	sysctl net.inet.ip.forwarding=1 net.inet6.ip6.forwarding=1 >/dev/null
	j 0 net-create lan --subnet 10.213.0.0/24
	mk a --net lan
	j 0 expose a 8080:80
	j 7 jstart a
	err_has 'kldload pf'
	j 7 net-create out --subnet 10.214.0.0/24 --nat auto
	kldload pf || skip "pf.ko can't be loaded"
	: >"$T/pf.loaded"
	j 7 jstart a
	err_has 'service pf start'
	echo 'pass all' >"$T/pf.conf"
	pfctl -q -f "$T/pf.conf"
	: >"$T/pf.enabled"
	pfctl -q -e
	j 7 jstart a
	err_has 'init --write'
	run 60 "$JUG" doctor
	out_has 'rdr-anchor "jug/*"'
	printf '%s\n' 'nat-anchor "jug/*"' 'rdr-anchor "jug/*"' 'block out quick all' 'anchor "jug/*"' >"$T/pf.conf"
	# The host is cut off for a moment only if something fails here: nothing is asked of the network meanwhile.
	pfctl -q -f "$T/pf.conf"
	run 60 "$JUG" doctor
	echo 'pass all' | pfctl -q -f -
	out_has 'leaves nothing to them'
}

# init --write: each line in its place, read by pf before, the old file kept, and nothing loaded.
case_expose_init_write() {
	need_init
	kldstat -q -m pf || { kldload pf || skip "pf.ko can't be loaded"; : >"$T/pf.loaded"; }
	_file=$(sysrc -n pf_rules)
	[ ! -e "$_file" ] || skip "this host has a $_file"
	printf 'set skip on lo0\n# mine\nblock in quick from 203.0.113.0/24\npass all\n' >"$_file"
	chmod 600 "$_file"
	cp -p "$_file" "$T/pf.old"
	run 60 "$JUG" init
	_lines=$(grep -c 'anchor "jug/\*"' "$T/err")
	run 60 "$JUG" init --write
	_code=$RC
	cp "$_file" "$T/pf.new"
	_mode=$(stat -f %Lp "$_file")
	_backup=$(ls "$_file".jug-*)
	cmp -s "$T/pf.old" "$_backup"
	_kept=$?
	run 60 "$JUG" init --write
	_again=$(find "${_file%/*}" -maxdepth 1 -name "${_file##*/}.jug-*" | wc -l)
	# deinit, of a workdir that is not there, takes out just that: once it is told to, and once nothing is loaded.
	run 60 "$JUG" --workdir "$T/none" deinit -y
	_told=$(grep -c 'anchor "jug/\*"' "$T/err")
	cmp -s "$_file" "$T/pf.new"
	_same=$?
	run 60 "$JUG" --workdir "$T/none" deinit -y --write
	_out=$RC
	cmp -s "$T/pf.old" "$_file"
	_clean=$?
	rm -f "$_file" "$_file".jug-*
	must [ "$_told" = 3 ]
	must [ "$_same" = 0 ]
	must [ "$_out" = 0 ]
	must [ "$_clean" = 0 ]
	must [ "$_lines" = 3 ]
	must [ "$_code" = 0 ]
	must [ "$_kept" = 0 ]
	must [ "$_mode" = 600 ]
	must [ "$_again" -eq 1 ]
	printf 'set skip on lo0\nnat-anchor "jug/*"\nrdr-anchor "jug/*"\nanchor "jug/*"\n# mine\nblock in quick from 203.0.113.0/24\npass all\n' >"$T/pf.wanted"
	must cmp -s "$T/pf.wanted" "$T/pf.new"
	must [ -z "$(pfctl -s rules 2>/dev/null | grep jug)" ]
}
