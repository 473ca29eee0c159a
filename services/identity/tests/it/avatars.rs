//! The pictures that people show of themselves: what is sent, what is refused, who reads it, and when it is gone.

use crate::setup::{Shop, guest, user};
use axum::body::{Bytes, to_bytes};
use bodega_kernel::{Caller, Role, UserId};
use bodega_testkit::{Answer, Ask, stories};
use futures_util::future::join_all;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    time::Duration,
};

/// A picture like no other of another number.
fn picture(number: u8, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(600, 300, |x, y| Rgb([x as u8, y as u8, number.wrapping_mul(16)]));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image).write_to(&mut file, format).unwrap();
    file.into_inner()
}

async fn customer(shop: &Shop, email: &str) -> Caller {
    user(&shop.register(email).await, &[Role::Customer])
}

fn upload(caller: &Caller, file: impl Into<Vec<u8>>) -> Ask {
    Ask::new("PUT", "/v1/me/avatar").by(caller.clone()).header("content-type", "image/jpeg").body(file)
}

/// Uploads until there is a place; the address of the picture.
async fn show(shop: &Shop, replica: usize, caller: &Caller, file: &[u8]) -> String {
    loop {
        let answer = shop.ask(replica, upload(caller, file)).await;
        if answer.status == 200 {
            return answer.field("avatar");
        }
        assert_eq!((answer.status, answer.code()), (429, "busy"), "{}", answer.text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn me(shop: &Shop, caller: &Caller) -> Value {
    shop.call(caller.clone(), "GET", "/v1/me", None).await.expect(200).json
}

/// A file as anybody gets it.
async fn file(shop: &Shop, path: &str) -> (u16, Bytes) {
    let response = shop.respond(0, Ask::get(path)).await;
    let status = response.status().as_u16();
    (status, to_bytes(response.into_body(), 1 << 24).await.unwrap())
}

/// A shop of its own, and the folder of its files.
async fn with_folder(shop: &Shop) -> (Shop, PathBuf) {
    let mut folder = PathBuf::new();
    let shop = shop.another(|settings| folder = settings.database.data_dir.join("blobs/identity/avatars")).await;
    (shop, folder)
}

/// The files that are kept, by name.
fn kept(folder: &Path) -> BTreeSet<String> {
    let Ok(files) = fs::read_dir(folder) else { return BTreeSet::new() };
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

fn name(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

async fn sweep(shop: &Shop) {
    while shop.job("old avatars").step().await {}
}

async fn a_picture_is_shown_to_anybody_at_an_address_of_its_own(shop: &Shop) {
    let anna = customer(shop, "anna@example.com").await;
    assert_eq!(me(shop, &anna).await["avatar"], Value::Null);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let path = show(shop, 0, &anna, &picture(1, format)).await;
        assert_eq!(me(shop, &anna).await["avatar"], path);
        let (status, bytes) = file(shop, &path).await;
        let image = image::load_from_memory_with_format(&bytes, ImageFormat::WebP).unwrap();
        assert_eq!((status, image.width(), image.height()), (200, 256, 256), "{format:?}");
    }
    let path: String = me(shop, &anna).await["avatar"].as_str().unwrap().to_owned();
    for replica in 0..shop.replicas() {
        let read = shop.respond(replica, Ask::get(&path)).await;
        let header = |name: &str| read.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "image/webp");
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
        let again = shop.respond(replica, Ask::get(&path).header("if-none-match", &header("etag"))).await;
        assert_eq!((again.status().as_u16(), to_bytes(again.into_body(), 1).await.unwrap().len()), (304, 0));
    }
    let admin = user(&UserId::new(&shop.world).to_string(), &[Role::Admin]);
    let seen = shop.call(admin, "GET", &format!("/v1/users/{}", anna.user.unwrap()), None).await.expect(200);
    assert_eq!(seen.json["avatar"], path);
    let other = customer(shop, "bert@example.com").await;
    let same = show(shop, 0, &other, &picture(1, ImageFormat::Jpeg)).await;
    assert_ne!(same, path, "the same picture of somebody else is another one");
    for path in [
        format!("/v1/avatars/{}.webp", "0".repeat(32)),
        path.replace(".webp", ".png"),
        path.to_uppercase().replace("/V1/AVATARS", "/v1/avatars"),
        "/v1/avatars/..%2f..%2fsecret.webp".to_owned(),
        "/v1/avatars/%00.webp".to_owned(),
    ] {
        assert_eq!(shop.ask(0, Ask::get(&path)).await.expect(404).code(), "avatar_not_found", "{path}");
    }
}

async fn what_is_no_picture_is_refused_and_changes_nothing(shop: &Shop) {
    let (shop, folder) = &with_folder(shop).await;
    let anna = customer(shop, "anna@example.com").await;
    let before = show(shop, 0, &anna, &picture(1, ImageFormat::Png)).await;
    let jpeg = picture(2, ImageFormat::Jpeg);
    // A GIF whose head says that it is 30,000 on each side.
    let bomb = b"GIF89a\x30\x75\x30\x75\0\0\0,\0\0\0\0\x30\x75\x30\x75\0\x02\0;".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let late = [b"<html><script>alert(1)</script>".to_vec(), jpeg.clone()].concat();
    for (sent, status, code) in [
        (Vec::new(), 415, "photo_type"),
        (svg, 415, "photo_type"),
        (late, 415, "photo_type"),
        (b"%PDF-1.7".to_vec(), 415, "photo_type"),
        (bomb, 422, "photo_too_large"),
        (jpeg[..jpeg.len() / 2].to_vec(), 422, "photo_unreadable"),
        (vec![0xff; 5 * 1024 * 1024 + 1], 413, "body_too_large"),
    ] {
        let length = sent.len();
        assert_eq!(shop.ask(0, upload(&anna, sent)).await.expect(status).code(), code, "{length} bytes");
    }
    assert_eq!(shop.ask(0, upload(&guest(), jpeg.clone())).await.expect(401).code(), "unauthenticated");
    assert_eq!(shop.call(guest(), "DELETE", "/v1/me/avatar", None).await.status, 401);
    let nobody = user(&UserId::new(&shop.world).to_string(), &[Role::Customer]);
    assert_eq!(shop.ask(0, upload(&nobody, jpeg.clone())).await.expect(404).code(), "user_not_found");
    assert_eq!(me(shop, &anna).await["avatar"], before);
    assert_eq!((kept(folder), file(shop, &before).await.0), (BTreeSet::from([name(&before)]), 200));
    // What hangs behind a picture is not kept.
    let tail = b"<html><script>alert(1)</script>PK\x03\x04";
    let path = show(shop, 0, &anna, &[jpeg.as_slice(), tail].concat()).await;
    let bytes = file(shop, &path).await.1;
    assert!(![&b"<script"[..], b"PK\x03\x04"].iter().any(|word| bytes.windows(word.len()).any(|part| part == *word)));
}

async fn another_picture_takes_the_place_of_the_one_before_and_its_file_goes(shop: &Shop) {
    let (shop, folder) = &with_folder(shop).await;
    let anna = customer(shop, "anna@example.com").await;
    let one = show(shop, 0, &anna, &picture(1, ImageFormat::Png)).await;
    let two = show(shop, 0, &anna, &picture(2, ImageFormat::Png)).await;
    assert_ne!(one, two);
    assert_eq!((file(shop, &one).await.0, file(shop, &two).await.0), (404, 200));
    sweep(shop).await;
    assert_eq!(kept(folder).len(), 2, "it waits for an hour");
    shop.clock.advance(Duration::from_mins(61));
    sweep(shop).await;
    assert_eq!(kept(folder), BTreeSet::from([name(&two)]));
    for _ in 0..2 {
        shop.call(anna.clone(), "DELETE", "/v1/me/avatar", None).await.expect(204);
        assert_eq!((me(shop, &anna).await["avatar"].clone(), file(shop, &two).await.0), (Value::Null, 404));
    }
    shop.clock.advance(Duration::from_mins(61));
    sweep(shop).await;
    assert_eq!((kept(folder).len(), shop.column::<String>("SELECT id FROM avatar_files").await.len()), (0, 0));
    let three = show(shop, 0, &anna, &picture(1, ImageFormat::Png)).await;
    assert_eq!(file(shop, &three).await.0, 200);
}

async fn nothing_is_left_of_whoever_is_gone_and_of_uploads_that_came_to_nothing(shop: &Shop) {
    let (shop, folder) = &with_folder(shop).await;
    let (anna, bert) = (customer(shop, "anna@example.com").await, customer(shop, "bert@example.com").await);
    let gone = show(shop, 0, &anna, &picture(1, ImageFormat::Png)).await;
    let stays = show(shop, 0, &bert, &picture(2, ImageFormat::Png)).await;
    // Somebody whose process ended between the file and its name.
    let lost = "ab".repeat(16);
    let noted = format!(
        "INSERT INTO avatar_files (id, user_id, due_ms) SELECT '{lost}', id, {} FROM users \
                         WHERE email = 'bert@example.com'",
        shop.world.now().ms() + 3_600_000
    );
    shop.execute(noted.leak()).await;
    fs::write(folder.join(format!("{lost}.webp")), b"x").unwrap();
    assert_eq!(file(shop, &format!("/v1/avatars/{lost}.webp")).await.0, 404, "nobody names it");
    shop.execute("DELETE FROM users WHERE email = 'anna@example.com'").await;
    assert_eq!(file(shop, &gone).await.0, 404);
    sweep(shop).await;
    assert_eq!(kept(folder), BTreeSet::from([name(&stays), format!("{lost}.webp")]), "at once for whoever is gone");
    shop.clock.advance(Duration::from_mins(61));
    sweep(shop).await;
    assert_eq!((kept(folder), file(shop, &stays).await.0), (BTreeSet::from([name(&stays)]), 200));
}

async fn of_many_pictures_at_once_one_is_shown_and_the_others_go(shop: &Shop) {
    let (shop, folder) = &with_folder(shop).await;
    let anna = customer(shop, "anna@example.com").await;
    let pictures: Vec<Vec<u8>> = (0..12).map(|number| picture(number, ImageFormat::Jpeg)).collect();
    let sent = pictures.iter().enumerate().map(|(number, picture)| show(shop, number, &anna, picture));
    let paths: BTreeSet<String> = join_all(sent).await.into_iter().collect();
    assert_eq!(paths.len(), 12);
    let shown = me(shop, &anna).await["avatar"].as_str().unwrap().to_owned();
    assert!(paths.contains(&shown));
    shop.clock.advance(Duration::from_mins(61));
    tokio::join!(sweep(shop), sweep(shop));
    assert_eq!((kept(folder), file(shop, &shown).await.0), (BTreeSet::from([name(&shown)]), 200));
    let files = "SELECT id FROM avatar_files";
    assert_eq!(shop.column::<String>(files).await.len(), 1);
}

async fn nobody_sends_pictures_without_end(shop: &Shop) {
    let (anna, bert) = (customer(shop, "anna@example.com").await, customer(shop, "bert@example.com").await);
    let tiny = b"no picture".to_vec();
    let answers: Vec<Answer> = {
        let mut answers = Vec::new();
        for _ in 0..31 {
            answers.push(shop.ask(0, upload(&anna, tiny.clone())).await);
        }
        answers
    };
    let refused: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!((&refused[..30], refused[30]), (&[415; 30][..], 429));
    assert_eq!(answers[30].code(), "too_many_attempts");
    assert_eq!(shop.ask(0, upload(&bert, tiny.clone())).await.status, 415, "others are not counted with them");
    shop.clock.advance(Duration::from_mins(16));
    assert_eq!(shop.ask(0, upload(&anna, tiny)).await.status, 415);
    assert_eq!(me(shop, &anna).await["email"], json!("anna@example.com"));
}

stories![
    a_picture_is_shown_to_anybody_at_an_address_of_its_own,
    what_is_no_picture_is_refused_and_changes_nothing,
    another_picture_takes_the_place_of_the_one_before_and_its_file_goes,
    nothing_is_left_of_whoever_is_gone_and_of_uploads_that_came_to_nothing,
    of_many_pictures_at_once_one_is_shown_and_the_others_go,
    nobody_sends_pictures_without_end,
];
