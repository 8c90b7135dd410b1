//! A line of exports(5) as mountd(8) of FreeBSD reads it, whoever wrote it: written from `get_line`, `nextfield`, `do_opt`
//! and `get_net` of mountd.c, 15.0.

use crate::error::Error;
use crate::model::export::{ClientSet, Export, Options, Squash, client};
use crate::model::name::printable;
use ipnet::IpNet;

/// A line, with those that continue it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which it is, or the first of them.
    pub number: usize,
    /// The text, as mountd(8) puts it together.
    pub text: String,
}

/// The lines that are not empty. Blanks and backslashes at the end go, and if there is a backslash among them, the next
/// line continues it.
pub fn lines(text: &str) -> Vec<Line> {
    let mut all: Vec<Line> = Vec::new();
    let mut continues = false;
    for (i, raw) in text.lines().enumerate() {
        let cut = raw.trim_end_matches([' ', '\t', '\\']);
        let goes_on = raw[cut.len()..].contains('\\');
        let part = if goes_on { format!("{cut} ") } else { cut.to_string() };
        match all.last_mut().filter(|_| continues) {
            Some(last) => last.text.push_str(&part),
            None if part.is_empty() => {}
            None => all.push(Line { number: i + 1, text: part }),
        }
        continues = goes_on;
    }
    all
}

/// What a line of anybody's says, as far as jug understands it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub number: usize,
    /// Whether it only says where the tree of NFSv4 begins.
    pub v4: bool,
    /// The directories.
    pub paths: Vec<String>,
    /// The options, each with its value.
    pub options: Vec<(String, Option<String>)>,
    /// Addresses and networks.
    pub nets: Vec<IpNet>,
    /// What is a host's name, a netgroup, or no network that jug understands.
    pub names: Vec<String>,
    /// What of it mountd(8) would not take.
    pub wrong: Option<String>,
}

impl Line {
    /// What it says; nothing if it is a comment.
    pub fn entry(&self) -> Option<Entry> {
        let mut rest = words(&self.text);
        if rest.first().is_none_or(|w| w.starts_with('#')) {
            return None;
        }
        let mut entry = Entry { number: self.number, ..Entry::default() };
        if let Some(after) = rest[0].strip_prefix("V4:") {
            entry.v4 = true;
            match after.is_empty() {
                true => drop(rest.drain(..1)),
                false => rest[0] = after,
            }
        }
        let (mut network, mut mask, mut i) = (None, None, 0);
        while let Some(word) = rest.get(i) {
            i += 1;
            if word.starts_with('/') {
                match unescape(word) {
                    Some(path) => entry.paths.push(path),
                    None => entry.wrong = Some(format!("{} can't be decoded", printable(word))),
                }
            } else if let Some(options) = word.strip_prefix('-') {
                i += entry.options(options, rest.get(i).copied(), &mut network, &mut mask);
            } else {
                match word.parse::<std::net::IpAddr>() {
                    Ok(a) => entry.nets.push(a.into()),
                    Err(_) => entry.names.push((*word).to_string()),
                }
            }
        }
        if let Some(text) = network {
            match net(&text, mask.as_deref()) {
                Some(net) => entry.nets.push(net),
                None => entry.names.push(text),
            }
        }
        if entry.paths.is_empty() {
            entry.wrong.get_or_insert_with(|| "it names no directory".into());
        }
        Some(entry)
    }
}

