//! Images, from a server that breaks off, lies, stalls and sends elsewhere: never is half of one an image.

use crate::httpd::{Httpd, Serve};
use crate::outcome::Out;
use crate::support::{Host, on_host, write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

/// A disk with something in it, and mostly nothing.
pub fn disk(megabytes: usize) -> Vec<u8> {
    let mut all = vec![0; megabytes << 20];
    for (i, byte) in all.iter_mut().enumerate().step_by(4099) {
        *byte = (i % 251) as u8;
    }
    all
}

impl Host {
    pub fn put(&self, name: &str, bytes: &[u8]) -> String {
        std::io::Write::write_all(
            &mut std::fs::File::options().write(true).create_new(true).open(self.path(name)).unwrap(),
            bytes,
        )
        .unwrap();
        self.str(name)
    }
    pub fn sum(&self, program: &str, name: &str) -> String {
        self.run(program, &[&self.str(name)]).ok().text()[..]
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_string()
    }
    /// What `image-ls` says of an image: nothing, if there is none.
    pub fn image(&self, name: &str) -> Option<Vec<String>> {
        let all = self.jug("-H image-ls").ok().out;
        let line = all.lines().find(|l| l.split('\t').next() == Some(name))?;
        Some(line.split('\t').map(str::to_string).collect())
    }
    /// There is no such image, nor anything that looks like one.
    #[track_caller]
    pub fn none(&self, name: &str) {
        let word = self.image(name).map(|i| i[1].clone());
        assert!(matches!(word.as_deref(), None | Some("unfinished")), "{name} is {word:?}");
        assert!(!self.path(&format!("work/images/{name}")).exists());
    }
    #[track_caller]
    pub fn is_image(&self, name: &str, bytes: &[u8]) {
        let path = self.path(&format!("work/images/{name}/image"));
        assert!(std::fs::read(&path).unwrap() == bytes, "{name} has another content");
        let meta = std::fs::metadata(&path).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o600);
        assert_eq!(self.image(name).unwrap()[1], "ready");
    }
    /// Nothing is left of fetching.
    #[track_caller]
    pub fn clean(&self) {
        let left = self.sh("cd work/images && ls -A | grep '^\\.' || true").ok();
        left.is("");
    }
}

#[test]
fn a_download_that_breaks_off_is_gone_on_with() {
    on_host(&["curl"], |h| {
        let (web, body) = (Httpd::new(), disk(2));
        h.put("disk", &body);
        let sum = h.sum("sha512sum", "disk");
        web.put("/d.raw", &body, Serve::Cut(body.len() / 10));
        let fetch = format!("image-fetch {} d --sha512 {sum}", web.url("/d.raw"));
        let mut last = 0;
        for tenth in 1..10 {
            h.jug(&fetch).code(1).says("goes on where it stopped");
            h.none("d");
            let size: usize = h.image("d").unwrap()[2].parse().unwrap();
            assert!(size > last, "after {tenth} tries {size} bytes, and {last} before");
            last = size;
        }
        let asked = web.asked();
        assert!(asked[1..].iter().all(|a| a.contains(" ") && a.ends_with('-')), "{asked:?}");
        web.put("/d.raw", &body, Serve::Whole);
        h.jug(&fetch).ok().says("changed").says("checked against the given sum");
        h.is_image("d", &body);
        h.clean();
        // Each byte came once, but for those that were under way.
        assert_eq!(web.asked(), [format!("/d.raw {last}-")]);
        // It is there: nothing is fetched again, and nothing put in its place.
        h.jug(&fetch).ok().says("unchanged");
        h.jug(&format!("image-fetch {} d --no-verify", web.url("/d.raw"))).code(5).says("it exists");
        assert_eq!(web.asked(), Vec::<String>::new());
        // With holes where it has nothing.
        assert!(h.path("work/images/d/image").metadata().unwrap().blocks() > 0);
    });
}

