//! Images from registries.

mod refusal;
mod transfer;

pub use transfer::{Layer, LayerPhase, Transfer};

use super::connect::Engine;
use super::credentials::{Header, login};
use super::messages::Messages;
use super::raw::segment;
use super::reference::Reference;
use crate::domain::{Fault, FaultKind};
use serde_json::Value;

pub(super) use refusal::{answered, refused};

const OPERATION: &str = "pull image";

impl Engine {
    /// Pulls one image. How long a registry takes is unknown: whoever calls may drop the call, which ends the pull; the
    /// layers that arrived are kept by the daemon.
    pub async fn pull(
        &self,
        image: &str,
        platform: Option<&str>,
        mut progress: impl FnMut(&Transfer),
    ) -> Result<(), Fault> {
        let reference = Reference::parse(image)?;
        let mut path =
            format!("/images/create?fromImage={}&tag={}", segment(&reference.name), segment(&reference.tag));
        if let Some(platform) = platform {
            path.push_str("&platform=");
            path.push_str(&segment(platform));
        }
        let header = self.credentials.for_server(&reference.server).await;
        let result = self.transfer(&path, OPERATION, image, &header, &mut progress).await;
        let said_so = result.map_err(|fault| explained(fault, &reference.server, header))?;
        // Docker says when all is done; daemons that only speak its language may not.
        if said_so || self.image(image).await?.is_some() {
            return Ok(());
        }
        Err(Fault::new(FaultKind::Unreachable, OPERATION, image)
            .because("the daemon's answer ended before the image was whole")
            .hint("did the daemon restart? ask again: the layers that arrived are kept"))
    }

    /// A pull or a push: the same messages. Whether the daemon said that all is done.
    pub(super) async fn transfer(
        &self,
        path: &str,
        operation: &'static str,
        image: &str,
        header: &Header,
        progress: &mut dyn FnMut(&Transfer),
    ) -> Result<bool, Fault> {
        let headers: Vec<_> = header.value.iter().map(|value| ("x-registry-auth", value.clone())).collect();
        let object = image.to_owned();
        let bytes = self.post(path, &headers, None)?;
        let mut messages = Messages::new(bytes, operation, image)
            .blaming(Box::new(move |error| answered(error, operation, &object)));
        let mut transfer = Transfer::default();
        while let Some(message) = messages.next().await {
            let message = message?;
            if let Some(cause) = error(&message) {
                let fault = refused(500, &cause, operation, image);
                let broke =
                    "the connection to the registry had broken, and what was missing was asked for again";
                return Err(if transfer.was_retried() { fault.because(broke) } else { fault });
            }
            if transfer.take(&message) {
                progress(&transfer);
            }
        }
        Ok(transfer.is_over())
    }
}

/// The error in a message, if it is one.
pub(super) fn error(message: &Value) -> Option<String> {
    let detail = message.pointer("/errorDetail/message").or_else(|| message.get("error"))?;
    detail.as_str().map(str::to_owned)
}

/// What is missing for a refused access: that there are no credentials, or why they could not be had.
pub(super) fn explained(fault: Fault, server: &str, header: Header) -> Fault {
    match (header.doubt, fault.kind) {
        (Some(doubt), _) => {
            let hint = doubt.hint.clone();
            let fault = fault.because(format!("it was asked without credentials: {doubt}"));
            Fault { hint: hint.or(fault.hint.clone()), ..fault }
        }
        (None, FaultKind::Permission) if header.value.is_none() => {
            fault.because("no credentials are known for it").hint(format!("`{}` stores them", login(server)))
        }
        (None, FaultKind::Permission) => fault
            .because("the registry does not accept the credentials that are stored")
            .hint(format!("`{}` stores new ones", login(server))),
        (None, _) => fault,
    }
}

#[cfg(test)]
mod tests;
