//! What is woven, sewn and knitted.

use super::{BRASS, CREAM, INK, Look, OAK, Set, label, on_top};
use crate::demo::studio::{
    mesh::{Mesh, boxed, cut, drawn, net, steps, turned},
    paint::{Paint, Spot, cloth, labelled, metal, paper, patterned, plain},
    vector::{V3, noise, smooth, v3},
};
use std::f32::consts::TAU;

/// A cloth folded into a parcel: layers with round folds in front, a little uneven.
fn folded(wide: f32, deep: f32, thick: f32, layers: u8, seed: f32, fine: f32) -> Mesh {
    let mut mesh = Mesh::default();
    for layer in 0..layers {
        let level = f32::from(layer) * thick;
        let (dx, dz) = (noise(v3(seed, level * 3.1, 0.5)) - 0.5, noise(v3(seed, 7.5, level * 2.3)) - 0.5);
        let sheet = net(steps(60.0, fine), steps(52.0, fine), move |u, v| {
            let (sin, cos) = (v * TAU).sin_cos();
            // A flat pillow: round in front, straight at the sides.
            let bend = |value: f32, power: f32| value.abs().powf(power).copysign(value);
            let x = (u - 0.5) * wide * (1.0 - 0.012 * sin.abs());
            let wave = 0.10 * noise(v3(x * 0.16, level, seed)) + 0.05 * noise(v3(x * 0.4, v * 9.0, seed));
            let y = level + thick * (0.5 + 0.49 * bend(sin, 0.5)) + wave * thick * 0.9;
            v3(x + dx * 0.5, y, -bend(cos, 0.35) * deep / 2.0 + dz * 0.5)
        });
        // The ends of the layers.
        let ends = [-0.5_f32, 0.5].into_iter().fold(Mesh::default(), |ends, side| {
            ends.with(net(6, steps(52.0, fine), move |u, v| {
                let (sin, cos) = (v * TAU).sin_cos();
                let bend = |value: f32, power: f32| value.abs().powf(power).copysign(value);
                let y = level + thick * (0.5 + 0.49 * bend(sin, 0.5) * u);
                v3(side * wide * 0.995 + dx * 0.5, y, -bend(cos, 0.35) * deep / -2.0 * u * side.signum() + dz * 0.5)
            }))
        });
        mesh = mesh.with(sheet).with(ends);
    }
    mesh
}

/// A stripe of the accent at some places across.
fn stripes(look: &Look, fine: f32, at: &'static [(f32, f32)]) -> Paint {
    patterned(look.colour, look.accent, fine, move |spot| {
        at.iter().map(|(middle, half)| 1.0 - smooth(half - 0.06, half + 0.06, (spot.made.x - middle).abs())).sum()
    })
}

pub(super) fn towels(set: &mut Set, look: &Look) {
    let waffle = look.note.contains("waffle");
    let soft = |colour: V3| -> Paint {
        Box::new(move |spot| {
            let mut finish = cloth(colour, 2.2)(spot);
            if waffle {
                let cell = (spot.made.x * 5.2).sin() * (spot.made.z * 5.2 + spot.made.y * 5.2).sin();
                finish.colour = finish.colour * (0.92 + 0.18 * cell);
            } else {
                finish.colour = finish.colour * (0.9 + 0.2 * noise(spot.made * 7.0));
            }
            finish
        })
    };
    let layers = if waffle { 2 } else { 1 };
    if waffle {
        set.put(folded(30.0, 21.0, 2.3, layers, 1.0, set.fine), soft(look.colour));
        set.put(folded(29.0, 20.5, 2.2, layers, 4.0, set.fine).turned(2.0).at(0.3, 4.6, 0.2), soft(look.accent));
        set.put(folded(19.0, 13.0, 1.7, layers, 6.0, set.fine).turned(-3.0).at(-1.0, 9.0, 0.6), soft(look.colour));
    } else {
        let looks = [(look.colour, look.accent), (look.accent, look.colour), (look.colour, look.accent)];
        for (index, (colour, accent)) in looks.into_iter().enumerate() {
            let look = Look { colour, accent, ..look.clone() };
            let paint = stripes(&look, 3.0, &[(-9.0, 0.5), (-7.6, 0.18), (9.0, 0.5), (7.6, 0.18)]);
            let mesh = folded(26.0, 19.0, 0.85, 2, index as f32 * 3.0, set.fine).turned(index as f32 * 2.5 - 2.0);
            set.put(mesh.at(0.0, index as f32 * 1.75, 0.0), paint);
        }
    }
    set.look(-24.0, 27.0, 0.74);
}

