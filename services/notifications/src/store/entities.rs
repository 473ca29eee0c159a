//! The tables as `SeaORM` reads them. They are written by the statements of `store` alone.

/// The queue, and what became of each mail.
pub(super) mod mails {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "mails")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub kind: String,
        pub order_id: Option<Uuid>,
        pub user_id: Option<Uuid>,
        pub recipient: Option<String>,
        pub title: Option<String>,
        pub language: Option<String>,
        pub params: String,
        pub state: String,
        pub due_ms: Option<i64>,
        pub lease: Option<Uuid>,
        pub attempts: i64,
        pub resends: i64,
        pub error: Option<String>,
        pub created_ms: i64,
        pub sent_ms: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The log.
pub(super) mod attempts {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "attempts")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub mail_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub outcome: String,
        pub detail: Option<String>,
        pub started_ms: i64,
        pub ended_ms: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What stayed here.
pub(super) mod mailbox {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "mailbox")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        pub mail_id: Uuid,
        pub message_id: String,
        pub sender: String,
        pub recipient: String,
        pub title: String,
        pub text_part: String,
        pub html_part: String,
        pub private: bool,
        pub at_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
