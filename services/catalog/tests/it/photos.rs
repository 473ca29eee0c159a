//! Photos: what is uploaded, what is refused, and what anybody reads.

use crate::setup::{Shop, id, simple, somebody};
use axum::body::{Bytes, to_bytes};
use bodega_kernel::{Caller, Role};
use bodega_testkit::{Answer, Ask, staff, stories};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::{fs, io::Cursor, path::PathBuf};
use tokio::task::JoinSet;

/// A picture like no other of another number.
fn picture(number: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(1_000, 500, |x, y| Rgb([(x + number * 8) as u8, (y * number) as u8, number as u8]));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn upload(product: &Value, alt: &str, file: impl Into<Vec<u8>>) -> Ask {
    let path = format!("{}/photos?alt={alt}", id(product));
    Ask::post(path).by(staff()).header("content-type", "image/jpeg").body(file)
}

/// A file as anybody gets it.
async fn file(shop: &Shop, path: &str) -> (u16, Bytes) {
    let response = shop.respond(0, Ask::get(path)).await;
    let status = response.status().as_u16();
    (status, to_bytes(response.into_body(), 1 << 24).await.unwrap())
}

fn photos(product: &Value) -> &Vec<Value> {
    product["photos"].as_array().unwrap()
}

async fn now(shop: &Shop, product: &Value) -> Value {
    shop.look(&id(product)).await.expect(200).json
}

/// Uploads again where too many were at work.
async fn admitted(shop: &Shop, ask: Ask) -> (Answer, usize) {
    let mut refused = 0;
    loop {
        let answer = shop.ask_until_served(0, ask.clone()).await;
        if answer.status != 429 {
            return (answer, refused);
        }
        assert_eq!((answer.code(), answer.header("retry-after")), ("busy", "1"));
        refused += 1;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn what_is_uploaded_is_read_in_three_widths_by_anybody(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    shop.get("/v1/products").await.expect(200);
    let answer = shop.ask(0, upload(&made, "A%20mug", picture(1, ImageFormat::Png))).await.expect(201);
    assert_eq!((answer.json["version"].clone(), answer.header("etag")), (json!(2), "\"2\""));
    let photo = &photos(&answer.json)[0];
    let name = photo["id"].as_str().unwrap();
    let url = format!("/v1/photos/{name}/800.webp");
    assert_eq!(photo, &json!({"id": name, "url": url, "alt": "A mug", "width": 1_000, "height": 500}));
    assert_eq!((&answer.json["image"], &now(shop, &made).await["photos"][0]), (&json!(url), photo));
    assert_eq!(shop.get("/v1/products").await.json["items"][0]["image"], url);
    for (width, wide) in [(320, 320), (800, 800), (1_600, 1_000)] {
        let (status, bytes) = file(shop, &format!("/v1/photos/{name}/{width}.webp")).await;
        let image = image::load_from_memory_with_format(&bytes, ImageFormat::WebP).unwrap();
        assert_eq!((status, image.width(), image.height()), (200, wide, wide / 2));
    }
    for replica in 0..shop.replicas() {
        let read = shop.respond(replica, Ask::get(&url)).await;
        let header = |name: &str| read.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/webp");
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        let tag = header("etag");
        let again = shop.respond(replica, Ask::get(&url).header("if-none-match", &tag)).await;
        assert_eq!((again.status().as_u16(), to_bytes(again.into_body(), 1).await.unwrap().len()), (304, 0));
    }
    let told: Vec<i64> = shop.published().await.iter().map(|told| told.version).collect();
    assert_eq!(told, [1, 2]);
    for path in [
        format!("/v1/photos/{name}/801.webp"),
        format!("/v1/photos/{name}/800.png"),
        format!("/v1/photos/{}/800.webp", name.to_uppercase() + "A"),
        format!("/v1/photos/{}/800.webp", "0".repeat(32)),
        "/v1/photos/..%2f..%2fsecret/800.webp".to_owned(),
        "/v1/photos/%00/800.webp".to_owned(),
    ] {
        assert_eq!(shop.get(&path).await.expect(404).code(), "not_found", "{path}");
    }
}

async fn what_is_no_photo_is_refused_and_changes_nothing(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let jpeg = picture(1, ImageFormat::Jpeg);
    // A GIF whose head says that it is 30,000 on each side.
    let bomb = b"GIF89a\x30\x75\x30\x75\0\0\0,\0\0\0\0\x30\x75\x30\x75\0\x02\0;".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    for (sent, status, code) in [
        (Vec::new(), 415, "photo_type"),
        (svg, 415, "photo_type"),
        (b"<html>".to_vec(), 415, "photo_type"),
        (bomb, 422, "photo_too_large"),
        (jpeg[..jpeg.len() / 2].to_vec(), 422, "photo_unreadable"),
        (vec![0xff; 50_000_000], 413, "body_too_large"),
    ] {
        let answer = shop.ask(0, upload(&made, "", sent)).await.expect(status);
        assert_eq!(answer.code(), code);
    }
    let long = upload(&made, &"x".repeat(1_001), jpeg.clone());
    assert_eq!(shop.ask(0, long).await.expect(422).pointers(), ["/alt"]);
    let nobody = json!({"id": "0190a000-0000-7000-8000-000000000001"});
    shop.ask(0, upload(&nobody, "", jpeg.clone())).await.expect(404);
    shop.ask(0, upload(&json!({"id": "mug"}), "", jpeg.clone())).await.expect(404);
    shop.ask(0, upload(&made, "", jpeg.clone()).header("if-match", "\"7\"")).await.expect(412);
    for (caller, status) in [(Caller::guest(), 401), (somebody(Role::Customer), 403)] {
        let ask = Ask::post(format!("{}/photos", id(&made))).by(caller.clone()).body(jpeg.clone());
        shop.ask(0, ask).await.expect(status);
        let one = format!("{}/photos/{}", id(&made), "0".repeat(32));
        shop.write_as(caller.clone(), "PATCH", &one, &[], json!({"position": 1})).await.expect(status);
        shop.write_as(caller, "DELETE", &one, &[], Value::Null).await.expect(status);
    }
    assert_eq!(now(shop, &made).await, made);
    // The type is what it is, whatever is said of it.
    shop.ask(0, upload(&made, "", picture(1, ImageFormat::WebP)).header("if-match", "\"1\"")).await.expect(201);
}

async fn of_thirty_photos_at_once_twenty_are_kept(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let mut uploads = JoinSet::new();
    for number in 0..30 {
        let (shop, made) = (Shop::from((**shop).clone()), made.clone());
        uploads.spawn(async move {
            let ask = upload(&made, "", picture(number + 1, ImageFormat::Png));
            admitted(&shop, ask).await
        });
    }
    let answers = uploads.join_all().await;
    let count = |status| answers.iter().filter(|(answer, _)| answer.status == status).count();
    assert_eq!((count(201), count(409)), (20, 10));
    assert!(answers.iter().all(|(answer, _)| answer.status == 201 || answer.code() == "too_many"));
    assert!(answers.iter().any(|(_, refused)| *refused > 0), "nobody was told to come again");
    let product = now(shop, &made).await;
    let mut names: Vec<&str> = photos(&product).iter().map(|photo| photo["id"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), &product["version"]), (20, &json!(21)));
    assert_eq!(shop.published().await.len(), 21);
    // Those that came too late left files that nobody mentions; there is room for one again once another is gone.
    let one = format!("{}/photos/{}", id(&made), names[0]);
    shop.staff("DELETE", &one, &[], Value::Null).await.expect(204);
    shop.ask_until_served(0, upload(&made, "", picture(31, ImageFormat::Png))).await.expect(201);
}

async fn an_upload_that_is_sent_again_adds_one_photo(shop: &Shop) {
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let ask = upload(&made, "One", picture(1, ImageFormat::Png)).key("a-key");
    let mut uploads = JoinSet::new();
    for _ in 0..6 {
        let (shop, ask) = (Shop::from((**shop).clone()), ask.clone());
        uploads.spawn(async move { shop.ask_until_served(0, ask).await.expect(201).json });
    }
    let first = uploads.join_all().await;
    assert!(first.iter().all(|answer| *answer == first[0]));
    let again = shop.ask(0, ask.clone()).await.expect(201);
    assert!(again.replayed() && again.json == first[0]);
    for other in
        [upload(&made, "Two", picture(1, ImageFormat::Png)), upload(&made, "One", picture(2, ImageFormat::Png))]
    {
        let answer = shop.ask(0, other.key("a-key")).await.expect(422);
        assert_eq!(answer.code(), "idempotency_key_reused");
    }
    // Without a key it is known by what it is, and keeps its text.
    let same = shop.ask(0, upload(&made, "Three", picture(1, ImageFormat::Png))).await.expect(200);
    assert_eq!((same.json["version"].clone(), photos(&same.json).len()), (json!(2), 1));
    assert_eq!(same.json["photos"][0]["alt"], "One");
    let other = shop.create(simple("Cup", "C-1", 900)).await;
    let there = shop.ask(0, upload(&other, "", picture(1, ImageFormat::Png))).await.expect(201);
    assert_eq!(there.json["photos"][0]["url"], same.json["photos"][0]["url"]);
}

async fn photos_are_described_moved_and_removed(shop: &Shop) {
    let mut body = simple("Mug", "M-1", 900);
    body["photos"] = json!([{"url": "https://img.example/a.jpg", "alt": "Far"}]);
    let made = shop.create(body).await;
    for number in 1..=2 {
        shop.ask(0, upload(&made, "", picture(number, ImageFormat::Png))).await.expect(201);
    }
    let product = now(shop, &made).await;
    let [far, one, two] = photos(&product).as_slice() else { panic!("{product}") };
    assert_eq!(far, &json!({"url": "https://img.example/a.jpg", "alt": "Far"}));
    let path = |photo: &Value| format!("{}/photos/{}", id(&made), photo["id"].as_str().unwrap());
    let moved = shop.staff("PATCH", &path(two), &[], json!({"position": 1, "alt": "Two"})).await.expect(200).json;
    let described = json!({"id": two["id"], "url": two["url"], "alt": "Two", "width": 1_000, "height": 500});
    assert_eq!((&moved["photos"], &moved["image"]), (&json!([described, far, one]), &two["url"]));
    assert_eq!(moved["version"], 4);
    let same = shop.staff("PATCH", &path(two), &[], json!({"position": 1})).await.expect(200);
    assert_eq!((same.json["version"].clone(), same.header("etag")), (json!(4), "\"4\""));
    for (change, pointer) in [
        (json!({"position": 0}), "/position"),
        (json!({"position": 4}), "/position"),
        (json!({"alt": "x".repeat(1_001)}), "/alt"),
        (json!({"alt": "a\u{0}"}), "/alt"),
        (json!({"url": "x"}), "/url"),
    ] {
        assert_eq!(shop.staff("PATCH", &path(two), &[], change).await.expect(422).pointers(), [pointer]);
    }
    shop.staff("PATCH", &path(two), &[("if-match", "\"3\"")], json!({"alt": "x"})).await.expect(412);
    // The list as a whole: what was uploaded is named by its id or its url, and nothing else of it changes.
    let list =
        json!([{"url": one["url"], "alt": "One"}, {"id": two["id"], "url": "https://evil.example/", "width": 1}, far]);
    let put = shop.staff("PATCH", &id(&made), &[], json!({ "photos": list })).await.expect(200).json;
    assert_eq!((&put["photos"][0]["alt"], &put["photos"][0]["id"]), (&json!("One"), &one["id"]));
    assert_eq!((&put["photos"][1]["url"], &put["photos"][1]["width"]), (&two["url"], &json!(1_000)));
    let strange = json!([{"id": "0".repeat(32), "url": "/v1/photos/0/800.webp"}]);
    let refused = shop.staff("PATCH", &id(&made), &[], json!({ "photos": strange })).await.expect(422);
    assert_eq!(refused.pointers(), ["/photos/0/id"]);
    shop.staff("DELETE", &path(one), &[("if-match", "\"4\"")], Value::Null).await.expect(412);
    shop.staff("DELETE", &path(one), &[("if-match", "\"5\"")], Value::Null).await.expect(204);
    shop.staff("DELETE", &path(one), &[], Value::Null).await.expect(404);
    shop.staff("PATCH", &path(one), &[], json!({})).await.expect(404);
    assert_eq!(photos(&now(shop, &made).await).len(), 2);
    assert_eq!(file(shop, one["url"].as_str().unwrap()).await.0, 200, "somebody may still point to it");
    let versions: Vec<i64> = shop.published().await.iter().map(|told| told.version).collect();
    assert_eq!(versions, [1, 2, 3, 4, 5, 6]);
}

async fn an_import_leaves_alone_what_staff_uploaded(shop: &Shop) {
    let rows = |image: &str| format!("Handle,Title,Variant Price,Image Src,Image Position\nmug,Mug,1,{image},1\n");
    shop.import(rows("https://img.example/a.jpg")).await.expect(200);
    let made = shop.look("/v1/products/mug").await.expect(200).json;
    let there = shop.ask(0, upload(&made, "", picture(1, ImageFormat::Png))).await.expect(201).json;
    shop.import(rows("https://img.example/b.jpg")).await.expect(200);
    assert_eq!(now(shop, &made).await["photos"], there["photos"]);
}

async fn files_without_a_product_and_no_place_for_files_do_no_harm(shop: &Shop) {
    let mut folder = PathBuf::new();
    let shop = &Shop::from(shop.another(|settings| folder = settings.database.data_dir.join("blobs/catalog")).await);
    let made = shop.create(simple("Mug", "M-1", 900)).await;
    let ask = upload(&made, "", picture(1, ImageFormat::Png)).key("a-key");
    // The place for files is away: nothing is written.
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("photos"), "").unwrap();
    shop.ask(0, ask.clone()).await.expect(503);
    assert_eq!(now(shop, &made).await, made);
    fs::remove_file(folder.join("photos")).unwrap();
    // The process ended between the files and the row: some are there, one of them half as somebody left it.
    let other = shop.create(simple("Cup", "C-1", 900)).await;
    let there = shop.ask(0, upload(&other, "", picture(1, ImageFormat::Png))).await.expect(201).json;
    let name = there["photos"][0]["id"].as_str().unwrap();
    fs::remove_file(folder.join(format!("photos/{name}/320.webp"))).unwrap();
    fs::write(folder.join(format!("photos/{name}/800.webp")), "half").unwrap();
    let done = shop.ask(0, ask.clone()).await.expect(201);
    assert_eq!((done.json["photos"][0]["id"].as_str(), photos(&done.json).len()), (Some(name), 1));
    for width in [320, 800] {
        let (status, bytes) = file(shop, &format!("/v1/photos/{name}/{width}.webp")).await;
        assert!(status == 200 && bytes.starts_with(b"RIFF"));
    }
    assert!(shop.ask(0, ask).await.expect(201).replayed());
}

stories![
    what_is_uploaded_is_read_in_three_widths_by_anybody,
    what_is_no_photo_is_refused_and_changes_nothing,
    of_thirty_photos_at_once_twenty_are_kept,
    an_upload_that_is_sent_again_adds_one_photo,
    photos_are_described_moved_and_removed,
    an_import_leaves_alone_what_staff_uploaded,
    files_without_a_product_and_no_place_for_files_do_no_harm,
];