#[test]
fn what_is_not_whole_or_not_right_is_no_image() {
    on_host(&["curl"], |h| {
        let (web, body) = (Httpd::new(), disk(1));
        h.put("disk", &body);
        let sum = h.sum("sha256sum", "disk");
        write(
            &h.path("jug.toml"),
            &format!("version = 1\nworkdir = {:?}\n[fetch]\ntimeout = 1\n", h.work),
            0o644,
        );
        let fetch = |more: &str| h.jug(&format!("image-fetch {} d {more}", web.url("/d.raw")));
        let right = format!("--sha256 {sum}");
        let served = |serve: Serve, more: &str, code: i32, says: &str| -> Out {
            web.put("/d.raw", &body, serve);
            let out = fetch(more).code(code).says(says);
            h.none("d");
            out
        };
        fetch("").code(2).says("no sum to check it by").says("--no-verify");
        served(Serve::Missing, &right, 1, "404");
        served(Serve::Whole, &format!("--sha256 {}", "0".repeat(64)), 1, "thrown away")
            .says("ask the publisher");
        h.clean();
        // Cut off, where nobody has said how long it is.
        served(Serve::Unsaid(body.len() / 3), &right, 1, "thrown away");
        // It can't be seen without a sum, but what is no whole number of sectors is no disk.
        served(Serve::Unsaid(body.len() / 3 + 7), "--no-verify", 1, "no whole number of sectors");
        served(Serve::TooLong(512), &right, 1, "goes on where it stopped");
        served(Serve::TooLong(512), "--no-verify", 1, "").says_not("goes on");
        h.clean();
        served(Serve::Stall(body.len() / 2), &right, 124, "nothing came for 1 s").says("goes on");
        // What has come does not fit on, since the server begins from the beginning.
        web.put("/d.raw", &body, Serve::NoRanges);
        fetch(&right).ok();
        h.is_image("d", &body);
        h.jug("image-remove -y d").ok();
        served(Serve::Endless, "--no-verify --max-size 3M", 1, "longer than 3M").says("--max-size");
        h.clean();
        // Of a list of sums everything may go wrong as well.
        let listed = |list: &[u8], serve: Serve| {
            web.put("/SUMS", list, serve);
            fetch(&format!("--sums {}", web.url("/SUMS")))
        };
        web.put("/d.raw", &body, Serve::Whole);
        listed(b"", Serve::Missing).code(1).says("no sums to check the image by").says("404");
        listed(b"<html>", Serve::Whole).code(1).says("no sha256 or sha512 of d.raw");
        listed(b"", Serve::Endless).code(1).says("longer than 1M");
        listed(b"", Serve::Redirect("file:///etc/passwd".into())).code(1).says("where nothing is taken from");
        h.none("d");
        h.clean();
        listed(format!("{sum} *d.raw\n").as_bytes(), Serve::Whole).ok().says("plain http").says("/SUMS");
        h.is_image("d", &body);
        h.clean();
    });
}

#[test]
fn a_redirect_leads_to_http_only() {
    on_host(&["curl"], |h| {
        let (web, body) = (Httpd::new(), disk(1));
        h.put("disk", &body);
        let fetch = |to: &str| {
            web.put("/moved", b"", Serve::Redirect(to.to_string()));
            h.jug(&format!("image-fetch {} d --no-verify", web.url("/moved")))
        };
        fetch(&format!("file://{}", h.str("disk"))).code(1).says("where nothing is taken from");
        fetch("ftp://127.0.0.1/d").code(1).says("where nothing is taken from");
        fetch(&web.url("/moved")).code(1).says("redirect");
        h.none("d");
        h.clean();
        web.put("/d", &body, Serve::Whole);
        fetch(&web.url("/d")).ok().says("not checked");
        h.is_image("d", &body);
        // The file itself, when it is asked for.
        h.jug(&format!("image-fetch file://{} e --no-verify", h.str("disk"))).ok();
        h.is_image("e", &body);
        for bad in ["ftp://127.0.0.1/d", "http://me:secret@127.0.0.1/d", "http://127.0.0.1/{a,b}"] {
            h.jug(&format!("image-fetch {bad} x --no-verify")).code(2).says_not("secret@");
        }
        for bad in ["../x", "a/b", ".x", "-x", "x~y"] {
            h.jug(&format!("image-fetch {} --no-verify -- {bad}", web.url("/d"))).code(2);
        }
        h.jug(&format!("image-fetch {}", web.url("/d"))).code(2).says("name is missing");
        h.jug("image-fetch debain-13").code(4).says("did you mean debian-13?");
    });
}

