# shellcheck shell=sh
# Environments that move to another node on OpenZFS: a workdir and datasets of its own on this host, behind an sshd of the
# test's own.

# jf CODE ARGS...: the other node's jug must exit with CODE.
jf() {
	_want=$1
	shift
	j "$_want" --config "$T/etc/far.toml" "$@"
}

far_up() {
	need_host
	need_pool
	FAR="$POOL/jugtest-replicas/far"
	let_go "$POOL/jugtest-replicas"
	zfs destroy -rf "$POOL/jugtest-replicas" >/dev/null 2>&1
	c 0 zfs create -o mountpoint=none -o canmount=off "$POOL/jugtest-replicas"
	mkdir -p "$T/ssh"
	for k in host me; do
		[ -f "$T/ssh/$k" ] || c 0 ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/$k"
	done
	printf '%s\n' 'Port 2222' 'ListenAddress 127.0.0.1' "HostKey $T/ssh/host" 'StrictModes no' "PidFile $T/ssh/pid" \
		"AuthorizedKeysFile $T/ssh/me.pub" 'UsePAM no' 'PermitRootLogin yes' >"$T/ssh/sshd_config"
	rm -f "$T/ssh/pid"
	c 0 /usr/sbin/sshd -f "$T/ssh/sshd_config"
	wait_for 20 test -s "$T/ssh/pid"
	in_background "$(cat "$T/ssh/pid")"
	echo "[127.0.0.1]:2222 $(cut -d ' ' -f 1,2 "$T/ssh/host.pub")" >"$T/ssh/known"
	printf '%s\n' 'Host there' 'HostName 127.0.0.1' 'Port 2222' 'User root' "IdentityFile $T/ssh/me" \
		"UserKnownHostsFile $T/ssh/known" >"$T/ssh/config"
	printf 'version = 1\nworkdir = "%s"\n' "$WD.far" >"$T/etc/far.toml"
	jf 0 init --zfs-root "$FAR"
	jf 0 base-import host --storage dir
	for n in far jug; do
		printf '#!/bin/sh\nexec "%s" --config "%s" "$@"\n' "$JUG" "$T/etc/$n.toml" >"$T/ssh/$n"
		chmod 755 "$T/ssh/$n"
	done
	j 0 node-add far there --ssh-config "$T/ssh/config" --program "$T/ssh/far"
	jf 0 node-add home there --ssh-config "$T/ssh/config" --program "$T/ssh/jug"
}

far_down() {
	j 0 node-remove far
	# Those that are still there are the other node's.
	jf 0 jremove -y --stop --all
	jf 0 vm-remove -y --stop --all
	for d in $(zfs list -H -o name -d 1 "$POOL/jugtest/env" | sed 1d); do
		let_go "$d"
		c 0 zfs destroy -r "$d"
	done
	let_go "$POOL/jugtest-replicas"
	jf 0 base-remove -y host
	c 0 zfs destroy -r "$POOL/jugtest-replicas"
	chflags -R 0 "$WD.far"
	rm -r "$WD.far"
}

path_of() { jls -j "$1" path; }

case_migrate_there_and_back() {
	far_up
	sn m1
	echo one >"$(data_of m1)"
	j 0 jstart m1
	j 4 jmigrate m1 nosuch
	j 0 -n jmigrate m1 far
	out_has 'jug:replica'
	must [ "$(path_of m1)" = "$WD/run/m1/root" ]
	j 0 jmigrate m1 far
	out_has 'moved to far'
	must [ "$(path_of m1)" = "$WD.far/run/m1/root" ]
	j 4 jshow m1
	jf 0 jexec m1 -- cat /root/f
	out_is one
	# Here it is a replica now, there none any more, and nothing of it is held.
	c 0 zfs get -H -o value readonly,canmount,mounted "$POOL/jugtest/env/m1/data"
	must [ "$(tr '\n' ' ' <"$T/out")" = 'on noauto no ' ]
	c 0 zfs get -H -s local,received -o name -r jug:uuid "$POOL/jugtest/env/m1"
	out_lines 0
	c 0 zfs get -H -s local -o name -r -t filesystem jug:replica,readonly "$FAR/env/m1"
	out_lines 0
	must [ -z "$(zfs list -H -t snapshot -o userrefs -r "$FAR/env/m1" | grep -v '^0$')" ]
	j 0 doctor
	jf 0 doctor
	# The way back sends what has changed since.
	jf 0 jexec m1 -- sh -c 'echo two >/root/f'
	jf 0 -v jmigrate m1 home
	err_has 'zfs send -Lec -i'
	must [ "$(path_of m1)" = "$WD/run/m1/root" ]
	j 0 jexec m1 -- cat /root/f
	out_is two
	# What can't start there runs here as before, and a second try is taken.
	mkdir -p "$WD.far/hooks.d/prestart"
	printf '#!/bin/sh\nexit 9\n' >"$WD.far/hooks.d/prestart/no"
	chmod 755 "$WD.far/hooks.d/prestart/no"
	j 1 jmigrate m1 far
	err_has 'not moved, and as it was here'
	must [ "$(path_of m1)" = "$WD/run/m1/root" ]
	must [ ! -e "$WD.far/envs/m1.toml" ]
	rm "$WD.far/hooks.d/prestart/no"
	j 0 jmigrate m1 far
	must [ "$(path_of m1)" = "$WD.far/run/m1/root" ]
	far_down
}

