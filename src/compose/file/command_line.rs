//! The short syntaxes where they are written on a command line instead of in a file.

use super::read::{absolute, short_mount, short_ports};
use super::{Mount, Port, dotenv, environment};
use crate::domain::Fault;
use std::path::Path;

/// `8080:80`; what is wrong with it else.
pub fn ports(text: &str) -> Result<Vec<Port>, String> {
    short_ports(text)
}

/// `./data:/data:ro`, relative to a directory.
pub fn mount(text: &str, directory: &Path, home: Option<&Path>) -> Result<Mount, String> {
    short_mount(text, &|source| absolute(directory, home, source))
}

/// The variables of a file, as `env_file` has them; `lookup` tells those that are set here.
pub fn variables(
    file: &Path,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<dotenv::Variable>, Vec<Fault>> {
    environment::read(file, lookup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_mean_what_they_mean_in_a_file() {
        let port = &ports("127.0.0.1:8080:80/udp").unwrap()[0];
        assert_eq!((port.target, port.published.as_str(), port.protocol.as_str()), (80, "8080", "udp"));
        assert!(ports("80/x").is_err());
        let mount = |text| mount(text, Path::new("/srv"), Some(Path::new("/home/x"))).unwrap();
        assert_eq!(mount("./data:/data:ro").source, "/srv/data");
        assert!(mount("./data:/data:ro").read_only);
        assert_eq!(mount("~/x:/x").source, "/home/x/x");
        assert_eq!(mount("data:/data").source, "data");
    }
}
