//! One connection to a server, made for the first mail and kept for the next ones. Each step has its time: a connection
//! that was left in the middle of one is never used again, or the next mail would read the answer to this one.

use super::{
    Outcome,
    server::{Encryption, Server},
};
use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::Mechanism,
        client::{AsyncSmtpConnection, TlsParameters},
    },
};
use std::time::Duration;
use tokio::time::timeout;

/// How long connecting, encrypting and logging in may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a mail may take on an open connection.
const SEND: Duration = Duration::from_secs(20);
/// How long taking leave may take.
const LEAVE: Duration = Duration::from_secs(2);
/// The longest that handing a mail over takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(32);
/// Ways to log in, the first one the server knows.
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];
/// Answers that are about us and not about the mail: not logged in, not encrypted.
const OURS: [&str; 5] = ["523", "530", "534", "535", "538"];

/// A connection, open or not.
pub(crate) struct Connection {
    server: Server,
    open: Option<AsyncSmtpConnection>,
    send_for: Duration,
}

impl Connection {
    /// Not yet open.
    pub(super) fn to(server: Server) -> Self {
        Self { server, open: None, send_for: SEND }
    }

    pub(super) async fn send(&mut self, message: &Message) -> Outcome {
        let mut connection = match self.connected().await {
            Ok(connection) => connection,
            Err(outcome) => return outcome,
        };
        match timeout(self.send_for, connection.send(message.envelope(), &message.formatted())).await {
            Ok(Ok(response)) => {
                self.open = Some(connection);
                Outcome::Accepted(response.message().collect::<Vec<_>>().join(" "))
            }
            Ok(Err(error)) => {
                let outcome = outcome(&error);
                if !connection.has_broken() {
                    self.open = Some(connection);
                }
                outcome
            }
            Err(_) => Outcome::Unknown(format!("the server did not answer within {:?}", self.send_for)),
        }
    }

    pub(super) async fn close(mut self) {
        if let Some(mut connection) = self.open.take() {
            // Whether the server says goodbye changes nothing.
            let _ = timeout(LEAVE, connection.quit()).await;
        }
    }

    /// Takes the open connection, or opens one. It is put back only after a whole exchange.
    async fn connected(&mut self) -> Result<AsyncSmtpConnection, Outcome> {
        if let Some(connection) = self.open.take() {
            return Ok(connection);
        }
        match timeout(CONNECT, connect(&self.server)).await {
            Ok(Ok(connection)) => Ok(connection),
            // Nothing of the mail was sent, so there is no doubt that it was not taken, and nothing against it.
            Ok(Err(error)) => {
                tracing::warn!(server = ?self.server, %error, "the mail server cannot be used");
                Err(Outcome::Later(in_words(&error)))
            }
            Err(_) => Err(Outcome::Later(format!("no connection within {} s", CONNECT.as_secs()))),
        }
    }
}

async fn connect(server: &Server) -> Result<AsyncSmtpConnection, Error> {
    let wrapped = match &server.encryption {
        Encryption::Wrapped(tls) => Some(tls.clone()),
        Encryption::None | Encryption::Offered(_) | Encryption::Required(_) => None,
    };
    let place = (server.host.as_str(), server.port);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &server.hello, wrapped, None).await?;
    if let Some(tls) = upgrade(&server.encryption, &connection) {
        connection.starttls(tls, &server.hello).await?;
    }
    if let Some(credentials) = &server.credentials {
        connection.auth(MECHANISMS, credentials).await?;
    }
    Ok(connection)
}

fn upgrade(encryption: &Encryption, connection: &AsyncSmtpConnection) -> Option<TlsParameters> {
    match encryption {
        Encryption::Required(tls) => Some(tls.clone()),
        Encryption::Offered(tls) => connection.can_starttls().then(|| tls.clone()),
        Encryption::None | Encryption::Wrapped(_) => None,
    }
}

