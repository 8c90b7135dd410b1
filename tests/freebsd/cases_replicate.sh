# shellcheck shell=sh
# Replication on OpenZFS: guids, bookmarks, resume tokens, raw encrypted streams, volumes. Both sides are in one pool.

rep() {
	sn "$@"
	REP="$POOL/jugtest-replicas"
	let_go "$REP"
	zfs destroy -r "$REP" >/dev/null 2>&1
	c 0 zfs create -o mountpoint=none -o canmount=off "$REP"
	for _sn; do c 0 sh -c "echo one >$(data_of "$_sn")"; done
}
rep_end() {
	let_go "$REP"
	c 0 zfs destroy -r "$REP"
}
newest_of() { zfs list -H -o name -t snapshot -s createtxg -d 1 "$1" | tail -1 | cut -d @ -f 2; }
guid_of() { zfs get -Hp -o value guid "$1"; }
# same_newest ENV: the newest of each dataset is the same on both sides.
same_newest() {
	for _p in "" /data /system; do
		_n=$(newest_of "$POOL/jugtest/env/$1$_p")
		must [ "$(guid_of "$POOL/jugtest/env/$1$_p@$_n")" = "$(guid_of "$REP/$1$_p@$_n")" ]
	done
}

case_replicate_local() {
	rep r1
	j 0 replicate r1 "$REP"
	out_has 'changed'
	same_newest r1
	c 0 zfs get -H -o value readonly,canmount,mounted "$REP/r1/data"
	must [ "$(tr '\n' ' ' <"$T/out")" = 'on noauto no ' ]
	first=$(newest_of "$POOL/jugtest/env/r1/data")
	for d in "$POOL/jugtest/env/r1/data" "$REP/r1/data"; do
		c 0 zfs holds -H "$d@$first"
		out_has jug-replica
	done
	j 0 replicate --last r1 "$REP"
	out_has unchanged
	# The increment is small, the former one is let go, a bookmark of the newest is kept.
	c 0 sh -c "echo two >$(data_of r1)"
	j 0 -v replicate r1 "$REP"
	err_has 'zfs send -Lec -i'
	same_newest r1
	c 0 zfs holds -H "$POOL/jugtest/env/r1/data@$first"
	out_lines 0
	second=$(newest_of "$POOL/jugtest/env/r1/data")
	c 0 zfs list -H -o name -t bookmark -d 1 "$POOL/jugtest/env/r1/data"
	out_lines 1
	must [ "$(guid_of "$(cat "$T/out")")" = "$(guid_of "$POOL/jugtest/env/r1/data@$second")" ]
	j 5 snapshot-remove -y r1 "$second"
	err_has 'replication'
	# What was written since, to all its datasets; no less than the file, and no more than a few blocks beside it.
	c 0 dd if=/dev/random "of=$(data_of r1)" bs=100k count=20
	c 0 zpool sync "$POOL"
	j 0 -H replicate-status r1
	lag=$(cut -f 5 "$T/out")
	bytes=$(cut -f 6 "$T/out")
	must [ "$lag" -ge 0 ]
	must [ "$lag" -lt 600 ]
	must [ "$bytes" -ge 2048000 ]
	must [ "$bytes" -lt 4096000 ]
	exact=0
	for p in "" /data /system; do
		d="$POOL/jugtest/env/r1$p"
		exact=$((exact + $(zfs get -Hp -o value "written@$second" "$d")))
	done
	must [ "$bytes" -eq "$exact" ]
	# Of two intervals the bytes are those of both.
	j 0 snapshot r1
	c 0 dd if=/dev/random "of=$(data_of r1)" bs=100k count=20
	c 0 zpool sync "$POOL"
	j 0 --json replicate-status r1
	out_has '"bytes":4'
	j 0 jremove -y r1
	rep_end
}

# What is to be done of many is known by as many programs as of one.
case_replicate_status_of_many() {
	rep r1 r2 r3
	for n in r1 r2 r3; do
		j 0 jset $n "replicate+=$REP every=1h"
		j 0 replicate $n
	done
	for verb in replicate-status 'replicate --due'; do
		# shellcheck disable=SC2086
		j 0 -v $verb r1
		one=$(started_times zfs)
		must [ "$one" -eq 1 ]
	done
	for verb in replicate-status 'replicate --due'; do
		# shellcheck disable=SC2086
		j 0 -v $verb
		must [ "$(started_times zfs)" -eq "$one" ]
	done
	for n in r1 r2 r3; do j 0 jremove -y $n; done
	rep_end
}

