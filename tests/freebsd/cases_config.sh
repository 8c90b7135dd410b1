# shellcheck shell=sh disable=SC2016 # what is in single quotes is for the jail or the hook
# The TOML of an environment: jget, jset live and pending, errors.

case_config_errors() {
	mk cfg
	f=$WD/envs/cfg.toml
	cp "$f" "$T/good.toml"
	j 0 config-check
	j 0 config-check "$f"
	{ echo 'securlevel = 2'; cat "$T/good.toml"; } >"$f"
	j 2 config-check
	err_has "cfg.toml:1:1"
	err_has 'securelevel'
	j 2 jstart cfg
	j 0 -H jls
	out_has broken
	j 3 doctor
	out_has broken
	{ echo 'devfs_ruleset = "four"'; grep -v devfs_ruleset "$T/good.toml"; } >"$f"
	j 2 config-check "$f"
	err_has ':1:'
	{ echo 'version = 99'; grep -v '^version' "$T/good.toml"; } >"$f"
	j 2 config-check
	err_has newer
	sed 's/^mode = .*/mode = "clone"/' "$T/good.toml" >"$f"
	j 2 config-check
	err_has mode
	printf '\377\376' >"$f"
	j 2 jstart cfg
	# What can't be read may use any base.
	j 6 base-remove -y host
	cp "$T/good.toml" "$f"
	j 0 config-check
	echo 'nonsense = 1' >"$T/node.toml"
	j 2 --config "$T/node.toml" jls
	err_has nonsense
}

case_jset_refuses() {
	mk set1
	cp "$WD/envs/set1.toml" "$T/was"
	j 2 jset set1 nosuch=1
	j 2 jset set1 securelevl=1
	err_has securelevel
	j 2 jset set1 securelevel=9
	j 2 jset set1 securelevel=x
	j 2 jset set1 uuid=1
	j 2 jset set1 allow.mount=true
	err_has enforce_statfs
	j 2 jset set1 net=inherit,none
	j 2 jset set1 exec.start=true
	j 2 jset set1 boot.order+=1
	j 2 jset set1
	j 4 jset nosuch boot.order=1
	must cmp -s "$T/was" "$WD/envs/set1.toml"
}

case_jset_keeps_comments() {
	mk set2
	f=$WD/envs/set2.toml
	{ echo '# mine, and it stays'; cat "$f"; } >"$T/x" && cp "$T/x" "$f"
	j 0 jset set2 'description=a "b" $c' tags+=web,db boot.order=3 allow.raw_sockets=true
	file_has "$f" '# mine, and it stays'
	j 0 jget set2 description
	out_is 'a "b" $c'
	j 0 jget set2 tags
	out_lines 2
	j 0 jset set2 tags-=web
	j 0 jget set2 tags
	out_is db
	j 0 jset set2 boot.order=
	j 0 jget set2 boot.order
	out_is 10
	j 0 jset set2 boot.order=
	out_has unchanged
	j 0 jget set2
	out_has 'allow.raw_sockets = true'
	j 0 --json jget set2 allow.raw_sockets
	out_has '"allow.raw_sockets":true'
	j 2 jget set2 nosuch
	file_has "$WD/jails-rcconf/set2/env.toml" 'raw_sockets = true'
	file_has "$WD/jails-system/set2/env.toml" 'raw_sockets = true'
}

case_jset_live() {
	up live
	j 0 jset live host.hostname=new.example
	j 0 jexec live -- hostname
	out_is new.example
	j 0 jset live allow.raw_sockets=true allow.set_hostname=true allow.chflags=true
	c 0 jls -j live allow.raw_sockets allow.set_hostname allow.chflags
	out_is 'true true true'
	j 0 jset live allow.raw_sockets=false
	c 0 jls -j live allow.raw_sockets
	out_is false
	j 0 jset live enforce_statfs=1 allow.mount=true allow.mount.tmpfs=true
	c 0 jls -j live enforce_statfs allow.mount allow.mount.tmpfs
	out_is '1 true true'
	j 0 jset live children.max=3 devfs_ruleset=5 sysvshm=disable
	c 0 jls -j live children.max devfs_ruleset sysvshm
	out_is '3 5 disable'
	# A rule set that the kernel has not would hide nothing.
	j 7 jset live devfs_ruleset=9999
	err_has 'rule set 9999 is not loaded'
	c 0 jls -j live devfs_ruleset
	out_is 5
	j 0 jset live securelevel=3
	j 0 jexec live -- sysctl -n kern.securelevel
	out_is 3
	j 0 jshow live --pending
	out_lines 0
	j 0 jset live host.hostname=
	j 0 jexec live -- hostname
	out_is live
	j 0 jshow live --pending
	out_lines 0
	# What live can't hold, the TOML has anyhow.
	j 0 jrestart live
	c 0 jls -j live children.max enforce_statfs allow.mount.tmpfs securelevel
	out_is '3 1 true 3'
}

case_jset_pending() {
	up pend
	j 0 jset pend osrelease=14.3-RELEASE "net=alias:$LO:192.0.2.20/32" boot.order=4
	out_has restart
	out_has osrelease
	j 0 jshow pend --pending
	out_has osrelease
	out_has "192.0.2.20"
	out_lacks boot.order
	j 0 --json jls pend
	out_has '"pending":true'
	must_not has_address 192.0.2.20
	j 0 jrestart pend
	must has_address 192.0.2.20
	j 0 jexec pend -- uname -r
	out_is 14.3-RELEASE
	j 0 --json jls pend
	out_has '"pending":false'
	# Another address: the old one is what goes at stop.
	j 0 jset pend "net=alias:$LO:192.0.2.21/32"
	j 0 jstop pend
	must_not has_address 192.0.2.20
}

# Every allow.* that jug knows must be one that this kernel takes, on and off.
case_every_allow() {
	up every --set enforce_statfs=1
	for a in $("$JUG" -H jget every | sed -n 's/^\(allow\.[a-z_.]*\)	.*/\1/p'); do
		# A parameter of a module that is not loaded is not there.
		sysctl -N "security.jail.param.$a" >/dev/null 2>&1 || continue
		j 0 jset every "$a=true"
		c 0 jls -j every "$a"
		out_is true
		j 0 jset every "$a=false"
		c 0 jls -j every "$a"
		out_is false
	done
}

case_a_rule_set_that_is_not_loaded() {
	mk bare --set devfs_ruleset=9999
	j 7 jstart bare
	err_has 'rule set 9999 is not loaded'
	must [ -z "$(mounts_below "$WD")" ]
	j 0 jset bare devfs_ruleset=4
	j 0 jstart bare
	j 0 jexec bare -- test ! -e /dev/mem
	j 0 jstop bare
}

# From the start instead of live.
case_parameters_at_start() {
	up par --set enforce_statfs=1 --set allow.mount=true --set allow.mount.tmpfs=true --set allow.raw_sockets=true \
		--set allow.reserved_ports=false --set children.max=2 --set securelevel=1 --set sysvmsg=inherit \
		--set host.hostname=par.example --set devfs_ruleset=0
	c 0 jls -j par enforce_statfs allow.mount.tmpfs allow.raw_sockets allow.reserved_ports children.max securelevel \
		sysvmsg sysvsem host.hostname
	out_is '1 true true false 2 1 inherit new par.example'
	j 0 jexec par -- mount -t tmpfs tmpfs /mnt
	j 0 jstop par
	must [ -z "$(mounts_below "$WD")" ]
}
