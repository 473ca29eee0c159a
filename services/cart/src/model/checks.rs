//! What shoppers may type: lengths, forms, and where it is wrong.

use bodega_contracts::Address;

/// Pointers to wrong fields, each with why.
pub(crate) type FieldErrors = Vec<(String, String)>;

const MAX_EMAIL_CHARS: usize = 254;

/// Checks an e-mail address as far as that is possible without writing to it.
pub(crate) fn check_email(pointer: &str, email: &str, errors: &mut FieldErrors) {
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'));
    let parts = email.rsplit_once('@');
    let whole = parts.is_some_and(|(local, domain)| {
        let dotted = !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
        !local.is_empty() && local.len() <= 64 && !local.contains('@') && !domain.is_empty() && dotted
    });
    if !plain || !whole || email.chars().count() > MAX_EMAIL_CHARS {
        errors.push((pointer.to_owned(), "is no e-mail address".to_owned()));
    }
}

/// Checks an address that stands at `pointer`.
pub(crate) fn check_address(pointer: &str, address: &Address, errors: &mut FieldErrors) {
    let mut check = |field: &str, text: &str, max_chars: usize| {
        let chars = text.chars().count();
        let reason = if text.trim().is_empty() {
            "is empty".to_owned()
        } else if chars > max_chars {
            format!("has more than {max_chars} characters")
        } else if text.chars().any(char::is_control) {
            "has a control character".to_owned()
        } else {
            return;
        };
        errors.push((format!("{pointer}/{field}"), reason));
    };
    check("name", &address.name, 120);
    check("line1", &address.line1, 200);
    check("city", &address.city, 100);
    check("postal_code", &address.postal_code, 20);
    for (field, text, max_chars) in
        [("line2", &address.line2, 200), ("region", &address.region, 100), ("phone", &address.phone, 40)]
    {
        if let Some(text) = text {
            check(field, text, max_chars);
        }
    }
    if address.country.len() != 2 || !address.country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        errors.push((format!("{pointer}/country"), "is not two capital letters (ISO 3166-1 alpha-2)".to_owned()));
    }
}

/// Whether `text` can name a way of paying: 1 to 40 lower case letters, digits and underscores.
pub(crate) fn is_payment_method(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address {
            name: "Ada".into(),
            line1: "1 High Street".into(),
            line2: None,
            city: "Leeds".into(),
            region: None,
            postal_code: "LS1 1AA".into(),
            country: "GB".into(),
            phone: None,
        }
    }

    fn wrong(address: &Address) -> Vec<String> {
        let mut errors = Vec::new();
        check_address("/shipping_address", address, &mut errors);
        errors.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn an_address_is_checked_field_by_field() {
        assert!(wrong(&address()).is_empty());
        assert_eq!(wrong(&Address { country: "gb".into(), ..address() }), ["/shipping_address/country"]);
        assert_eq!(wrong(&Address { name: " ".into(), ..address() }), ["/shipping_address/name"]);
        assert_eq!(wrong(&Address { phone: Some("1".repeat(41)), ..address() }), ["/shipping_address/phone"]);
        assert_eq!(wrong(&Address { city: "a\u{0}b".into(), ..address() }), ["/shipping_address/city"]);
    }

    #[test]
    fn an_email_has_a_name_and_a_domain() {
        let is_email = |text: &str| {
            let mut errors = Vec::new();
            check_email("/email", text, &mut errors);
            errors.is_empty()
        };
        assert!(is_email("ada@example.org"));
        for bad in ["", "ada", "@example.org", "ada@", "a b@example.org", "a@b@c.org", "a@.org", "a@b\r\nBcc: c@d.org"]
        {
            assert!(!is_email(bad), "{bad:?}");
        }
        assert!(!is_email(&format!("a@{}.org", "x".repeat(260))));
    }

    #[test]
    fn a_payment_method_is_a_short_word() {
        assert!(is_payment_method("sim_success"));
        for bad in ["", "Sim", "sim-success", "sim success", &"a".repeat(41)] {
            assert!(!is_payment_method(bad), "{bad:?}");
        }
    }
}
