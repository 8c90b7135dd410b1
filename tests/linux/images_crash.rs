//! Images, while jug is killed: half of one never is one, and the next run ends what was begun.

use crate::crash::killed;
use crate::httpd::{Httpd, Serve};
use crate::images::disk;
use crate::outcome::until;
use crate::support::on_host;

#[test]
fn a_kill_leaves_no_image_and_the_next_run_goes_on() {
    on_host(&["curl"], |h| {
        let (web, body) = (Httpd::new(), disk(2));
        h.put("disk", &body);
        let sum = h.sum("sha256sum", "disk");
        web.put("/d.raw", &body, Serve::Stall(body.len() / 2));
        let fetch = format!("image-fetch {} d --sha256 {sum}", web.url("/d.raw"));
        let mut child = h.spawn(&fetch);
        // curl keeps a little of it in a buffer.
        let came = || h.image("d").map_or(0, |i| i[2].parse::<usize>().unwrap());
        until("half of it has come", || came() + 8192 > body.len() / 2);
        h.jug(&fetch).code(6).says("image-fetch");
        h.run("kill", &["-KILL", &child.id().to_string()]).ok();
        child.wait().unwrap();
        h.sh("kill $(busybox pidof curl)").ok();
        until("curl has ended", || h.sh("busybox pidof curl").code != 0);
        h.none("d");
        web.put("/d.raw", &body, Serve::Whole);
        web.asked();
        let at = came();
        h.jug(&fetch).ok();
        assert_eq!(web.asked(), [format!("/d.raw {at}-")]);
        h.is_image("d", &body);
        h.clean();
    });
}

#[test]
fn killed_anywhere() {
    on_host(&["strace", "xz", "qemu-img"], |h| {
        let body = disk(1);
        h.put("disk", &body);
        h.sh("qemu-img convert -O qcow2 disk disk.qcow2 && xz disk.qcow2").ok();
        let sum = h.sum("sha256sum", "disk.qcow2.xz");
        h.jug("image-ls").ok();
        for (call, at_least) in [("fdatasync", 6), ("fsync", 6), ("rename", 2), ("mkdir", 1)] {
            let (import, mut n) = (format!("image-import %/disk.qcow2.xz d --sha256 {sum}"), 1);
            while killed(h, &import, call, n) {
                let what = format!("killed at {call} number {n}");
                let word = h.image("d").map(|i| i[1].clone());
                if word.as_deref() == Some("ready") {
                    h.is_image("d", &body);
                } else {
                    assert!(matches!(word.as_deref(), None | Some("unfinished")), "{what}: {word:?}");
                }
                // Both ways on lead to the same.
                if n % 2 == 0 {
                    h.jug("doctor --fix").ok();
                }
                h.jug(&import).ok();
                h.is_image("d", &body);
                h.clean();
                h.jug("image-remove -y d").ok();
                n += 1;
            }
            assert!(n > at_least, "there are only {} points to die at in {call}", n - 1);
            h.is_image("d", &body);
            let mut n = 1;
            while killed(h, "image-remove -y d", call, n) {
                let there = h.image("d").is_some();
                assert!(
                    !there || h.image("d").is_some_and(|i| i[1] == "ready"),
                    "killed at {call} number {n}"
                );
                h.jug("doctor --fix").ok();
                h.jug("image-remove -y d").exits_with(&[0, 4]);
                h.none("d");
                h.clean();
                h.jug(&import).ok();
                n += 1;
            }
            h.none("d");
        }
    });
}