pub(super) fn napkins(set: &mut Set, look: &Look) {
    for index in 0..4_u8 {
        let paint = stripes(look, 3.4, &[(-8.2, 0.12), (8.2, 0.12)]);
        let mesh = folded(19.0, 19.0, 0.34, 2, f32::from(index) * 2.0, set.fine).turned(f32::from(index) * 5.0 - 9.0);
        set.put(mesh.at(0.0, f32::from(index) * 0.75, 0.0), paint);
    }
    set.look(-20.0, 42.0, 0.76);
}

pub(super) fn blanket(set: &mut Set, look: &Look) {
    let (colour, accent) = (look.colour, look.accent);
    let wool: fn(V3, V3) -> Paint = |colour, accent| {
        let weave = patterned(colour, accent, 1.4, |spot| {
            let band =
                |at: f32, wide: f32| 1.0 - smooth(wide - 0.2, wide + 0.2, ((at / 7.5).fract().abs() - 0.5).abs() * 7.5);
            0.55 * band(spot.made.x + 40.0, 1.1) + 0.4 * band(spot.made.z + spot.made.y + 40.0, 1.1)
        });
        Box::new(move |spot| {
            let mut finish = weave(spot);
            finish.colour = finish.colour * (0.82 + 0.36 * noise(spot.made * 5.0));
            finish.soft = 0.6;
            finish
        })
    };
    set.put(folded(34.0, 24.0, 2.6, 4, 2.0, set.fine), wool(colour, accent));
    // Fringes hang out of the fold in front.
    for index in 0..38_u8 {
        let x = -16.4 + f32::from(index) * 0.885;
        let sway = noise(v3(f32::from(index) * 1.7, 2.0, 3.0)) - 0.5;
        let path =
            [v3(x, 8.0, 11.7), v3(x + sway * 0.3, 7.4, 12.7), v3(x + sway, 5.6, 13.1), v3(x + sway * 1.3, 4.0, 13.0)];
        set.put(drawn(&path, set.fine * 0.35, |way| (0.24 - 0.1 * way, 0.24 - 0.1 * way)), cloth(colour * 1.05, 3.0));
    }
    set.look(-22.0, 24.0, 0.76);
}

pub(super) fn cushion(set: &mut Set, look: &Look) {
    let half = |front: f32| {
        net(steps(80.0, set.fine), steps(80.0, set.fine), move |u, v| {
            let (a, b) = (u * 2.0 - 1.0, v * 2.0 - 1.0);
            let pull = |far: f32| 1.0 - 0.075 * (1.0 - far * far);
            let (x, y) = (a * pull(b), b * pull(a));
            let fat = ((1.0 - a.powi(4)) * (1.0 - b.powi(4))).max(0.0).powf(0.42);
            let crease = 0.35 * noise(v3(a * 5.0, b * 5.0, front)) * (a.abs().max(b.abs())).powi(2);
            v3(x * 22.5, y * 22.5, front * (fat * 6.4 + crease))
        })
    };
    let mesh = half(1.0).flipped().with(half(-1.0)).at(0.0, 21.4, 0.0).tipped(-16.0).turned(-24.0);
    let rib = look.note.contains("cord");
    let (plain_cloth, lines) = (look.colour, look.accent);
    let paint: Paint = if rib {
        let ground = cloth(plain_cloth, 2.0);
        Box::new(move |spot| {
            let mut finish = ground(spot);
            finish.colour = finish.colour * (0.78 + 0.3 * (spot.made.x * 4.2).sin().abs());
            finish.soft = 0.7;
            finish
        })
    } else {
        patterned(plain_cloth, lines, 1.5, |spot| {
            let at = spot.made.x;
            1.0 - smooth(0.5, 0.62, ((at / 5.6).rem_euclid(1.0) - 0.5).abs() * 5.6)
        })
    };
    set.put(mesh, paint);
    set.look(0.0, 12.0, 0.70);
}

