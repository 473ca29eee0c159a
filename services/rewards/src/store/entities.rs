//! The tables as `SeaORM` reads them. They are written by the statements of `store` alone.

/// The figures of customers.
pub(super) mod accounts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "accounts")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        pub spendable: i64,
        pub held: i64,
        pub pending: i64,
        pub debt: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The ledger.
pub(super) mod entries {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "entries")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub user_id: Uuid,
        pub kind: String,
        pub order_id: Option<Uuid>,
        pub step: i64,
        pub spendable: i64,
        pub held: i64,
        pub pending: i64,
        pub debt: i64,
        pub reason: Option<String>,
        pub actor: Option<String>,
        pub at_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
