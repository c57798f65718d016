//! Secrets in command lines and other text, word by word.

use super::{MASK, is_secret_key};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Anything,
    Secret,
    /// The secret goes on to this quote.
    Quoted(char),
}

/// What the words so far say about those to come.
#[derive(Debug, Default)]
pub(super) struct Words {
    next: Next,
    /// `-a` takes a password.
    redis: bool,
    /// `-p` has the password glued to it.
    mysql: bool,
}

impl Words {
    /// The arguments of this program, whose own name may be followed by some of them.
    pub fn after(program: &[String]) -> Self {
        let mut words = Self::default();
        for argument in program {
            words.mask_argument(argument);
        }
        words
    }

    /// Whether the last word announced a secret; asked once.
    pub fn secret_follows(&mut self) -> bool {
        std::mem::take(&mut self.next) != Next::Anything
    }

    /// One of a list: all of it is the secret where a secret was announced, whatever blanks it holds.
    pub fn mask_argument(&mut self, argument: &str) -> String {
        if self.secret_follows() {
            return if argument.is_empty() { String::new() } else { MASK.to_owned() };
        }
        match argument.split_once('=') {
            Some((name, value)) if !name.is_empty() && name.chars().all(in_name) => {
                let secret = is_secret_key(name.trim_start_matches('-'));
                let value = if secret && !value.is_empty() { MASK.to_owned() } else { self.mask(value) };
                self.next = Next::Anything;
                format!("{name}={value}")
            }
            _ => {
                let masked = self.mask(argument);
                if self.next != Next::Secret {
                    self.next = Next::Anything;
                }
                masked
            }
        }
    }

    pub fn mask(&mut self, text: &str) -> String {
        let mut masked = String::with_capacity(text.len());
        for chunk in text.split_inclusive(char::is_whitespace) {
            let word = chunk.trim_end_matches(char::is_whitespace);
            let blank = &chunk[word.len()..];
            match self.next {
                Next::Quoted(quote) => {
                    if closes(word, quote) {
                        self.next = Next::Anything;
                    }
                    continue;
                }
                Next::Secret if !word.is_empty() => masked.push_str(&self.hide(word)),
                Next::Secret | Next::Anything => masked.push_str(&self.word(word)),
            }
            masked.push_str(blank);
        }
        masked
    }

    fn word(&mut self, word: &str) -> String {
        for (at, _) in word.match_indices('=') {
            let (before, value) = (&word[..at], &word[at + 1..]);
            let name = &before[before.trim_end_matches(in_name).len()..];
            if !value.is_empty() && is_secret_key(name) {
                return format!("{}={}", mask_url(before), self.hide(value));
            }
        }
        let bare = word.trim_matches(['"', '\'', '`', '(', ')', '$', '[', ']', ',']);
        if self.announces(bare) {
            self.next = Next::Secret;
        } else if self.mysql && bare.len() > 2 && bare.starts_with("-p") {
            return format!("-p{MASK}");
        }
        let program = bare.rsplit('/').next().unwrap_or(bare);
        self.redis |= matches!(program, "redis-cli" | "valkey-cli" | "keydb-cli");
        self.mysql |= program.starts_with("mysql") || program.starts_with("mariadb");
        mask_url(word)
    }

    /// Whether the next word is a secret.
    fn announces(&self, word: &str) -> bool {
        match word.strip_prefix('-') {
            Some("a") => self.redis,
            Some(option) => {
                let option = option.trim_start_matches('-');
                !option.contains('=') && !option.starts_with("no-") && is_secret_key(option)
            }
            None => matches!(word, "requirepass" | "masterauth" | "Bearer"),
        }
    }

    /// What is glued to a closing quote is still of the same word, hence of the secret.
    fn hide(&mut self, value: &str) -> String {
        if let Some(quote @ ('"' | '\'')) = value.chars().next()
            && !closes(&value[1..], quote)
        {
            self.next = Next::Quoted(quote);
        } else {
            self.next = Next::Anything;
        }
        MASK.to_owned()
    }
}

fn in_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.')
}

fn closes(text: &str, quote: char) -> bool {
    text.match_indices(quote).any(|(at, _)| !text[..at].ends_with('\\'))
}

/// `scheme://user:password@host`. Passwords are often written without their escapes, so they reach to the last `@`.
fn mask_url(word: &str) -> String {
    let hidden = || {
        let authority = word.find("://")? + "://".len();
        let secret = authority + word[authority..].find(':')? + 1;
        let end = secret + word[secret..].rfind('@')?;
        let is_user = !word[authority..secret].contains('/');
        (is_user && end > secret).then(|| format!("{}{MASK}{}", &word[..secret], &word[end..]))
    };
    hidden().unwrap_or_else(|| word.to_owned())
}
