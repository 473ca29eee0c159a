//! The tables as `SeaORM` reads them. They are written by the statements of `store` alone.

/// Promotions.
pub(super) mod promotions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "promotions")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub version: i64,
        pub enabled: bool,
        pub most: Option<i64>,
        pub most_per_customer: Option<i64>,
        pub counts_uses: bool,
        pub counts_customers: bool,
        pub promotion: String,
        pub created_ms: i64,
        pub updated_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Codes.
pub(super) mod codes {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "codes")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub code: String,
        pub promotion_id: Uuid,
        pub most: Option<i64>,
        pub enabled: bool,
        pub created_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl Related<super::promotions::Entity> for Entity {
        fn to() -> RelationDef {
            let belongs_to = Self::belongs_to(super::promotions::Entity);
            belongs_to.from(Column::PromotionId).to(super::promotions::Column::Id).into()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Counters.
pub(super) mod counters {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "counters")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub promotion_id: Uuid,
        pub kind: String,
        pub used: i64,
        pub most: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What orders claimed.
pub(super) mod orders {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "orders")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub state: String,
        pub claims: String,
        pub held: String,
        pub refused_code: Option<String>,
        pub refused_reason: Option<String>,
        pub version: i64,
        pub at_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
