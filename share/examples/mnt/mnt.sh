# shellcheck shell=sh
# What the mount hooks of this directory share; they read it from their own directory, and call mnt_start or mnt_stop
# with what is to be mounted (nfs3, nfs4, glusterfs, cephfs or sshfs) and their arguments. Those for disks read disk.sh too.
#
# Only the mount table is asked whether something is mounted: looking at a mount whose server is gone would hang.
set -euf
umask 022
newline='
'

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
	say "$*"
	exit 1
}

usage() {
	say "$*"
	echo "usage: ${0##*/} -d data [-f fstab] -j name -r rcconf -s system" >&2
	exit 2
}

# canonical PATH: without slashes at its end, and with no link above its last part. The last part itself may be a dead
# mount, and is not looked at. The mount table is split at blanks.
canonical() {
	path=$1
	while [ "$path" != "${path%/}" ]; do
		path=${path%/}
	done
	case $path in
	*[[:space:]\\]*) fail "$1: a path with blanks or backslashes is not borne" ;;
	/*/*) ;;
	*) fail "$1: not an absolute path of a directory of its own" ;;
	esac
	above=$(cd "${path%/*}" 2>/dev/null && pwd -P) || fail "${path%/*}: no such directory"
	printf '%s/%s\n' "${above%/}" "${path##*/}"
}

# The options: each directory is the environment's own. A VM has no -f.
options() {
	data='' fstab='' name='' rcconf='' system=''
	while getopts d:f:j:r:s: option; do
		case $option in
		d) data=$OPTARG ;;
		f) fstab=$OPTARG ;;
		j) name=$OPTARG ;;
		r) rcconf=$OPTARG ;;
		s) system=$OPTARG ;;
		*) usage "wrong option" ;;
		esac
	done
	[ $((OPTIND - 1)) -eq $# ] || usage "more than options was given"
	[ -n "$data" ] || usage "-d is missing"
	[ -n "$name" ] || usage "-j is missing"
	[ -n "$rcconf" ] || usage "-r is missing"
	[ -n "$system" ] || usage "-s is missing"
	case $name in
	.* | -* | *[!A-Za-z0-9._-]*) usage "-j is no name" ;;
	esac
	data=$(canonical "$data")
	system=$(canonical "$system")
	rcconf=$(canonical "$rcconf")
	[ -z "$fstab" ] || fstab=$(canonical "$fstab")
}

# configuration FILE: lines KEY=VALUE, the value perhaps in quotes. Nothing in it is executed.
configuration() {
	[ -r "$1" ] || fail "$1: no such file; the example beside $0 says what stands in it"
	while IFS= read -r line || [ -n "$line" ]; do
		line=${line#"${line%%[![:space:]]*}"}
		case $line in
		'' | '#'*) continue ;;
		esac
		key=${line%%=*} value=${line#*=}
		case " $keys " in
		*" $key "*) ;;
		*) fail "$1: no such variable: $key" ;;
		esac
		case $value in
		\"*\"*) rest=${value#\"} quote='"' ;;
		\'*\'*) rest=${value#\'} quote="'" ;;
		*) rest=$value quote='[[:space:];#]' ;;
		esac
		# shellcheck disable=SC2295 # a pattern
		value=${rest%%$quote*}
		rest=${rest#"$value"}
		case $rest in
		[\"\']*) rest=${rest#?} ;;
		esac
		rest=${rest#;}
		rest=${rest#"${rest%%[![:space:]]*}"}
		case $rest in
		'' | '#'*) ;;
		*) fail "$1: what is this after the value of $key: $rest" ;;
		esac
		# The one thing that is replaced, since CBSD's own example has it.
		# shellcheck disable=SC2016
		case $value in
		'${NFS_SERVER_ROOT_DIR}'*) value=${NFS_SERVER_ROOT_DIR:-}${value#*\}} ;;
		esac
		# No eval: the value is taken as it is.
		export "$key=$value"
	done <"$1"
}

# flag VARIABLE VALUE
flag() {
	case $2 in
	0 | 1) ;;
	*) fail "$1 is 0 or 1, not $2" ;;
	esac
}

