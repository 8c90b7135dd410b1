//! VMs made of an image, whose guests are told something at their first boot, and say on their consoles that they read it.

use crate::httpd::{Httpd, Serve};
use crate::support::{Host, on_host, write};
use crate::vm_guest::{NEEDED, possible};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK+MH4E8KO32N5CXRvXVqvyZVl0+6ue4DobdhU0FqFd+ me@here";

/// An image of 8 MiB with one partition in a GPT, fetched over http; its partition begins with these words.
pub fn image(h: &Host) {
    h.sh("truncate -s 8M disk; echo 'label: gpt\nstart=2048, size=4096' | sfdisk -q disk").ok();
    h.sh("printf 'part of the image' | dd of=disk bs=512 seek=2048 conv=notrunc status=none").ok();
    let web = Httpd::new();
    web.put("/tiny.raw", &std::fs::read(h.path("disk")).unwrap(), Serve::Whole);
    let sum = h.sum("sha256sum", "disk");
    h.jug(&format!("image-fetch {} tiny --sha256 {sum}", web.url("/tiny.raw"))).ok();
}

fn instance(h: &Host, times: usize) -> String {
    h.guest_says("db", "GUEST-UP", times);
    let console = h.console("db");
    let all: Vec<&str> = console.matches("GUEST-SEED instance-id").collect();
    assert_eq!(all.len(), times, "{console}");
    let last = console.rsplit("GUEST-SEED instance-id: ").next().unwrap_or_default();
    last.split_whitespace().next().unwrap_or_default().to_string()
}

#[test]
fn a_guest_of_an_image_reads_its_seed() {
    if !possible() {
        return;
    }
    on_host(&[&NEEDED[..], &["curl", "sfdisk", "xorriso"]].concat(), |h| {
        image(h);
        h.jug("net-create lan --subnet 10.10.0.0/24").ok();
        write(&h.path("told"), "#cloud-config\npassword: 'a secret of the test'\n", 0o600);
        write(&h.path("key.pub"), &format!("{KEY}\n"), 0o644);
        let create = format!(
            "vm-create db --image tiny --disk 64M --net lan --user-data %/told --ssh-key %/key.pub {}",
            h.guest("jugip=10.10.0.2/24")
        );
        h.jug(&format!("-n {create}")).ok().says("copy the image tiny").says_not("a secret");
        assert_eq!(h.vm("db").0, "gone");
        h.jug(&create).ok();
        let disk = h.path("work/jails-data/db-data/disk0.raw");
        let meta = std::fs::metadata(&disk).unwrap();
        assert!(meta.len() == 64 << 20 && meta.blocks() * 512 < 8 << 20, "{} blocks", meta.blocks());
        // By a program of others: the table is whole, and its backup at the end.
        h.sh("sfdisk --verify work/jails-data/db-data/disk0.raw 2>&1").ok().says("No errors detected");
        let kept = std::fs::metadata(h.path("work/jails-system/db/seed/user-data")).unwrap();
        assert_eq!(kept.permissions().mode() & 0o777, 0o600);
        h.jug("vm-start db").ok();
        let first = instance(h, 1);
        let console = h.console("db");
        let mac = console.rsplit(" mac=").next().and_then(|m| m.split_whitespace().next()).unwrap();
        let card = format!("GUEST-SEED macaddress: \"{mac}\"");
        for says in [
            card.as_str(),
            "GUEST-DISK vda disk0 131072",
            "GUEST-PART part of the image",
            "GUEST-SEED user-data #cloud-config",
            "GUEST-SEED - \"10.10.0.2/24\"",
            "GUEST-SEED gateway4: \"10.10.0.1\"",
            KEY,
        ] {
            assert!(console.contains(says), "{says}: {console}");
        }
        assert!(first.starts_with("\"jug-") && !console.contains("GUEST-GPT"), "{console}");
        let iso = std::fs::metadata(h.path("work/run/db/seed.iso")).unwrap();
        assert_eq!(iso.permissions().mode() & 0o777, 0o600);
        assert!(!h.path("work/run/db/seed").exists(), "what the seed was made of is left");
        // The same is no other instance; anything else is.
        h.jug("vm-restart db").ok();
        assert_eq!(instance(h, 2), first);
        write(&h.path("other"), "#!/bin/sh\necho other\n", 0o600);
        h.jug("vm-seed db --user-data %/other --ssh-key none").ok().says("when it is started again");
        h.jug("vm-restart db").ok();
        let second = instance(h, 3);
        assert!(second.starts_with("\"jug-") && second != first, "{first} {second}");
        assert!(h.console("db").contains("GUEST-SEED user-data #!/bin/sh"));
        h.jug("vm-stop --timeout 50 db").ok();
        h.nothing_runs("db", "stopped");
        // In no journal, log or plan, and with the VM it goes.
        h.sh("grep -rl 'a secret' work | grep -v jails-system/db/seed || true").ok().is("");
        h.jug("vm-seed db --user-data none").ok();
        assert!(!h.path("work/jails-system/db/seed/user-data").exists());
        // A clone is told for itself.
        h.jug("vm-seed db --user-data %/told").ok();
        h.jug("vm-clone db two").ok();
        h.sh("cat work/jails-system/two/seed/user-data").ok().says("a secret");
        h.jug("vm-disk-resize db disk0 96M").ok();
        h.sh("sfdisk --verify work/jails-data/db-data/disk0.raw 2>&1").ok().says("No errors detected");
        h.jug("vm-remove -y db two").ok();
        h.sh("grep -rl 'a secret' work || true").ok().is("");
        h.jug("image-remove -y tiny").ok();
        h.jug("net-remove -y lan").ok();
    });
}

