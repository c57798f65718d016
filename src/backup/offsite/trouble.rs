//! A fault of the bucket, and whether it showed that what should lie there does not. By its kind that cannot be told: a file
//! that has rotted here, and a region that is wrong, are as invalid.

use crate::domain::Fault;

#[derive(Debug)]
pub struct Trouble {
    pub fault: Fault,
    /// What lies there was looked at, and is not what it should be.
    pub is_lacking: bool,
}

impl Trouble {
    pub fn lacking(fault: Fault) -> Self {
        Self { fault, is_lacking: true }
    }

    /// Of what lies there nothing was learnt.
    pub fn other(fault: Fault) -> Self {
        Self { fault, is_lacking: false }
    }

    /// For whom it makes no difference.
    pub fn into_fault(self) -> Fault {
        self.fault
    }
}
