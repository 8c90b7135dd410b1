//! Seeds: disks made by the real programs, read back as a guest would.

use crate::support::{Host, on_host};
use jug::apply::{self, Ctx};
use jug::host::{System, fs};
use jug::model::seed::{Form, Seed};
use jug::plan::Plan;
use jug::plan::seed::{Maker, disk};
use jug::platform::{PlatformKind, of};
use jug::programs::runc::Runtime;
use jug::report::progress::Silent;
use jug::store::layout::Layout;
use jug::store::lock;
use std::os::unix::fs::PermissionsExt;

const SECRET: &str = "#cloud-config\npassword: a secret of the test\n";

fn seed(form: Form) -> Seed {
    Seed {
        form,
        name: "web".parse().unwrap(),
        uuid: uuid::Uuid::nil(),
        user_data: Some(SECRET.into()),
        meta_data: None,
        network_config: None,
        cards: Vec::new(),
        keys: Vec::new(),
    }
}

/// Makes the disk as a command would: files laid out, and a plan applied.
fn make(h: &Host, seed: &Seed, maker: Maker) -> jug::error::Result<()> {
    let layout = Layout::new(&h.work.to_string_lossy().parse().unwrap()).unwrap().ensure().unwrap();
    let (tree, to) =
        (layout.workdir.join("jails-system/.seed"), layout.workdir.join("jails-system/seed.iso"));
    let files = seed.files()?;
    let files: Vec<(&str, &str)> = files.iter().map(|f| (f.path, f.text.as_str())).collect();
    fs::lay_out(tree.as_path(), &files)?;
    let mut plan = Plan::new("vm-seed", "web");
    disk(&mut plan, maker, seed.form.label().unwrap(), &tree, &to);
    assert!(!plan.to_string().contains("a secret") && !format!("{plan:?}").contains("a secret"));
    let dirs = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(Into::into);
    let host = System::new(dirs, false);
    let platform = of(PlatformKind::Linux, Runtime { program: "runc".into(), root: String::new() });
    let ctx =
        Ctx { host: &host, platform: platform.as_ref(), layout: &layout, progress: &Silent, force: false };
    let lock = lock::exclusive(&layout, "web", "vm-seed")?;
    apply::run(&ctx, "web", &plan, &lock).map(|_| ())
}

fn read(h: &Host, path: &str) -> String {
    h.sh(&format!("isoinfo -R -x {path} -i work/jails-system/seed.iso")).ok().out
}

#[test]
fn a_disk_is_what_a_guest_looks_for() {
    on_host(&["xorriso", "genisoimage", "isoinfo", "blkid"], |h| {
        for maker in [Maker::Xorriso, Maker::Genisoimage] {
            for form in [Form::NoCloud, Form::ConfigDrive] {
                let seed = seed(form);
                make(h, &seed, maker).unwrap();
                let iso = h.path("work/jails-system/seed.iso");
                assert_eq!(iso.metadata().unwrap().permissions().mode() & 0o777, 0o600);
                let label = h.run("blkid", &["-p", "-o", "value", "-s", "LABEL", iso.to_str().unwrap()]).ok();
                label.is(form.label().unwrap());
                for file in seed.files().unwrap() {
                    assert_eq!(
                        read(h, &format!("/{}", file.path)),
                        file.text,
                        "{maker:?} {form:?} {}",
                        file.path
                    );
                }
                // Inside too, nobody but root reads it.
                let listed = h.sh("isoinfo -R -f -l -i work/jails-system/seed.iso").ok().out;
                let files: Vec<&str> = listed.lines().filter(|l| l.starts_with('-')).collect();
                assert!(files.len() == 3 && files.iter().all(|l| l.starts_with("-rw-------")), "{listed}");
                h.sh("ls -A work/jails-system").ok().is("seed.iso");
            }
        }
    });
}

#[test]
fn a_disk_that_can_t_be_made_leaves_no_secret() {
    on_host(&["xorriso", "isoinfo"], |h| {
        let other = Seed { user_data: Some("#!/bin/sh\n".into()), ..seed(Form::NoCloud) };
        // It fails half way.
        h.sh("mkdir bin; printf '#!/bin/sh\\necho half; exit 5\\n' >bin/xorriso; chmod +x bin/xorriso; \
              mount --bind bin/xorriso /usr/bin/xorriso")
            .ok();
        assert!(make(h, &other, Maker::Xorriso).unwrap_err().reason.contains("exit status 5"));
        h.sh("umount /usr/bin/xorriso").ok();
        h.sh("ls -A work/jails-system; grep -rl secret work --include=*.jsonl || true").ok().is("");
        make(h, &other, Maker::Xorriso).unwrap();
        assert_eq!(read(h, "/user-data"), "#!/bin/sh\n");
    });
}
