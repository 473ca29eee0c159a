//! An order's parcels go elsewhere: until something of it has left.

use super::{
    Found, Looker, find, locked,
    once::{Done, Given, once},
    save,
};
use crate::{
    Orders,
    error::Error,
    model::Fact,
    model::change::{Change, Hearing},
    store,
    views::AddressView,
};
use bodega_contracts::{
    Address, OrderId,
    orders::{OrderAddressChanged, OrderStatus},
};
use bodega_db::{IdempotencyKey, Trace, Tx};
use bodega_web::current_trace;

/// Changes where an order is sent, if it still is the one of `version`.
pub(crate) async fn change_address(
    state: &Orders,
    looker: &Looker,
    id: OrderId,
    address: Address,
    version: Option<i64>,
    key: Option<IdempotencyKey>,
) -> Result<Given, Error> {
    if let (Found::Made(_), _) = find(state, looker, id).await? {
        return Err(Error::NotHereYet);
    }
    let trace = current_trace();
    let (orders, followed) = (state.clone(), trace.clone());
    let changing = async move |tx: &mut Tx| {
        once(tx, key.as_ref(), async move |tx: &mut Tx| {
            let order = locked(tx, id).await?;
            may_change(&order, version)?;
            change(&orders, tx, order, address, followed).await
        })
        .await
    };
    state.db.write_following(trace, changing).await
}

fn may_change(order: &Change, version: Option<i64>) -> Result<(), Error> {
    let life = &order.record.life;
    if matches!(life.status, OrderStatus::Completed | OrderStatus::Cancelled) {
        Err(Error::Over)
    } else if life.is_past_cancelling() {
        Err(Error::HasLeft)
    } else if version.is_some_and(|version| version != order.record.revision) {
        Err(Error::OtherVersion)
    } else {
        Ok(())
    }
}

async fn change(
    state: &Orders,
    tx: &mut Tx,
    mut order: Change,
    address: Address,
    trace: Option<Trace>,
) -> Result<Done, Error> {
    let order_id = order.record.id;
    let bought = store::snapshots(tx, &[order_id]).await?.remove(&order_id).ok_or(Error::NotFound)?;
    let before = bought.shipping_address.ok_or(Error::NotSent)?;
    // Taxes and the way of shipping were priced for that country.
    if before.country != address.country {
        return Err(Error::OtherCountry);
    }
    if before != address {
        let hearing = Hearing { order_id, fact: Fact::AddressChanged, detail: None, currency: None, trace };
        order.hear(&hearing).map_err(|_| Error::NotFound)?;
        let version = order.record.life.address;
        store::write_address(tx, order_id, version, &address).await?;
        tx.emit(&OrderAddressChanged { order_id, version, shipping_address: address.clone() })?;
    }
    let view = AddressView {
        id: order_id,
        number: order.record.number.clone(),
        shipping_address: address,
        address_version: order.record.life.address,
        version: order.record.revision + i64::from(order.is_changed),
    };
    save(state, tx, vec![order]).await?;
    Done::new(200, Some(view.version), &view)
}
