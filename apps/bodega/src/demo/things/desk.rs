//! Paper, and what is written with.

use super::{BEECH, BRASS, CREAM, INK, Look, Set, on_top, stoneware};
use crate::demo::studio::{
    mesh::{Mesh, boxed, cut, drawn, turned},
    paint::{Paint, cloth, enamel, metal, paper, plain, printed, wood},
    print::Print,
    vector::{V3, noise, v3},
};

/// The edges of pages.
fn pages() -> Paint {
    Box::new(|spot| {
        let leaf = noise(v3(spot.made.x * 0.3, spot.made.y * 38.0, spot.made.z * 0.3));
        plain(CREAM * (0.80 + 0.24 * leaf), 0.95, 0.01)(spot)
    })
}

/// A bound book that lies: its spine at the left.
fn book(set: &mut Set, look: &Look, size: (f32, f32, f32), place: impl Fn(Mesh) -> Mesh, cover: Paint) {
    let (wide, high, deep) = size;
    set.put(place(boxed(wide - 0.35, high - 0.28, deep - 0.4, 0.08).at(-0.05, 0.14, 0.0)), pages());
    let print = Print::new(look.accent, deep / wide)
        .mark(look.mark, 0.5, deep / wide * 0.36, 0.22)
        .words(0.5, deep / wide * 0.62, 0.05, &look.words)
        .words(0.5, deep / wide * 0.88, 0.028, &look.maker);
    set.put(
        place(boxed(wide, 0.2, deep, 0.09).at(0.0, high - 0.2, 0.0)),
        printed(cover, print, on_top(wide, deep, 0.15)),
    );
    set.put(place(boxed(wide, 0.2, deep, 0.09)), cloth(look.colour, 4.0));
    set.put(place(boxed(0.3, high, deep, 0.14).at(-wide / 2.0, 0.0, 0.0)), cloth(look.colour, 4.0));
}

pub(super) fn notebook(set: &mut Set, look: &Look) {
    book(set, look, (14.8, 1.7, 21.0), |mesh| mesh.turned(14.0), cloth(look.colour, 4.0));
    let band = boxed(0.55, 1.76, 21.1, 0.1).at(5.6, 0.0, 0.0).turned(14.0);
    set.put(band, plain(look.accent, 0.7, 0.02));
    let ribbon = [v3(-1.0, 1.0, 10.2), v3(-1.0, 0.5, 11.4), v3(-0.7, 0.12, 12.8), v3(-1.2, 0.1, 14.6)];
    set.put(drawn(&ribbon, set.fine, |_| (0.3, 0.05)).turned(14.0), plain(look.accent, 0.7, 0.02));
    set.look(-14.0, 50.0, 0.78);
}

pub(super) fn notebooks(set: &mut Set, look: &Look) {
    let covers = [look.accent, CREAM * 0.8, look.colour];
    for (index, colour) in covers.into_iter().enumerate() {
        let level = index as f32 * 0.95;
        let turn = -6.0;
        let print = if index == 2 { look.clone() } else { Look { words: String::new(), ..look.clone() } };
        let accent = if index == 2 { CREAM } else { INK };
        let look = Look { colour, accent, ..print };
        let shift = index as f32 * 1.7;
        book(set, &look, (9.2, 0.85, 14.0), move |mesh| mesh.turned(turn).at(shift, level, shift * 0.4), paper(colour));
    }
    set.look(-12.0, 44.0, 0.76);
}

pub(super) fn pen(set: &mut Set, look: &Look) {
    let path = |from: f32, to: f32, high: f32| [v3(from, high, 0.0), v3(to, high, 0.0)];
    set.put(drawn(&path(-7.0, 1.4, 0.62), set.fine, |_| (0.62, 0.62)), plain(look.colour, 0.25, 0.05));
    set.put(
        drawn(&path(1.4, 7.2, 0.68), set.fine, |way| {
            let end = (1.0 - way.powi(14)).max(0.0).sqrt();
            (0.70 * end, 0.70 * end)
        }),
        plain(look.colour, 0.25, 0.05),
    );
    set.put(drawn(&path(1.2, 1.7, 0.68), set.fine, |_| (0.73, 0.73)), metal(BRASS, 0.25));
    set.put(
        drawn(&path(-9.2, -6.9, 0.62), set.fine, |way| (0.08 + 0.55 * way.powf(0.7), 0.08 + 0.55 * way.powf(0.7))),
        metal(BRASS, 0.25),
    );
    let clip = [v3(6.6, 1.2, 0.0), v3(6.4, 1.62, 0.0), v3(4.0, 1.6, 0.0), v3(2.2, 1.46, 0.0)];
    set.put(drawn(&clip, set.fine, |_| (0.24, 0.09)), metal(BRASS, 0.25));
    for (mesh, _) in &mut set.scene.bodies {
        *mesh = mesh.clone().turned(16.0).at(0.6, 0.0, 3.4);
    }
    let gift = Look { accent: look.accent * 0.4, colour: look.accent * 0.8, words: String::new(), ..look.clone() };
    book(set, &gift, (17.6, 2.3, 5.4), |mesh| mesh.turned(8.0).at(0.0, 0.0, -2.6), paper(gift.colour));
    set.look(-14.0, 34.0, 0.78);
}

