//! Images, volumes and networks as of the last query.

use crate::domain::Fault;
use crate::domain::resources::Resources;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceStore {
    resources: Option<Resources>,
    fault: Option<Fault>,
    asked: bool,
}

impl ResourceStore {
    /// A failure keeps what was known.
    pub fn apply(&mut self, result: Result<Resources, Fault>) {
        match result {
            Ok(resources) => {
                self.resources = Some(resources);
                self.fault = None;
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// `None` until a query was answered.
    pub fn resources(&self) -> Option<&Resources> {
        self.resources.as_ref()
    }

    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// True the first time: then they are to be asked for.
    pub fn ask_once(&mut self) -> bool {
        !std::mem::replace(&mut self.asked, true)
    }

    pub fn was_asked(&self) -> bool {
        self.asked
    }
}
