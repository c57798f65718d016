//! What of an archive is let through to be unpacked: nothing that could touch anything outside of the new directory.
//!
//! Every header is held back until it was looked at; the tool that unpacks has seen nothing of an entry that is refused.

use crate::domain::{Fault, FaultKind};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};
use tar::EntryType;

/// No header of ours comes near it, whatever extended attributes a file has.
const MOST_HELD: usize = 4 << 20;
/// A file system that holds more of them has other troubles.
const MOST_ENTRIES: u64 = 200_000_000;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// What is called so in messages.
    pub object: String,
    /// As many as the manifest says.
    pub entries: u64,
    pub raw_bytes: u64,
    /// The one name at the top, where there is but one.
    pub top: Option<String>,
    /// Where containers see what is unpacked: links that lead there lead inside.
    pub seen_at: Vec<String>,
    /// Links that lead outside are kept as they are; nothing is ever written through one.
    pub links_outside: bool,
}

/// Gives all of the archive to `send`, or a fault at the first thing that is not as it must be.
pub fn pass(
    reader: impl Read,
    rules: &Rules,
    send: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), Fault> {
    let tap = RefCell::new(Tap { reader, send, held: Vec::new(), open: false, read: 0 });
    let mut archive = tar::Archive::new(Shared(&tap));
    let mut seen =
        Seen { hasher: RandomState::new(), names: HashSet::new(), links: HashMap::new(), count: 0 };
    let broken = |error: io::Error| refused(rules, &format!("it cannot be read: {error}"));
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        seen.admit(&mut entry, rules).map_err(|cause| refused(rules, &cause))?;
        tap.borrow_mut().open().map_err(broken)?;
        io::copy(&mut entry, &mut io::sink()).map_err(broken)?;
        tap.borrow_mut().open = false;
    }
    if seen.count != rules.entries {
        return Err(refused(rules, &format!("it has {} entries instead of {}", seen.count, rules.entries)));
    }
    tap.borrow_mut().open().map_err(broken)?;
    io::copy(&mut Shared(&tap), &mut io::sink()).map_err(broken)?;
    let read = tap.borrow().read;
    if read != rules.raw_bytes {
        return Err(refused(rules, &format!("it has {read} bytes instead of {}", rules.raw_bytes)));
    }
    Ok(())
}

fn refused(rules: &Rules, cause: &str) -> Fault {
    Fault::new(FaultKind::Invalid, "unpack", &rules.object).because(cause).hint(
        if cause.contains("leads outside") {
            "--force keeps such links as they are; nothing is written through them"
        } else {
            "nothing of it was put in place; this is no archive that a backup of ours makes"
        },
    )
}

struct Tap<'a, R> {
    reader: R,
    send: &'a mut dyn FnMut(&[u8]) -> io::Result<()>,
    held: Vec<u8>,
    open: bool,
    read: u64,
}

impl<R> Tap<'_, R> {
    /// What was held back is let through, and what is read from now on.
    fn open(&mut self) -> io::Result<()> {
        self.open = true;
        let held = std::mem::take(&mut self.held);
        (self.send)(&held)
    }
}

struct Shared<'tap, 'send, R>(&'tap RefCell<Tap<'send, R>>);

impl<R: Read> Read for Shared<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let tap = &mut *self.0.borrow_mut();
        let count = tap.reader.read(buffer)?;
        tap.read += count as u64;
        if tap.open {
            (tap.send)(&buffer[..count])?;
        } else {
            tap.held.extend_from_slice(&buffer[..count]);
            if tap.held.len() > MOST_HELD {
                return Err(io::Error::other("a header has no end"));
            }
        }
        Ok(count)
    }
}

/// What came before, by sums of the names: two names of one sum are as unlikely as a broken SHA-256 that nobody sees.
struct Seen {
    hasher: RandomState,
    names: HashSet<u64>,
    /// Symbolic links, each with what it leads to.
    links: HashMap<u64, Vec<u8>>,
    count: u64,
}

