//! `config.json`: `auths`, `credHelpers`, `credsStore`.

use super::{Secret, host};
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Written by many programs, some of which leave the padding out.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConfigFile {
    auths: BTreeMap<String, Entry>,
    #[serde(rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore")]
    store: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

impl ConfigFile {
    /// The name of the helper that knows a registry.
    pub fn helper(&self, server: &str) -> Option<&str> {
        let named = self.helpers.get(server).unwrap_or(&self.store);
        Some(named.as_str()).filter(|name| !name.is_empty())
    }

    /// All registries that the file names.
    pub fn servers(&self) -> BTreeSet<String> {
        self.auths.keys().chain(self.helpers.keys()).cloned().collect()
    }

    /// What stands in the file itself: under the registry's key, or under one of its addresses.
    pub fn inline(&self, server: &str) -> Result<Option<Secret>, String> {
        let wanted = host(server);
        let entry = self
            .auths
            .get_key_value(server)
            .or_else(|| self.auths.iter().find(|(key, _)| host(key) == wanted));
        entry.map_or(Ok(None), |(key, entry)| entry.secret().map_err(|cause| format!("auths.{key}: {cause}")))
    }
}

impl Entry {
    fn secret(&self) -> Result<Option<Secret>, &'static str> {
        if !self.identitytoken.is_empty() {
            return Ok(Some(Secret::IdentityToken(self.identitytoken.clone())));
        }
        if !self.registrytoken.is_empty() {
            return Ok(Some(Secret::RegistryToken(self.registrytoken.clone())));
        }
        if self.auth.is_empty() {
            let (user, password) = (self.username.clone(), self.password.clone());
            return Ok((!user.is_empty()).then_some(Secret::Password { user, password }));
        }
        let decoded = LENIENT.decode(self.auth.trim()).map_err(|_| "`auth` is not Base64")?;
        let text = String::from_utf8(decoded).map_err(|_| "`auth` is no text")?;
        let (user, password) = text.split_once(':').ok_or("`auth` is not USER:PASSWORD")?;
        let password = password.trim_matches('\0').to_owned();
        Ok(Some(Secret::Password { user: user.to_owned(), password }))
    }
}
