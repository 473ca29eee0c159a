//! A process ends at every point of sending: the next one repeats the mail, and it can be seen that it is a repeat.

use crate::{
    inbox::{Inbox, Served, address},
    setup::{LEASE_OVER, Shop},
};
use bodega_service::Job;
use bodega_testkit::stories;
use serde_json::Value;
use std::{collections::BTreeSet, future::poll_fn, pin::pin, task::Poll, time::Duration};

stories!(a_crash_at_any_point_keeps_one_mail, a_crash_at_any_point_repeats_under_the_same_message_id);

/// After this long a server has answered.
const ANSWERED: Duration = Duration::from_millis(100);

/// Takes a job's step up to its `points`th rest and no further, as a power cut would: what it waits for there happens
/// without it. Whether it came to its end before.
async fn cut(job: &Job, points: usize) -> bool {
    let mut step = pin!(job.step());
    let mut rests = 0;
    let ended = poll_fn(|context| {
        if rests == points {
            return Poll::Ready(false);
        }
        rests += 1;
        step.as_mut().poll(context).map(|_| true)
    });
    let ended = ended.await;
    // Whoever was asked something answers before they see that nobody is there any more.
    tokio::time::sleep(ANSWERED).await;
    ended
}

async fn a_crash_at_any_point_keeps_one_mail(shop: &Shop) {
    for points in 0.. {
        let order = shop.order();
        shop.deliver(vec![shop.confirmed(order)]).await;
        let ended = cut(&shop.job("mails"), points).await;
        shop.send_all().await;
        shop.clock.advance(LEASE_OVER);
        shop.send_all().await;
        assert_eq!(shop.mail(&format!("order={order}")).await["state"], "sent", "cut at {points}");
        let kept = shop.mailbox().await;
        let to = format!("{order}@example.com");
        assert_eq!(kept.iter().filter(|mail| mail["to"] == *to).count(), 1, "cut at {points}");
        if ended {
            assert!(points > 0, "it was not cut at all");
            return;
        }
    }
}

async fn a_crash_at_any_point_repeats_under_the_same_message_id(Served(shop): &Served) {
    let Some(inbox) = Inbox::here() else { return };
    // Where it rests differs a little from run to run, so that one pass may miss the moment after the server's answer.
    for _ in 0..20 {
        let mut repeats = 0;
        for points in 0.. {
            let (ended, came) = send_with_a_cut(shop, &inbox, points).await;
            repeats += usize::from(came > 1);
            if ended {
                break;
            }
        }
        if repeats > 0 {
            return;
        }
    }
    panic!("it was never cut between sending and recording");
}

/// Whether the first process came to its end, and how often the mail arrived.
async fn send_with_a_cut(shop: &Shop, inbox: &Inbox, points: usize) -> (bool, usize) {
    let email = address("crash");
    let order = shop.order_of(&email);
    shop.deliver(vec![shop.confirmed(order)]).await;
    let ended = cut(&shop.job("mails"), points).await;
    shop.clock.advance(LEASE_OVER);
    shop.send_all().await;
    let mail = shop.mail(&format!("order={order}")).await;
    assert_eq!(mail["state"], "sent", "cut at {points}");
    let came = inbox.messages(&email).await;
    let ids: BTreeSet<&str> = came.iter().map(|message| message["message_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1, "cut at {points}: {came:?}");
    assert_eq!(ids.first().copied(), shop.in_full(&mail).await["message_id"].as_str());
    let same = |message: &Value| message["parts"] == came[0]["parts"] && message["headers"] == came[0]["headers"];
    assert!(came.iter().all(same), "cut at {points}: {came:?}");
    (ended, came.len())
}
