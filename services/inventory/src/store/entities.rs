//! The tables as `SeaORM` reads them. They are written by the statements of `store` alone.

/// What is there of a SKU.
pub(super) mod stock {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "stock")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sku: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub location: String,
        pub on_hand: i64,
        pub held: i64,
        pub allocated: i64,
        pub safety: i64,
        pub backorder: bool,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The ledger.
pub(super) mod movements {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "movements")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub sku: String,
        pub location: String,
        pub kind: String,
        pub on_hand_delta: i64,
        pub held_delta: i64,
        pub allocated_delta: i64,
        pub order_id: Option<Uuid>,
        pub reason: Option<String>,
        pub reference: Option<String>,
        pub actor: Option<String>,
        pub at_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is reserved for orders.
pub(super) mod reservations {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "reservations")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub state: String,
        pub lines: String,
        pub short: Option<String>,
        pub shipped: Option<String>,
        pub version: i64,
        pub at_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
