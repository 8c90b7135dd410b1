//! Whether somebody takes connections, and whether an NFS server answers.

use crate::model::boot::Peer;
use std::io::{Read, Write};
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

/// A call of NFS that does nothing and is answered by every server, whatever versions it has (RFC 5531, 9; RFC 8881, 16.1):
/// a record of 40 bytes; the number of the call, a call, RPC 2, NFS, version 4, procedure 0, no credentials, no verifier.
const NULL_CALL: [u32; 11] = [0x8000_0028, 0x6a75_6721, 0, 2, 100_003, 4, 0, 0, 0, 0, 0];

/// Whether an NFS server answers on this port, one that takes connections and says nothing being no server.
pub fn serves_nfs(host: &str, port: u16) -> bool {
    let all = (host, port).to_socket_addrs().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    all.iter().any(|address| null_call(address).unwrap_or(false))
}

fn null_call(address: &SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&NULL_CALL.map(u32::to_be_bytes).concat())?;
    let mut reply = [0; 12];
    stream.read_exact(&mut reply)?;
    // The length of the record, the number of the call, and that it is an answer.
    Ok(reply[4..8] == NULL_CALL[1].to_be_bytes() && reply[8..] == 1u32.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_says_nothing_serves_no_nfs() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            for answer in [true, false] {
                let (mut peer, _) = listener.accept().unwrap();
                let mut call = [0; 44];
                peer.read_exact(&mut call).unwrap();
                if answer {
                    // Program mismatch: it has no version 4.
                    let reply = [0x8000_0020, NULL_CALL[1], 1, 0, 0, 0, 2, 3, 3];
                    peer.write_all(&reply.map(u32::to_be_bytes).concat()).unwrap();
                }
            }
        });
        assert!(serves_nfs("127.0.0.1", port) && !serves_nfs("127.0.0.1", port));
        serving.join().unwrap();
        assert!(!serves_nfs("127.0.0.1", port));
    }

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
