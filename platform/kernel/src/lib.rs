//! The words every part of Bodega shares: typed ids, money, time, pages, and the world they come from.
//!
//! Nothing here does I/O. Time, ids and randomness are taken from a [`World`], so that a test can hold
//! the clock still and a seed replays a whole shop.

extern crate self as bodega_kernel;

mod caller;
mod ids;
mod message;
mod money;
mod page;
mod time;
mod world;

pub use caller::{Caller, Role};
#[doc(hidden)]
pub use ids::uuid_schema;
pub use ids::{Sku, SkuError};
pub use message::{Event, Question};
pub use money::{Currency, CurrencyError, Money};
pub use page::{Cursor, CursorError, Page, PageLimit};
pub use time::Time;
pub use world::{Clock, ManualClock, Random, SeededRandom, SystemClock, SystemRandom, World};

ids![UserId];

#[doc(hidden)]
pub use {serde, utoipa, uuid};
