# Read by make(1) of FreeBSD and by GNU make: nothing here belongs to only one of them.
# The work is done by small sh scripts.

PREFIX = /usr/local
DESTDIR =
CARGO = cargo
MANDIR = $(PREFIX)/share/man
FREEBSD_TARGET = x86_64-unknown-freebsd

all: release

help:
	@echo "make tour     show what jug does, for real (root)"
	@echo "make test     install what the tests need, and run all of them"
	@echo "make test-slow  make a Debian of packages, and boot it in a VM: it takes minutes"
	@echo "make bench    measure jls of 300 environments, the binary, its start, a boot of 30, replication, and flashing"
	@echo "make release  build target/release/jug"
	@echo "make freebsd  build the FreeBSD binary on another system"
	@echo "make install  install under DESTDIR and PREFIX"
	@echo "make deps     only install what the tests need"
	@echo "make clean    remove what was built"

release:
	$(CARGO) build --release --locked

tour:
	sh share/tour.sh

deps:
	sh tests/deps.sh

test:
	sh tests/all.sh

test-slow:
	sh tests/slow.sh

bench:
	sh tests/bench.sh
	sh tests/bench-replicate.sh
	sh tests/bench-flash.sh

freebsd:
	FREEBSD_TARGET=$(FREEBSD_TARGET) sh share/freebsd-build.sh

# Installs what `make release` has built; as root nothing is compiled.
install:
	@test -x target/release/jug || { echo "make install: no target/release/jug; run make release first" >&2; exit 1; }
	install -d $(DESTDIR)$(PREFIX)/sbin
	install -m 755 target/release/jug $(DESTDIR)$(PREFIX)/sbin/jug
	install -d $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man8
	install -m 644 man/*.5 $(DESTDIR)$(MANDIR)/man5/
	install -m 644 man/*.8 $(DESTDIR)$(MANDIR)/man8/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 644 completions/jug.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/jug
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 644 completions/_jug $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_jug
	install -d $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 644 completions/jug.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/jug.fish
	install -d $(DESTDIR)$(PREFIX)/share/examples/jug
	cp -R share/examples/. $(DESTDIR)$(PREFIX)/share/examples/jug/

clean:
	$(CARGO) clean
	rm -rf .venv

.PHONY: all help release tour deps test test-slow bench freebsd install clean
