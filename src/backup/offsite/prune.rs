//! Lets go off site what the stack's policy does not want any more: only where the stack's file says so, and only after a
//! copy has arrived.
//!
//! What is noted here of a copy goes before its manifest there, and that before what it names, so that whatever is
//! interrupted leaves no copy that looks whole. Large files go when
//! no manifest there names them; a rule of the bucket that removes what is old would take those that new copies need. The
//! youngest stay all the same: the manifest of a copy that another host makes arrives after them.

use super::bucket::Bucket;
use super::trouble::Trouble;
use super::{cargo, listing, record, unless_cancelled};
use crate::backup::Manifest;
use crate::backup::manifest::MANIFEST;
use crate::backup::retain::{Candidate, Known, decide};
use crate::backup::store::OBJECTS;
use crate::domain::Fault;
use crate::domain::stack::{BackupEntry, OffsitePlace, Retention};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::path::Path;

/// A copy takes no longer from its first object to its manifest, and no two clocks differ by as much.
const YOUNG: SignedDuration = SignedDuration::from_hours(24);

/// A bundle there; without a manifest where its copy has not come to its end, or where that cannot be read.
struct There {
    name: String,
    manifest: Option<Manifest>,
    is_damaged: bool,
}

/// What was done, in words. `root` has the backups of this host, of which pins count there, too.
pub async fn prune(
    place: &OffsitePlace,
    stack: &str,
    retention: &Retention,
    root: &Path,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<String>, Fault> {
    let work = work(place, stack, retention, root);
    unless_cancelled(work, cancelled).await.unwrap_or_else(|| Ok(Vec::new()))
}

async fn work(
    place: &OffsitePlace,
    stack: &str,
    retention: &Retention,
    root: &Path,
) -> Result<Vec<String>, Fault> {
    let here = crate::backup::list(root, Some(stack))?;
    let bucket = Bucket::open(place, "prune off site")?;
    let mut there = Vec::new();
    for name in listing::names(&bucket, stack).await? {
        let (manifest, is_damaged) = match listing::manifest(&bucket, stack, &name).await {
            Ok(found) => (found.map(|(_, manifest)| manifest), false),
            Err(Trouble { is_lacking: true, .. }) => (None, true),
            Err(trouble) => return Err(trouble.fault),
        };
        there.push(There { name, manifest, is_damaged });
    }
    let gone = let_go(&there, retention, &here, Timestamp::now(), &TimeZone::system());
    let mut done = Vec::new();
    for name in &gone {
        let directory = root.join(stack).join(name);
        record::forget(&directory, &place.url_of(stack, name), place.endpoint.as_deref())?;
        bucket.remove(&cargo::key(place, stack, name, MANIFEST)).await?;
        for (key, _) in bucket.keys(&cargo::key(place, stack, name, "")).await? {
            bucket.remove(&key).await?;
        }
        done.push(format!("the copy of {name} is past its time and was removed from {}", place.words()));
    }
    let kept: Vec<&There> = there.iter().filter(|copy| !gone.contains(&copy.name)).collect();
    if let Some(needed) = objects(&kept).filter(|_| !gone.is_empty()) {
        let needed: BTreeSet<String> =
            needed.into_iter().map(|path| cargo::key(place, stack, "", path)).collect();
        let now = Timestamp::now();
        for (key, written) in bucket.keys(&format!("{}{OBJECTS}", cargo::below(place, stack))).await? {
            if !needed.contains(&key) && is_old(written, now) {
                bucket.remove(&key).await?;
            }
        }
    }
    Ok(done)
}

fn is_old(written: Timestamp, now: Timestamp) -> bool {
    now.duration_since(written) >= YOUNG
}

/// What these refer to; nothing where nobody knows of one of them.
fn objects<'there>(kept: &[&'there There]) -> Option<BTreeSet<&'there str>> {
    let manifests = kept.iter().map(|copy| copy.manifest.as_ref()).collect::<Option<Vec<_>>>()?;
    let objects = manifests.into_iter().flat_map(Manifest::objects);
    Some(objects.map(|object| object.part.path.as_str()).collect())
}

