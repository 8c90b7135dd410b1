# shellcheck shell=sh
# Networks: bridges, epairs and VNETs, and what is reached from inside.

# Interfaces that jug has made, and those that came back out of a jail under the name they had there.
net_links() {
	ifconfig -l | tr ' ' '\n' | grep -E '^(epair1[0-9]{3}|bridge1[0-9]{3}|vlan1[0-9]{3}|vnet[0-9])' | sort
}
# The host's ends of cards.
cards() { net_links | grep -c '^epair' || true; }
none_came_back() {
	net_links >"$T/links"
	must_not grep -q '^vnet' "$T/links"
}

# pinger NAME ARGS...: a jail that runs nothing of its own, and is up
pinger() { up "$@" --set allow.raw_sockets=true; }

# listener JAIL PORT: something in it listens, on IPv4
listener() { j 0 jexec "$1" -- /usr/sbin/daemon -f /usr/bin/nc -kl 0.0.0.0 "$2"; }
serve6() { j 0 jexec "$1" -- /usr/sbin/daemon -f /usr/bin/nc -6 -kl :: "$2"; }

# reaches JAIL ADDRESS PORT: it gets through, within a few tries
reaches() {
	for _try in 1 2 3 4 5; do
		run 30 "$JUG" jexec "$1" -- /usr/bin/nc -z -w 2 "$2" "$3"
		[ "$RC" = 0 ] && return 0
	done
	return 1
}

# pings JAIL ADDRESS
pings() {
	run 30 "$JUG" jexec "$1" -- /sbin/ping -c 1 -t 3 "$2"
	[ "$RC" = 0 ]
}

# with_forwarding 0|1 CMD...: the host passes packets on, or not, while it runs
with_forwarding() {
	_was=$(sysctl -n net.inet.ip.forwarding)
	sysctl net.inet.ip.forwarding="$1" >/dev/null
	shift
	run 60 "$@"
	sysctl net.inet.ip.forwarding="$_was" >/dev/null
}

case_net_two_reach_each_other() {
	need_host
	remember
	j 0 net-create lan --subnet 10.213.0.0/24,fd13::/64 --domain lan.test
	must [ -z "$(net_links)" ]
	mk a --net lan --set allow.raw_sockets=true
	mk b --net lan --set allow.raw_sockets=true
	j 0 jstart a b
	c 0 ifconfig bridge1000
	out_has 'description: jug:'
	out_has 'inet 10.213.0.1 '
	out_has 'member: epair1001a'
	must grep -q 'groups:.* jug' "$T/out"
	c 0 ifconfig epair1001a
	must grep -q 'description: jug:.*:0$' "$T/out"
	must grep -q 'groups:.* jug' "$T/out"
	j 0 jget a net
	out_is 'lan:10.213.0.2+fd13::2,unit=1001'
	j 0 jexec a -- ifconfig vnet0
	out_has 'inet 10.213.0.2 '
	out_has 'inet6 fd13::2 '
	out_lacks tentative
	_mac=$("$JUG" -H net-show lan | awk '$1 == "a" { print $4 }')
	out_has "ether $_mac"
	j 0 jexec a -- ifconfig lo0
	out_has 'inet 127.0.0.1 '
	listener b 7701
	serve6 b 7702
	must reaches a 10.213.0.3 7701
	must reaches a fd13::3 7702
	must pings a 10.213.0.1
	must pings a 10.213.0.3
	must pings a fd13::1
	# The host reaches it, and it knows its neighbours by name.
	c 0 nc -z -w 5 10.213.0.3 7701
	must reaches a b.lan.test 7701
	j 0 jexec a -- netstat -rn
	must grep -q '^default *10.213.0.1 ' "$T/out"
	must grep -q '^default *fd13::1 ' "$T/out"
	j 0 -H net-check --all
	out_lacks wrong
	j 6 net-remove -y lan
	err_has 'a, b'
	j 0 jremove -y --stop a b
	j 0 net-remove -y lan
	must [ -z "$(net_links)" ]
	unchanged
}