# The last common snapshot is lost here: the bookmark is what is left of it.
case_replicate_from_bookmark() {
	rep r1
	j 0 replicate r1 "$REP"
	for p in "" /data /system; do
		d="$POOL/jugtest/env/r1$p"
		n=$(newest_of "$d")
		c 0 zfs release jug-replica "$d@$n"
		c 0 zfs destroy "$d@$n"
	done
	c 0 sh -c "echo two >$(data_of r1)"
	j 0 -v replicate r1 "$REP"
	err_has '#jug-common-'
	same_newest r1
	j 0 jremove -y r1
	rep_end
}

# A stream that is cut goes on where it was cut, at ten places.
case_replicate_resumed() {
	rep r1
	mkdir "$T/cut"
	cat >"$T/cut/zfs" <<-EOF
		#!/bin/sh
		if [ "\$1" = send ] && [ "\$2" != -nvP ] && [ -s "$T/at" ]; then
			case "\$*" in
			*/data@*) /sbin/zfs "\$@" | head -c "\$(cat "$T/at")"; exit 9 ;;
			esac
		fi
		exec /sbin/zfs "\$@"
	EOF
	chmod 755 "$T/cut/zfs"
	cp "$CONF" "$T/kept"
	printf '[programs]\npath = ["%s", "/sbin", "/bin", "/usr/sbin", "/usr/bin"]\n' "$T/cut" >>"$CONF"
	resumed=0
	for at in 1 2 3 4 5 6 7 8 9 10; do
		dd if=/dev/random "of=$(data_of r1)" bs=100k count=40 2>/dev/null
		echo $((at * 400000)) >"$T/at"
		j 1 replicate r1 "$REP"
		err_has 'sending:'
		: >"$T/at"
		token=$(zfs get -Hp -o value receive_resume_token "$REP/r1/data" 2>/dev/null)
		j 0 -v replicate --last r1 "$REP"
		case $token in 1-*) err_has 'zfs send -t 1-'; resumed=$((resumed + 1)) ;; esac
		same_newest r1
	done
	must [ $resumed -gt 5 ]
	# What a token is of is gone: it is given up, and sent again.
	dd if=/dev/random "of=$(data_of r1)" bs=100k count=40 2>/dev/null
	echo 2000000 >"$T/at"
	j 1 replicate r1 "$REP"
	: >"$T/at"
	d="$POOL/jugtest/env/r1/data"
	n=$(newest_of "$d")
	c 0 zfs release jug-replica "$d@$n"
	c 0 zfs destroy "$d@$n"
	j 0 replicate r1 "$REP"
	same_newest r1
	cp "$T/kept" "$CONF"
	j 0 jremove -y r1
	rep_end
}

case_replicate_diverged() {
	rep r1
	j 0 replicate r1 "$REP"
	c 0 zfs snapshot "$REP/r1/data@theirs"
	j 5 replicate r1 "$REP"
	err_has 'has diverged'
	err_has theirs
	c 0 zfs list "$REP/r1/data@theirs"
	c 0 zfs destroy "$REP/r1/data@theirs"
	j 0 replicate r1 "$REP"
	# The last that both had is lost here, and its bookmark: what the refusal says is the way on.
	lost=$(newest_of "$POOL/jugtest/env/r1")
	for p in "" /data /system; do
		d="$POOL/jugtest/env/r1$p"
		c 0 zfs release jug-replica "$d@$lost"
		c 0 zfs destroy "$d@$lost"
		c 0 zfs destroy "$(zfs list -H -o name -t bookmark -d 1 "$d")"
	done
	for p in "" /data /system; do
		j 5 replicate r1 "$REP"
		way=$(sed -n 's/^jug: next: [^;]*; \(.*\) there gives .*/\1/p' "$T/err")
		must [ "${way%% && *}" = "zfs release jug-replica '$REP/r1$p@$lost'" ]
		c 0 sh -c "$way"
	done
	j 0 replicate r1 "$REP"
	same_newest r1
	j 5 replicate r1 "$POOL/jugtest/env"
	err_has 'dataset of an environment'
	j 0 jremove -y r1
	rep_end
}