pub(super) fn apron(set: &mut Set, look: &Look) {
    set.put(folded(24.0, 27.0, 0.9, 4, 5.0, set.fine), cloth(look.colour, 3.0));
    set.put(boxed(10.0, 0.4, 8.6, 0.18).at(4.4, 3.55, 4.0), cloth(look.colour * 0.94, 3.0));
    let strap = || plain(look.accent, 0.62, 0.03);
    set.put(boxed(2.2, 4.0, 27.6, 0.35).at(-6.6, 0.0, 0.0), strap());
    set.put(boxed(24.6, 4.1, 2.2, 0.35).at(0.0, 0.0, -6.0), strap());
    for (x, z) in [(-6.6, -6.0), (0.2, 0.6), (8.6, 0.6)] {
        let rivet = turned(&[(0.0, 0.0), (0.5, 0.0), (0.55, 0.14), (0.0, 0.24)], 0.5);
        set.put(rivet.at(x, if x < 0.0 { 4.08 } else { 3.92 }, z), metal(BRASS, 0.3));
    }
    set.look(-26.0, 42.0, 0.76);
}

pub(super) fn basket(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (12.5, 0.0),
        (13.4, 0.5),
        (14.2, 6.0),
        (14.8, 14.0),
        (15.0, 19.4),
        (14.8, 19.8),
        (14.5, 19.4),
        (14.2, 14.0),
        (13.0, 1.4),
        (0.0, 1.2),
    ];
    let colour = look.colour;
    let rope: Paint = Box::new(move |spot: &Spot| {
        let turn = (spot.made.y * 6.6).sin().abs().powf(0.6);
        let strand = ((spot.made.x.atan2(spot.made.z) * 150.0) + spot.made.y * 14.0).sin();
        let mut finish = plain(colour * (0.55 + 0.42 * turn + 0.07 * strand), 1.0, 0.0)(spot);
        finish.soft = 0.3;
        finish
    });
    set.put(turned(&body, set.fine), rope);
    for side in [0.0, 180.0] {
        let path =
            [v3(14.6, 17.0, -4.4), v3(15.6, 21.0, -4.0), v3(15.8, 24.0, 0.0), v3(15.6, 21.0, 4.0), v3(14.6, 17.0, 4.4)];
        set.put(drawn(&path, set.fine, |_| (0.7, 0.7)).turned(side), plain(look.accent, 0.65, 0.03));
    }
    set.look(34.0, 21.0, 0.72);
}

