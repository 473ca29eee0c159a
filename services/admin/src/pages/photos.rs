//! The photos of a product: several uploaded at once, of which one at a time is in memory; described, put in order,
//! taken away.

use super::{
    forms::{belongs_to_form, in_words, tell, told},
    products::{Photo, Product},
};
use crate::model::{Filled, Id, address};
use axum::{
    Router,
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::Method,
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use bodega_pages::{Fault, Visit, parts};
use bytes::{Bytes, BytesMut};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Bytes of the longest photo, as the API takes it.
const MAX_PHOTO: usize = 20 * 1024 * 1024;
/// The most photos of one upload.
const MAX_FILES: usize = 10;

/// The forms of photos.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/admin/products/{id}/photos", post(upload))
        .route("/admin/products/{id}/photos/change", post(change))
}

/// The photos of a product with all that can be done to them.
pub(super) fn section(product: &Product) -> Markup {
    let action = format!("/admin/products/{}/photos", product.id);
    html! {
        section.panel.stack id="photos" {
            h2 { "Photos" }
            @if product.photos.is_empty() { p.muted { "There are none yet. The first one stands for the product in lists." } }
            ol.thumbs {
                @for (place, photo) in product.photos.iter().enumerate() {
                    li id={ "photo-" (place + 1) } { (one(product, &action, place, photo)) }
                }
            }
            form.form id="upload" method="post" action=(action) enctype="multipart/form-data" {
                (parts::field(&parts::Field {
                    name: "alt", label: "What they show", max: Some(1_000),
                    hint: "For those who do not see them; empty: the name of the product.", ..parts::Field::default()
                }))
                label.drop data-drop {
                    span { "JPEG, PNG, WebP or GIF, at most 20 MB each and ten at once" }
                    input type="file" name="photos" multiple required
                        accept="image/jpeg,image/png,image/webp,image/gif" aria-label="Photos";
                }
                (parts::submit("Upload"))
            }
        }
    }
}

fn one(product: &Product, action: &str, place: usize, photo: &Photo) -> Markup {
    let (number, alt) = (place + 1, format!("alt-{place}"));
    html! {
        (parts::thumbnail(Some(&photo.url), &photo.alt))
        form.form method="post" action={ (action) "/change" } {
            (parts::hidden("version", &product.version.to_string()))
            (parts::hidden("place", &place.to_string()))
            (parts::hidden("url", &photo.url))
            div.field {
                label for=(alt) { "Photo " (number) " shows" }
                input id=(alt) name="alt" value=(photo.alt) maxlength="1000";
            }
            div.row {
                button.button.is-quiet.is-small type="submit" name="do" value="describe" { "Save text" }
                @if place > 0 {
                    button.button.is-quiet.is-small type="submit" name="do" value="up" aria-label={ "Photo " (number) " forward" } { "↑" }
                }
                @if number < product.photos.len() {
                    button.button.is-quiet.is-small type="submit" name="do" value="down" aria-label={ "Photo " (number) " back" } { "↓" }
                }
                button.button.is-quiet.is-small type="submit" name="do" value="remove" aria-label={ "Remove photo " (number) } { "Remove" }
            }
        }
    }
}

/// Photos were sent. Those that can be taken are, whatever becomes of the others.
async fn upload(visit: Visit, id: Id, request: Request) -> Result<Response, Fault> {
    let product: Product = visit.get(format!("/v1/products/{id}")).await?;
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Fault::of(415, "no_multipart_form"))?;
    let (mut alt, mut added, mut refused) = (String::new(), 0, Vec::new());
    let mut files = 0;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => {
                refused.push("The upload ended early, or was too long as a whole.".to_owned());
                break;
            }
        };
        let name = field.file_name().unwrap_or_default().to_owned();
        match field.name() {
            Some("alt") => alt = bounded(field, 4_000).await.map(|text| text_of(&text)).unwrap_or_default(),
            Some("photos") if !name.is_empty() => {
                files += 1;
                if files > MAX_FILES {
                    refused.push(format!("Only {MAX_FILES} photos at once: {name} and those behind it were left out."));
                    break;
                }
                let said = if alt.is_empty() { &product.name } else { &alt };
                match keep(&visit, id, field, said).await? {
                    None => added += 1,
                    Some(why) => refused.push(format!("{name}: {why}")),
                }
            }
            Some(_) | None => {}
        }
    }
    if files == 0 && refused.is_empty() {
        refused.push("No photo was chosen.".to_owned());
    }
    let counted = match added {
        0 => String::new(),
        1 => "One photo is added. ".to_owned(),
        more => format!("{more} photos are added. "),
    };
    let text = format!("{counted}{}", refused.join(" "));
    tell(&visit, !refused.is_empty(), text.trim());
    Ok(Redirect::to(&format!("/admin/products/{id}#photos")).into_response())
}

