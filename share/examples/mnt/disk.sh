# shellcheck shell=sh disable=SC2034,SC2154 # what mnt.sh reads and sets
# What the mount hooks for disks share, beside mnt.sh: iscsi, geli and hast. One file system holds data, system, rcconf and
# fstab; it is mounted at a place of its own, and these are shown at the environment's directories from there.
#
# A file system that was not unmounted cleanly is not mounted, since another node may have it mounted. Nothing is mended but
# where HAST says that this node alone has the disk: after a crash see that no other node has it, and run fsck by hand.

# for_name PATTERN: with the environment's name in it
for_name() {
	case $1 in
	*%s*%s*) fail "$1: the name stands in it twice" ;;
	*%s*) printf '%s\n' "${1%%\%s*}$name${1#*\%s}" ;;
	*) printf '%s\n' "$1" ;;
	esac
}

disk_begin() {
	begin "$@"
	limit=${DISK_TIMEOUT:-20}
	case $limit in
	'' | *[!0-9]*) fail "$limit: not a number of seconds" ;;
	esac
	place=$(canonical "${DISK_DIR:-/var/db/jug-disks}/")/$name
	case $os-$kind in
	FreeBSD-*) disk_type=ufs device=${DISK_DEVICE:-/dev/ufs/%s} ;;
	*-iscsi) disk_type=ext4 device=${DISK_DEVICE:-/dev/disk/by-label/%s} ;;
	*) fail "only FreeBSD has it" ;;
	esac
	device=$(for_name "$device")
	case $kind in
	iscsi)
		portal=${ISCSI_PORTAL:-} target=$(for_name "${ISCSI_TARGET:-}")
		case $portal in '' | -* | *[[:space:]]*) fail "the portal is not said" ;; esac
		case $target in '' | -* | *[[:space:]]*) fail "the target is not said" ;; esac
		;;
	geli)
		[ -n "${GELI_KEY:-}${GELI_PASSPHRASE:-}" ] || fail "neither a key nor a passphrase is said"
		key=$(for_name "${GELI_KEY:-}") passphrase=$(for_name "${GELI_PASSPHRASE:-}")
		;;
	hast)
		resource=$(for_name "${HAST_RESOURCE:-%s}")
		device=/dev/hast/$resource
		;;
	esac
	case $device in
	*[[:space:]\\]*) fail "$device: a path with blanks or backslashes is not borne" ;;
	/dev/?*) ;;
	*) fail "$device: no disk" ;;
	esac
	disk=$device
	[ "$kind" != geli ] || disk=$device.eli
}

# Whether there is a session with the target.
has_session() {
	case $os in
	FreeBSD) iscsictl -L ;;
	*) iscsiadm -m session 2>/dev/null || : ;;
	esac | grep -qwF -e "$target"
}

attach() {
	case $os-$kind in
	FreeBSD-iscsi) has_session || limited iscsictl -A -p "$portal" -t "$target" -w "$limit" ;;
	*-iscsi) has_session || limited iscsiadm -m node -p "$portal" -T "$target" --login ;;
	*-geli)
		[ ! -e "$disk" ] || return 0
		for file in $key $passphrase; do
			# shellcheck disable=SC2012 # stat(1) is another one on each system
			case $(ls -lnL "$file" | awk '{ print $1, $3 }') in
			-???------*" $(id -u)") ;;
			*) fail "$file: it is not there, or not for root alone" ;;
			esac
		done
		if [ -z "$passphrase" ]; then
			limited geli attach -p -k "$key" "$device"
		else
			limited geli attach -j "$passphrase" ${key:+-k "$key"} "$device"
		fi
		;;
	*-hast) limited hastctl role primary "$resource" ;;
	esac
}