/// A pencil of six sides that lies along x.
fn pencil(set: &mut Set, colour: V3, place: impl Fn(Mesh) -> Mesh) {
    let body = drawn(&[v3(-8.0, 0.4, 0.0), v3(6.6, 0.4, 0.0)], set.fine, |_| (0.4, 0.4));
    set.put(place(body), plain(colour, 0.3, 0.045));
    let cone = drawn(&[v3(6.6, 0.4, 0.0), v3(8.2, 0.4, 0.0)], set.fine, |way| (0.4 - 0.31 * way, 0.4 - 0.31 * way));
    set.put(place(cone), wood(BEECH, 3.0));
    let lead =
        drawn(&[v3(8.2, 0.4, 0.0), v3(8.7, 0.4, 0.0)], set.fine * 0.6, |way| (0.10 - 0.09 * way, 0.10 - 0.09 * way));
    set.put(place(lead), plain(INK, 0.4, 0.05));
    let cap = drawn(&[v3(-8.5, 0.4, 0.0), v3(-7.9, 0.4, 0.0)], set.fine * 0.7, |_| (0.42, 0.42));
    set.put(place(cap), metal(BRASS, 0.28));
}

pub(super) fn pencils(set: &mut Set, look: &Look) {
    let colours = [look.colour, look.accent, CREAM * 0.8, look.colour * 0.6, look.accent * 0.6, INK];
    for (index, colour) in colours.into_iter().enumerate() {
        let place = index as f32;
        let slide = 1.3 * (noise(v3(place * 2.3, 1.0, 5.0)) - 0.5);
        pencil(set, colour, |mesh| {
            mesh.at(slide, 0.0, place * 1.15 - 2.9).turned(26.0 + 2.0 * noise(v3(place, 4.0, 2.0)))
        });
    }
    set.look(-8.0, 52.0, 0.80);
}

pub(super) fn desk_tray(set: &mut Set, look: &Look) {
    let (wide, deep) = (26.0, 12.0);
    set.put(boxed(wide, 0.8, deep, 0.25), wood(look.colour, 0.8));
    for z in [-1.0, 1.0] {
        set.put(boxed(wide, 2.4, 0.9, 0.35).at(0.0, 0.0, z * (deep / 2.0 - 0.45)), wood(look.colour, 0.8));
    }
    for x in [-0.5, 0.5, 0.16] {
        set.put(boxed(0.9, 2.3, deep - 0.6, 0.35).at(x * (wide - 0.9), 0.0, 0.0), wood(look.colour * 0.96, 0.8));
    }
    pencil(set, look.accent, |mesh| mesh.turned(4.0).at(-4.8, 0.8, -1.6));
    pencil(set, INK, |mesh| mesh.turned(-3.0).at(-4.4, 0.8, 1.6));
    let clip = |x: f32, z: f32, turn: f32| {
        let path = [
            v3(-1.2, 0.95, 0.3),
            v3(0.9, 0.95, 0.35),
            v3(1.3, 0.95, 0.0),
            v3(0.9, 0.95, -0.35),
            v3(-0.9, 0.95, -0.32),
            v3(-1.2, 0.95, -0.02),
            v3(-0.9, 0.95, 0.12),
            v3(0.6, 0.95, 0.14),
        ];
        drawn(&path, 0.6, |_| (0.07, 0.07)).turned(turn).at(x, 0.0, z)
    };
    for (x, z, turn) in [(7.0, -2.0, 20.0), (9.0, 1.0, -40.0), (7.4, 2.2, 70.0)] {
        set.put(clip(x, z, turn), metal(BRASS, 0.25));
    }
    set.look(-24.0, 40.0, 0.80);
}

