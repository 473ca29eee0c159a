//! The templates that are compiled in: `templates/`, a text and an HTML file for each kind in each language.

use crate::model::{Language, Words};

/// A name and its source.
type Template = (&'static str, &'static str);

/// The files of a folder that every kind has.
macro_rules! templates {
    ($($language:literal: [$($kind:literal),+ $(,)?]),+ $(,)?) => {
        &[
            ("layout.html", include_str!("../../templates/layout.html")),
            ("layout.txt", include_str!("../../templates/layout.txt")),
            ("order.html", include_str!("../../templates/order.html")),
            ("order.txt", include_str!("../../templates/order.txt")),
            ("parcel.html", include_str!("../../templates/parcel.html")),
            ("parcel.txt", include_str!("../../templates/parcel.txt")),
            ("see_order.html", include_str!("../../templates/see_order.html")),
            ("see_order.txt", include_str!("../../templates/see_order.txt")),
            ("button.html", include_str!("../../templates/button.html")),
            ("cart.html", include_str!("../../templates/cart.html")),
            ("cart.txt", include_str!("../../templates/cart.txt")),
            ("unsubscribe.html", include_str!("../../templates/unsubscribe.html")),
            $($(
                (
                    concat!($language, "/", $kind, ".html"),
                    include_str!(concat!("../../templates/", $language, "/", $kind, ".html")),
                ),
                (
                    concat!($language, "/", $kind, ".txt"),
                    include_str!(concat!("../../templates/", $language, "/", $kind, ".txt")),
                ),
            )+)+
        ]
    };
}

/// All of them, by the name that includes and extends use.
pub(super) const TEMPLATES: &[Template] = templates! {
    "en": [
        "order_confirmed", "order_cancelled", "shipped", "ready_for_pickup", "delivered", "refunded", "points_earned",
        "reward_granted", "welcome", "email_verification", "password_reset", "password_changed", "email_changed",
        "low_stock", "abandoned_cart", "note", "already_registered", "staff_invitation", "return_changed", "gift_card",
        "payment_disputed",
    ],
    "de": [
        "order_confirmed", "order_cancelled", "shipped", "ready_for_pickup", "delivered", "refunded", "points_earned",
        "reward_granted", "welcome", "email_verification", "password_reset", "password_changed", "email_changed",
        "low_stock", "abandoned_cart", "note", "already_registered", "staff_invitation", "return_changed", "gift_card",
        "payment_disputed",
    ],
};

/// The labels of a language.
pub(super) fn words(language: Language) -> Words {
    let source = match language {
        Language::En => include_str!("../../templates/en/words.toml"),
        Language::De => include_str!("../../templates/de/words.toml"),
    };
    // Read by a test in both languages, so that it cannot be broken here.
    toml::from_str(source).unwrap_or_default()
}
