//! The certificate that a server shows: how long it is valid, for whom, and who vouches for it.

use super::line::Line;
use super::tls::{self, Shown};
use super::{Answer, Outcome};
use crate::domain::units;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::Instant;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, Error};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// From here on it should be renewed, and here it must be.
const WARN: SignedDuration = SignedDuration::from_hours(21 * 24);
const CRITICAL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Of the names that it is valid for, so many are told.
const NAMES: usize = 3;

/// Something against a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    /// Whether every client turns away from it, and not only those who were not told to trust it.
    pub(super) refuses: bool,
    /// What it does or is: `expired 3d ago, on 2026-11-18`.
    pub(super) text: String,
}

pub(super) async fn ask(line: Line<'_>, host: &str, port: u16, name: Option<&str>) -> Outcome {
    let start = Instant::now();
    let stream = match line.connect(host, port).await {
        Ok(stream) => stream,
        Err(outcome) => return outcome,
    };
    match tls::wrap(stream, name.unwrap_or(host)).await {
        Ok((_stream, shown)) => {
            // A replica is not known to the world by its service's name.
            let name = name.or_else(|| (!line.means(host)).then_some(host));
            judge(&shown, name, Timestamp::now()).after(start.elapsed())
        }
        Err(why) => Outcome::refused(why),
    }
}

/// What there is against the certificate today; that it will soon expire is not.
pub(super) fn doubt(shown: &Shown, name: Option<&str>, now: Timestamp) -> Option<Doubt> {
    let refuses = |text: String| Some(Doubt { refuses: true, text });
    let distrusted = |text: String| Some(Doubt { refuses: false, text });
    let Some(certificate) = shown.own.as_ref().and_then(Certificate::read) else {
        return refuses("cannot be read".to_owned());
    };
    if now < certificate.begins {
        return refuses(format!("is not valid before {}", date(certificate.begins)));
    }
    if now >= certificate.ends {
        let ago = units::duration(units::since(certificate.ends, now));
        return refuses(format!("expired {ago} ago, on {}", date(certificate.ends)));
    }
    if let Some(name) = name.filter(|name| !is_for(shown, name)) {
        let names = certificate.told_names();
        return refuses(format!("is for {names}, not for {name}"));
    }
    if certificate.signs_itself {
        return distrusted("is signed by itself: only who was given it trusts it".to_owned());
    }
    match shown.against.as_ref()? {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => distrusted(format!(
            "is vouched for by {}, whom this host does not know: an authority of your own, or the server leaves \
             certificates between them out",
            certificate.issuer
        )),
        // The name was looked at above, where it matters.
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => None,
        Error::InvalidCertificate(error) => distrusted(format!("is not trusted here: {error}")),
        error => distrusted(format!("is not trusted here: {error}")),
    }
}

fn judge(shown: &Shown, name: Option<&str>, now: Timestamp) -> Outcome {
    let doubt = doubt(shown, name, now);
    let Some(certificate) = shown.own.as_ref().and_then(Certificate::read) else {
        return Outcome::refused("the certificate cannot be read");
    };
    let left = certificate.ends.duration_since(now);
    let days = units::duration(left.unsigned_abs());
    let end = date(certificate.ends);
    match doubt {
        Some(Doubt { refuses: true, text }) => Outcome::refused(text),
        _ if left < CRITICAL => Outcome::refused(format!("expires in {days}, on {end}: renew it now")),
        _ if left < WARN => Outcome::new(Answer::Degraded, format!("expires in {days}, on {end}: renew it")),
        Some(Doubt { text, .. }) => {
            Outcome::new(Answer::Degraded, format!("{text}; valid for {days}, until {end}"))
        }
        None => Outcome::up(format!(
            "valid for {days}, until {end}, for {}, by {}",
            certificate.told_names(),
            certificate.issuer
        )),
    }
}

fn is_for(shown: &Shown, name: &str) -> bool {
    let parsed = shown.own.as_ref().and_then(|own| ParsedCertificate::try_from(own).ok());
    // Trust anchors have no names; what cannot be parsed here was said to be unreadable already.
    let (Some(parsed), Ok(name)) = (parsed, ServerName::try_from(name)) else { return false };
    verify_server_name(&parsed, &name).is_ok()
}

fn date(moment: Timestamp) -> String {
    moment.to_zoned(TimeZone::UTC).date().to_string()
}

struct Certificate {
    begins: Timestamp,
    ends: Timestamp,
    signs_itself: bool,
    issuer: String,
    names: Vec<String>,
}

impl Certificate {
    fn read(der: &CertificateDer<'static>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        let names = certificate.subject_alternative_name().ok().flatten();
        let names = names.into_iter().flat_map(|names| &names.value.general_names);
        let name = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        };
        let issuer = certificate.issuer();
        let common_name = issuer.iter_common_name().next().and_then(|name| name.as_str().ok());
        Some(Self {
            begins: Timestamp::from_second(validity.not_before.timestamp()).ok()?,
            ends: Timestamp::from_second(validity.not_after.timestamp()).ok()?,
            signs_itself: certificate.issuer().as_raw() == certificate.subject().as_raw(),
            issuer: common_name.map_or_else(|| issuer.to_string(), str::to_owned),
            names: names.filter_map(name).collect(),
        })
    }

    fn told_names(&self) -> String {
        match self.names.len() {
            0 => "nobody that it names".to_owned(),
            count if count > NAMES => {
                format!("{} and {} more", self.names[..NAMES].join(", "), count - NAMES)
            }
            _ => self.names.join(", "),
        }
    }
}

fn address(bytes: &[u8]) -> Option<String> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(|bytes| std::net::Ipv4Addr::from(bytes).to_string()),
        16 => <[u8; 16]>::try_from(bytes).ok().map(|bytes| std::net::Ipv6Addr::from(bytes).to_string()),
        _ => None,
    }
}
