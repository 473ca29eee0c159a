//! What is set on a table.

use super::{CLAY, Look, Set, stoneware};
use crate::demo::studio::{
    mesh::{Mesh, drawn, net, steps, turned},
    paint::{glaze, metal, plain, wax, wood},
    vector::{smooth, v3},
};
use std::f32::consts::TAU;

pub(super) fn mug(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (3.1, 0.0),
        (3.1, 0.0),
        (3.4, 0.3),
        (4.05, 1.2),
        (4.3, 3.0),
        (4.25, 6.0),
        (4.2, 8.7),
        (4.22, 9.05),
        (4.08, 9.2),
        (3.92, 9.0),
        (3.88, 8.5),
        (3.95, 3.2),
        (3.5, 1.4),
        (0.0, 0.9),
    ];
    set.put(turned(&body, set.fine), stoneware(look, 0.95));
    let path = [
        v3(4.0, 7.5, 0.0),
        v3(5.3, 7.9, 0.0),
        v3(6.5, 6.9, 0.0),
        v3(6.6, 5.0, 0.0),
        v3(5.6, 3.4, 0.0),
        v3(4.1, 2.7, 0.0),
    ];
    set.put(
        drawn(&path, set.fine, |way| (0.62 + 0.16 * (way * 2.0 - 1.0).powi(2), 0.36)),
        glaze(look.colour, CLAY, -9.0),
    );
    set.look(24.0, 19.0, 0.62);
}

pub(super) fn cups(set: &mut Set, look: &Look) {
    let cup = [
        (0.0, 0.3),
        (1.9, 0.3),
        (1.9, 0.3),
        (2.2, 0.6),
        (2.8, 1.6),
        (3.1, 3.2),
        (3.2, 5.4),
        (3.1, 5.55),
        (2.95, 5.4),
        (2.8, 3.2),
        (2.2, 1.4),
        (0.0, 1.0),
    ];
    let saucer = [
        (0.0, 0.0),
        (3.2, 0.0),
        (3.2, 0.0),
        (3.6, 0.2),
        (5.4, 0.8),
        (6.2, 1.3),
        (6.2, 1.5),
        (5.9, 1.45),
        (3.4, 0.62),
        (0.0, 0.55),
    ];
    for (x, z, turn, colour) in [(-4.4, -2.6, -30.0, look.colour), (4.6, 2.6, 20.0, look.accent)] {
        set.put(turned(&saucer, set.fine).at(x, 0.0, z), glaze(colour, CLAY, 0.16));
        set.put(turned(&cup, set.fine).at(x, 0.35, z), glaze(colour, CLAY, 0.7));
        let path = [v3(2.9, 4.6, 0.0), v3(4.1, 4.9, 0.0), v3(4.8, 3.8, 0.0), v3(4.2, 2.5, 0.0), v3(2.7, 2.0, 0.0)];
        let grip = drawn(&path, set.fine, |_| (0.4, 0.26)).at(0.0, 0.35, 0.0).turned(turn).at(x, 0.0, z);
        set.put(grip, glaze(colour, CLAY, -9.0));
    }
    set.look(8.0, 27.0, 0.74);
}

pub(super) fn plates(set: &mut Set, look: &Look) {
    let wide = if look.note.contains("20") { 10.2 } else { 13.6 };
    let plate = |level: f32| -> Vec<(f32, f32)> {
        [
            (0.0, 0.0),
            (0.62, 0.0),
            (0.62, 0.0),
            (0.66, 0.02),
            (0.80, 0.06),
            (0.94, 0.135),
            (1.0, 0.19),
            (0.995, 0.205),
            (0.97, 0.195),
            (0.80, 0.1),
            (0.70, 0.055),
            (0.6, 0.045),
            (0.0, 0.045),
        ]
        .map(|(radius, high)| (radius * wide, high * 11.0 + level))
        .to_vec()
    };
    for level in 0..3_u8 {
        let mesh = turned(&plate(0.0), set.fine).at(0.12 * f32::from(level), f32::from(level) * 0.95, 0.0);
        set.put(mesh, stoneware(look, 0.25));
    }
    set.look(14.0, 27.0, 0.78);
}

pub(super) fn bowl(set: &mut Set, look: &Look) {
    let size = if look.note.contains("pasta") { (1.28, 0.72) } else { (1.0, 1.0) };
    let body: Vec<(f32, f32)> = [
        (0.0, 0.0),
        (3.3, 0.0),
        (3.3, 0.0),
        (3.5, 0.35),
        (3.6, 0.8),
        (5.6, 2.2),
        (7.1, 4.6),
        (7.7, 7.2),
        (7.6, 7.4),
        (7.4, 7.25),
        (6.7, 4.8),
        (5.0, 2.5),
        (2.6, 1.35),
        (0.0, 1.15),
    ]
    .map(|(radius, high)| (radius * size.0, high * size.1))
    .to_vec();
    set.put(turned(&body, set.fine), stoneware(look, 0.75));
    set.look(12.0, 26.0, 0.66);
}

