//! The things of the sample shop as bodies for the studio: each kind is a short function that puts its parts on the set.

mod bath;
mod brewing;
mod desk;
mod kitchen;
mod table;
mod textiles;

use super::studio::{
    Picture, Scene,
    camera::View,
    mesh::Mesh,
    paint::{Paint, Spot, glaze},
    print::{Mark, Print},
    vector::{V3, v3},
};
use serde::Deserialize;
use std::f32::consts::TAU;

/// How a thing looks.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) colour: V3,
    pub(crate) accent: V3,
    pub(crate) mark: Mark,
    /// The largest words on its label.
    pub(crate) words: String,
    /// The small line below.
    pub(crate) note: String,
    /// The name of the brand.
    pub(crate) maker: String,
}

/// The set that a kind puts its parts on.
pub(crate) struct Set {
    scene: Scene,
    /// How fine bodies are, 1 for large pictures.
    fine: f32,
}

macro_rules! kinds {
    ($($kind:ident $place:ident :: $make:ident,)+) => {
        /// What a thing is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum Kind {
            $($kind,)+
        }

        fn make(kind: Kind, set: &mut Set, look: &Look) {
            match kind {
                $(Kind::$kind => $place::$make(set, look),)+
            }
        }
    };
}

kinds! {
    Board kitchen::board,
    Knife kitchen::knife,
    Pot kitchen::pot,
    Saucepan kitchen::saucepan,
    Pan kitchen::pan,
    Jar kitchen::jar,
    Tins kitchen::tins,
    RollingPin kitchen::rolling_pin,
    Spoons kitchen::spoons,
    Mortar kitchen::mortar,
    Cellar kitchen::cellar,
    Mug table::mug,
    Cups table::cups,
    Plates table::plates,
    Bowl table::bowl,
    WoodBowl table::wood_bowl,
    Tumblers table::tumblers,
    Carafe table::carafe,
    Jug table::jug,
    Vase table::vase,
    Candlestick table::candlestick,
    EggCups table::egg_cups,
    Tray table::tray,
    Towels textiles::towels,
    Napkins textiles::napkins,
    Blanket textiles::blanket,
    Cushion textiles::cushion,
    Apron textiles::apron,
    Basket textiles::basket,
    Roll textiles::roll,
    Bedding textiles::bedding,
    Holders textiles::holders,
    Bag brewing::bag,
    Caddy brewing::caddy,
    Teapot brewing::teapot,
    Dripper brewing::dripper,
    Kettle brewing::kettle,
    Grinder brewing::grinder,
    Scoop brewing::scoop,
    Press brewing::press,
    Soap bath::soap,
    Pump bath::pump,
    Dropper bath::dropper,
    Candle bath::candle,
    Pillars bath::pillars,
    Diffuser bath::diffuser,
    Brush bath::brush,
    Dish bath::dish,
    Balm bath::balm,
    Salts bath::salts,
    Notebook desk::notebook,
    Notebooks desk::notebooks,
    Pen desk::pen,
    Pencils desk::pencils,
    DeskTray desk::desk_tray,
    Cards desk::cards,
    Lamp desk::lamp,
    PenPot desk::pen_pot,
    Pad desk::pad,
}

/// How near the camera goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    Whole,
    Close,
}

/// Draws a thing before a ground of the tone, `size` points each way.
pub(crate) fn draw(kind: Kind, look: &Look, tone: V3, distance: Distance, size: usize) -> Picture {
    let view = View { around: 22.0, above: 17.0, fill: 0.62, aim: (0.0, 0.0) };
    let scene = Scene { bodies: Vec::new(), glass: Vec::new(), view, tone };
    let mut set = Set { scene, fine: (size as f32 / 900.0).clamp(0.25, 1.0) };
    make(kind, &mut set, look);
    let view = &mut set.scene.view;
    if distance == Distance::Close {
        *view =
            View { around: view.around - 14.0, above: view.above + 9.0, fill: view.fill * 1.75, aim: (0.12, -0.22) };
    }
    set.scene.draw(size)
}

impl Set {
    fn put(&mut self, mesh: Mesh, paint: Paint) {
        self.scene.bodies.push((mesh, paint));
    }

    fn pane(&mut self, mesh: Mesh, tint: V3) {
        self.scene.glass.push((mesh, tint));
    }

    /// From `around` and `above` in degrees, filling this part of the picture.
    fn look(&mut self, around: f32, above: f32, fill: f32) {
        self.scene.view = View { around, above, fill, aim: (0.0, 0.0) };
    }
}

const CLAY: V3 = v3(0.52, 0.36, 0.24);
const OAK: V3 = v3(0.52, 0.33, 0.16);
const BEECH: V3 = v3(0.66, 0.44, 0.25);
const STEEL: V3 = v3(0.80, 0.81, 0.82);
const BRASS: V3 = v3(0.83, 0.60, 0.27);
const CREAM: V3 = v3(0.86, 0.81, 0.71);
const INK: V3 = v3(0.035, 0.035, 0.045);

/// Stoneware in the colour of the look, with a foot of bare clay up to this height.
fn stoneware(look: &Look, foot: f32) -> Paint {
    glaze(look.colour, CLAY, foot)
}

/// Where a spot lies on a label that is wrapped around a body: `wide` is its part of a turn, between two heights.
fn wrapped(wide: f32, low: f32, high: f32) -> impl Fn(&Spot) -> Option<(f32, f32)> {
    move |spot| {
        let turn = spot.made.x.atan2(spot.made.z) / TAU;
        (spot.made.y >= low && spot.made.y <= high).then(|| (0.5 + turn / wide, (high - spot.made.y) / (high - low)))
    }
}

/// Where a spot lies on a print on the top of a body, of this width and depth around its middle.
fn on_top(wide: f32, deep: f32, least: f32) -> impl Fn(&Spot) -> Option<(f32, f32)> {
    move |spot| (spot.made.y >= least).then(|| (0.5 + spot.made.x / wide, 0.5 + spot.made.z / deep))
}

/// The label of a thing: the maker, its mark, the words and the note. `high` is its height where its width is 1.
fn label(look: &Look, high: f32) -> Print {
    let ink = if look.accent.length() < 0.9 { look.accent } else { INK };
    Print::new(ink, high)
        .mark(look.mark, 0.5, high * 0.22, 0.17_f32.min(high * 0.26))
        .words(0.5, high * 0.44, 0.034, &look.maker)
        .rule(high * 0.52, 0.12, 0.005)
        .words(0.5, high * 0.63, 0.082, &look.words)
        .words(0.5, high * 0.82, 0.034, &look.note)
}