# Twenty times up and down: no interface is left, and none under the name it had inside.
case_net_twenty_times() {
	need_host
	j 0 net-create lan --subnet 10.213.0.0/24
	j 0 net-create wan --subnet 10.214.0.0/24
	mk t --net lan --net wan --set allow.raw_sockets=true
	for _i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		j 0 jstart t
		must [ "$(cards)" = 2 ]
		j 0 jexec t -- ifconfig -l
		out_has vnet0
		out_has vnet1
		must pings t 10.213.0.1
		j 0 jstop t
		must [ "$(cards)" = 0 ]
	done
	# What comes back does so a moment later (F2.13).
	sleep 3
	none_came_back
	must [ "$(net_links | wc -l)" -eq 2 ]
}

# /etc/rc runs to its end, with the network up from its first scripts on.
case_net_rc_with_network_up() {
	need_host
	j 0 net-create lan --subnet 10.213.0.0/24,fd13::/64 --dns 10.213.0.1
	j 0 jcreate www --base host --storage dir --net lan
	mkdir -p "$WD/jails-data/www-data/usr/local/etc/rc.d"
	cat >"$WD/jails-data/www-data/usr/local/etc/rc.d/seen" <<'EOF'
#!/bin/sh
# PROVIDE: seen
# REQUIRE: FILESYSTEMS
. /etc/rc.subr
name=seen
start_cmd="ifconfig vnet0 >/var/log/seen; netstat -rn >>/var/log/seen; cat /etc/resolv.conf >>/var/log/seen"
run_rc_command "$1"
EOF
	chmod 755 "$WD/jails-data/www-data/usr/local/etc/rc.d/seen"
	LIMIT=300 j 0 jstart www
	log=$WD/jails-system/www/console.log
	must grep -q " $(date +%Y)\$" "$log"
	must_not grep -qi 'failed to start' "$log"
	# After rc all is still there: netif and routing, which run in a VNET, have not taken it away.
	j 0 jexec www -- ifconfig vnet0
	out_has 'inet 10.213.0.2 '
	out_has 'inet6 fd13::2 '
	out_lacks IFDISABLED
	j 0 jexec www -- netstat -rn
	must grep -q '^default *10.213.0.1 ' "$T/out"
	j 0 jexec www -- cat /etc/resolv.conf
	out_has 'nameserver 10.213.0.1'
	listener www 7703
	c 0 nc -z -w 5 10.213.0.2 7703
	j 0 jexec www -- cat /var/log/seen
	out_has 'inet 10.213.0.2 '
	out_has 'nameserver 10.213.0.1'
	j 0 jstop www
	must [ "$(cards)" = 0 ]
	must_not grep -q 'jug begin' "$WD/jails-data/www-data/etc/hosts"
}

case_net_private() {
	need_host
	j 0 net-create hotel --subnet 10.215.0.0/24 --private
	pinger a --net hotel
	pinger b --net hotel
	must pings a 10.215.0.1
	must pings b 10.215.0.1
	must_not pings a 10.215.0.3
	must_not pings b 10.215.0.2
	with_forwarding 0 "$JUG" -H net-check hotel
	must [ "$RC" = 0 ]
	out_has 'is kept from the others'
	out_has 'passes no IPv4 from member to member'
	# Where the host passes packets on and nothing forbids it, that is said; cases_expose.sh has pf.
	pfctl -s info 2>/dev/null | grep -q '^Status: Enabled' && return 0
	with_forwarding 1 "$JUG" -H net-check hotel
	must [ "$RC" = 1 ]
	out_has 'members reach each other through it'
	with_forwarding 1 "$JUG" net-create other --subnet 10.216.0.0/24 --private
	must [ "$RC" = 0 ]
	err_has 'members reach each other through it'
}

