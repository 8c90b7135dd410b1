//! Examples of the commands, for --help and the man pages. A test reads each with the command line's own parser.

use super::Cli;
use clap::{Command, CommandFactory};

/// What is done, and the line that does it.
pub type Example = (&'static str, &'static str);

/// The commands that have examples.
pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "init",
        &[
            ("Make the workdir in its default place, and jug.toml", "jug init"),
            ("Keep environments and bases on ZFS", "jug init --zfs-root tank/jug"),
            ("Say what an NFS server needs on this host", "jug init --nfs"),
        ],
    ),
    ("doctor", &[("Look", "jug doctor"), ("Finish or undo what a crash interrupted", "jug doctor --fix")]),
    (
        "facts",
        &[
            ("Save what this host says", "jug facts >facts.json"),
            ("Plan elsewhere from it", "jug -n --facts facts.json jstart www"),
        ],
    ),
    ("log", &[("The last ten changes", "jug log -c 10"), ("What happened to one jail", "jug log www")]),
    (
        "config-check",
        &[("All of this node", "jug config-check"), ("One file", "jug config-check ./www.toml")],
    ),
    (
        "base-import",
        &[
            ("The running system as a base", "jug base-import host"),
            ("A tarball", "jug base-import ./base.txz 15.0-RELEASE"),
            ("A tree, on plain directories", "jug base-import /srv/tree small --storage dir"),
        ],
    ),
    (
        "base-fetch",
        &[
            ("A release of FreeBSD", "jug base-fetch 15.0-RELEASE"),
            ("From a mirror of one's own", "jug base-fetch 15.0-RELEASE --mirror file:///srv/mirror"),
        ],
    ),
    ("base-remove", &[("Without being asked", "jug base-remove -y 14.3-RELEASE")]),
    (
        "image-fetch",
        &[
            ("By its name in the catalogue", "jug image-fetch debian-13"),
            (
                "By its address, checked against the publisher's list",
                "jug image-fetch https://example.org/web.raw.xz web --sums https://example.org/SHA256SUMS",
            ),
        ],
    ),
    (
        "image-import",
        &[("One made here, which has no sum yet", "jug image-import ./golden.qcow2 golden --no-verify")],
    ),
    (
        "image-ls",
        &[
            ("For people", "jug image-ls"),
            ("For scripts: name, state, bytes, format, how checked, source", "jug -H image-ls"),
            ("What image-fetch knows by name", "jug image-ls --available"),
        ],
    ),
    (
        "image-verify",
        &[
            ("Read all of one again", "jug image-verify debian-13"),
            ("All that may have changed, from cron", "jug -q image-verify --all --changed"),
        ],
    ),
    ("image-remove", &[("Without being asked", "jug image-remove -y debian-13")]),
    (
        "jls",
        &[
            ("For people", "jug jls"),
            ("For scripts: name, state, jid, addresses, path", "jug -H jls 'web*'"),
            ("For programs", "jug --json jls @prod"),
        ],
    ),
    (
        "jcreate",
        &[
            ("Thin, on the host's own userland, and started", "jug jcreate www --base host --start"),
            ("What would be done, as a script", "jug -n jcreate www --base host"),
            (
                "With an address, a mount and a setting",
                "jug jcreate db --base 15.0-RELEASE --net alias:em0:192.0.2.10/32 --fstab '/srv/db /var/db nullfs rw' --set boot.auto=true",
            ),
            ("On a network, with the lowest free address", "jug jcreate app --base host --net lan"),
            (
                "With two cards, one with an address of its own",
                "jug jcreate db --base host --net lan:10.10.0.5 --net san",
            ),
            ("A ZFS clone of the base", "jug jcreate box --base 15.0-RELEASE --mode clone"),
            ("In CBSD's words", "jug jcreate jname=www ver=15.0-RELEASE baserw=1"),
        ],
    ),
    (
        "jstart",
        &[("One", "jug jstart www"), ("All that bear a tag, four at once", "jug --jobs 4 jstart @web")],
    ),
    (
        "jstop",
        &[
            ("One", "jug jstop www"),
            ("All", "jug jstop --all"),
            ("One whose storage does not answer any more", "jug jstop --force www"),
        ],
    ),
    ("jrestart", &[("All whose names begin so", "jug jrestart 'web*'")]),
    (
        "boot",
        &[
            ("All that have boot.auto, eight at once", "jug --jobs 8 boot"),
            ("In which order, and after what", "jug -n boot"),
            ("One, and what it comes after", "jug boot web"),
        ],
    ),
    (
        "shutdown",
        &[("Within rc's time", "jug shutdown"), ("With more time for each", "jug shutdown --timeout 600")],
    ),
    (
        "jexec",
        &[
            ("A command", "jug jexec www -- uname -a"),
            (
                "As another user, with a variable, in a directory",
                "jug jexec www -u www -e LANG=C.UTF-8 -w /tmp -- env",
            ),
        ],
    ),
    (
        "jclone",
        &[
            ("A second one with the same data", "jug jclone www www2 --start"),
            (
                "Of a snapshot, with an address of its own",
                "jug jclone www test --from-snapshot before --net alias:em0:192.0.2.11",
            ),
        ],
    ),
    (
        "jexport",
        &[
            ("To a file", "jug jexport www www.jug"),
            ("What lies in a directory, stopped meanwhile", "jug jexport --stop www www.jug"),
        ],
    ),
    (
        "jimport",
        &[
            ("As another one, on a network of this node", "jug jimport www.jug --as www2 --net lan"),
            ("The tar of a root", "jug jimport rootfs.txz --as test --start"),
        ],
    ),
    (
        "jmigrate",
        &[
            ("To a node that node-add has made known", "jug jmigrate www nas"),
            ("What would be done", "jug -n jmigrate www nas"),
            ("Slowly while it runs", "jug jmigrate www nas --rate 20M"),
        ],
    ),
    ("vm-migrate", &[("A VM", "jug vm-migrate db nas")]),
    ("jrename", &[("While it runs", "jug jrename --restart www web")]),
    (
        "jregister",
        &[
            (
                "What its former node has unregistered",
                "jug jregister www --mnt-start /usr/local/etc/jug/nfs4-start",
            ),
            ("The same, where jug.toml says what mounts its storage", "jug jregister www"),
            ("All that lie here", "jug jregister jname='*'"),
            ("From a node that is gone for good", "jug jregister --takeover www"),
        ],
    ),
    (
        "junregister",
        &[
            ("All, for another node", "jug junregister --all"),
            ("For CBSD", "jug junregister --format cbsd www"),
        ],
    ),
    ("owner", &[("Who has it, and who had it", "jug owner www")]),
    ("node", &[("After this machine was cloned from another", "jug node --new-id")]),
    ("stats", &[("All that run", "jug stats"), ("For programs", "jug --json stats www")]),
    ("top", &[("Those with most memory first", "jug top --sort memory")]),
    (
        "net-create",
        &[
            (
                "With both families; the host is 10.10.0.1 and fd00:10::1",
                "jug net-create lan --subnet 10.10.0.0/24,fd00:10::/64",
            ),
            (
                "With a way out through the host's address",
                "jug net-create dmz --subnet 10.20.0.0/24 --nat auto",
            ),
            (
                "A dead end for storage, with large packets",
                "jug net-create san --subnet 10.66.0.0/24 --isolated --mtu 9000",
            ),
            (
                "Members on the real network, with addresses from there",
                "jug net-create wire --uplink em1 --dhcp",
            ),
            (
                "The same on a VLAN, with addresses chosen here",
                "jug net-create office --vlan 100 --parent em0 --subnet 192.0.2.0/24 --gateway 192.0.2.254",
            ),
        ],
    ),
    ("net-ls", &[("For people", "jug net-ls"), ("For programs", "jug --json net-ls")]),
    ("net-show", &[("Who is on it, with which addresses", "jug net-show lan")]),
    (
        "net-set",
        &[
            ("Other name servers", "jug net-set lan dns=192.0.2.53,192.0.2.54"),
            ("Back to the default size of packets", "jug net-set lan mtu="),
        ],
    ),
    ("net-remove", &[("Without being asked", "jug net-remove -y lan")]),
    ("net-check", &[("That a dead end is one", "jug net-check san"), ("All", "jug net-check --all")]),
    (
        "nfs-mount",
        &[
            ("Over the best version it has", "jug nfs-mount 10.0.0.1:/tank/src /mnt/src"),
            (
                "Read-only, and not for longer than five seconds",
                "jug nfs-mount --timeout 5 -o ro [fd00::1]:/pub /mnt",
            ),
        ],
    ),
    (
        "nfs-umount",
        &[
            ("A directory", "jug nfs-umount /mnt/src"),
            ("What is left of a jail's storage whose server is gone", "jug nfs-umount --force www"),
        ],
    ),
    (
        "expose",
        &[
            ("A web server", "jug expose www 8080:80"),
            (
                "A name server, on one address and for some only",
                "jug expose ns 53:53/both --on 192.0.2.1 --from 10.0.0.0/8",
            ),
            ("A range", "jug expose sip 8000-8010:9000-9010/udp"),
        ],
    ),
    ("unexpose", &[("By the port of the host", "jug unexpose www 8080"), ("All", "jug unexpose www --all")]),
    ("expose-ls", &[("For people", "jug expose-ls"), ("For programs", "jug --json expose-ls www")]),
    (
        "nfs-export",
        &[
            (
                "A dataset, for two machines",
                "jug nfs-export tank/ct/web --to 192.0.2.10,192.0.2.11 --maproot root",
            ),
            (
                "For a network, to be read only, with all datasets below",
                "jug nfs-export tank/pub --to 10.0.0.0/8 --ro --children",
            ),
            ("What belongs to a jail, for another node", "jug nfs-export www --to 192.0.2.20 --maproot root"),
            (
                "What would be done, as a script",
                "jug -n nfs-export /srv/disk --to 2001:db8::/64 --mapall nobody:nogroup",
            ),
        ],
    ),
    (
        "nfs-unexport",
        &[
            ("Of all clients", "jug nfs-unexport tank/ct/web"),
            ("Of one", "jug nfs-unexport tank/ct/web --to 192.0.2.11"),
        ],
    ),
    (
        "nfs-ls",
        &[
            ("For people", "jug nfs-ls"),
            ("For a compose file on one of the clients", "jug nfs-ls --format compose --for 192.0.2.10"),
            (
                "Lines of fstab for a Linux client",
                "jug nfs-ls tank/ct/web --format fstab --client-platform linux",
            ),
        ],
    ),
    ("nfs-check", &[("All of it", "jug nfs-check"), ("One export", "jug nfs-check tank/ct/web")]),
    (
        "snapshot",
        &[
            ("Before something that may go wrong", "jug snapshot www --label before-upgrade"),
            ("All, at one moment", "jug snapshot --all"),
            ("For cron: all that have a policy, which is then applied", "jug snapshot --all --policy"),
        ],
    ),
    ("snapshot-ls", &[("For people", "jug snapshot-ls www"), ("For programs", "jug --json snapshot-ls")]),
    (
        "snapshot-diff",
        &[
            ("Since then", "jug snapshot-diff www before-upgrade"),
            ("Between two", "jug snapshot-diff www jug-20260102T030405Z-000 jug-20260103T030405Z-000"),
        ],
    ),
    (
        "snapshot-rollback",
        &[
            ("One that runs", "jug snapshot-rollback --stop www before-upgrade"),
            ("What would go, as a script", "jug -n snapshot-rollback --destroy-newer www before-upgrade"),
        ],
    ),
    ("snapshot-hold", &[("One that must stay", "jug snapshot-hold www before-upgrade")]),
    ("snapshot-release", &[("It may go again", "jug snapshot-release www before-upgrade")]),
    (
        "snapshot-remove",
        &[
            ("Without being asked", "jug snapshot-remove -y www before-upgrade"),
            ("One that jug did not take", "jug snapshot-remove --foreign www monday"),
        ],
    ),
    (
        "snapshot-prune",
        &[
            ("What would go and why", "jug -n snapshot-prune www --keep last=3,daily=7"),
            ("By the policy of each", "jug snapshot-prune --all"),
        ],
    ),
    (
        "replicate",
        &[
            ("To another node", "jug replicate www nas"),
            ("To another pool of this host, slowly", "jug replicate www backup --rate 20M"),
            ("What would be sent", "jug -n replicate www nas"),
            ("For cron: what is due", "jug replicate --due"),
            ("No more", "jug replicate --forget www backup"),
        ],
    ),
    ("replicate-ls", &[("All jobs", "jug replicate-ls")]),
    (
        "replicate-status",
        &[("For people", "jug replicate-status"), ("For programs", "jug --json replicate-status www")],
    ),
    (
        "replicate-receive",
        &[("What a key in authorized_keys may do", "jug replicate-receive --under tank/alice")],
    ),
    (
        "node-add",
        &[
            ("By its name", "jug node-add nas nas.example.org"),
            (
                "With a key and a place of one's own",
                "jug node-add nas nas.example.org --user backup --identity /root/.ssh/nas --dataset tank/alice",
            ),
        ],
    ),
    ("node-ls", &[("For scripts: name, host, user, port, dataset", "jug -H node-ls")]),
    ("node-check", &[("All of them", "jug node-check")]),
    ("node-remove", &[("One that is no more", "jug node-remove nas")]),
    ("jlogin", &[("A shell of root's", "jug jlogin www")]),
    (
        "jcp",
        &[
            ("In", "jug jcp ./nginx.conf www:/usr/local/etc/nginx/"),
            ("Out", "jug jcp www:/var/log/messages ./messages"),
        ],
    ),
    ("jshow", &[("All of it", "jug jshow www"), ("What waits for a restart", "jug jshow www --pending")]),
    (
        "jset",
        &[
            ("A number, and one more tag", "jug jset www boot.order=5 tags+=web"),
            ("A permission", "jug jset www allow.raw_sockets=true"),
            (
                "What it starts after, and waits for",
                "jug jset www boot.after+=db boot.wait_for+=mount:/srv/www",
            ),
            ("At most so much, at once", "jug jset www limits.memory=512M limits.cpu=150"),
            ("Back to the default", "jug jset www boot.order="),
        ],
    ),
    ("jget", &[("One value, bare", "jug jget www base"), ("All", "jug jget www")]),
    (
        "jremove",
        &[("One, without being asked", "jug jremove -y www"), ("One that runs", "jug jremove -y --stop www")],
    ),
    (
        "vm-create",
        &[
            (
                "Of an image, with what its guest is told at its first boot",
                "jug vm-create db --image debian-13 --disk 20G --net lan --ssh-key ./id_ed25519.pub --user-data ./db.yaml",
            ),
            (
                "From an installer's CD, with a screen",
                "jug vm-create db --cpus 2 --memory 4G --disk 20G --iso ./installer.iso --boot cd --vnc --net lan",
            ),
            ("What would be done, as a script", "jug -n vm-create db --disk 20G"),
            (
                "A kernel of the host's, under QEMU",
                "jug vm-create k --kernel ./vmlinuz --initrd ./initrd --cmdline console=ttyS0",
            ),
        ],
    ),
    ("vm-start", &[("One", "jug vm-start db"), ("All with a tag", "jug vm-start @prod")]),
    (
        "vm-stop",
        &[
            ("With three minutes to power down", "jug vm-stop --timeout 180 db"),
            ("At once", "jug vm-stop --force db"),
        ],
    ),
    ("vm-restart", &[("For what waits for a restart", "jug vm-restart db")]),
    ("vm-show", &[("What waits for a restart", "jug vm-show --pending db")]),
    ("vm-get", &[("Its memory", "jug vm-get db vm.memory")]),
    ("vm-unregister", &[("Let one go", "jug vm-unregister db")]),
    ("vm-register", &[("Take it in", "jug vm-register db")]),
    ("vm-reset", &[("A guest that hangs", "jug vm-reset db")]),
    ("vm-ls", &[("For people", "jug vm-ls"), ("For programs", "jug --json vm-ls")]),
    (
        "vm-set",
        &[
            ("From the next start on", "jug vm-set db vm.cpus=4 vm.memory=8G"),
            ("No CD any more", "jug vm-set db vm.boot= vm.cd="),
        ],
    ),
    ("vm-showcmd", &[("The hypervisor's configuration and command", "jug vm-showcmd db")]),
    ("vm-console", &[("Until Return, ~ and .", "jug vm-console db")]),
    ("vm-vnc", &[("Address and password", "jug vm-vnc db")]),
    (
        "vm-exec",
        &[("As root", "jug vm-exec db -- uptime"), ("As somebody else", "jug vm-exec -u debian db -- id")],
    ),
    (
        "vm-seed",
        &[
            ("From its next start on", "jug vm-seed db --user-data ./db.yaml"),
            ("Nobody's key any more", "jug vm-seed db --ssh-key none"),
        ],
    ),
    (
        "vm-disk-add",
        &[
            ("Of 100 GiB", "jug vm-disk-add db 100G"),
            ("An iSCSI disk", "jug vm-disk-add db shared:/dev/da1,bus=nvme"),
        ],
    ),
    ("vm-disk-resize", &[("By 10 GiB", "jug vm-disk-resize db disk0 +10G")]),
    ("vm-disk-remove", &[("Without being asked", "jug vm-disk-remove -y db disk1")]),
    ("vm-clone", &[("With addresses of its own", "jug vm-clone db db2")]),
    ("vm-rename", &[("Though it runs", "jug vm-rename --restart db db-old")]),
    ("vm-remove", &[("Stopped first, and without being asked", "jug vm-remove -y --stop db")]),
];