impl Entry {
    /// Reads the options of one word; returns how many of the next words are values of theirs.
    fn options(
        &mut self,
        list: &str,
        next: Option<&str>,
        network: &mut Option<String>,
        mask: &mut Option<String>,
    ) -> usize {
        let mut used = 0;
        for (i, option) in list.split(',').enumerate() {
            let last = i + 1 == list.split(',').count();
            let (name, mut value) = match option.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (option, None),
            };
            let takes = matches!(
                name,
                "maproot" | "mapall" | "root" | "r" | "mask" | "m" | "network" | "n" | "sec" | "index"
            );
            if takes && last && value.is_none() {
                value = next.filter(|w| !w.starts_with('-'));
                used = usize::from(value.is_some());
            }
            let value = value.map(str::to_string);
            match name {
                "network" | "n" => *network = Some(value.unwrap_or_default()),
                "mask" | "m" => *mask = value,
                "root" | "r" => self.options.push(("maproot".into(), value)),
                "o" => self.options.push(("ro".into(), None)),
                other => self.options.push((other.to_string(), value)),
            }
        }
        used
    }

    /// Whether everybody else may mount it.
    pub fn is_world(&self) -> bool {
        self.nets.is_empty() && self.names.is_empty()
    }

    /// What it exports, if jug has words for all of it.
    ///
    /// # Errors
    /// The reason why not.
    pub fn exports(&self) -> std::result::Result<Vec<Export>, String> {
        if let Some(why) = &self.wrong {
            return Err(why.clone());
        }
        if let Some(name) = self.names.first() {
            return Err(format!("{} is no address", printable(name)));
        }
        let mut options = Options::default();
        for (name, value) in &self.options {
            let read = |e: Error| format!("{name}: {}", e.reason);
            match (name.as_str(), value.as_deref()) {
                ("ro", None) => options.ro = true,
                ("tls", None) => options.tls = true,
                ("alldirs", None) => options.alldirs = true,
                ("quiet", None) => {}
                ("sec", Some(v)) => options.sec = v.parse().map_err(read)?,
                ("maproot", Some(v)) => options.squash = Squash::Maproot(v.parse().map_err(read)?),
                ("mapall", Some(v)) => options.squash = Squash::Mapall(v.parse().map_err(read)?),
                _ => return Err(format!("the option {} is none of jug's", printable(name))),
            }
        }
        let clients = ClientSet::only(self.nets.iter().copied()).unwrap_or_else(ClientSet::world);
        self.paths
            .iter()
            .map(|p| {
                let path = p.parse().map_err(|e: Error| e.reason)?;
                Ok(Export { path, options: options.clone(), clients: clients.clone() })
            })
            .collect()
    }

    /// The clients, as far as they are addresses and networks; names may be anybody.
    pub fn clients_set(&self) -> Option<ClientSet> {
        if self.is_world() { Some(ClientSet::world()) } else { ClientSet::only(self.nets.iter().copied()) }
    }

    /// The clients as people read them.
    pub fn clients(&self) -> Vec<String> {
        self.nets.iter().map(client).chain(self.names.iter().cloned()).collect()
    }
}

/// A line's words: blanks end one, unless they are in quotes or after a backslash. Quotes stay in it.
fn words(line: &str) -> Vec<&str> {
    let (mut all, mut start, mut quote, mut escaped) = (Vec::new(), None, None, false);
    for (i, c) in line.char_indices() {
        let blank = (c == ' ' || c == '\t') && quote.is_none() && !escaped;
        match (start, blank) {
            (Some(begin), true) => {
                all.push(&line[begin..i]);
                start = None;
            }
            (None, false) => start = Some(i),
            _ => {}
        }
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if escaped => escaped = false,
            None if c == '\\' => escaped = true,
            None if c == '\'' || c == '"' => quote = Some(c),
            None => {}
        }
    }
    all.extend(start.map(|begin| &line[begin..]));
    all
}

/// What strunvis(3) makes of a path; `None` where it, or jug, can't.
fn unescape(word: &str) -> Option<String> {
    let (mut out, mut bytes) = (Vec::new(), word.bytes().peekable());
    while let Some(b) = bytes.next() {
        if b != b'\\' {
            out.push(b);
            continue;
        }
        match bytes.next()? {
            b'\\' => out.push(b'\\'),
            b's' => out.push(b' '),
            first @ b'0'..=b'7' => {
                let mut n = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(d) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) else { break };
                    n = n * 8 + u32::from(d - b'0');
                }
                out.push(u8::try_from(n).ok()?);
            }
            _ => return None,
        }
    }
    String::from_utf8(out).ok()
}

