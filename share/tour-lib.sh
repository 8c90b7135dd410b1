# shellcheck shell=sh
# What share/tour-walk.sh is made of: telling, running, checking, and the host's part.
: "${os:?}" "${TOUR_ZFS:?}" "${POOL=}"
out=$T/out

jug() {
	"$JUG" "$@"
}

chapter() {
	printf '\n== %s ==\n' "$*"
}

say() {
	printf '\n   %s\n' "$*"
}

proved() {
	printf '   [as it should be: %s]\n' "$*"
}

fail() {
	printf '\ntour: NOT as it should be: %s\n' "$*" >&2
	exit 1
}

# A command as it would be typed: words that sh would split are quoted, the tour's directory is $T.
typed() {
	line='  #'
	for word; do
		case $word in
		*[!A-Za-z0-9_./:=@+,-]*) line="$line '$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'" ;;
		*) line="$line $word" ;;
		esac
	done
	printf '\n%s\n' "$line" | sed "s|$T|\$T|g"
}

# Shows a command and what it says, both streams, and keeps that for `expect`.
show() {
	typed "$@"
	"$@" >"$out" 2>&1 </dev/null
	status=$?
	sed -e "s|$T|\$T|g" -e 's/^/  /' "$out"
}

run() {
	show "$@"
	[ "$status" = 0 ] || fail "it ended with $status"
}

# The first lines of a long text; all of it is kept for `expect`.
run_head() {
	lines=$1
	shift
	typed "$@"
	"$@" >"$out" 2>&1 </dev/null || fail "it ended with $?"
	sed -e "s|$T|\$T|g" -e 's/^/  /' "$out" | head -n "$lines"
	printf '  ... (%s lines in all)\n' "$(wc -l <"$out" | tr -d ' ')"
}

run_fails() {
	wanted=$1
	shift
	show "$@"
	[ "$status" = "$wanted" ] || fail "it ended with $status, not with $wanted"
	printf '   (exit status %s)\n' "$status"
}

expect() {
	grep -q -e "$1" "$out" || fail "$2: not so"
	proved "$2"
}

mounts() {
	if [ "$os" = FreeBSD ]; then mount -p; else cut -d' ' -f4- /proc/self/mountinfo; fi
}

# What of a running jail must be gone in the end: its name spaces on Linux, its uuid in names of cgroups.
note_running() {
	jug jget "$1" uuid >>"$T/uuids" || fail "$1 has no uuid"
	[ "$os" = Linux ] || return 0
	pid=$("$JUG" -H jls "$1" | cut -f3)
	for kind in mnt pid uts ipc; do
		readlink "/proc/$pid/ns/$kind" >>"$T/spaces" || fail "$1 has no process $pid"
	done
}

processes() {
	if [ "$os" = Linux ]; then
		say "its processes are its own, from pid 1 on,"
		# shellcheck disable=SC2016 # it is the jail's shell that expands it
		run jug jexec www -- sh -c 'for p in /proc/[0-9]*; do echo "${p#/proc/} $(cat $p/comm)"; done 2>/dev/null'
		expect "^1 sh" "it has its own pid 1"
		[ "$(wc -l <"$out")" -lt 10 ] || fail "it sees processes of others"
		proved "it sees none of the host's processes"
	else
		say "it sees only its own processes,"
		run jug jexec www -- ps -ax
		! grep -q " /sbin/init" "$out" || fail "it sees the host's init"
		proved "it sees none of the host's processes"
	fi
}

host_setup() {
	if [ "$os" = Linux ]; then linux_setup; else freebsd_setup; fi
}

linux_setup() {
	readlink /proc/self/ns/mnt >"$T/space"
	# Network name spaces are known by files, which mount name spaces share.
	mkdir -p /run/netns
	mount -t tmpfs -o mode=755 tmpfs /run/netns || fail "no tmpfs on /run/netns"
	# ip-netns(8) would do this at its first use, and the mount table would not be as it was.
	mount --make-shared /run/netns
	ip link set lo up
	mounts >"$T/mounts.first"
	[ "$TOUR_ZFS" = no ] && return
	if command -v zfs-fuse >/dev/null 2>&1; then start_fuse; fi
	if zpool list jugtour >/dev/null 2>&1; then fail "there is a pool jugtour already"; fi
	truncate -s 512M "$T/disk"
	zpool create -m "$T/pool" jugtour "$T/disk" 2>"$T/zpool.log" || fail "no pool could be made: $(cat "$T/zpool.log")"
	mounts >"$T/mounts.first"
	zfs=yes
	root=jugtour/jug
	tree=$T/tree
	mkdir -p "$tree/bin" "$tree/usr/bin"
	for dir in dev proc sys run etc root tmp home var usr/local; do mkdir -p "$tree/$dir"; done
	busybox=$(command -v busybox)
	cp "$busybox" "$tree/bin/busybox"
	for applet in $("$busybox" --list); do
		[ "$applet" = busybox ] || ln -s busybox "$tree/bin/$applet"
	done
	ln -s ../../bin/busybox "$tree/usr/bin/env"
	printf 'root:x:0:0:root:/root:/bin/sh\n' >"$tree/etc/passwd"
	printf 'root:x:0:\n' >"$tree/etc/group"
}

