//! The photos of a product: those that were uploaded here, known by an id, and those at addresses elsewhere. Pure.
//!
//! The id of a photo is made of its files, so that what an address gives never changes, and a photo that is uploaded again
//! is the same one.

use super::{Fault, Product, check};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use utoipa::ToSchema;

/// Where the photos that were uploaded here are read.
pub(crate) const PHOTOS: &str = "/v1/photos/";
/// What each photo is kept in: pixels in width, the widest first.
pub(crate) const WIDTHS: [Width; 3] = [Width(1_600), SHOWN, Width(320)];
/// The one that a product names.
const SHOWN: Width = Width(800);
/// What the name of a file ends in.
const SUFFIX: &str = ".webp";

/// Which photo: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PhotoId([u8; 16]);

/// One of [`WIDTHS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Width(u32);

/// A picture: by its address elsewhere, never fetched, or by its id here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Photo {
    /// Which, where it was uploaded here: 32 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "0a1b2c3d4e5f60718293a4b5c6d7e8f9")]
    pub(crate) id: Option<PhotoId>,
    /// http or https; of what was uploaded here `/v1/photos/{id}/800.webp`, and also in `320` and `1600`.
    pub(crate) url: String,
    /// For those who do not see it.
    #[serde(default)]
    pub(crate) alt: String,
    /// Of what was uploaded here: pixels of its largest file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) width: Option<u32>,
    /// Of what was uploaded here: pixels of its largest file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) height: Option<u32>,
}

/// What is to change of a photo.
#[derive(Clone, Debug, Default)]
pub(crate) struct PhotoEdit {
    pub(crate) alt: Option<String>,
    /// From 1.
    pub(crate) position: Option<u32>,
}

impl PhotoId {
    /// The id of a photo that has these files.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let digest = files.into_iter().fold(Sha256::new(), |all, file| all.chain_update(Sha256::digest(file)));
        let mut id = [0; 16];
        id.copy_from_slice(&digest.finalize()[..16]);
        Self(id)
    }

    /// The id that is written so.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let lower = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        let plain = text.len() == 32 && text.bytes().all(lower);
        let id = u128::from_str_radix(text, 16).ok().filter(|_| plain)?;
        Some(Self(id.to_be_bytes()))
    }
}

impl fmt::Display for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for PhotoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for PhotoId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhotoId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| serde::de::Error::custom("an id of a photo has 32 hexadecimal digits"))
    }
}

impl Width {
    /// In pixels.
    pub(crate) const fn pixels(self) -> u32 {
        self.0
    }

    /// What its file is called: `800.webp`.
    pub(crate) fn file(self) -> String {
        format!("{}{SUFFIX}", self.0)
    }

    /// The width whose file is called so.
    pub(crate) fn of_file(name: &str) -> Option<Self> {
        WIDTHS.into_iter().find(|width| name.strip_suffix(SUFFIX) == Some(width.0.to_string().as_str()))
    }
}

impl Photo {
    /// One at an address elsewhere.
    pub(crate) fn elsewhere(url: String, alt: String) -> Self {
        Self { id: None, url, alt, width: None, height: None }
    }

    /// One that was uploaded here, with the pixels of its largest file.
    pub(crate) fn here(id: PhotoId, alt: String, (width, height): (u32, u32)) -> Self {
        let url = format!("{PHOTOS}{id}/{}", SHOWN.file());
        Self { id: Some(id), url, alt, width: Some(width), height: Some(height) }
    }
}

impl Product {
    /// Whether it has photos that were uploaded here.
    pub(crate) fn has_uploads(&self) -> bool {
        self.photos.iter().any(|photo| photo.id.is_some())
    }

    /// Whether it has this photo.
    pub(crate) fn has_photo(&self, id: PhotoId) -> bool {
        self.place_of(id).is_some()
    }

    /// Whether it has as many photos as it may.
    pub(crate) fn is_full_of_photos(&self) -> bool {
        self.photos.len() >= check::MAX_PHOTOS
    }

    /// With one more photo at the end, in its old version.
    pub(crate) fn with_photo(&self, photo: Photo) -> Self {
        let mut next = self.clone();
        next.photos.push(photo);
        next
    }

    /// Without a photo, in its old version; `None` where it has no such photo.
    pub(crate) fn without_photo(&self, id: PhotoId) -> Option<Self> {
        let place = self.place_of(id)?;
        let mut next = self.clone();
        next.photos.remove(place);
        Some(next)
    }

    /// With a photo changed, in its old version; `None` where it has no such photo.
    pub(crate) fn with_photo_changed(&self, id: PhotoId, edit: &PhotoEdit) -> Option<Result<Self, Vec<Fault>>> {
        let place = self.place_of(id)?;
        let mut next = self.clone();
        let mut photo = next.photos.remove(place);
        let mut faults = Vec::new();
        if let Some(alt) = &edit.alt {
            faults.extend(check::alt_fault("/alt", alt));
            photo.alt.clone_from(alt);
        }
        let place = match edit.position {
            None => place,
            Some(position) if (1..=self.photos.len() as u32).contains(&position) => position as usize - 1,
            Some(_) => {
                faults.push(Fault::new("/position", format!("is 1 to {}", self.photos.len())));
                place
            }
        };
        next.photos.insert(place, photo);
        Some(if faults.is_empty() { Ok(next) } else { Err(faults) })
    }

