//! Coffee, tea, and what they are made with.

use super::{CLAY, CREAM, INK, Look, STEEL, Set, label, stoneware, wrapped};
use crate::demo::studio::{
    mesh::{drawn, net, steps, turned},
    paint::{glaze, labelled, metal, paper, plain, wood},
    vector::{V3, noise, smooth, v3},
};
use std::f32::consts::TAU;

/// A pouch that stands: flat at the top, round below.
pub(super) fn bag(set: &mut Set, look: &Look) {
    let tall: f32 = if look.note.contains("1 KG") { 1.3 } else { 1.0 };
    let high = 20.0 * tall;
    let mesh = net(steps(120.0, set.fine), steps(70.0, set.fine), move |u, v| {
        let (sin, cos) = (u * TAU).sin_cos();
        let bend = |value: f32, power: f32| value.abs().powf(power).copysign(value);
        let up = (v * 1.06 - 0.06).max(0.0);
        let foot = if v < 0.057 { v / 0.057 } else { 1.0 };
        let flat = 1.0 - smooth(0.35, 0.94, up);
        let wide = (5.9 + 0.35 * smooth(0.2, 0.9, up)) * tall.sqrt();
        let shut = if v > 0.99 { 0.0 } else { 1.0 };
        let deep = shut * (0.16 + 3.5 * flat * (0.86 + 0.14 * (up * 3.0).min(1.0))) * tall.sqrt();
        let crease = 0.22 * (noise(v3(sin * 2.2, up * 5.0, cos * 2.2)) - 0.5) * smooth(0.03, 0.3, up) * (0.3 + flat);
        let square = 0.55 + 0.45 * smooth(0.4, 0.95, up);
        v3(bend(sin, square) * wide * foot, up * high, -bend(cos, 0.62) * (deep + crease * shut) * foot)
    });
    let (wide, low, top) = (8.6 * tall.sqrt(), 4.0 * tall, 14.6 * tall);
    let ground = {
        let colour = look.colour;
        let kraft = paper(colour);
        move |spot: &crate::demo::studio::paint::Spot| {
            let mut finish = kraft(spot);
            finish.colour = finish.colour * (0.96 + 0.08 * noise(spot.made * 1.6));
            finish.rough = 0.6;
            let seal = ((spot.made.y - high * 0.93) * 9.0).sin();
            if spot.made.y > high * 0.93 {
                finish.colour = finish.colour * (0.95 + 0.06 * seal);
            }
            finish
        }
    };
    let text = Look { accent: INK.mix(look.accent, 0.5), ..look.clone() };
    let print = label(&text, (top - low) / wide);
    let skin = labelled(Box::new(ground), CREAM, print, move |spot| {
        (spot.made.z > 0.0).then(|| (0.5 + spot.made.x / wide, (top - spot.made.y) / (top - low)))
    });
    set.put(mesh, skin);
    set.look(-16.0, 13.0, 0.74);
}

pub(super) fn caddy(set: &mut Set, look: &Look) {
    let body = [(0.0, 0.0), (4.1, 0.0), (4.1, 0.0), (4.3, 0.15), (4.3, 9.6), (4.3, 9.6), (0.0, 9.6)];
    let text = Look { accent: INK.mix(look.colour, 0.35), ..look.clone() };
    let paint = labelled(plain(look.colour, 0.42, 0.04), CREAM, label(&text, 0.92), wrapped(0.30, 1.3, 8.3));
    set.put(turned(&body, set.fine).turned(6.0), paint);
    let lid = [(4.34, 9.0), (4.34, 9.0), (4.4, 9.1), (4.4, 11.6), (4.2, 11.95), (1.0, 12.1), (0.0, 12.1)];
    set.put(turned(&lid, set.fine), metal(look.accent, 0.3));
    let rim = [(4.42, 9.0), (4.5, 9.1), (4.42, 9.25)];
    set.put(turned(&rim, set.fine), metal(look.accent * 0.8, 0.3));
    set.look(4.0, 16.0, 0.66);
}

pub(super) fn teapot(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (4.6, 0.0),
        (4.6, 0.0),
        (5.2, 0.4),
        (7.6, 3.2),
        (8.2, 6.0),
        (7.3, 9.2),
        (4.8, 11.4),
        (3.6, 11.8),
        (3.4, 11.7),
        (3.4, 11.0),
    ];
    set.put(turned(&body, set.fine), stoneware(look, 1.0));
    let lid = [
        (3.3, 11.7),
        (3.3, 11.7),
        (3.8, 11.85),
        (3.85, 12.1),
        (2.8, 12.7),
        (1.0, 13.1),
        (0.7, 13.5),
        (1.1, 14.1),
        (1.1, 14.6),
        (0.6, 15.0),
        (0.0, 15.05),
    ];
    set.put(turned(&lid, set.fine), glaze(look.colour, CLAY, -9.0));
    let path = [v3(-6.8, 3.8, 0.0), v3(-9.6, 5.4, 0.0), v3(-11.2, 8.4, 0.0), v3(-13.2, 10.8, 0.0)];
    set.put(drawn(&path, set.fine, |way| (1.9 - 1.15 * way, 1.9 - 1.15 * way)), glaze(look.colour, CLAY, -9.0));
    let path = [v3(-4.0, 11.0, 0.0), v3(-3.6, 15.6, 0.0), v3(0.6, 18.6, 0.0), v3(5.0, 16.2, 0.0), v3(5.6, 10.6, 0.0)];
    set.put(drawn(&path, set.fine, |_| (0.62, 0.42)), wood(look.accent, 1.4));
    set.look(12.0, 17.0, 0.72);
}

