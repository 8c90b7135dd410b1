#!/bin/sh
# Everything that is tested, each suite in its share of time, and one line at the end.
# What the machine lacks is said and left out; with CI set in the environment it is a failure.
# ONLY=PATTERN runs the suites whose name matches, such as ONLY='test:cli'.
set -u
cd "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:${HOME:-/root}/.cargo/bin
export PATH
: "${ONLY:=*}"
logs=target/tests
mkdir -p "$logs" || exit 1
begun=$(date +%s)
passed=0
failed=
untested=

say() {
	printf '%s\n' "$*"
}

untested() {
	untested="$untested
  $1: $2"
	if [ -n "${CI:-}" ]; then
		failed="$failed $1"
	fi
}

lacks() {
	grep -q "^lack: $1:" "$logs/deps.log"
}

# suite NAME SECONDS COMMAND...: its output is shown if it fails, and kept under target/tests.
suite() {
	name=$1
	limit=$2
	shift 2
	# shellcheck disable=SC2254 # ONLY is a pattern
	case $name in
	$ONLY) ;;
	*) return ;;
	esac
	log=$logs/$(printf '%s' "$name" | tr -c 'A-Za-z0-9_.-' '_').log
	printf '%-28s ' "$name"
	start=$(date +%s)
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
	status=$?
	took=$(($(date +%s) - start))
	if [ "$status" = 0 ]; then
		# What a test could not do here it says itself, in lines that begin so.
		sed -n 's/^not tested: //p' "$log" | sort -u >"$log.skipped"
		passed=$((passed + 1))
		say "ok      $took s"
		while IFS= read -r why; do
			untested "$name" "$why"
		done <"$log.skipped"
		rm -f "$log.skipped"
		return
	fi
	failed="$failed $name"
	if [ "$status" = 124 ] || [ "$status" = 137 ]; then
		say "FAILED  it took longer than $limit s"
	else
		say "FAILED  $took s, exit $status"
	fi
	tail -n "${TAIL:-80}" "$log" | cut -c 1-400 | sed 's/^/    /'
	say "    (all of it: $log)"
}

sh_files() {
	find .ci tests share -type f | sort | while IFS= read -r file; do
		case $file in
		*.sh | .ci/run) printf '%s\n' "$file" ;;
		*) head -n 1 "$file" | grep -q '^#!/bin/sh' && printf '%s\n' "$file" ;;
		esac
	done
}

# shellcheck disable=SC2086 # lenient is a list of words
checks() {
	lenient='-A clippy::unwrap_used -A clippy::expect_used'
	if lacks rustfmt; then
		untested fmt "rustfmt is not installed"
	else
		suite fmt 60 cargo fmt --check
	fi
	if lacks clippy; then
		untested clippy "clippy is not installed"
	else
		suite clippy 900 cargo clippy --locked --lib --bins -- -D warnings
		# A test may panic.
		suite clippy:tests 900 cargo clippy --locked --all-targets -- -D warnings $lenient
	fi
	if [ "$(uname -s)" = FreeBSD ]; then
		return
	fi
	target=x86_64-unknown-freebsd
	if lacks "$target"; then
		untested "check:freebsd" "the target $target is not installed"
	else
		suite check:freebsd 900 cargo check --locked --target "$target"
		lacks clippy ||
			suite clippy:freebsd 900 cargo clippy --locked --all-targets --target "$target" -- -D warnings $lenient
	fi
}

scripts() {
	files=$(sh_files)
	# shellcheck disable=SC2086 # paths in this project hold no blanks
	{
		suite sh:syntax 30 sh tests/syntax.sh $files
		if lacks shellcheck; then
			untested shellcheck "shellcheck is not installed"
		else
			suite shellcheck 120 shellcheck $files
		fi
	}
	if lacks mandoc; then
		untested mandoc "mandoc is not installed"
	else
		suite mandoc 60 mandoc -T lint -W warning man/*.5 man/*.8
	fi
	suite make:gnu 30 make -n help release tour deps test test-slow bench freebsd install clean
	if lacks bmake; then
		untested make:bsd "bmake is not installed"
	elif command -v bmake >/dev/null 2>&1; then
		suite make:bsd 30 bmake -n help release tour deps test test-slow bench freebsd install clean
	fi
}

rust_tests() {
	suite build 1800 cargo test --locked --no-run
	suite test:unit 300 cargo test --locked --lib --bins
	for file in tests/*.rs; do
		[ -f "$file" ] || continue
		name=$(basename "$file" .rs)
		[ "$name" != linux ] || continue
		suite "test:$name" 900 cargo test --locked --test "$name" -- --nocapture
	done
	suite test:doc 300 cargo test --locked --doc
	real
}

# What is started for real takes longest, and each half has a share of its own: data and VMs, and all the rest.
real() {
	data='archives:: docker_vm:: drivers:: exportfs:: images many:: migrate:: nfs:: replicate:: seeds:: snapshot vm'
	rest=
	for word in $data; do rest="$rest --skip $word"; done
	# shellcheck disable=SC2086 # lists of words
	{
		suite test:linux:jails 900 cargo test --locked --test linux -- --nocapture $rest
		suite test:linux:data 900 cargo test --locked --test linux -- --nocapture $data
	}
}

say "what the tests need:"
sh tests/deps.sh >"$logs/deps.log" 2>&1
sed 's/^/  /' "$logs/deps.log"
if lacks cargo; then
	say "make test: without cargo nothing can be tested"
	exit 1
fi
checks
scripts
rust_tests
if [ "$(uname -s)" = FreeBSD ]; then
	untested freebsd "tests/freebsd/run.sh changes the host: run it by itself on one that may be thrown away"
elif [ "$(id -u)" != 0 ]; then
	untested real "not root: nothing was started for real"
fi

if [ -n "$untested" ]; then
	say ""
	say "not tested here:$untested"
fi
say ""
took=$(($(date +%s) - begun))
if [ -n "$failed" ]; then
	say "make test: FAILED:$failed ($passed suites passed, $took s)"
	exit 1
fi
say "make test: $passed suites passed in $took s"