# The answer is lost: it is started nowhere here until the other node has said that it has it.
case_migrate_answer_lost() {
	far_up
	sn m1
	j 0 jstart m1
	cp "$T/ssh/far" "$T/ssh/kept"
	# The one question that holds what to adopt is answered to nobody.
	cat >"$T/ssh/far" <<-EOF
		#!/bin/sh
		IFS= read -r line
		case \$line in
		*'"do":"adopt"'*)
			printf '%s\n' "\$line" | "$T/ssh/kept" "\$@" >/dev/null
			exit 255
			;;
		esac
		{ printf '%s\n' "\$line"; cat; } | "$T/ssh/kept" "\$@"
	EOF
	j 3 jmigrate m1 far
	err_has 'is not known'
	j 3 jstart m1
	must [ "$(path_of m1)" = "$WD.far/run/m1/root" ]
	cp "$T/ssh/kept" "$T/ssh/far"
	j 0 doctor --fix
	j 4 jshow m1
	must [ "$(path_of m1)" = "$WD.far/run/m1/root" ]
	far_down
}

# A VM's disk is a volume: it comes as it was, with a device.
case_migrate_volumes() {
	far_up
	LIMIT=300 j 0 vm-create v1 --disk 16M --firmware bhyveload
	disk=/dev/zvol/$POOL/jugtest/env/v1/disk0
	c 0 dd if=/dev/random "of=$disk" bs=1m count=4
	before=$(dd "if=$disk" bs=1m 2>/dev/null | sha256 -q)
	j 0 vm-migrate v1 far
	there=/dev/zvol/$FAR/env/v1/disk0
	must [ -e "$there" ]
	must [ "$(dd "if=$there" bs=1m 2>/dev/null | sha256 -q)" = "$before" ]
	must [ "$(zfs get -H -o value volmode "$FAR/env/v1/disk0")" = dev ]
	must [ "$(zfs get -H -o value readonly "$FAR/env/v1/disk0")" = off ]
	c 0 dd if=/dev/random "of=$there" bs=1m count=1
	far_down
}

# The node that it came from is gone: its replica runs here, and is replicated from here.
case_migrate_made_of_a_replica() {
	far_up
	sn mr
	echo one >"$(data_of mr)"
	j 0 replicate mr far
	r="$FAR/replica/mr"
	c 0 zfs list "$r/data"
	jf 4 jregister mr --replica "$FAR"
	jf 0 -n jregister mr --replica "$r"
	out_has "zfs rename $r $FAR/env/mr"
	c 0 zfs list "$r/data"
	jf 0 jregister mr --replica "$r"
	out_has 'as it was at jug-'
	jf 0 jget mr storage
	out_is zfs
	jf 0 jstart mr
	jf 0 jexec mr -- cat /root/f
	out_is one
	c 0 zfs get -H -s local -o value jug:replica,readonly -r "$FAR/env/mr"
	out_lines 0
	jf 0 jstop mr
	jf 0 snapshot mr
	jf 0 snapshot-rollback -y mr "$(newest_of "$FAR/env/mr/data")"
	jf 0 doctor
	j 0 jremove -y mr
	far_down
}