pub(super) fn dripper(set: &mut Set, look: &Look) {
    let cone = [
        (1.6, 8.4),
        (1.6, 8.4),
        (2.0, 8.4),
        (3.0, 9.4),
        (5.6, 14.6),
        (5.9, 15.4),
        (5.75, 15.6),
        (5.5, 15.4),
        (2.7, 10.2),
        (1.4, 9.0),
    ];
    set.put(turned(&cone, set.fine), glaze(look.colour, CLAY, -9.0));
    let plate = [(1.6, 8.3), (1.6, 8.3), (5.2, 8.0), (5.3, 8.2), (5.0, 8.45), (2.0, 8.7)];
    set.put(turned(&plate, set.fine), glaze(look.colour, CLAY, -9.0));
    let path = [v3(4.6, 13.6, 0.0), v3(6.8, 14.0, 0.0), v3(7.6, 12.2, 0.0), v3(6.6, 10.6, 0.0), v3(3.6, 10.4, 0.0)];
    set.put(drawn(&path, set.fine, |_| (0.5, 0.34)), glaze(look.colour, CLAY, -9.0));
    let cup = [(0.0, 0.0), (3.6, 0.0), (3.9, 0.3), (4.6, 3.0), (4.6, 6.2), (4.3, 8.0)];
    set.pane(turned(&cup, set.fine), v3(0.975, 0.985, 0.985));
    let coffee = [(0.0, 0.4), (3.6, 0.4), (4.3, 2.8), (4.4, 4.0), (4.4, 4.0), (0.0, 4.0)];
    set.put(turned(&coffee, set.fine), plain(v3(0.035, 0.014, 0.006), 0.12, 0.04));
    set.look(22.0, 18.0, 0.66);
}

pub(super) fn kettle(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (8.4, 0.0),
        (8.4, 0.0),
        (8.8, 0.4),
        (8.7, 2.0),
        (6.9, 10.6),
        (6.2, 12.4),
        (5.6, 12.9),
        (5.4, 12.9),
        (5.4, 12.5),
    ];
    let skin = |colour: V3| if look.note.contains("steel") { metal(colour, 0.22) } else { plain(colour, 0.38, 0.05) };
    set.put(turned(&body, set.fine), skin(look.colour));
    let lid = [(5.3, 12.8), (5.3, 12.8), (5.7, 12.95), (5.6, 13.3), (2.6, 13.9), (0.7, 14.1), (0.6, 14.6), (0.0, 14.6)];
    set.put(turned(&lid, set.fine), skin(look.colour));
    let knob = [(0.5, 14.3), (0.9, 14.7), (1.3, 15.3), (1.2, 15.9), (0.0, 16.2)];
    set.put(turned(&knob, set.fine * 0.6), wood(look.accent, 2.0));
    let path = [
        v3(-7.6, 2.6, 0.0),
        v3(-11.2, 3.0, 0.0),
        v3(-12.4, 6.6, 0.0),
        v3(-11.8, 11.0, 0.0),
        v3(-13.6, 14.2, 0.0),
        v3(-16.2, 14.6, 0.0),
    ];
    set.put(drawn(&path, set.fine, |way| (0.95 - 0.42 * way, 0.95 - 0.42 * way)), skin(look.colour));
    let path = [v3(5.4, 11.6, 0.0), v3(8.6, 13.6, 0.0), v3(12.2, 12.8, 0.0), v3(13.2, 9.0, 0.0), v3(12.4, 4.6, 0.0)];
    set.put(
        drawn(&path, set.fine, |way| {
            let end = (1.0 - (way * 2.0 - 1.0).abs().powi(16)).max(0.0).sqrt();
            ((0.6 + 0.35 * smooth(0.2, 0.6, way)) * end, (0.5 + 0.3 * smooth(0.2, 0.6, way)) * end)
        }),
        wood(look.accent, 1.3),
    );
    set.look(10.0, 15.0, 0.78);
}

