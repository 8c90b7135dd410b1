#!/bin/sh
# Builds the FreeBSD binary on another system, with zig as the C compiler and linker. The tools come from PyPI into
# .venv; Rust's target is added by rustup.
set -eu
cd "$(dirname "$0")/.."
target=${FREEBSD_TARGET:-x86_64-unknown-freebsd}
zig=${ZIG_VERSION:-0.17.0}
zigbuild=${ZIGBUILD_VERSION:-0.24.0}
venv=$PWD/.venv

if [ "$(uname -s)" = FreeBSD ]; then
	exec cargo build --release --locked
fi
if ! [ -x "$venv/bin/cargo-zigbuild" ] || ! "$venv/bin/python" -c 'import ziglang' 2>/dev/null; then
	python3 -m venv "$venv" || {
		echo "make freebsd: python3 with venv is needed (Debian: package python3-venv)" >&2
		exit 1
	}
	"$venv/bin/pip" install --quiet --disable-pip-version-check "ziglang==$zig" "cargo-zigbuild==$zigbuild"
fi
if ! [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then
	rustup target add "$target"
fi

PATH=$venv/bin:$PATH
export PATH
cargo zigbuild --release --locked --target "$target"
binary=target/$target/release/jug
ls -l "$binary"
if command -v file >/dev/null 2>&1; then
	file "$binary"
fi
