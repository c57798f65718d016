//! Troubles that a container's own log names plainly.

use super::disk;
use crate::domain::{Container, ContainerState, Health, units};
use crate::triage::finding::restart;
use crate::triage::{Confidence, Facts, Finding, LogSign, Origin, Severity, Sign, gpu_holders, mount};

struct Known {
    sign: Sign,
    /// What comes behind the container's name.
    title: &'static str,
    confidence: Confidence,
    advice: &'static str,
    /// The beginning of the ids of findings that explain it.
    blames: Option<&'static str>,
}

const KNOWN: [Known; 10] = [
    Known {
        sign: Sign::CudaOutOfMemory,
        title: "runs out of GPU memory",
        confidence: Confidence::Certain,
        advice: "lower `--gpu-memory-utilization` or the batch size, or give the service a GPU of its own \
                 (`device_ids`)",
        blames: None,
    },
    Known {
        sign: Sign::CudaVersion,
        title: "wants a newer GPU driver than the host has",
        confidence: Confidence::Certain,
        advice: "use an image built for the host's CUDA version, or update the host's driver",
        blames: Some("gpu/nvml"),
    },
    Known {
        sign: Sign::GpuGone,
        title: "has lost its GPU",
        confidence: Confidence::Likely,
        advice: "recreate it: a `systemctl daemon-reload` takes the devices from running containers; then pin the \
                 cgroup driver as the NVIDIA toolkit's notes say",
        blames: Some("gpu/"),
    },
    Known {
        sign: Sign::CollectiveTimeout,
        title: "waits in vain for its peers (NCCL)",
        confidence: Confidence::Likely,
        advice: "look for Xid and NVLink errors, for a rank that ended, and at the size of /dev/shm",
        blames: Some("gpu/"),
    },
    Known {
        sign: Sign::SharedMemory,
        title: "has too little shared memory",
        confidence: Confidence::Certain,
        advice: "give it `shm_size: 8gb` or `ipc: host` in the Compose file; Docker's default is 64 MiB",
        blames: None,
    },
    Known {
        sign: Sign::ModelFile,
        title: "cannot read its model",
        confidence: Confidence::Likely,
        advice: "compare the file's size with the original: a download was cut, or the path is another one",
        blames: None,
    },
    Known {
        sign: Sign::DiskFull,
        title: "finds its disk full",
        confidence: Confidence::Certain,
        advice: "free some room: `docker system df` tells where Docker's went; a full volume needs its own",
        blames: Some("disk/"),
    },
    Known {
        sign: Sign::TooManyOpenFiles,
        title: "may open no more files",
        confidence: Confidence::Certain,
        advice: "raise `ulimits: nofile` of the service, and look whether it leaks connections",
        blames: None,
    },
    Known {
        sign: Sign::CertificateExpired,
        title: "meets a certificate that has expired",
        confidence: Confidence::Likely,
        advice: "renew the certificate, then reload who serves it; a clock that is wrong looks the same",
        blames: Some("certificate/"),
    },
    Known {
        sign: Sign::UpstreamSlow,
        title: "waits too long for its upstream",
        confidence: Confidence::Possible,
        advice: "see which of the services behind it is slow or stuck; raise `proxy_read_timeout` only then",
        blames: None,
    },
];

pub(super) fn find(facts: &Facts<'_>, findings: &mut Vec<Finding>) {
    for known in &KNOWN {
        findings.extend(
            facts.with_sign(known.sign).map(|(container, told)| finding(facts, known, container, told)),
        );
    }
}

fn finding(facts: &Facts<'_>, known: &Known, container: &Container, told: &LogSign) -> Finding {
    let rule = format!("log-{:?}", known.sign).to_ascii_lowercase();
    let title = format!("{} {}", container.tag(), known.title);
    let mut finding = Finding::on(&rule, container, severity(container), title)
        .confidence(known.confidence)
        .signed(told)
        .advise(known.advice);
    if told.count > 1 {
        finding = finding.seen(Origin::Log, told.first, format!("{} such lines", told.count));
    }
    let shared = container.details.as_ref().and_then(|details| details.shm_bytes);
    if let (Sign::SharedMemory, Some(bytes)) = (known.sign, shared) {
        finding = finding.seen(Origin::Inspect, None, format!("its /dev/shm has {}", units::bytes(bytes)));
    }
    if known.sign == Sign::DiskFull {
        finding = finding.seen(Origin::Inspect, None, place(container, &told.line));
    }
    if known.sign == Sign::CudaOutOfMemory {
        for line in gpu_holders::of_devices_of(facts, container) {
            finding = finding.seen(Origin::Nvml, None, line);
        }
        // It may hold the memory itself, in pieces that are too small.
        finding = finding.fix(
            format!(
                "restart {}, which frees what it holds itself; where that does not last, {}",
                container.tag(),
                known.advice
            ),
            restart(facts, container, true),
        );
    }
    match known.blames {
        // A disk that is nearly full is not yet the one that had no room.
        Some(_) if known.sign == Sign::DiskFull && !disk::any_is_full(facts) => finding,
        Some(id) => finding.blames(id),
        None => finding,
    }
}

/// Which file system has no room: by the path in the line, or else those that it can be.
fn place(container: &Container, line: &str) -> String {
    const OWN: &str = "the container's own file system, on Docker's disk";
    let tmpfs = container.details.iter().flat_map(|details| &details.tmpfs);
    let mut places: Vec<(&str, String)> = tmpfs
        .map(|mount| {
            let (target, options) = mount.split_once(' ').unwrap_or((mount, ""));
            let options = if options.is_empty() { String::new() } else { format!(", {options}") };
            (target, format!("a tmpfs in memory{options}"))
        })
        .collect();
    let mounts = container.mounts.iter().filter(|mount| mount.read_write);
    places.extend(mounts.map(|mount| {
        let what = match mount.kind.as_str() {
            "volume" => format!("the volume {}", mount.source),
            "bind" => format!("{} of the host", mount.source),
            kind => format!("a {kind}"),
        };
        (mount.target.as_str(), what)
    }));
    let Some(path) = mount::path_in(line) else {
        let all = places.iter().map(|(target, what)| format!("{target} ({what}), "));
        return format!("the line names no path; it can write to {}or {OWN}", all.collect::<String>());
    };
    let holding = places.iter().filter(|(target, _)| mount::holds(target, path));
    match holding.max_by_key(|(target, _)| target.len()) {
        Some((target, what)) => format!("{path} lies in {target}: {what}"),
        None => format!("{path} lies in {OWN}"),
    }
}

/// Whoever goes on serving is in less trouble than one that does not.
pub(super) fn severity(container: &Container) -> Severity {
    let serves = container.state == ContainerState::Running && container.health != Some(Health::Unhealthy);
    if serves { Severity::Warning } else { Severity::Critical }
}
