# shellcheck shell=sh
# What the cases are written with. A case runs in a subshell: `fail` and `skip` end it.

# Prepares the host: a place for everything, a workdir, an interface for aliases.
suite_begin() {
	T=$(mktemp -d /var/tmp/jugtest.XXXXXX) || exit 2
	chmod 755 "$T"
	WD=/usr/jugtest.$$
	CONF=$T/etc/jug.toml
	export JUG_CONFIG="$CONF"
	# An ordinary user must be able to run it too, and nobody may change it meanwhile.
	cp "$JUG" "$T/jug" && chmod 755 "$T/jug" && JUG=$T/jug
	LO=$(ifconfig lo create) || exit 2
	BASE_TREE=$T/tree
	mkdir "$T/hooks" "$T/etc"
	rctl 2>/dev/null | sort >"$T/rules"
	echo "version = 1" >"$CONF"
	echo "workdir = \"$WD\"" >>"$CONF"
}

# Takes away whatever is there, with force. The case "nothing_is_left" has looked before.
suite_end() {
	force_clean "$WD"
	give_pf_back
	disk_down >/dev/null 2>&1
	iscsi_down >/dev/null 2>&1
	nfs_down
	if [ -n "$POOL" ]; then
		for d in "$POOL/jugtest" "$POOL/jug test" "$POOL/jugtest-replicas"; do
			let_go "$d"
			zfs list -H "$d" >/dev/null 2>&1 && zfs destroy -rf "$d"
		done
	fi
	ifconfig "$LO" destroy
	chflags -R 0 "$WD" "$T" 2>/dev/null
	rm -rf "$WD" "$T"
}

# ---- running things

# run LIMIT CMD...: with a time limit; leaves RC, $T/out and $T/err. Standard input is $IN or null.
# `timeout -f`: without it timeout(1) would wait for the daemons that a jail's rc leaves.
run() {
	_limit=$(($1 * SLOW))
	shift
	echo "$*" >"$T/last"
	timeout -f -k 10 "$_limit" "$@" >"$T/out" 2>"$T/err" <"${IN:-/dev/null}"
	RC=$?
	echo "exit status $RC" >>"$T/last"
	# For the record of the whole case, which is shown if it fails.
	echo "+ $*: $RC"
}

# j CODE ARGS...: jug with these arguments must exit with CODE.
j() {
	_want=$1
	shift
	run "${LIMIT:-120}" "$JUG" "$@"
	[ "$RC" = "$_want" ] || fail "jug $*: exit status $RC, and $_want was expected"
}

# c CODE CMD...: a command of the host's must exit with CODE.
c() {
	_want=$1
	shift
	run "${LIMIT:-60}" "$@"
	[ "$RC" = "$_want" ] || fail "$*: exit status $RC, and $_want was expected"
}

fail() {
	echo "$*" >"$T/why"
	exit 1
}

skip() {
	echo "$*" >"$T/why"
	exit 77
}

# What a failed case leaves to be read.
explain() {
	sed 's/^/    | /' "$T/case" 2>/dev/null | tail -n 60
	for f in last out err; do
		[ -s "$T/$f" ] && head -c 4000 "$T/$f" | sed "s/^/    $f: /"
	done
}

# ---- looking at what the last command printed

out_has() { grep -qF -e "$1" "$T/out" || fail "the output has no: $1"; }
out_lacks() { ! grep -qF -e "$1" "$T/out" || fail "the output has: $1"; }
err_has() { grep -qF -e "$1" "$T/err" || fail "the errors have no: $1"; }
out_is() {
	printf '%s\n' "$1" >"$T/wanted"
	cmp -s "$T/wanted" "$T/out" || fail "the output is not: $1"
}
out_lines() {
	_n=$(wc -l <"$T/out")
	[ "$_n" -eq "$1" ] || fail "the output has $_n lines, and $1 were expected"
}
must() { "$@" || fail "this does not hold: $*"; }
must_not() { ! "$@" || fail "this holds: $*"; }
file_has() { grep -qF -e "$2" "$1" || fail "$1 has no: $2"; }

