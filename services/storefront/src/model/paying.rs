//! Ways of paying as shoppers read them: those of the providers that are on.

use bodega_pages::{Text, Visit};

/// A way of paying.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PayMethod {
    /// In the API.
    pub(crate) id: &'static str,
    /// For shoppers.
    pub(crate) name: Text,
    /// A word more.
    pub(crate) aside: Text,
}

const NONE: Text = Text { en: "", de: "" };

const BY_HAND: [PayMethod; 2] = [
    PayMethod {
        id: "bank_transfer",
        name: Text { en: "Bank transfer", de: "Überweisung" },
        aside: Text { en: "We send your order when the money has come", de: "Versand nach Zahlungseingang" },
    },
    PayMethod {
        id: "cash_on_delivery",
        name: Text { en: "Cash on delivery", de: "Nachnahme" },
        aside: Text { en: "You pay at the door", de: "Sie zahlen an der Tür" },
    },
];

const SIMULATED: [PayMethod; 4] = [
    PayMethod { id: "sim_success", name: Text { en: "Test card", de: "Testkarte" }, aside: NONE },
    PayMethod {
        id: "sim_3ds",
        name: Text { en: "Test card with 3-D Secure", de: "Testkarte mit 3-D Secure" },
        aside: Text { en: "The bank asks you first", de: "Die Bank fragt Sie zuerst" },
    },
    PayMethod {
        id: "sim_slow",
        name: Text { en: "Test card, slow", de: "Testkarte, langsam" },
        aside: Text { en: "Takes a few seconds", de: "Dauert einige Sekunden" },
    },
    PayMethod {
        id: "sim_decline",
        name: Text { en: "Test card that is declined", de: "Testkarte, die abgelehnt wird" },
        aside: NONE,
    },
];

/// The ways of paying that the shop takes, the one to propose first.
pub(crate) fn pay_methods(visit: &Visit) -> Vec<PayMethod> {
    let providers = &visit.settings().payments.providers;
    let has = |name: &str| providers.iter().any(|provider| provider == name);
    let mut methods = Vec::new();
    if has("simulator") {
        methods.extend(SIMULATED);
    }
    if has("manual") {
        methods.extend(BY_HAND);
    }
    methods
}
