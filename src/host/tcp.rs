//! Whether somebody takes connections.

use crate::model::boot::Peer;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long each address of a peer may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether a connection to a peer is taken; it is closed at once. Finding the addresses of a name has no time limit of
/// its own: who can't wait for that calls this in another process.
pub fn answers(peer: &Peer, port: u16) -> bool {
    let all: Vec<SocketAddr> = match peer {
        Peer::Address(address) => vec![(*address, port).into()],
        Peer::Name(name) => {
            (name.as_str(), port).to_socket_addrs().map(Iterator::collect).unwrap_or_default()
        }
    };
    all.iter().any(|a| TcpStream::connect_timeout(a, PATIENCE).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_answers_and_a_closed_port_does_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(answers(&Peer::Address("127.0.0.1".parse().unwrap()), port));
        drop(listener);
        // A program that another test is just starting holds it too, until its exec.
        let closed = |_| {
            std::thread::sleep(Duration::from_millis(20));
            !answers(&Peer::Address("127.0.0.1".parse().unwrap()), port)
        };
        assert!((0..50).any(closed));
    }
}
