//! Countries that parcels go to, as shoppers call them.

use bodega_pages::{Lang, Text};

const COUNTRIES: [(&str, Text); 49] = [
    ("AT", Text { en: "Austria", de: "Österreich" }),
    ("AU", Text { en: "Australia", de: "Australien" }),
    ("BE", Text { en: "Belgium", de: "Belgien" }),
    ("BG", Text { en: "Bulgaria", de: "Bulgarien" }),
    ("BR", Text { en: "Brazil", de: "Brasilien" }),
    ("CA", Text { en: "Canada", de: "Kanada" }),
    ("CH", Text { en: "Switzerland", de: "Schweiz" }),
    ("CN", Text { en: "China", de: "China" }),
    ("CY", Text { en: "Cyprus", de: "Zypern" }),
    ("CZ", Text { en: "Czechia", de: "Tschechien" }),
    ("DE", Text { en: "Germany", de: "Deutschland" }),
    ("DK", Text { en: "Denmark", de: "Dänemark" }),
    ("EE", Text { en: "Estonia", de: "Estland" }),
    ("ES", Text { en: "Spain", de: "Spanien" }),
    ("FI", Text { en: "Finland", de: "Finnland" }),
    ("FR", Text { en: "France", de: "Frankreich" }),
    ("GB", Text { en: "United Kingdom", de: "Vereinigtes Königreich" }),
    ("GR", Text { en: "Greece", de: "Griechenland" }),
    ("HK", Text { en: "Hong Kong", de: "Hongkong" }),
    ("HR", Text { en: "Croatia", de: "Kroatien" }),
    ("HU", Text { en: "Hungary", de: "Ungarn" }),
    ("IE", Text { en: "Ireland", de: "Irland" }),
    ("IL", Text { en: "Israel", de: "Israel" }),
    ("IN", Text { en: "India", de: "Indien" }),
    ("IS", Text { en: "Iceland", de: "Island" }),
    ("IT", Text { en: "Italy", de: "Italien" }),
    ("JP", Text { en: "Japan", de: "Japan" }),
    ("KR", Text { en: "South Korea", de: "Südkorea" }),
    ("LI", Text { en: "Liechtenstein", de: "Liechtenstein" }),
    ("LT", Text { en: "Lithuania", de: "Litauen" }),
    ("LU", Text { en: "Luxembourg", de: "Luxemburg" }),
    ("LV", Text { en: "Latvia", de: "Lettland" }),
    ("MT", Text { en: "Malta", de: "Malta" }),
    ("MX", Text { en: "Mexico", de: "Mexiko" }),
    ("NL", Text { en: "Netherlands", de: "Niederlande" }),
    ("NO", Text { en: "Norway", de: "Norwegen" }),
    ("NZ", Text { en: "New Zealand", de: "Neuseeland" }),
    ("PL", Text { en: "Poland", de: "Polen" }),
    ("PT", Text { en: "Portugal", de: "Portugal" }),
    ("RO", Text { en: "Romania", de: "Rumänien" }),
    ("RS", Text { en: "Serbia", de: "Serbien" }),
    ("SE", Text { en: "Sweden", de: "Schweden" }),
    ("SG", Text { en: "Singapore", de: "Singapur" }),
    ("SI", Text { en: "Slovenia", de: "Slowenien" }),
    ("SK", Text { en: "Slovakia", de: "Slowakei" }),
    ("TR", Text { en: "Türkiye", de: "Türkei" }),
    ("UA", Text { en: "Ukraine", de: "Ukraine" }),
    ("US", Text { en: "United States", de: "Vereinigte Staaten" }),
    ("ZA", Text { en: "South Africa", de: "Südafrika" }),
];

/// ISO 3166-1 alpha-2 codes and names, sorted by name; `also` is among them even where it has no name here.
pub(crate) fn countries(lang: Lang, also: &str) -> Vec<(String, String)> {
    let known = COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), lang.say(*name).to_owned()));
    let mut all: Vec<(String, String)> = known.collect();
    if also.len() == 2 && !all.iter().any(|(code, _)| code == also) {
        all.push((also.to_owned(), also.to_owned()));
    }
    let key = |name: &str| name.replace('Ö', "Oe").replace('Ü', "Ue").to_lowercase();
    all.sort_by_cached_key(|(_, name)| key(name));
    all
}
