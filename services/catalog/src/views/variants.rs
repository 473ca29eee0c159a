//! What SKUs stand for.

use bodega_contracts::ProductId;
use bodega_kernel::Sku;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Variants by SKU.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "sku": "SHIRT-S", "product_id": "01890a5d-ac96-774b-bcce-b302099a8057", "slug": "ocean-blue-shirt",
    "name": "Ocean Blue Shirt", "image": null, "options": {"Size": "Small"}, "sold": true
}]}))]
pub(crate) struct NamedVariants {
    /// In the order they were named.
    pub(crate) items: Vec<NamedVariant>,
}

/// A variant, as carts and orders show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NamedVariant {
    /// As it was asked for.
    pub(crate) sku: Sku,
    /// Of which product.
    pub(crate) product_id: ProductId,
    /// Its part of an address.
    pub(crate) slug: String,
    /// The product's name.
    pub(crate) name: String,
    /// The address of the product's first picture.
    pub(crate) image: Option<String>,
    /// A value for each option of the product.
    pub(crate) options: BTreeMap<String, String>,
    /// Whether the product is for sale; where it is not, it has no page.
    pub(crate) sold: bool,
}
