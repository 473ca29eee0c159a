//! The address book of each user.

use crate::model::AddressView;
use bodega_contracts::Address;
use bodega_db::{DbError, Row, Tx, params};
use bodega_kernel::UserId;
use uuid::Uuid;

/// How many addresses a user has.
pub(crate) async fn count_addresses(tx: &mut Tx, user: UserId) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM addresses WHERE user_id = $1", &params![user.0]).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// The addresses of a user, oldest first.
pub(crate) async fn list_addresses(tx: &mut Tx, user: UserId) -> Result<Vec<AddressView>, DbError> {
    let sql = "SELECT id, name, line1, line2, city, region, postal_code, country, phone, default_shipping, \
               default_billing, version FROM addresses WHERE user_id = $1 ORDER BY id LIMIT 100";
    tx.query(sql, &params![user.0]).await?.iter().map(read).collect()
}

/// An address of this user, locked until the transaction ends.
pub(crate) async fn lock_address(tx: &mut Tx, user: UserId, id: Uuid) -> Result<Option<AddressView>, DbError> {
    let sql = "SELECT id, name, line1, line2, city, region, postal_code, country, phone, default_shipping, \
               default_billing, version FROM addresses WHERE user_id = $1 AND id = $2 {lock}";
    tx.query_one(sql, &params![user.0, id]).await?.as_ref().map(read).transpose()
}

/// Adds an address.
pub(crate) async fn insert_address(tx: &mut Tx, user: UserId, view: &AddressView) -> Result<(), DbError> {
    let sql = "INSERT INTO addresses (id, user_id, name, line1, line2, city, region, postal_code, country, phone, \
               default_shipping, default_billing, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let Address { name, line1, line2, city, region, postal_code, country, phone } = &view.address;
    let (line2, region, phone) = (line2.as_deref(), region.as_deref(), phone.as_deref());
    let (shipping, billing) = (view.default_shipping, view.default_billing);
    let values = params![
        view.id,
        user.0,
        name,
        line1,
        line2,
        city,
        region,
        postal_code,
        country,
        phone,
        shipping,
        billing,
        view.version
    ];
    tx.execute(sql, &values).await.map(drop)
}

/// Replaces what an address says.
pub(crate) async fn replace_address(tx: &mut Tx, view: &AddressView) -> Result<(), DbError> {
    let sql = "UPDATE addresses SET name = $2, line1 = $3, line2 = $4, city = $5, region = $6, postal_code = $7, \
               country = $8, phone = $9, default_shipping = $10, default_billing = $11, version = $12 WHERE id = $1";
    let Address { name, line1, line2, city, region, postal_code, country, phone } = &view.address;
    let (line2, region, phone) = (line2.as_deref(), region.as_deref(), phone.as_deref());
    let (shipping, billing) = (view.default_shipping, view.default_billing);
    let values = params![
        view.id,
        name,
        line1,
        line2,
        city,
        region,
        postal_code,
        country,
        phone,
        shipping,
        billing,
        view.version
    ];
    tx.execute(sql, &values).await.map(drop)
}

/// Makes room for another default: those of the user that are one of what `view` becomes are none any more.
pub(crate) async fn unset_defaults(tx: &mut Tx, user: UserId, view: &AddressView) -> Result<(), DbError> {
    let shipping = "UPDATE addresses SET default_shipping = FALSE, version = version + 1 \
                    WHERE user_id = $1 AND id <> $2 AND default_shipping";
    let billing = "UPDATE addresses SET default_billing = FALSE, version = version + 1 \
                   WHERE user_id = $1 AND id <> $2 AND default_billing";
    if view.default_shipping {
        tx.execute(shipping, &params![user.0, view.id]).await?;
    }
    if view.default_billing {
        tx.execute(billing, &params![user.0, view.id]).await?;
    }
    Ok(())
}

/// Deletes an address.
pub(crate) async fn delete_address(tx: &mut Tx, id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM addresses WHERE id = $1", &params![id]).await.map(drop)
}

fn read(row: &Row) -> Result<AddressView, DbError> {
    let address = Address {
        name: row.get(1)?,
        line1: row.get(2)?,
        line2: row.get(3)?,
        city: row.get(4)?,
        region: row.get(5)?,
        postal_code: row.get(6)?,
        country: row.get(7)?,
        phone: row.get(8)?,
    };
    let (default_shipping, default_billing) = (row.get(9)?, row.get(10)?);
    Ok(AddressView { id: row.get(0)?, address, default_shipping, default_billing, version: row.get(11)? })
}