# within SECONDS-OF-A-FAST-HOST BEGUN: no more time has passed
within() {
	_took=$(($(date +%s) - $2))
	[ "$_took" -le $(($1 * SLOW)) ] || fail "it took $_took s, and at most $(($1 * SLOW)) were expected"
}

# wait_for SECONDS CMD...: until it exits 0
wait_for() {
	_until=$(($(date +%s) + $1 * SLOW))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$_until" ] || fail "this did not come to hold: $*"
		sleep 0.1
	done
}

# ---- what the host says

running() { jls -j "$1" jid >/dev/null 2>&1; }
# All but the datasets of bases, which stay.
mounts_below() { mount -p | awk -v d="$1" -v b="$WD/bases/" 'index($2, d "/") == 1 && index($2, b) != 1 { print $2 }'; }
mounted() { mount -p | awk -v d="$1" '$2 == d { f = 1 } END { exit !f }'; }
has_address() { ifconfig "$LO" | grep -q "inet $1 "; }
has_schg() { stat -f ,%Sf, "$1" | grep -q ,schg,; }
root_of() { "$JUG" -H jls "$1" | cut -f 5; }

# The host as jug could change it, for comparing before and after.
host_state() {
	mount -p | awk '{ print $1, $2, $3 }' | sort
	jls name path | sort
	ifconfig -a inet | grep -v 'expire'
	[ -z "$POOL" ] || zfs list -H -o name -r "$POOL" | sort
	# What is kept for good is no trace of an operation.
	find "$WD" -not -path "$WD/lock*" -not -path "$WD/log*" -not -path "$WD/bases/*/root/*" \
		-not -name 'console.log*' -not -name .oci -not -name .networks -not -name .disks -not -name .archives 2>/dev/null | sort
}
remember() { host_state >"$T/before"; }
unchanged() {
	host_state >"$T/after"
	diff "$T/before" "$T/after" >"$T/diff" && return
	cat "$T/diff"
	fail "the host is not as it was before"
}

# ---- what a case needs

need_pool() { [ -n "$POOL" ] || skip "no --pool was given"; }
need_init() {
	[ -d "$WD/envs" ] && return
	if [ -n "$POOL" ]; then j 0 init --zfs-root "$POOL/jugtest"; else j 0 init; fi
}
need_host() {
	need_init
	[ -f "$WD/bases/host/base.toml" ] || j 0 base-import host
}
# A base that lies in a directory, made of a tree.
need_tree() {
	need_init
	make_tree
	[ -f "$WD/bases/tree/base.toml" ] || LIMIT=300 j 0 base-import --storage dir "$BASE_TREE" tree
}
# A base that lies on ZFS, made of a tarball.
need_zbase() {
	need_pool
	need_init
	make_tarball
	[ -f "$WD/bases/zbase/base.toml" ] || LIMIT=300 j 0 base-import --storage zfs "$T/base.txz" zbase
}

