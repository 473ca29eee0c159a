//! Pictures of every kind, whole, broken and meant to harm, and what becomes of them.

use super::{Developed, MAX_SCANS, TYPES, Unfit};
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat, Rgba, RgbaImage, codecs};
use proptest::prelude::*;
use std::{
    io::Cursor,
    time::{Duration, Instant},
};

fn develop(sent: &[u8]) -> Result<Developed, Unfit> {
    super::develop(sent, &[320, 800, 1_600])
}

/// Red on the left and blue on the right, with a little noise, so that nothing packs to nothing.
fn drawn(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let noise = ((x * 7 + y * 13) ^ (x * y)) as u8 % 40;
        if x < width / 2 { Rgba([200 + noise, noise, noise, 255]) } else { Rgba([noise, noise, 200 + noise, 255]) }
    })
}

fn sent_as(format: ImageFormat, image: &RgbaImage) -> Vec<u8> {
    let image = DynamicImage::ImageRgba8(image.clone());
    let image = if format == ImageFormat::Jpeg { DynamicImage::ImageRgb8(image.into_rgb8()) } else { image };
    if format == ImageFormat::Gif {
        let mut sent = Vec::new();
        let pixels = image.as_bytes();
        let (width, height) = (image.width(), image.height());
        let mut encoder = codecs::gif::GifEncoder::new_with_speed(&mut sent, 30);
        encoder.encode(pixels, width, height, ExtendedColorType::Rgba8).unwrap();
        drop(encoder);
        return sent;
    }
    let mut sent = Cursor::new(Vec::new());
    image.write_to(&mut sent, format).unwrap();
    sent.into_inner()
}

/// A JPEG whose Exif says how it is turned, and where it was taken.
fn by_camera(image: &RgbaImage, turn: u8) -> Vec<u8> {
    let jpeg = sent_as(ImageFormat::Jpeg, image);
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0]);
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]);
    tiff.extend(b"\x01\0\x1d\0\x02\0\x0b\0\0\0\x38\0\0\0\0\0\0\0GPS-SECRET\0");
    let mut segment = b"Exif\0\0".to_vec();
    segment.extend(tiff);
    let length = (segment.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
}

fn read(file: &[u8]) -> RgbaImage {
    image::load_from_memory_with_format(file, ImageFormat::WebP).unwrap().into_rgba8()
}

fn sizes(developed: &Developed) -> Vec<(u32, u32, u32)> {
    let size = |(width, file): &(u32, Vec<u8>)| (*width, read(file).width(), read(file).height());
    developed.files.iter().map(size).collect()
}

fn is_red(pixel: Rgba<u8>) -> bool {
    pixel[0] > 150 && pixel[2] < 100
}

fn is_blue(pixel: Rgba<u8>) -> bool {
    pixel[2] > 150 && pixel[0] < 100
}

/// The names of what a WebP consists of.
fn chunks(file: &[u8]) -> Vec<String> {
    let (mut at, mut names) = (12, Vec::new());
    while at + 8 <= file.len() {
        names.push(String::from_utf8_lossy(&file[at..at + 4]).into_owned());
        at += 8 + u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()).next_multiple_of(2) as usize;
    }
    names
}

#[test]
fn every_kind_becomes_three_files_and_none_is_enlarged() {
    for format in TYPES {
        let made = develop(&sent_as(format, &drawn(2_000, 1_000))).unwrap();
        assert_eq!(made.size, (1_600, 800), "{format:?}");
        assert_eq!(sizes(&made), [(1_600, 1_600, 800), (800, 800, 400), (320, 320, 160)], "{format:?}");
        for (_, file) in &made.files {
            let image = read(file);
            let (width, middle) = (image.width(), image.height() / 2);
            assert!(is_red(*image.get_pixel(width / 4, middle)) && is_blue(*image.get_pixel(width * 3 / 4, middle)));
        }
        let small = develop(&sent_as(format, &drawn(500, 20))).unwrap();
        assert_eq!(sizes(&small), [(1_600, 500, 20), (800, 500, 20), (320, 320, 13)], "{format:?}");
        let dot = develop(&sent_as(format, &drawn(1, 1))).unwrap();
        assert_eq!(sizes(&dot), [(1_600, 1, 1), (800, 1, 1), (320, 1, 1)], "{format:?}");
    }
    let line = develop(&sent_as(ImageFormat::Png, &drawn(9_000, 1))).unwrap();
    assert_eq!(sizes(&line), [(1_600, 1_600, 1), (800, 800, 1), (320, 320, 1)]);
}

