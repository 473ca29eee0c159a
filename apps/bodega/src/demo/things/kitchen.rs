//! What hangs, boils and cuts in a kitchen.

use super::{BEECH, BRASS, CREAM, Look, OAK, STEEL, Set, label, stoneware, wrapped};
use crate::demo::studio::{
    mesh::{boxed, cut, drawn, turned},
    paint::{enamel, labelled, metal, plain, printed, wood},
    print::Print,
    vector::{V3, v3},
};
use std::f32::consts::TAU;

/// A rectangle with round corners, from above.
fn slab(wide: f32, deep: f32, round: f32) -> Vec<(f32, f32)> {
    let mut line = Vec::new();
    for (x, y, start) in [(1.0, 1.0, 0.0), (1.0, -1.0, 0.25), (-1.0, -1.0, 0.5), (-1.0, 1.0, 0.75_f32)] {
        let (middle, edge) = ((x * (wide / 2.0 - round), y * (deep / 2.0 - round)), round);
        for step in 0..=3_u8 {
            let (sin, cos) = ((start + f32::from(step) / 12.0) * TAU).sin_cos();
            line.push((middle.0 + edge * sin, middle.1 + edge * cos));
        }
        line.push(*line.last().unwrap_or(&(0.0, 0.0)));
    }
    line
}

pub(super) fn board(set: &mut Set, look: &Look) {
    let mark = look.mark;
    let ink = look.colour * 0.35;
    let print = Print::new(ink, 1.0).mark(mark, 0.5, 0.5, 0.8);
    let marked = printed(wood(look.colour, 0.62), print, |spot| {
        (spot.made.y > 2.0).then(|| (0.5 + (spot.made.x - 13.5) / 3.4, 0.5 + (spot.made.z - 7.0) / 3.4))
    });
    set.put(cut(&slab(38.0, 24.0, 3.0), 2.4, 0.45, set.fine), marked);
    let grip = drawn(&[v3(-16.5, 2.2, -5.0), v3(-16.5, 2.2, 5.0)], set.fine, |way| {
        let end = (1.0 - (way * 2.0 - 1.0).abs().powi(6)).max(0.0).sqrt();
        (0.75 * end, 0.28 * end)
    });
    set.put(grip, wood(look.colour * 0.34, 0.62));
    set.look(-24.0, 38.0, 0.74);
}

pub(super) fn knife(set: &mut Set, look: &Look) {
    let long = if look.note.contains('9') { 0.62 } else { 1.0 };
    let blade: Vec<(f32, f32)> = [
        (0.0, 1.3),
        (0.0, 1.3),
        (9.0, 1.45),
        (16.0, 1.1),
        (20.0, -1.2),
        (20.0, -1.2),
        (15.0, -2.1),
        (8.0, -2.6),
        (0.6, -2.7),
        (0.0, -2.4),
        (0.0, -2.4),
    ]
    .map(|(x, y)| (x * long, y * (0.6 + 0.4 * long)))
    .to_vec();
    let print = Print::new(v3(0.25, 0.26, 0.27), 0.3).words(0.5, 0.15, 0.13, &look.maker);
    let steel = printed(metal(STEEL, 0.22), print, move |spot| {
        Some(((spot.made.x - 0.8) / 4.6, 0.5 + (spot.made.z - 0.2) / 1.4))
    });
    set.put(cut(&blade, 0.24, 0.1, set.fine).at(0.0, 0.75, 0.0), steel);
    let grip = drawn(
        &[v3(0.6, 0.9, 0.0), v3(-2.0, 0.9, -0.1), v3(-6.0, 0.95, 0.1), v3(-10.0, 0.9, 0.1), v3(-11.6, 0.9, 0.5)],
        set.fine,
        |way| {
            let end = (1.0 - (way * 2.0 - 1.0).abs().powi(10)).max(0.0).sqrt();
            ((1.15 + 0.28 * (way * 7.0).cos()) * end, 0.85 * end)
        },
    );
    set.put(grip, wood(look.colour, 1.0));
    set.put(boxed(1.1, 1.8, 2.7, 0.35).at(0.5, 0.0, 0.0), metal(STEEL, 0.25));
    for x in [-2.6, -5.6, -8.6] {
        set.put(
            turned(&[(0.0, 1.66), (0.28, 1.66), (0.32, 1.74), (0.0, 1.80)], set.fine * 0.4).at(x, 0.0, 0.05),
            metal(BRASS, 0.3),
        );
    }
    set.look(28.0, 52.0, 0.80);
}

