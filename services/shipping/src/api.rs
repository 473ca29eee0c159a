//! The routes: fulfilments and their parcels, ways of shipping, reports of carriers.

mod fulfilments;
mod methods;
mod shipments;
mod webhooks;

use crate::{Shipping, error::Error, flows::Given};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bodega_web::{answer_again, etag, layers::body_limit};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Bytes of the largest body: a parcel of 1,000 lines with the longest SKUs.
const MAX_BODY_BYTES: usize = 512 * 1024;

/// All routes.
pub(crate) fn routes(shipping: Shipping) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(fulfilments::list_fulfilments))
        .routes(routes!(fulfilments::get_fulfilment))
        .routes(routes!(fulfilments::get_packing_list))
        .routes(routes!(fulfilments::list_order_fulfilments))
        .routes(routes!(fulfilments::mark_ready))
        .routes(routes!(fulfilments::collect_fulfilment))
        .routes(routes!(fulfilments::release_hold))
        .routes(routes!(shipments::dispatch_fulfilment))
        .routes(routes!(shipments::dispatch_order))
        .routes(routes!(shipments::get_shipment))
        .routes(routes!(shipments::get_label))
        .routes(routes!(shipments::mark_delivered))
        .routes(routes!(methods::list_methods, methods::create_method))
        .routes(routes!(methods::get_method, methods::change_method, methods::disable_method))
        .layer(body_limit(MAX_BODY_BYTES))
        .merge(webhooks::routes())
        .with_state(shipping)
}

impl IntoResponse for Given {
    fn into_response(self) -> Response {
        let (answer, version) = match self {
            Self::Again(answer) => return answer_again(answer),
            Self::Now(answer, version) => (answer, version),
        };
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response();
        if let Some(version) = version {
            response.headers_mut().insert(header::ETAG, etag(version));
        }
        response
    }
}

/// A whole fulfilment from its row.
async fn whole(shipping: &Shipping, row: crate::store::FulfilmentRow) -> Result<crate::views::FulfilmentView, Error> {
    use crate::{store, views};
    let (db, order) = (shipping.db.reader(), bodega_contracts::OrderId(row.order_id));
    let lines = store::parts_of(&row)?;
    let shipments = store::shipments_of(db, order).await?;
    let shipments = shipments.into_iter().map(views::ShipmentView::of_row).collect::<Result<_, _>>()?;
    let shipping_address = row.address.as_deref().map(serde_json::from_str).transpose()?;
    Ok(views::FulfilmentView { brief: views::FulfilmentBrief::of_row(row)?, shipping_address, lines, shipments })
}
