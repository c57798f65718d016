//! Files of a container, which need not run: as tar archives, in both directions.

use super::connect::{CALL_LIMIT, Engine};
use super::failure;
use super::raw::Upload;
use crate::domain::{ContainerId, Fault, FaultKind};
use bollard::query_parameters::{
    ContainerArchiveInfoOptionsBuilder, DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;

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

    /// Unpacks a tar archive into a directory as it comes. `own` gives what it holds to the container's user.
    pub async fn write_archive(
        &self,
        id: &ContainerId,
        path: &str,
        own: bool,
        archive: Upload,
    ) -> Result<(), Fault> {
        let mut options =
            UploadToContainerOptionsBuilder::default().path(path).no_overwrite_dir_non_dir("true");
        if own {
            options = options.copy_uidgid("true");
        }
        let body = bollard::body_try_stream(archive);
        // There is no telling how long somebody's files take.
        let request = self.docker.upload_to_container(&id.0, Some(options.build()), body);
        let object = format!("{}:{path}", id.short());
        request.await.map_err(|error| failure::fault(error, "copy files into container", &object))
    }
}