#[test]
fn a_full_disk_and_a_bomb() {
    on_host(&["curl", "xz"], |h| {
        let web = Httpd::new();
        h.jug("image-ls").ok();
        h.sh("mkdir -p work/images && mount -t tmpfs -o size=24m none work/images").ok();
        // Nothing of it can be a hole.
        let noise: Vec<u8> =
            (0..32u32 << 20).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 | 1).collect();
        h.put("noise", &noise);
        let sum = h.sum("sha256sum", "noise");
        web.put("/n.raw", &noise, Serve::Whole);
        let fetch = format!("image-fetch {} n --sha256 {sum}", web.url("/n.raw"));
        h.jug(&fetch).code(1).says("does not fit").says("make room");
        h.none("n");
        let came: usize = h.image("n").unwrap()[2].parse().unwrap();
        assert!(came > 0 && came < noise.len());
        h.sh("mount -o remount,size=48m work/images").ok();
        web.asked();
        h.jug(&fetch).ok();
        assert_eq!(web.asked(), [format!("/n.raw {came}-")]);
        h.is_image("n", &noise);
        h.jug("image-remove -y n").ok();
        // 256 MiB that are packed in some kB: of zeros, and of what takes place.
        h.sh("head -c 256M /dev/zero | xz -0 -T2 >zeros.xz; \
              head -c 256M /dev/zero | tr '\\0' x | xz -0 -T2 >xs.xz")
            .ok();
        for (file, size, says) in [
            ("zeros.xz", "100M", "longer than 100M"),
            ("xs.xz", "100M", "does not fit"),
            ("xs.xz", "2G", "does not fit"),
        ] {
            let import = format!("image-import %/{file} b --no-verify --max-size {size}");
            h.jug(&import).code(1).says(says);
            h.none("b");
            let free = h.sh("df -k --output=avail work/images | tail -1").ok();
            assert!(free.text().trim().parse::<u64>().unwrap() > 40 << 10, "{free:?}");
        }
        h.jug("image-remove -y b").code(4);
        // Zeros take no place.
        h.jug("image-import %/zeros.xz z --no-verify").ok().says("raw.xz");
        assert_eq!(h.image("z").unwrap()[2], (256u64 << 20).to_string());
        h.jug("image-remove -y z").ok();
        h.clean();
        h.sh("umount work/images").ok();
    });
}

#[test]
fn every_format_becomes_the_same_disk() {
    on_host(&["curl", "xz", "zstd", "gzip", "bzip2", "qemu-img"], |h| {
        let (web, body) = (Httpd::new(), disk(4));
        h.put("disk.raw", &body);
        h.sh("set -e; for p in 'xz xz' 'zstd zst' 'gzip gz' 'bzip2 bz2'; do set -- $p; $1 -c disk.raw >disk.raw.$2; done; \
              qemu-img convert -O qcow2 -c disk.raw disk.qcow2; \
              for s in streamOptimized monolithicSparse; do \
              qemu-img convert -O vmdk -o subformat=$s disk.raw $s.vmdk; done; \
              xz -c disk.qcow2 >disk.qcow2.xz; xz -c disk.raw.gz >twice.xz; sha512sum disk* *.vmdk >SUMS")
            .ok();
        let sums = std::fs::read(h.path("SUMS")).unwrap();
        web.put("/SUMS", &sums, Serve::Whole);
        for (i, (file, came_as)) in [
            ("disk.raw", "raw"),
            ("disk.raw.xz", "raw.xz"),
            ("disk.raw.zst", "raw.zst"),
            ("disk.raw.gz", "raw.gz"),
            ("disk.raw.bz2", "raw.bz2"),
            ("disk.qcow2", "qcow2"),
            ("disk.qcow2.xz", "qcow2.xz"),
            ("streamOptimized.vmdk", "vmdk"),
            ("monolithicSparse.vmdk", "vmdk"),
        ]
        .into_iter()
        .enumerate()
        {
            let name = format!("i{i}");
            web.put(&format!("/{file}"), &std::fs::read(h.path(file)).unwrap(), Serve::Whole);
            h.jug(&format!(
                "image-fetch {} {name} --sums {}",
                web.url(&format!("/{file}")),
                web.url("/SUMS")
            ))
            .ok();
            h.is_image(&name, &body);
            assert_eq!(h.image(&name).unwrap()[3..5], [came_as, "sha512"]);
        }
        h.jug("image-verify --all").ok();
        // What is broken inside is no image either, nor what reads other files of the host.
        h.sh("set -e; head -c 1000 disk.raw.xz >broken.xz; head -c 3000 disk.qcow2 >broken.qcow2; \
              qemu-img create -f qcow2 -b /etc/passwd -F raw backed.qcow2; \
              qemu-img create -f qcow2 -o data_file=other.raw,data_file_raw=on out.qcow2 1M; \
              qemu-img convert -O vmdk -o subformat=monolithicFlat disk.raw flat.vmdk; \
              tar -cf disk.tar disk.raw; \
              qemu-img create -f qcow2 huge.qcow2 1T")
            .ok();
        for (file, says) in [
            ("broken.xz", "xz"),
            ("broken.qcow2", "qemu-img"),
            ("twice.xz", "packed twice"),
            ("backed.qcow2", "backing file"),
            ("out.qcow2", "another file"),
            ("flat.vmdk", "other files"),
            ("disk.tar", "tar archive"),
            ("huge.qcow2", "longer than 64G"),
        ] {
            h.jug(&format!("image-import %/{file} bad --no-verify")).code(1).says(says).says(file);
            h.none("bad");
        }
        h.jug("image-import % bad --no-verify").code(2).says("no regular file");
        h.jug("image-import %/nothing bad --no-verify").code(4);
        h.jug("image-import %/disk.raw bad").code(2).says("no sum");
        h.clean();
        // Without qemu-img a raw one can be had, and of the others it is said what is missing.
        h.sh("mkdir bin; for p in xz curl; do ln -s $(command -v $p) bin/; done").ok();
        let config =
            format!("version = 1\nworkdir = {:?}\n[programs]\npath = [\"{}\"]\n", h.work, h.str("bin"));
        write(&h.path("bare.toml"), &config, 0o644);
        h.jug("--config %/bare.toml image-import %/disk.qcow2 q --no-verify").code(7).says("no qemu-img(1)");
        h.jug("--config %/bare.toml image-import %/disk.raw.zst q --no-verify").code(7).says("zstd");
        h.jug("--config %/bare.toml image-import %/disk.raw.xz q --no-verify").ok();
        h.is_image("q", &body);
    });
}

