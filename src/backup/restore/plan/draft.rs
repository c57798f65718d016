//! The things that are put back, one after the other: what each is switched with, who must be stopped, and what speaks
//! against it.

use super::super::database::{SERVER_RESERVE, room_for};
use super::super::look::{Facts, LiveServer};
use super::super::target::{DatabaseTarget, DirectoryTarget, Place, Target};
use crate::backup::ManifestPart;
use crate::backup::manifest::{Archive, Content, Database, PathArchive, RedisData, VolumeArchive};
use crate::compose::within;
use crate::domain::container::MountPoint;
use crate::domain::{Container, Fault, FaultKind, RestoreOptions, units};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub struct Draft<'a> {
    pub facts: &'a Facts,
    pub options: &'a RestoreOptions,
    pub targets: Vec<Target>,
    /// Who is stopped whatever has mounted what.
    pub stopped: BTreeSet<String>,
    pub warnings: Vec<String>,
    pub volumes: Vec<String>,
    /// Bytes that the databases of each server take until they are accepted, beside what is there.
    pub taken: BTreeMap<String, u64>,
    /// What is said of each target.
    pub told: BTreeMap<usize, String>,
}

impl Draft<'_> {
    pub fn add(&mut self, part: &ManifestPart, id: &str) -> Result<(), Fault> {
        let path = &part.part.path;
        let number = self.targets.len();
        match &part.content {
            Content::Postgres(database) => self.database(path, database, id),
            Content::Redis(data) => self.redis(path, data, id),
            Content::Volume(volume) => self.volume(path, volume, id),
            Content::Bind(archive) | Content::Files(archive) => self.host(path, archive, id),
            Content::PostgresGlobals(_) | Content::Exec { .. } | Content::Compose | Content::Images => Ok(()),
        }?;
        if self.targets.len() > number {
            let told = self.told.entry(number).or_default();
            *told = format!("from {path}{told}");
        }
        Ok(())
    }

    pub fn fault(&self, kind: FaultKind, object: &str, cause: String) -> Fault {
        let object = format!("{} {object}", self.facts.stack);
        Fault::new(kind, "restore", object.trim_end()).because(cause)
    }

    fn database(&mut self, path: &str, wanted: &Database, id: &str) -> Result<(), Fault> {
        let Database { server, database, .. } = wanted;
        let service = &server.service;
        let facts = self.facts;
        let Some(live) = facts.servers.get(service) else {
            return Err(self.fault(FaultKind::NotFound, service, "the service was not looked at".to_owned()));
        };
        self.fits(live, wanted)?;
        let there = live.databases.get(database);
        let (new, old) = DatabaseTarget::names(database, id, self.targets.len());
        let rows = |rows: Option<u64>| rows.map_or_else(|| "unknown".to_owned(), |rows| rows.to_string());
        let counted = if wanted.rows.is_empty() { &wanted.row_estimates } else { &wanted.rows };
        let then: u64 = counted.values().sum();
        let about = if wanted.rows.is_empty() { "about " } else { "" };
        self.told.insert(
            self.targets.len(),
            match there {
                Some(live) => format!(": {about}{then} rows then, {} now", rows(live.rows)),
                None => format!(": {about}{then} rows; there is none now"),
            },
        );
        self.targets.push(Target::Database(DatabaseTarget {
            part: path.to_owned(),
            service: service.clone(),
            user: server.user.clone(),
            database: database.clone(),
            new,
            old,
            existed: there.is_some(),
        }));
        Ok(())
    }

    /// Whether the server that runs can take the dump.
    fn fits(&mut self, live: &LiveServer, wanted: &Database) -> Result<(), Fault> {
        let Database { server, database, extensions, .. } = wanted;
        let major =
            |version: &str| version.split('.').next().and_then(|text| text.trim().parse::<u32>().ok());
        if let (Some(then), Some(now)) = (major(&server.server_version), major(&live.server.version))
            && then > now
        {
            let cause = format!(
                "the backup is of PostgreSQL {}, and {} runs {}, which cannot read it",
                server.server_version, live.server.place.name, live.server.version
            );
            return Err(self
                .fault(FaultKind::Conflict, database, cause)
                .hint("let the stack's file name the newer PostgreSQL, bring that up, and restore then"));
        }
        let missing: Vec<&str> =
            extensions.keys().filter(|name| !live.extensions.contains(*name)).map(String::as_str).collect();
        if !missing.is_empty() {
            let cause = format!(
                "{} lacks extensions that the backup needs: {}",
                live.server.place.name,
                missing.join(", ")
            );
            return Err(self
                .fault(FaultKind::Conflict, database, cause)
                .hint(format!("the backup was taken of the image {}", server.image)));
        }
        // One after the other they are made on one disk, and all of them stay there.
        let taken = self.taken.entry(server.service.clone()).or_default();
        *taken = taken.saturating_add(room_for(wanted));
        let needed = taken.saturating_add(SERVER_RESERVE);
        if let Some(free) = live.free.filter(|free| *free < needed) {
            let cause = format!(
                "beside what is there the databases of {} take {} on its disk, with room to spare; {} are free",
                server.service,
                units::bytes(needed),
                units::bytes(free)
            );
            return Err(self
                .fault(FaultKind::Exhausted, database, cause)
                .hint("free some space on that disk; nothing was changed"));
        }
        Ok(())
    }

    fn redis(&mut self, path: &str, wanted: &RedisData, id: &str) -> Result<(), Fault> {
        let service = &wanted.service;
        let Some(live) = self.facts.redis.get(service) else {
            return Err(self.fault(FaultKind::NotFound, service, "the service was not looked at".to_owned()));
        };
        let Some((volume, below)) = &live.data else {
            let cause = "it keeps its files in no volume, where nothing could be put beside them".to_owned();
            return Err(self
                .fault(FaultKind::Conflict, service, cause)
                .hint("the bundle's RESTORE.md says how it is done by hand"));
        };
        let now = live.keys.map_or_else(|| "it does not run".to_owned(), |keys| format!("{keys} now"));
        self.told.insert(self.targets.len(), format!(": {} keys then, {now}", wanted.keys));
        self.volumes
            .push(format!("{volume} (keys of {service} replaced; the old ones are kept until accepted)"));
        self.stopped.insert(service.clone());
        self.strangers_of_volume(volume)?;
        self.targets.push(Target::Directory(DirectoryTarget {
            part: path.to_owned(),
            place: Place::Volume(volume.clone()),
            below: below.clone(),
            names: live.files.names(),
            image: live.image.clone(),
            id: DirectoryTarget::numbered(id, self.targets.len()),
            label: format!("keys of {service}"),
        }));
        Ok(())
    }

    fn volume(&mut self, path: &str, wanted: &VolumeArchive, id: &str) -> Result<(), Fault> {
        let name = &wanted.volume;
        let label = format!("volume {name}");
        let image = self.image(&wanted.archive, &label)?;
        let there = self.facts.volumes.contains(name);
        let entries = wanted.archive.entries;
        let what = if there { "" } else { "; there is none now" };
        self.told.insert(self.targets.len(), format!(": {entries} entries{what}"));
        self.volumes.push(format!("{name} (replaced; what is in it is kept until accepted)"));
        self.strangers_of_volume(name)?;
        self.targets.push(Target::Directory(DirectoryTarget {
            part: path.to_owned(),
            place: Place::Volume(name.clone()),
            below: String::new(),
            names: Vec::new(),
            image,
            id: DirectoryTarget::numbered(id, self.targets.len()),
            label,
        }));
        Ok(())
    }

    fn host(&mut self, path: &str, wanted: &PathArchive, id: &str) -> Result<(), Fault> {
        let label = format!("path {}", wanted.path);
        let image = self.image(&wanted.archive, &label)?;
        let split = Path::new(&wanted.path).parent().zip(Path::new(&wanted.path).file_name());
        let Some((parent, name)) = split.filter(|(parent, _)| *parent != Path::new("/")) else {
            let cause = "it lies at the top of the file system, beside which nothing of ours may be made";
            return Err(self
                .fault(FaultKind::Conflict, &label, cause.to_owned())
                .hint("leave it out with --part, and unpack it by hand as the bundle's RESTORE.md says"));
        };
        self.told.insert(self.targets.len(), format!(": {} entries", wanted.archive.entries));
        self.strangers_of_path(&wanted.path)?;
        self.targets.push(Target::Directory(DirectoryTarget {
            part: path.to_owned(),
            place: Place::Host(parent.display().to_string()),
            below: String::new(),
            names: vec![name.to_string_lossy().into_owned()],
            image,
            id: DirectoryTarget::numbered(id, self.targets.len()),
            label,
        }));
        Ok(())
    }

    fn image(&self, archive: &Archive, label: &str) -> Result<String, Fault> {
        let Some((image, tool)) = &self.facts.tools else {
            return Err(self
                .fault(
                    FaultKind::NotFound,
                    label,
                    format!(
                        "the image {} that it was packed with is not here, nor another with `tar`",
                        archive.image
                    ),
                )
                .hint("get a small one that has it: `docker pull debian:bookworm-slim`"));
        };
        if archive.is_gnu() && !tool.contains("GNU") {
            return Err(self
                .fault(
                    FaultKind::NotFound,
                    label,
                    "it was packed by GNU tar, and no image that is here has that".to_owned(),
                )
                .hint("get a small one that has it: `docker pull debian:bookworm-slim`"));
        }
        Ok(image.clone())
    }

    /// Others' containers are not ours to stop.
    fn strangers_of_volume(&self, name: &str) -> Result<(), Fault> {
        let place = Place::Volume(name.to_owned());
        let mut strangers = self.facts.foreign.iter();
        match strangers.find(|other| other.mounts.iter().any(|mount| place.is_seen_at(mount))) {
            Some(other) => Err(self.used(&format!("volume {name}"), &other.name, "stop it first")),
            None => Ok(()),
        }
    }

    /// Of a path they may see more than is theirs: who reads it goes on with the old side, and who has all that lies
    /// around it mounted need not write there.
    fn strangers_of_path(&mut self, path: &str) -> Result<(), Fault> {
        let place = Place::Host(path.to_owned());
        let object = format!("path {path}");
        let facts = self.facts;
        for other in &facts.foreign {
            let mounts = || other.mounts.iter().filter(|mount| place.is_seen_at(mount));
            let around = |mount: &MountPoint| mount.source != path && within(path, &mount.source);
            if mounts().any(|mount| mount.read_write && !around(mount)) {
                return Err(self.used(&object, &other.name, "stop it first"));
            }
            if mounts().any(|mount| mount.read_write) {
                if !self.options.force {
                    let hint = "if it writes nothing there --force goes on; else stop it first";
                    return Err(self.used(&object, &other.name, hint));
                }
                self.warnings.push(format!("{} may write to {path}, and is not of this stack", other.name));
            } else if mounts().any(|mount| !around(mount)) {
                self.warnings.push(format!(
                    "{} reads {path} and is not of this stack: it sees what was there before until it is started anew",
                    other.name
                ));
            }
        }
        Ok(())
    }

    fn used(&self, object: &str, name: &str, hint: &str) -> Fault {
        self.fault(FaultKind::Conflict, object, format!("{name} uses it, which is not of this stack"))
            .hint(format!("{hint}: `docker stop {name}`"))
    }

    pub fn no_two_in_one_place(&self) -> Result<(), Fault> {
        let mut placed: Vec<(Place, &str)> = Vec::new();
        for target in &self.targets {
            let Target::Directory(target) = target else { continue };
            for place in target.switched() {
                if let Some((_, other)) = placed.iter().find(|(other, _)| overlap(other, &place)) {
                    let cause = format!("{other} and {} would both be put into it", target.part);
                    return Err(self
                        .fault(FaultKind::Conflict, &target.label, cause)
                        .hint("choose one of them with --part"));
                }
                placed.push((place, &target.part));
            }
        }
        Ok(())
    }

    /// Whoever is connected from a container of the stack is stopped, whatever the file says that it needs. Others would
    /// only see their connections end, and may write what nobody expects.
    pub fn clients(&mut self) -> Result<(), Fault> {
        let mut outside = BTreeSet::new();
        for target in &self.targets {
            let Target::Database(target) = target else { continue };
            let Some(live) = self.facts.servers.get(&target.service) else { continue };
            for client in live.clients.iter().filter(|client| client.database == target.database) {
                let of = |container: &&Container| {
                    client.address.is_some()
                        && container.networks.iter().any(|network| network.address == client.address)
                };
                let owner = self.facts.containers.iter().find(of).and_then(|owner| owner.compose.as_ref());
                if let Some(labels) = owner {
                    self.stopped.insert(labels.service.clone());
                    continue;
                }
                let from = client
                    .address
                    .map_or_else(|| "the server's own container".to_owned(), |address| address.to_string());
                let name = if client.application.is_empty() { "a client" } else { &client.application };
                outside.insert(format!("{name} from {from}"));
            }
        }
        if outside.is_empty() {
            return Ok(());
        }
        let names = outside.into_iter().collect::<Vec<_>>().join(", ");
        if self.options.force {
            self.warnings.push(format!("connected from outside of the stack and will be cut off: {names}"));
            return Ok(());
        }
        Err(self
            .fault(FaultKind::Conflict, "database", format!("connected from outside of the stack: {names}"))
            .hint(
                "end these first; --force cuts them off, and what they wrote until then is in the old side, which is \
                 kept until accepted",
            ))
    }
}

/// Whether the one is the other or lies in it: they cannot both change places.
fn overlap(one: &Place, other: &Place) -> bool {
    match (one, other) {
        (Place::Host(one), Place::Host(other)) => within(one, other) || within(other, one),
        (Place::Volume(one), Place::Volume(other)) => one == other,
        (Place::Host(_), Place::Volume(_)) | (Place::Volume(_), Place::Host(_)) => false,
    }
}
