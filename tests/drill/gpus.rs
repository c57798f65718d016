//! GPUs: none for Docker, one that is lost, one without room.

use crate::scene::{GPUS, Scene, Told};
use jiff::Timestamp;

pub fn no_gpu_driver(scene: &Scene) -> Told {
    let failed = scene.fails(
        "
services:
  trainer:
    image: mcp-tui-test/busybox
    labels: *seen
    command: [sleep, '600']
    deploy: {resources: {reservations: {devices: [{driver: nowhere, count: 1, capabilities: [gpu]}]}}}
",
    );
    Told::new(
        failed,
        format!("up of {} failed: Docker has no driver for the GPU", scene.project.name),
        [r#"could not select device driver "nowhere" with capabilities: [[gpu]]"#],
    )
    .or("trainer-1 does not start: Docker has no driver for the GPU")
}

pub fn lost_gpu(scene: &Scene) -> Told {
    let loss = "GPU-drill-0\n    answers: {nvmlDeviceGetHandleByIndex_v2: 15}\n";
    scene.nvml.play(&GPUS.replace("GPU-drill-0\n", loss));
    Told::new(Timestamp::now(), "GPU 0 gives no readings: GPU is lost", ["1 of 2 GPUs answer"])
}

pub fn gpu_memory(scene: &Scene) -> Told {
    scene.up("
services:
  trainer:
    image: mcp-tui-test/busybox
    labels: *seen
    stop_grace_period: 0s
    command:
      - sh
      - -c
      - |
        echo 'INFO loading the model'
        echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79.15 GiB'
        exit 1
");
    Told::new(
        scene.ended("trainer"),
        "trainer-1 runs out of GPU memory",
        ["CUDA out of memory. Tried to allocate 2.50 GiB", "exit code 1"],
    )
}
