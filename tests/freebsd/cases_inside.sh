# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail or the hook
# jexec, jlogin, jcp.

case_jexec_exit_codes() {
	up ex
	j 0 jexec ex -- true
	j 3 jexec ex -- sh -c 'exit 3'
	j 126 jexec ex -- /etc/rc.conf
	j 127 jexec ex -- /nosuch
	j 127 jexec ex -- nosuch
	j 125 jexec ex
	j 125 jexec nosuch -- true
	j 125 jexec ex -e novalue -- true
	j 125 jexec -u '-x' ex -- true
	j 0 jstop ex
	j 125 jexec ex -- true
	err_has jstart
}

case_jexec_signals() {
	up sig
	# What ends jug ends the command: there is no jug between them.
	for signal in TERM=143 KILL=137; do
		"$JUG" jexec sig -- sleep 1000 &
		pid=$!
		wait_for 20 pgrep -j sig sleep
		kill -"${signal%=*}" $pid
		wait $pid
		must [ $? = "${signal#*=}" ]
		must_not pgrep -j sig sleep
	done
	j 137 jexec sig -- sh -c 'kill -KILL $$'
}

case_jexec_options() {
	up opt
	j 0 jexec -u nobody opt -- id -un
	out_is nobody
	j 0 jexec -e 'A=one two' -e B=3 opt -- sh -c 'echo "$A/$B"'
	out_is 'one two/3'
	j 0 jexec -w /usr/share opt -- pwd
	out_is /usr/share
	j 0 jexec opt -- sh -c 'echo "$1|$2"' sh 'a  b' '*"$'
	out_is 'a  b|*"$'
	FOREIGN=1 j 0 jexec opt -- env
	out_lacks FOREIGN
	out_has HOME=/root
	# nobody's home is not there.
	j 0 jexec -u nobody opt -- pwd
	out_is /
	j 0 jexec opt -- pwd
	out_is /root
	j 125 jexec -w relative -w x opt -- pwd
	j 125 jexec -u nosuchuser opt -- true
	err_has nosuchuser
	j 125 jexec -w /nosuch opt -- true
	err_has /nosuch
}

case_jexec_streams() {
	up str
	echo 'from outside' >"$T/in"
	IN=$T/in j 0 jexec str -- cat
	out_is 'from outside'
	j 0 jexec str -- sh -c 'echo out; echo err >&2'
	out_is out
	err_has err
	head -c 5000000 /dev/random >"$T/in"
	IN=$T/in j 0 jexec str -- cat
	must cmp -s "$T/in" "$T/out"
	# A closed pipe is no error of jug's.
	"$JUG" jexec str -- yes | head -n 1 >/dev/null
	mk str2 --net none
	j 0 jstart str2
	j 0 jexec 'str*' -- hostname
	out_lines 2
	j 8 jexec 'str*' -- sh -c 'test "$(hostname)" = str'
}

case_jlogin() {
	up log
	# The shell throws away what was typed before it came up.
	mkfifo "$T/typed"
	(
		exec >"$T/typed"
		wait_for 60 pgrep -j log sh
		sleep 2
		echo 'hostname; echo "sum $((40+2))"; tty'
		sleep 2
		echo 'exit 5'
		sleep 2
	) &
	IN=$T/typed run 60 script -q "$T/typescript" "$JUG" jlogin log
	wait
	file_has "$T/typescript" 'sum 42'
	file_has "$T/typescript" '/dev/pts/'
	must [ "$RC" = 5 ]
	j 125 jlogin nosuch
}

case_jcp() {
	up cp1
	echo one >"$T/file"
	j 0 jcp "$T/file" cp1:/root/in
	j 0 jexec cp1 -- cat /root/in
	out_is one
	mkdir -p "$T/d/e" && echo two >"$T/d/e/f"
	j 0 jcp "$T/d" cp1:/home
	j 0 jexec cp1 -- cat /home/d/e/f
	out_is two
	j 0 jcp cp1:/home/d "$T/back"
	must [ "$(cat "$T/back/e/f")" = two ]
	j 0 jcp "$T/file" "$T/d/e/f" cp1:/tmp
	j 0 jexec cp1 -- cat /tmp/file /tmp/f
	out_lines 2
	j 4 jcp cp1:/nosuch "$T/x"
	j 2 jcp cp1:relative "$T/x"
	j 2 jcp "$T/file" "$T/x"
	j 1 jcp "$T/file" cp1:/bin/x
	j 0 jstop cp1
	j 0 jcp cp1:/root/in "$T/out1"
	must [ "$(cat "$T/out1")" = one ]
	j 6 jcp cp1:/bin/sh "$T/x"
}

case_jcp_hostile_links() {
	up cp2
	mkdir "$T/outside"
	echo secret >"$T/outside/secret"
	j 0 jexec cp2 -- ln -s "$T/outside" /tmp/dir
	j 0 jexec cp2 -- ln -s "$T/outside/secret" /tmp/secret
	echo evil >"$T/evil"
	# In: through a link to a directory, onto a link to a file.
	j 5 jcp "$T/evil" cp2:/tmp/dir/new
	err_has link
	j 0 jcp "$T/evil" cp2:/tmp/secret
	must [ "$(cat "$T/outside/secret")" = secret ]
	must [ ! -e "$T/outside/new" ]
	# A directory of the jail's own name beside the link: the file does not go through it.
	run 60 "$JUG" jcp "$T/evil" cp2:/tmp/dir
	must [ -z "$(find "$T/outside" -name evil)" ]
	# Out: a link is copied as a link, or refused, never read.
	j 0 jexec cp2 -- ln -s "$T/outside/secret" /tmp/secret2
	run 60 "$JUG" jcp cp2:/tmp/secret2 "$T/got"
	[ -L "$T/got" ] || must [ ! -e "$T/got" ]
	j 0 jexec cp2 -- ln -s "$T/outside" /tmp/dir2
	j 5 jcp cp2:/tmp/dir2/secret "$T/got2"
	must [ ! -e "$T/got2" ]
	# Set-id bits don't come along.
	j 0 jexec cp2 -- sh -c 'cp /bin/sh /root/sh; chmod 6755 /root/sh'
	j 0 jcp cp2:/root/sh "$T/sh"
	must [ "$(stat -f %Sp "$T/sh")" = -rwxr-xr-x ]
}
