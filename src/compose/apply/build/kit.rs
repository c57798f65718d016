//! By BuildKit: what it asks for is looked at before it is asked, so that what is missing is told as such.

use super::{Told, request};
use crate::compose::apply::steps::Run;
use crate::compose::context::{Context, Source};
use crate::compose::plan::{AdditionalContext, Build, BuildSecretSource, BuildSource};
use crate::domain::{Fault, FaultKind};
use crate::engine::{BuildFile, BuildSecret, BuildSession, CONTEXT, DOCKERFILE, FileContent, Files};
use rustix::process::getuid;
use rustix::system::uname;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More is no secret, and the builder takes no more.
const LONGEST_SECRET: u64 = 500 * 1024;
/// Where the agent of whoever asks listens.
const AGENT: &str = "SSH_AUTH_SOCK";
/// What tells this machine from all others.
const MACHINE: &str = "/etc/machine-id";

pub async fn build(run: &Run<'_>, order: &Build, told: &mut Told<'_>) -> Result<(), Fault> {
    let mut request = request(order);
    let mut given = BuildSession { shared: shared(order), ..BuildSession::default() };
    match &order.source {
        BuildSource::Remote { address, dockerfile, inline } => {
            request.remote = Some(address.clone());
            request.dockerfile.clone_from(dockerfile);
            if !inline.is_empty() {
                "Dockerfile".clone_into(&mut request.dockerfile);
                request.dockerfile_apart = true;
                given.directories.insert(DOCKERFILE.to_owned(), one_file("Dockerfile", inline.as_bytes()));
            }
        }
        BuildSource::Directory { path, dockerfile, inline } => {
            let source = Source { service: &order.service, directory: path, dockerfile, inline };
            let context = Context::open(source)?;
            let (name, text) = context.dockerfile()?;
            given.directories.insert(DOCKERFILE.to_owned(), one_file(&name, &text));
            given.directories.insert(CONTEXT.to_owned(), files(context));
            request.dockerfile = name;
        }
    }
    for (name, context) in &order.contexts {
        let place = match context {
            AdditionalContext::Remote(address) => address.clone(),
            AdditionalContext::Directory(path) => {
                let key = format!("additional-{name}");
                let context = Context::additional(&order.service, path)?;
                given.directories.insert(key.clone(), files(context));
                format!("local:{key}")
            }
        };
        request.contexts.insert(name.clone(), place);
    }
    for (name, source) in &order.secrets {
        given.secrets.insert(name.clone(), secret(order, name, source)?);
    }
    given.agents = agents(order)?;
    run.engine.build_with_buildkit(&order.reference, &request, given, |update| told.take(update)).await
}

/// The daemon keeps what it was sent of these directories for the next build of them.
fn shared(order: &Build) -> String {
    let machine = std::fs::read_to_string(MACHINE).unwrap_or_default();
    let owner = owner(&machine, &uname().nodename().to_string_lossy(), getuid().as_raw());
    match &order.source {
        BuildSource::Directory { path, .. } => {
            format!("mcp-tui:{owner}:{}:{}", path.display(), order.service)
        }
        BuildSource::Remote { address, .. } => format!("mcp-tui:{owner}:{address}"),
    }
}

/// Whose directories they are. A daemon may have several clients, and takes files of the same path, size and time for
/// the same. The host's name counts too: containers of one image have one machine's id, or none.
fn owner(machine: &str, host: &str, user: u32) -> String {
    let digest = Sha256::digest(format!("mcp-tui\0{}\0{host}\0{user}", machine.trim()));
    digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn one_file(name: &str, text: &[u8]) -> Files {
    let file = BuildFile { name: name.to_owned(), content: FileContent::Text(text.to_vec()) };
    Arc::new(move |see: &mut dyn FnMut(BuildFile) -> bool| {
        see(file.clone());
        Ok(())
    })
}

fn files(context: Context) -> Files {
    Arc::new(move |see: &mut dyn FnMut(BuildFile) -> bool| {
        context.files(&mut |name, path| {
            see(BuildFile { name: name.to_owned(), content: FileContent::Path(path) })
        })
    })
}

/// Read when the build begins, and kept nowhere.
fn secret(order: &Build, name: &str, source: &BuildSecretSource) -> Result<BuildSecret, Fault> {
    let path = match source {
        BuildSecretSource::Value(value) => return Ok(BuildSecret(value.reveal().as_bytes().to_vec())),
        BuildSecretSource::File(path) => path,
    };
    let fault = |kind, cause: String| {
        Fault::new(kind, "build the service", order.service.as_str())
            .because(format!("its secret {name} in {}: {cause}", path.display()))
            .hint("`secrets` of the Compose file says where it is")
    };
    let io = |error: &std::io::Error| fault(Fault::io("", "", error).kind, error.to_string());
    let metadata = std::fs::metadata(path).map_err(|error| io(&error))?;
    if !metadata.is_file() || metadata.len() > LONGEST_SECRET {
        return Err(fault(FaultKind::Invalid, "it is no file of at most 500 KiB".to_owned()));
    }
    std::fs::read(path).map(BuildSecret).map_err(|error| io(&error))
}

fn agents(order: &Build) -> Result<BTreeMap<String, PathBuf>, Fault> {
    let mut agents = BTreeMap::new();
    for (name, path) in &order.agents {
        let fault = |cause: String| {
            Fault::new(FaultKind::Invalid, "build the service", order.service.as_str())
                .because(format!("services.{}.build.ssh: {cause}", order.service))
        };
        let socket = if path.is_empty() {
            let socket = std::env::var_os(AGENT).filter(|socket| !socket.is_empty());
            socket.map(PathBuf::from).ok_or_else(|| {
                fault(format!("{name} is the agent at {AGENT}, which is not set"))
                    .hint("start one: `eval $(ssh-agent)`, and `ssh-add` your key")
            })?
        } else {
            PathBuf::from(path)
        };
        let is_socket = |path: &Path| std::fs::metadata(path).map(|found| found.file_type().is_socket());
        match is_socket(&socket) {
            Ok(true) => {}
            Ok(false) => {
                return Err(fault(format!("{} is no socket of an agent", socket.display())).hint(
                    "keys are not read: `ssh-add` it to an agent, and name the agent or leave the path out",
                ));
            }
            Err(error) => {
                return Err(fault(format!("{}: {error}", socket.display()))
                    .hint("does the agent run? `ssh-add -l` asks it"));
            }
        }
        agents.insert(name.clone(), socket);
    }
    Ok(agents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_shared_with_no_other_machine_and_user() {
        let here = owner("0123\n", "host", 1000);
        assert_eq!((here.as_str(), here.len()), (owner("0123", "host", 1000).as_str(), 16));
        for other in [owner("4567", "host", 1000), owner("0123", "other", 1000), owner("0123", "host", 0)] {
            assert_ne!(here, other);
        }
    }
}
