use super::*;
use crate::compose::file::{LoadRequest, load};
use crate::compose::watch::rules;
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

/// A directory that is watched as one rule's path.
struct Place {
    directory: TempDir,
    rules: Vec<Rule>,
    tree: Tree,
}

impl Place {
    fn new(path: &str, make: impl FnOnce(&Path)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        make(directory.path());
        let file = directory.path().join("compose.yaml");
        let text = format!(
            "services:\n  web:\n    image: busybox\n    develop:\n      watch:\n        - {{action: sync, path: ./{path}, target: /app, ignore: [skipped/]}}\n"
        );
        fs::write(&file, text).unwrap();
        let project = load(&LoadRequest { files: vec![file], ..LoadRequest::default() }).unwrap();
        let rules = rules(&project, &[]).unwrap().rules;
        let tree = Tree::new(&rules).unwrap();
        Self { directory, rules, tree }
    }

    fn path(&self, below: &str) -> PathBuf {
        self.directory.path().join(below)
    }

    /// Takes notices until all these paths were told of, however many there are; gives all that were told.
    async fn told(&mut self, expected: &[&str]) -> BTreeSet<PathBuf> {
        let expected: BTreeSet<PathBuf> = expected.iter().map(|below| self.path(below)).collect();
        let mut told = BTreeSet::new();
        while !expected.is_subset(&told) {
            let changed = tokio::time::timeout(Duration::from_secs(20), self.tree.next()).await;
            let changed = changed.unwrap_or_else(|_| panic!("only {told:?} were told"));
            told.extend(self.tree.settle(changed.into_iter().collect(), &self.rules).unwrap());
        }
        told
    }
}

#[tokio::test]
async fn files_that_change_come_and_go_are_told() {
    let mut place = Place::new("src", |root| {
        fs::create_dir_all(root.join("src/deep")).unwrap();
        fs::write(root.join("src/deep/old"), "old").unwrap();
    });
    fs::write(place.path("src/new"), "new").unwrap();
    fs::write(place.path("src/deep/old"), "changed").unwrap();
    place.told(&["src/new", "src/deep/old"]).await;
    fs::rename(place.path("src/new"), place.path("src/deep/moved")).unwrap();
    place.told(&["src/new", "src/deep/moved"]).await;
    fs::remove_dir_all(place.path("src/deep")).unwrap();
    place.told(&["src/deep"]).await;
}

#[tokio::test]
async fn a_directory_that_comes_is_told_with_all_that_is_in_it_and_watched() {
    let mut place = Place::new("src", |root| {
        fs::create_dir_all(root.join("src")).unwrap();
        fs::create_dir_all(root.join("elsewhere/in/it")).unwrap();
        fs::write(root.join("elsewhere/in/it/file"), "text").unwrap();
    });
    fs::rename(place.path("elsewhere"), place.path("src/come")).unwrap();
    place.told(&["src/come/in/it/file"]).await;
    fs::write(place.path("src/come/in/it/another"), "text").unwrap();
    place.told(&["src/come/in/it/another"]).await;
    // Under its new name it is the same directory to the kernel.
    fs::rename(place.path("src/come"), place.path("src/gone")).unwrap();
    place.told(&["src/come", "src/gone/in/it/file"]).await;
    fs::write(place.path("src/gone/in/it/third"), "text").unwrap();
    place.told(&["src/gone/in/it/third"]).await;
}

#[tokio::test]
async fn a_directory_that_was_made_again_is_watched_though_its_notices_were_lost() {
    let mut place = Place::new("src", |root| fs::create_dir_all(root.join("src/deep")).unwrap());
    fs::remove_dir_all(place.path("src/deep")).unwrap();
    fs::create_dir_all(place.path("src/deep")).unwrap();
    fs::write(place.path("src/end"), "text").unwrap();
    // All notices so far come to nobody.
    let end = place.path("src/end");
    while !place.tree.notices.recv().await.unwrap().paths.contains(&end) {}
    while place.tree.notices.try_recv().is_ok() {}
    place.tree.lost.store(true, Ordering::Relaxed);
    fs::write(place.path("src/file"), "text").unwrap();
    place.told(&["src/file", "src/deep"]).await;
    fs::write(place.path("src/deep/file"), "text").unwrap();
    place.told(&["src/deep/file"]).await;
}

#[tokio::test]
async fn what_no_rule_enters_is_not_watched() {
    let mut place = Place::new("src", |root| fs::create_dir_all(root.join("src/skipped/deep")).unwrap());
    assert_eq!(place.tree.watched, [place.path("src")].into());
    fs::write(place.path("src/skipped/deep/file"), "text").unwrap();
    fs::write(place.path("src/file"), "text").unwrap();
    assert_eq!(place.told(&["src/file"]).await, [place.path("src/file")].into());
}

#[tokio::test]
async fn what_is_not_there_yet_is_waited_for() {
    let mut place = Place::new("late/src", |_| {});
    fs::create_dir_all(place.path("late/src")).unwrap();
    fs::write(place.path("late/src/file"), "text").unwrap();
    place.told(&["late/src/file"]).await;
    fs::remove_dir_all(place.path("late/src")).unwrap();
    place.told(&["late/src"]).await;
    fs::create_dir_all(place.path("late/src")).unwrap();
    fs::write(place.path("late/src/again"), "text").unwrap();
    place.told(&["late/src/again"]).await;
}

#[tokio::test]
async fn one_file_is_followed_through_its_replacements() {
    let mut place = Place::new("app.conf", |root| fs::write(root.join("app.conf"), "1").unwrap());
    for number in 0..3 {
        fs::write(place.path("app.conf.new"), number.to_string()).unwrap();
        fs::rename(place.path("app.conf.new"), place.path("app.conf")).unwrap();
        place.told(&["app.conf"]).await;
    }
}

#[test]
fn an_exhausted_kernel_is_told_with_its_setting() {
    let full = fault(notify::Error::new(ErrorKind::MaxFilesWatch), Path::new("/srv/app"));
    assert_eq!((full.kind, full.object.as_str()), (FaultKind::Exhausted, "/srv/app"));
    assert!(full.hint.unwrap().contains("fs.inotify.max_user_watches"));
    let many = std::io::Error::from_raw_os_error(rustix::io::Errno::MFILE.raw_os_error());
    let many = fault(notify::Error::io(many), Path::new("/srv/app"));
    assert_eq!(many.kind, FaultKind::Exhausted);
    assert!(many.hint.unwrap().contains("fs.inotify.max_user_instances"));
}
