//! The URL of a check, taken apart.

use crate::domain::secret;
use hyper::Uri;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    pub secure: bool,
    pub host: String,
    pub port: u16,
    /// As the `Host` header names it.
    pub authority: String,
    /// With the query.
    pub path: String,
}

impl HttpUrl {
    /// Says what is wrong with it, or with where it leads.
    pub fn parse(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("the URL {} is wrong: {why}", secret::mask_text(url));
        // A fragment is the browser's own affair.
        let sent = url.split('#').next().unwrap_or(url);
        if !sent.contains("://") {
            return Err(wrong("it must begin with http:// or https://"));
        }
        let uri: Uri =
            sent.parse().map_err(|error: hyper::http::uri::InvalidUri| wrong(&error.to_string()))?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(wrong("it must begin with http:// or https://")),
        };
        let bracketed =
            uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let authority = authority.rsplit_once('@').map_or(authority, |(_user, rest)| rest);
        let port = match authority.strip_prefix(bracketed).and_then(|rest| rest.strip_prefix(':')) {
            None | Some("") if secure => 443,
            None | Some("") => 80,
            Some(port) => port.parse().map_err(|_| wrong("its port is no number up to 65535"))?,
        };
        Ok(Self {
            secure,
            host: bracketed.trim_matches(['[', ']']).to_owned(),
            port,
            authority: authority.to_owned(),
            path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    /// Where a `Location` leads from here.
    pub fn follow(&self, location: &str) -> Result<Self, String> {
        let scheme = if self.secure { "https" } else { "http" };
        if location.contains("://") {
            Self::parse(location)
        } else if location.starts_with("//") {
            Self::parse(&format!("{scheme}:{location}"))
        } else if location.starts_with('/') {
            Self::parse(&format!("{scheme}://{}{location}", self.authority))
        } else {
            let path = self.path.split('?').next().unwrap_or_default();
            let directory = &path[..=path.rfind('/').unwrap_or_default()];
            Self::parse(&format!("{scheme}://{}{directory}{location}", self.authority))
        }
    }
}

#[cfg(test)]
mod tests;
