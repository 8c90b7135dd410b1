//! route(8) of FreeBSD.

use crate::host::Cmd;
use std::net::IpAddr;

/// A default route in the network stack of a jail. Its `-j` was seen on 15.0 (jail.txt).
pub fn add_default(jail: &str, gateway: IpAddr) -> Cmd {
    let family = if gateway.is_ipv4() { "-inet" } else { "-inet6" };
    Cmd::new("route").args(["-j", jail, "add", family, "default", &gateway.to_string()])
}
