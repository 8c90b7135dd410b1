#!/bin/sh
# How long `jug boot` of 30 jails takes that come after one another, for real, and how long their longest chain takes
# alone. Each needs half a second to come up. JUG names another binary than the one that a release would have; root, Linux,
# runc and busybox are needed.
set -eu
if [ "${1:-}" != inside ]; then
	for program in runc busybox unshare; do
		command -v "$program" >/dev/null || { echo "not measured: jug boot: there is no $program"; exit 0; }
	done
	[ "$(id -u)" = 0 ] || { echo "not measured: jug boot: it needs root"; exit 0; }
	if [ -z "${JUG:-}" ]; then
		(cd "$(dirname "$0")/.." && PATH=$PATH:${HOME:-/root}/.cargo/bin cargo build --release --locked --quiet)
		JUG=$(cd "$(dirname "$0")/.." && pwd)/target/release/jug
	fi
	export JUG
	dir=$(mktemp -d "${TMPDIR:-/tmp}/jug-bench-boot.XXXXXX")
	trap 'rm -rf "$dir"' EXIT INT TERM
	# With the name spaces all of it goes, whatever happens.
	unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private sh "$0" inside "$dir" || {
		echo "bench: jug boot failed" >&2
		exit 1
	}
	exit 0
fi

dir=$2
jug() {
	"$JUG" --config "$dir/jug.toml" -q "$@"
}

now() {
	date +%s%N | sed 's/N$/000000000/'
}

# measure WHAT COMMAND...: the time of one run, in milliseconds.
measure() {
	what=$1
	shift
	start=$(now)
	"$@"
	end=$(now)
	printf '%-44s %10d ms\n' "$what" $(((end - start) / 1000000))
}

printf 'version = 1\nworkdir = "%s/work"\n' "$dir" >"$dir/jug.toml"
mkdir -p "$dir/bb/bin" "$dir/bb/etc" "$dir/bb/root" "$dir/bb/tmp" "$dir/bb/dev" "$dir/bb/proc"
cp "$(command -v busybox)" "$dir/bb/bin/busybox"
for applet in sh sleep kill; do ln -s busybox "$dir/bb/bin/$applet"; done
jug base-import "$dir/bb" bb --storage dir

# One chain of ten, and twenty that come after its first five.
i=1
while [ "$i" -le 30 ]; do
	if [ "$i" -le 10 ]; then after=$((i - 1)); else after=$(((i - 11) / 4 + 1)); fi
	jug jcreate "e$i" --base bb --net none --set boot.auto=true --set 'exec.start=/bin/sleep 0.5' \
		--set exec.kill_timeout=1
	[ "$after" = 0 ] || jug jset "e$i" "boot.after=e$after"
	i=$((i + 1))
done

measure "jug boot of 30 jails" jug boot
[ "$(jug -H jls | grep -c '	running')" = 30 ]
measure "jug shutdown of 30 jails" jug shutdown
measure "their longest chain, of 10, alone" jug boot e10
[ "$(jug -H jls | grep -c '	running')" = 10 ]
jug shutdown
