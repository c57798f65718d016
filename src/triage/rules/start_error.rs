//! The daemon could not start it, and said why.

use crate::domain::gpu::indices;
use crate::domain::{Container, ContainerState, GpuSample, secret};
use crate::triage::{Facts, Finding, Origin, Severity};
use jiff::Timestamp;

const NO_SUCH_GPU: &str = "it asks for a GPU that is not there";

/// A phrase of the daemon's, what it means, and what to do about it. The first that fits is taken.
const CAUSES: [(&str, &str, &str); 13] = [
    (
        "could not select device driver",
        "Docker has no driver for the GPU",
        "install the NVIDIA container toolkit and restart Docker, or deploy the service without a GPU",
    ),
    // What NVIDIA's hook says, the more telling first.
    (
        "unknown device",
        NO_SUCH_GPU,
        "name GPUs that are there by `device_ids`, or ask for fewer by `count`; `nvidia-smi -L` lists them",
    ),
    (
        "unsatisfied condition: cuda",
        "its image needs a newer driver of the GPU",
        "use an image that was made for an older CUDA, or install a newer driver and restart the machine",
    ),
    (
        "nvidia-container-cli",
        "the NVIDIA runtime failed",
        "see whether `nvidia-smi` works on this host: what it complains of comes first",
    ),
    ("no such image", "its image is missing", "pull or build the image, then deploy the service again"),
    (
        "mount a directory onto a file",
        "a mounted file is missing on the host",
        "put the file there: Docker made a directory in its place; remove that first",
    ),
    (
        "executable file not found",
        "its command does not exist in the image",
        "correct `command` or `entrypoint` in the Compose file",
    ),
    (
        "no such file or directory",
        "a file it needs does not exist",
        "look for the path below in the image or, when it is mounted, on the host",
    ),
    (
        "exec format error",
        "its command was built for another kind of processor",
        "use an image for this machine's architecture; a script needs `#!` in its first line",
    ),
    (
        // Behind the name of what is to be run.
        "\": permission denied",
        "its command may not be executed",
        "give the file the mode it needs (`chmod +x`), or correct `command` or `entrypoint` in the Compose file",
    ),
    ("no space left on device", "the disk is full", "free some room: `docker system df` tells where it went"),
    (
        "permission denied",
        "it lacks a permission",
        "give the file below the mode it needs, or run the service as its owner",
    ),
    ("network", "its network is not as it was", "recreate the service: deploy it again"),
];

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for container in &facts.containers {
        let stopped = matches!(
            container.state,
            ContainerState::Created
                | ContainerState::Exited
                | ContainerState::Dead
                | ContainerState::Restarting
        );
        let error = container.details.as_ref().and_then(|details| details.error.as_ref());
        let Some(error) = error.filter(|error| stopped && !error.is_empty()) else { continue };
        let lower = error.to_lowercase();
        // Who has the port another rule finds out.
        if lower.contains("port is already allocated") || lower.contains("address already in use") {
            continue;
        }
        let cause = CAUSES.iter().find(|(phrase, ..)| lower.contains(phrase));
        let why = cause.map_or("the daemon refused", |(_, why, _)| why);
        let title = format!("{} does not start: {why}", container.tag());
        let finding = Finding::on("start-error", container, Severity::Critical, title)
            .seen(Origin::Inspect, None, error)
            .began(refused_at(container));
        let finding = match (cause, facts.gpus) {
            (Some((_, NO_SUCH_GPU, _)), Some(GpuSample::Devices(devices))) => {
                let here = indices(&devices.iter().map(|device| device.index).collect());
                finding.seen(Origin::Nvml, None, format!("there are GPU {here}"))
            }
            (Some(_) | None, _) => finding,
        };
        let command = container.details.iter().flat_map(|details| details.command.iter().map(String::as_str));
        let command = secret::mask_command(command);
        let finding = if command.is_empty() {
            finding
        } else {
            finding.seen(Origin::Inspect, None, format!("it is to run: {command}"))
        };
        findings.push(match cause {
            Some((.., advice)) => finding.advise(*advice),
            None => finding,
        });
    }
}

/// When the daemon refused, as nearly as it tells: one that never ran was made to be started at once.
pub(super) fn refused_at(container: &Container) -> Option<Timestamp> {
    let ended = container.details.as_ref().and_then(|details| details.finished_at);
    ended.or(container.created)
}
