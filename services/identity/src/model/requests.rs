//! What is proved by a link in a mail: whose an address is, and who may choose a password or join the staff. The link
//! is signed with a key of the deployment and is never stored.

use bodega_kernel::Time;
use bodega_web::GuestKeys;
use std::time::Duration;
use uuid::Uuid;

/// Requests of one purpose that an account has at the same time; the newest ones.
pub(crate) const MOST_REQUESTS: i64 = 3;

/// What somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To show that the address of the account is theirs.
    Verify,
    /// To have another address, which they show to be theirs.
    ChangeEmail,
    /// To choose a new password, since the old one is forgotten.
    Reset,
}

impl Purpose {
    /// Its word in the database.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::ChangeEmail => "change_email",
            Self::Reset => "reset",
        }
    }

    /// The purpose of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        [Self::Verify, Self::ChangeEmail, Self::Reset].into_iter().find(|purpose| purpose.word() == word)
    }

    /// How long its link is good.
    pub(crate) const fn lifetime(self) -> Duration {
        match self {
            Self::Verify => Duration::from_hours(3 * 24),
            Self::ChangeEmail => Duration::from_hours(24),
            Self::Reset => Duration::from_hours(1),
        }
    }

    /// What its link opens.
    pub(crate) const fn link(self) -> Link {
        match self {
            Self::Verify | Self::ChangeEmail => Link::Email,
            Self::Reset => Link::Password,
        }
    }
}

/// What a link opens: one of these is no good for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Confirms an address.
    Email,
    /// Chooses a new password.
    Password,
    /// Joins the staff.
    Invitation,
}

impl Link {
    const fn word(self) -> &'static str {
        match self {
            Self::Email => "mail email",
            Self::Password => "mail password",
            Self::Invitation => "mail invitation",
        }
    }
}

/// Signs the links. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Links(GuestKeys);

impl Links {
    /// With a key of this deployment for this purpose alone.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(GuestKeys::new(secret))
    }

    /// What the mail about a request holds: the same whenever it is written.
    pub(crate) fn token(&self, link: Link, request: Uuid, ends: Time) -> String {
        self.0.sign(link.word(), request, ends)
    }

    /// The request that a token is for, if we signed it for this and it is not over.
    pub(crate) fn open(&self, link: Link, token: &str, now: Time) -> Option<Uuid> {
        self.0.verify(link.word(), token, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_read_as_it_is_written() {
        for purpose in [Purpose::Verify, Purpose::ChangeEmail, Purpose::Reset] {
            assert_eq!(Purpose::of(purpose.word()), Some(purpose));
        }
        assert_eq!(Purpose::of("verify_all"), None);
    }

    #[test]
    fn a_token_opens_what_it_was_made_for_until_it_ends() {
        let (links, id) = (Links::new(&[1; 32]), Uuid::from_u128(7));
        let (now, ends) = (Time::from_ms(1_000_000), Time::from_ms(2_000_000));
        let token = links.token(Link::Password, id, ends);
        assert_eq!(token, links.token(Link::Password, id, ends), "a mail that is repeated has the same link");
        assert_eq!(links.open(Link::Password, &token, now), Some(id));
        assert_eq!(links.open(Link::Email, &token, now), None);
        assert_eq!(links.open(Link::Invitation, &token, now), None);
        assert_eq!(links.open(Link::Password, &token, ends), None);
        assert_eq!(Links::new(&[2; 32]).open(Link::Password, &token, now), None);
        assert_eq!(links.open(Link::Password, "", now), None);
    }
}
