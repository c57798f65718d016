//! Encryption to age recipients: whoever takes a backup cannot read it again, and whoever steals it cannot either.
//!
//! Each part and each object is an age file of its own, made as it is streamed, which `age -d` opens. What is stored has
//! its size and sum in the manifest, so that whether it is whole can be seen without the identity. SSH keys, which age
//! takes as well, are left out: they would bring an RSA implementation whose timing is known to leak.

use super::find::Found;
use super::manifest::{Manifest, is_sealed};
use super::sink::{Sum, Summed};
use super::verify;
use crate::domain::{Fault, FaultKind, units};
use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor, Identity, IdentityFile, Recipient};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;

/// Names a file with an identity where no option does.
pub const IDENTITY_VARIABLE: &str = "MCP_TUI_AGE_IDENTITY";
/// No file of identities comes near it.
const MOST_BYTES: u64 = 1 << 20;

/// Public keys of age, as they are written in the stack's file. None of them means that nothing is encrypted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients(Vec<String>);

impl Recipients {
    pub fn parse(written: &[String]) -> Result<Self, Fault> {
        let mut keys: Vec<String> = Vec::new();
        for text in written {
            let key = text.trim().to_owned();
            // A secret key that stands here by mistake is not to be shown.
            let shown = if key.starts_with("AGE-SECRET-KEY") { "a secret key" } else { key.as_str() };
            recipient(&key).map_err(|cause| {
                Fault::new(FaultKind::Invalid, "encrypt backups to", shown)
                    .because(cause)
                    .hint("`x-mcp.backup.encrypt` lists public keys as `age-keygen -y` prints them: `age1…`")
            })?;
            keys.push(key);
        }
        keys.sort();
        keys.dedup();
        Ok(Self(keys))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn keys(&self) -> &[String] {
        &self.0
    }

    /// By which objects that are encrypted to others have other names: 16 digits.
    pub fn tag(&self) -> String {
        units::hexadecimal(&Sha256::digest(self.0.join("\n"))[..8])
    }

    /// What is written to it is encrypted, if there is anybody to encrypt it to.
    pub fn seal(&self, file: Summed) -> io::Result<Sink> {
        if self.is_empty() {
            return Ok(Sink::Plain(file));
        }
        let recipients = self.0.iter().map(|key| recipient(key).map_err(io::Error::other));
        let recipients = recipients.collect::<io::Result<Vec<_>>>()?;
        let borrowed = recipients.iter().map(|recipient| recipient as &dyn Recipient);
        let encryptor = Encryptor::with_recipients(borrowed).map_err(io::Error::other)?;
        Ok(Sink::Sealed(Box::new(encryptor.wrap_output(file)?)))
    }
}

fn recipient(key: &str) -> Result<age::x25519::Recipient, String> {
    key.parse().map_err(|_| "it is no public key of age".to_owned())
}

/// Where a file of a bundle is written to.
pub enum Sink {
    Plain(Summed),
    Sealed(Box<StreamWriter<Summed>>),
}

impl Sink {
    /// What is on the disk then.
    pub fn finish(self) -> io::Result<Sum> {
        match self {
            Self::Plain(file) => file.finish(),
            Self::Sealed(writer) => writer.finish()?.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Sealed(writer) => writer.flush(),
        }
    }
}

/// What opens encrypted bundles. None of them will do for those that are not.
#[derive(Clone, Default)]
pub struct Keys(Arc<Vec<Box<dyn Identity + Send + Sync>>>);

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} keys", self.0.len())
    }
}

impl Keys {
    /// For this bundle: none where it is not encrypted; else those of the file, which must open it, or of the one that
    /// [`IDENTITY_VARIABLE`] names.
    pub fn of(found: &Found, manifest: &Manifest, identity: Option<&Path>) -> Result<Self, Fault> {
        let Some(first) = manifest.parts.iter().find(|part| is_sealed(&part.part.path)) else {
            return Ok(Self::default());
        };
        let named = std::env::var_os(IDENTITY_VARIABLE).filter(|path| !path.is_empty());
        let Some(file) = identity.map(Path::to_owned).or(named.map(Into::into)) else {
            return Err(Fault::new(FaultKind::Permission, "decrypt backup", &found.name)
                .because("it is encrypted, and no identity was given")
                .hint(format!(
                    "name the file that holds one of its recipients' identities: --identity FILE, or \
                     {IDENTITY_VARIABLE}"
                )));
        };
        let keys = Self::read(&file)?;
        let sealed = verify::open(&found.directory.join(&first.part.path));
        let sealed = sealed.map_err(|error| Fault::io("read", &first.part.path, &error))?;
        match keys.open(sealed) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(Fault::new(FaultKind::Permission, "decrypt backup", &found.name)
                    .because(format!("no identity in {} is one that it is encrypted to", file.display()))
                    .hint("its `manifest.json` names the recipients under `encrypted_to`"))
            }
            // What is damaged is told by who reads it.
            Ok(_) | Err(_) => Ok(keys),
        }
    }

    fn read(file: &Path) -> Result<Self, Fault> {
        let wrong = |cause: &str| {
            Fault::new(FaultKind::Invalid, "read identity", file.display().to_string())
                .because(cause)
                .hint("it must be a file that `age-keygen` made, without a passphrase")
        };
        let mut text = String::new();
        let opened =
            std::fs::File::open(file).and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text));
        opened.map_err(|error| Fault::io("read identity", file.display(), &error))?;
        // Its own words would show a line of what may be a key.
        let identities =
            IdentityFile::from_buffer(text.as_bytes()).map_err(|_| wrong("it holds no identity"))?;
        let identities = identities.into_identities().map_err(|_| wrong("it holds no identity"))?;
        if identities.is_empty() {
            return Err(wrong("it holds no identity"));
        }
        Ok(Self(Arc::new(identities)))
    }

    /// What was encrypted. It is refused where no key opens it.
    pub fn open(&self, sealed: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        let other = |error: DecryptError| match error {
            DecryptError::NoMatchingKeys => {
                io::Error::new(io::ErrorKind::PermissionDenied, "no identity was given that opens it")
            }
            DecryptError::Io(error) => error,
            _ => io::Error::new(io::ErrorKind::InvalidData, "it cannot be decrypted"),
        };
        let decryptor = Decryptor::new_buffered(BufReader::new(sealed)).map_err(other)?;
        let keys = self.0.iter().map(|key| &**key as &dyn Identity);
        Ok(Box::new(decryptor.decrypt(keys).map_err(other)?))
    }
}

#[cfg(test)]
mod tests;
