//! A library that plays NVML, with a scenario of the test's own beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;

pub struct FakeNvml {
    directory: TempDir,
    library: PathBuf,
}

impl FakeNvml {
    /// With one of the scenarios of `tests/fake_nvml/scenarios`.
    pub fn new(scenario: &str) -> Self {
        Self::with(&text(scenario))
    }

    pub fn with(text: &str) -> Self {
        Self::copied("libfake_nvml.so", "libnvidia-ml.so.550.54.15", text)
    }

    /// An old driver's, in which functions are missing.
    pub fn old(text: &str) -> Self {
        Self::copied("libfake_old_nvml.so", "libnvidia-ml.so.418.226.00", text)
    }

    /// Each has a file of its own, for a file is loaded once only into a process, with all that it remembers.
    fn copied(built: &str, name: &str, text: &str) -> Self {
        let directory =
            tempfile::Builder::new().prefix("mcp-tui-nvml-").tempdir().expect("a temporary directory");
        fs::copy(example(built), directory.path().join(name)).expect("a copy of the library");
        let library = directory.path().join("libnvidia-ml.so.1");
        std::os::unix::fs::symlink(name, &library).expect("a link");
        let fake = Self { directory, library };
        fake.play(text);
        fake
    }

    pub fn library(&self) -> &Path {
        &self.library
    }

    /// From now on this is so. The library never sees half of it.
    pub fn play(&self, text: &str) {
        let (new, place) = (self.directory.path().join("new"), self.directory.path().join("scenario.yaml"));
        fs::write(&new, text).expect("a scenario");
        fs::rename(new, place).expect("a scenario in its place");
    }
}

pub fn text(scenario: &str) -> String {
    let path = sources().join("scenarios").join(format!("{scenario}.yaml"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake_nvml")
}

/// `cargo test` builds all examples, but not when it is told which tests to run.
fn example(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("this program");
    let path =
        tests.parent().and_then(Path::parent).expect("the build's directory").join("examples").join(name);
    let built = modified(&path);
    assert!(
        built.is_some_and(|built| newest(&sources()) <= built),
        "{} is not there or older than its sources: cargo build --examples",
        path.display()
    );
    path
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn newest(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).expect("the sources").flatten().map(|entry| entry.path());
    let of = |path: PathBuf| match path.extension() {
        None => newest(&path),
        Some(extension) if extension == "rs" => modified(&path).unwrap_or(SystemTime::UNIX_EPOCH),
        Some(_) => SystemTime::UNIX_EPOCH,
    };
    entries.map(of).max().unwrap_or(SystemTime::UNIX_EPOCH)
}