detach() {
	case $os-$kind in
	FreeBSD-iscsi) ! has_session || limited iscsictl -R -t "$target" ;;
	*-iscsi) ! has_session || limited iscsiadm -m node -p "$portal" -T "$target" --logout ;;
	*-geli) [ ! -e "$disk" ] || limited geli detach "$disk" ;;
	*-hast) limited hastctl role secondary "$resource" ;;
	esac
}

# at DIR TYPE SOURCE: what `mounted` and `unmount` of mnt.sh are asked about
at() {
	dir=$1 type=$2 source=$3
}

# each PART: its directory here, with what shows it there. A bind mount has its disk's type and source.
each() {
	case $1 in
	data) dir=$data ;;
	system) dir=$system ;;
	rcconf) dir=$rcconf ;;
	fstab) dir=$fstab ;;
	esac
	case $os in
	FreeBSD) at "$dir" nullfs "$place/$1" ;;
	*) at "$dir" "$disk_type" "$disk" ;;
	esac
}

# mount_at COMMAND...: at $dir, unless it is mounted already
mount_at() {
	found=$(mounted)
	case $found in
	'') ;;
	"$type $source") return 0 ;;
	*) fail "$dir: not mounted, since something else is mounted there: $found" ;;
	esac
	if [ -h "$dir" ] || [ ! -d "$dir" ]; then
		fail "$dir: no such directory"
	fi
	limited "$@" || fail "$source can't be mounted at $dir"
	[ "$(mounted)" = "$type $source" ] || fail "the mount ended well, but $source is not mounted at $dir"
}

is_clean() {
	case $disk_type in
	ufs) dumpfs -s "$disk" | grep -q '^cgrotor.*clean.1$' ;;
	*) dumpe2fs -h "$disk" 2>/dev/null | awk '/^Filesystem state:/ { c = $3 } /needs_recovery/ { d = 1 }
		END { exit c != "clean" || d }' ;;
	esac
}

mount_disk() {
	try=$limit
	until [ -e "$disk" ]; do
		try=$((try - 1))
		[ "$try" -ge 0 ] || fail "$disk does not appear"
		sleep 1
	done
	# A label is a link to the disk on Linux, and the mount table has the disk.
	[ "$os" = FreeBSD ] || disk=$(readlink -f "$disk")
	[ -d "$place" ] || (umask 077 && mkdir -p "$place")
	at "$place" "$disk_type" "$disk"
	if [ -z "$(mounted)" ]; then
		if [ "$kind" = hast ]; then
			limited fsck_ffs -p "$disk" || fail "$disk can't be mended"
		elif ! is_clean; then
			fail "$disk was not unmounted cleanly: see that no other node has it mounted, then fsck -p $disk"
		fi
	fi
	mount_at mount -t "$disk_type" "$disk" "$place"
}

disk_take_back() {
	trap '' HUP INT TERM
	disk_away || :
}

disk_away() {
	status=0
	[ "$os" = FreeBSD ] || [ ! -e "$disk" ] || disk=$(readlink -f "$disk")
	for what in fstab rcconf system data; do
		each "$what"
		[ -z "$dir" ] || unmount || status=1
	done
	at "$place" "$disk_type" "$disk"
	unmount || status=1
	[ "$status" = 0 ] || return 1
	detach
}

disk_start() {
	disk_begin "$@"
	at "$place" "$disk_type" "$disk"
	# What was there before is not taken back.
	[ -n "$(mounted)" ] || trap disk_take_back EXIT
	trap 'exit 1' HUP INT TERM
	attach || fail "$device can't be attached"
	mount_disk
	for what in data system rcconf fstab; do
		each "$what"
		[ -n "$dir" ] || continue
		[ -d "$place/$what" ] || mkdir "$place/$what"
		case $os in
		FreeBSD) mount_at mount -t nullfs "$place/$what" "$dir" ;;
		*) mount_at mount -o bind "$place/$what" "$dir" ;;
		esac
	done
	trap - EXIT
}

disk_stop() {
	disk_begin "$@"
	disk_away || exit 1
}