pub(super) fn pot(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (10.2, 0.0),
        (10.2, 0.0),
        (11.2, 0.6),
        (12.2, 2.4),
        (12.4, 6.0),
        (12.4, 10.4),
        (12.7, 10.8),
        (12.7, 11.2),
        (12.3, 11.3),
        (11.9, 11.0),
        (11.8, 6.0),
        (11.0, 1.4),
        (0.0, 1.0),
    ];
    set.put(turned(&body, set.fine), enamel(look.colour));
    let lid = [
        (12.0, 10.9),
        (12.0, 10.9),
        (12.75, 11.25),
        (12.8, 11.7),
        (12.3, 12.1),
        (10.0, 12.9),
        (6.0, 13.7),
        (2.5, 14.0),
        (0.0, 14.05),
    ];
    set.put(turned(&lid, set.fine), enamel(look.colour));
    let knob = [(1.3, 13.9), (1.0, 14.4), (1.0, 14.9), (1.9, 15.6), (2.2, 16.2), (1.7, 16.8), (0.0, 17.0)];
    set.put(turned(&knob, set.fine * 0.7), metal(BRASS, 0.25));
    for side in [1.0_f32, -1.0] {
        let path = [
            v3(12.0, 8.6, -4.0),
            v3(14.3, 9.0, -3.7),
            v3(15.4, 9.2, -1.6),
            v3(15.4, 9.2, 1.6),
            v3(14.3, 9.0, 3.7),
            v3(12.0, 8.6, 4.0),
        ];
        let loop_ = drawn(&path, set.fine, |_| (0.75, 0.95)).turned(if side > 0.0 { 0.0 } else { 180.0 });
        set.put(loop_, enamel(look.colour));
    }
    set.look(18.0, 20.0, 0.72);
}

pub(super) fn saucepan(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (8.0, 0.0),
        (8.0, 0.0),
        (8.6, 0.4),
        (8.8, 1.4),
        (8.8, 9.2),
        (9.1, 9.7),
        (9.3, 9.8),
        (9.2, 9.95),
        (8.7, 9.6),
        (8.55, 9.0),
        (8.5, 1.4),
        (7.8, 0.7),
        (0.0, 0.6),
    ];
    set.put(turned(&body, set.fine), metal(look.colour, 0.24));
    let path = [v3(8.6, 7.6, 0.0), v3(12.0, 8.4, 0.0), v3(18.0, 9.4, 0.0), v3(25.0, 9.9, 0.0)];
    set.put(drawn(&path, set.fine, |way| (0.9 + 0.35 * way, 0.42)), metal(look.accent, 0.3));
    set.put(boxed(1.0, 3.0, 3.6, 0.4).at(8.7, 6.2, 0.0), metal(look.accent, 0.3));
    set.look(26.0, 26.0, 0.82);
}

pub(super) fn pan(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (9.6, 0.0),
        (10.2, 0.2),
        (11.2, 1.2),
        (13.2, 4.0),
        (13.6, 4.3),
        (13.5, 4.5),
        (13.1, 4.3),
        (10.9, 1.3),
        (9.8, 0.6),
        (0.0, 0.5),
    ];
    set.put(turned(&body, set.fine), plain(look.colour, 0.36, 0.16));
    let path = [v3(12.4, 3.6, 0.0), v3(16.0, 5.2, 0.0), v3(22.0, 7.4, 0.0), v3(31.0, 8.8, 0.0)];
    set.put(drawn(&path, set.fine, |way| (1.2 + 0.2 * (way * 9.0).sin(), 0.4)), metal(look.accent, 0.38));
    set.look(32.0, 34.0, 0.84);
}

