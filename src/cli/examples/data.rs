//! Of the commands for snapshots, replicas and the other nodes.

use super::Example;

pub const EXAMPLES: &[(&str, &[Example])] = &[
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
];