case_net_isolated() {
	need_host
	j 0 net-create san --subnet 10.66.13.0/24 --isolated --mtu 9000
	j 0 net-create lan --subnet 10.213.0.0/24
	pinger s --net san
	pinger l --net lan
	j 0 jexec s -- ifconfig vnet0
	out_has 'mtu 9000'
	j 0 jexec s -- netstat -rn
	must_not grep -q '^default' "$T/out"
	must pings s 10.66.13.1
	must_not pings s 10.213.0.2
	with_forwarding 0 "$JUG" -H net-check san
	must [ "$RC" = 0 ]
	out_has 'passes no IPv4 on'
	with_forwarding 1 "$JUG" -H net-check san
	must [ "$RC" = 1 ]
	out_has 'net.inet.ip.forwarding=1'
	# A member that is no card may lead outside.
	_tap=$(ifconfig tap create mtu 9000)
	_bridge=$(ifconfig -l | tr ' ' '\n' | grep '^bridge1' | head -1)
	ifconfig "$_bridge" addm "$_tap"
	with_forwarding 0 "$JUG" -H net-check san
	ifconfig "$_tap" destroy
	must [ "$RC" = 1 ]
	out_has "$_tap may lead outside"
}

# NAT needs a host that passes packets on, and the refusal has the line that mends it.
case_net_nat_needs_forwarding() {
	need_init
	with_forwarding 0 "$JUG" net-create out --subnet 10.213.0.0/24 --nat auto
	must [ "$RC" = 7 ]
	err_has 'sysctl net.inet.ip.forwarding=1'
	with_forwarding 1 "$JUG" net-create out --subnet 10.213.0.0/24 --nat auto
	# Then it is for pf; cases_expose.sh has that.
	case $RC in
	0) ;;
	7) must grep -qE 'pf.ko is not loaded|pf is not enabled|the main rule set of pf lacks' "$T/err" ;;
	*) fail "exit status $RC" ;;
	esac
}

# The real network behind the host is another jail's: tagged with 100, and untagged on the interface whose address the
# host keeps.
case_net_vlan_and_uplink() {
	outside
	[ "$(sysctl -n net.link.bridge.member_ifaddrs 2>/dev/null || echo 1)" = 1 ] ||
		skip "net.link.bridge.member_ifaddrs is 0"
	_b=${OUT_IF%a}b
	ifconfig -j jugtestout vlan100 create vlan 100 vlandev "$_b" inet 198.51.100.9/24 up
	j 0 net-create office --vlan 100 --parent "$OUT_IF" --subnet 198.51.100.0/24 --gateway 198.51.100.9
	j 0 net-create wire --uplink "$OUT_IF" --subnet 198.18.213.0/24 --gateway 198.18.213.9
	pinger a --net office:198.51.100.20
	pinger b --net wire:198.18.213.20
	must pings a 198.51.100.9
	must pings b 198.18.213.9
	# The host is still there with its own address, for both sides.
	must pings b 198.18.213.1
	c 0 jexec jugtestout ping -c 1 -t 5 198.18.213.1
	c 0 jexec jugtestout ping -c 1 -t 5 198.18.213.20
	c 0 ifconfig vlan1000
	out_has 'vlan: 100'
	out_has 'description: jug:'
	j 0 -H net-check --all
	out_lacks wrong
	j 0 jremove -y --stop a b
	j 0 net-remove -y office
	j 0 net-remove -y wire
	must [ -z "$(net_links)" ]
	c 0 ifconfig "$OUT_IF"
	out_has 'inet 198.18.213.1 '
}

