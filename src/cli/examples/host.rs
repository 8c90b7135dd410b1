//! Of the commands for the host, its bases and images.

use super::Example;

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
];