fn outcome(error: &Error) -> Outcome {
    let ours = error.status().is_some_and(|code| OURS.contains(&code.to_string().as_str()));
    let words = in_words(error);
    if ours || error.is_transient() {
        Outcome::Later(words)
    } else if error.is_permanent() || error.is_client() {
        Outcome::Refused(words)
    } else {
        // The connection broke somewhere in the middle, perhaps after the server had taken the mail.
        Outcome::Unknown(words)
    }
}

/// The error with what caused it.
fn in_words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clients::message::{Sender, Stamp},
        model::Rendered,
    };
    use bodega_kernel::{Time, uuid::Uuid};
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };
    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::TcpListener,
    };

    fn message() -> Message {
        let sender = Sender::new("shop@shop.example", "").unwrap();
        let (message_id, at) = ("<7.0@shop.example>", Time::from_ms(0));
        let stamp = Stamp { id: Uuid::from_u128(7), message_id, at, shop: "Tea", unsubscribe: None };
        let mail = Rendered { title: "Hello".to_owned(), text: "Hello".to_owned(), html: "<p>Hello</p>".to_owned() };
        sender.write(stamp, "ada@example.com", None, &mail).unwrap()
    }

    /// A server that answers each line that begins so, and nothing to any other; how often somebody connected.
    async fn server(answers: &'static [(&'static str, &'static str)]) -> (Connection, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let (from, mut to) = stream.split();
                    let mut lines = BufReader::new(from).lines();
                    let _ = to.write_all(b"220 here\r\n").await;
                    while let Ok(Some(line)) = lines.next_line().await {
                        let answer = answers.iter().find(|(start, _)| line.starts_with(start));
                        let Some((_, answer)) = answer else { continue };
                        let _ = to.write_all(format!("{answer}\r\n").as_bytes()).await;
                    }
                });
            }
        });
        let connection =
            Connection { send_for: Duration::from_millis(200), ..Connection::to(Server::of(&url).unwrap()) };
        (connection, connections)
    }

    #[tokio::test]
    async fn a_connection_left_in_the_middle_is_not_used_again() {
        const SILENT_AT_THE_END: &[(&str, &str)] =
            &[("EHLO", "250 here"), ("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on")];
        let (mut connection, connections) = server(SILENT_AT_THE_END).await;
        for tries in 1..=3 {
            let outcome = connection.send(&message()).await;
            assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
            assert_eq!(connections.load(Ordering::SeqCst), tries);
        }
        connection.close().await;
    }

    #[tokio::test]
    async fn what_a_server_says_decides() {
        const FINE: &[(&str, &str)] =
            &[("EHLO", "250 here"), ("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on"), (".", "250 taken")];
        const FULL: &[(&str, &str)] = &[("EHLO", "250 here"), ("MAIL", "452 full"), ("QUIT", "221 bye")];
        const NOBODY: &[(&str, &str)] =
            &[("EHLO", "250 here"), ("MAIL", "250 ok"), ("RCPT", "550 nobody"), ("QUIT", "221 bye")];
        const CLOSED: &[(&str, &str)] = &[("EHLO", "554 no mail here"), ("QUIT", "221 bye")];
        const STRANGER: &[(&str, &str)] = &[("EHLO", "250 here"), ("MAIL", "530 who are you"), ("QUIT", "221 bye")];
        let (mut fine, connections) = server(FINE).await;
        for _ in 0..3 {
            assert_eq!(fine.send(&message()).await, Outcome::Accepted("taken".to_owned()));
        }
        assert_eq!(connections.load(Ordering::SeqCst), 1);
        assert!(matches!(server(FULL).await.0.send(&message()).await, Outcome::Later(why) if why.contains("452")));
        assert!(matches!(server(NOBODY).await.0.send(&message()).await, Outcome::Refused(why) if why.contains("550")));
        assert!(matches!(server(CLOSED).await.0.send(&message()).await, Outcome::Later(why) if why.contains("554")));
        assert!(matches!(server(STRANGER).await.0.send(&message()).await, Outcome::Later(why) if why.contains("530")));
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_tried_later() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        drop(listener);
        let outcome = Connection::to(Server::of(&url).unwrap()).send(&message()).await;
        assert!(matches!(outcome, Outcome::Later(_)), "{outcome:?}");
    }
}