pub(super) fn grinder(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (3.0, 0.0),
        (3.2, 0.15),
        (3.2, 6.0),
        (3.2, 6.0),
        (3.05, 6.1),
        (3.05, 6.4),
        (3.2, 6.5),
        (3.2, 6.5),
        (3.2, 15.2),
        (3.0, 15.5),
        (0.0, 15.5),
    ];
    let (steel, band) = (metal(look.colour, 0.3), wood(look.accent, 1.3));
    set.put(
        turned(&body, set.fine),
        Box::new(move |spot| if spot.made.y > 9.4 && spot.made.y < 13.6 { band(spot) } else { steel(spot) }),
    );
    let hub = [(0.9, 15.4), (0.9, 15.4), (0.9, 16.4), (0.6, 16.8), (0.0, 16.8)];
    set.put(turned(&hub, set.fine * 0.6), metal(STEEL, 0.25));
    let path = [v3(0.0, 16.4, 0.0), v3(4.0, 16.9, 0.0), v3(9.2, 17.6, 0.0)];
    set.put(drawn(&path, set.fine, |_| (0.62, 0.2)), metal(STEEL, 0.25));
    let knob = [(0.0, 17.6), (0.5, 17.7), (0.6, 18.4), (1.3, 19.2), (1.35, 20.2), (0.8, 21.0), (0.0, 21.1)];
    set.put(turned(&knob, set.fine * 0.7).at(9.0, 0.0, 0.0), wood(look.accent, 1.6));
    set.look(16.0, 16.0, 0.74);
}

pub(super) fn scoop(set: &mut Set, look: &Look) {
    let bowl = [
        (0.0, 0.0),
        (1.2, 0.1),
        (2.3, 0.8),
        (2.7, 2.0),
        (2.75, 3.0),
        (2.65, 3.05),
        (2.55, 2.9),
        (2.2, 1.1),
        (1.1, 0.35),
        (0.0, 0.3),
    ];
    set.put(turned(&bowl, set.fine), metal(look.colour, 0.2));
    let path = [v3(2.5, 2.8, 0.0), v3(5.0, 3.0, 0.0), v3(9.0, 2.4, 0.0), v3(13.4, 1.2, 0.0)];
    set.put(drawn(&path, set.fine, |way| (0.45 + 0.35 * way, 0.2)), metal(look.colour, 0.24));
    for index in 0..9_u8 {
        let (x, z) = (
            noise(v3(f32::from(index) * 3.7, 1.0, 0.0)) * 9.0 - 7.0,
            noise(v3(0.0, f32::from(index) * 2.9, 4.0)) * 6.0 + 1.6,
        );
        let bean = drawn(&[v3(-0.62, 0.36, 0.0), v3(0.62, 0.36, 0.0)], set.fine * 0.5, |way| {
            let end = (1.0 - (way * 2.0 - 1.0).powi(2)).max(0.0).sqrt();
            (0.46 * end, 0.36 * end)
        });
        set.put(bean.turned(f32::from(index) * 77.0).at(x, 0.0, z), plain(v3(0.06, 0.026, 0.012), 0.4, 0.05));
    }
    set.look(-18.0, 38.0, 0.76);
}

pub(super) fn press(set: &mut Set, look: &Look) {
    let glass = [(0.0, 0.9), (4.6, 0.9), (4.9, 1.3), (4.9, 16.4), (5.1, 17.0)];
    let coffee = [(0.0, 1.1), (4.5, 1.1), (4.65, 1.5), (4.65, 10.6), (4.65, 10.6), (0.0, 10.6)];
    set.put(turned(&coffee, set.fine), plain(v3(0.035, 0.014, 0.006), 0.14, 0.04));
    set.pane(turned(&glass, set.fine), v3(0.975, 0.985, 0.985));
    for (low, high) in [(0.6, 1.9), (14.4, 15.3)] {
        let ring = [(4.95, low), (5.15, low), (5.2, low + 0.1), (5.2, high - 0.1), (5.15, high), (4.95, high)];
        set.put(turned(&ring, set.fine), metal(look.colour, 0.26));
    }
    for turn in [45.0_f32, 135.0, 225.0, 315.0] {
        let bar = drawn(&[v3(5.15, 0.0, 0.0), v3(5.15, 15.0, 0.0)], set.fine * 0.6, |_| (0.5, 0.14));
        set.put(bar.turned(turn), metal(look.colour, 0.26));
    }
    let lid = [(4.4, 17.0), (4.4, 17.0), (5.3, 17.1), (5.4, 17.4), (4.6, 18.1), (1.2, 18.8), (0.0, 18.9)];
    set.put(turned(&lid, set.fine), metal(look.colour, 0.24));
    set.put(drawn(&[v3(0.0, 11.0, 0.0), v3(0.0, 22.6, 0.0)], set.fine * 0.6, |_| (0.16, 0.16)), metal(STEEL, 0.2));
    let knob = [(0.0, 22.0), (0.7, 22.2), (1.3, 23.1), (1.2, 24.1), (0.6, 24.6), (0.0, 24.7)];
    set.put(turned(&knob, set.fine * 0.6), wood(look.accent, 1.8));
    let path = [
        v3(5.1, 14.8, 0.0),
        v3(8.0, 15.2, 0.0),
        v3(9.2, 12.6, 0.0),
        v3(9.0, 7.0, 0.0),
        v3(7.4, 4.0, 0.0),
        v3(5.1, 3.6, 0.0),
    ];
    set.put(drawn(&path, set.fine, |_| (0.62, 0.42)), wood(look.accent, 1.3));
    set.look(20.0, 15.0, 0.76);
}
