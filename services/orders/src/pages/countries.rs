//! The names of countries, as a letter abroad says them; others are written as their code.

use super::Language;

/// Code, English, German.
const COUNTRIES: [[&str; 3]; 44] = [
    ["AT", "Austria", "Österreich"],
    ["AU", "Australia", "Australien"],
    ["BE", "Belgium", "Belgien"],
    ["BG", "Bulgaria", "Bulgarien"],
    ["BR", "Brazil", "Brasilien"],
    ["CA", "Canada", "Kanada"],
    ["CH", "Switzerland", "Schweiz"],
    ["CY", "Cyprus", "Zypern"],
    ["CZ", "Czechia", "Tschechien"],
    ["DE", "Germany", "Deutschland"],
    ["DK", "Denmark", "Dänemark"],
    ["EE", "Estonia", "Estland"],
    ["ES", "Spain", "Spanien"],
    ["FI", "Finland", "Finnland"],
    ["FR", "France", "Frankreich"],
    ["GB", "United Kingdom", "Vereinigtes Königreich"],
    ["GR", "Greece", "Griechenland"],
    ["HR", "Croatia", "Kroatien"],
    ["HU", "Hungary", "Ungarn"],
    ["IE", "Ireland", "Irland"],
    ["IN", "India", "Indien"],
    ["IS", "Iceland", "Island"],
    ["IT", "Italy", "Italien"],
    ["JP", "Japan", "Japan"],
    ["KW", "Kuwait", "Kuwait"],
    ["LI", "Liechtenstein", "Liechtenstein"],
    ["LT", "Lithuania", "Litauen"],
    ["LU", "Luxembourg", "Luxemburg"],
    ["LV", "Latvia", "Lettland"],
    ["MT", "Malta", "Malta"],
    ["NL", "Netherlands", "Niederlande"],
    ["NO", "Norway", "Norwegen"],
    ["NZ", "New Zealand", "Neuseeland"],
    ["PL", "Poland", "Polen"],
    ["PT", "Portugal", "Portugal"],
    ["RO", "Romania", "Rumänien"],
    ["RS", "Serbia", "Serbien"],
    ["SE", "Sweden", "Schweden"],
    ["SG", "Singapore", "Singapur"],
    ["SI", "Slovenia", "Slowenien"],
    ["SK", "Slovakia", "Slowakei"],
    ["TR", "Türkiye", "Türkei"],
    ["UA", "Ukraine", "Ukraine"],
    ["US", "United States", "Vereinigte Staaten"],
];

/// The name of a country by its ISO 3166-1 alpha-2 code.
pub(super) fn name(code: &str, language: Language) -> Option<&'static str> {
    let [_, english, german] = COUNTRIES.iter().find(|[known, ..]| *known == code)?;
    Some(match language {
        Language::En => english,
        Language::De => german,
    })
}