#[test]
fn what_a_guest_would_not_take_is_refused() {
    on_host(&["qemu-system-x86_64", "truncate", "curl", "sfdisk"], |h| {
        image(h);
        write(
            &h.path("bomb"),
            "#cloud-config\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
            e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e]\n",
            0o600,
        );
        write(&h.path("broken"), "#cloud-config\na: [\n", 0o600);
        write(&h.path("plain"), "a: b\n", 0o600);
        write(&h.path("meta"), "a: b\n", 0o600);
        let before = h.snapshot();
        for (args, code, says) in [
            ("--image tiny --disk 4M", 2, "needs 8M"),
            ("--image tiny --disk d:/dev/null", 2, "neither a disk nor a file"),
            ("--image tin", 4, "did you mean tiny?"),
            ("--image ../tiny", 2, "../tiny"),
            ("--user-data %/bomb", 2, "user-data"),
            ("--user-data %/broken", 2, "not YAML"),
            ("--user-data %/plain", 2, "no guest knows"),
            ("--user-data %/nothing", 4, "nothing"),
            ("--meta-data %/meta", 2, "instance-id"),
            ("--network-config %/plain", 2, "version"),
            ("--ssh-key 'ssh-rsa AAAA'", 2, "not whole"),
            ("--set vm.seed=floppy", 2, "floppy"),
        ] {
            h.jug(&format!("vm-create x --kernel /bin/busybox {args}")).code(code).says(says);
            h.same(&before, args);
        }
        // An image that was changed is none to begin with.
        h.sh("printf x | dd of=work/images/tiny/image conv=notrunc status=none").ok();
        h.jug("vm-create x --image tiny --kernel /bin/busybox").code(1).says("it was changed");
        assert_eq!(h.vm("x").0, "gone");
    });
}

/// A disk that can't be made is no start.
#[test]
fn no_start_without_its_seed() {
    on_host(&["qemu-system-x86_64", "truncate", "xorriso"], |h| {
        h.jug("vm-create db --disk 16M --kernel /bin/busybox --set vm.seed=config-drive").ok();
        h.jug("-n vm-start db").ok().says("-V config-2");
        h.sh("mkdir bin; printf '#!/bin/sh\\necho half; exit 5\\n' >bin/xorriso; chmod +x bin/xorriso; \
              mount --bind bin/xorriso /usr/bin/xorriso")
            .ok();
        h.jug("vm-start db").code(1).says("exit status 5");
        h.nothing_runs("db", "no seed");
        h.sh("umount /usr/bin/xorriso").ok();
        // What others who reach its storage put there leads nowhere.
        h.sh("mkdir work/jails-system/db/seed && ln -s /etc/passwd work/jails-system/db/seed/user-data").ok();
        h.jug("vm-start db").code(1).says("user-data");
        h.sh("rm -r work/jails-system/db/seed; ln -s /etc work/jails-system/db/seed").ok();
        h.jug("vm-start db").code(1).says("it is a link");
        h.nothing_runs("db", "links");
        h.jug("vm-remove -y db").ok();
    });
}
