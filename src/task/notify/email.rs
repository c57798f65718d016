//! An e-mail of the message, handed to an SMTP server.

use super::Failure;
use super::message::Message;
use crate::domain::notify::{Email, MailSecurity};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::Duration;

pub async fn send(email: &Email, timeout: Duration, message: &Message) -> Result<(), Failure> {
    let mail = written(email, message)?;
    let transport = transport(email, timeout)?;
    match transport.send(mail).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() => Err(Failure::lasting(error)),
        Err(error) => Err(Failure::passing(error)),
    }
}

fn written(email: &Email, message: &Message) -> Result<lettre::Message, Failure> {
    let mailbox = |address: &String| {
        address.parse::<Mailbox>().map_err(|error| Failure::lasting(format!("{address}: {error}")))
    };
    let mut builder = MessageBuilder::new().from(mailbox(&email.from)?);
    for to in &email.to {
        builder = builder.to(mailbox(to)?);
    }
    // A subject is one line.
    let subject: String =
        message.line.chars().filter(|character| !character.is_control()).take(200).collect();
    builder
        .subject(format!("[mcp-tui] {subject}"))
        .header(ContentType::TEXT_PLAIN)
        .body(message.words())
        .map_err(Failure::lasting)
}

fn transport(email: &Email, timeout: Duration) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
    let parameters = || TlsParameters::new(email.host.clone()).map_err(Failure::lasting);
    let tls = match email.security {
        MailSecurity::None => Tls::None,
        MailSecurity::StartTls => Tls::Required(parameters()?),
        MailSecurity::Tls => Tls::Wrapper(parameters()?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&email.host)
        .port(email.port)
        .tls(tls)
        .timeout(Some(timeout));
    if let Some(user) = &email.user {
        builder = builder.credentials(Credentials::new(user.clone(), password(email)?));
    }
    Ok(builder.build())
}

fn password(email: &Email) -> Result<String, Failure> {
    let Some(path) = &email.password_file else { return Ok(String::new()) };
    std::fs::read_to_string(path)
        .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
        .map_err(|error| Failure::lasting(format!("{}: {error}", path.display())))
}
