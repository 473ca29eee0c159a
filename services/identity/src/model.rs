//! Types and rules of accounts: addresses, names, what a log-in may try, and the life of a session.

mod attempts;
mod avatar;
mod export;
mod password;
mod profile;
mod requests;
mod staff;

pub(crate) use attempts::{Attempts, FORGOTTEN_AFTER, GUESSES, MAILS, WINDOW};
pub(crate) use avatar::{AVATAR_SIDE, AVATARS, AvatarId, MAX_AVATAR_BYTES, UNNAMED_FOR, avatar_path};
pub(crate) use export::{Export, RequestView, SessionView};
pub(crate) use password::Password;
pub(crate) use profile::{AddressView, Given, MOST_ADDRESSES, ProfileChange, birthday, check_address, language, phone};
pub(crate) use requests::{Link, Links, MOST_REQUESTS, Purpose};
pub(crate) use staff::{
    GroupView, INVITED_FOR, InvitationView, MOST_GROUPS, MOST_GROUPS_OF_ONE, MOST_INVITATIONS, MOST_STAFF_ROLES,
    StaffRoleView, group_name, permissions,
};

use bodega_kernel::{Role, Time, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// An e-mail address as accounts are found by it: trimmed, in small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

/// The most characters of an address.
const LONGEST_EMAIL: usize = 254;
/// The most characters before its `@`.
const LONGEST_LOCAL_PART: usize = 64;
/// The most characters of a name.
const LONGEST_NAME: usize = 100;

impl Email {
    /// Takes an address, or says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let email = text.trim().to_lowercase();
        if email.chars().nth(LONGEST_EMAIL).is_some() {
            return Err("has more than 254 characters");
        }
        let (local, domain) = email.rsplit_once('@').ok_or("has no @")?;
        let clean = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '@';
        let local_fits = !local.is_empty() && local.chars().count() <= LONGEST_LOCAL_PART && local.chars().all(clean);
        let label = |label: &str| {
            let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
        };
        if local_fits && domain.split('.').all(label) { Ok(Self(email)) } else { Err("is no e-mail address") }
    }

    /// The text of it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Takes a name, or says what is wrong with it.
pub(crate) fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.is_empty() || name.chars().nth(LONGEST_NAME).is_some() || name.chars().any(char::is_control) {
        return Err("has 1 to 100 characters, none of them a control character");
    }
    Ok(name.to_owned())
}

/// A user as the API shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct UserView {
    /// Who.
    pub(crate) id: UserId,
    /// In small letters.
    #[schema(example = "anna@example.com")]
    pub(crate) email: String,
    /// Whether they have shown that the address is theirs.
    pub(crate) email_verified: bool,
    /// As they want to be called.
    pub(crate) name: Option<String>,
    /// Where they can be called.
    #[schema(example = "+44 20 7946 0000")]
    pub(crate) phone: Option<String>,
    /// A day, if they said it.
    #[schema(example = "1990-12-31")]
    pub(crate) birthday: Option<String>,
    /// What they read, as BCP 47 writes it; none for the shop's language.
    #[schema(example = "en")]
    pub(crate) language: Option<String>,
    /// Where the picture is that they show of themselves, 256 x 256 WebP.
    #[schema(example = "/v1/avatars/3f2a8c0de4b1460f9a7c55d0e1b2c3d4.webp")]
    pub(crate) avatar: Option<String>,
    /// What they may do, sorted.
    pub(crate) roles: Vec<Role>,
    /// Which staff role narrows what they may do as staff; none: they may do all that staff may.
    pub(crate) staff_role_id: Option<Uuid>,
    /// A disabled user cannot log in.
    pub(crate) disabled: bool,
    /// Since when.
    pub(crate) created_at: Time,
}

impl UserView {
    /// A customer who has said nothing of themselves but their address.
    pub(crate) fn new(id: UserId, email: &Email, now: Time) -> Self {
        Self {
            id,
            email: email.as_str().to_owned(),
            email_verified: false,
            name: None,
            phone: None,
            birthday: None,
            language: None,
            avatar: None,
            roles: vec![Role::Customer],
            staff_role_id: None,
            disabled: false,
            created_at: now,
        }
    }
}