/// Sends one photo on; why it was refused, if it was.
async fn keep(visit: &Visit, id: Id, field: Field<'_>, alt: &str) -> Result<Option<String>, Fault> {
    let kind = field.content_type().filter(|kind| kind.starts_with("image/")).unwrap_or("image/*").to_owned();
    let Some(photo) = bounded(field, MAX_PHOTO).await else {
        return Ok(Some("is longer than 20 MB.".to_owned()));
    };
    let path = address(&format!("/v1/products/{id}/photos"), &[("alt", alt)]);
    match visit.ask(Method::POST, path).bytes(&kind, photo).send().await {
        Ok(_) => Ok(None),
        Err(fault) if belongs_to_form(&fault) || [429, 503].contains(&fault.status) => Ok(Some(why(&fault))),
        Err(fault) => Err(fault),
    }
}

fn why(fault: &Fault) -> String {
    match fault.code.as_str() {
        "photo_type" => "is no JPEG, PNG, WebP or GIF.".to_owned(),
        "photo_too_large" => "has too many pixels.".to_owned(),
        "photo_unreadable" => "is broken.".to_owned(),
        "too_many" => "The product has as many photos as it can have.".to_owned(),
        "busy" => "Many photos are being worked on. Please try again in a moment.".to_owned(),
        _ => in_words(fault),
    }
}

/// A field of at most so many bytes; `None` where it is longer, or ends early.
async fn bounded(mut field: Field<'_>, most: usize) -> Option<Bytes> {
    let mut kept = BytesMut::new();
    let mut fits = true;
    // A field that is too long is read to its end all the same, so that those behind it are found.
    while let Some(chunk) = field.chunk().await.ok()? {
        fits = fits && kept.len() + chunk.len() <= most;
        if fits {
            kept.extend_from_slice(&chunk);
        } else {
            kept = BytesMut::new();
        }
    }
    fits.then(|| kept.freeze())
}

fn text_of(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// Something is to be done to a photo: one of our own by its id, one from elsewhere by writing the list anew.
async fn change(visit: Visit, id: Id, sent: Filled) -> Result<Response, Fault> {
    let product: Product = visit.get(format!("/v1/products/{id}")).await?;
    let to = format!("/admin/products/{id}#photos");
    let place: usize = sent.get("place").parse().unwrap_or(usize::MAX);
    let Some(photo) = product.photos.get(place).filter(|photo| photo.url == sent.get("url")) else {
        tell(&visit, true, "Somebody changed the photos meanwhile. They are shown as they are now.");
        return Ok(Redirect::to(&to).into_response());
    };
    let target = match sent.get("do") {
        "up" => place.saturating_sub(1),
        "down" => (place + 1).min(product.photos.len() - 1),
        _ => place,
    };
    let alt = if sent.get("do") == "describe" { sent.get("alt").trim() } else { photo.alt.as_str() };
    let is_removed = sent.get("do") == "remove";
    let ask = if let Some(photo) = &photo.id {
        let path = format!("/v1/products/{id}/photos/{}", crate::model::encoded(photo));
        if is_removed {
            visit.ask(Method::DELETE, path)
        } else {
            visit.ask(Method::PATCH, path).json(&json!({"alt": alt, "position": target + 1}))
        }
    } else {
        let list = arranged(&product.photos, place, target, alt, is_removed);
        visit.ask(Method::PATCH, format!("/v1/products/{id}")).version(product.version).json(&json!({"photos": list}))
    };
    let text = if is_removed { "The photo is removed." } else { "The photos are saved." };
    told(&visit, &to, ask.send().await, text)
}

/// The list of photos with one of them described, moved or taken away.
fn arranged(photos: &[Photo], place: usize, target: usize, alt: &str, is_removed: bool) -> Vec<Value> {
    let one = |(at, photo): (usize, &Photo)| {
        let alt = if at == place { alt } else { &photo.alt };
        match &photo.id {
            Some(id) => json!({"id": id, "url": photo.url, "alt": alt}),
            None => json!({"url": photo.url, "alt": alt}),
        }
    };
    let mut list: Vec<Value> = photos.iter().enumerate().map(one).collect();
    if is_removed {
        list.remove(place);
    } else {
        list.swap(place, target);
    }
    list
}