pub(super) fn jar(set: &mut Set, look: &Look) {
    let inside = [(0.0, 0.5), (4.5, 0.5), (4.75, 1.0), (4.75, 7.0), (4.3, 7.35), (2.0, 7.8), (0.0, 7.6)];
    set.put(turned(&inside, set.fine), {
        let colour = look.accent;
        Box::new(move |spot| {
            let grain = crate::demo::studio::vector::noise(spot.made.turned(0.6) * 6.5);
            let mut finish = plain(colour * (0.62 + 0.6 * grain), 0.85, 0.02)(spot);
            finish.soft = 0.2;
            finish
        })
    });
    let glass = [(0.0, 0.0), (4.7, 0.0), (5.05, 0.3), (5.1, 1.0), (5.1, 11.0), (4.9, 11.8), (4.6, 12.2), (4.6, 12.8)];
    set.pane(turned(&glass, set.fine), v3(0.985, 0.995, 0.99));
    let lid = [
        (0.0, 12.4),
        (4.3, 12.4),
        (4.3, 12.7),
        (4.3, 12.7),
        (5.0, 12.7),
        (5.15, 12.85),
        (5.15, 14.2),
        (4.9, 14.5),
        (0.0, 14.55),
    ];
    set.put(turned(&lid, set.fine), wood(OAK, 1.1));
    let band = [(4.45, 12.25), (4.72, 12.25), (4.72, 12.6), (4.45, 12.6)];
    set.put(turned(&band, set.fine), plain(v3(0.6, 0.55, 0.5), 0.7, 0.02));
    set.look(14.0, 14.0, 0.70);
}

pub(super) fn tins(set: &mut Set, look: &Look) {
    for (index, (x, z, word)) in
        [(-5.2, -1.5, "CUMIN"), (1.0, 2.2, "PAPRIKA"), (5.6, -3.2, "THYME")].into_iter().enumerate()
    {
        let body = [(0.0, 0.0), (2.8, 0.0), (2.8, 0.0), (2.95, 0.12), (2.95, 7.4), (2.95, 7.4), (0.0, 7.4)];
        let text = Look { words: word.to_owned(), ..look.clone() };
        let colour = [look.colour, CREAM * 0.9, look.accent][index];
        let paint = labelled(plain(colour, 0.45, 0.04), CREAM, label(&text, 0.95), wrapped(0.30, 1.6, 6.0));
        set.put(turned(&body, set.fine).turned(10.0 - 8.0 * index as f32).at(x, 0.0, z), paint);
        let lid = [(3.02, 6.2), (3.02, 6.2), (3.06, 6.3), (3.06, 7.7), (2.8, 7.95), (0.0, 8.0)];
        set.put(turned(&lid, set.fine).at(x, 0.0, z), metal(STEEL, 0.3));
    }
    set.look(6.0, 17.0, 0.70);
}

pub(super) fn rolling_pin(set: &mut Set, look: &Look) {
    let path = [v3(-23.0, 2.9, 0.0), v3(23.0, 2.9, 0.0)];
    let mesh = drawn(&path, set.fine, |way| {
        let far = (way * 2.0 - 1.0).abs();
        let size = 2.9 * (1.0 - far.powi(4) * 0.42) * (1.0 - far.powi(40)).max(0.0).sqrt();
        (size, size)
    });
    set.put(mesh, wood(look.colour, 0.9));
    set.look(38.0, 30.0, 0.80);
}

