# shellcheck shell=sh
# Snapshots, retention and rollback on OpenZFS.

# sn NAME...: thin jails on ZFS, that run nothing of their own at start and stop
sn() {
	need_pool
	need_host
	for _sn; do
		j 0 jcreate "$_sn" --base host --storage zfs --set exec.start=/usr/bin/true --set exec.stop=/usr/bin/true
	done
}

# The names of the snapshots of one, the oldest first.
snapshots_of() { "$JUG" -H snapshot-ls "$1" | cut -f 2; }
# How many programs of this kind the last command started, if it had -v.
started_times() { grep -c "^+ $1" "$T/err"; }
data_of() { echo "$WD/jails-data/$1-data/root/f"; }

case_snapshot_of_all_datasets() {
	sn s1
	j 0 snapshot s1 --label first
	out_has 'changed (snapshot jug-20'
	name=$(snapshots_of s1)
	c 0 zfs get -H -s local -o name -r jug:snapshot "$POOL/jugtest/env/s1"
	out_lines 3
	out_has "$POOL/jugtest/env/s1/data@$name"
	# At one moment: of one transaction group.
	must [ "$(zfs get -H -o value -r -t snapshot createtxg "$POOL/jugtest/env/s1" | sort -u | wc -l)" -eq 1 ]
	j 0 --json snapshot-ls s1
	out_has '"ours":true'
	out_has '"label":"first"'
	# Others' with such a name, and one that inherits a mark, are none of jug's.
	c 0 zfs snapshot "$POOL/jugtest/env/s1/data@jug-x"
	c 0 zfs set jug:snapshot=7f1c0a52-6d0e-4a53-9f4c-1d2c3b4a5f60 "$POOL/jugtest/env/s1"
	j 5 snapshot-remove -y s1 jug-x
	err_has 'did not take'
	j 5 jremove -y s1
	err_has 'data@jug-x'
	j 0 snapshot-prune s1 --keep last=1
	out_has 'unchanged'
	j 0 snapshot-remove -y --foreign s1 jug-x
	mk flat
	j 7 snapshot flat
	j 7 snapshot-rollback -y flat first
	j 0 jremove -y s1
	c 1 zfs list "$POOL/jugtest/env/s1"
}

case_snapshot_several_in_one_command() {
	sn s1 s2 s3
	mk flat
	j 0 -v snapshot --all
	must [ "$(started_times 'zfs snapshot')" -eq 1 ]
	must [ "$(zfs get -H -o value -r -t snapshot createtxg "$POOL/jugtest/env" | sort -u | wc -l)" -eq 1 ]
	for n in s1 s2 s3; do must [ "$(snapshots_of $n | wc -l)" -eq 1 ]; done
	# Reading costs the same for one and for three.
	j 0 -v snapshot-ls s1
	one=$(started_times zfs)
	j 0 -v snapshot-ls
	must [ "$(started_times zfs)" -eq "$one" ]
	# One whose dataset is gone does not keep the others from theirs.
	c 0 zfs rename "$POOL/jugtest/env/s2" "$POOL/jugtest/away"
	j 8 snapshot s1 s2 s3
	err_has 's2: its dataset'
	for n in s1 s3; do must [ "$(snapshots_of $n | wc -l)" -eq 2 ]; done
	c 0 zfs rename "$POOL/jugtest/away" "$POOL/jugtest/env/s2"
	j 0 doctor
}

case_snapshot_policy() {
	sn s1 s2
	j 0 jset s1 snapshots.keep=last=2
	for _ in 1 2 3 4; do
		j 0 snapshot --all --policy
		must [ ! -s "$T/out" ]
		must [ ! -s "$T/err" ]
	done
	must [ "$(snapshots_of s1 | wc -l)" -eq 2 ]
	must [ -z "$(snapshots_of s2)" ]
	# Many go in one command.
	for _ in 1 2 3 4 5 6; do j 0 snapshot s1; done
	j 0 -n snapshot-prune s1
	out_has 'no rule keeps it'
	out_has 'last 1'
	must [ "$(snapshots_of s1 | wc -l)" -eq 8 ]
	j 0 -v snapshot-prune s1
	out_has '6 destroyed, 2 kept'
	must [ "$(started_times 'zfs destroy')" -eq 1 ]
	j 0 snapshot-prune s1
	out_has unchanged
	# What is held by others, cloned, or a replication's stays.
	old=$(snapshots_of s1 | head -1)
	c 0 zfs hold keep "$POOL/jugtest/env/s1/data@$old"
	j 0 snapshot-prune s1 --keep last=1
	out_has unchanged
	c 0 zfs release keep "$POOL/jugtest/env/s1/data@$old"
	c 0 zfs set jug:common=backup "$POOL/jugtest/env/s1/data@$old"
	j 0 snapshot-prune s1 --keep last=1
	out_has unchanged
	c 0 zfs inherit jug:common "$POOL/jugtest/env/s1/data@$old"
	j 0 jclone --from-snapshot "$old" s1 copy
	j 0 snapshot-prune s1 --keep last=1
	out_has unchanged
	j 5 snapshot-remove -y s1 "$old"
	err_has copy
	j 0 jremove -y copy
	j 0 snapshot-prune s1 --keep last=1
	out_has '1 destroyed, 1 kept'
}

