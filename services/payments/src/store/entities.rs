//! The tables as `SeaORM` reads them.
#![expect(unreachable_pub, reason = "the derive makes public types of them; the module is private")]

pub(super) mod payments {
    //! Payments.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        pub payment_id: Uuid,
        pub due: bool,
        pub amount: i64,
        pub currency: String,
        pub deadline_ms: Option<i64>,
        pub state: String,
        pub cancelled: bool,
        pub authorized: i64,
        pub captured: i64,
        pub refunded: i64,
        pub tendered: i64,
        pub credited: i64,
        pub disputed: i64,
        pub dispute: Option<String>,
        pub taken_back: i64,
        pub written_off: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod attempts {
    //! Attempts.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub attempt: i64,
        pub method: String,
        pub provider: String,
        pub amount: i64,
        pub currency: String,
        pub status: String,
        pub task: Option<String>,
        pub captured: i64,
        pub surplus: bool,
        pub provider_ref: Option<String>,
        pub action_url: Option<String>,
        pub code: Option<String>,
        pub flag: Option<String>,
        pub created_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod refunds {
    //! Refunds.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "refunds")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub refund_id: Uuid,
        pub order_id: Uuid,
        pub attempt: i64,
        pub amount: i64,
        pub currency: String,
        pub origin: String,
        pub reason: String,
        pub status: String,
        pub credited: i64,
        pub code: Option<String>,
        pub created_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod ledger {
    //! The ledger.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ledger")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry: String,
        pub account: String,
        pub amount: i64,
        pub counter: String,
        pub counter_amount: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod simulator_charges {
    //! The simulator's own books.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "simulator_charges")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub attempt: i64,
        pub captured: i64,
        pub refunded: i64,
        pub lost: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod tenders {
    //! Gift cards and store credit that pay.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "tenders")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub order_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub holder: String,
        pub label: String,
        pub amount: i64,
        pub state: String,
        pub returned: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod gift_cards {
    //! Gift cards.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "gift_cards")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub card_id: Uuid,
        pub label: String,
        pub amount: i64,
        pub currency: String,
        pub ends_ms: Option<i64>,
        pub email: Option<String>,
        pub disabled: bool,
        pub created_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod balances {
    //! What can be spent.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "balances")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        pub balance: i64,
        pub currency: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