pub(super) fn spoons(set: &mut Set, look: &Look) {
    let woods = [look.colour, look.colour * 0.78, BEECH];
    for (index, wide) in [2.9_f32, 2.5, 2.1].into_iter().enumerate() {
        let path =
            [v3(0.0, 0.9, 12.0), v3(0.0, 0.7, 4.0), v3(0.0, 0.8, -6.0), v3(0.0, 1.1, -12.0), v3(0.0, 1.0, -17.0)];
        let mesh = drawn(&path, set.fine, move |way| {
            let bowl = (-((way - 0.86) / 0.115).powi(2)).exp();
            let end = (1.0 - (way * 2.0 - 1.0).abs().powi(24)).max(0.0).sqrt();
            ((0.58 + (wide - 0.58) * bowl) * end, (0.5 + 0.28 * bowl) * end)
        });
        let turn = [14.0, -4.0, -22.0][index];
        set.put(
            mesh.turned(turn).at(index as f32 * 6.2 - 6.2, 0.0, index as f32 * 1.2),
            wood(woods[index], 1.2).along(),
        );
    }
    set.look(-12.0, 58.0, 0.80);
}

/// Wood whose grain runs away from the viewer.
trait Along {
    fn along(self) -> Self;
}

impl Along for crate::demo::studio::paint::Paint {
    fn along(self) -> Self {
        Box::new(move |spot| {
            let made = v3(spot.made.z, spot.made.y, spot.made.x);
            self(&crate::demo::studio::paint::Spot { made, uv: spot.uv })
        })
    }
}

pub(super) fn mortar(set: &mut Set, look: &Look) {
    let stone = |colour: V3| -> crate::demo::studio::paint::Paint {
        Box::new(move |spot| {
            use crate::demo::studio::vector::{noise, smooth};
            let fleck = smooth(0.66, 0.8, noise(spot.made * 5.0))
                - 0.6 * smooth(0.64, 0.8, noise(spot.made * 7.0 + v3(9.0, 3.0, 1.0)));
            plain(colour * (1.0 + 0.75 * fleck), 0.5, 0.035)(spot)
        })
    };
    let body = [
        (0.0, 0.0),
        (4.4, 0.0),
        (4.4, 0.0),
        (4.7, 0.4),
        (4.9, 1.4),
        (6.4, 3.4),
        (7.3, 6.4),
        (7.5, 9.0),
        (7.2, 9.5),
        (6.6, 9.4),
        (6.2, 8.6),
        (5.2, 4.6),
        (3.0, 2.7),
        (0.0, 2.3),
    ];
    set.put(turned(&body, set.fine), stone(look.colour));
    let path = [v3(0.3, 3.6, 0.6), v3(2.6, 7.0, 0.2), v3(6.0, 11.4, -0.5), v3(9.4, 15.6, -1.2)];
    let pestle = drawn(&path, set.fine, |way| {
        let size = (2.0 - 1.0 * way + 0.35 * (way * 3.2).powi(2) * 0.2)
            * (1.0 - (way * 2.0 - 1.0).abs().powi(9)).max(0.0).sqrt();
        (size, size)
    });
    set.put(pestle, stone(look.colour * 1.1));
    set.look(10.0, 22.0, 0.68);
}

pub(super) fn cellar(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (4.9, 0.0),
        (4.9, 0.0),
        (5.4, 0.5),
        (5.9, 2.0),
        (5.9, 5.6),
        (5.6, 6.6),
        (5.4, 6.8),
        (5.2, 6.6),
        (5.3, 3.0),
        (4.6, 1.2),
        (0.0, 1.0),
    ];
    set.put(turned(&body, set.fine), stoneware(look, 1.1));
    let lid = [(5.1, 6.7), (5.1, 6.7), (5.6, 6.75), (5.7, 7.1), (5.5, 7.5), (3.0, 7.7), (0.0, 7.7)];
    set.put(turned(&lid, set.fine), wood(OAK, 1.2));
    let knob = [(0.7, 7.6), (0.6, 8.0), (1.0, 8.5), (1.1, 8.9), (0.8, 9.3), (0.0, 9.4)];
    set.put(turned(&knob, set.fine * 0.6), wood(OAK * 0.8, 2.0));
    set.look(16.0, 20.0, 0.62);
}
