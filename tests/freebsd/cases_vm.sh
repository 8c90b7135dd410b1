# shellcheck shell=sh disable=SC2016 # what is in single quotes is for a script that is written
# VMs: configurations that bhyve(8) reads, volumes, taps, and the supervisor. Where there is no vmm(4) a script stands in
# for bhyve(8), which ends, hangs and ignores as it is told to.

# Programs that stand in for what needs vmm(4), first in the path of a configuration of their own.
vm_host() {
	need_init
	mkdir -p "$T/fake"
	cat >"$T/fake/bhyve" <<-END
		#!/bin/sh
		echo "\$*" >>$T/vm.ran
		. $T/vm.mode
	END
	# What is left by a bhyve that ended is there until it is destroyed.
	cat >"$T/fake/bhyvectl" <<-END
		#!/bin/sh
		case \$* in
		*--destroy) [ -e $T/vm.there ] && rm $T/vm.there ;;
		*--get-active-cpus) [ -e $T/vm.there ] ;;
		*) echo "\$*" >>$T/vm.asked ;;
		esac
	END
	printf '#!/bin/sh\n: >%s/vm.there\n' "$T" >"$T/fake/bhyveload"
	cat >"$T/fake/sysctl" <<-'END'
		#!/bin/sh
		case " $* " in *" hw.vmm.maxcpu "*) echo 'hw.vmm.maxcpu: 4' ;; esac
		exec /sbin/sysctl "$@"
	END
	chmod 755 "$T"/fake/*
	cat "$CONF" >"$T/etc/vm.toml"
	cat >>"$T/etc/vm.toml" <<-END
		[programs]
		path = ["$T/fake", "/sbin", "/bin", "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
	END
	# It is the same node, which lies beside its configuration.
	c 0 "$JUG" --config "$CONF" node
	cp "${CONF%.toml}.node" "$T/etc/vm.node"
	export JUG_CONFIG="$T/etc/vm.toml"
	rm -f "$T/vm.there" "$T/vm.asked" "$T/vm.ran"
	listens
}

# How the stand-in behaves: as a guest that powers itself down when it is asked, or as these lines of sh(1).
listens() { vm_mode "trap 'exit 1' TERM; while :; do sleep 1 & wait \$!; done"; }
vm_mode() { printf '%s\n' "$*" >"$T/vm.mode"; }
vm_runs() { [ "$("$JUG" -H vm-ls "$1" | cut -f 2)" = running ]; }
supervisor() { pgrep -f "supervise --detached $1"; }
hypervisor() { pgrep -f "fake/bhyve -k .*/run/$1/bhyve.conf"; }
# ran: how often it was run since the last look
ran() {
	[ -f "$T/vm.ran" ] || { echo 0; return; }
	wc -l <"$T/vm.ran" | tr -d ' '
	rm "$T/vm.ran"
}
gone() { [ ! -e "$WD/run/$1" ] && ! supervisor "$1" >/dev/null && ! hypervisor "$1" >/dev/null; }

# mkvm NAME ARGS...: a VM that the stand-in can run
mkvm() {
	_name=$1
	shift
	j 0 vm-create "$_name" --storage dir --disk 16M --firmware bhyveload "$@"
}

# read_by_bhyve NAME: the real bhyve(8) reads its configuration, and has each variable as it stands there
read_by_bhyve() {
	j 0 vm-showcmd "$1"
	sed -n 's/^#	//p' "$T/out" >"$T/vm.conf"
	must [ -s "$T/vm.conf" ]
	c 1 /usr/sbin/bhyve -k "$T/vm.conf" -o config.dump=1
	while read -r _line; do out_has "$_line"; done <"$T/vm.conf"
}

