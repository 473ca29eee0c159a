//! Two processes, each the whole shop, on one PostgreSQL and one broker: a thousand at both promise no more than one.
//!
//! The races are those of `races` and `races_claims`; here every contender changes doors between one step and the next.

use crate::{
    rabbitmq::{EMAIL, PASSWORD, create_user, servers, variables},
    races, races_claims,
};
use bodega_e2e::{Doors, Process};
use bodega_testkit::{Backend, Home};

/// Runs a race at the doors of two replicas, where there are the servers for it.
async fn at_two_doors(race: impl AsyncFn(&Doors)) {
    let Some(broker) = servers() else { return };
    let home = Home::new(Backend::Postgres);
    let variables = variables(&home, &broker);
    assert!(create_user(&variables), "the user could not be made");
    let up = || Process::start(&["up", "--listen", "127.0.0.1:0"], &variables).unwrap();
    let replicas = [up(), up()];
    let doors = Doors::open(&[&replicas[0].url, &replicas[1].url], EMAIL, PASSWORD).await.unwrap();
    race(&doors).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_sell_the_last_unit_once() {
    at_two_doors(async |doors: &Doors| races::sell_few_to_many(doors, races::CONTENDERS, 1).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_at_two_replicas_makes_one_order() {
    at_two_doors(races::repeat_one_key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_cart_at_two_replicas_makes_one_order_whatever_the_key() {
    at_two_doors(races::check_one_cart_out).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancel_at_one_replica_against_pay_at_the_other_ends_either_way_with_books_that_agree() {
    at_two_doors(races::cancel_against_pay).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refunds_at_two_replicas_never_exceed_what_was_taken() {
    at_two_doors(races::refund_too_often).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_comes_after_the_cancel_at_another_replica_goes_back_once() {
    at_two_doors(races::capture_after_cancel).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_for_a_hundred_is_used_a_hundred_times_at_two_replicas() {
    at_two_doors(races_claims::use_a_code_up).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn points_are_spent_once_at_two_replicas() {
    at_two_doors(races_claims::spend_points_at_once).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_sent_at_one_replica_while_it_is_cancelled_at_the_other_does_exactly_one_of_both() {
    at_two_doors(races_claims::dispatch_against_cancel).await;
}