pub(super) fn roll(set: &mut Set, look: &Look) {
    let turns = 3.6;
    let line: Vec<V3> = (0..=120_u8)
        .map(|step| {
            let angle = f32::from(step) / 120.0 * turns * TAU;
            let radius = 1.1 + angle / TAU * 1.35;
            v3(0.0, angle.sin() * radius, angle.cos() * radius)
        })
        .collect();
    let last = line.len() - 1;
    let lift = 1.1 + turns * 1.35 + 0.6;
    let sheet = |out: f32| {
        let line = line.clone();
        net(steps(50.0, set.fine), last, move |u, v| {
            let at = line[(v * last as f32).round() as usize];
            v3((u - 0.5) * 36.0, at.y, at.z) + v3(0.0, at.y, at.z).unit() * out
        })
    };
    let ring = |side: f32| {
        let line = line.clone();
        net(4, last, move |u, v| {
            let at = line[(v * last as f32).round() as usize];
            v3(side * 18.0, at.y, at.z) + v3(0.0, at.y, at.z).unit() * (u * 1.1 - 0.55)
        })
    };
    let mesh = sheet(0.55).flipped().with(sheet(-0.55)).with(ring(1.0)).with(ring(-1.0)).at(0.0, lift, 0.0);
    let ground = cloth(look.colour, 1.2);
    let tufted: Paint = Box::new(move |spot| {
        let mut finish = ground(spot);
        let tuft = (spot.made.x * 4.4).sin() * noise(spot.made * 2.6 + v3(3.0, 0.0, 0.0));
        finish.colour = finish.colour * (0.84 + 0.26 * tuft + 0.16 * noise(spot.made * 6.0));
        finish
    });
    set.put(mesh.turned(-8.0), tufted);
    let band = |x: f32| {
        let size = lift + 0.15;
        net(steps(70.0, set.fine), 3, move |u, v| {
            let (sin, cos) = (u * TAU).sin_cos();
            v3(x + (v - 0.5) * 2.2, size + sin * (size + 0.02), cos * (size + 0.02))
        })
    };
    set.put(band(3.0).flipped().turned(-8.0), plain(look.accent, 0.7, 0.02));
    set.look(36.0, 22.0, 0.74);
}

pub(super) fn bedding(set: &mut Set, look: &Look) {
    set.put(folded(34.0, 26.0, 2.2, 3, 3.0, set.fine), cloth(look.colour, 2.6));
    set.put(folded(33.0, 25.0, 1.7, 2, 8.0, set.fine).turned(1.5).at(0.2, 6.6, 0.0), cloth(look.accent, 2.6));
    let band = boxed(5.4, 10.25, 26.2, 1.0).at(-4.0, 0.0, 0.0);
    set.put(band, paper(CREAM));
    let text = Look { accent: INK, ..look.clone() };
    let card = labelled(paper(CREAM), CREAM, label(&text, 1.0), on_top(6.6, 6.6, 0.1));
    set.put(boxed(7.4, 0.3, 7.4, 0.1).at(-4.0, 10.25, 2.0), card);
    set.look(-26.0, 29.0, 0.76);
}

pub(super) fn holders(set: &mut Set, look: &Look) {
    for (index, (x, z, turn)) in [(-4.6, -3.0, 12.0), (5.0, 3.4, -14.0)].into_iter().enumerate() {
        let outline =
            [(-9.0, -9.0), (-9.4, 0.0), (-9.0, 9.0), (0.0, 9.4), (9.0, 9.0), (9.4, 0.0), (9.0, -9.0), (0.0, -9.4)];
        let pad = cut(&outline, 1.5, 0.7, set.fine);
        let colour = if index == 0 { look.colour } else { look.accent };
        let ground = cloth(colour, 2.6);
        let quilted: Paint = Box::new(move |spot| {
            let mut finish = ground(spot);
            let line = |at: f32| smooth(0.0, 0.32, ((at / 3.2).rem_euclid(1.0) - 0.5).abs() * 3.2);
            let seam = line(spot.made.x + spot.made.z) * line(spot.made.x - spot.made.z);
            finish.colour = finish.colour * (0.72 + 0.28 * seam);
            finish
        });
        let level = index as f32 * 1.5;
        set.put(pad.turned(turn).at(x, level, z), quilted);
        let path = [
            v3(-8.4, 0.9, -8.6),
            v3(-11.4, 0.7, -9.6),
            v3(-12.2, 0.6, -11.8),
            v3(-10.2, 0.7, -12.2),
            v3(-8.8, 0.9, -8.8),
        ];
        set.put(drawn(&path, set.fine, |_| (0.2, 0.42)).turned(turn).at(x, level, z), plain(OAK * 0.6, 0.7, 0.02));
    }
    set.look(-16.0, 46.0, 0.80);
}