case_vm_configurations_are_read_by_bhyve() {
	[ -x /usr/sbin/bhyve ] || skip "no bhyve(8)"
	vm_host
	j 0 net-create lan --subnet 10.214.0.0/24
	mkvm db --cpus 4,sockets=2,cores=2,threads=1 --memory 512M --net lan --net lan
	read_by_bhyve db
	out_has 'pci.0.22.0.backend=tap1002'
	j 0 vm-disk-add db n:1M,bus=nvme a:1M,bus=ahci,ro
	j 0 vm-set db vm.vnc=127.0.0.1:5977,w=800,h=600 vm.bhyve_flags=-w,-S,-Y vm.passthru=5/0/0 vm.shares=src=/usr/share,ro \
		vm.nic_model=e1000 vm.localtime=true vm.cd=/etc/motd.template vm.boot=cd
	read_by_bhyve db
	out_has 'pci.0.29.0.rfb=127.0.0.1:5977'
	j 0 vm-create efi --storage dir --set vm.firmware_file=/etc/rc
	read_by_bhyve efi
	out_has 'bootrom=/etc/rc'
	j 0 vm-create many --storage dir --set vm.firmware_file=/etc/rc --cpus 5
	j 7 vm-showcmd many
	err_has 'can have 4'
	j 2 vm-create x --disk 16M --set vm.bhyve_flags=-c
	j 2 vm-create x --cpus 16,sockets=3,cores=5
}

case_vm_start_and_stop() {
	vm_host
	remember
	printf '#!/bin/sh\necho "$1 $2" >>%s/hooked\n' "$T" | script_file vmhook
	rm -f "$T/hooked"
	j 0 net-create lan --subnet 10.214.0.0/24
	mkvm db --net lan --hook poststop="$T/hooks/vmhook"
	j 0 vm-start db
	must vm_runs db
	j 0 vm-start db
	out_has unchanged
	c 0 ifconfig tap1001
	out_has 'description: jug:'
	must grep -q 'groups:.* jug' "$T/out"
	c 0 ifconfig bridge1000
	out_has 'member: tap1001'
	file_has "$WD/run/db/bhyve.conf" 'pci.0.21.0.backend=tap1001'
	must [ "$(stat -f %Lp "$WD/run/db/bhyve.conf")" = 600 ]
	j 0 ls
	out_has db
	j 0 doctor
	j 2 jstart db
	j 6 vm-remove -y db
	j 0 vm-reset db
	file_has "$T/vm.asked" '--vm=db --force-reset'
	j 0 vm-stop db
	must gone db
	must [ ! -e "$T/vm.there" ]
	c 1 ifconfig tap1001
	file_has "$T/hooked" 'poststop db'
	file_has "$WD/jails-system/db/vm.log" 'the guest powered itself off'
	# One that does not listen, and that no bhyvectl(8) can end, is killed in the end.
	vm_mode "trap '' TERM; while :; do sleep 1; done"
	j 0 vm-start db
	begun=$(date +%s)
	j 0 vm-stop --timeout 2 db
	within 40 "$begun"
	file_has "$T/vm.asked" '--vm=db --force-poweroff'
	must gone db
	# What never runs leaves nothing.
	vm_mode 'echo "bhyve: vm_set_topology" >&2; exit 4'
	j 1 vm-start db
	err_has 'vm_set_topology'
	must gone db
	c 1 ifconfig tap1001
	j 0 vm-remove -y db
	j 0 net-remove -y lan
	c 1 ifconfig bridge1000
	unchanged
}

case_vm_every_exit_status() {
	vm_host
	printf '#!/bin/sh\necho "$1 $2" >>%s/hooked\n' "$T" | script_file vmhook
	mkvm db --hook poststop="$T/hooks/vmhook"
	for code in 1 2 3 4; do
		rm -f "$T/hooked" "$T/vm.ran"
		vm_mode "sleep $((7 * SLOW)); exit $code"
		j 0 vm-start db
		wait_for 60 gone db
		must [ "$(ran)" = 1 ]
		file_has "$T/hooked" 'poststop db'
		must [ ! -e "$T/vm.there" ]
		j 0 vm-ls db
		out_has stopped
	done
	file_has "$WD/jails-system/db/vm.log" 'exit status 4'
	# A reset goes on, once more and once more; then it is powered off.
	vm_mode "[ \$(wc -l <$T/vm.ran) -lt 3 ] && exit 0; sleep $((7 * SLOW)); exit 1"
	j 0 vm-start db
	wait_for 90 gone db
	must [ "$(ran)" = 3 ]
	# A crash is tried again so often, and no more.
	j 0 vm-set db vm.on_crash=restart vm.restarts=1
	vm_mode "sleep $((7 * SLOW)); exit 4"
	j 0 vm-start db
	wait_for 120 gone db
	must [ "$(ran)" = 2 ]
}

