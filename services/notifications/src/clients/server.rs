//! The server of a setting: `smtps://user:password@host:port`, `smtp://host?tls=required`.

use axum::http::Uri;
use lettre::transport::smtp::{authentication::Credentials, client::TlsParameters, extension::ClientId};
use std::fmt;

/// Why an address names no server. It never repeats the address, which holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mail.smtp_url: {0}")]
pub(crate) struct ServerError(&'static str);

/// When a connection is encrypted.
#[derive(Clone)]
pub(crate) enum Encryption {
    /// Never.
    None,
    /// If the server can.
    Offered(TlsParameters),
    /// After a greeting, or not at all.
    Required(TlsParameters),
    /// From the first byte.
    Wrapped(TlsParameters),
}

/// A server that takes mails.
#[derive(Clone)]
pub(crate) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
    pub(super) hello: ClientId,
}

impl Server {
    /// Reads the address. With a password the connection is encrypted unless the server is on this machine.
    pub(crate) fn of(url: &str) -> Result<Self, ServerError> {
        let uri: Uri = url.parse().map_err(|_| ServerError("is no address"))?;
        let authority = uri.authority().ok_or(ServerError("names no server"))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(ServerError("names no server"));
        }
        let who = authority.as_str().rsplit_once('@').map(|(who, _)| who);
        let credentials = who.map(credentials).transpose()?;
        let local = host == "localhost" || host == "::1" || host.starts_with("127.");
        let tls =
            || TlsParameters::new(host.clone()).map_err(|_| ServerError("names no server that can be encrypted to"));
        let asked =
            uri.query().map(|query| query.strip_prefix("tls=").ok_or(ServerError("knows ?tls=… only"))).transpose()?;
        let (encryption, port) = match (uri.scheme_str(), asked) {
            (Some("smtps"), None) => (Encryption::Wrapped(tls()?), 465),
            (Some("smtp"), Some("required")) => (Encryption::Required(tls()?), 587),
            (Some("smtp"), Some("opportunistic")) => (Encryption::Offered(tls()?), 587),
            (Some("smtp"), None) if credentials.is_some() && !local => (Encryption::Required(tls()?), 587),
            (Some("smtp"), None | Some("none")) => (Encryption::None, 25),
            (Some("smtp"), Some(_)) => return Err(ServerError("tls is required, opportunistic or none")),
            _ => return Err(ServerError("begins with smtp:// or smtps://; smtps:// takes no ?tls=")),
        };
        let port = authority.port_u16().unwrap_or(port);
        Ok(Self { host, port, encryption, credentials, hello: ClientId::default() })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}:{})", self.host, self.port)
    }
}

fn credentials(who: &str) -> Result<Credentials, ServerError> {
    let (user, password) = who.split_once(':').ok_or(ServerError("has a user without a password"))?;
    Ok(Credentials::new(decoded(user)?, decoded(password)?))
}

/// Without `%40` and the like.
fn decoded(text: &str) -> Result<String, ServerError> {
    const WRONG: ServerError = ServerError("has a % that is not followed by two digits");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16)).ok_or(WRONG);
        bytes.push((digit()? * 16 + digit()?) as u8);
    }
    String::from_utf8(bytes).map_err(|_| ServerError("has a user or a password that is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, u16, &'static str, bool) {
        let server = Server::of(url).unwrap();
        let encryption = match server.encryption {
            Encryption::None => "none",
            Encryption::Offered(_) => "offered",
            Encryption::Required(_) => "required",
            Encryption::Wrapped(_) => "wrapped",
        };
        (server.host, server.port, encryption, server.credentials.is_some())
    }

    #[test]
    fn an_address_says_how_to_connect() {
        for (url, host, port, encryption, password) in [
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "none", false),
            ("smtp://mail.example", "mail.example", 25, "none", false),
            ("smtps://u:p@mail.example", "mail.example", 465, "wrapped", true),
            ("smtp://u:p%40ss@mail.example?tls=required", "mail.example", 587, "required", true),
            ("smtp://mail.example:2587/?tls=opportunistic", "mail.example", 2587, "offered", false),
            ("smtp://u:p@127.0.0.1:25", "127.0.0.1", 25, "none", true),
            ("smtp://[::1]:2525", "::1", 2525, "none", false),
        ] {
            assert_eq!(parts(url), (host.to_owned(), port, encryption, password), "{url}");
        }
    }

    #[test]
    fn a_password_never_travels_in_the_clear_by_oversight() {
        assert_eq!(parts("smtp://u:p@mail.example").2, "required");
        assert_eq!(parts("smtp://u:p@mail.example?tls=none").2, "none");
    }

    #[test]
    fn what_is_no_server_is_refused_without_repeating_it() {
        for url in [
            "smtp://",
            "http://mail.example",
            "smtp://hunter2@mail.example",
            "smtp://u:hunter2%4@mail.example",
            "smtp://u:hunter2@mail.example?tls=maybe",
            "smtps://u:hunter2@mail.example?tls=required",
            "smtp://u:hunter2@mail.example?timeout=1",
            "hunter2",
        ] {
            let message = Server::of(url).unwrap_err().to_string();
            assert!(message.starts_with("mail.smtp_url: ") && !message.contains("hunter2"), "{url}: {message}");
        }
        assert!(!format!("{:?}", Server::of("smtps://u:hunter2@mail.example").unwrap()).contains("hunter2"));
    }

    #[test]
    fn letters_written_with_percent_signs_are_read() {
        assert_eq!(decoded("p%40%C3%A4"), Ok("p@ä".to_owned()));
        assert!(decoded("%ff").is_err() && decoded("%").is_err());
    }
}