# Volumes, and what is encrypted: that is sent as it lies there, and the other side has no key.
case_replicate_raw_and_volumes() {
	rep r1
	echo 'correct horse battery' >"$T/key"
	e="$POOL/jugtest/env/r1/secret"
	c 0 zfs create -o encryption=on -o keyformat=passphrase -o "keylocation=file://$T/key" -o mountpoint=none "$e"
	c 0 zfs create -s -V 16M "$POOL/jugtest/env/r1/vol"
	j 0 -v replicate r1 "$REP"
	err_has 'zfs send -w'
	must [ "$(zfs get -H -o value keystatus "$REP/r1/secret")" = unavailable ]
	must [ "$(zfs get -H -o value type "$REP/r1/vol")" = volume ]
	must [ "$(zfs get -H -o value readonly "$REP/r1/vol")" = on ]
	j 0 -v replicate r1 "$REP"
	err_has 'zfs send -w -i'
	same_newest r1
	for d in secret vol; do
		n=$(newest_of "$POOL/jugtest/env/r1/$d")
		c 0 zfs release jug-replica "$POOL/jugtest/env/r1/$d@$n"
		c 0 zfs destroy -r "$POOL/jugtest/env/r1/$d"
	done
	j 0 jremove -y r1
	rep_end
}

# Streams that would set properties are not received.
case_replicate_receive_refuses() {
	rep r1
	j 0 replicate r1 "$REP"
	n=$(newest_of "$POOL/jugtest/env/r1")
	u=$("$JUG" jget r1 uuid)
	for how in -p -R; do
		printf '{"do":"receive","replica":{"name":"evil","uuid":"%s","under":null},"part":"","filesystem":true,"mark":null}\n' "$u" >"$T/ask"
		zfs send $how "$POOL/jugtest/env/r1@$n" >>"$T/ask"
		IN=$T/ask j 2 replicate-receive --under "$REP"
		out_has '"error"'
	done
	c 1 zfs list "$REP/evil"
	export SSH_ORIGINAL_COMMAND='sh -c id'
	j 2 replicate-receive --under "$REP"
	unset SSH_ORIGINAL_COMMAND
	j 0 jremove -y r1
	rep_end
}

# jug is killed while it notes what is needed, while it sends, and while it lets go; what is held in the end is what both
# sides have in common, by jug's tag alone.
case_replicate_killed() {
	rep r1
	for k in 1 4 8 13; do
		dd if=/dev/random "of=$(data_of r1)" bs=100k count=20 2>/dev/null
		kill_at $k replicate.r1 replicate r1 "$REP"
		j 0 doctor --fix
		j 0 replicate r1 "$REP"
		same_newest r1
		c 0 sh -c "zfs list -H -o name -t snapshot -r $POOL/jugtest/env/r1 $REP | xargs zfs holds -H"
		out_lines 6
		must [ "$(cut -f 2 "$T/out" | sort -u)" = jug-replica ]
	done
	j 0 jremove -y r1
	rep_end
}

# The other side is full: what it has stays, and it goes on once there is room.
case_replicate_no_room() {
	rep r1
	j 0 replicate r1 "$REP"
	first=$(newest_of "$REP/r1/data")
	dd if=/dev/random "of=$(data_of r1)" bs=100k count=40 2>/dev/null
	c 0 zfs set quota=$(($(zfs get -Hp -o value used "$REP") + 1000000)) "$REP"
	j 1 replicate r1 "$REP"
	err_has 'receiving:'
	c 0 zfs list "$REP/r1/data@$first"
	c 0 zfs set quota=none "$REP"
	j 0 replicate --last r1 "$REP"
	same_newest r1
	c 0 sh -c "zfs list -H -o name -t snapshot -r $POOL/jugtest/env/r1 $REP | xargs zfs holds -H"
	out_lines 6
	j 0 jremove -y r1
	rep_end
}