pub(super) fn wood_bowl(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (6.0, 0.0),
        (6.0, 0.0),
        (7.6, 0.6),
        (11.6, 3.6),
        (13.6, 7.4),
        (14.0, 10.4),
        (13.7, 10.9),
        (13.1, 10.6),
        (12.6, 7.6),
        (10.6, 4.4),
        (6.4, 1.9),
        (0.0, 1.3),
    ];
    set.put(turned(&body, set.fine), wood(look.colour, 0.5));
    set.look(12.0, 24.0, 0.72);
}

fn glass(set: &mut Set, look: &Look, profile: &[(f32, f32)], x: f32, z: f32) {
    set.pane(turned(profile, set.fine).at(x, 0.0, z), look.colour);
}

pub(super) fn tumblers(set: &mut Set, look: &Look) {
    let shape = [
        (0.0, 0.0),
        (2.9, 0.0),
        (2.9, 0.0),
        (3.2, 0.25),
        (3.5, 4.0),
        (3.8, 9.0),
        (3.75, 9.12),
        (3.68, 9.0),
        (3.38, 4.0),
        (3.0, 1.1),
        (0.0, 0.95),
    ];
    for (x, z) in [(-6.8, -2.4), (0.4, -4.6), (6.9, -1.2), (0.6, 4.4)] {
        glass(set, look, &shape, x, z);
    }
    set.look(8.0, 20.0, 0.72);
}

pub(super) fn carafe(set: &mut Set, look: &Look) {
    let shape = [
        (0.0, 0.0),
        (4.4, 0.0),
        (4.8, 0.3),
        (5.0, 1.2),
        (4.9, 7.0),
        (3.9, 13.0),
        (2.6, 18.0),
        (2.3, 20.5),
        (2.9, 23.6),
        (3.1, 24.4),
        (3.0, 24.5),
    ];
    glass(set, look, &shape, 0.0, 0.0);
    let water = [(0.0, 0.6), (4.4, 0.6), (4.7, 1.2), (4.6, 7.0), (4.05, 11.0), (4.05, 11.0), (0.0, 11.0)];
    set.pane(turned(&water, set.fine), v3(0.985, 0.995, 0.998));
    let ball = [(0.0, 24.2), (1.6, 24.6), (2.5, 26.2), (2.3, 28.2), (1.2, 29.2), (0.0, 29.4)];
    set.put(turned(&ball, set.fine), wood(super::OAK * 0.9, 1.4));
    set.look(12.0, 13.0, 0.76);
}

pub(super) fn jug(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (4.2, 0.0),
        (4.2, 0.0),
        (4.6, 0.4),
        (5.6, 2.4),
        (5.8, 5.0),
        (4.8, 9.0),
        (3.9, 12.0),
        (4.0, 14.0),
        (4.5, 15.4),
        (4.4, 15.6),
        (4.2, 15.4),
        (3.6, 12.4),
        (4.4, 9.0),
        (5.3, 5.0),
        (0.0, 1.4),
    ];
    let mut mesh = turned(&body, set.fine);
    for corner in &mut mesh.corners {
        // The lip is pulled out to the left.
        let lip =
            smooth(12.0, 15.6, corner.at.y) * smooth(0.55, 1.0, -corner.at.x / corner.at.x.hypot(corner.at.z).max(0.1));
        corner.at.x -= lip * 1.9;
        corner.at.y += lip * 0.7;
    }
    set.put(mesh, stoneware(look, 1.3));
    let path = [
        v3(4.0, 13.6, 0.0),
        v3(6.2, 14.2, 0.0),
        v3(8.0, 12.2, 0.0),
        v3(8.0, 8.6, 0.0),
        v3(6.8, 5.8, 0.0),
        v3(5.4, 4.8, 0.0),
    ];
    set.put(drawn(&path, set.fine, |_| (0.75, 0.42)), glaze(look.colour, CLAY, -9.0));
    set.look(14.0, 18.0, 0.68);
}

/// A body turned on a wheel with ribs along its height.
fn ribbed(profile: &[(f32, f32)], ribs: f32, deep: f32, fine: f32) -> Mesh {
    let mut mesh = turned(profile, fine);
    let line = mesh.corners.clone();
    for (corner, was) in mesh.corners.iter_mut().zip(line) {
        let radius = was.at.x.hypot(was.at.z);
        let wave = (was.at.x.atan2(was.at.z) * ribs).cos();
        let out = was.normal.x.mul_add(was.at.x, was.normal.z * was.at.z) > 0.0;
        if out && radius > 0.5 {
            let deep = deep * (radius / 6.0).powi(2).min(1.2);
            let push = 1.0 + wave * deep / radius;
            corner.at = v3(was.at.x * push, was.at.y, was.at.z * push);
            // The flank of a rib turns the light.
            let side = v3(was.at.z, 0.0, -was.at.x) * (1.0 / radius);
            let turn = (was.at.x.atan2(was.at.z) * ribs).sin() * ribs * deep / radius;
            corner.normal = (was.normal + side * turn).unit();
        }
    }
    mesh
}

