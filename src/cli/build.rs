//! `build`: builds the services' images by the Engine's own builder, and touches no container.

use super::change;
use super::context::Context;
use super::output::Output;
use super::refused::BuildKit;
use crate::compose::file::byte_size;
use crate::domain::{BuildOptions, Fault, FaultKind, Operation};
use std::collections::BTreeMap;

#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    /// A variable of the build; without a value it is the environment's
    #[arg(long, value_name = "NAME[=VALUE]")]
    build_arg: Vec<String>,
    /// Memory that the containers of the steps may use, such as 2g
    #[arg(short, long, value_name = "SIZE")]
    memory: Option<String>,
    /// Do every step anew
    #[arg(long)]
    no_cache: bool,
    /// Ask registries for newer base images
    #[arg(long)]
    pull: bool,
    /// Push what was built
    #[arg(long)]
    push: bool,
    #[command(flatten)]
    pub refused: BuildKit,
    /// Tell nothing of what the builder writes
    #[arg(short, long)]
    quiet: bool,
    /// What the named services depend on too
    #[arg(long)]
    with_dependencies: bool,
    /// All that can be built when none is named
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub async fn run(context: &Context, arguments: Arguments, output: Output) -> Result<u8, Fault> {
    arguments.refused.refuse()?;
    let services = arguments.services.clone();
    let options = BuildOptions {
        args: build_args(&arguments.build_arg, |name| std::env::var(name).ok())?,
        memory: arguments.memory.as_deref().map(memory).transpose()?,
        services: arguments.services,
        with_dependencies: arguments.with_dependencies,
        no_cache: arguments.no_cache,
        pull: arguments.pull,
        push: arguments.push,
        quiet: arguments.quiet,
    };
    change::run(context, Operation::Build(options), &services, output).await
}

/// One without a value that the environment does not have either is left to the Dockerfile.
fn build_args(
    given: &[String],
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Option<String>>, Fault> {
    let mut args = BTreeMap::new();
    for text in given {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text.as_str(), environment(text)),
        };
        if name.is_empty() {
            return Err(Fault::new(FaultKind::Invalid, "read", "--build-arg")
                .because("it has no name")
                .hint("write --build-arg NAME=VALUE"));
        }
        args.insert(name.to_owned(), value);
    }
    Ok(args)
}

fn memory(text: &str) -> Result<u64, Fault> {
    let bytes = byte_size(text).and_then(|size| u64::try_from(size.0).ok());
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| {
        Fault::new(FaultKind::Invalid, "read", "--memory")
            .because(format!("`{text}` is no size"))
            .hint("write a size such as 512m or 2g")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_without_a_value_are_the_environments() {
        let given = ["A=1=2", "B", "C", "D="].map(str::to_owned);
        let args = build_args(&given, |name| (name == "B").then(|| "from outside".to_owned())).unwrap();
        let value = |name: &str| args[name].as_deref();
        assert_eq!(
            (value("A"), value("B"), value("C"), value("D")),
            (Some("1=2"), Some("from outside"), None, Some(""))
        );
        assert!(build_args(&["=1".to_owned()], |_| None).is_err());
    }

    #[test]
    fn memory_is_a_size() {
        assert_eq!(memory("2g").unwrap(), 2 << 30);
        for wrong in ["much", "-1", "0"] {
            assert!(memory(wrong).unwrap_err().hint.is_some(), "{wrong}");
        }
    }
}
