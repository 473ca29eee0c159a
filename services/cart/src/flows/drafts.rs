//! What staff do with drafts: carts that they make for somebody, with prices of their own. They are placed as any cart is
//! bought.

use super::{Contents, Purchase, Reply, Typed, Wish, asking, check_out, look, submit};
use crate::{
    Carts,
    error::Error,
    model::{Access, Cart, Given, Status},
    store,
    views::{CartView, DraftSummary, DraftView},
};
use bodega_contracts::{CartId, identity::UserContact};
use bodega_db::IdempotencyKey;
use bodega_kernel::{Page, PageLimit, UserId};

/// Staff at their desk, whoever they are: what they make is not theirs.
const DESK: Access = Access { user: None, token: None, desk: true };

/// How a draft is to be placed, checked.
#[derive(Clone, Debug)]
pub(crate) struct DraftPlaced {
    /// How it is paid.
    pub payment_method: Option<String>,
    /// The version that is meant.
    pub version: Option<i64>,
}

/// Makes a draft.
pub(crate) async fn open_draft(
    carts: &Carts,
    key: Option<IdempotencyKey>,
    contents: Contents,
    typed: Typed,
) -> Result<Reply, Error> {
    let (contents, typed) = written_to(carts, contents, typed).await?;
    super::open(carts, DESK, key, contents, typed).await
}

/// Changes a draft that is still in the version it was read in.
pub(crate) async fn change_draft(
    carts: &Carts,
    key: Option<IdempotencyKey>,
    (cart, read_version): (CartId, Option<i64>),
    contents: Contents,
    typed: Typed,
) -> Result<Reply, Error> {
    let (contents, typed) = written_to(carts, contents, typed).await?;
    let answers = asking::ask_for(carts, DESK, cart, typed).await?;
    submit(carts, DESK, key, Wish::Change { cart, read_version, contents, answers }).await
}

/// Deletes a draft that became no order.
pub(crate) async fn discard_draft(carts: &Carts, cart: CartId, read_version: Option<i64>) -> Result<(), Error> {
    submit(carts, DESK, None, Wish::Discard { cart, read_version }).await.map(drop)
}

/// Makes an order of a draft.
pub(crate) async fn place_draft(
    carts: &Carts,
    key: IdempotencyKey,
    cart: CartId,
    placed: DraftPlaced,
) -> Result<Reply, Error> {
    let DraftPlaced { payment_method, version } = placed;
    check_out(carts, DESK, key, cart, Purchase { payment_method, version, accepted_terms: None }).await
}

/// Reads a draft at present prices.
pub(crate) async fn read_draft(carts: &Carts, id: CartId) -> Result<Box<DraftView>, Error> {
    let (cart, quote) = look(carts, DESK, id).await?;
    DraftView::of(&cart, CartView::of(&cart, &quote)).map_err(|_| Error::CartNotFound)
}

/// Lists drafts, newest first.
pub(crate) async fn list_drafts(
    carts: &Carts,
    status: Option<Status>,
    before: Option<CartId>,
    limit: PageLimit,
) -> Result<Page<DraftSummary>, Error> {
    let drafts = store::read_drafts(carts.db.reader(), status, before, limit.and_one()).await?;
    let page: Page<Cart> = Page::of(drafts, limit, |cart| cart.id);
    Ok(page.map(|cart| DraftSummary::of(&cart)))
}

/// A customer who is named without an address is written to where their account says.
async fn written_to(carts: &Carts, mut contents: Contents, mut typed: Typed) -> Result<(Contents, Typed), Error> {
    let named = contents.desk.as_ref().and_then(|change| change.customer.value()).copied();
    if let Some(user) = named {
        let email = contact(carts, user).await?;
        if contents.details.email == Given::Kept {
            contents.details.email = Given::Set(email.clone());
            typed.email = Given::Set(email);
        }
    }
    Ok((contents, typed))
}

async fn contact(carts: &Carts, user_id: UserId) -> Result<String, Error> {
    let contact = carts.rpc.ask(UserContact { user_id }).await;
    let contact = contact.map_err(|error| Error::Unanswered(error.to_string()))?;
    contact.map(|contact| contact.email).ok_or(Error::CustomerUnknown)
}
