//! What is to be known of copies before any is made.

use super::credentials::Credentials;
use crate::domain::stack::OffsitePlace;

/// What is not as it should be, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub found: String,
    pub mend: String,
}

/// Nothing where none are made.
pub fn doubts(place: Option<&OffsitePlace>, encrypted: bool) -> Vec<Doubt> {
    let Some(place) = place else { return Vec::new() };
    let mut doubts = Vec::new();
    if !encrypted {
        doubts.push(Doubt {
            found: format!(
                "copies go to {} unencrypted: whoever gets at the bucket can read them",
                place.words()
            ),
            mend: "`x-mcp.backup.encrypt` keeps them to those who have a key".to_owned(),
        });
    }
    if let Err(fault) = Credentials::of(place) {
        let found = format!("copies will fail: {}", fault.sentence());
        doubts.push(Doubt { found, mend: fault.hint.unwrap_or_default() });
    }
    doubts
}

/// The same as sentences.
pub fn warnings(place: Option<&OffsitePlace>, encrypted: bool) -> Vec<String> {
    doubts(place, encrypted).into_iter().map(|Doubt { found, mend }| format!("{found}; {mend}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_server_unencrypted_and_what_will_not_leave_it_is_said() {
        let mut place = OffsitePlace::of_url("s3://backups/a").unwrap();
        place.credentials_file = Some("/nowhere/keys".into());
        let said = warnings(Some(&place), false).join("\n");
        assert!(said.contains("unencrypted") && said.contains("/nowhere/keys"), "{said}");
        assert_eq!(warnings(Some(&place), true).len(), 1);
        assert_eq!(warnings(None, false), Vec::<String>::new());
    }
}