# settle: what is mounted, of what type the mount table will say it is, from where, and with which options.
settle() {
	case $kind in
	nfs3 | nfs4)
		server=${NFS_SERVER:-} root=${NFS_SERVER_ROOT_DIR:-}
		data_dir=${NFS_SERVER_DATA_DIR:-${root%/}/data}
		system_dir=${NFS_SERVER_SYSTEM_DIR:-${root%/}/system}
		rcconf_dir=${NFS_SERVER_RCCONF_DIR:-${root%/}/rcconf}
		fstab_dir=${NFS_SERVER_FSTAB_DIR:-${root%/}/fstab}
		limit=${NFS_MOUNT_TIMEOUT:-10}
		;;
	sshfs)
		server=${SSHFS_SERVER:-} root=${SSHFS_SERVER_ROOT_DIR:-}
		data_dir=${SSHFS_SERVER_DATA_DIR:-${root%/}/data}
		system_dir=${SSHFS_SERVER_SYSTEM_DIR:-${root%/}/system}
		rcconf_dir=${SSHFS_SERVER_RCCONF_DIR:-${root%/}/rcconf}
		fstab_dir=${SSHFS_SERVER_FSTAB_DIR:-${root%/}/fstab}
		limit=${SSHFS_MOUNT_TIMEOUT:-10}
		;;
	glusterfs)
		server=${GLUSTERFS_SERVER:-} root=${GLUSTERFS_SERVER_ROOT_DIR:-}
		data_dir=${GLUSTERFS_SERVER_DATA_DIR:-${root%/}/data}
		system_dir=${GLUSTERFS_SERVER_SYSTEM_DIR:-${root%/}/system}
		rcconf_dir=${GLUSTERFS_SERVER_RCCONF_DIR:-${root%/}/rcconf}
		fstab_dir=${GLUSTERFS_SERVER_FSTAB_DIR:-${root%/}/fstab}
		limit=${GLUSTERFS_MOUNT_TIMEOUT:-20}
		;;
	cephfs)
		server=${CEPHFS_SERVER:-} root=${CEPHFS_SERVER_ROOT_DIR:-}
		data_dir=${CEPHFS_SERVER_DATA_DIR:-${root%/}/data}
		system_dir=${CEPHFS_SERVER_SYSTEM_DIR:-${root%/}/system}
		rcconf_dir=${CEPHFS_SERVER_RCCONF_DIR:-${root%/}/rcconf}
		fstab_dir=${CEPHFS_SERVER_FSTAB_DIR:-${root%/}/fstab}
		limit=${CEPHFS_MOUNT_TIMEOUT:-20}
		;;
	*) fail "$kind: no such kind" ;;
	esac
	# nolockd, nolock: one node at a time runs an environment, so its locks need not reach the server. Over NFSv4
	# an exclusive lock of a file that is only read, as pwd_mkdb(8) takes it, would be refused.
	# intr: not with version 4, says mount_nfs(8), since an interrupted call loses its state.
	# dir_cache=no: what another node writes into owner.d must be seen at once.
	case $os-$kind in
	FreeBSD-nfs3) type=nfs words=${MOUNT_NFS_OPT:--onfsv3,nolockd,hard,intr,retrycnt=1} ;;
	FreeBSD-nfs4) type=nfs words=${MOUNT_NFS_OPT:--onfsv4,nolockd,hard,retrycnt=1} ;;
	*-nfs3) type=nfs words=${MOUNT_NFS_OPT:--overs=3,nolock,hard,retry=0} ;;
	*-nfs4) type=nfs4 words=${MOUNT_NFS_OPT:--overs=4,hard,retry=0} ;;
	FreeBSD-sshfs) type=fusefs.sshfs words=${MOUNT_SSHFS_OPT:--oallow_other,default_permissions,dir_cache=no} ;;
	*-sshfs) type=fuse.sshfs words=${MOUNT_SSHFS_OPT:--oallow_other,default_permissions,dir_cache=no} ;;
	FreeBSD-glusterfs) type=fusefs.glusterfs words=${MOUNT_GLUSTERFS_OPT:-} ;;
	*-glusterfs) type=fuse.glusterfs words=${MOUNT_GLUSTERFS_OPT:-} ;;
	FreeBSD-cephfs) type=fusefs words=${MOUNT_CEPHFS_OPT:-} ;;
	*-cephfs) type=ceph words=${MOUNT_CEPHFS_OPT:--oname=jug,secretfile=/etc/ceph/jug.secret} ;;
	esac
}

