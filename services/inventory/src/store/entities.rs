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
        pub incoming: i64,
        pub safety: i64,
        pub backorder: bool,
        pub backorder_limit: Option<i64>,
        pub low_threshold: Option<i64>,
        pub is_low: bool,
        pub alert: i64,
        pub policy_version: i64,
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
        #[sea_orm(primary_key, auto_increment = false)]
        pub sku: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub location: String,
        pub kind: String,
        pub on_hand_delta: i64,
        pub held_delta: i64,
        pub allocated_delta: i64,
        pub order_id: Option<Uuid>,
        pub orders: Option<String>,
        pub entries: i64,
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

/// Where goods are.
pub(super) mod locations {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "locations")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub name: String,
        pub priority: i64,
        pub enabled: bool,
        pub country: Option<String>,
        pub version: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Goods between locations.
pub(super) mod transfers {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "transfers")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub state: String,
        pub source: String,
        pub target: String,
        pub lines: String,
        pub reference: Option<String>,
        pub actor: String,
        pub sent_ms: i64,
        pub closed_ms: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Where other systems and the books disagree.
pub(super) mod mismatches {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "mismatches")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub source: String,
        pub sku: String,
        pub location: String,
        pub theirs: i64,
        pub ours: i64,
        pub state: String,
        pub actor: Option<String>,
        pub found_ms: i64,
        pub closed_ms: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