# A small userland out of the host's own, that boots /etc/rc. It has a file and a directory with flags, and two
# names of a file with flags, as base.txz has.
make_tree() {
	[ -f "$T/tree.done" ] && return
	rm -rf "$BASE_TREE"
	mkdir -p "$BASE_TREE/usr/libexec" "$BASE_TREE/usr/share" "$BASE_TREE/var" "$BASE_TREE/tmp" "$BASE_TREE/root" \
		"$BASE_TREE/dev"
	chmod 1777 "$BASE_TREE/tmp"
	(
		cd / || exit 1
		{
			echo bin; echo libexec
			for p in rcorder sysctl ldconfig ifconfig mount umount nologin md5 route kldstat devfs swapon dmesg; do
				echo "sbin/$p"
			done
			for p in awk basename cap_mkdb cmp cut dirname env false find fstat getopt grep head id install \
				logger login mktemp netstat nohup printf readlink renice sed sort stat su tail tee touch tr true \
				tty uname uniq wc whoami xargs mkfifo nc timeout yes; do
				echo "usr/bin/$p"
			done
			for p in syslogd cron newsyslog pwd_mkdb mtree sysrc service chroot daemon ip6addrctl; do
				echo "usr/sbin/$p"
			done
			for p in usr/libexec/atrun usr/libexec/save-entropy usr/lib/pam_* usr/lib/libpam.so.* \
				usr/share/locale/C.UTF-8 usr/share/misc/termcap.db; do
				echo "$p"
			done
			for p in rc rc.subr rc.shutdown rc.d rc.bsdextended network.subr defaults group login.conf \
				login.conf.db login.access nsswitch.conf services protocols netconfig rpc shells ttys syslog.conf \
				syslog.d newsyslog.conf newsyslog.conf.d crontab termcap profile csh.cshrc csh.login motd.template \
				mtree pam.d periodic security os-release libmap.conf gettytab cron.d; do
				echo "etc/$p"
			done
		} | while read -r p; do [ -e "$p" ] && echo "$p"; done >"$T/tree.list"
		# What these are linked with.
		{ cat "$T/tree.list"; find bin; } | while read -r p; do [ -f "$p" ] && echo "$p"; done |
			xargs ldd -f '%p\n' 2>/dev/null | sed -n 's|^/||p' | sort -u >"$T/tree.libs"
		sort -u "$T/tree.list" "$T/tree.libs" | tar -cf - -T - | tar -xpf - -C "$BASE_TREE"
	)
	awk -F: '($3 < 1000 || $3 >= 65533) && NF == 10 { $2 = "*"; print }' OFS=: /etc/master.passwd \
		>"$BASE_TREE/etc/master.passwd"
	chmod 600 "$BASE_TREE/etc/master.passwd"
	pwd_mkdb -d "$BASE_TREE/etc" -p "$BASE_TREE/etc/master.passwd" || fail "no password database for the tree"
	mtree -deUq -f /etc/mtree/BSD.var.dist -p "$BASE_TREE/var" >/dev/null
	: >"$BASE_TREE/etc/fstab"
	chflags -R 0 "$BASE_TREE"
	ln "$BASE_TREE/usr/bin/su" "$BASE_TREE/usr/bin/su2"
	chflags schg "$BASE_TREE/usr/bin/su" "$BASE_TREE/lib/libc.so.7" "$BASE_TREE/var/empty"
	must [ -x "$BASE_TREE/libexec/ld-elf.so.1" ]
	: >"$T/tree.done"
}

make_tarball() {
	make_tree
	[ -f "$T/base.txz" ] && return
	LIMIT=600 c 0 tar -cJf "$T/base.txz" --options xz:compression-level=0 -C "$BASE_TREE" .
}

# mk NAME ARGS...: a thin jail on the host's userland, in a directory, that runs nothing of its own at start and stop
mk() {
	need_host
	_name=$1
	shift
	j 0 jcreate "$_name" --base host --storage dir --set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true "$@"
}
up() {
	mk "$@"
	j 0 jstart "$1"
}

# script_file NAME: a script that root may run, its text from standard input
script_file() {
	cat >"$T/hooks/$1"
	chmod 755 "$T/hooks/$1"
}

# in_background PID: what has to be ended after the case, if the case does not come to it
in_background() { echo "$1" >>"$T/background"; }
end_background() {
	[ -f "$T/background" ] || return 0
	while read -r p; do kill "$p" 2>/dev/null; done <"$T/background"
	rm "$T/background"
}

# ---- after each case

# Rules of rctl(8) that were not there at the beginning.
more_rules() { rctl 2>/dev/null | sort | comm -23 - "$T/rules"; }

# Anchors of jug's that hold rules.
jug_anchors() { pfctl -v -s Anchors 2>/dev/null | tr -d ' ' | grep -E '^jug/[en]-'; }