# Mounts $source at $dir.
# shellcheck disable=SC2086 # $words is several
mount_it() {
	case $os-$kind in
	FreeBSD-nfs*) limited mount_nfs $words "$source" "$dir" ;;
	*-nfs*) limited mount -t nfs $words "$source" "$dir" ;;
	FreeBSD-glusterfs) limited mount_glusterfs $words "$source" "$dir" ;;
	*-glusterfs) limited mount -t glusterfs $words "$source" "$dir" ;;
	FreeBSD-cephfs) limited ceph-fuse -m "$server" -r "$there/$name" $words -o "fsname=$source" "$dir" ;;
	*-cephfs) limited mount -t ceph $words "$source" "$dir" ;;
	*-sshfs)
		# A server that is gone ends the mount after some 15 seconds, instead of hanging for ever.
		limited sshfs $words -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout="$limit" \
			-o ServerAliveInterval=5 -o ServerAliveCountMax=3 \
			${SSHFS_PORT:+-o "Port=$SSHFS_PORT"} \
			${SSHFS_KEY:+-o "IdentityFile=$SSHFS_KEY" -o IdentitiesOnly=yes} \
			${SSHFS_KNOWN_HOSTS:+-o "UserKnownHostsFile=$SSHFS_KNOWN_HOSTS"} \
			"$source" "$dir"
		;;
	esac
}

begin() {
	kind=$1
	shift
	options "$@"
	os=$(uname -s)
	case $0 in
	*/*) here=${0%/*} ;;
	*) here=. ;;
	esac
	own=${0##*/}
	keys='MOUNT_RCCONF MOUNT_FSTAB UMOUNT_FORCE'
	case $kind in
	nfs3 | nfs4)
		keys="$keys NFS_SERVER NFS_SERVER_ROOT_DIR NFS_SERVER_DATA_DIR NFS_SERVER_SYSTEM_DIR"
		keys="$keys NFS_SERVER_RCCONF_DIR NFS_SERVER_FSTAB_DIR NFS_MOUNT_TIMEOUT MOUNT_NFS_OPT"
		;;
	sshfs)
		keys="$keys SSHFS_SERVER SSHFS_SERVER_ROOT_DIR SSHFS_SERVER_DATA_DIR SSHFS_SERVER_SYSTEM_DIR"
		keys="$keys SSHFS_SERVER_RCCONF_DIR SSHFS_SERVER_FSTAB_DIR SSHFS_MOUNT_TIMEOUT MOUNT_SSHFS_OPT"
		keys="$keys SSHFS_PORT SSHFS_KEY SSHFS_KNOWN_HOSTS"
		;;
	glusterfs)
		keys="$keys GLUSTERFS_SERVER GLUSTERFS_SERVER_ROOT_DIR GLUSTERFS_SERVER_DATA_DIR"
		keys="$keys GLUSTERFS_SERVER_SYSTEM_DIR GLUSTERFS_SERVER_RCCONF_DIR GLUSTERFS_SERVER_FSTAB_DIR"
		keys="$keys GLUSTERFS_MOUNT_TIMEOUT MOUNT_GLUSTERFS_OPT"
		;;
	cephfs)
		keys="$keys CEPHFS_SERVER CEPHFS_SERVER_ROOT_DIR CEPHFS_SERVER_DATA_DIR CEPHFS_SERVER_SYSTEM_DIR"
		keys="$keys CEPHFS_SERVER_RCCONF_DIR CEPHFS_SERVER_FSTAB_DIR CEPHFS_MOUNT_TIMEOUT MOUNT_CEPHFS_OPT"
		;;
	iscsi) keys="UMOUNT_FORCE DISK_DIR DISK_DEVICE DISK_TIMEOUT ISCSI_PORTAL ISCSI_TARGET" ;;
	geli) keys="UMOUNT_FORCE DISK_DIR DISK_DEVICE DISK_TIMEOUT GELI_KEY GELI_PASSPHRASE" ;;
	hast) keys="UMOUNT_FORCE DISK_DIR DISK_TIMEOUT HAST_RESOURCE" ;;
	esac
	# shellcheck disable=SC2086 # the variables of the environment are not configuration
	unset $keys
	configuration "${JUG_MNT_CONF:-$here/${own%-*}.conf}"
	flag UMOUNT_FORCE "${UMOUNT_FORCE:=0}"
	case $kind in
	iscsi | geli | hast) return ;;
	esac
	flag MOUNT_RCCONF "${MOUNT_RCCONF:=0}"
	flag MOUNT_FSTAB "${MOUNT_FSTAB:=0}"
	settle
	case $server in
	'' | -* | *[[:space:]\\]*) fail "the server is not said" ;;
	esac
	case $limit in
	'' | *[!0-9]*) fail "$limit: not a number of seconds" ;;
	esac
	parts='data system'
	[ "$MOUNT_RCCONF" = 0 ] || parts="$parts rcconf"
	[ "$MOUNT_FSTAB" = 0 ] || [ -z "$fstab" ] || parts="$parts fstab"
}

