//! Signed reports: what is believed, and what is not.

use bodega_kernel::Time;
use bodega_web::{ReportError, ReportKey};
use std::time::Duration;

const BODY: &[u8] = br#"{"id": "1"}"#;
const NOW: Time = Time::from_ms(1_700_000_000_000);

#[test]
fn a_report_is_believed_for_five_minutes_either_way() {
    let key = ReportKey::new(b"shared");
    let signature = key.sign(NOW, BODY);
    let at = |ms: i64| key.verify(Some(&signature), BODY, Time::from_ms(NOW.ms() + ms));
    assert_eq!((at(0), at(300_000), at(-300_000)), (Ok(()), Ok(()), Ok(())));
    assert_eq!((at(300_001), at(-300_001)), (Err(ReportError::Stale), Err(ReportError::Stale)));
}

#[test]
fn a_signature_is_the_published_hmac() {
    // Computed elsewhere: printf '1700000000.{"id": "1"}' | openssl dgst -sha256 -hmac shared
    let tag = "256f5fb636134cebc4fd2e006db32e3fa9925de96c8f6c89d1a03ce509f41289";
    assert_eq!(ReportKey::new(b"shared").sign(NOW, BODY), format!("t=1700000000,v1={tag}"));
}

#[test]
fn whatever_is_not_signed_by_the_sender_is_refused() {
    let key = ReportKey::new(b"shared");
    let good = key.sign(NOW, BODY);
    let (time, tag) = good.split_once(',').unwrap();
    let other = ReportKey::new(b"other").sign(NOW, BODY);
    let later = good.replace("t=1700000000", "t=1700000001");
    let cut = &good[..good.len() - 1];
    for forged in ["", "v1=", time, tag, &other, &later, cut, "t=now,v1=00", "t=,v1=,,=,"] {
        assert_eq!(key.verify(Some(forged), BODY, NOW), Err(ReportError::BadSignature), "{forged}");
    }
    assert_eq!(key.verify(None, BODY, NOW), Err(ReportError::BadSignature));
    assert_eq!(key.verify(Some(&good), b"{}", NOW), Err(ReportError::BadSignature));
    assert_eq!(key.verify(Some(&good), BODY, NOW.plus(Duration::from_hours(1))), Err(ReportError::Stale));
}

#[test]
fn one_of_two_signatures_is_enough_while_a_secret_changes() {
    let (old, new) = (ReportKey::new(b"old"), ReportKey::new(b"new"));
    let both = format!("{},{}", old.sign(NOW, BODY), new.sign(NOW, BODY).split_once(',').unwrap().1);
    assert_eq!((old.verify(Some(&both), BODY, NOW), new.verify(Some(&both), BODY, NOW)), (Ok(()), Ok(())));
}

#[test]
fn a_signature_holds_for_its_body_its_key_and_five_minutes() {
    let key = ReportKey::new(b"secret");
    let header = key.sign(NOW, b"body");
    let at = |minutes| NOW.plus(Duration::from_mins(minutes));
    assert_eq!(key.verify(Some(&header), b"body", at(5)), Ok(()));
    assert_eq!(key.verify(Some(&header), b"body", at(6)), Err(ReportError::Stale));
    assert_eq!(key.verify(Some(&key.sign(at(6), b"body")), b"body", NOW), Err(ReportError::Stale));
    assert_eq!(key.verify(Some(&header), b"bodies", NOW), Err(ReportError::BadSignature));
    assert_eq!(ReportKey::new(b"other").verify(Some(&header), b"body", NOW), Err(ReportError::BadSignature));
    let moved = header.replace("t=17", "t=18");
    for bad in [None, Some(""), Some("t=1700000000"), Some("t=1,v1=00"), Some("v1=é"), Some(moved.as_str())] {
        assert_eq!(key.verify(bad, b"body", NOW), Err(ReportError::BadSignature), "{bad:?}");
    }
}
