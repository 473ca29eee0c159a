//! Asks the owners once for a whole batch of mails: for all of its orders, then for all of its readers. Never in a
//! transaction. What cannot be answered about one of them stops no other.

use super::{
    gather::{Trouble, later},
    naming::shop_name,
};
use crate::{
    Notifications,
    model::{About, Kind, Params},
};
use bodega_contracts::{
    OrderId,
    identity::{Contact, UserContacts},
    orders::{Details, OrdersDetails},
};
use bodega_kernel::UserId;
use bodega_rpc::RpcError;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// What a mail is, who is asked about it, and what its event said.
pub(super) type Asked<'a> = (Kind, &'a About, &'a Params);

type Orders = HashMap<OrderId, Result<Option<Arc<Details>>, RpcError>>;
type Contacts = HashMap<UserId, Result<Option<Contact>, RpcError>>;

/// What the owners answered about a batch of mails.
#[derive(Debug)]
pub(super) struct Answered {
    shop: Arc<str>,
    orders: Orders,
    contacts: Contacts,
}

impl Answered {
    /// Asks about these mails. Links and carts are asked for when their mail is written: they are for one mail alone.
    pub(super) async fn about(state: &Notifications, mails: &[Asked<'_>]) -> Self {
        let usual = || mails.iter().filter(|(kind, _, params)| !is_asked_alone(*kind, params));
        let ids: BTreeSet<OrderId> = usual().filter_map(|(_, about, _)| about.order).collect();
        let orders = ask_orders(state, &Vec::from_iter(ids)).await;
        let buyer = |about: &About| orders.get(&about.order?)?.as_ref().ok()?.as_ref()?.customer_id;
        let reader = |about: &About, params: &Params| about.user.or(params.reader).or_else(|| buyer(about));
        let readers: BTreeSet<UserId> = usual()
            .filter(|(kind, ..)| !kind.is_for_staff())
            .filter_map(|(_, about, params)| reader(about, params))
            .collect();
        let contacts = ask_contacts(state, &Vec::from_iter(readers)).await;
        Self { shop: shop_name(state).await, orders, contacts }
    }

    /// What the shop is called.
    pub(super) fn shop(&self) -> Arc<str> {
        Arc::clone(&self.shop)
    }

    /// An order of the batch.
    pub(super) fn order(&self, id: OrderId) -> Result<Arc<Details>, Trouble> {
        match self.orders.get(&id) {
            Some(Ok(Some(details))) => Ok(Arc::clone(details)),
            Some(Ok(None)) => Err(Trouble::Never(format!("there is no order {id}"))),
            Some(Err(error)) => Err(later(error)),
            None => Err(Trouble::Later(format!("nobody was asked for order {id}"))),
        }
    }

    /// A reader of the batch.
    pub(super) fn contact(&self, user: UserId) -> Result<&Contact, Trouble> {
        match self.contacts.get(&user) {
            Some(Ok(Some(contact))) => Ok(contact),
            Some(Ok(None)) => Err(Trouble::Never(format!("there is no user {user}"))),
            Some(Err(error)) => Err(later(error)),
            None => Err(Trouble::Later(format!("nobody was asked for user {user}"))),
        }
    }
}

/// Whether what a mail says is asked for when it is written.
const fn is_asked_alone(kind: Kind, params: &Params) -> bool {
    params.cart.is_some() || kind.page().is_some() && params.request.is_some()
}

async fn ask_orders(state: &Notifications, ids: &[OrderId]) -> Orders {
    let (mut orders, mut left) = (Orders::with_capacity(ids.len()), ids);
    while let Some((first, others)) = left.split_first() {
        let order_ids = left[..left.len().min(OrdersDetails::MOST)].to_vec();
        match state.rpc.ask(OrdersDetails { order_ids }).await {
            // An answer that would be too long ends early.
            Ok(answers) if (1..=left.len()).contains(&answers.len()) => {
                let (answered, rest) = left.split_at(answers.len());
                orders.extend(answered.iter().copied().zip(answers.into_iter().map(|one| Ok(one.map(Arc::new)))));
                left = rest;
            }
            Ok(answers) => {
                let error = RpcError::Refused(format!("{} answers about {} orders", answers.len(), left.len()));
                orders.insert(*first, Err(error));
                left = others;
            }
            Err(error @ RpcError::Refused(_)) => {
                orders.insert(*first, Err(error));
                left = others;
            }
            Err(error @ RpcError::Unavailable(_)) => {
                orders.extend(left.iter().map(|id| (*id, Err(error.clone()))));
                left = &[];
            }
        }
    }
    orders
}

async fn ask_contacts(state: &Notifications, ids: &[UserId]) -> Contacts {
    let mut contacts = Contacts::with_capacity(ids.len());
    for user_ids in ids.chunks(UserContacts::MOST) {
        match state.rpc.ask(UserContacts { user_ids: user_ids.to_vec() }).await {
            Ok(answers) => contacts.extend(user_ids.iter().copied().zip(answers.into_iter().map(Ok))),
            Err(error) => contacts.extend(user_ids.iter().map(|user| (*user, Err(error.clone())))),
        }
    }
    contacts
}
