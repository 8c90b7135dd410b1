//! Of the commands for VMs.

use super::Example;

pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "vm-export",
        &[
            ("To a file, while it runs", "jug vm-export db db.jug"),
            ("What lies in a directory, stopped meanwhile", "jug vm-export --stop db db.jug"),
        ],
    ),
    (
        "vm-import",
        &[
            ("As another one, on a network of this node", "jug vm-import db.jug --as db2 --net lan"),
            ("With files for disks, whatever they were", "jug vm-import db.jug --storage dir"),
        ],
    ),
    ("vm-migrate", &[("A VM", "jug vm-migrate db nas")]),
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
            (
                "Its image onto a disk of somebody else's, read back",
                "jug vm-create db --image debian-13 --disk disk0:/dev/da1 --verify",
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
