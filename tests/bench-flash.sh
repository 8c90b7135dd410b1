#!/bin/sh
# How fast jug takes an image in and writes it to a disk beside dd(1) and sha256sum(1) of the same data, turn by turn in one
# run, and how much memory it has then. MB=1024 megabytes, ROUNDS=3. JUG names another binary than the one that a release
# would have. Ends with 1 if jug has less than 0.8 of the slower of the two, or more than 32 MB. Needs root and GNU time.
set -eu
for program in dd sha256sum /usr/bin/time; do
	command -v "$program" >/dev/null || { echo "not measured: flashing: there is no $program"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "not measured: flashing: it needs root"; exit 0; }
if [ -z "${JUG:-}" ]; then
	cd "$(dirname "$0")/.."
	PATH=$PATH:${HOME:-/root}/.cargo/bin cargo build --release --locked --quiet
	JUG=$PWD/target/release/jug
fi
mb=${MB:-1024} rounds=${ROUNDS:-3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/jug-bench-flash.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cd "$dir"
printf 'version = 1\nworkdir = "%s/jails"\n' "$dir" >jug.toml
dd if=/dev/urandom of=image.raw bs=1M count="$mb" 2>/dev/null
sum=$(sha256sum image.raw | cut -d ' ' -f 1)
truncate -s "${mb}M" blocks

now() { date +%s%N; }
# timed NAME COMMAND...: adds what it took to the variable, in ns, and keeps the largest memory of jug, in kB
timed() {
	_of=$1
	shift
	sync
	_start=$(now)
	"$@"
	eval "$_of=\$(($_of + \$(now) - _start))"
}
jug() {
	/usr/bin/time -a -o memory -f %M "$JUG" --config "$dir/jug.toml" -q "$@"
}
bare() { dd if=image.raw of=bare.raw bs=1M conv=fsync 2>/dev/null; }
over() { dd if=image.raw of=blocks bs=1M conv=fsync,notrunc 2>/dev/null; }
hashed() { sha256sum image.raw >/dev/null; }
taken() { jug image-import "$dir/image.raw" it --sha256 "$sum"; }
# On what holds something nothing is left out.
flashed() { jug vm-create vm --storage dir --kernel "$JUG" --image it --disk "d:$dir/blocks" --force; }
verified() { jug vm-create vm --storage dir --kernel "$JUG" --image it --disk "d:$dir/blocks" --force --verify; }
gone() { jug -y vm-remove vm; }

# Whoever comes first finds a cold cache: that is nobody, and then each in turn.
bare
i=0 dd=0 sha=0 import=0 over=0 flash=0 verify=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	rm -f bare.raw
	timed dd bare
	timed sha hashed
	timed import taken
	timed over over
	timed flash flashed
	gone
	timed verify verified
	gone
	jug -y image-remove it
done
kb=$(sort -n memory | tail -n 1)
awk -v m="$((mb * rounds))" -v dd="$dd" -v sha="$sha" -v import="$import" -v over="$over" -v flash="$flash" \
	-v verify="$verify" -v kb="$kb" '
function line(what, ns) { printf "%-44s %10.1f MB/s\n", what, m / ns * 1e9 }
BEGIN {
	line("dd to a new file, synced", dd)
	line("dd over a file, synced", over)
	line("sha256sum", sha)
	line("jug image-import --sha256", import)
	line("jug vm-create --image, over a disk", flash)
	line("jug vm-create --image --verify", verify)
	slower = sha > dd ? sha : dd
	a = slower / import
	b = over / flash
	# Written, and then read for its sum.
	c = (over + sha) / verify
	printf "%-44s %10.2f\n", "taking it in, of the slower of dd and sha256sum", a
	printf "%-44s %10.2f\n", "flashing, of dd", b
	printf "%-44s %10.2f\n", "flashing and reading back, of both in turn", c
	printf "%-44s %10.1f MB\n", "the most memory", kb / 1024
	exit a < 0.8 || b < 0.8 || c < 0.8 || kb > 32 * 1024
}'