    /// A list of photos as somebody wants it: what was uploaded here is named by its id or its address, and changes in
    /// nothing but its text.
    pub(super) fn photos_of(&self, wanted: &[Photo], faults: &mut Vec<Fault>) -> Vec<Photo> {
        let mut photos: Vec<Photo> = Vec::with_capacity(wanted.len());
        for (index, photo) in wanted.iter().enumerate() {
            let is_here = photo.id.is_some() || photo.url.starts_with(PHOTOS);
            let known = self
                .photos
                .iter()
                .find(|known| known.id.is_some() && photo.id.map_or(known.url == photo.url, |id| known.id == Some(id)));
            match known {
                Some(known) if photos.iter().any(|earlier| earlier.id == known.id) => {
                    faults.push(Fault::new(format!("/photos/{index}"), "is given twice"));
                }
                Some(known) => photos.push(Photo { alt: photo.alt.clone(), ..known.clone() }),
                None if is_here => {
                    faults.push(Fault::new(format!("/photos/{index}/id"), "is no photo that this product has"));
                }
                None => photos.push(Photo::elsewhere(photo.url.clone(), photo.alt.clone())),
            }
        }
        photos
    }

    fn place_of(&self, id: PhotoId) -> Option<usize> {
        self.photos.iter().position(|photo| photo.id == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bodega_contracts::ProductId;
    use bodega_kernel::{Time, uuid::Uuid};

    fn photo(name: &str) -> Photo {
        Photo::here(PhotoId::of([name.as_bytes()]), name.to_owned(), (16, 9))
    }

    fn product(names: &[&str]) -> Product {
        let blank = Product::blank(ProductId(Uuid::nil()), Time::from_ms(0));
        names.iter().fold(blank, |product, name| product.with_photo(photo(name)))
    }

    fn alts(product: &Product) -> Vec<&str> {
        product.photos.iter().map(|photo| photo.alt.as_str()).collect()
    }

    #[test]
    fn an_id_is_read_as_it_is_written_and_in_no_other_way() {
        let id = PhotoId::of([&b"a"[..], b"b"]);
        assert_ne!(id, PhotoId::of([&b"ab"[..]]));
        let text = id.to_string();
        assert_eq!(PhotoId::read(&text), Some(id));
        for bad in ["", "0", &text.to_uppercase(), &text[1..], &format!("{text}0"), &format!("+{}", &text[1..])] {
            assert_eq!(PhotoId::read(bad), None, "{bad}");
        }
        assert_eq!(Width::of_file("800.webp"), Some(SHOWN));
        for bad in ["", "800", "0800.webp", "801.webp", "800.webp/", "../800.webp", "800.WEBP"] {
            assert_eq!(Width::of_file(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_photo_goes_where_it_is_put_and_the_others_keep_their_order() {
        let four = product(&["a", "b", "c", "d"]);
        let id = |name: &str| PhotoId::of([name.as_bytes()]);
        let moved = |name: &str, position| {
            let edit = PhotoEdit { alt: None, position: Some(position) };
            four.with_photo_changed(id(name), &edit).unwrap()
        };
        assert_eq!(alts(&moved("c", 1).unwrap()), ["c", "a", "b", "d"]);
        assert_eq!(alts(&moved("a", 4).unwrap()), ["b", "c", "d", "a"]);
        assert_eq!(moved("b", 2).unwrap(), four);
        for beyond in [0, 5, u32::MAX] {
            assert_eq!(moved("b", beyond).unwrap_err()[0].pointer, "/position");
        }
        assert_eq!(alts(&four.without_photo(id("b")).unwrap()), ["a", "c", "d"]);
        assert!(four.without_photo(id("e")).is_none());
        assert!(four.with_photo_changed(id("e"), &PhotoEdit::default()).is_none());
    }

    #[test]
    fn a_list_that_comes_back_keeps_the_photos_that_were_uploaded() {
        let two = product(&["a", "b"]);
        let mut faults = Vec::new();
        let by_url = Photo::elsewhere(photo("b").url, "B".to_owned());
        let lied = Photo { width: Some(1), height: None, url: "javascript:x".to_owned(), ..photo("a") };
        let there = Photo::elsewhere("https://a.example/b".to_owned(), String::new());
        let photos = two.photos_of(&[by_url, there.clone(), lied], &mut faults);
        assert_eq!(photos, [Photo { alt: "B".to_owned(), ..photo("b") }, there, photo("a")]);
        assert!(faults.is_empty());
        two.photos_of(&[photo("a"), photo("a"), photo("c")], &mut faults);
        let pointers: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/photos/1", "/photos/2/id"]);
    }
}
