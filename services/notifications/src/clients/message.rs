//! A mail as it travels: headers and both parts. Addresses are checked and names encoded, so that nothing that people
//! enter becomes a header.

use crate::model::{Rendered, clean};
use bodega_kernel::{Time, uuid::Uuid};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use std::time::{Duration, UNIX_EPOCH};

/// The most characters of an address (RFC 5321).
const MAX_ADDRESS: usize = 254;

/// Who writes, and where answers go.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

/// What identifies a mail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'a> {
    /// The mail.
    pub(crate) id: Uuid,
    /// Its `Message-ID`.
    pub(crate) message_id: &'a str,
    /// When it was queued: the same in every repeat.
    pub(crate) at: Time,
    /// What the shop is called.
    pub(crate) shop: &'a str,
    /// Where its reader unsubscribes, if they can.
    pub(crate) unsubscribe: Option<&'a str>,
}

impl Sender {
    /// Of an address with or without a name; `reply_to` may be empty. Fails where one of them is no address.
    pub(crate) fn new(from: &str, reply_to: &str) -> anyhow::Result<Self> {
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|error| anyhow::anyhow!("{text:?}: {error}"));
        let reply_to = Some(reply_to).filter(|text| !text.is_empty()).map(mailbox).transpose()?;
        Ok(Self { from: mailbox(from)?, reply_to })
    }

    /// The domain of the sender's address.
    pub(crate) fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The sender as a reader sees it.
    pub(crate) fn shown(&self, shop: &str) -> String {
        self.named(shop).to_string()
    }

    /// An address without a name writes in the name of the shop.
    fn named(&self, shop: &str) -> Mailbox {
        let name = || Some(clean(shop)).filter(|name| !name.is_empty());
        Mailbox::new(self.from.name.clone().or_else(name), self.from.email.clone())
    }

    /// A mail to `recipient`; refused in words where that is no address.
    pub(crate) fn write(
        &self,
        stamp: Stamp<'_>,
        recipient: &str,
        name: Option<&str>,
        mail: &Rendered,
    ) -> Result<Message, String> {
        let address = address_of(recipient)?;
        let name = name.map(clean).filter(|name| !name.is_empty());
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(stamp.at.ms()).unwrap_or(0));
        let header = |name, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let mut message = Message::builder()
            .from(self.named(stamp.shop))
            .to(Mailbox::new(name, address))
            .subject(clean(&mail.title))
            .message_id(Some(stamp.message_id.to_owned()))
            .date(at)
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(link) = stamp.unsubscribe {
            message = message.raw_header(header("List-Unsubscribe", format!("<{link}>")));
            // One click is for HTTPS alone (RFC 8058).
            if link.starts_with("https://") {
                message = message.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
            }
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", stamp.id.simple()))
            .singlepart(SinglePart::plain(mail.text.clone()))
            .singlepart(SinglePart::html(mail.html.clone()));
        message.multipart(parts).map_err(|error| error.to_string())
    }
}

/// Whether mail can be sent there.
pub(crate) fn is_address(text: &str) -> bool {
    address(text).is_some()
}

/// The address that mail is sent to; in words where it is none.
pub(super) fn address_of(recipient: &str) -> Result<Address, String> {
    address(recipient).ok_or_else(|| format!("{:?} is no address", clean(recipient)))
}

fn address(text: &str) -> Option<Address> {
    let plain = text.len() <= MAX_ADDRESS && !text.chars().any(|letter| letter.is_control() || letter.is_whitespace());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HOSTILE;

    const AT: Time = Time::from_ms(1_772_366_400_000);

    fn stamp() -> Stamp<'static> {
        Stamp { id: Uuid::from_u128(7), message_id: "<7.0@shop.example>", at: AT, shop: "Tea", unsubscribe: None }
    }

    fn mail(title: &str) -> Rendered {
        Rendered { title: title.to_owned(), text: "Hello\n".to_owned(), html: "<p>Hello</p>".to_owned() }
    }

    fn sender() -> Sender {
        Sender::new("Tea & Mugs <shop@shop.example>", "help@shop.example").unwrap()
    }

    fn header_names(message: &Message) -> Vec<String> {
        let text = String::from_utf8(message.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap().to_owned();
        let starts = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        starts.map(|line| line.split(':').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn nothing_in_a_name_or_a_subject_becomes_a_header() {
        let expected = header_names(&sender().write(stamp(), "a@b.example", Some("Ada"), &mail("Hello")).unwrap());
        for evil in HOSTILE.into_iter().chain(["Ädä\r\nBcc: e@e.example", "\u{0}\u{b}"]) {
            let message = sender().write(stamp(), "a@b.example", Some(evil), &mail(evil)).unwrap();
            assert_eq!(header_names(&message), expected, "{evil:?}");
            assert_eq!(message.envelope().to().len(), 1);
        }
    }

    #[test]
    fn an_address_without_a_name_writes_as_the_shop_is_called() {
        let shown = |from: &str, shop: &str| Sender::new(from, "").unwrap().shown(shop);
        assert_eq!(
            shown("shop@shop.example", "Tea\r\nBcc: e@e.example"),
            "\"Tea Bcc: e@e.example\" <shop@shop.example>"
        );
        assert_eq!(shown("shop@shop.example", " "), "shop@shop.example");
        assert_eq!(shown("Mugs <shop@shop.example>", "Tea"), "Mugs <shop@shop.example>");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for evil in [
            "a@b.example\r\nBcc: eve@evil.example",
            "a@b.example, c@d.example",
            "<a@b.example>",
            "a",
            "",
            "a b@c.example",
        ] {
            assert!(sender().write(stamp(), evil, None, &mail("Hello")).is_err(), "{evil:?}");
            assert!(!is_address(evil), "{evil:?}");
        }
        assert!(!is_address(&format!("{}@b.example", "a".repeat(300))));
        assert!(is_address("ada.lovelace+shop@mail.example"));
    }

    #[test]
    fn a_repeat_is_the_same_to_the_byte() {
        let write = || sender().write(stamp(), "a@b.example", Some("Ada"), &mail("Hällo")).unwrap().formatted();
        let text = String::from_utf8(write()).unwrap();
        assert_eq!(text.as_bytes(), write());
        assert!(text.is_ascii());
        for line in ["Message-ID: <7.0@shop.example>", "Reply-To: help@shop.example", "Auto-Submitted: auto-generated"]
        {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.contains("Date: Sun, 01 Mar 2026 12:00:00"), "{text}");
    }

    #[test]
    fn a_reader_unsubscribes_with_one_click_where_the_link_is_encrypted() {
        let link = format!("https://shop.example/v1/mails/unsubscribe?token={}", "x".repeat(300));
        let text = |link: &str| {
            let stamp = Stamp { unsubscribe: Some(link), ..stamp() };
            let message = sender().write(stamp, "a@b.example", None, &mail("Hello")).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };
        let encrypted = text(&link);
        assert!(encrypted.contains(&format!("List-Unsubscribe: <{link}>\r\n")), "{encrypted}");
        assert!(encrypted.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{encrypted}");
        let plain = text("http://127.0.0.1:8080/v1/mails/unsubscribe?token=x");
        assert!(plain.contains("List-Unsubscribe: <http://") && !plain.contains("List-Unsubscribe-Post"), "{plain}");
    }

    #[test]
    fn a_sender_needs_an_address() {
        assert!(Sender::new("Bodega", "").is_err());
        assert!(Sender::new("a@b.example", "nobody").is_err());
        assert_eq!(Sender::new("Bodega <shop@localhost>", "").unwrap().domain(), "localhost");
    }
}
