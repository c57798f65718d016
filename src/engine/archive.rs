//! Files of a container, which need not run: as tar archives, in both directions.

use super::actions::CHANGE_LIMIT;
use super::connect::{CALL_LIMIT, Engine};
use super::failure;
use super::raw::Upload;
use crate::domain::{ContainerId, Fault, FaultKind};
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, DownloadFromContainerOptionsBuilder, UploadToContainerOptions,
    UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::time::Duration;

const COPY_INTO: &str = "copy files into container";
/// The slowest disk that an upload is waited for, in bytes per second.
const SLOWEST_UPLOAD: usize = 256 * 1024;

/// What an archive may take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacing {
    Anything,
    /// A directory of no file, and a file of no directory.
    SameKind,
}

/// What is at a path in a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStat {
    pub name: String,
    pub is_directory: bool,
    /// Where a symbolic link leads to.
    pub link_target: Option<String>,
}

pub type ArchiveStream = Pin<Box<dyn Stream<Item = Result<Bytes, Fault>> + Send>>;

/// Go's `fs.ModeDir`, by which the daemon tells directories.
const DIRECTORY: u32 = 1 << 31;

impl Engine {
    /// What is at a path, not following a symbolic link at its end; `None` when nothing is.
    pub async fn stat_path(&self, id: &ContainerId, path: &str) -> Result<Option<PathStat>, Fault> {
        let options = ContainerArchiveInfoOptionsBuilder::default().path(path).build();
        let request = self.docker.get_container_archive_info(&id.0, Some(options));
        let object = format!("{}:{path}", id.short());
        match self.call("look at", &object, CALL_LIMIT, request).await {
            Ok(stat) => Ok(Some(PathStat {
                name: stat.name,
                is_directory: stat.file_mode & DIRECTORY != 0,
                link_target: Some(stat.link_target).filter(|target| !target.is_empty()),
            })),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// A file or a directory as a tar archive. However large it is, it is not held.
    pub fn read_archive(&self, id: &ContainerId, path: &str) -> ArchiveStream {
        let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
        let object = format!("{}:{path}", id.short());
        let stream = self.docker.download_from_container(&id.0, Some(options));
        Box::pin(stream.map(move |chunk| {
            chunk.map_err(|error| failure::fault(error, "copy files out of container", &object))
        }))
    }

    /// Unpacks a tar archive that is there whole, in a time that goes by its length.
    pub async fn put_archive(&self, id: &ContainerId, path: &str, archive: Bytes) -> Result<(), Fault> {
        let limit = CHANGE_LIMIT + Duration::from_secs((archive.len() / SLOWEST_UPLOAD) as u64);
        let options = options(path, Replacing::Anything);
        let request = self.docker.upload_to_container(&id.0, Some(options), bollard::body_full(archive));
        self.call(COPY_INTO, &format!("{}:{path}", id.short()), limit, request).await
    }

    /// Unpacks a tar archive into a directory as it comes; there is no telling how long somebody's files take.
    pub async fn write_archive(
        &self,
        id: &ContainerId,
        path: &str,
        archive: Upload,
        replacing: Replacing,
    ) -> Result<(), Fault> {
        let options = options(path, replacing);
        let request =
            self.docker.upload_to_container(&id.0, Some(options), bollard::body_try_stream(archive));
        let object = format!("{}:{path}", id.short());
        request.await.map_err(|error| failure::fault(error, COPY_INTO, &object))
    }
}

/// What is unpacked belongs to whom the archive says. That is so without `copyUIDGID`, whose name tells the contrary of
/// what it does: it gives everything to the user that the container runs as, and fails where that is no user's name.
fn options(path: &str, replacing: Replacing) -> UploadToContainerOptions {
    let options = UploadToContainerOptionsBuilder::default().path(path);
    match replacing {
        Replacing::Anything => options.build(),
        Replacing::SameKind => options.no_overwrite_dir_non_dir("true").build(),
    }
}
