//! What happens to an order, as it happens: the events of the API, passed on to whoever may see the order.

use super::ask;
use crate::pages::ways::id;
use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use bodega_pages::{Fault, Visit};
use futures_util::{Stream, StreamExt, stream};
use std::convert::Infallible;

/// A longer line is passed on as it comes.
const LONGEST_LINE: usize = 64 * 1024;
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// `GET /orders/{id}/live`
pub(crate) async fn follow(visit: Visit, Path(order): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    let asked = ask(&visit, Method::GET, id(&order)?, "/events");
    let asked = match headers.get(&LAST_EVENT).and_then(|last| last.to_str().ok()) {
        Some(last) => asked.header(LAST_EVENT, last),
        None => asked,
    };
    let body = unnamed(asked.pass().await?.into_body());
    let told = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies in front of the shop hold nothing back.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((told, Body::from_stream(body)).into_response())
}

/// The events without their names: the script of the pages hears messages of any kind.
fn unnamed(body: Body) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let chunks = body.into_data_stream();
    stream::unfold((chunks, Vec::new()), |(mut chunks, mut begun)| async move {
        match chunks.next().await {
            Some(Ok(chunk)) => {
                begun.extend_from_slice(&chunk);
                let whole = whole_lines(&mut begun);
                Some((Ok(whole), (chunks, begun)))
            }
            Some(Err(_)) | None if begun.is_empty() => None,
            Some(Err(_)) | None => Some((Ok(Bytes::from(std::mem::take(&mut begun))), (chunks, begun))),
        }
    })
    .filter(|chunk: &Result<Bytes, Infallible>| {
        let is_some = chunk.as_ref().is_ok_and(|bytes| !bytes.is_empty());
        async move { is_some }
    })
}

/// The lines that have ended, but those that name an event; what has only begun stays.
fn whole_lines(begun: &mut Vec<u8>) -> Bytes {
    let end = begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let end = if begun.len() > LONGEST_LINE { begun.len() } else { end };
    let rest = begun.split_off(end);
    let lines = std::mem::replace(begun, rest);
    let kept = lines.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"event:"));
    kept.flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_comes_in_pieces_loses_its_name_alone() {
        let mut begun = b"event: conf".to_vec();
        assert!(whole_lines(&mut begun).is_empty());
        begun.extend_from_slice(b"irmed\nid: 3\ndata: {\"what\":");
        assert_eq!(&*whole_lines(&mut begun), b"id: 3\n");
        begun.extend_from_slice(b"\"confirmed\"}\n\n:\n\n");
        assert_eq!(&*whole_lines(&mut begun), b"data: {\"what\":\"confirmed\"}\n\n:\n\n");
    }
}
