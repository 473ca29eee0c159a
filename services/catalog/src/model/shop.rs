//! The shop itself: who it is, and the legal texts that shoppers accept. Each text is Markdown, by language.

use super::{
    check::{Fault, label, pointer_of},
    tax::Country,
    telling::hex,
};
use bodega_contracts::{
    Address, Terms,
    catalog::{Shop, ShopChanged},
};
use bodega_kernel::Time;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Characters of the longest text.
const MAX_TEXT_CHARS: usize = 50_000;
/// The most languages of a shop.
const MAX_LANGUAGES: usize = 10;
const MAX_NAME_CHARS: usize = 100;
const MAX_EMAIL_CHARS: usize = 254;
const MAX_TAX_NUMBER_CHARS: usize = 40;

/// The legal texts, each in Markdown by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"terms": {"en": "# Terms\n\nWe sell mugs."}, "privacy": {"en": "We keep little."}}))]
pub(crate) struct LegalTexts {
    /// Terms and conditions.
    pub(crate) terms: BTreeMap<String, String>,
    /// What becomes of personal data.
    pub(crate) privacy: BTreeMap<String, String>,
    /// How to withdraw from a purchase.
    pub(crate) withdrawal: BTreeMap<String, String>,
    /// Who is responsible.
    pub(crate) imprint: BTreeMap<String, String>,
}

impl LegalTexts {
    /// Each with its name.
    pub(crate) fn all(&self) -> [(&'static str, &BTreeMap<String, String>); 4] {
        [
            ("terms", &self.terms),
            ("privacy", &self.privacy),
            ("withdrawal", &self.withdrawal),
            ("imprint", &self.imprint),
        ]
    }

    /// The one of this name.
    pub(crate) fn of(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.all().into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all().iter().all(|(_, text)| text.is_empty())
    }

    /// SHA-256 of all of them in hexadecimal.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (name, text) in self.all() {
            for (language, markdown) in text {
                for part in [name, language, markdown] {
                    // Lengths keep apart what would read the same in a row.
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part);
                }
            }
        }
        hex(&hash.finalize())
    }
}

/// A version of the legal texts as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct LegalStored {
    /// Which.
    pub(crate) version: i64,
    /// Of all texts.
    pub(crate) digest: String,
    /// The texts.
    pub(crate) texts: LegalTexts,
    /// Since when they apply.
    pub(crate) at: Time,
}

/// The shop as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShopNow {
    /// Grows by one with every change.
    pub(crate) version: i64,
    /// Who it is.
    pub(crate) profile: Shop,
    /// The version of its legal texts, which grows when they change; 0 before the first.
    pub(crate) legal_version: i64,
}

impl ShopNow {
    /// What others are told of it. Its legal texts have to be accepted once there are terms among them.
    pub(crate) fn told(&self, legal: &LegalTexts) -> ShopChanged {
        let terms = Terms { version: self.legal_version, digest: legal.digest() };
        ShopChanged {
            version: self.version,
            name: self.profile.name.clone(),
            terms: Some(terms).filter(|_| !legal.terms.is_empty()),
        }
    }
}

/// Whether a text can name a language: `en`, `pt-BR`.
pub(crate) fn is_language(text: &str) -> bool {
    let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
    let main = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let rest = region.is_none_or(|region| {
        (2..=8).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    main && rest
}

/// All that is wrong with what staff say of the shop.
pub(crate) fn shop_faults(profile: &Shop, legal: &LegalTexts) -> Vec<Fault> {
    let mut faults = Vec::new();
    label("/name", &profile.name, MAX_NAME_CHARS, &mut faults);
    if let Some(address) = &profile.address {
        self::address(address, &mut faults);
    }
    if profile.email.as_deref().is_some_and(|email| !is_email(email)) {
        faults.push(Fault::new("/email", "is no e-mail address"));
    }
    if let Some(number) = &profile.tax_number {
        label("/tax_number", number, MAX_TAX_NUMBER_CHARS, &mut faults);
    }
    if !(1..=MAX_LANGUAGES).contains(&profile.languages.len()) {
        faults.push(Fault::new("/languages", format!("has 1 to {MAX_LANGUAGES}")));
    }
    let mut seen = BTreeSet::new();
    for (index, language) in profile.languages.iter().take(MAX_LANGUAGES).enumerate() {
        if !is_language(language) {
            faults.push(Fault::new(format!("/languages/{index}"), "is a language such as `en` or `pt-BR`"));
        } else if !seen.insert(language) {
            faults.push(Fault::new(format!("/languages/{index}"), "is there twice"));
        }
    }
    for (name, text) in legal.all() {
        for (language, markdown) in text.iter().take(MAX_LANGUAGES + 1) {
            let at = pointer_of(&format!("/legal/{name}"), language);
            if !seen.contains(language) {
                faults.push(Fault::new(at, "is in no language of the shop"));
            } else if markdown.trim().is_empty() || markdown.chars().count() > MAX_TEXT_CHARS {
                faults.push(Fault::new(at, format!("has 1 to {MAX_TEXT_CHARS} characters")));
            } else if markdown.contains('\0') {
                faults.push(Fault::new(at, "has no NUL"));
            }
        }
    }
    faults
}

fn is_email(text: &str) -> bool {
    let plain = !text.chars().any(|letter| letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter));
    let parts = text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    plain && parts && text.chars().count() <= MAX_EMAIL_CHARS
}

fn address(address: &Address, faults: &mut Vec<Fault>) {
    let given = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    for (field, text, max_chars) in [
        ("name", address.name.clone(), 120),
        ("line1", address.line1.clone(), 200),
        ("line2", given(&address.line2), 200),
        ("city", address.city.clone(), 100),
        ("region", given(&address.region), 100),
        ("postal_code", address.postal_code.clone(), 20),
        ("phone", given(&address.phone), 40),
    ] {
        label(&format!("/address/{field}"), &text, max_chars, faults);
    }
    if Country::new(&address.country).is_none() {
        faults.push(Fault::new("/address/country", "is an ISO 3166-1 alpha-2 code such as GB"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(terms: &[(&str, &str)]) -> LegalTexts {
        let terms = terms.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect();
        LegalTexts { terms, ..LegalTexts::default() }
    }

    #[test]
    fn other_texts_have_another_digest() {
        let one = texts(&[("en", "ab"), ("de", "c")]);
        assert_eq!(one.digest(), one.clone().digest());
        for other in [texts(&[("en", "a"), ("de", "bc")]), texts(&[("en", "ab")]), LegalTexts::default()] {
            assert_ne!(one.digest(), other.digest());
        }
        let moved = LegalTexts { privacy: one.terms.clone(), ..LegalTexts::default() };
        assert_ne!(one.digest(), moved.digest());
    }

    #[test]
    fn a_shop_has_terms_while_it_has_any_text() {
        let shop = |legal_version| ShopNow { version: 3, profile: Shop::default(), legal_version };
        assert_eq!(shop(0).told(&LegalTexts::default()).terms, None);
        assert_eq!(shop(2).told(&texts(&[("en", "x")])).terms.map(|terms| terms.version), Some(2));
        assert_eq!(shop(3).told(&LegalTexts::default()).terms, None);
    }

    #[test]
    fn a_language_is_short() {
        for (text, good) in [("en", true), ("pt-BR", true), ("gsw", true), ("EN", false), ("", false), ("en-", false)] {
            assert_eq!(is_language(text), good, "{text}");
        }
    }
}
