//! A pass over the containers' figures.

use crate::cgroups;
use criterion::{Criterion, Throughput, criterion_group};
use jiff::Timestamp;
use std::hint::black_box;

fn sampler(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sampler");
    for containers in [100, 1000] {
        let (_root, mut sampler, targets) = cgroups::containers(containers);
        group.throughput(Throughput::Elements(containers.into()));
        group.bench_function(format!("{containers} containers"), |bencher| {
            bencher.iter(|| black_box(sampler.sample(&targets, Timestamp::UNIX_EPOCH)));
        });
    }
    group.finish();
}

criterion_group!(benches, sampler);
