# shellcheck shell=sh disable=SC2086 # addresses hold no blanks
# Exports while servers are not there, hang, or are changed by two at once; what cases_nfs.sh has is used here.

back_and_forth() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		"$JUG" nfs-export "$D/x$1" --to $C1 --via file || exit 1
		"$JUG" nfs-unexport "$D/x$1" || exit 1
	done >"$T/at_once.$1" 2>&1
	"$JUG" nfs-export "$D/x$1" --to "10.97.0.$1" --via file >>"$T/at_once.$1" 2>&1
}
# Two at once, fifty times each: nothing is lost, and the file can be read at any time.
case_nfs_two_at_once() {
	nfs_server </dev/null
	nfs_dataset x1 x2
	back_and_forth 1 &
	_p1=$!
	back_and_forth 2 &
	_p2=$!
	in_background $_p1
	in_background $_p2
	while kill -0 "$_p1" 2>/dev/null || kill -0 "$_p2" 2>/dev/null; do
		j 0 -q -H nfs-ls
		sleep 1
	done
	wait "$_p1" || fail "the first: $(tail -n 2 "$T/at_once.1")"
	wait "$_p2" || fail "the second: $(tail -n 2 "$T/at_once.2")"
	may rw 1 "$T/exp/x1"
	may rw 2 "$T/exp/x2"
	may no 2 "$T/exp/x1"
	nfs_end
}

# The server is gone: nothing is begun, what is written down can be taken back, and lists do not wait.
case_nfs_nobody_serves() {
	nfs_server </dev/null
	nfs_dataset x1
	j 0 nfs-export "$D/x1" --to $C1 --via file
	c 0 service mountd onestop
	j 7 nfs-export "$D/x1" --to $C2 --via file
	err_has 'mountd does not run'
	j 0 -H nfs-ls
	LIMIT=300 j 1 -H nfs-check
	out_has 'it does not run'
	j 0 nfs-unexport "$D/x1"
	err_has 'mountd does not run'
	restart_mountd
	# mountd hangs: that is seen, and nothing is half exported.
	_pid=$(cat /var/run/mountd.pid)
	kill -STOP "$_pid"
	LIMIT=300 j 1 nfs-export "$D/x1" --to $C1 --via file
	err_has 'the mount table does not show'
	kill -CONT "$_pid"
	must_not grep -q "$T/exp/x1" "$T/etc/jug.exports"
	# rpcbind hangs: showmount would wait for ever, and it proves nothing.
	_pid=$(pgrep rpcbind)
	kill -STOP "$_pid"
	LIMIT=300 j 0 nfs-export "$D/x1" --to $C1 --via file
	kill -CONT "$_pid"
	err_has 'showmount'
	may rw 1 "$T/exp/x1"
	nfs_end
}

# Without nfsd nothing is begun and nobody waits; without a V4: line there is NFSv3.
case_nfs_no_nfsd_no_root() {
	nfs_server </dev/null
	nfs_dataset x1
	j 0 nfs-export "$D/x1" --to $C1
	c 0 service nfsd onestop
	j 7 nfs-export "$D/x1" --to $C2
	err_has 'nfsd does not run'
	j 0 -H nfs-ls
	LIMIT=300 j 1 -H nfs-check
	out_has 'service nfsd start'
	_begun=$(date +%s)
	run 200 "$JUG" nfs-mount "$C1:$T/exp/x1" "$T/c1" --timeout $((5 * SLOW))
	must [ "$RC" != 0 ]
	within 60 "$_begun"
	must_not mounted "$T/c1"
	c 0 service nfsd onestart
	sed -i '' '/^V4:/d' "$T/etc/jug.exports"
	c 0 service mountd onereload
	LIMIT=300 j 1 -H nfs-check
	out_has 'no file has a V4: line'
	run 200 "$JUG" nfs-mount --nfs4 "$C1:$T/exp/x1" "$T/c1" --timeout $((10 * SLOW))
	must [ "$RC" != 0 ]
	must_not mounted "$T/c1"
	j 0 nfs-mount "$C1:$T/exp/x1" "$T/c1" --timeout $((30 * SLOW))
	nfsstat -m >"$T/nfsstat"
	file_has "$T/nfsstat" nfsv3
	j 0 nfs-umount "$T/c1"
	j 0 nfs-export "$D/x1" --to $C2
	file_has "$T/etc/jug.exports" 'V4: /'
	may rw 2 "$T/exp/x1"
	nfs_end
}
