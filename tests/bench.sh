#!/bin/sh
# How long a list of many environments takes, with a host that answers at once; the size of the binary, and its start.
# N=300 environments, SNAPSHOTS=30000 of one. Prints numbers, and ends with 1 if the binary is larger than 5 MB stripped.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:${HOME:-/root}/.cargo/bin
n=${N:-300}
runs=${RUNS:-30}
if [ -z "${JUG:-}" ]; then
	cargo build --release --locked --quiet
	JUG=$PWD/target/release/jug
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/jug-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT INT TERM

# A host of stubs: the only programs that jug finds.
mkdir -p "$dir/bin" "$dir/jails/envs" "$dir/jails/run/.oci/env1"
if [ "$(uname -s)" = FreeBSD ]; then list=jls; else list=runc; fi

uuid_of() {
	printf '00000000-0000-4000-8000-%012d' "$1"
}

i=1
{
	if [ "$list" = jls ]; then printf '{"__version":"2","jail-information":{"jail":['; else printf '['; fi
	while [ "$i" -le "$n" ]; do
		uuid=$(uuid_of "$i")
		name=env$i
		cat >"$dir/jails/envs/$name.toml" <<TOML
version = 1
uuid = "$uuid"
created = "2026-01-02T03:04:05Z"
base = "host"
tags = ["web", "bench"]
TOML
		[ "$i" = 1 ] || printf ','
		root=$dir/jails/run/$name/root
		if [ "$list" = jls ]; then
			printf '{"jid":%d,"name":"%s","path":"%s","meta":"jug_uuid=%s"}' "$i" "$name" "$root" "$uuid"
		else
			printf '{"ociVersion":"1.0.2","id":"%s","pid":%d,"status":"running","bundle":"%s","rootfs":"%s","created":"2026-01-02T03:04:05Z","annotations":{"jug.uuid":"%s"},"owner":"root"}' \
				"$name" "$((i + 1000))" "$dir" "$root" "$uuid"
		fi
		i=$((i + 1))
	done
	if [ "$list" = jls ]; then printf ']}}\n'; else printf ']\n'; fi
} >"$dir/list.json"
printf '#!/bin/sh\nexec /bin/cat %s\n' "$dir/list.json" >"$dir/bin/$list"
chmod 755 "$dir/bin/$list"
printf 'version = 1\nworkdir = "%s/jails"\n[programs]\npath = ["%s/bin"]\n' "$dir" "$dir" >"$dir/jug.toml"

seen=$("$JUG" --config "$dir/jug.toml" -H jls | grep -c "	running	" || :)
[ "$seen" = "$n" ] || {
	echo "bench: jls shows $seen running, not $n" >&2
	exit 1
}

now() {
	date +%s%N | sed 's/N$/000000000/'
}

# measure WHAT COMMAND...: the mean of many runs, in milliseconds.
measure() {
	what=$1
	shift
	k=0
	start=$(now)
	while [ "$k" -lt "$runs" ]; do
		"$@" >/dev/null
		k=$((k + 1))
	done
	end=$(now)
	us=$(((end - start) / 1000 / runs))
	printf '%-44s %6d.%03d ms\n' "$what" $((us / 1000)) $((us % 1000))
}

# What zfs(8) says of one with three datasets and many snapshots, taken every ten minutes.
snapshots=${SNAPSHOTS:-30000}
uuid=$(uuid_of 99999)
cat >"$dir/jails/envs/snapped.toml" <<TOML
version = 1
uuid = "$uuid"
created = "2026-01-02T03:04:05Z"
base = "host"
storage = "zfs"
dataset = "tank/jug/env/snapped"
TOML
for part in '' /data /system; do
	printf 'tank/jug/env/snapped%s\ttype\tfilesystem\t-\n' "$part"
	printf 'tank/jug/env/snapped%s\tjug:uuid\t%s\tlocal\n' "$part" "$uuid"
done >"$dir/datasets"
awk -v n="$((snapshots / 3))" -v u="$uuid" 'BEGIN {
	OFS = "\t"
	for (p = 1; p <= 3; p++) {
		d = "tank/jug/env/snapped" substr("       /data  /system", p * 7 - 6, 7)
		gsub(/ /, "", d)
		for (i = 0; i < n; i++) {
			s = d "@jug-" 20250000000000 + i "Z-000"
			print s, "creation", 1700000000 + 600 * i, "-"
			print s, "used", 8192, "-"
			print s, "referenced", 24576, "-"
			print s, "userrefs", 0, "-"
			print s, "jug:snapshot", u, "local"
			print s, "jug:common", "-", "-"
		}
	}
}' >"$dir/snapshots"
cat >"$dir/bin/zfs" <<SH
#!/bin/sh
case "\$*" in
*creation*) exec /bin/cat $dir/snapshots ;;
*) exec /bin/cat $dir/datasets ;;
esac
SH
chmod 755 "$dir/bin/zfs"

measure "start (jug --version)" "$JUG" --version
measure "jls of $n environments" "$JUG" --config "$dir/jug.toml" jls
measure "jls --json of $n environments" "$JUG" --config "$dir/jug.toml" --json jls
measure "jget of one of $n" "$JUG" --config "$dir/jug.toml" jget env7 base
runs=$((runs / 10 + 1))
measure "snapshot-ls of $snapshots" "$JUG" --config "$dir/jug.toml" snapshot-ls snapped
measure "-n snapshot-prune of $snapshots" "$JUG" --config "$dir/jug.toml" -n snapshot-prune snapped \
	--keep last=3,hourly=24,daily=7,weekly=4,monthly=12,yearly=2
cp "$JUG" "$dir/jug"
strip "$dir/jug" 2>/dev/null || :
bytes=$(($(wc -c <"$dir/jug")))
printf '%-44s %10d bytes\n' "the binary, stripped" "$bytes"
[ "$bytes" -lt 5000000 ] || {
	echo "bench: the binary is larger than 5 MB" >&2
	exit 1
}
JUG=$JUG sh tests/bench-boot.sh
