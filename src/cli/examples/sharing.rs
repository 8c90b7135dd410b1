//! Of the commands for networks, published ports and NFS.

use super::Example;

pub const EXAMPLES: &[(&str, &[Example])] = &[
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
];
