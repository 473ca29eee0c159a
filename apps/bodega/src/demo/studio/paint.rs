//! What surfaces are made of: colour, roughness and shine at each spot, and how they answer the light of the studio.

use super::{
    light::key_direction,
    mesh::Corner,
    print::Print,
    vector::{V3, cloudy, noise, smooth, v3},
};

/// A spot of a surface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// Where the spot was when the body was made.
    pub(crate) made: V3,
    /// Across and along the body.
    pub(crate) uv: (f32, f32),
}

/// What a surface is at a spot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish {
    pub(crate) colour: V3,
    /// 0 is a mirror, 1 is chalk.
    pub(crate) rough: f32,
    /// How much it throws back when looked at straight.
    pub(crate) shine: f32,
    /// How far light goes around its edges: cloth, wax.
    pub(crate) soft: f32,
    /// Metal has the colour in its reflections only.
    pub(crate) metal: bool,
}

/// A material.
pub(crate) type Paint = Box<dyn Fn(&Spot) -> Finish>;

const fn finish(colour: V3, rough: f32, shine: f32) -> Finish {
    Finish { colour, rough, shine, soft: 0.0, metal: false }
}

/// The same all over.
pub(crate) fn plain(colour: V3, rough: f32, shine: f32) -> Paint {
    Box::new(move |_| finish(colour, rough, shine))
}

/// Glazed stoneware: speckled, thinner at the rim, and bare clay below `foot`.
pub(crate) fn glaze(colour: V3, clay: V3, foot: f32) -> Paint {
    Box::new(move |spot| {
        let wobble = foot + 0.12 * (noise(spot.made * 0.9) - 0.5);
        let mottled = colour * (0.93 + 0.14 * cloudy(spot.made * 0.7));
        let speck = smooth(0.80, 0.86, noise(spot.made * 9.0)) * 0.55;
        let glazed = finish(mottled.mix(v3(0.09, 0.06, 0.045), speck), 0.16, 0.045);
        let bare = clay * (0.9 + 0.2 * noise(spot.made * 11.0));
        let share = smooth(wobble - 0.03, wobble + 0.03, spot.made.y);
        Finish { colour: bare.mix(glazed.colour, share), rough: 0.75 + (glazed.rough - 0.75) * share, ..glazed }
    })
}

/// Wood with its grain along x, oiled.
pub(crate) fn wood(colour: V3, fine: f32) -> Paint {
    Box::new(move |spot| {
        let at = spot.made * fine;
        let bent = v3(at.x * 0.10, at.y, at.z);
        let ring = (bent.z * 1.5 + bent.y * 1.1 + cloudy(bent * 0.8) * 3.4) * 2.3;
        let wave = 0.5 + 0.5 * (ring * 1.9).sin();
        let pore = smooth(0.62, 0.9, noise(v3(at.x * 0.7, at.y * 9.0, at.z * 9.0)));
        let shade = 1.0 - 0.26 * wave.powi(3) - 0.16 * pore;
        finish(colour * shade, 0.52, 0.035)
    })
}

/// Woven cloth, `fine` threads to the centimetre.
pub(crate) fn cloth(colour: V3, fine: f32) -> Paint {
    Box::new(move |spot| {
        let at = spot.made * fine;
        let warp = (at.x * 3.1).sin() * (at.z * 3.1 + at.y * 3.1).sin();
        let slub = noise(v3(at.x * 0.12, at.y * 2.5, at.z * 2.5)) + noise(v3(at.x * 2.5, at.y * 0.12, at.z * 0.12));
        let shade = 0.88 + 0.08 * warp + 0.12 * (slub - 1.0) + 0.1 * cloudy(spot.made * 0.5);
        Finish { soft: 0.35, ..finish(colour * shade, 1.0, 0.0) }
    })
}

/// Cloth with a pattern: the accent where `pattern` says 1.
pub(crate) fn patterned(colour: V3, accent: V3, fine: f32, pattern: impl Fn(&Spot) -> f32 + 'static) -> Paint {
    let (ground, drawing) = (cloth(colour, fine), cloth(accent, fine));
    Box::new(move |spot| {
        let (one, two) = (ground(spot), drawing(spot));
        Finish { colour: one.colour.mix(two.colour, pattern(spot).clamp(0.0, 1.0)), ..one }
    })
}

/// Metal with fine lines of brushing.
pub(crate) fn metal(colour: V3, rough: f32) -> Paint {
    Box::new(move |spot| {
        let line = noise(v3(spot.made.x * 0.6, spot.made.y * 26.0, spot.made.z * 0.6));
        Finish { metal: true, ..finish(colour * (0.95 + 0.1 * line), rough, 1.0) }
    })
}

/// Cast iron under enamel, or bare with a grain.
pub(crate) fn enamel(colour: V3) -> Paint {
    plain(colour, 0.1, 0.05)
}

/// Wax and soap: light goes into it.
pub(crate) fn wax(colour: V3) -> Paint {
    Box::new(move |spot| {
        let shade = 0.95 + 0.1 * cloudy(spot.made * 0.8);
        Finish { soft: 0.75, ..finish(colour * shade, 0.55, 0.03) }
    })
}