# The socket, cache and lock of zfs-fuse lie in fixed places: this instance has its own.
start_fuse() {
	for dir in /run/zfs /var/lib/zfs /run/lock/zfs; do
		mkdir -p "$dir"
		mount -t tmpfs -o mode=755 tmpfs "$dir" || fail "no tmpfs on $dir"
	done
	zfs-fuse -n -x -m 128 --no-kstat-mount -p "$T/zfs-fuse.pid" >"$T/zfs-fuse.log" 2>&1 &
	fuse=$!
	tries=0
	until zpool list >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "zfs-fuse did not come up: $(tail -n 3 "$T/zfs-fuse.log")"
		sleep 0.1
	done
}

# A small base: a few programs with the libraries they need, and an account data base of its own.
freebsd_setup() {
	mounts >"$T/mounts.first"
	[ -n "$POOL" ] || return 0
	root=$POOL/jug-tour
	zfs list -H "$root" >/dev/null 2>&1 && fail "$root is there already"
	zfs=yes
	tree=$T/tree
	for dir in bin dev proc etc lib libexec root tmp home var/log var/run var/tmp usr/bin usr/lib usr/local; do
		mkdir -p "$tree/$dir"
	done
	for program in /bin/sh /bin/ls /bin/cat /bin/hostname /usr/bin/env /usr/bin/touch /libexec/ld-elf.so.1; do
		printf '%s\n' "$program"
		[ "$program" = /libexec/ld-elf.so.1 ] || ldd -f '%p\n' "$program" | grep '^/'
	done | sort -u | while IFS= read -r file; do
		# Not cp -p: the file flags of libraries would come along.
		install -m 555 "$file" "$tree$file" || exit 1
	done || fail "the small base could not be made"
	printf 'root:*:0:0::0:0:root:/root:/bin/sh\n' >"$tree/etc/master.passwd"
	printf 'wheel:*:0:root\n' >"$tree/etc/group"
	printf 'default:\\\n\t:path=/bin /usr/bin:\n' >"$tree/etc/login.conf"
	printf 'exit 0\n' >"$tree/etc/rc"
	printf 'exit 0\n' >"$tree/etc/rc.shutdown"
	pwd_mkdb -p -d "$tree/etc" "$tree/etc/master.passwd" || fail "pwd_mkdb"
}

# Who plays the outside: a network name space with one cable to the host, and no route to what is behind it.
outside_setup() {
	{
		ip netns add outside &&
			ip link add tour0 type veth peer name eth0 netns outside &&
			ip address add 192.0.2.1/24 dev tour0 && ip link set tour0 up &&
			ip -n outside address add 192.0.2.9/24 dev eth0 && ip -n outside link set eth0 up
	} || fail "no outside could be made"
	echo 1 >/proc/sys/net/ipv4/ip_forward
}

# Whether pf is as published ports need it; the tour changes nothing about that.
pf_is_set_up() {
	[ "$(sysctl -n net.inet.ip.forwarding)" = 1 ] && pfctl -s info 2>/dev/null | grep -q '^Status: Enabled' &&
		[ "$({ pfctl -s nat; pfctl -s rules; } 2>/dev/null | grep -c 'anchor "jug/\*"')" = 3 ]
}

publish_linux() {
	outside_setup
	nft list ruleset >"$T/nft.before"
	run jug net-create lan --subnet 10.213.77.0/24 --nat auto
	run jug jcreate web --base host --storage dir --net lan --start
	note_running web
	# shellcheck disable=SC2016 # it is the jail's shell that expands it
	jug jexec web -- sh -c 'mkdir -p /root/www && echo "hello from $(hostname)" >/root/www/index.html &&
		busybox httpd -p 80 -h /root/www' || fail "no web server"
	run jug expose web 8080:80
	run jug expose-ls
	expect "8080 .*10.213.77.2 .*active" "it is published"
	say "From the outside, which has no route to the jail:"
	run ip netns exec outside curl -sS --max-time 10 http://192.0.2.1:8080/
	expect "^hello from web$" "the web server answers"
	run_fails 5 jug jcreate web2 --base host --storage dir --net lan --set expose=8080:80
	expect "published by web" "no other jail gets that port"
	run jug unexpose web 8080
	run_fails 7 ip netns exec outside curl -sS --max-time 3 http://192.0.2.1:8080/
	run jug jremove -y --stop web
	run jug net-remove -y lan
	nft list ruleset >"$T/nft.after"
	cmp -s "$T/nft.before" "$T/nft.after" || fail "the packet filter is not as it was"
	proved "the packet filter is as it was"
	ip netns delete outside
}