# A card that asks for its address: all that dhclient needs is there. Nobody answers here.
case_net_dhcp() {
	need_host
	_tap=$(ifconfig tap create)
	j 0 net-create wire --dhcp --uplink "$_tap"
	up d --net wire
	_rc=$WD/jails-data/d-data/etc/rc.conf
	file_has "$_rc" 'ifconfig_vnet0="SYNCDHCP"'
	# shellcheck disable=SC2016 # for the sh inside
	j 0 jexec d -- sh -c '. /etc/rc.conf && test "$ifconfig_vnet0" = SYNCDHCP && test -c /dev/bpf && test ! -e /dev/mem'
	j 0 jexec d -- sh -c 'timeout 15 dhclient -d vnet0 2>&1 | grep -c DHCPDISCOVER'
	j 0 jstop d
	must_not grep -q SYNCDHCP "$_rc"
	j 0 jremove -y d
	j 0 net-remove -y wire
	ifconfig "$_tap" destroy
}

# Names of jug's that somebody else has are left alone.
case_net_names_that_are_taken() {
	need_host
	j 0 net-create lan --subnet 10.213.0.0/24
	mk a --net lan
	c 0 ifconfig epair1001 create
	j 5 jstart a
	err_has epair1001a
	c 0 ifconfig epair1001a destroy
	# The bridge came up before that.
	c 0 ifconfig bridge1000 destroy
	c 0 ifconfig bridge1000 create descr mine
	j 5 jstart a
	err_has bridge1000
	run 60 "$JUG" doctor --fix
	c 0 ifconfig bridge1000
	out_has 'description: mine'
	c 0 ifconfig bridge1000 destroy
	j 0 jstart a
	must [ "$(cards)" = 1 ]
}

# As after a reboot: all interfaces are gone, and the jail too.
case_net_after_a_reboot() {
	need_host
	j 0 net-create lan --subnet 10.213.0.0/24
	pinger a --net lan
	for _i in $(net_links | grep -E '^(epair|bridge)'); do ifconfig "$_i" destroy; done
	jail -R a
	j 0 jstart a
	must pings a 10.213.0.1
	# The jail went, its card stayed, and so did nothing that says so: doctor finds it.
	jail -R a
	sleep 2
	rm "$WD/run/a/started.toml"
	run 60 "$JUG" doctor
	out_has epair1001a
	run 60 "$JUG" doctor --fix
	must [ "$(cards)" = 0 ]
	j 0 jstart a
	must pings a 10.213.0.1
}

# Killed at any moment of a start: no interface is left in the end.
case_net_killed() {
	need_host
	j 0 net-create lan --subnet 10.213.0.0/24
	mk k --net lan --net lan
	for _t in 0.05 0.1 0.2 0.3 0.4 0.6 0.8 1.0 1.3 1.6; do
		"$JUG" jstart k >/dev/null 2>&1 </dev/null &
		_pid=$!
		sleep "$_t"
		kill -9 "$_pid" 2>/dev/null
		wait "$_pid" 2>/dev/null
		LIMIT=200 j 0 jstop k
		sleep 1
		must [ "$(cards)" = 0 ]
		none_came_back
	done
}

case_net_refuses() {
	need_host
	j 0 net-create lan --subnet 10.213.0.0/24
	j 5 net-create lan --subnet 10.214.0.0/24
	j 5 net-create x --subnet 10.213.0.128/25
	j 2 net-create x --subnet 10.214.0.1/24
	j 2 net-create x --subnet 10.214.0.0/24 --isolated --nat auto
	j 7 net-create x --dhcp --uplink 'a b'
	j 2 jcreate a --base host --net lan:10.214.0.5
	j 5 jcreate a --base host --net lan:10.213.0.1
	j 4 jcreate a --base host --net nosuch
	j 2 jcreate a --base host --net lan --net none
	# Names of others may hold blanks, and ours may be long.
	_long=$(jot -b n -s "" 63)
	c 0 ifconfig "$LO" name 'a b'
	run 60 "$JUG" net-create "$_long" --subnet 10.214.0.0/24
	_code=$RC
	ifconfig 'a b' name "$LO" >/dev/null
	must [ "$_code" = 0 ]
	pinger "$_long" --net "$_long"
	must pings "$_long" 10.214.0.1
}