/// Paper, card.
pub(crate) fn paper(colour: V3) -> Paint {
    Box::new(move |spot| finish(colour * (0.97 + 0.06 * noise(spot.made * 14.0)), 0.9, 0.015))
}

/// A label on something: `place` tells where on the print a spot lies, 0 to 1 each way, if it does.
pub(crate) fn labelled(
    ground: Paint,
    label: V3,
    print: Print,
    place: impl Fn(&Spot) -> Option<(f32, f32)> + 'static,
) -> Paint {
    Box::new(move |spot| match place(spot) {
        Some((across, down)) if (0.0..=1.0).contains(&across) && (0.0..=1.0).contains(&down) => {
            let under = finish(label * (0.98 + 0.04 * noise(spot.made * 14.0)), 0.75, 0.02);
            Finish { colour: print.over(under.colour, across, down), ..under }
        }
        _ => ground(spot),
    })
}

/// A print right on the surface, without a label.
pub(crate) fn printed(ground: Paint, print: Print, place: impl Fn(&Spot) -> Option<(f32, f32)> + 'static) -> Paint {
    Box::new(move |spot| {
        let under = ground(spot);
        match place(spot) {
            Some((across, down)) if (0.0..=1.0).contains(&across) && (0.0..=1.0).contains(&down) => {
                Finish { colour: print.over(under.colour, across, down), ..under }
            }
            _ => under,
        }
    })
}

/// What shines in a direction: two soft boxes, a light room, and the floor.
fn room(way: V3, rough: f32, floor: V3) -> V3 {
    let edge = 0.03 + rough * 0.75;
    let panel = |middle: V3, wide: f32, high: f32| {
        let side = middle.cross(v3(0.0, 1.0, 0.0)).unit();
        let up = side.cross(middle);
        let ahead = way.dot(middle);
        if ahead <= 0.05 {
            return 0.0;
        }
        let (across, above) = ((way.dot(side) / ahead).abs(), (way.dot(up) / ahead).abs());
        smooth(wide + edge, wide - edge, across) * smooth(high + edge, high - edge, above)
    };
    let walls = smooth(-0.5, 0.9, way.y);
    let base = floor.mix(v3(0.74, 0.76, 0.79), walls) * 0.62;
    let lamps = panel(key_direction(), 0.42, 0.5) * 2.2
        + panel(v3(-0.80, 0.22, 0.52).unit(), 0.20, 1.0) * 2.0
        + panel(v3(0.90, 0.24, 0.22).unit(), 0.11, 0.9) * 0.8;
    base + v3(1.0, 0.985, 0.955) * (lamps / (1.0 + rough))
}

/// The light that a spot sends to the viewer; `view` points at the viewer.
pub(crate) fn shine(finish: &Finish, corner: &Corner, view: V3, floor: V3) -> V3 {
    let flip = corner.normal.dot(view) < 0.0;
    let normal = if flip { -corner.normal } else { corner.normal };
    let facing = normal.dot(view).clamp(0.0, 1.0);
    let (key, sky) = corner.lit;
    let open = sky.clamp(0.0, 1.0);
    let edge = (1.0 - facing).powi(5);
    let mirrored = normal * (2.0 * normal.dot(view)) - view;
    let glow = room(mirrored, finish.rough, floor) * (0.25 + 0.75 * open);
    if finish.metal {
        let tint = finish.colour.mix(v3(1.0, 1.0, 1.0), edge);
        return glow.times(tint) * (0.45 + 0.55 * key.max(open));
    }
    let wrapped = (normal.dot(key_direction()) + finish.soft * 0.5) / (1.0 + finish.soft * 0.5);
    let lamp = v3(1.0, 0.975, 0.94) * (1.32 * wrapped.max(0.0) * key);
    let above = v3(0.47, 0.49, 0.52).mix(floor * 0.5, 0.5 - 0.5 * normal.y);
    let inside = finish.colour.times(finish.colour).mix(finish.colour, 0.5 + 0.5 * open);
    let body = lamp.times(finish.colour) + above.times(inside) * (0.12 + 0.88 * open);
    let mirror =
        (finish.shine + (1.0 - finish.shine) * edge * (1.0 - finish.rough).powi(2)) * (1.0 - finish.rough * 0.5);
    let rim = v3(0.5, 0.5, 0.5).times(finish.colour) * (finish.soft * 0.35 * (1.0 - facing).powi(3) * open);
    body * (1.0 - mirror) + glow * mirror + rim
}

/// Glass over what is `behind` it.
pub(crate) fn through(tint: V3, corner: &Corner, view: V3, floor: V3, behind: V3) -> V3 {
    let normal = if corner.normal.dot(view) < 0.0 { -corner.normal } else { corner.normal };
    let facing = normal.dot(view).clamp(0.0, 1.0);
    let thick = 1.0 / (0.16 + facing);
    let passes = v3(tint.x.powf(thick), tint.y.powf(thick), tint.z.powf(thick));
    let edge = (1.0 - facing).powi(4);
    let mirrored = normal * (2.0 * normal.dot(view)) - view;
    let glow = room(mirrored, 0.03, floor);
    behind.times(passes) * (1.0 - 0.55 * edge) + glow * (0.035 + 0.38 * edge)
}
