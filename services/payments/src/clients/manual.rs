//! Money that staff take by hand. Nobody is called: what it answers follows from the method alone, so it may be asked
//! again at any time, and nothing comes of it that staff do not book.

use super::Charge;
use crate::model::Outcome;
use bodega_contracts::payments::{BANK_TRANSFER, CASH_ON_DELIVERY};

/// Whether it takes `method`.
pub(super) fn offers(method: &str) -> bool {
    [BANK_TRANSFER, CASH_ON_DELIVERY].contains(&method)
}

/// Cash at the door is promised; a transfer is waited for.
pub(super) fn pay(charge: &Charge) -> Outcome {
    let reference = charge.key.to_string();
    if charge.method == CASH_ON_DELIVERY {
        Outcome::Authorized { reference, amount: charge.amount }
    } else {
        Outcome::ActionRequired { reference, url: None }
    }
}
