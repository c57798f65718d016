//! What `pg_dumpall --globals-only` says of roles, and what of it makes those that are missing. Pure.

use super::tokens::{Sentence, Token, sentences};
use std::collections::BTreeSet;

/// The major version since which who granted a membership must have had the right to.
const GRANTORS_SINCE: u32 = 16;

/// The statements about roles. It has no `Debug`: there are hashes of passwords in it.
pub struct Globals(Vec<Statement>);

struct Statement {
    about: About,
    text: String,
}

enum About {
    Creation(String),
    Attributes {
        role: String,
        logs_in: bool,
        is_superuser: bool,
        has_password: bool,
    },
    /// Its settings, its comment, what it may set.
    More(String),
    Membership {
        role: String,
        member: String,
    },
}

impl Globals {
    /// What is not about roles is left out: tablespaces, and what is set for one database, which a restore sets itself.
    pub fn parse(text: &str, version: &str) -> Self {
        let major = version.split('.').next().and_then(|text| text.trim().parse::<u32>().ok());
        let with_grantors = major.is_some_and(|major| major >= GRANTORS_SINCE);
        let statements = sentences(text).into_iter().filter_map(|sentence| {
            let about = about(&sentence)?;
            let text = match about {
                // Those who granted may never have had the right to, and newer servers would refuse it.
                About::Membership { .. } if !with_grantors => ungranted(&sentence),
                About::Creation(_) | About::Attributes { .. } | About::More(_) | About::Membership { .. } => {
                    sentence.text
                }
            };
            Some(Statement { about, text: text.trim_end().to_owned() })
        });
        Self(statements.collect())
    }

    /// The roles that are not there.
    pub fn missing(&self, there: &BTreeSet<String>) -> BTreeSet<String> {
        let created = self.0.iter().filter_map(|statement| match &statement.about {
            About::Creation(role) => Some(role),
            About::Attributes { .. } | About::More(_) | About::Membership { .. } => None,
        });
        created.filter(|role| !there.contains(*role)).cloned().collect()
    }

    /// What makes the roles that are not there, in its order: nothing that alters one that is.
    pub fn chosen(&self, there: &BTreeSet<String>) -> Vec<&str> {
        let missing = self.missing(there);
        let is_known = |role: &String| missing.contains(role) || there.contains(role);
        let is_chosen = |statement: &&Statement| match &statement.about {
            About::Creation(role) | About::Attributes { role, .. } | About::More(role) => {
                missing.contains(role)
            }
            About::Membership { role, member } => {
                (missing.contains(role) || missing.contains(member)) && is_known(role) && is_known(member)
            }
        };
        self.0.iter().filter(is_chosen).map(|statement| statement.text.as_str()).collect()
    }

    /// Of these roles, who logs in and has no password, where the backup was taken without them. Where any role has one
    /// it was not, and who has none had none.
    pub fn without_password(&self, roles: &BTreeSet<String>) -> Vec<String> {
        let any = self.0.iter().any(|one| matches!(one.about, About::Attributes { has_password: true, .. }));
        if any { Vec::new() } else { self.with(roles, |logs_in, _| logs_in) }
    }

    /// Of these roles, who may do anything.
    pub fn superusers(&self, roles: &BTreeSet<String>) -> Vec<String> {
        self.with(roles, |_, is_superuser| is_superuser)
    }

    fn with(&self, roles: &BTreeSet<String>, is_meant: impl Fn(bool, bool) -> bool) -> Vec<String> {
        let found = self.0.iter().filter_map(|statement| match &statement.about {
            About::Attributes { role, logs_in, is_superuser, .. } => {
                (roles.contains(role) && is_meant(*logs_in, *is_superuser)).then(|| role.clone())
            }
            About::Creation(_) | About::More(_) | About::Membership { .. } => None,
        });
        found.collect()
    }
}

fn about(sentence: &Sentence<'_>) -> Option<About> {
    let tokens: Vec<&Token> = sentence.tokens.iter().map(|(_, token)| token).collect();
    let [first, second, rest @ ..] = tokens.as_slice() else { return None };
    if first.is("grant") {
        return granted(second, rest);
    }
    let [third, rest @ ..] = rest else { return None };
    if first.is("comment") && second.is("on") && third.is("role") {
        return rest.first()?.named().map(|role| About::More(role.to_owned()));
    }
    if !second.is("role") {
        return None;
    }
    let role = third.named()?.to_owned();
    match rest.first() {
        None if first.is("create") => Some(About::Creation(role)),
        Some(word) if first.is("alter") && word.is("set") => Some(About::More(role)),
        Some(word) if first.is("alter") && word.is("with") => {
            let has = |wanted: &str| rest.iter().any(|token| token.is(wanted));
            Some(About::Attributes {
                role,
                logs_in: has("login"),
                is_superuser: has("superuser"),
                has_password: has("password"),
            })
        }
        Some(_) | None => None,
    }
}

/// A membership, or the right to set a parameter: `GRANT team TO reader …`, `GRANT SET ON PARAMETER work_mem TO reader …`.
fn granted(first: &Token, rest: &[&Token]) -> Option<About> {
    if let [to, member, ..] = rest
        && to.is("to")
    {
        return Some(About::Membership {
            role: first.named()?.to_owned(),
            member: member.named()?.to_owned(),
        });
    }
    let on = rest.windows(2).any(|pair| pair[0].is("on") && pair[1].is("parameter"));
    let to = rest.iter().position(|token| token.is("to")).filter(|_| on)?;
    rest.get(to + 1)?.named().map(|role| About::More(role.to_owned()))
}

/// The sentence up to `GRANTED BY`.
fn ungranted<'text>(sentence: &Sentence<'text>) -> &'text str {
    let granted =
        sentence.tokens.windows(2).skip(4).find(|pair| pair[0].1.is("granted") && pair[1].1.is("by"));
    granted.map_or(sentence.text, |pair| &sentence.text[..pair[0].0])
}

#[cfg(test)]
mod tests;