# part WHAT: sets dir, which is here, and source, which is there.
part() {
	case $1 in
	data) dir=$data there=$data_dir ;;
	system) dir=$system there=$system_dir ;;
	rcconf) dir=$rcconf there=$rcconf_dir ;;
	fstab) dir=$fstab there=$fstab_dir ;;
	esac
	case $there in
	*[[:space:]\\]*) fail "$there: a path with blanks or backslashes is not borne" ;;
	/*) source=$server:${there%/}/$name ;;
	*) fail "$there: not an absolute path" ;;
	esac
}

# Type and source of all that is mounted at $dir, the topmost last.
mounted() {
	case $os in
	FreeBSD) table=$(mount -p) ;;
	*) table=$(cat /proc/mounts) ;;
	esac || fail "the mount table can't be read"
	printf '%s\n' "$table" | awk -v dir="$dir" '$2 == dir { print $3, $1 }'
}

# limited COMMAND...: under the time limit. Not in the foreground, timeout(1) would also wait for a daemon that the
# command leaves. Where there is no timeout(1), jug's own limit serves.
limited() {
	if timeout --foreground 1 true 2>/dev/null; then
		timeout --foreground -k 2 "$limit" "$@" </dev/null
	else
		"$@" </dev/null
	fi
}

# Unmounts $source from $dir, if it is what is mounted there.
unmount() {
	for try in 1 2 3 last none; do
		found=$(mounted) || return 1
		case ${found##*"$newline"} in
		'') return 0 ;;
		"$type $source") ;;
		*)
			say "$dir: left alone, since $source is not what is mounted there: $found"
			return 1
			;;
		esac
		case $try-$UMOUNT_FORCE-$os-$type in
		none-*) ;;
		last-1-FreeBSD-nfs) limited umount -N "$dir" || : ;;
		last-1-FreeBSD-*) limited umount -f "$dir" || : ;;
		last-1-*) limited umount -f -l "$dir" || : ;;
		*) limited umount "$dir" || sleep 1 ;;
		esac
	done
	say "$dir: it can't be unmounted"
	return 1
}

# Takes back what this run began. A mount that ran out of time may have come to be nevertheless.
take_back() {
	trap '' HUP INT TERM
	for what in $begun; do
		part "$what"
		unmount || :
	done
}

mnt_start() {
	begin "$@"
	begun=''
	trap take_back EXIT
	trap 'exit 1' HUP INT TERM
	for what in $parts; do
		part "$what"
		found=$(mounted)
		case $found in
		'') ;;
		"$type $source") continue ;;
		*) fail "$dir: not mounted, since something else is mounted there: $found" ;;
		esac
		if [ -h "$dir" ] || [ ! -d "$dir" ]; then
			fail "$dir: no such directory"
		fi
		begun="$what $begun"
		mount_it || fail "$source can't be mounted at $dir"
		[ "$(mounted)" = "$type $source" ] || fail "the mount ended well, but $source is not mounted at $dir"
	done
	trap - EXIT
}

mnt_stop() {
	begin "$@"
	back=''
	for what in $parts; do
		back="$what $back"
	done
	status=0
	for what in $back; do
		part "$what"
		unmount || status=1
	done
	exit "$status"
}
