#!/bin/sh
# How fast jug replicates beside a bare `zfs send | zfs receive` of the same data, turn by turn in one run, with zfs-fuse,
# until it is on the disk. What jug asks, notes and holds takes the same time whatever the size: an environment without data
# tells how long. MB=1024 megabytes, ROUNDS=4. JUG names another binary than the one that a release would have. Ends with 1 if
# jug, all in all, has less than 0.95 of the bare speed.
set -eu
if [ "${1:-}" != inside ]; then
	for program in zfs-fuse busybox unshare runc; do
		command -v "$program" >/dev/null || { echo "not measured: replicate: there is no $program"; exit 0; }
	done
	if [ "$(id -u)" != 0 ] || [ ! -e /dev/fuse ]; then
		echo "not measured: replicate: it needs root and /dev/fuse"
		exit 0
	fi
	if [ -z "${JUG:-}" ]; then
		(cd "$(dirname "$0")/.." && PATH=$PATH:${HOME:-/root}/.cargo/bin cargo build --release --locked --quiet)
		JUG=$(cd "$(dirname "$0")/.." && pwd)/target/release/jug
	fi
	export JUG
	dir=$(mktemp -d "${TMPDIR:-/tmp}/jug-bench-replicate.XXXXXX")
	trap 'rm -rf "$dir"' EXIT INT TERM
	# With the name spaces all of it goes, whatever happens.
	code=0
	unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private sh "$0" inside "$dir" || code=$?
	[ $code -eq 0 ] || echo "bench: replicate ended with $code" >&2
	exit $code
fi

dir=$2
mb=${MB:-1024} rounds=${ROUNDS:-4}
cd "$dir"
for d in /run/zfs /var/lib/zfs /run/lock/zfs; do
	mkdir -p $d
	mount -t tmpfs none $d
done
setsid zfs-fuse -n -x -m 256 --no-kstat-mount >zfs.log 2>&1 </dev/null &
until zpool list >/dev/null 2>&1; do sleep 0.1; done
truncate -s "$((mb * 2 + 256))M" pool
truncate -s "$((mb * (rounds * 2 + 2) + 256))M" pool2
zpool create -o ashift=9 -m none tank "$dir/pool"
zpool create -o ashift=9 -m none back "$dir/pool2"

printf 'version = 1\nworkdir = "%s/jails"\n' "$dir" >jug.toml
jug() { "$JUG" --config "$dir/jug.toml" -q "$@"; }
mkdir -p tree/bin tree/etc tree/root
cp "$(command -v busybox)" tree/bin/busybox
ln -s busybox tree/bin/sh
echo 'root:x:0:0::/root:/bin/sh' >tree/etc/passwd
jug init --zfs-root tank/jug
jug base-import "$dir/tree" bb --storage dir
jug jcreate www small --base bb
dd if=/dev/urandom of=jails/jails-data/www-data/root/data bs=1M count="$mb" 2>/dev/null
jug snapshot www small
snapshot=$(zfs list -H -o name -t snapshot -r -d 1 tank/jug/env/www/data)

now() { date +%s%N; }
bare() {
	sync
	start=$(now)
	zfs send "$snapshot" | zfs receive -u "back/bare$1"
	sync
	bare=$((bare + $(now) - start))
}
ours() {
	zfs create -o mountpoint=none "back/ours$1"
	sync
	start=$(now)
	jug replicate --last www "back/ours$1"
	sync
	ours=$((ours + $(now) - start))
}
small() {
	zfs create -o mountpoint=none "back/small$1"
	sync
	start=$(now)
	jug replicate --last small "back/small$1"
	sync
	small=$((small + $(now) - start))
}
# Whoever comes first finds a cache that is cold, or a disk that is idle: that is nobody, and then each in turn.
bare=0 ours=0 small=0 i=0
bare 0
bare=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	if [ $((i % 2)) = 1 ]; then
		ours $i
		bare $i
	else
		bare $i
		ours $i
	fi
	small $i
done
awk -v b="$bare" -v o="$ours" -v s="$small" -v m="$((mb * rounds))" -v n="$rounds" 'BEGIN {
	printf "%-44s %10.1f MB/s\n", "zfs send | zfs receive", m / b * 1e9
	printf "%-44s %10.1f MB/s\n", "jug replicate, all in all", m / o * 1e9
	printf "%-44s %10.0f ms\n", "of that, whatever the size", s / n / 1e6
	printf "%-44s %10.3f\n", "its data, of the bare speed", b / (o - s)
	printf "%-44s %10.3f\n", "all in all, of the bare speed", b / o
	exit b / o < 0.95
}'