# What is there of environments: jails, mounts, datasets, addresses, files. Bases stay.
leftovers() {
	jls name path | awk -v d="$WD/" 'index($2, d) == 1 { print "jail", $1 }'
	mounts_below "$WD" | sed 's/^/mount /'
	more_rules | sed 's/^/rule /'
	ifconfig "$LO" inet | sed -n 's/.*inet \([^ ]*\).*/address \1/p'
	ifconfig -g jug 2>/dev/null | sed 's/^/interface /'
	ifconfig -l | tr ' ' '\n' | grep '^vnet[0-9]' | sed 's/^/interface /'
	jug_anchors | sed 's/^/anchor /'
	[ ! -d "$WD/run/.networks" ] || find "$WD/run/.networks" -type f | sed 's/^/file /'
	for d in networks envs jails-data jails-system jails-rcconf jails-fstab journal run; do
		[ ! -d "$WD/$d" ] || find "$WD/$d" -mindepth 1 -maxdepth 1 -not -name .oci -not -name .networks -not -name .disks -not -name .archives | sed 's/^/file /'
	done
	if [ -n "$POOL" ] && zfs list -H "$POOL/jugtest/env" >/dev/null 2>&1; then
		zfs list -H -o name -r "$POOL/jugtest/env" | sed -e 1d -e 's/^/dataset /'
	fi
}

# Removes what the case made, by jug; then nothing may be left.
sweep() {
	end_background
	nfs_clients_away
	sweep_nodes
	[ -d "$WD/envs" ] || { give_pf_back; return 0; }
	if [ -n "$(ls "$WD/envs" "$WD/journal")" ]; then
		for _verb in jremove vm-remove; do
			timeout -f -k 10 $((200 * SLOW)) "$JUG" $_verb --all --stop -y >"$T/sweep" 2>&1 </dev/null ||
				{ [ -f "$T/why" ] || echo "its jails or VMs can't be removed" >"$T/why"; cat "$T/sweep" >>"$T/case"; }
		done
	fi
	for _n in "$WD"/networks/*.toml; do
		[ -f "$_n" ] || continue
		_n=${_n##*/}
		timeout -f -k 10 $((60 * SLOW)) "$JUG" net-remove -y "${_n%.toml}" >"$T/sweep" 2>&1 </dev/null ||
			{ [ -f "$T/why" ] || echo "a network can't be removed" >"$T/why"; cat "$T/sweep" >>"$T/case"; }
	done
	leftovers >"$T/left"
	give_pf_back
	[ -s "$T/left" ] || [ -f "$T/why" ] || return 0
	if [ -s "$T/left" ]; then
		[ -f "$T/why" ] || echo "something is left" >"$T/why"
		sed 's/^/left: /' "$T/left" >>"$T/case"
		force_clean "$WD"
	fi
	return 1
}

# let_go DATASET: of what is held for replications; a replica's last snapshot is, for as long as it is one
let_go() {
	zfs list -H -t snapshot -o name,userrefs -r "$1" 2>/dev/null | awk '$2 > 0 { print $1 }' |
		while read -r _s; do zfs release jug-replica "$_s"; done
}

# Without jug: jails, mounts, datasets, addresses, files of environments.
force_clean() {
	jls name path | awk -v d="$1/" -v t="$T" 'index($2, d) == 1 || index($2, t) == 1 { print $1 }' | while read -r n; do jail -R "$n"; done
	mounts_below "$1" | sort -r | while read -r m; do umount -f "$m"; done
	more_rules | while read -r r; do rctl -r "${r%%=*}"; done
	ifconfig "$LO" inet | sed -n 's/.*inet \([^ ]*\).*/\1/p' | while read -r a; do ifconfig "$LO" inet "$a" -alias; done
	ifconfig -g jug 2>/dev/null | while read -r i; do ifconfig "$i" destroy; done
	jug_anchors | while read -r a; do pfctl -q -a "$a" -F nat; pfctl -q -a "$a" -F rules; done
	if [ -n "$POOL" ]; then
		zfs list -H -o name -d 1 "$POOL/jugtest/env" 2>/dev/null | sed 1d | while read -r d; do
			let_go "$d"
			zfs destroy -rf "$d"
		done
	fi
	for d in networks envs jails-data jails-system jails-rcconf jails-fstab journal run hooks.d; do
		[ -d "$1/$d" ] || continue
		find "$1/$d" -mindepth 1 -maxdepth 1 -not -name .oci -not -name .networks -not -name .disks -not -name .archives | while read -r p; do
			chflags -R 0 "$p"
			rm -rf "$p"
		done
	done
}
