//! What docker compose knows and this program does not do: refused by name, with what to do instead.

use crate::domain::{Fault, FaultKind};

/// Of a command that is refused as a whole, whatever follows its name.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Arguments {
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Options of `BuildKit`.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct BuildKit {
    #[arg(long, hide = true, value_name = "BUILDER")]
    builder: Option<String>,
    #[arg(long, hide = true, value_name = "KEYS")]
    ssh: Vec<String>,
    #[arg(long, hide = true, value_name = "SBOM", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    sbom: Option<String>,
    #[arg(long, hide = true, value_name = "PROVENANCE", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    provenance: Option<String>,
    #[arg(long, hide = true)]
    check: bool,
    #[arg(long, hide = true)]
    print: bool,
}

impl BuildKit {
    pub fn refuse(&self) -> Result<(), Fault> {
        let given = [
            (self.builder.is_some(), "--builder"),
            (self.sbom.is_some(), "--sbom"),
            (self.provenance.is_some(), "--provenance"),
            (self.check, "--check"),
            (self.print, "--print"),
        ];
        refuse(
            "build",
            &[(!self.ssh.is_empty(), "--ssh")],
            "which agents a build may ask stands in the file",
            "write `build: {ssh: [default]}` into the service",
        )?;
        refuse(
            "build",
            &given,
            "images are built by the Engine's own builder, which has no such option",
            "build with docker buildx and name the image in the file",
        )
    }
}

/// Options of `config` that leave out a part of what makes a project one.
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Unresolved {
    #[arg(long, hide = true)]
    no_normalize: bool,
    #[arg(long, hide = true)]
    no_path_resolution: bool,
    #[arg(long, hide = true)]
    no_env_resolution: bool,
    #[arg(long, hide = true)]
    resolve_image_digests: bool,
    #[arg(long, hide = true)]
    lock_image_digests: bool,
}

impl Unresolved {
    pub fn refuse(&self) -> Result<(), Fault> {
        let partly = [
            (self.no_normalize, "--no-normalize"),
            (self.no_path_resolution, "--no-path-resolution"),
            (self.no_env_resolution, "--no-env-resolution"),
        ];
        refuse(
            "config",
            &partly,
            "names, paths and environments are settled together",
            "`config --no-interpolate` prints the files merged and as they are written, with none of it settled",
        )?;
        let digests = [
            (self.resolve_image_digests, "--resolve-image-digests"),
            (self.lock_image_digests, "--lock-image-digests"),
        ];
        refuse(
            "config",
            &digests,
            "no registry is asked for digests",
            "pull the images; `docker image inspect --format '{{.RepoDigests}}'` tells theirs",
        )
    }
}

/// Options of `start` that only an `up` has.
#[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args)]
pub struct Waiting {
    #[arg(long, hide = true)]
    wait: bool,
    #[arg(long, hide = true, value_name = "SECONDS")]
    wait_timeout: Option<u32>,
}

impl Waiting {
    pub fn refuse(&self) -> Result<(), Fault> {
        let given = [(self.wait, "--wait"), (self.wait_timeout.is_some(), "--wait-timeout")];
        refuse(
            "start",
            &given,
            "it waits for what others depend on, and for nothing else",
            "`up --no-recreate --wait` starts what there is and waits until it is healthy",
        )
    }
}

fn refuse(verb: &str, flags: &[(bool, &str)], why: &str, hint: &str) -> Result<(), Fault> {
    match flags.iter().find(|(given, _)| *given) {
        None => Ok(()),
        Some((_, flag)) => Err(Fault::new(FaultKind::Invalid, verb, *flag).because(why).hint(hint)),
    }
}

/// The fault of a whole command.
pub fn command(name: &str) -> Fault {
    let (why, hint) = match name {
        "export" | "commit" => ("it is done to one container", "docker export and docker commit do it"),
        _ => ("it is no part of running a stack", "docker compose does it"),
    };
    Fault::new(FaultKind::Invalid, "run command", name).because(why).hint(hint)
}