impl Seen {
    fn admit(&mut self, entry: &mut tar::Entry<'_, impl Read>, rules: &Rules) -> Result<(), String> {
        self.count += 1;
        if self.count > rules.entries.min(MOST_ENTRIES) {
            return Err(format!("it has more than {} entries", rules.entries));
        }
        let path = entry.path_bytes().into_owned();
        let link = entry.link_name_bytes().map(std::borrow::Cow::into_owned);
        let mut shown = String::from_utf8_lossy(&path).into_owned();
        let mut sparse = None;
        if let Ok(Some(extensions)) = entry.pax_extensions() {
            for extension in extensions {
                let extension =
                    extension.map_err(|_| format!("`{shown}` has a header that makes no sense"))?;
                match extension.key_bytes() {
                    b"path" => drop(self.judge_path(extension.value_bytes())?),
                    b"GNU.sparse.name" => sparse = Some(extension.value_bytes().to_vec()),
                    _ => {}
                }
            }
        }
        // Of a file with holes GNU tar writes the name there, and another one that nobody is to see where others look.
        let pieces = match &sparse {
            Some(name) => {
                self.judge_path(&path)?;
                shown = String::from_utf8_lossy(name).into_owned();
                self.judge_name(name, rules)?
            }
            None => self.judge_name(&path, rules)?,
        };
        // The root of the archive has no name.
        let name = self.sum(&pieces);
        if !self.names.insert(name) {
            return Err(format!("`{shown}` is in it twice"));
        }
        match entry.header().entry_type() {
            EntryType::Regular | EntryType::Directory | EntryType::Fifo => Ok(()),
            EntryType::Link => {
                let target = link.ok_or_else(|| format!("`{shown}` is a link to nothing"))?;
                let target = self.judge_name(&target, rules)?;
                let sum = self.sum(&target);
                if !self.names.contains(&sum) {
                    return Err(format!("`{shown}` is a link to what is not before it in the archive"));
                }
                // Another name of a symbolic link is one itself, and leads from where it stands.
                match self.links.get(&sum).cloned() {
                    Some(leads_to) => self.lead(name, &pieces, leads_to, rules),
                    None => Ok(()),
                }
            }
            EntryType::Symlink => {
                let target = link.ok_or_else(|| format!("`{shown}` is a link to nothing"))?;
                self.lead(name, &pieces, target, rules)
            }
            other => Err(format!(
                "`{shown}` is no file, directory, link or pipe ({:?})",
                char::from(other.as_byte())
            )),
        }
    }

    /// Notes a symbolic link, if it may lead there.
    fn lead(&mut self, name: u64, pieces: &[Vec<u8>], target: Vec<u8>, rules: &Rules) -> Result<(), String> {
        let allowed = rules.links_outside || leads_inside(pieces, &target, rules);
        let refusal = || {
            let (link, target) = (pieces.join(&b'/'), String::from_utf8_lossy(&target));
            format!("the link `{}` leads outside, to `{target}`", String::from_utf8_lossy(&link))
        };
        let judged = if allowed { Ok(()) } else { Err(refusal()) };
        self.links.insert(name, target);
        judged
    }

    /// The pieces of a name that stays inside and below what is to be unpacked.
    fn judge_name(&self, path: &[u8], rules: &Rules) -> Result<Vec<Vec<u8>>, String> {
        let pieces = self.judge_path(path)?;
        match &rules.top {
            Some(top) if pieces.first().is_none_or(|first| first != top.as_bytes()) => {
                Err(format!("`{}` is not below `{top}`", String::from_utf8_lossy(path)))
            }
            _ => Ok(pieces),
        }
    }

    /// The pieces of a name that stays inside, and that leads through no link of the archive.
    fn judge_path(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, String> {
        let shown = || String::from_utf8_lossy(path).into_owned();
        if path.starts_with(b"/") || path.contains(&0) {
            return Err(format!("`{}` is an absolute path", shown()));
        }
        let pieces: Vec<Vec<u8>> = path
            .split(|byte| *byte == b'/')
            .filter(|piece| !piece.is_empty() && *piece != b".")
            .map(<[u8]>::to_vec)
            .collect();
        if pieces.iter().any(|piece| piece == b"..") {
            return Err(format!("`{}` leads upwards", shown()));
        }
        let first = pieces.first();
        if first.is_some_and(|first| first.starts_with(crate::backup::restore::PREFIX.as_bytes())) {
            return Err(format!("`{}` has a name that only a restore gives", shown()));
        }
        for length in 1..pieces.len() {
            if self.links.contains_key(&self.sum(&pieces[..length])) {
                return Err(format!("`{}` lies behind a link", shown()));
            }
        }
        Ok(pieces)
    }

    fn sum(&self, pieces: &[Vec<u8>]) -> u64 {
        self.hasher.hash_one(pieces)
    }
}

/// By its text alone: what it leads to need not be there.
fn leads_inside(link: &[Vec<u8>], target: &[u8], rules: &Rules) -> bool {
    if target.starts_with(b"/") {
        let within = |place: &String| {
            target.strip_prefix(place.trim_end_matches('/').as_bytes()).is_some_and(|rest| {
                (rest.is_empty() || rest.starts_with(b"/"))
                    && rest.split(|byte| *byte == b'/').all(|piece| piece != b"..")
            })
        };
        return rules.seen_at.iter().any(within);
    }
    let floor = usize::from(rules.top.is_some());
    let mut depth = link.len().saturating_sub(1);
    for piece in target.split(|byte| *byte == b'/') {
        match piece {
            b"" | b"." => {}
            b".." if depth <= floor => return false,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    true
}

#[cfg(test)]
mod tests;
