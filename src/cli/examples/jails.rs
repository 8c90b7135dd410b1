//! Of the commands for jails.

use super::Example;

pub const EXAMPLES: &[(&str, &[Example])] = &[
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
            ("The same, of what was replicated to here", "jug jregister www --replica tank/jug/replica/www"),
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
];