/// The examples of a command.
pub fn of(command: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(c, _)| *c == command).map_or(&[], |(_, e)| e)
}

/// The command line with the examples in its help.
pub fn command() -> Command {
    EXAMPLES.iter().fold(Cli::command(), |all, (name, examples)| {
        let lines: Vec<String> =
            examples.iter().map(|(what, line)| format!("  {what}:\n    {line}")).collect();
        all.mut_subcommand(*name, |c| c.after_help(format!("Examples:\n{}", lines.join("\n"))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_one() {
        for (name, examples) in EXAMPLES.iter().copied() {
            for (_, line) in examples {
                let mut words = shlex::split(line).unwrap();
                // What the shell does with them is no part of jug's command line.
                words.retain(|w| !w.starts_with('>'));
                let matches = Cli::command().try_get_matches_from(&words);
                let matches = matches.unwrap_or_else(|e| panic!("{line}: {e}"));
                assert!(matches.subcommand_name().is_some(), "{line}");
                assert!(words.iter().any(|w| *w == name) || line.contains("--facts"), "{name}: {line}");
            }
        }
    }

    #[test]
    fn every_command_has_examples_or_needs_none() {
        let bare = ["ls", "base-ls", "deinit", "generate", "perform", "supervise"];
        for c in Cli::command().get_subcommands() {
            assert!(
                bare.contains(&c.get_name()) || !of(c.get_name()).is_empty(),
                "{} has no example",
                c.get_name()
            );
        }
    }
}
