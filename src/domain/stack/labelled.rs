//! The files of a stack as its containers' labels name them: whoever made the containers wrote down from what.

use super::{StackFile, StackOrigin, StackRef};
use crate::domain::Container;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

impl StackRef {
    /// A stack of which nothing but the name is known.
    pub fn named(project: &str) -> Self {
        Self {
            project: project.to_owned(),
            files: Vec::new(),
            directory: None,
            env_files: Vec::new(),
            profiles: Vec::new(),
        }
    }

    /// What the labels tell of each project that has containers, by its name. Where containers were made from
    /// different files the newest one is asked, and one-off containers only where there is no other.
    pub fn labelled<'list>(containers: impl IntoIterator<Item = &'list Container>) -> BTreeMap<String, Self> {
        let mut newest: BTreeMap<&str, &Container> = BTreeMap::new();
        for container in containers {
            let Some(labels) = &container.compose else { continue };
            let known = newest.entry(&labels.project).or_insert(container);
            if weight(container) > weight(known) {
                *known = container;
            }
        }
        newest.into_values().filter_map(of).map(|stack| (stack.project.clone(), stack)).collect()
    }

    /// What the labels tell of one project.
    pub fn labelled_as<'list>(
        project: &str,
        containers: impl IntoIterator<Item = &'list Container>,
    ) -> Option<Self> {
        let own = |container: &&Container| {
            container.compose.as_ref().is_some_and(|labels| labels.project == project)
        };
        Self::labelled(containers.into_iter().filter(own)).remove(project)
    }

    /// Of the labelled stacks, those that none of the stacks in the search path stands for. A built-in one stands only
    /// for containers that were made from its own files: others only have its name. `broken` are files of stacks that
    /// were found and could not be read; of those enough is said already.
    pub fn outside(labelled: BTreeMap<String, Self>, found: &[StackFile], broken: &[PathBuf]) -> Vec<Self> {
        let stands_for = |file: &StackFile, stack: &Self| {
            file.reference.project == stack.project
                && (file.origin != StackOrigin::BuiltIn || file.reference.shares_files(stack))
        };
        let is_outside = |stack: &Self| {
            !stack.files.is_empty()
                && !found.iter().any(|file| stands_for(file, stack))
                && !stack.files.iter().any(|file| broken.contains(file))
        };
        labelled.into_values().filter(is_outside).collect()
    }

    /// Whether both are made from files of which at least one is the same.
    pub fn shares_files(&self, other: &Self) -> bool {
        self.files.iter().any(|file| other.files.contains(file))
    }
}

fn weight(container: &Container) -> (bool, bool, Option<jiff::Timestamp>, &str) {
    let labels = container.compose.as_ref();
    let replica = labels.is_some_and(|labels| !labels.oneoff);
    let tells = labels.is_some_and(|labels| !labels.config_files.is_empty());
    (tells, replica, container.created, &container.id.0)
}

fn of(container: &Container) -> Option<StackRef> {
    let labels = container.compose.as_ref()?;
    // Older tools wrote paths that start in the directory of the project.
    let directory = labels.working_dir.as_deref().map(PathBuf::from);
    let whole = |path: &String| directory.as_deref().unwrap_or(Path::new("")).join(path);
    Some(StackRef {
        project: labels.project.clone(),
        files: labels.config_files.iter().map(whole).collect(),
        env_files: labels.env_files.iter().map(whole).collect(),
        directory,
        profiles: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ComposeLabels, ContainerId, fixtures};

    fn container(project: &str, oneoff: bool, made: i64, file: &str) -> Container {
        let labels = ComposeLabels {
            oneoff,
            working_dir: Some("/srv/shop".to_owned()),
            env_files: vec!["prod.env".to_owned()],
            config_files: Some(file.to_owned()).filter(|file| !file.is_empty()).into_iter().collect(),
            ..fixtures::labels(project, "web", 1)
        };
        Container {
            id: ContainerId(format!("{project}{made}")),
            compose: Some(labels),
            created: jiff::Timestamp::from_second(made).ok(),
            ..fixtures::replica(project, "web", 1)
        }
    }

    #[test]
    fn the_newest_replica_says_what_its_stack_is_made_from() {
        let containers = [
            container("shop", false, 1, "/srv/old/compose.yaml"),
            container("shop", false, 2, "compose.yaml"),
            container("shop", true, 3, "/srv/oneoff/compose.yaml"),
            container("shop", false, 4, ""),
            container("blog", false, 9, "/srv/blog/compose.yaml"),
        ];
        let stacks = StackRef::labelled(&containers);
        assert_eq!(stacks.keys().collect::<Vec<_>>(), ["blog", "shop"]);
        let shop = &stacks["shop"];
        assert_eq!(shop.files, [Path::new("/srv/shop/compose.yaml")]);
        assert_eq!(shop.env_files, [Path::new("/srv/shop/prod.env")]);
        assert_eq!(shop.directory.as_deref(), Some(Path::new("/srv/shop")));
        assert_eq!(StackRef::labelled_as("shop", &containers).as_ref(), Some(shop));
        assert_eq!(StackRef::labelled_as("none", &containers), None);
        assert!(!shop.shares_files(&stacks["blog"]) && shop.shares_files(shop));
    }

    #[test]
    fn a_stack_that_was_found_stands_for_its_containers_and_a_built_in_one_only_for_its_own() {
        let labelled = StackRef::labelled(&[container("shop", false, 1, "compose.yaml")]);
        let found = |origin, file: &str| StackFile {
            reference: StackRef { files: vec![file.into()], ..StackRef::named("shop") },
            origin,
            title: None,
            services: Vec::new(),
            checks: Vec::new(),
            backup: Vec::new(),
            backup_policy: crate::domain::stack::BackupPolicy::default(),
            addresses: Vec::new(),
            overlays: Vec::new(),
            profiles: Vec::new(),
        };
        let outside = |found: &[StackFile], broken: &[PathBuf]| {
            StackRef::outside(labelled.clone(), found, broken).len()
        };
        assert_eq!(outside(&[], &[]), 1);
        assert_eq!(outside(&[found(StackOrigin::Directory, "/elsewhere/compose.yaml")], &[]), 0);
        assert_eq!(outside(&[found(StackOrigin::BuiltIn, "/elsewhere/compose.yaml")], &[]), 1);
        assert_eq!(outside(&[found(StackOrigin::BuiltIn, "/srv/shop/compose.yaml")], &[]), 0);
        assert_eq!(outside(&[], &["/srv/shop/compose.yaml".into()]), 0);
    }
}