#[test]
fn an_image_that_was_changed_is_known() {
    on_host(&[], |h| {
        let body = disk(1);
        h.put("disk", &body);
        let sum = h.sum("sha256sum", "disk");
        h.jug("image-ls").ok().says("no images");
        // Right, and no disk: it is kept, since another jug might take it, and what throws it away is said.
        h.sh("head -c 1000 /dev/urandom >odd").ok();
        let odd = h.sum("sha256sum", "odd");
        h.jug(&format!("image-fetch file://{} odd --sha256 {odd}", h.str("odd")))
            .code(1)
            .says("image-remove odd");
        h.jug("image-remove -y odd").ok();
        h.clean();
        h.jug("-n image-import %/disk a --no-verify").ok().says("#!/bin/sh");
        h.none("a");
        h.jug(&format!("image-import %/disk a --sha256 {sum}")).ok();
        h.jug(&format!("image-import %/disk a --sha256 {sum}")).ok().says("unchanged");
        h.jug("image-import %/disk b --no-verify").ok();
        let all = h.jug("--json image-ls").ok().json();
        assert_eq!(all["images"][0]["sum"], format!("sha256:{sum}"));
        assert_eq!(all["images"][0]["size"], body.len());
        assert!(all["images"][1]["source_sum"].is_null());
        h.jug("image-verify a").ok().says("unchanged").says(&sum);
        h.sh("touch work/images/a/image; printf x | dd of=work/images/b/image conv=notrunc 2>/dev/null").ok();
        assert_eq!(h.image("a").unwrap()[1], "changed");
        assert_eq!(h.image("b").unwrap()[1], "changed");
        h.jug("image-verify --all --changed").code(8).says("it was changed").says("image-remove b");
        assert_eq!(h.image("a").unwrap()[1], "ready");
        h.jug("image-import %/disk b --no-verify").code(5);
        h.sh("rm work/images/a/image").ok();
        assert_eq!(h.image("a").unwrap()[1], "missing");
        h.jug("image-verify a").code(1).says("jug image-remove a");
        h.jug("image-verify x").code(4).says("no such image");
        h.jug("image-remove a").code(2).says("give -y");
        h.jug("image-verify 'b*'").code(1).says("image-remove b");
        h.jug("image-remove -y 'x*'").ok().says("matches nothing");
        h.jug("image-remove -y 'a*' '[ab]'").ok().says("a: changed").says("b: changed");
        h.jug("image-remove -y a").code(4);
        // A list of sums beside it, by its path.
        h.sh("sha256sum disk >SHA256SUMS").ok();
        let relative = format!(".{}", h.str("SHA256SUMS"));
        h.jug(&format!("image-import %/disk s --sums {relative}")).ok().says("checked against file://");
        h.jug("image-remove -y s").ok();
        // Nobody listens there: what curl says of it is enough, and no sum would mend that.
        let nobody = "image-fetch http://127.0.0.1:1/d.raw n --sums http://127.0.0.1:1/SUMS";
        h.jug(nobody)
            .code(1)
            .says("curl: (7)")
            .says("this host reaches it")
            .says_not("--silent")
            .says_not("HEX");
        h.clean();
        h.jug("doctor").ok();
    });
}
