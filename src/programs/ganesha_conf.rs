//! The language of nfs-ganesha's files, as far as blocks and their values go (ganesha-config(8), conf_lex.l): anybody's
//! file can be read with it.

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conf {
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// What it includes: files, and directories and addresses with their word before them.
    pub includes: Vec<String>,
}

/// A block, in which there may be others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub name: String,
    /// The line of its name.
    pub line: usize,
    /// The comment before it.
    pub note: Option<String>,
    /// Keys and their values, in order.
    pub settings: Vec<(String, Vec<String>)>,
    /// The blocks in it.
    pub blocks: Vec<Block>,
}

impl Block {
    /// Whether it is one of these: case does not matter.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
    /// The values of a key.
    pub fn values(&self, key: &str) -> Option<&[String]> {
        self.settings.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_slice())
    }
}

/// A line, and what is wrong there.
pub type Wrong = (usize, String);

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Sign(char),
    Word(String),
    Note(String),
    Include(String),
}

/// Reads a file.
///
/// # Errors
/// It is none, as far as jug knows the language.
pub fn blocks(text: &str) -> Result<Conf, Wrong> {
    let (mut conf, mut open, mut note) = (Conf::default(), Vec::<Block>::new(), None);
    let mut tokens = tokens(text)?.into_iter().peekable();
    while let Some((line, token)) = tokens.next() {
        let wrong = |what: &str| (line, format!("{what} does not belong there"));
        match token {
            Token::Note(text) => note = Some(text),
            Token::Include(path) => conf.includes.push(path),
            Token::Sign('}') => {
                let block = open.pop().ok_or_else(|| wrong("}"))?;
                open.last_mut().map_or(&mut conf.blocks, |b| &mut b.blocks).push(block);
                note = None;
            }
            Token::Sign(';') => {}
            Token::Sign(c) => return Err(wrong(&c.to_string())),
            Token::Word(name) => match (tokens.next().map(|(_, t)| t), open.last_mut()) {
                (Some(Token::Sign('{')), _) => {
                    open.push(Block { name, line, note: note.take(), ..Block::default() });
                }
                (Some(Token::Sign('=')), Some(block)) => {
                    let mut values = Vec::new();
                    loop {
                        match tokens.next() {
                            Some((_, Token::Word(w))) => values.push(w),
                            Some((_, Token::Sign(','))) => {}
                            Some((_, Token::Sign(';'))) => break,
                            _ => return Err((line, format!("{name} has no end"))),
                        }
                    }
                    block.settings.push((name, values));
                }
                _ => return Err(wrong(&name)),
            },
        }
    }
    match open.pop() {
        Some(block) => Err((block.line, format!("{} has no end", block.name))),
        None => Ok(conf),
    }
}

/// The files that a file includes: other files, directories and addresses with their word before them.
pub fn includes(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().filter_map(include)
}

/// Whether a file of this name can be included (conf_lex.l, `INCLPATH`).
pub fn can_include(file: &str) -> bool {
    file.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._".contains(&b))
}

fn include(line: &str) -> Option<String> {
    let (word, path) = line.trim_start().strip_prefix('%')?.split_once([' ', '\t'])?;
    let path = path.trim().trim_matches('"');
    Some(if word == "include" { path.to_string() } else { format!("%{word} {path}") })
}

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Wrong> {
    let (mut all, mut rest, mut line) = (Vec::new(), text, 1);
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '\n' => {
                line += 1;
                1
            }
            '#' => {
                let note = rest.lines().next().unwrap_or_default();
                all.push((line, Token::Note(note.to_string())));
                note.len()
            }
            '%' => {
                let whole = rest.lines().next().unwrap_or_default();
                let path = include(whole).ok_or_else(|| (line, format!("{whole} does not belong there")))?;
                all.push((line, Token::Include(path)));
                whole.len()
            }
            '{' | '}' | '=' | ';' | ',' => {
                all.push((line, Token::Sign(first)));
                1
            }
            '"' | '\'' => {
                let (word, len) = quoted(rest, first).ok_or((line, "a quote has no end".to_string()))?;
                let began = line;
                line += rest[..len].matches('\n').count();
                all.push((began, Token::Word(word)));
                len
            }
            c if c.is_whitespace() => c.len_utf8(),
            _ => {
                let ends = |c: char| c.is_whitespace() || "{}=;,#\"'".contains(c);
                let len = rest.find(ends).unwrap_or(rest.len());
                all.push((line, Token::Word(rest[..len].to_string())));
                len
            }
        };
        rest = &rest[len..];
    }
    Ok(all)
}

/// What is in quotes at the beginning, and how long it is with them. Only in double ones a backslash means something.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Some((out, at + 1)),
            '\\' if quote == '"' => out.push(match chars.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                c => c,
            }),
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_files_of_people() {
        let text = "# the server\nNFS_CORE_PARAM { Protocols = 3,4; } # both\n\n%include \"/etc/ganesha/jug.conf\"\n\
                    %dir /etc/ganesha/d\nExport\n{\n  Export_Id = 1; Path = '/a\\b'; Pseudo = \"/a \\\"b\\\\\";\n\
                    \t# hosts\n  CLIENT { Clients = 10.0.0.1, fd00::/64; }\n  FSAL { Name = VFS; }\n}\n";
        let conf = blocks(text).unwrap();
        assert_eq!(conf.includes, ["/etc/ganesha/jug.conf", "%dir /etc/ganesha/d"]);
        assert_eq!(conf.blocks[0].values("protocols"), Some(&["3".to_string(), "4".to_string()][..]));
        let export = &conf.blocks[1];
        assert!(export.is("EXPORT") && export.line == 6);
        assert_eq!(export.values("Path").unwrap(), ["/a\\b"]);
        assert_eq!(export.values("Pseudo").unwrap(), ["/a \"b\\"]);
        assert_eq!(export.blocks[0].note.as_deref(), Some("# hosts"));
        assert_eq!(export.blocks[0].values("Clients").unwrap(), ["10.0.0.1", "fd00::/64"]);
        assert_eq!((export.blocks[1].name.as_str(), &export.blocks[1].note), ("FSAL", &None));
        assert_eq!(export.values("Tag"), None);
        assert_eq!(includes(text).collect::<Vec<_>>(), conf.includes);
    }

    #[test]
    fn says_where_it_is_none() {
        for (text, line, says) in [
            ("EXPORT {\n Path = /a;\n", 1, "EXPORT has no end"),
            ("EXPORT {\n Path = /a }\n", 2, "Path has no end"),
            ("\n}", 2, "} does not belong there"),
            ("EXPORT = 3;", 1, "EXPORT does not belong there"),
            ("A {\n B = \"x", 2, "a quote has no end"),
            ("A { B }", 1, "B does not belong there"),
        ] {
            assert_eq!(blocks(text).unwrap_err(), (line, says.to_string()), "{text}");
        }
    }
}