/// What began to be copied and cannot be copied any more goes, too, once there is a newer one.
fn let_go(
    there: &[There],
    retention: &Retention,
    here: &[BackupEntry],
    now: Timestamp,
    zone: &TimeZone,
) -> BTreeSet<String> {
    let entry = |name: &str| here.iter().find(|entry| entry.name == name);
    let whole = there.iter().filter_map(|copy| Some((copy, copy.manifest.as_ref()?)));
    let candidates: Vec<Candidate> = whole
        .map(|(copy, manifest)| Candidate {
            name: copy.name.clone(),
            created: manifest.created,
            // Who copied by hand what a restore took of what it replaced wants to have it.
            pinned: manifest.safety_for.is_some() || entry(&copy.name).is_some_and(|entry| entry.pinned),
            safety: manifest.safety_for.is_some(),
            // A copy is as good as what it is a copy of, as far as that is still known.
            known: entry(&copy.name).map_or(Known::Nothing, |entry| Known::of(&entry.proof)),
        })
        .collect();
    let good = candidates.iter().filter(|candidate| candidate.known != Known::Failed);
    let newest = good.map(|candidate| candidate.name.as_str()).max();
    let decision = decide(retention, &candidates, now, zone);
    if decision.warning.is_some() {
        return BTreeSet::new();
    }
    let abandoned = there.iter().filter(|copy| {
        copy.manifest.is_none()
            && !copy.is_damaged
            && entry(&copy.name).is_none()
            && newest.is_some_and(|newest| *copy.name < *newest)
    });
    decision.remove.iter().cloned().chain(abandoned.map(|copy| copy.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::bundle::tests::{committed_at, manifest_with_an_object};
    use crate::backup::proof;
    use crate::domain::stack::{Proof, ProofFailure, ProofLevel};

    #[test]
    fn an_object_stays_for_a_day_whatever_the_clocks_say() {
        let now: Timestamp = "2026-11-20T02:00:00Z".parse().unwrap();
        let old = |written: &str| is_old(written.parse().unwrap(), now);
        assert_eq!(
            [old("2026-11-19T02:00:00Z"), old("2026-11-19T02:00:01Z"), old("2026-11-21T02:00:00Z")],
            [true, false, false]
        );
        assert!(!is_old(Timestamp::MAX, now));
    }

    #[test]
    fn what_an_unfinished_or_an_unreadable_copy_refers_to_nobody_knows() {
        let (whole, unfinished) = (copied(19, true), copied(18, false));
        let object = whole.manifest.as_ref().unwrap().objects().next().unwrap().part.path.clone();
        assert_eq!(objects(&[&whole, &whole]), Some(BTreeSet::from([object.as_str()])));
        assert_eq!(objects(&[&whole, &unfinished]), None);
        assert_eq!(objects(&[]), Some(BTreeSet::new()));
        let damaged = There { is_damaged: true, ..unfinished };
        let two = Retention { keep_last: Some(2), ..Retention::default() };
        let now = "2026-11-20T02:00:01Z".parse().unwrap();
        assert!(let_go(&[whole, damaged], &two, &[], now, &TimeZone::UTC).is_empty(), "it can be looked at");
    }

    #[test]
    fn a_copy_of_what_was_found_bad_here_pushes_no_good_one_out_and_the_newest_verified_stays() {
        let root = tempfile::tempdir().unwrap();
        let entry = |day: u32, proof: Proof| {
            let there = copied(day, true);
            let created = there.manifest.unwrap().created;
            let taken = committed_at(root.path(), "shop", &created.to_string());
            BackupEntry { name: there.name, proof, ..taken }
        };
        let failure = ProofFailure { at: Timestamp::UNIX_EPOCH, what: "cut".to_owned() };
        let bad = || Proof { failed: Some(failure.clone()), ..Proof::default() };
        let mut verified = Proof::default();
        verified.pass(ProofLevel::Intact, Timestamp::UNIX_EPOCH);
        let there: Vec<There> = (15..20).rev().map(|day| copied(day, true)).collect();
        let here =
            [entry(19, bad()), entry(18, Proof::default()), entry(17, Proof::default()), entry(16, verified)];
        let now = "2026-11-20T02:00:01Z".parse().unwrap();
        let one = Retention { keep_last: Some(1), ..Retention::default() };
        let gone = let_go(&there, &one, &here, now, &TimeZone::UTC);
        let days: Vec<&str> = gone.iter().map(|name| &name[6..8]).collect();
        assert_eq!(days, ["15", "17"]);
        let abandoned = [copied(19, true), copied(18, false)];
        assert!(let_go(&abandoned, &one, &here[..1], now, &TimeZone::UTC).is_empty(), "no good one is newer");
    }

    fn copied(day: u32, whole: bool) -> There {
        let created: Timestamp = format!("2026-11-{day:02}T02:00:00Z").parse().unwrap();
        let name = format!("202611{day:02}T020000Z-3f9c");
        let manifest = Manifest { created, name: name.clone(), ..manifest_with_an_object("shop") };
        There { name, manifest: whole.then_some(manifest), is_damaged: false }
    }

    #[test]
    fn what_the_policy_lets_go_goes_and_what_is_pinned_or_under_way_stays() {
        let root = tempfile::tempdir().unwrap();
        let mut here = committed_at(root.path(), "shop", "2026-11-11T02:00:00Z");
        proof::pin(&here.directory, true).unwrap();
        here.name = copied(11, true).name;
        here.pinned = true;
        let there = [
            copied(20, false),
            copied(19, true),
            copied(18, true),
            copied(17, false),
            copied(12, true),
            copied(11, true),
        ];
        let now = "2026-11-20T02:00:01Z".parse().unwrap();
        let two = Retention { keep_last: Some(2), ..Retention::default() };
        let gone = let_go(&there, &two, std::slice::from_ref(&here), now, &TimeZone::UTC);
        let days: Vec<&str> = gone.iter().map(|name| &name[6..8]).collect();
        assert_eq!(days, ["12", "17"], "the newest without a manifest may be under way");
        let long_ago = "2026-01-01T00:00:00Z".parse().unwrap();
        assert!(
            let_go(&there, &two, &[here], long_ago, &TimeZone::UTC).is_empty(),
            "the clock makes no sense"
        );
    }
}