#[test]
fn the_same_picture_becomes_the_same_files_and_another_others() {
    let sent = sent_as(ImageFormat::Png, &drawn(900, 300));
    assert_eq!(develop(&sent).unwrap(), develop(&sent).unwrap());
    assert_ne!(develop(&sent), develop(&sent_as(ImageFormat::Png, &drawn(901, 300))));
}

#[test]
fn a_picture_stands_as_the_camera_was_held() {
    // Turned clockwise by a quarter: what was left is on top.
    let made = develop(&by_camera(&drawn(400, 200), 6)).unwrap();
    assert_eq!(made.size, (200, 400));
    let image = read(&made.files[0].1);
    assert!(is_red(*image.get_pixel(100, 50)) && is_blue(*image.get_pixel(100, 350)));
    let back = read(&develop(&by_camera(&drawn(400, 200), 8)).unwrap().files[0].1);
    assert!(is_blue(*back.get_pixel(100, 50)) && is_red(*back.get_pixel(100, 350)));
    let upright = develop(&by_camera(&drawn(400, 200), 1)).unwrap();
    assert_eq!(upright, develop(&sent_as(ImageFormat::Jpeg, &drawn(400, 200))).unwrap());
    assert_eq!(develop(&by_camera(&drawn(3_000, 2_000), 6)).unwrap().size, (1_600, 2_400));
    assert_eq!(develop(&by_camera(&drawn(2_000, 400), 6)).unwrap().size, (400, 2_000));
}

#[test]
fn a_square_is_the_middle_of_a_picture_however_it_was_sent() {
    let square = |sent: &[u8]| super::square(sent, 256).map(|file| read(&file));
    for format in TYPES {
        for (width, height) in [(2_000, 300), (300, 2_000), (256, 256), (20, 10), (1, 1)] {
            let made = square(&sent_as(format, &drawn(width, height))).unwrap();
            assert_eq!((made.width(), made.height()), (256, 256), "{format:?} {width}x{height}");
            let halves = (*made.get_pixel(40, 128), *made.get_pixel(216, 128));
            assert!(width == 1 || (is_red(halves.0) && is_blue(halves.1)), "{format:?} {width}x{height} {halves:?}");
        }
    }
    // Stripes at both ends, which are cut off.
    let ends = RgbaImage::from_fn(900, 300, |x, _| {
        if (300..600).contains(&x) { Rgba([200, 0, 0, 255]) } else { Rgba([0, 0, 200, 255]) }
    });
    let made = square(&sent_as(ImageFormat::Png, &ends)).unwrap();
    assert!([(8, 8), (248, 248), (128, 128)].iter().all(|(x, y)| is_red(*made.get_pixel(*x, *y))));
    let turned = square(&by_camera(&drawn(600, 200), 6)).unwrap();
    assert!(is_red(*turned.get_pixel(128, 40)) && is_blue(*turned.get_pixel(128, 216)), "as the camera was held");
    assert_eq!(super::square(b"<svg/>", 256), Err(Unfit::Type));
    let secret = super::square(&by_camera(&drawn(300, 300), 1), 256).unwrap();
    assert_eq!(chunks(&secret), ["VP8 "]);
}

#[test]
fn nothing_is_kept_but_pixels() {
    let told = |file: &[u8]| {
        [&b"SECRET"[..], b"<script", b"Exif", b"PK\x03\x04"]
            .iter()
            .any(|word| file.windows(word.len()).any(|part| part == *word))
    };
    let image = drawn(400, 200);
    let mut png = Vec::new();
    let mut encoder = codecs::png::PngEncoder::new(&mut png);
    encoder.set_exif_metadata(b"II*\0\x08\0\0\0 SECRET".to_vec()).unwrap();
    encoder.set_icc_profile(b"SECRET".repeat(40)).unwrap();
    encoder.write_image(&image, 400, 200, ExtendedColorType::Rgba8).unwrap();
    for sent in [by_camera(&image, 1), png] {
        for (_, file) in develop(&sent).unwrap().files {
            assert!(!told(&file));
            assert_eq!(chunks(&file), ["VP8 "]);
        }
    }
    for format in TYPES {
        let clean = sent_as(format, &image);
        for tail in [&b"<html><script>alert(1)</script>"[..], b"PK\x03\x04 SECRET"] {
            let made = develop(&[&clean, tail].concat()).unwrap();
            assert_eq!(made, develop(&clean).unwrap(), "{format:?}");
            assert!(made.files.iter().all(|(_, file)| !told(file)));
        }
    }
}

