//! The label of a parcel that has left or is about to be handed over, as a file to be printed.

use crate::{
    Shipping,
    error::Error,
    pages::{Labelled, label},
    store,
    views::ShipmentView,
};
use bodega_contracts::{
    ShipmentId,
    catalog::{Shop, ShopProfile},
};

/// A file to be printed.
pub(crate) struct Printed {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The label of a parcel, as what is known of it says now. Its address does not change any more: it has left.
pub(crate) async fn print_label(shipping: &Shipping, id: ShipmentId) -> Result<Printed, Error> {
    let db = shipping.db.reader();
    let row = store::shipment_row(db, id).await?.ok_or(Error::NotFound)?;
    let shipment = ShipmentView::of_row(row)?;
    if !shipment.has_left() {
        return Err(Error::NotDispatched);
    }
    let order = shipment.order_id;
    let fulfilment = store::fulfilment_of_order(db, order).await?.ok_or(Error::NotFound)?;
    let place = store::shipments_of(db, order).await?.iter().position(|row| row.id == id.0).unwrap_or_default() + 1;
    let order_number = fulfilment.order_number.unwrap_or_else(|| order.to_string());
    let name = format!("label-{order_number}-{place}.pdf");
    let address = fulfilment.address.as_deref().map(serde_json::from_str).transpose()?;
    let about = Labelled { shop: shop(shipping).await, order_number, address, shipment, place };
    let written = tokio::task::spawn_blocking(move || label(&about).to_pdf()).await;
    let written = written.map_err(|error| Error::Unwritable(error.to_string()))?;
    let bytes = written.map_err(|error| Error::Unwritable(error.to_string()))?;
    Ok(Printed { name, bytes })
}

/// Who sends; the name from the settings where the shop does not say who it is.
async fn shop(shipping: &Shipping) -> Shop {
    let asked = shipping.rpc.ask(ShopProfile {}).await;
    let said = asked.unwrap_or_else(|error| {
        tracing::warn!(%error, "a label is printed without word of who sends");
        Shop::default()
    });
    if said.name.trim().is_empty() { Shop { name: shipping.shop.to_string(), ..said } } else { said }
}
