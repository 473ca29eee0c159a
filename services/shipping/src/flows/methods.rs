//! The ways of shipping: staff make, change and switch them off; a new shop begins with those of its settings.

use super::{Done, Given, once};
use crate::{
    Shipping,
    error::Error,
    model::{Method, MethodChange},
    store,
    views::{MethodView, told},
};
use bodega_db::{DbError, IdempotencyKey, Tx};
use bodega_kernel::Currency;
use bodega_pricing::shipping::Rate;
use bodega_settings::Shop;

/// The most methods of a shop.
const MAX_METHODS: i64 = 100;

/// Makes a method.
pub(crate) async fn create_method(
    shipping: &Shipping,
    method: Method,
    key: Option<IdempotencyKey>,
) -> Result<Given, Error> {
    check(&method)?;
    let work = async move |tx: &mut Tx| {
        if store::count_methods(tx).await? >= MAX_METHODS {
            return Err(Error::TooManyMethods);
        }
        if !store::insert_method(tx, &method).await? {
            return Err(Error::MethodExists);
        }
        tx.emit(&told(&method))?;
        Done::new(201, Some(method.version), &MethodView::from(method))
    };
    let making = async move |tx: &mut Tx| {
        // Before the key is looked up: whoever waited for a twin finds its answer.
        store::take_method_turn(tx).await?;
        once(tx, key.as_ref(), work).await
    };
    shipping.db.write(making).await
}

/// Changes a method, if it is still in the version that was read.
pub(crate) async fn change_method(
    shipping: &Shipping,
    id: String,
    read_version: Option<i64>,
    change: MethodChange,
    key: Option<IdempotencyKey>,
) -> Result<Given, Error> {
    let changing = async move |tx: &mut Tx| {
        let before = store::method_in(tx, &id).await?.ok_or(Error::NotFound)?;
        let work = async move |tx: &mut Tx| {
            let after = write_change(tx, before, read_version, change).await?;
            Done::new(200, Some(after.version), &MethodView::from(after))
        };
        once(tx, key.as_ref(), work).await
    };
    shipping.db.write(changing).await
}

/// Switches a method off: it is offered no more, and orders that have it keep it.
pub(crate) async fn disable_method(shipping: &Shipping, id: String, read_version: Option<i64>) -> Result<(), Error> {
    let off = MethodChange { enabled: Some(false), ..MethodChange::default() };
    let disabling = async move |tx: &mut Tx| {
        let before = store::method_in(tx, &id).await?.ok_or(Error::NotFound)?;
        write_change(tx, before, read_version, off).await.map(drop)
    };
    shipping.db.write(disabling).await
}

async fn write_change(
    tx: &mut Tx,
    before: Method,
    read_version: Option<i64>,
    change: MethodChange,
) -> Result<Method, Error> {
    if read_version.is_some_and(|version| version != before.version) {
        return Err(Error::OtherVersion);
    }
    let after = change.apply(&before);
    check(&after)?;
    if after != before {
        store::update_method(tx, &after).await?;
        tx.emit(&told(&after))?;
    }
    Ok(after)
}

fn check(method: &Method) -> Result<(), Error> {
    let violations = method.violations();
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// Fills the methods of a new shop from its settings, once for ever, whichever replica is first.
pub(crate) async fn seed_methods(shipping: &Shipping, shop: &Shop) -> Result<(), DbError> {
    let method = |method: &bodega_settings::ShippingMethod| Method {
        id: method.id.clone(),
        version: 1,
        enabled: true,
        name: method.name.clone(),
        rate: Rate::Flat { price: method.price },
        free_above: None,
        countries: Vec::new(),
        tax_rate_bp: shop.tax_rate_bp,
        currency: shipping.currency,
    };
    let methods: Vec<Method> = shop.shipping_methods.iter().map(method).collect();
    let seeding = async move |tx: &mut Tx| {
        if !store::seed_once(tx).await? || store::count_methods(tx).await? > 0 {
            return Ok(());
        }
        for method in methods {
            // A way of shipping that the settings name twice is there once.
            if store::insert_method(tx, &method).await? {
                tx.emit(&told(&method))?;
            }
        }
        Ok(())
    };
    shipping.db.write(seeding).await
}

/// The currency of the shop.
pub(crate) fn currency(shop: &Shop) -> anyhow::Result<Currency> {
    Currency::new(&shop.currency).map_err(|error| anyhow::anyhow!("shop.currency: {error}"))
}