case_snapshot_held() {
	sn s1
	j 0 snapshot s1 --label a
	name=$(snapshots_of s1)
	j 0 snapshot-hold s1 a
	j 0 snapshot-hold s1 a
	out_has 'held already'
	c 0 zfs holds -H "$POOL/jugtest/env/s1/system@$name"
	out_has '	jug	'
	j 6 snapshot-remove -y s1 a
	j 6 jremove -y s1
	err_has 'is held'
	j 0 snapshot-release s1 a
	# Others' holds are theirs.
	c 0 zfs hold -r keep "$POOL/jugtest/env/s1@$name"
	j 0 snapshot-release s1 a
	out_has unchanged
	j 0 snapshot-hold s1 a
	out_has 'changed (held)'
	j 0 snapshot-release s1 a
	j 6 snapshot-remove -y s1 a
	c 0 zfs release -r keep "$POOL/jugtest/env/s1@$name"
	j 0 snapshot-remove -y s1 a
}

case_snapshot_diff() {
	sn s1
	j 0 snapshot s1 --label a
	: >"$(data_of s1)"
	j 0 -H snapshot-diff s1 a
	out_has "+	F	$(data_of s1)"
	j 0 snapshot s1 --label b
	mv "$(data_of s1)" "$WD/jails-data/s1-data/root/a b"
	j 0 --json snapshot-diff s1 b
	out_has '"change":"renamed"'
	j 0 -H snapshot-diff s1 a b
	out_has "+	F	$(data_of s1)"
	out_lacks 'root/a'
}

case_snapshot_rollback() {
	sn s1
	echo one >"$(data_of s1)"
	j 0 snapshot s1 --label one
	echo two >"$(data_of s1)"
	j 0 jset s1 description=later
	j 0 snapshot-rollback -y s1 one
	must [ "$(cat "$(data_of s1)")" = one ]
	j 0 jget s1 description
	out_is later
	must cmp -s "$WD/jails-system/s1/env.toml" "$WD/jails-rcconf/s1/env.toml"
	echo two >"$(data_of s1)"
	j 0 snapshot s1 --label two
	name=$(snapshots_of s1 | tail -1)
	j 5 snapshot-rollback -y s1 one
	err_has "$name"
	c 0 zfs hold keep "$POOL/jugtest/env/s1/system@$name"
	j 6 snapshot-rollback -y --destroy-newer s1 one
	must [ "$(cat "$(data_of s1)")" = two ]
	c 0 zfs release keep "$POOL/jugtest/env/s1/system@$name"
	# A bookmark is in the way as well.
	c 0 zfs bookmark "$POOL/jugtest/env/s1@$name" "$POOL/jugtest/env/s1#mark"
	j 0 snapshot-remove -y s1 two
	j 1 snapshot-rollback -y s1 one
	err_has '#mark'
	must [ "$(cat "$(data_of s1)")" = two ]
	j 0 jstart s1
	j 6 snapshot-rollback -y s1 one
	err_has '--stop'
	j 0 snapshot-rollback -y --stop --destroy-newer s1 one
	out_has 'started again'
	must running s1
	must [ "$(cat "$(data_of s1)")" = one ]
	j 0 jstop s1
	# A dataset of the administrator's below stays as it is, and is named.
	c 0 zfs create "$POOL/jugtest/env/s1/data/theirs"
	j 0 snapshot-rollback -y s1 one
	err_has 'data/theirs'
	c 0 zfs destroy "$POOL/jugtest/env/s1/data/theirs"
	j 0 doctor
}

case_snapshot_hooks() {
	sn s1 s2
	# shellcheck disable=SC2016 # for the hook
	printf '#!/bin/sh\necho "$1 $2 $JUG_RUNNING" >>%s/hooked\n' "$T" | script_file note
	printf '#!/bin/sh\nexit 3\n' | script_file no
	j 0 jset s1 hooks.presnapshot="$T/hooks/note" hooks.postsnapshot="$T/hooks/note"
	j 0 jstart s1
	j 0 snapshot s1 s2
	must [ "$(tr '\n' ' ' <"$T/hooked")" = 'presnapshot s1 yes postsnapshot s1 yes ' ]
	rm "$T/hooked"
	j 0 jset s1 hooks.presnapshot="$T/hooks/no"
	j 8 snapshot s1 s2
	must [ "$(cat "$T/hooked")" = 'postsnapshot s1 yes' ]
	must [ "$(snapshots_of s1 | wc -l)" -eq 1 ]
	must [ "$(snapshots_of s2 | wc -l)" -eq 2 ]
	rm "$T/hooked"
}

# jug is killed at a snapshot, and at a prune: what it left is brought to its end.
case_snapshot_killed() {
	sn s1 s2
	# shellcheck disable=SC2016 # for the hook
	printf '#!/bin/sh\nsleep 0.3\nkill -KILL $PPID\nsleep 1\n' | script_file kill
	j 0 jset s1 hooks.presnapshot="$T/hooks/kill"
	run 60 "$JUG" snapshot s1
	must [ "$RC" -ne 0 ]
	j 6 -n snapshot s1
	j 0 jset s1 hooks.presnapshot=
	err_has 'an interrupted snapshot was undone'
	must [ -z "$(snapshots_of s1)" ]
	j 0 jset s1 hooks.postsnapshot="$T/hooks/kill"
	run 60 "$JUG" snapshot s1
	must [ "$RC" -ne 0 ]
	j 0 doctor --fix
	must [ -z "$(snapshots_of s1)" ]
	j 0 jset s1 hooks.postsnapshot=
	j 0 snapshot s1 s2
}

case_snapshot_periodic() {
	[ -f "$HERE/../../share/examples/periodic/410.jug-snapshot" ] || skip 'there are no examples beside the tests'
	sn s1
	j 0 jset s1 snapshots.keep=last=1
	c 0 env daily_jug_snapshot_enable=YES daily_jug_program="$JUG" \
		sh "$HERE/../../share/examples/periodic/410.jug-snapshot"
	out_has 'Taking snapshots'
	must [ "$(snapshots_of s1 | wc -l)" -eq 1 ]
}