pub(super) fn cards(set: &mut Set, look: &Look) {
    let print = |look: &Look| {
        Print::new(look.accent, 0.72).frame(0.05, 0.004).mark(look.mark, 0.5, 0.29, 0.26).words(
            0.5,
            0.56,
            0.06,
            &look.words,
        )
    };
    for (index, turn) in [-16.0_f32, -2.0, 12.0].into_iter().enumerate() {
        let level = index as f32 * 0.24;
        let colour = if index == 0 { look.colour } else { CREAM };
        let mesh =
            boxed(16.4, 0.22, 11.8, 0.06).turned(turn).at(index as f32 * 1.4 - 1.4, level, index as f32 * 1.8 - 1.4);
        let card =
            if index == 2 { printed(paper(colour), print(look), on_top(16.4, 11.8, 0.2)) } else { paper(colour) };
        set.put(mesh, card);
    }
    let flap = cut(&[(-8.0, 5.7), (0.0, -1.6), (8.0, 5.7)], 0.1, 0.03, set.fine).turned(-16.0).at(-1.4, 0.23, -1.4);
    set.put(flap, paper(look.colour * 0.93));
    set.look(-10.0, 50.0, 0.76);
}

pub(super) fn lamp(set: &mut Set, look: &Look) {
    let base = [(0.0, 0.0), (8.2, 0.0), (8.6, 0.25), (8.5, 1.0), (7.8, 1.5), (1.4, 1.7), (0.8, 2.2), (0.6, 3.0)];
    set.put(turned(&base, set.fine), enamel(look.colour));
    let stem = drawn(
        &[v3(0.0, 1.6, 0.0), v3(0.0, 20.0, 0.0), v3(0.0, 31.0, 0.0), v3(-2.4, 35.4, 0.0), v3(-7.0, 36.6, 0.0)],
        set.fine,
        |_| (0.5, 0.5),
    );
    set.put(stem, metal(look.accent, 0.26));
    let shade =
        [(7.6, 0.0), (7.6, 0.0), (7.8, 0.1), (7.2, 3.4), (5.0, 6.8), (2.2, 8.4), (1.6, 9.2), (1.5, 10.2), (0.0, 10.4)];
    let inner = [(0.0, 7.4), (2.0, 7.4), (4.6, 6.2), (6.8, 3.2), (7.55, 0.05)];
    let place = |mesh: Mesh| mesh.rolled(-24.0).at(-12.2, 27.6, 0.0);
    set.put(place(turned(&shade, set.fine)), enamel(look.colour));
    set.put(place(turned(&inner, set.fine)), plain(v3(0.95, 0.92, 0.84), 0.7, 0.02));
    let bulb = [(0.0, 1.2), (1.4, 1.6), (2.2, 3.2), (1.6, 5.0), (1.0, 6.4)];
    set.put(place(turned(&bulb, set.fine * 0.7)), plain(v3(1.6, 1.45, 1.1), 0.3, 0.05));
    set.look(10.0, 10.0, 0.80);
}

pub(super) fn pen_pot(set: &mut Set, look: &Look) {
    let body = [
        (0.0, 0.0),
        (3.9, 0.0),
        (3.9, 0.0),
        (4.2, 0.3),
        (4.3, 1.0),
        (4.3, 9.8),
        (4.2, 10.0),
        (4.0, 9.8),
        (3.95, 1.6),
        (0.0, 1.2),
    ];
    set.put(turned(&body, set.fine), stoneware(look, 1.6));
    for (index, (lean, turn)) in [(9.0, 30.0), (-10.0, 70.0), (8.0, 150.0)].into_iter().enumerate() {
        let colour = [look.accent, INK, CREAM * 0.8][index];
        pencil(set, colour, |mesh| mesh.at(0.0, -0.4, 0.0).rolled(90.0 + lean).turned(turn).at(0.0, 9.6, 0.0));
    }
    set.look(14.0, 17.0, 0.72);
}

pub(super) fn pad(set: &mut Set, look: &Look) {
    let mut print =
        Print::new(look.accent, 1.36).words(0.32, 0.185, 0.05, &look.words).mark(look.mark, 0.88, 0.185, 0.10);
    for day in 0..7_u8 {
        print = print.rule(0.30 + f32::from(day) * 0.15, 0.86, 0.003);
        for line in 1..4_u8 {
            print = print.rule(0.30 + f32::from(day) * 0.15 + f32::from(line) * 0.038, 0.86, 0.0012);
        }
    }
    set.put(boxed(15.0, 1.1, 20.5, 0.06).turned(10.0), pages());
    let sheet = printed(paper(CREAM), print, on_top(15.0, 20.5, 0.02));
    set.put(boxed(15.0, 0.08, 20.5, 0.03).turned(10.0).at(0.0, 1.08, 0.0), sheet);
    set.put(boxed(15.1, 1.3, 1.6, 0.15).at(0.0, 0.0, -9.6).turned(10.0), cloth(look.colour, 4.0));
    pencil(set, look.colour, |mesh| mesh.turned(80.0).at(10.6, 0.0, 1.4));
    set.look(-10.0, 52.0, 0.80);
}