#[test]
fn what_can_be_seen_through_stays_so() {
    let image = RgbaImage::from_fn(400, 200, |x, _| Rgba([200, 0, 0, if x < 200 { 0 } else { 255 }]));
    let made = read(&develop(&sent_as(ImageFormat::Png, &image)).unwrap().files[0].1);
    assert!(made.get_pixel(50, 100)[3] < 10 && made.get_pixel(350, 100)[3] > 245);
}

#[test]
fn what_is_no_picture_is_refused_by_its_first_bytes() {
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let html = b"<!DOCTYPE html><img src=x onerror=alert(1)>";
    let bitmap = [b"BM".to_vec(), vec![0; 60]].concat();
    let late = [b"<html>".to_vec(), sent_as(ImageFormat::Png, &drawn(4, 4))].concat();
    for sent in [&b""[..], b"\xff", b"GIF8", b"RIFF\0\0\0\0WAVE", svg, html, b"%PDF-1.7", b"PK\x03\x04", &bitmap, &late]
    {
        assert_eq!(develop(sent), Err(Unfit::Type), "{:?}", &sent[..sent.len().min(8)]);
    }
}

#[test]
fn what_ends_too_early_is_refused() {
    for format in TYPES {
        let sent = sent_as(format, &drawn(300, 300));
        for length in [13, sent.len() / 4, sent.len() / 2, sent.len() * 3 / 4, sent.len() - sent.len() / 20] {
            let made = develop(&sent[..length]);
            assert!(matches!(made, Err(Unfit::Unreadable(_))), "{length} of {} of {format:?}", sent.len());
        }
    }
    // The end of the small picture within is not the end of it.
    let inside = by_camera(&drawn(300, 300), 1);
    let thumbnail = [&inside[..20], &[0xff, 0xd9], &inside[22..inside.len() / 2]].concat();
    assert!(matches!(develop(&thumbnail), Err(Unfit::Unreadable(_))));
}

#[test]
fn what_would_become_too_large_is_refused_before_it_is_decoded() {
    let mut png = sent_as(ImageFormat::Png, &drawn(8, 8));
    png[16..24].copy_from_slice(&[30_000_u32.to_be_bytes(), 30_000_u32.to_be_bytes()].concat());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let mut gif = sent_as(ImageFormat::Gif, &drawn(8, 8));
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let mut jpeg = sent_as(ImageFormat::Jpeg, &drawn(8, 8));
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[30_000_u16.to_be_bytes(), 30_000_u16.to_be_bytes()].concat());
    let mut webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
    webp.extend([0xff, 0x3f, 0, 0xff, 0x3f, 0]);
    for (bomb, name) in [(png, "png"), (gif, "gif"), (jpeg, "jpeg"), (webp, "webp")] {
        let began = Instant::now();
        let made = develop(&bomb);
        assert!(made == Err(Unfit::TooLarge) || (name == "webp" && made.is_err()), "{name}: {made:?}");
        assert!(began.elapsed() < Duration::from_millis(500), "{name} took {:?}", began.elapsed());
    }
    // Not too long on a side, and still too many.
    let mut many = sent_as(ImageFormat::Png, &drawn(8, 8));
    many[16..24].copy_from_slice(&[10_000_u32.to_be_bytes(), 5_001_u32.to_be_bytes()].concat());
    let sum = crc(&many[12..29]);
    many[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(develop(&many), Err(Unfit::TooLarge));
}

#[test]
fn a_jpeg_of_endless_passes_is_refused() {
    let sent = sent_as(ImageFormat::Jpeg, &drawn(64, 64));
    let scan = sent.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let passes = sent[scan..sent.len() - 2].repeat(MAX_SCANS + 1);
    let bomb = [&sent[..scan], &passes, &[0xff, 0xd9]].concat();
    assert!(matches!(develop(&bomb), Err(Unfit::Unreadable(why)) if why.contains("passes")));
}

/// As PNG counts it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_bytes_do_harm(kind in 0..TYPES.len(), flips in prop::collection::vec((any::<u16>(), any::<u8>()), 1..20)) {
        let mut sent = sent_as(TYPES[kind], &drawn(40, 30));
        for (at, byte) in flips {
            let at = at as usize % sent.len();
            sent[at] = byte;
        }
        if let Ok(made) = develop(&sent) {
            prop_assert_eq!(made.files.len(), 3);
        }
    }
}
