//! What the steps cost of which the console consists, one criterion group each: a line on its way in (`sanitise`,
//! `ingest`, `meaning`), the `ring` that keeps it, `merge` and `search` in there, the `sampler` of figures, what a
//! message costs the core (`key`, `fleet event`, `tick`), and a frame (`draw`).
//!
//!     cargo bench -- ring         measures one of them; without a name, all
//!
//! What a person notices is measured on the whole program, beside its peers: `tests/bench/console.sh` starts a hundred
//! containers, floods, a thousand simulated ones and a search over a million lines, and prints each figure beside its
//! goal (`console.rs`, `frame.rs` and `search.rs` are what it measures with). `tests/bench/compose.sh` does the same
//! for the commands.

#![expect(clippy::expect_used, reason = "a bench that cannot go on says so at once")]

#[path = "costs/cgroups.rs"]
mod cgroups;
#[path = "costs/draw.rs"]
mod draw;
mod fleet;
#[path = "costs/ingest.rs"]
mod ingest;
mod lines;
#[path = "costs/meaning.rs"]
mod meaning;
#[path = "costs/ring.rs"]
mod ring;
#[path = "costs/sampler.rs"]
mod sampler;
#[path = "costs/update.rs"]
mod update;

criterion::criterion_main!(
    ingest::benches,
    meaning::benches,
    ring::benches,
    sampler::benches,
    update::benches,
    draw::benches
);
