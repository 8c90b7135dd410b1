# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_jug_global_optspecs
    string join \n json H n/dry-run q/quiet v/verbose y/yes config= workdir= platform= facts= jobs= no-color h/help
end

function __fish_jug_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_jug_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_jug_using_subcommand
    set -l cmd (__fish_jug_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c jug -n "__fish_jug_needs_command" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_needs_command" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_needs_command" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_needs_command" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_needs_command" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_needs_command" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_needs_command" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_needs_command" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_needs_command" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_needs_command" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_needs_command" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_needs_command" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_needs_command" -f -a "init" -d 'Say what the host has and lacks; write jug.toml, make the workdir and datasets'
complete -c jug -n "__fish_jug_needs_command" -f -a "deinit" -d 'Remove what init made; refused while environments or bases exist'
complete -c jug -n "__fish_jug_needs_command" -f -a "doctor" -d 'Say what the host lacks, what was interrupted, and what nobody owns any more'
complete -c jug -n "__fish_jug_needs_command" -f -a "facts" -d 'Print what the host says is there, for --facts and for bug reports'
complete -c jug -n "__fish_jug_needs_command" -f -a "log" -d 'Show what jug did, when, by whom, and how it ended'
complete -c jug -n "__fish_jug_needs_command" -f -a "config-check" -d 'Check the node\'s configuration and all environments\', or one file'
complete -c jug -n "__fish_jug_needs_command" -f -a "base-import" -d 'Make a base from the running system (`host`), a directory tree or a tarball'
complete -c jug -n "__fish_jug_needs_command" -f -a "base-fetch" -d 'Fetch a release\'s base.txz, check it against a sha256, and make a base of it'
complete -c jug -n "__fish_jug_needs_command" -f -a "base-ls" -d 'List bases and who uses them'
complete -c jug -n "__fish_jug_needs_command" -f -a "base-remove" -d 'Remove bases; refused while an environment uses them'
complete -c jug -n "__fish_jug_needs_command" -f -a "image-fetch" -d 'Fetch a disk image, check it against its publisher\'s sum, and keep it'
complete -c jug -n "__fish_jug_needs_command" -f -a "image-import" -d 'Keep a copy of a disk image that lies on this host'
complete -c jug -n "__fish_jug_needs_command" -f -a "image-ls" -d 'List images, and how they are as far as can be said without reading them'
complete -c jug -n "__fish_jug_needs_command" -f -a "image-verify" -d 'Read images again, and see that they are what was fetched'
complete -c jug -n "__fish_jug_needs_command" -f -a "image-remove" -d 'Remove images, and what is left of fetching them'
complete -c jug -n "__fish_jug_needs_command" -f -a "ls" -d 'List environments and their state'
complete -c jug -n "__fish_jug_needs_command" -f -a "jls" -d 'List environments and their state'
complete -c jug -n "__fish_jug_needs_command" -f -a "jcreate" -d 'Create jails, each described by one TOML file'
complete -c jug -n "__fish_jug_needs_command" -f -a "jstart" -d 'Start jails'
complete -c jug -n "__fish_jug_needs_command" -f -a "jstop" -d 'Stop jails, in bounded time whatever runs in them'
complete -c jug -n "__fish_jug_needs_command" -f -a "jrestart" -d 'Stop jails and start them again'
complete -c jug -n "__fish_jug_needs_command" -f -a "boot" -d 'Start what is to run from boot on, each as soon as all it comes after are up'
complete -c jug -n "__fish_jug_needs_command" -f -a "shutdown" -d 'Stop all jails of jug\'s that run, what comes after others first, within a total time'
complete -c jug -n "__fish_jug_needs_command" -f -a "jexec" -d 'Run a command inside, with the caller\'s streams, signals and terminal; its exit status is passed on'
complete -c jug -n "__fish_jug_needs_command" -f -a "jlogin" -d 'Open a login shell inside'
complete -c jug -n "__fish_jug_needs_command" -f -a "jcp" -d 'Copy files and trees into or out of a jail; links inside are never followed'
complete -c jug -n "__fish_jug_needs_command" -f -a "jshow" -d 'Show the whole configuration of jails, defaults included'
complete -c jug -n "__fish_jug_needs_command" -f -a "jset" -d 'Change keys of jails: KEY=VALUE, KEY+=VALUE and KEY-=VALUE for lists, KEY= for the default'
complete -c jug -n "__fish_jug_needs_command" -f -a "jget" -d 'Print the bare value of a key, or all keys; runs no other program'
complete -c jug -n "__fish_jug_needs_command" -f -a "jremove" -d 'Remove jails with all their data'
complete -c jug -n "__fish_jug_needs_command" -f -a "jclone" -d 'Make a new jail with another\'s data: a ZFS clone, else a copy (by cloning blocks where the file system can)'
complete -c jug -n "__fish_jug_needs_command" -f -a "jrename" -d 'Give a jail another name; its data moves with it'
complete -c jug -n "__fish_jug_needs_command" -f -a "jexport" -d 'Write a jail into one file: what is wanted of it and its data, with the sum of each'
complete -c jug -n "__fish_jug_needs_command" -f -a "jimport" -d 'Make a jail of an archive: jug\'s own, Bastille\'s, or the tar of a root'
complete -c jug -n "__fish_jug_needs_command" -f -a "jmigrate" -d 'Move a jail to another node: its data are sent while it runs, then it is stopped, sent to the end, and started there'
complete -c jug -n "__fish_jug_needs_command" -f -a "jregister" -d 'Take jails into this node that lie on its storage, or on storage that --mnt-start mounts'
complete -c jug -n "__fish_jug_needs_command" -f -a "junregister" -d 'Let jails go from this node; their data and a portable copy stay where they are'
complete -c jug -n "__fish_jug_needs_command" -f -a "owner" -d 'Show the epochs of a jail: who owned it, since when'
complete -c jug -n "__fish_jug_needs_command" -f -a "node" -d 'Show this node\'s identity, as owners are written down'
complete -c jug -n "__fish_jug_needs_command" -f -a "stats" -d 'Show what jails use and may use; without a name, all that run'
complete -c jug -n "__fish_jug_needs_command" -f -a "top" -d 'Show what jails use, again every two seconds, until q is pressed; once where there is no terminal'
complete -c jug -n "__fish_jug_needs_command" -f -a "net-create" -d 'Create a network: a bridge on which jails have addresses of their own'
complete -c jug -n "__fish_jug_needs_command" -f -a "net-ls" -d 'List networks'
complete -c jug -n "__fish_jug_needs_command" -f -a "net-show" -d 'Show a network, and who is on it with which addresses'
complete -c jug -n "__fish_jug_needs_command" -f -a "net-set" -d 'Change a network: KEY=VALUE, KEY= for the default'
complete -c jug -n "__fish_jug_needs_command" -f -a "net-remove" -d 'Remove networks; refused while an environment has a card on one'
complete -c jug -n "__fish_jug_needs_command" -f -a "net-check" -d 'Compare networks with what the host says: bridges, addresses, members, and that a dead end is one'
complete -c jug -n "__fish_jug_needs_command" -f -a "nfs-mount" -d 'Mount a directory of an NFS server, within a time limit'
complete -c jug -n "__fish_jug_needs_command" -f -a "nfs-umount" -d 'Unmount a directory of an NFS server, or the storage of a jail that does not run'
complete -c jug -n "__fish_jug_needs_command" -f -a "expose" -d 'Publish ports of a jail on this host: OUTER:INNER, such as 8080:80, 53:53/both or 8000-8010:9000-9010/udp'
complete -c jug -n "__fish_jug_needs_command" -f -a "unexpose" -d 'Publish ports of a jail no more'
complete -c jug -n "__fish_jug_needs_command" -f -a "expose-ls" -d 'List published ports: where each leads, and whether that is loaded'
complete -c jug -n "__fish_jug_needs_command" -f -a "nfs-export" -d 'Export a directory, a dataset, or what belongs to an environment, over NFS'
complete -c jug -n "__fish_jug_needs_command" -f -a "nfs-unexport" -d 'Export over NFS no more'
complete -c jug -n "__fish_jug_needs_command" -f -a "nfs-ls" -d 'List what is exported over NFS, by jug and by others, and how clients mount it'
complete -c jug -n "__fish_jug_needs_command" -f -a "nfs-check" -d 'Compare what is written down with the NFS server, the kernel, and what is mounted below'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot" -d 'Take snapshots of jails: of all datasets of each at one moment'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-ls" -d 'List snapshots, the oldest first'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-diff" -d 'Tell what has changed in a jail since a snapshot, until another one or until now'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-rollback" -d 'Set a jail back to what it was when a snapshot was taken'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-hold" -d 'Hold snapshots of a jail, so that nothing destroys them'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-release" -d 'Let held snapshots of a jail go again'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-remove" -d 'Destroy snapshots of a jail'
complete -c jug -n "__fish_jug_needs_command" -f -a "snapshot-prune" -d 'Destroy the snapshots of jails that a policy lets go; -n shows each with the reason'
complete -c jug -n "__fish_jug_needs_command" -f -a "replicate" -d 'Send what has changed of a jail or VM to another dataset or node, from snapshot to snapshot'
complete -c jug -n "__fish_jug_needs_command" -f -a "replicate-ls" -d 'List replication jobs'
complete -c jug -n "__fish_jug_needs_command" -f -a "replicate-status" -d 'Tell how far replicas lag behind, as this side knows it: in seconds and in bytes'
complete -c jug -n "__fish_jug_needs_command" -f -a "replicate-receive" -d 'Receive what another node\'s jug sends; in authorized_keys(5), command="jug replicate-receive --under DATASET" lets a key do nothing else'
complete -c jug -n "__fish_jug_needs_command" -f -a "node-add" -d 'Make another node known to this one; it is asked whether it answers'
complete -c jug -n "__fish_jug_needs_command" -f -a "node-ls" -d 'List the other nodes that this one knows'
complete -c jug -n "__fish_jug_needs_command" -f -a "node-check" -d 'Ask other nodes whether they answer, and with the same jug'
complete -c jug -n "__fish_jug_needs_command" -f -a "node-remove" -d 'Forget another node; refused while a job replicates to it. What lies there stays'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-create" -d 'Create a VM, described by one TOML file'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-start" -d 'Start VMs, each under a supervisor of its own'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-stop" -d 'Power VMs down: by their power button, and when that does not help in time, by taking their power away'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-restart" -d 'Stop VMs and start them again'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-reset" -d 'Press the reset button of VMs that run'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-ls" -d 'List VMs and their state'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-show" -d 'Show the whole configuration of VMs, defaults included'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-set" -d 'Change keys of VMs: KEY=VALUE, KEY+=VALUE and KEY-=VALUE for lists, KEY= for the default'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-get" -d 'Print a VM\'s keys'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-showcmd" -d 'Show how a VM\'s hypervisor would be run: its configuration, and the commands'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-console" -d 'Be at a VM\'s console; Return, ~ and . ends that'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-vnc" -d 'Show where the screen of a VM that runs is, and its password'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-exec" -d 'Run a command in a VM by ssh(1), or log in; its exit status is passed on'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-seed" -d 'Change what a VM\'s guest is told at its first boot, and at the one after a change'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-disk-add" -d 'Give a VM another disk; it sees it when it is started again'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-disk-resize" -d 'Let a disk of a stopped VM grow; its guest has to let its file system grow'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-disk-remove" -d 'Remove a disk of a stopped VM with all that is on it'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-clone" -d 'Make a new VM with another\'s disks: a ZFS clone, else a copy (by cloning blocks where the file system can)'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-rename" -d 'Give a VM another name; its disks move with it'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-remove" -d 'Remove VMs with all their disks'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-export" -d 'Write a VM into one file: what is wanted of it and its disks, with the sum of each'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-import" -d 'Make a VM of an archive that vm-export has written'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-migrate" -d 'Move a VM to another node: its disks are sent while it runs, then it is stopped, sent to the end, and started there'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-register" -d 'Take VMs into this node that lie on its storage, or on storage that --mnt-start mounts'
complete -c jug -n "__fish_jug_needs_command" -f -a "vm-unregister" -d 'Let VMs go from this node; their disks and a portable copy stay where they are'
complete -c jug -n "__fish_jug_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c jug -n "__fish_jug_using_subcommand init" -l zfs-root -d 'Make datasets below this one, and keep environments and bases there' -r
complete -c jug -n "__fish_jug_using_subcommand init" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand init" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand init" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand init" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand init" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand init" -l nfs -d 'Say what an NFS server needs as well'
complete -c jug -n "__fish_jug_using_subcommand init" -l write -d 'Change the host\'s own configuration as well, where something is to be changed'
complete -c jug -n "__fish_jug_using_subcommand init" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand init" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand init" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand init" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand init" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand init" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand init" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand deinit" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand deinit" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand deinit" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand deinit" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand deinit" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand deinit" -l write -d 'Take out of the host\'s own configuration what init --write put there'
complete -c jug -n "__fish_jug_using_subcommand deinit" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand deinit" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand deinit" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand deinit" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand deinit" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand deinit" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand deinit" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand deinit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand doctor" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand doctor" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand doctor" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand doctor" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand doctor" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand doctor" -l fix -d 'Finish or undo what was interrupted; unmount and stop what nobody owns. Data is never removed'
complete -c jug -n "__fish_jug_using_subcommand doctor" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand doctor" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand doctor" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand doctor" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand doctor" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand doctor" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand doctor" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand facts" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand facts" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand facts" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand facts" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand facts" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand facts" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand facts" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand facts" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand facts" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand facts" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand facts" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand facts" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand facts" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand log" -s c -l count -d 'Only the last so many' -r
complete -c jug -n "__fish_jug_using_subcommand log" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand log" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand log" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand log" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand log" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand log" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand log" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand log" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand log" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand log" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand log" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand log" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand config-check" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand config-check" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand config-check" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand config-check" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand config-check" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand config-check" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand config-check" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand config-check" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand config-check" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand config-check" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand config-check" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand config-check" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand config-check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand base-import" -l storage -d 'Where it lies; zfs where the node has a zfs_root' -r -f -a "zfs\t'ZFS datasets'
external\t'Whatever `[external]` or `mnt_start` mounts, while it is needed'
dir\t'Plain directories'"
complete -c jug -n "__fish_jug_using_subcommand base-import" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-import" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-import" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand base-import" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-import" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand base-import" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand base-import" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand base-import" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand base-import" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand base-import" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand base-import" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand base-import" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand base-import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l mirror -d 'A directory with RELEASE/base.txz and RELEASE/MANIFEST below it: http, https or file' -r
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l archive -d 'The archive\'s name on the mirror' -r
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l sha256 -d 'The sha256 the archive must have' -r
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l storage -d 'Where it lies; zfs where the node has a zfs_root' -r -f -a "zfs\t'ZFS datasets'
external\t'Whatever `[external]` or `mnt_start` mounts, while it is needed'
dir\t'Plain directories'"
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand base-fetch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand base-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand base-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l sha256 -d 'The sha256 that what comes must have' -r
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l sha512 -d 'The sha512 that it must have' -r
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l sums -d 'The publisher\'s file of sums, an address or a path: one that lists it by its file\'s name' -r
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l max-size -d 'The image may become so long' -r
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l no-verify -d 'Take it without a sum'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand image-fetch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand image-import" -l sha256 -d 'The sha256 that what comes must have' -r
complete -c jug -n "__fish_jug_using_subcommand image-import" -l sha512 -d 'The sha512 that it must have' -r
complete -c jug -n "__fish_jug_using_subcommand image-import" -l sums -d 'The publisher\'s file of sums, an address or a path: one that lists it by its file\'s name' -r
complete -c jug -n "__fish_jug_using_subcommand image-import" -l max-size -d 'The image may become so long' -r
complete -c jug -n "__fish_jug_using_subcommand image-import" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-import" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-import" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand image-import" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-import" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand image-import" -l no-verify -d 'Take it without a sum'
complete -c jug -n "__fish_jug_using_subcommand image-import" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand image-import" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand image-import" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand image-import" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand image-import" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand image-import" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand image-import" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand image-import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l available -d 'Those of the catalogue, which image-fetch knows by name'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand image-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l all -d 'All'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l changed -d 'Only those whose size or time is not what was noted'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand image-verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand image-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand ls" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jls" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand jls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l base -d 'The base it stands on (see base-ls)' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l mode -d 'How its root is put together: thin (the base read-only), clone (ZFS) or full (a copy)' -r -f -a "thin\t'The base is mounted read-only; only etc, root, tmp, home, usr/local and var are its own'
clone\t'A ZFS clone of the base'
full\t'A copy of the base'"
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l storage -d 'Where its data lies' -r -f -a "zfs\t'ZFS datasets'
external\t'Whatever `[external]` or `mnt_start` mounts, while it is needed'
dir\t'Plain directories'"
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l net -d 'none, inherit, alias:IF:ADDR/LEN, or NETWORK[:ADDR][,mac=MAC] (see net-ls); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l mnt-start -d 'The executable that mounts its data; implies --storage external' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l mnt-stop -d 'The executable that unmounts it' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l hook -d 'A hook: created, prestart, poststart, prestop, poststop, removed, presnapshot or postsnapshot; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l fstab -d 'An extra mount, in the words of fstab(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l set -d 'Any key of jug.toml(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l tag -d 'A tag; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l start -d 'Start it at once'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jcreate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jstart" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jstart" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jstart" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jstart" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jstart" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jstart" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand jstart" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jstart" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jstart" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jstart" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jstart" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jstart" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jstart" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jstart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jstop" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jstop" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jstop" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jstop" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jstop" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jstop" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand jstop" -l force -d 'Unmount by force what does not answer: what was not written yet is lost'
complete -c jug -n "__fish_jug_using_subcommand jstop" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jstop" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jstop" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jstop" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jstop" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jstop" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jstop" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jstop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jrestart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand boot" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand boot" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand boot" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand boot" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand boot" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand boot" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand boot" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand boot" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand boot" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand boot" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand boot" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand boot" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand boot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l timeout -d 'Seconds in which all of it is to end; the limits of each stop are cut to what is left' -r
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand shutdown" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s u -l user -d 'As this user' -r
complete -c jug -n "__fish_jug_using_subcommand jexec" -s e -l env -d 'With this variable; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jexec" -s w -l workdir-inside -d 'In this directory' -r
complete -c jug -n "__fish_jug_using_subcommand jexec" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jexec" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jexec" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jexec" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jexec" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jexec" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jexec" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jexec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s u -l user -d 'As this user' -r
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jlogin" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jcp" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jcp" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jcp" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jcp" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jcp" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jcp" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jcp" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jcp" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jcp" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jcp" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jcp" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jcp" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jcp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jshow" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jshow" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jshow" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jshow" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jshow" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jshow" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand jshow" -l pending -d 'Only what waits for a restart: the key, what runs, what is wanted'
complete -c jug -n "__fish_jug_using_subcommand jshow" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jshow" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jshow" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jshow" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jshow" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jshow" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jshow" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jshow" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jset" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jset" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jset" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jset" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jset" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jset" -l all -d 'All of this kind'
complete -c jug -n "__fish_jug_using_subcommand jset" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jset" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jset" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jset" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jset" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jset" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jset" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jget" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jget" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jget" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jget" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jget" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jget" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jget" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jget" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jget" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jget" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jget" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jget" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jremove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jremove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jremove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jremove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jremove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jremove" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand jremove" -l stop -d 'Stop those that run first'
complete -c jug -n "__fish_jug_using_subcommand jremove" -l promote -d 'Let clones of theirs stand by themselves first'
complete -c jug -n "__fish_jug_using_subcommand jremove" -l forget -d 'Only forget them, where their storage is lost; touches no data'
complete -c jug -n "__fish_jug_using_subcommand jremove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jremove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jremove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jremove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jremove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jremove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jremove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jremove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jclone" -l from-snapshot -d 'Of this snapshot of its data, not of what it is now' -r
complete -c jug -n "__fish_jug_using_subcommand jclone" -l net -d 'The new one\'s networks; needed where the source has addresses of its own; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jclone" -l set -d 'Any key of jug.toml(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jclone" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jclone" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jclone" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jclone" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jclone" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jclone" -l start -d 'Start it at once'
complete -c jug -n "__fish_jug_using_subcommand jclone" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jclone" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jclone" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jclone" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jclone" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jclone" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jclone" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jclone" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jrename" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jrename" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jrename" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jrename" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jrename" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jrename" -l restart -d 'Stop it if it runs, and start it again'
complete -c jug -n "__fish_jug_using_subcommand jrename" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jrename" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jrename" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jrename" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jrename" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jrename" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jrename" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jrename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jexport" -l form -d 'What its data are: files or the bytes of disks, for any node, or streams of ZFS, which only a node that trusts them takes' -r -f -a "tar\t'Files, and the bytes of disks, which any node with any storage takes'
zfs\t'A ZFS stream: exact and fast; the receiving kernel reads it, so that it has to be trusted'"
complete -c jug -n "__fish_jug_using_subcommand jexport" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jexport" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jexport" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jexport" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jexport" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jexport" -l stop -d 'Stop it meanwhile if it runs; what lies on ZFS is read from a snapshot and need not be stopped'
complete -c jug -n "__fish_jug_using_subcommand jexport" -l secrets -d 'Keep values whose names say that they are secret'
complete -c jug -n "__fish_jug_using_subcommand jexport" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jexport" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jexport" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jexport" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jexport" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jexport" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jexport" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jexport" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jimport" -l as -d 'Another name, with an identity and MAC addresses of its own; needed where the archive does not say one' -r
complete -c jug -n "__fish_jug_using_subcommand jimport" -l storage -d 'Where its data lie; zfs where the node has a zfs_root' -r -f -a "zfs\t'ZFS datasets'
external\t'Whatever `[external]` or `mnt_start` mounts, while it is needed'
dir\t'Plain directories'"
complete -c jug -n "__fish_jug_using_subcommand jimport" -l net -d 'Its networks here; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jimport" -l set -d 'Any key of jug.toml(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand jimport" -l max-size -d 'Refuse what is longer than this, unpacked' -r
complete -c jug -n "__fish_jug_using_subcommand jimport" -l base -d 'The base it stands on here' -r
complete -c jug -n "__fish_jug_using_subcommand jimport" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jimport" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jimport" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jimport" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jimport" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jimport" -l trust -d 'Take it as it is: with hooks, directories, devices and addresses of this host, and streams of ZFS'
complete -c jug -n "__fish_jug_using_subcommand jimport" -l start -d 'Start it at once'
complete -c jug -n "__fish_jug_using_subcommand jimport" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jimport" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jimport" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jimport" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jimport" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jimport" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jimport" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jimport" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l rate -d 'At most so many bytes a second, such as 20M, while it runs' -r
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jmigrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand jregister" -l mnt-start -d 'The executable that mounts their storage, if their own copy does not say so' -r
complete -c jug -n "__fish_jug_using_subcommand jregister" -l mnt-stop -d 'The executable that unmounts it' -r
complete -c jug -n "__fish_jug_using_subcommand jregister" -l replica -d 'Make it of this replica, as it was at its newest snapshot: for when the node that it came from is gone. Takes it over as --takeover does' -r
complete -c jug -n "__fish_jug_using_subcommand jregister" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand jregister" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand jregister" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand jregister" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand jregister" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand jregister" -l takeover -d 'Make this node the owner though another one is. Stops nothing there'
complete -c jug -n "__fish_jug_using_subcommand jregister" -l trust -d 'Use the hooks, the directories of this host and the devices that their own copies ask for, and run here what lies in their hook directories'
complete -c jug -n "__fish_jug_using_subcommand jregister" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand jregister" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand jregister" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand jregister" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand jregister" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand jregister" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand jregister" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand jregister" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand junregister" -l format -d 'What is written: jug\'s own copy, or CBSD\'s rc.conf_NAME as well' -r -f -a "jug\t'env.toml'
cbsd\t'rc.conf_NAME as well'"
complete -c jug -n "__fish_jug_using_subcommand junregister" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand junregister" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand junregister" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand junregister" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand junregister" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand junregister" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand junregister" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand junregister" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand junregister" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand junregister" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand junregister" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand junregister" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand junregister" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand junregister" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand owner" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand owner" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand owner" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand owner" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand owner" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand owner" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand owner" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand owner" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand owner" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand owner" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand owner" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand owner" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand owner" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand node" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand node" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand node" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand node" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand node" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand node" -l new-id -d 'Give it another identity: for a machine that was cloned from another'
complete -c jug -n "__fish_jug_using_subcommand node" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand node" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand node" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand node" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand node" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand node" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand node" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand node" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand stats" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand stats" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand stats" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand stats" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand stats" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand stats" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand stats" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand stats" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand stats" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand stats" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand stats" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand stats" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand stats" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand stats" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand top" -l sort -d 'What stands first is what has most of this, or the first name' -r -f -a "cpu\t'CPU time'
memory\t'Memory'
processes\t'Processes'
name\t'The name'"
complete -c jug -n "__fish_jug_using_subcommand top" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand top" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand top" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand top" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand top" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand top" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand top" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand top" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand top" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand top" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand top" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand top" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand top" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand top" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand net-create" -l subnet -d 'One IPv4 subnet, one IPv6 subnet, or both with a comma between' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l gateway -d 'The default gateway; without --uplink and --vlan that is the host, by default with the first address' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l uplink -d 'An interface of the host that becomes a member' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l vlan -d 'A VLAN that becomes a member' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l parent -d 'The interface that the VLAN is on' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l nat -d 'Let members reach the outside with the host\'s address: auto, an interface, or an address' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l mtu -d 'The largest packet [default: 1500]' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l dns -d 'Name servers for members [default: the host\'s]' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l domain -d 'The domain of members' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-create" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-create" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand net-create" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-create" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand net-create" -l isolated -d 'A dead end: no way out, no route'
complete -c jug -n "__fish_jug_using_subcommand net-create" -l private -d 'Keep members from each other'
complete -c jug -n "__fish_jug_using_subcommand net-create" -l dhcp -d 'Members ask the real network behind --uplink or --vlan for their addresses, unless some are given'
complete -c jug -n "__fish_jug_using_subcommand net-create" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand net-create" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand net-create" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand net-create" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand net-create" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand net-create" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand net-create" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand net-create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand net-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand net-show" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-show" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-show" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand net-show" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-show" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand net-show" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand net-show" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand net-show" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand net-show" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand net-show" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand net-show" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand net-show" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand net-show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand net-set" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-set" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-set" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand net-set" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-set" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand net-set" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand net-set" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand net-set" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand net-set" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand net-set" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand net-set" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand net-set" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand net-set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand net-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand net-check" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-check" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-check" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand net-check" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand net-check" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand net-check" -l all -d 'All networks'
complete -c jug -n "__fish_jug_using_subcommand net-check" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand net-check" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand net-check" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand net-check" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand net-check" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand net-check" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand net-check" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand net-check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s o -l option -d 'Options of mount(8); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l timeout -d 'Seconds it may take' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l nfs3 -d 'Only version 3'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l nfs4 -d 'Only version 4'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l soft -d 'Let what is asked of a server that does not answer fail after a while: data may be lost'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand nfs-mount" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l force -d 'By force, if it does not answer: what was not written yet is lost'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand nfs-umount" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand expose" -l on -d 'Only on this address of the host' -r
complete -c jug -n "__fish_jug_using_subcommand expose" -l from -d 'Only for these networks' -r
complete -c jug -n "__fish_jug_using_subcommand expose" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand expose" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand expose" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand expose" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand expose" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand expose" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand expose" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand expose" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand expose" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand expose" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand expose" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand expose" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand expose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l all -d 'All of them'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand unexpose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand expose-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l to -d 'For these addresses and networks: 192.0.2.10,10.0.0.0/8,2001:db8::/64' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l maproot -d 'Take root of a client for this user, with all of its groups or just these [default: nobody]' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l mapall -d 'Take everybody for this user' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l sec -d 'How clients prove who their users are: sys, krb5, krb5i, krb5p, with colons [default: sys]' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l via -d 'Write it down there [default: zfs for a dataset, where that has words for it]' -r -f -a "zfs\t'The dataset\'s own property sharenfs'
file\t'jug\'s own file'"
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l world -d 'For everybody'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l ro -d 'Nothing can be changed through it'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l tls -d 'Only over TLS'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l alldirs -d 'Clients of NFSv3 may mount any directory in it'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l children -d 'Also each file system mounted below: of those clients would otherwise see empty directories'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l replace -d 'In the place of all clients that jug exports it to'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l i-know -d 'The whole file system of the directory, or root for many, is meant'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand nfs-export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l to -d 'Only to these clients, named as they were' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l children -d 'And what is exported below it'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand nfs-unexport" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l format -d 'Print what a client needs to mount it' -r -f -a "fstab\t'Lines of /etc/fstab'
cloud-config\t'User data of cloud-init'
compose\t'The volumes of a compose file'
docker-volume\t'Commands that make volumes of Docker'"
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l for -d 'As this client may mount it' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l server -d 'What clients call this host [default: nfs.address of jug.toml, or the host\'s name]' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l client-platform -d 'The system of the client, for fstab [default: this host\'s]' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand nfs-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand nfs-check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l label -d 'A word at the end of the snapshot\'s name, by which it can be called as well' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l policy -d 'Then destroy what the policy of each lets go (snapshots.keep); leaves out what has none, and says nothing while all is well'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l stop -d 'Stop it if it runs, and start it again'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l destroy-newer -d 'Destroy the snapshots that were taken since'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l foreign -d 'Of those, also what jug did not take'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-hold" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-release" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l foreign -d 'Also those that jug did not take'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l keep -d 'What is kept, such as last=3,hourly=24,daily=7,weekly=4,monthly=12,yearly=2; by default snapshots.keep of each' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l foreign -d 'Also destroy what jug did not take'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand snapshot-prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand replicate" -l rate -d 'At most so many bytes a second, such as 20M' -r
complete -c jug -n "__fish_jug_using_subcommand replicate" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand replicate" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand replicate" -l due -d 'Only the jobs whose time has come; says nothing while all is well'
complete -c jug -n "__fish_jug_using_subcommand replicate" -l forget -d 'Send nothing, and keep nothing here for that target any more; what is there stays'
complete -c jug -n "__fish_jug_using_subcommand replicate" -l last -d 'Take no snapshot: send the newest there is'
complete -c jug -n "__fish_jug_using_subcommand replicate" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand replicate" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand replicate" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand replicate" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand replicate" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand replicate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand replicate-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand replicate-status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l under -d 'Receive below this dataset only, and do nothing else, whatever is asked' -r
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand replicate-receive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand node-add" -l user -d 'The user there' -r
complete -c jug -n "__fish_jug_using_subcommand node-add" -l port -d 'The port of its sshd' -r
complete -c jug -n "__fish_jug_using_subcommand node-add" -l identity -d 'The private key' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-add" -l ssh-config -d 'A configuration for ssh(1) instead of root\'s' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-add" -l program -d 'jug there, if the login shell of that user does not find it' -r
complete -c jug -n "__fish_jug_using_subcommand node-add" -l dataset -d 'The dataset there below which replicas lie' -r
complete -c jug -n "__fish_jug_using_subcommand node-add" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-add" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-add" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand node-add" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-add" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand node-add" -l no-check -d 'Don\'t ask it'
complete -c jug -n "__fish_jug_using_subcommand node-add" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand node-add" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand node-add" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand node-add" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand node-add" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand node-add" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand node-add" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand node-add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand node-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand node-check" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-check" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-check" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand node-check" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-check" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand node-check" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand node-check" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand node-check" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand node-check" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand node-check" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand node-check" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand node-check" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand node-check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand node-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l image -d 'The image that its first disk is made of (see image-ls)' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l disk -d 'A new disk of that size, or NAME:SIZE or NAME:/dev/DEVICE with ,bus=nvme and the like; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l cpus -d 'Its processors: 4, or 8,sockets=2,cores=2,threads=2' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l memory -d 'Its memory' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l net -d 'A card on NETWORK[:ADDR][,mac=MAC] (see net-ls), or none; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l firmware -d 'What it begins with' -r -f -a "uefi\t'UEFI, with variables of its own'
bhyveload\t'bhyveload(8): FreeBSD\'s own loader, for FreeBSD guests on FreeBSD'
direct\t'A kernel of the host\'s, for Linux guests under QEMU'"
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l kernel -d 'A kernel of the host\'s for firmware direct, which it implies' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l initrd -d 'Its initial RAM disk' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l cmdline -d 'Its command line' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l iso -d 'What lies in its CD drive' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l boot -d 'From which drive it boots: cd for an installer' -r -f -a "disk\t'The first disk'
cd\t'The CD, for installers'"
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l ssh-key -d 'Who may log in: a public key, or a file of some; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l user-data -d 'cloud-config, a script or Ignition; none takes it away' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l meta-data -d 'NoCloud\'s meta-data in the place of jug\'s; none takes it away' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l network-config -d 'NoCloud\'s network-config in the place of the one made of its cards; none takes it away' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l storage -d 'Where its disks lie' -r -f -a "zfs\t'ZFS datasets'
external\t'Whatever `[external]` or `mnt_start` mounts, while it is needed'
dir\t'Plain directories'"
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l mnt-start -d 'The executable that mounts its storage; implies --storage external' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l mnt-stop -d 'The executable that unmounts it' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l hook -d 'A hook: created, prestart, poststart, prestop, poststop or removed; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l set -d 'Any key of jug.toml(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l tag -d 'A tag; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l force -d 'Overwrite what is on the disk of somebody else\'s that --image goes to'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l verify -d 'Read back what --image put on the first disk, and compare it'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l vnc -d 'A screen on 127.0.0.1, with a password (see vm-vnc)'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l start -d 'Start it at once'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l timeout -d 'Wait so long before taking the power away (vm.stop_timeout)' -r
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l force -d 'Take the power away at once'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-restart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l pending -d 'Only what waits for a restart: the key, what runs, what is wanted'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l all -d 'All of this kind'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-showcmd" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-console" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-vnc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s u -l user -d 'As this user (vm.ssh_user, root)' -r
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l ssh-key -d 'Who may log in: a public key, or a file of some; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l user-data -d 'cloud-config, a script or Ignition; none takes it away' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l meta-data -d 'NoCloud\'s meta-data in the place of jug\'s; none takes it away' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l network-config -d 'NoCloud\'s network-config in the place of the one made of its cards; none takes it away' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-seed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-resize" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-disk-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l from-snapshot -d 'Of this snapshot of its data, not of what it is now' -r
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l net -d 'The new one\'s networks; needed where the source has addresses of its own; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l set -d 'Any key of jug.toml(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l start -d 'Start it at once'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-clone" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l restart -d 'Stop it if it runs, and start it again'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-rename" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l stop -d 'Stop those that run first'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l promote -d 'Let clones of theirs stand by themselves first'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l forget -d 'Only forget them, where their storage is lost; touches no data'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l form -d 'What its data are: files or the bytes of disks, for any node, or streams of ZFS, which only a node that trusts them takes' -r -f -a "tar\t'Files, and the bytes of disks, which any node with any storage takes'
zfs\t'A ZFS stream: exact and fast; the receiving kernel reads it, so that it has to be trusted'"
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l stop -d 'Stop it meanwhile if it runs; what lies on ZFS is read from a snapshot and need not be stopped'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l secrets -d 'Keep values whose names say that they are secret'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l as -d 'Another name, with an identity and MAC addresses of its own; needed where the archive does not say one' -r
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l storage -d 'Where its data lie; zfs where the node has a zfs_root' -r -f -a "zfs\t'ZFS datasets'
external\t'Whatever `[external]` or `mnt_start` mounts, while it is needed'
dir\t'Plain directories'"
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l net -d 'Its networks here; repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l set -d 'Any key of jug.toml(5); repeatable' -r
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l max-size -d 'Refuse what is longer than this, unpacked' -r
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l trust -d 'Take it as it is: with hooks, directories, devices and addresses of this host, and streams of ZFS'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l start -d 'Start it at once'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l rate -d 'At most so many bytes a second, such as 20M, while it runs' -r
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l mnt-start -d 'The executable that mounts their storage, if their own copy does not say so' -r
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l mnt-stop -d 'The executable that unmounts it' -r
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l replica -d 'Make it of this replica, as it was at its newest snapshot: for when the node that it came from is gone. Takes it over as --takeover does' -r
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l takeover -d 'Make this node the owner though another one is. Stops nothing there'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l trust -d 'Use the hooks, the directories of this host and the devices that their own copies ask for, and run here what lies in their hook directories'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l format -d 'What is written: jug\'s own copy, or CBSD\'s rc.conf_NAME as well' -r -f -a "jug\t'env.toml'
cbsd\t'rc.conf_NAME as well'"
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l config -d 'The node\'s configuration [env: JUG_CONFIG]' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l workdir -d 'The tree that jug owns' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l platform -d 'Plan for this platform instead of the one jug runs on' -r -f -a "freebsd\t'jails'
linux\t'OCI containers'"
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l facts -d 'Plan from saved facts (see `jug facts`) instead of the host' -r -F
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l jobs -d 'Work on so many targets at once' -r
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l all -d 'All environments; for ls and jls, those that lie here unregistered as well'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l json -d 'Print JSON'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -s H -d 'Print tab-separated lines without a heading, `-` for nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -s n -l dry-run -d 'Print what would be done, as a commented sh script, and do nothing'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -s q -l quiet -d 'Print errors only'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -s v -l verbose -d 'Print each command that is run'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -s y -l yes -d 'Do not ask'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -l no-color -d 'No colour'
complete -c jug -n "__fish_jug_using_subcommand vm-unregister" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "init" -d 'Say what the host has and lacks; write jug.toml, make the workdir and datasets'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "deinit" -d 'Remove what init made; refused while environments or bases exist'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "doctor" -d 'Say what the host lacks, what was interrupted, and what nobody owns any more'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "facts" -d 'Print what the host says is there, for --facts and for bug reports'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "log" -d 'Show what jug did, when, by whom, and how it ended'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "config-check" -d 'Check the node\'s configuration and all environments\', or one file'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "base-import" -d 'Make a base from the running system (`host`), a directory tree or a tarball'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "base-fetch" -d 'Fetch a release\'s base.txz, check it against a sha256, and make a base of it'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "base-ls" -d 'List bases and who uses them'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "base-remove" -d 'Remove bases; refused while an environment uses them'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "image-fetch" -d 'Fetch a disk image, check it against its publisher\'s sum, and keep it'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "image-import" -d 'Keep a copy of a disk image that lies on this host'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "image-ls" -d 'List images, and how they are as far as can be said without reading them'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "image-verify" -d 'Read images again, and see that they are what was fetched'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "image-remove" -d 'Remove images, and what is left of fetching them'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "ls" -d 'List environments and their state'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jls" -d 'List environments and their state'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jcreate" -d 'Create jails, each described by one TOML file'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jstart" -d 'Start jails'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jstop" -d 'Stop jails, in bounded time whatever runs in them'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jrestart" -d 'Stop jails and start them again'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "boot" -d 'Start what is to run from boot on, each as soon as all it comes after are up'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "shutdown" -d 'Stop all jails of jug\'s that run, what comes after others first, within a total time'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jexec" -d 'Run a command inside, with the caller\'s streams, signals and terminal; its exit status is passed on'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jlogin" -d 'Open a login shell inside'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jcp" -d 'Copy files and trees into or out of a jail; links inside are never followed'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jshow" -d 'Show the whole configuration of jails, defaults included'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jset" -d 'Change keys of jails: KEY=VALUE, KEY+=VALUE and KEY-=VALUE for lists, KEY= for the default'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jget" -d 'Print the bare value of a key, or all keys; runs no other program'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jremove" -d 'Remove jails with all their data'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jclone" -d 'Make a new jail with another\'s data: a ZFS clone, else a copy (by cloning blocks where the file system can)'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jrename" -d 'Give a jail another name; its data moves with it'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jexport" -d 'Write a jail into one file: what is wanted of it and its data, with the sum of each'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jimport" -d 'Make a jail of an archive: jug\'s own, Bastille\'s, or the tar of a root'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jmigrate" -d 'Move a jail to another node: its data are sent while it runs, then it is stopped, sent to the end, and started there'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "jregister" -d 'Take jails into this node that lie on its storage, or on storage that --mnt-start mounts'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "junregister" -d 'Let jails go from this node; their data and a portable copy stay where they are'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "owner" -d 'Show the epochs of a jail: who owned it, since when'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "node" -d 'Show this node\'s identity, as owners are written down'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "stats" -d 'Show what jails use and may use; without a name, all that run'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "top" -d 'Show what jails use, again every two seconds, until q is pressed; once where there is no terminal'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "net-create" -d 'Create a network: a bridge on which jails have addresses of their own'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "net-ls" -d 'List networks'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "net-show" -d 'Show a network, and who is on it with which addresses'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "net-set" -d 'Change a network: KEY=VALUE, KEY= for the default'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "net-remove" -d 'Remove networks; refused while an environment has a card on one'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "net-check" -d 'Compare networks with what the host says: bridges, addresses, members, and that a dead end is one'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "nfs-mount" -d 'Mount a directory of an NFS server, within a time limit'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "nfs-umount" -d 'Unmount a directory of an NFS server, or the storage of a jail that does not run'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "expose" -d 'Publish ports of a jail on this host: OUTER:INNER, such as 8080:80, 53:53/both or 8000-8010:9000-9010/udp'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "unexpose" -d 'Publish ports of a jail no more'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "expose-ls" -d 'List published ports: where each leads, and whether that is loaded'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "nfs-export" -d 'Export a directory, a dataset, or what belongs to an environment, over NFS'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "nfs-unexport" -d 'Export over NFS no more'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "nfs-ls" -d 'List what is exported over NFS, by jug and by others, and how clients mount it'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "nfs-check" -d 'Compare what is written down with the NFS server, the kernel, and what is mounted below'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot" -d 'Take snapshots of jails: of all datasets of each at one moment'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-ls" -d 'List snapshots, the oldest first'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-diff" -d 'Tell what has changed in a jail since a snapshot, until another one or until now'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-rollback" -d 'Set a jail back to what it was when a snapshot was taken'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-hold" -d 'Hold snapshots of a jail, so that nothing destroys them'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-release" -d 'Let held snapshots of a jail go again'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-remove" -d 'Destroy snapshots of a jail'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "snapshot-prune" -d 'Destroy the snapshots of jails that a policy lets go; -n shows each with the reason'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "replicate" -d 'Send what has changed of a jail or VM to another dataset or node, from snapshot to snapshot'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "replicate-ls" -d 'List replication jobs'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "replicate-status" -d 'Tell how far replicas lag behind, as this side knows it: in seconds and in bytes'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "replicate-receive" -d 'Receive what another node\'s jug sends; in authorized_keys(5), command="jug replicate-receive --under DATASET" lets a key do nothing else'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "node-add" -d 'Make another node known to this one; it is asked whether it answers'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "node-ls" -d 'List the other nodes that this one knows'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "node-check" -d 'Ask other nodes whether they answer, and with the same jug'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "node-remove" -d 'Forget another node; refused while a job replicates to it. What lies there stays'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-create" -d 'Create a VM, described by one TOML file'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-start" -d 'Start VMs, each under a supervisor of its own'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-stop" -d 'Power VMs down: by their power button, and when that does not help in time, by taking their power away'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-restart" -d 'Stop VMs and start them again'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-reset" -d 'Press the reset button of VMs that run'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-ls" -d 'List VMs and their state'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-show" -d 'Show the whole configuration of VMs, defaults included'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-set" -d 'Change keys of VMs: KEY=VALUE, KEY+=VALUE and KEY-=VALUE for lists, KEY= for the default'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-get" -d 'Print a VM\'s keys'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-showcmd" -d 'Show how a VM\'s hypervisor would be run: its configuration, and the commands'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-console" -d 'Be at a VM\'s console; Return, ~ and . ends that'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-vnc" -d 'Show where the screen of a VM that runs is, and its password'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-exec" -d 'Run a command in a VM by ssh(1), or log in; its exit status is passed on'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-seed" -d 'Change what a VM\'s guest is told at its first boot, and at the one after a change'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-disk-add" -d 'Give a VM another disk; it sees it when it is started again'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-disk-resize" -d 'Let a disk of a stopped VM grow; its guest has to let its file system grow'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-disk-remove" -d 'Remove a disk of a stopped VM with all that is on it'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-clone" -d 'Make a new VM with another\'s disks: a ZFS clone, else a copy (by cloning blocks where the file system can)'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-rename" -d 'Give a VM another name; its disks move with it'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-remove" -d 'Remove VMs with all their disks'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-export" -d 'Write a VM into one file: what is wanted of it and its disks, with the sum of each'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-import" -d 'Make a VM of an archive that vm-export has written'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-migrate" -d 'Move a VM to another node: its disks are sent while it runs, then it is stopped, sent to the end, and started there'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-register" -d 'Take VMs into this node that lie on its storage, or on storage that --mnt-start mounts'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "vm-unregister" -d 'Let VMs go from this node; their disks and a portable copy stay where they are'
complete -c jug -n "__fish_jug_using_subcommand help; and not __fish_seen_subcommand_from init deinit doctor facts log config-check base-import base-fetch base-ls base-remove image-fetch image-import image-ls image-verify image-remove ls jls jcreate jstart jstop jrestart boot shutdown jexec jlogin jcp jshow jset jget jremove jclone jrename jexport jimport jmigrate jregister junregister owner node stats top net-create net-ls net-show net-set net-remove net-check nfs-mount nfs-umount expose unexpose expose-ls nfs-export nfs-unexport nfs-ls nfs-check snapshot snapshot-ls snapshot-diff snapshot-rollback snapshot-hold snapshot-release snapshot-remove snapshot-prune replicate replicate-ls replicate-status replicate-receive node-add node-ls node-check node-remove vm-create vm-start vm-stop vm-restart vm-reset vm-ls vm-show vm-set vm-get vm-showcmd vm-console vm-vnc vm-exec vm-seed vm-disk-add vm-disk-resize vm-disk-remove vm-clone vm-rename vm-remove vm-export vm-import vm-migrate vm-register vm-unregister help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