pub(super) fn vase(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (4.4, 0.0),
        (4.4, 0.0),
        (5.0, 0.5),
        (6.9, 5.0),
        (7.3, 9.0),
        (6.2, 14.0),
        (3.9, 18.0),
        (3.0, 20.6),
        (3.3, 23.0),
        (3.7, 24.0),
        (3.5, 24.1),
        (3.0, 23.0),
        (2.6, 20.0),
        (2.6, 15.0),
        (0.0, 14.0),
    ];
    let fine = set.fine.max(0.9);
    set.put(ribbed(&body, 28.0, 0.17, fine), glaze(look.colour, CLAY, 0.5));
    set.look(10.0, 15.0, 0.72);
}

pub(super) fn candlestick(set: &mut Set, look: &Look) {
    let stick = [
        (0.0, 0.0),
        (4.4, 0.0),
        (4.6, 0.2),
        (4.5, 0.5),
        (1.6, 1.1),
        (0.8, 2.0),
        (0.65, 4.0),
        (0.7, 8.0),
        (1.0, 9.4),
        (2.0, 9.9),
        (2.1, 10.1),
        (1.3, 10.3),
        (1.25, 12.4),
        (1.35, 12.6),
        (0.0, 12.6),
    ];
    for (x, z, tall) in [(-4.0, -1.6, 1.0), (4.6, 1.8, 0.66)] {
        let shape: Vec<_> =
            stick.iter().map(|(r, y)| (*r, if *y > 2.0 { 2.0 + (y - 2.0) * tall } else { *y })).collect();
        set.put(turned(&shape, set.fine).at(x, 0.0, z), metal(look.colour, 0.26));
        let top = 2.0 + 10.4 * tall;
        let taper = [(1.08, top), (1.05, top + 4.0), (0.85, top + 15.0), (0.6, top + 15.7), (0.0, top + 15.8)];
        set.put(turned(&taper, set.fine).at(x, 0.0, z), wax(look.accent));
        let wick = drawn(&[v3(x, top + 15.5, z), v3(x, top + 16.6, z)], 0.3, |_| (0.07, 0.07));
        set.put(wick, plain(v3(0.5, 0.45, 0.4), 0.9, 0.0));
    }
    set.look(10.0, 12.0, 0.80);
}

pub(super) fn egg_cups(set: &mut Set, look: &Look) {
    let cup = [
        (0.0, 0.0),
        (2.2, 0.0),
        (2.2, 0.0),
        (2.3, 0.3),
        (1.4, 1.3),
        (1.3, 2.0),
        (2.1, 3.2),
        (2.5, 5.0),
        (2.4, 5.15),
        (2.2, 5.0),
        (1.8, 3.6),
        (0.0, 2.8),
    ];
    for (x, z, colour) in [(-3.4, -1.0, look.colour), (3.2, 1.4, look.accent)] {
        set.put(turned(&cup, set.fine).at(x, 0.0, z), glaze(colour, CLAY, 0.4));
        let egg = [(0.0, 3.2), (1.2, 3.5), (2.0, 4.6), (2.15, 5.8), (1.8, 7.3), (1.0, 8.5), (0.0, 8.9)];
        set.put(turned(&egg, set.fine).at(x, 0.0, z), wax(v3(0.72, 0.52, 0.38)));
    }
    set.look(8.0, 19.0, 0.66);
}

pub(super) fn tray(set: &mut Set, look: &Look) {
    let round = steps(96.0, set.fine);
    let rows: [(f32, f32); 13] = [
        (0.0, 0.0),
        (0.94, 0.0),
        (0.985, 0.25),
        (1.0, 0.7),
        (1.0, 2.6),
        (0.985, 2.8),
        (0.965, 2.6),
        (0.955, 1.2),
        (0.93, 0.85),
        (0.84, 0.8),
        (0.6, 0.8),
        (0.3, 0.8),
        (0.0, 0.8),
    ];
    let mesh = net(round, 12, |u, v| {
        let (share, high) = rows[(v * 12.0).round() as usize];
        let (sin, cos) = (u * TAU).sin_cos();
        let bend = |value: f32| value.abs().powf(0.42).copysign(value);
        v3(bend(sin) * 19.0 * share, high, -bend(cos) * 12.5 * share)
    });
    set.put(mesh, wood(look.colour, 0.55));
    for side in [-1.0_f32, 1.0] {
        let path = [
            v3(18.6 * side, 2.5, -3.6),
            v3(18.9 * side, 4.6, -3.0),
            v3(18.9 * side, 4.9, 0.0),
            v3(18.9 * side, 4.6, 3.0),
            v3(18.6 * side, 2.5, 3.6),
        ];
        set.put(drawn(&path, set.fine, |_| (0.5, 0.5)), metal(super::BRASS, 0.28));
    }
    set.look(-20.0, 34.0, 0.80);
}
