//! Entities, and reading outside of transactions.

use super::staff::listed;
use crate::{
    error::Error,
    model::{self, Session, UserView},
};
use bodega_contracts::identity::Contact;
use bodega_db::{Db, DbError};
use bodega_kernel::{Page, PageLimit, Role, Time, UserId};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LikeExpr},
};
use std::collections::HashMap;
use uuid::Uuid;

mod user {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub email: String,
        pub email_verified_ms: Option<i64>,
        pub name: Option<String>,
        pub phone: Option<String>,
        pub birthday: Option<String>,
        pub language: Option<String>,
        pub avatar: Option<String>,
        pub password_hash: String,
        pub disabled: bool,
        pub created_ms: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod user_role {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "user_roles")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod staff_role {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff_roles")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub permissions: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod staff_role_holder {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "staff_role_holders")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub user_id: Uuid,
        pub role_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod session {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub user_id: Uuid,
        pub generation: i64,
        pub rotated_ms: i64,
        pub expires_ms: i64,
        pub revoked_ms: Option<i64>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a log-in is checked against.
pub(crate) struct Credentials {
    /// Whose.
    pub(crate) id: UserId,
    /// As a PHC string.
    pub(crate) password_hash: String,
    /// Whether they are kept from logging in.
    pub(crate) disabled: bool,
}

/// What a log-in with this address is checked against.
pub(crate) async fn find_credentials(db: &Db, email: &str) -> Result<Option<Credentials>, Error> {
    let row = user::Entity::find().filter(user::Column::Email.eq(email)).one(db.reader()).await.map_err(away)?;
    Ok(row.map(credentials))
}

/// What the password of a user is checked against.
pub(crate) async fn find_credentials_of(db: &Db, user: UserId) -> Result<Option<Credentials>, Error> {
    let row = user::Entity::find_by_id(user.0).one(db.reader()).await.map_err(away)?;
    Ok(row.map(credentials))
}

fn credentials(row: user::Model) -> Credentials {
    Credentials { id: UserId(row.id), password_hash: row.password_hash, disabled: row.disabled }
}

/// How users are written to; those that do not exist are left out.
pub(crate) async fn find_contacts(db: &Db, users: &[UserId]) -> Result<HashMap<UserId, Contact>, Error> {
    use user::Column::{Email, Id, Language, Name};
    let found = user::Entity::find().select_only().columns([Id, Email, Name, Language]);
    let found = found.filter(Id.is_in(users.iter().map(|user| user.0))).into_tuple();
    let rows: Vec<(Uuid, String, Option<String>, Option<String>)> = found.all(db.reader()).await.map_err(away)?;
    let contact = |(id, email, name, language)| (UserId(id), Contact { email, name, language });
    Ok(rows.into_iter().map(contact).collect())
}

/// A user with their roles.
pub(crate) async fn find_user(db: &Db, user: UserId) -> Result<Option<UserView>, Error> {
    let Some(row) = user::Entity::find_by_id(user.0).one(db.reader()).await.map_err(away)? else { return Ok(None) };
    Ok(Some(view(row, find_roles(db, user).await?, find_staff_role(db, user).await?)))
}

async fn find_staff_role(db: &Db, user: UserId) -> Result<Option<Uuid>, Error> {
    let held = staff_role_holder::Entity::find_by_id(user.0).one(db.reader()).await.map_err(away)?;
    Ok(held.map(|held| held.role_id))
}

/// What the staff role of a user permits, if they hold one.
pub(crate) async fn find_permissions(db: &Db, user: UserId) -> Result<Option<Vec<String>>, Error> {
    let Some(role) = find_staff_role(db, user).await? else { return Ok(None) };
    let role = staff_role::Entity::find_by_id(role).one(db.reader()).await.map_err(away)?;
    Ok(Some(role.map(|role| listed(&role.permissions)).unwrap_or_default()))
}

/// The roles of a user, sorted.
pub(crate) async fn find_roles(db: &Db, user: UserId) -> Result<Vec<Role>, Error> {
    let query = user_role::Entity::find().filter(user_role::Column::UserId.eq(user.0)).limit(10);
    let rows = query.all(db.reader()).await.map_err(away)?;
    Ok(model::roles(rows.iter().map(|row| row.role.as_str())))
}

/// A session of a user who is enabled.
pub(crate) async fn find_session(db: &Db, id: Uuid, user: UserId) -> Result<Option<Session>, Error> {
    let query = session::Entity::find_by_id(id).filter(session::Column::UserId.eq(user.0));
    let Some(row) = query.one(db.reader()).await.map_err(away)? else { return Ok(None) };
    let enabled = user::Entity::find_by_id(user.0).filter(user::Column::Disabled.eq(false));
    if enabled.one(db.reader()).await.map_err(away)?.is_none() {
        return Ok(None);
    }
    Ok(Some(Session {
        generation: row.generation,
        rotated: Time::from_ms(row.rotated_ms),
        expires: Time::from_ms(row.expires_ms),
        revoked: row.revoked_ms.map(Time::from_ms),
    }))
}

/// A page of users by id, which is the order they came in.
pub(crate) async fn list_users(
    db: &Db,
    email: Option<&str>,
    after: Option<UserId>,
    limit: PageLimit,
    count: bool,
) -> Result<Page<UserView>, Error> {
    let mut query = user::Entity::find();
    if let Some(part) = email {
        let literal = part.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query = query.filter(Expr::col(user::Column::Email).like(LikeExpr::new(format!("%{literal}%")).escape('\\')));
    }
    let total = if count { Some(query.clone().count(db.reader()).await.map_err(away)?) } else { None };
    if let Some(after) = after {
        query = query.filter(user::Column::Id.gt(after.0));
    }
    let query = query.order_by_asc(user::Column::Id).limit(limit.and_one());
    let rows = query.all(db.reader()).await.map_err(away)?;
    let page = Page::of(rows, limit, |row| row.id);
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id).collect();
    let roles = user_role::Entity::find().filter(user_role::Column::UserId.is_in(ids.clone())).limit(1_000);
    let mut words: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in roles.all(db.reader()).await.map_err(away)? {
        words.entry(row.user_id).or_default().push(row.role);
    }
    let held = staff_role_holder::Entity::find().filter(staff_role_holder::Column::UserId.is_in(ids)).limit(1_000);
    let held = held.all(db.reader()).await.map_err(away)?;
    let held: HashMap<Uuid, Uuid> = held.into_iter().map(|row| (row.user_id, row.role_id)).collect();
    let mut page = page.map(|row| {
        let roles = words.remove(&row.id).unwrap_or_default();
        let staff_role = held.get(&row.id).copied();
        view(row, model::roles(roles.iter().map(String::as_str)), staff_role)
    });
    page.total = total;
    Ok(page)
}

fn view(row: user::Model, roles: Vec<Role>, staff_role_id: Option<Uuid>) -> UserView {
    UserView {
        id: UserId(row.id),
        email: row.email,
        email_verified: row.email_verified_ms.is_some(),
        name: row.name,
        phone: row.phone,
        birthday: row.birthday,
        language: row.language,
        avatar: model::avatar_path(row.avatar),
        roles,
        staff_role_id,
        disabled: row.disabled,
        created_at: Time::from_ms(row.created_ms),
    }
}

/// The database did not answer.
pub(super) fn away(error: DbErr) -> Error {
    Error::Db(DbError::from(error))
}