publish_freebsd() {
	run jug net-create lan --subnet 10.213.77.0/24 --nat auto
	run jug jcreate web --base host --storage dir --net lan --set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true --start
	note_running web
	jug jexec web -- /usr/sbin/daemon -f /usr/bin/nc -kl 0.0.0.0 80 || fail "no server"
	run jug expose web 8080:80
	expect "10.213.77.2 port 80" "from the host itself the jail's own address is to be used, and that is said"
	run jug expose-ls
	expect "8080 .*10.213.77.2 .*active" "it is published"
	run pfctl -a "jug/e-$(jug jget web uuid | tr -d -)" -s nat
	run jug unexpose web 8080
	run jug jremove -y --stop web
	run jug net-remove -y lan
}

left() {
	printf '   left: %s\n' "$*"
	leaves=$((leaves + 1))
}

gone() {
	proved "no $* is left"
}

leftovers() {
	leaves=0
	mounts >"$T/mounts.last"
	if cmp -s "$T/mounts.first" "$T/mounts.last"; then gone mount; else
		left "mounts: $(diff "$T/mounts.first" "$T/mounts.last")"
	fi
	if [ -e "$T/jails" ]; then left "$T/jails"; else gone "file in the workdir"; fi
	if [ -e "$T/jug.toml" ]; then left "$T/jug.toml"; else gone "configuration"; fi
	if [ "$zfs" = yes ]; then
		if zfs list -H -o name "$root" 2>/dev/null; then left "dataset $root"; else gone dataset; fi
	fi
	if [ "$os" = Linux ]; then linux_leftovers; else freebsd_leftovers; fi
	[ "$leaves" = 0 ] || fail "something is left"
}

linux_leftovers() {
	n=$leaves
	for link in /proc/[0-9]*/ns/mnt /proc/[0-9]*/ns/pid /proc/[0-9]*/ns/uts /proc/[0-9]*/ns/ipc; do
		space=$(readlink "$link" 2>/dev/null) || continue
		# An ended process stays in the table until init looks after it.
		! grep -qxF "$space" "$T/spaces" || grep -q '^State:.Z' "${link%/ns/*}/status" 2>/dev/null ||
			left "the name space $space ($link)"
	done
	[ "$n" != "$leaves" ] || gone "name space of a jail's, and no process in one"
	n=$leaves
	while IFS= read -r uuid; do
		find /sys/fs/cgroup -type d -name "*$uuid*" 2>/dev/null
	done <"$T/uuids" >"$T/cgroups"
	while IFS= read -r cgroup; do left "cgroup $cgroup"; done <"$T/cgroups"
	[ "$n" != "$leaves" ] || gone cgroup
	n=$leaves
	own=$(cat "$T/space")
	for proc in /proc/[0-9]*; do
		[ "$(readlink "$proc/ns/mnt" 2>/dev/null)" = "$own" ] || continue
		case $(cat "$proc/comm" 2>/dev/null) in
		sh | unshare | zfs-fuse | readlink | cat | '') ;;
		*) left "process ${proc#/proc/}: $(tr '\0' ' ' <"$proc/cmdline")" ;;
		esac
	done
	[ "$n" != "$leaves" ] || gone process
}

freebsd_leftovers() {
	if jls -d path | grep -F "$T"; then left "a jail"; else gone jail; fi
}

host_teardown() {
	if [ "$os" = Linux ] && [ "$zfs" = yes ]; then
		destroy_pool || fail "the pool could not be destroyed"
	fi
	end_fuse
}

# Just unmounted file systems are busy for a moment more.
destroy_pool() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		zpool destroy jugtour 2>/dev/null && return
		sleep 0.2
	done
	zpool destroy -f jugtour
}

end_fuse() {
	[ -n "$fuse" ] || return 0
	kill "$fuse" 2>/dev/null
	wait "$fuse" 2>/dev/null
	fuse=
}

# After a failure: whatever of the tour's still runs or is mounted goes, so that the machine is as it was.
give_up() {
	status=$?
	trap - EXIT
	if [ "$status" != 0 ]; then
		"$JUG" jstop --all >/dev/null 2>&1
		"$JUG" jremove -y --all >/dev/null 2>&1
		"$JUG" doctor --fix >/dev/null 2>&1
		if [ -n "$root" ] && [ "$os" = FreeBSD ]; then "$JUG" deinit -y >/dev/null 2>&1; fi
		if [ "$os" = Linux ] && [ "$zfs" = yes ]; then destroy_pool >/dev/null 2>&1; fi
		end_fuse
	fi
	exit "$status"
}
