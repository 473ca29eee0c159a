//! The tables as the ORM reads them. They are written by the statements of `store` alone.
#![expect(unreachable_pub, reason = "the ORM's derives need `pub`")]

/// What is to leave of an order, and how far that is.
pub(super) mod fulfilments {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fulfilments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub id: Uuid,
        pub state: String,
        pub confirmed: bool,
        pub handover: String,
        pub ending: String,
        pub pieces: i64,
        pub claimed: i64,
        pub dispatched: i64,
        pub delivered: i64,
        pub dispute: Option<String>,
        pub released: Option<String>,
        pub order_number: Option<String>,
        pub customer_id: Option<Uuid>,
        pub method: Option<String>,
        pub address: Option<String>,
        pub lines: Option<String>,
        pub version: i64,
        pub at_ms: i64,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Parcels.
pub(super) mod shipments {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shipments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub order_id: Uuid,
        pub state: String,
        pub carrier: String,
        pub carrier_name: String,
        pub tracking_number: Option<String>,
        pub tracking_url: Option<String>,
        pub lines: String,
        pub pieces: i64,
        pub words: Option<String>,
        pub failure: Option<String>,
        pub made_ms: i64,
        pub dispatched_ms: Option<i64>,
        pub delivered_ms: Option<i64>,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Ways of shipping.
pub(super) mod methods {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "shipping_methods")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub version: i64,
        pub enabled: bool,
        pub name: String,
        pub rate: String,
        pub free_above: Option<i64>,
        pub countries: String,
        pub tax_rate_bp: i64,
        pub currency: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
