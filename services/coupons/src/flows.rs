//! What is done with coupons: `settle` for what becomes known of orders, `grants` for rewards, `staff` for what people
//! change, `standing` for who asks about a code; `claimless` for the orders that need none of it.
//!
//! Whatever moves a counter takes its turn first, on whatever replica; what has no limit takes none and waits for nobody.

mod claimless;
mod grants;
mod settle;
mod staff;
mod standing;

pub(crate) use claimless::Claimless;
pub(crate) use grants::grant;
pub(crate) use settle::settle;
pub(crate) use staff::{
    Answered, CodesWanted, Limit, PromotionChange, PromotionWanted, Target, change_promotion, create_promotion,
    disable_code, disable_promotion, make_codes,
};
pub(crate) use standing::code_standing;