/// A network with its length, its mask, or that of its class (inet_network(3): what is left out at the end is 0).
fn net(text: &str, mask: Option<&str>) -> Option<IpNet> {
    let (address, length) = match text.split_once('/') {
        Some((a, l)) => (a, Some(l.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let full = if address.contains(':') {
        address.to_string()
    } else {
        format!("{address}{}", ".0".repeat(3usize.saturating_sub(address.matches('.').count())))
    };
    let address: std::net::IpAddr = full.parse().ok()?;
    let length = match (length, mask, address) {
        (Some(l), _, _) => l,
        (None, Some(mask), _) => ipnet::ip_mask_to_prefix(mask.parse().ok()?).ok()?,
        (None, None, std::net::IpAddr::V4(a)) => match a.octets()[0] {
            0..=127 => 8,
            128..=191 => 16,
            192..=223 => 24,
            224..=239 => 28,
            _ => 32,
        },
        (None, None, std::net::IpAddr::V6(_)) => return None,
    };
    Some(IpNet::new(address, length).ok()?.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Entry {
        let all = lines(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].entry().unwrap()
    }

    #[test]
    fn reads_lines_as_mountd_does() {
        for (text, paths, nets, names) in [
            // From exports(5).
            ("/usr /usr/local -maproot=0:10 friends", "/usr /usr/local", "", "friends"),
            ("/usr -maproot=daemon grumpy.x.ca 131.104.48.16", "/usr", "131.104.48.16", "grumpy.x.ca"),
            ("/usr -ro -mapall=nobody", "/usr", "", ""),
            ("/u -maproot=bin: -network 131.104.48 -mask 255.255.255.0", "/u", "131.104.48.0/24", ""),
            ("/a -network 192.168.0/24", "/a", "192.168.0.0/24", ""),
            ("/a -network 3ffe:1ce1:1:fe80::/64", "/a", "3ffe:1ce1:1:fe80::/64", ""),
            ("/u2 -alldirs -network cis-net -mask cis-mask", "/u2", "", "cis-net"),
            (
                "/cdrom -alldirs,quiet,ro -network 192.168.33.0 -mask 255.255.255.0",
                "/cdrom",
                "192.168.33.0/24",
                "",
            ),
            // The class of a network that has no mask.
            ("/a -network 10", "/a", "10.0.0.0/8", ""),
            ("/a -network 10.0.0.0/33", "/a", "", "10.0.0.0/33"),
            // Blanks, and lines that go on.
            ("/a\\040b 10.0.0.1", "/a b", "10.0.0.1", ""),
            ("/a -ro \\\n\t10.0.0.1 \\\n10.0.0.2\n", "/a", "10.0.0.1,10.0.0.2", ""),
            ("\n \n/a -ro 10.0.0.1   ", "/a", "10.0.0.1", ""),
        ] {
            let e = one(text);
            assert_eq!(e.paths.join(" "), paths, "{text}");
            assert_eq!(e.nets.iter().map(client).collect::<Vec<_>>().join(","), nets, "{text}");
            assert_eq!(e.names.join(","), names, "{text}");
            assert_eq!(e.wrong, None, "{text}");
        }
        assert!(one("V4: /\t-sec=krb5:krb5i -network 131.104.48 -mask 255.255.255.0").v4);
        assert_eq!(one("V4:/srv -sec=sys").paths, ["/srv"]);
        assert!(one("/a").is_world() && !one("/a x").is_world() && !one("/a 10.0.0.1").is_world());
        assert!(lines("# a \\\n/b\n")[0].entry().is_none());
    }

    #[test]
    fn quotes_do_not_protect_a_path() {
        // mountd ends no word within quotes, and leaves them in it: such a path is not there (F4.7).
        assert_eq!(one("/a\"b c\" 10.0.0.1").paths, ["/a\"b c\""]);
        assert_eq!(one("\"/a b\" 10.0.0.1").wrong.unwrap(), "it names no directory");
    }

    #[test]
    fn says_what_it_has_no_words_for() {
        for (text, why) in [
            ("relative/path host", "no directory"),
            ("/a -webnfs", "webnfs"),
            ("/a -tlscert 10.0.0.1", "tlscert"),
            ("/a friends", "friends"),
            ("/a\\x 10.0.0.1", "decoded"),
            ("/a -sec=none", "sec"),
            ("/a -maproot", "maproot"),
        ] {
            let e = one(text).exports().unwrap_err();
            assert!(e.contains(why), "{text}: {e}");
        }
    }
}
