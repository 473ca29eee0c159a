//! A journey through any shop: the steps that are the same everywhere, and the clock beside them.

use anyhow::{Context as _, ensure};
use std::time::Instant;

/// Products of a list.
pub(crate) const LISTED: usize = 20;
/// The steps of a journey, in their order.
pub(crate) const STEPS: [&str; 7] = ["list", "product", "cart", "address", "shipping", "payment", "order"];

/// A shop as one guest at a time sees it.
pub(crate) trait Shop: Sized + 'static {
    /// Where it is, and what it takes to get in.
    type Door: Clone + 'static;

    /// Comes in.
    async fn enter(door: &Self::Door) -> anyhow::Result<Self>;

    /// Looks at a list of [`LISTED`] products, counted from 0, as nobody it has ever seen.
    async fn list(&mut self, page: usize) -> anyhow::Result<List>;

    /// Looks at a product of a list; what can be bought of it.
    async fn product(&mut self, product: &str) -> anyhow::Result<String>;

    /// Puts one piece of it into a new cart.
    async fn fill_cart(&mut self, variant: &str) -> anyhow::Result<()>;

    /// Says who is buying and where it goes.
    async fn give_address(&mut self, email: &str) -> anyhow::Result<()>;

    /// Asks how it can be sent, and takes the first way.
    async fn choose_shipping(&mut self) -> anyhow::Result<()>;

    /// Chooses the payment that the shop has for trying out.
    async fn choose_payment(&mut self) -> anyhow::Result<()>;

    /// Pays and orders. Anything but an order that the shop calls placed and paid is an error.
    async fn order(&mut self) -> anyhow::Result<()>;
}

/// What a list says.
#[derive(Debug)]
pub(crate) struct List {
    /// How many products all lists have together.
    pub(crate) total: usize,
    /// Those of this one, by what the shop calls them in an address.
    pub(crate) products: Vec<String>,
}

/// Who is on the way, and where to.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) page: usize,
    /// Which product of the list.
    pub(crate) wish: usize,
    pub(crate) email: String,
}

/// One journey. How long each of the [`STEPS`] took, in milliseconds.
pub(crate) async fn go(shop: &mut impl Shop, guest: &Guest) -> anyhow::Result<Vec<f64>> {
    let mut clock = Clock(Vec::with_capacity(STEPS.len()));
    let list = clock.time(shop.list(guest.page)).await?;
    ensure!(!list.products.is_empty(), "list {} is empty", guest.page);
    let product = &list.products[guest.wish % list.products.len()];
    let variant = clock.time(shop.product(product)).await?;
    clock.time(shop.fill_cart(&variant)).await?;
    clock.time(shop.give_address(&guest.email)).await?;
    clock.time(shop.choose_shipping()).await?;
    clock.time(shop.choose_payment()).await?;
    clock.time(shop.order()).await?;
    Ok(clock.0)
}

struct Clock(Vec<f64>);

impl Clock {
    async fn time<T>(&mut self, step: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        let asked = Instant::now();
        let done = step.await.with_context(|| STEPS[self.0.len()])?;
        self.0.push(asked.elapsed().as_secs_f64() * 1_000.0);
        Ok(done)
    }
}
