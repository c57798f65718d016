//! Reading one small YAML file of the operator's.

use crate::domain::yaml::{self, Complaint, Node};
use crate::domain::{Fault, FaultKind};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// A file of settings is a few kilobytes; a thousand times that is a mistake.
const LARGEST: u64 = 1 << 20;

/// The file's text; `None` when there is no such file.
pub(super) fn read(operation: &str, path: &Path) -> Result<Option<String>, Fault> {
    let fail = |error: &std::io::Error| {
        Fault::io(operation, path.display(), error)
            .hint("the defaults are used; make the file readable for this user, or remove it")
    };
    match std::fs::metadata(path) {
        // Opening a pipe or a device could wait for ever.
        Ok(metadata) if !metadata.is_file() => {
            return Err(Fault::new(FaultKind::Invalid, operation, path.display().to_string())
                .because("not a regular file")
                .hint("the defaults are used; put a file there, or remove what stands in its place"));
        }
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(fail(&error)),
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| fail(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    let invalid = |cause: &str, hint: &str| {
        Fault::new(FaultKind::Invalid, operation, path.display().to_string()).because(cause).hint(hint)
    };
    if bytes.len() as u64 > LARGEST {
        return Err(invalid("larger than 1 MiB", "the defaults are used; is this the right file?"));
    }
    let text = String::from_utf8(bytes);
    text.map(Some).map_err(|_| invalid("not UTF-8 text", "the defaults are used; save the file as UTF-8"))
}

/// The only document of a file; `None` when it holds nothing but comments.
pub(super) fn document(text: &str) -> Result<Option<Node>, Complaint> {
    let mut documents = yaml::parse(text)?.into_iter();
    let first = documents.next();
    if let Some(second) = documents.next() {
        return Err(Complaint::new(second.at, "expected one document, found a second one".to_owned()));
    }
    Ok(first.filter(|node| node.value != yaml::Value::Null))
}