case_vm_killed() {
	vm_host
	j 0 net-create lan --subnet 10.214.0.0/24
	mkvm db --net lan
	# The hypervisor: its supervisor clears away.
	j 0 vm-start db
	kill -KILL "$(hypervisor db)"
	wait_for 30 gone db
	c 1 ifconfig tap1001
	# The supervisor, and both: the next command does, or doctor.
	for mend in 'vm-start db' 'doctor --fix' 'vm-stop db'; do
		for victims in one both; do
			j 0 vm-start db
			_all=$(supervisor db)
			[ $victims = one ] || _all="$_all $(hypervisor db)"
			# shellcheck disable=SC2086 # one number or two
			kill -KILL $_all
			wait_for 10 test -z "$(supervisor db)"
			j 3 doctor
			out_has db
			# shellcheck disable=SC2086 # words
			j 0 $mend
			[ "$mend" != 'vm-start db' ] || { must vm_runs db; j 0 vm-stop db; }
			must gone db
			c 1 ifconfig tap1001
			must [ ! -e "$T/vm.there" ]
			j 0 doctor
		done
	done
	j 0 vm-start db
	kill -KILL "$(supervisor db)" "$(hypervisor db)"
	wait_for 10 test -z "$(supervisor db)"
	j 0 vm-remove -y db
	c 1 ifconfig tap1001
}

case_vm_volumes() {
	need_pool
	need_init
	j 0 vm-create db --disk 64M --disk log:32M --memory 512M
	set="$POOL/jugtest/env/db"
	must [ -c "/dev/zvol/$set/disk0" ]
	c 0 zfs get -H -o value volsize,volmode,refreservation "$set/disk0"
	out_is '64M
dev
none'
	c 0 zfs get -H -s local -o name jug:uuid "$set/disk0"
	out_lines 1
	j 0 vm-disk-resize db disk0 128M
	c 0 zfs get -Hp -o value volsize "$set/disk0"
	out_is 134217728
	j 2 vm-disk-resize db disk0 64M
	c 0 dd if=/dev/zero of="/dev/zvol/$set/disk0" bs=1m count=1
	j 0 vm-disk-add db 16M
	must [ -c "/dev/zvol/$set/disk1" ]
	j 0 vm-clone db two
	c 0 zfs get -Hp -o value origin "$POOL/jugtest/env/two/disk0"
	must grep -q "^$set/disk0@jug-clone-" "$T/out"
	must [ -c "/dev/zvol/$POOL/jugtest/env/two/log" ]
	j 5 vm-disk-remove -y db disk1
	err_has snapshot
	j 0 vm-rename two three
	must [ -c "/dev/zvol/$POOL/jugtest/env/three/disk0" ]
	j 0 vm-remove -y three
	j 0 vm-disk-remove -y db disk1
	c 1 zfs list "$set/disk1"
	j 0 vm-unregister db
	j 0 vm-register db
	j 0 vm-get db vm.disks
	out_has disk0:128M
	j 0 vm-remove -y db
	c 1 zfs list "$set"
	j 0 vm-ls
}

# The same number of commands for one VM and for 200.
case_vm_list_of_many() {
	need_init
	j 0 vm-create one --storage dir --disk 16M --firmware bhyveload
	# As it is once a VM has run.
	: >"$WD/lock/one.run"
	j 0 -v vm-ls
	few=$(grep -c '^+ ' "$T/err")
	i=100
	while [ $i -lt 300 ]; do
		sed "s/^uuid = .*/uuid = \"00000000-0000-4000-8000-000000000$i\"/" "$WD/envs/one.toml" >"$WD/envs/v$i.toml"
		: >"$WD/lock/v$i.run"
		i=$((i + 1))
	done
	j 0 -v -H vm-ls
	out_lines 201
	many=$(grep -c '^+ ' "$T/err")
	rm "$WD"/envs/v*.toml "$WD"/lock/v*.run
	must [ "$few" -gt 0 ]
	must [ "$few" = "$many" ]
	j 0 vm-remove -y one
}

case_vm_without_vmm() {
	need_init
	! sysctl -n hw.vmm.maxcpu >/dev/null 2>&1 || skip "vmm(4) is loaded"
	j 0 vm-create db --storage dir --disk 16M --firmware bhyveload
	j 7 vm-start db
	err_has 'kldload vmm'
	j 0 vm-remove -y db
}
