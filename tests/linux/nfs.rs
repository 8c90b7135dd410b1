//! Exports for real: what nfs-ganesha serves from datasets of zfs-fuse, as three clients see it.

use crate::ganesha::NEEDED;
use crate::support::{on_host, write};

/// The harness itself: it tells reading from writing, who is taken for whom, and who is refused.
#[test]
fn clients_tell_exports_apart() {
    on_host(&NEEDED, |h| {
        h.zfs();
        h.nfs_clients();
        h.sh("zfs create tank/srv").ok();
        h.nfs_files("tank/srv");
        let server = h.ganesha();
        assert_eq!(h.all_seen("tank/srv"), ["refused"; 3]);
        let dir = h.str("tank/srv");
        let text = format!(
            "EXPORT {{ Export_Id = 7; Path = {dir:?}; Pseudo = {dir:?}; Filesystem_Id = 7.0; Access_Type = None;\n\
             FSAL {{ Name = VFS; }}\n\
             CLIENT {{ Clients = 10.77.0.11; Access_Type = RW; Squash = None; }}\n\
             CLIENT {{ Clients = 10.77.0.12; Access_Type = RO; Squash = Root; Anonymous_Uid = 65534; }} }}\n"
        );
        write(&h.path("jug.ganesha.conf"), &text, 0o644);
        server.reload();
        assert_eq!(h.all_seen("tank/srv"), ["rw 0 33", "ro 65534 33", "refused"]);
        let all = "CLIENT { Clients = *; Access_Type = RW; Squash = All; Anonymous_Uid = 1234; }";
        write(
            &h.path("jug.ganesha.conf"),
            &text.replace("CLIENT { Clients = 10.77.0.12", &format!("{all} CLIENT {{ Clients = 10.77.0.12")),
            0o644,
        );
        server.reload();
        assert_eq!(h.all_seen("tank/srv"), ["rw 0 33", "rw 1234 1234", "rw 1234 1234"]);
    });
}