/// The word for a role in the database.
pub(crate) const fn word(role: Role) -> &'static str {
    match role {
        Role::Customer => "customer",
        Role::Staff => "staff",
        Role::Admin => "admin",
    }
}

/// The role of a word.
pub(crate) fn role(word: &str) -> Option<Role> {
    [Role::Customer, Role::Staff, Role::Admin].into_iter().find(|role| self::word(*role) == word)
}

/// The roles of words; unknown ones are left out.
pub(crate) fn roles<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<Role> {
    let mut roles: Vec<Role> = words.into_iter().filter_map(role).collect();
    roles.sort_unstable();
    roles
}

/// Within this time after a rotation the token before is taken once more: its answer may have been lost.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// A session: the family of refresh tokens that one log-in opened. Each refresh makes a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// The generation whose tokens are good.
    pub(crate) generation: i64,
    /// When that generation was made.
    pub(crate) rotated: Time,
    /// When the session ends unless it is refreshed.
    pub(crate) expires: Time,
    /// When it was closed.
    pub(crate) revoked: Option<Time>,
}

/// What to do with a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is good: its successor begins a generation.
    Rotate,
    /// It was good a moment ago and its answer may be lost: give another token of the present generation. Whichever
    /// of them is used first ends that generation, and the other one is then reuse.
    Again,
    /// It was good long ago: somebody else has it. Close the session.
    Reuse,
    /// The session is over.
    Over,
}

impl Session {
    /// Whether it can be used.
    pub(crate) fn is_live(&self, now: Time) -> bool {
        self.revoked.is_none() && now < self.expires
    }

    /// What to do with a token of `generation`.
    pub(crate) fn judge(&self, generation: i64, now: Time) -> Verdict {
        match generation {
            _ if !self.is_live(now) => Verdict::Over,
            present if present == self.generation => Verdict::Rotate,
            before if before == self.generation - 1 && now.since(self.rotated) <= GRACE => Verdict::Again,
            _ => Verdict::Reuse,
        }
    }
}

/// SHA-256 of a token or an address: what is stored in its place.
pub(crate) fn digest(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_trimmed_and_in_small_letters() {
        assert_eq!(Email::parse("  Anna@Example.COM ").unwrap().as_str(), "anna@example.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in
            ["", "a", "@b.c", "a@", "a b@c.d", "a@b@c.d", "a@-b.c", "a@b..c", "a@b.c\u{0}", "a@bücher.de", &long]
        {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_role_has_a_word_of_its_own() {
        for one in [Role::Customer, Role::Staff, Role::Admin] {
            assert_eq!(role(word(one)), Some(one));
            assert_eq!(serde_json::to_value(one).unwrap(), word(one));
        }
        assert_eq!(role("Admin"), None);
        assert_eq!(roles(["staff", "owner", "customer"]), [Role::Customer, Role::Staff]);
    }

    fn session(generation: i64) -> Session {
        Session { generation, rotated: Time::from_ms(0), expires: Time::from_ms(1_000_000), revoked: None }
    }

    #[test]
    fn an_old_refresh_token_is_taken_again_for_ten_seconds_and_then_is_reuse() {
        let at = Time::from_ms;
        assert_eq!(session(3).judge(3, at(500_000)), Verdict::Rotate);
        assert_eq!(session(3).judge(2, at(10_000)), Verdict::Again);
        assert_eq!(session(3).judge(2, at(10_001)), Verdict::Reuse);
        assert_eq!(session(3).judge(1, at(1)), Verdict::Reuse);
        assert_eq!(session(3).judge(3, at(1_000_000)), Verdict::Over);
        assert_eq!(Session { revoked: Some(at(1)), ..session(3) }.judge(3, at(2)), Verdict::Over);
    }

    proptest! {
        #[test]
        fn a_token_of_no_present_generation_never_rotates(present in 1_i64..50, token in 1_i64..50, now in 0_i64..2_000_000) {
            let verdict = session(present).judge(token, Time::from_ms(now));
            prop_assert_eq!(verdict == Verdict::Rotate, token == present && now < 1_000_000);
        }

        #[test]
        fn no_text_breaks_the_rules_for_addresses_and_passwords(text in ".{0,200}") {
            let _ = Email::parse(&text);
            let _ = name(&text);
            let _ = Password::choose(&text, "a@b.c");
        }
    }
}
