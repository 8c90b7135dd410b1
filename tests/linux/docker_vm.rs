//! The example docker-vm, from nothing to a guest that has read what to run and where its data lies, but for the guest's own
//! boot of Docker.

use crate::ganesha::NEEDED as SERVER_NEEDED;
use crate::support::on_host;
use crate::vm_guest::{NEEDED, possible};

#[test]
fn containers_keep_their_data_on_the_host() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &SERVER_NEEDED, &["xorriso", "awk"]].concat(), |h| {
        h.zfs();
        h.sh("truncate -s 4M disk").ok();
        // In the place of Debian's own image, one that the test's guest has beside it.
        h.jug("image-import %/disk debian-13 --no-verify").ok();
        // The server is up before its network is.
        h.sh("ip link set lo up; ip addr add 10.77.0.1/32 dev lo").ok();
        let _server = h.ganesha();
        h.sh("ip addr del 10.77.0.1/32 dev lo").ok();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/share/examples/docker-vm/docker-vm");
        let bin = std::path::Path::new(env!("CARGO_BIN_EXE_jug")).parent().unwrap();
        let run = |more: &str| {
            h.sh(&format!(
                "JUG_CONFIG=$PWD/jug.toml PATH={}:$PATH SUBNET=10.77.0.0/24 SERVER=10.77.0.1 CLIENT=10.77.0.11 \
                 sh {script} box tank/ct web db {more}",
                bin.display()
            ))
        };
        run(&format!("-- --storage dir {}", h.guest("jugip=10.77.0.11/24"))).ok();
        h.guest_says("box", "GUEST-UP", 1);
        let console = h.console("box");
        for says in ["GUEST-SEED user-data #cloud-config", "GUEST-SEED - \"10.77.0.11/24\""] {
            assert!(console.contains(says), "{says}: {console}");
        }
        // What it runs, with volumes that lead to this host, and nothing left to be filled in.
        let told = h.sh("cat work/jails-system/box/seed/user-data").ok().out;
        for says in [
            "packages: [docker.io",
            "\nmounts:\n",
            "      services:\n",
            "/web:/usr/share/nginx/html:ro\n",
            "      volumes:\n",
            "o: \"addr=10.77.0.1,rw,nfsvers=4.2,hard\"",
            &format!("device: \":{}\"", h.str("tank/ct/db")),
        ] {
            assert!(told.contains(&says.replace("/web:/usr", "-web:/usr")), "{says}: {told}");
        }
        assert!(!told.contains("VOLUME_"), "{told}");
        // Each on a dataset of its own, for that VM alone.
        h.sh("zfs list -H -o name -r tank/ct").ok().says("tank/ct/web").says("tank/ct/db");
        let all = h.jug("--json nfs-ls").ok().json();
        let all = all["exports"].as_array().unwrap();
        assert!(
            all.len() == 2 && all.iter().all(|e| e["clients"] == serde_json::json!(["10.77.0.11"])),
            "{all:?}"
        );
        assert!(all.iter().all(|e| e["maproot"] == "root"), "{all:?}");
        run("").ok().says("when it is started again");
        h.jug("vm-stop --force box").ok();
        h.nothing_runs("box", "stopped");
        // With its address its data is there, with any other nothing is.
        for n in [1, 2] {
            h.sh(&format!(
                "set -e; ip netns add c{n}; ip link add c{n} type veth peer name eth0 netns c{n}; \
                 ip link set c{n} master jugbr1000 up; ip -n c{n} addr add 10.77.0.1{n}/24 dev eth0; \
                 ip -n c{n} link set eth0 up"
            ))
            .ok();
        }
        for dir in ["tank/ct/web", "tank/ct/db"] {
            h.nfs_files(dir);
            assert_eq!([h.seen(1, dir), h.seen(2, dir)], ["rw 0 33", "refused"], "{dir}");
        }
        h.jug("vm-remove -y box").ok();
        for set in ["tank/ct/web", "tank/ct/db"] {
            h.jug(&format!("nfs-unexport {set}")).ok();
        }
    });
}
