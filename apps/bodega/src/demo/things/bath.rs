//! What stands beside a basin, and what smells good.

use super::{BEECH, BRASS, CREAM, INK, Look, OAK, Set, label, on_top, stoneware, wrapped};
use crate::demo::studio::{
    mesh::{boxed, cut, drawn, turned},
    paint::{Paint, glaze, labelled, metal, paper, plain, printed, wax, wood},
    print::Print,
    vector::{V3, noise, smooth, v3},
};

pub(super) fn soap(set: &mut Set, look: &Look) {
    let print =
        Print::new(look.colour * 0.62, 0.66).mark(look.mark, 0.5, 0.22, 0.26).words(0.5, 0.50, 0.085, &look.maker);
    let bar = |print: Option<Print>| -> Paint {
        let ground = wax(look.colour);
        let accent = look.accent;
        let speckled: Paint = Box::new(move |spot| {
            let mut finish = ground(spot);
            let fleck = smooth(0.72, 0.8, noise(spot.made * 4.6));
            finish.colour = finish.colour.mix(accent, fleck * 0.5);
            finish
        });
        match print {
            Some(print) => printed(speckled, print, on_top(6.4, 4.2, 2.5)),
            None => speckled,
        }
    };
    set.put(boxed(8.4, 2.9, 5.6, 0.75).turned(7.0), bar(None));
    set.put(boxed(8.4, 2.9, 5.6, 0.75).turned(-12.0).at(0.4, 2.9, 0.2), bar(Some(print)));
    set.look(-20.0, 33.0, 0.62);
}

fn bottle(set: &mut Set, look: &Look, tall: f32) {
    let body = [
        (0.0, 0.0),
        (3.2, 0.0),
        (3.4, 0.25),
        (3.45, 1.0),
        (3.45, tall - 1.6),
        (3.1, tall - 0.5),
        (1.5, tall + 0.3),
        (1.3, tall + 0.6),
        (1.3, tall + 1.2),
    ];
    let text = Look { accent: INK.mix(look.colour, 0.2), ..look.clone() };
    let paint = labelled(plain(look.colour, 0.22, 0.05), CREAM, label(&text, 1.12), wrapped(0.34, 2.0, tall - 2.6));
    set.put(turned(&body, set.fine).turned(8.0), paint);
}

pub(super) fn pump(set: &mut Set, look: &Look) {
    bottle(set, look, 12.4);
    let black = || plain(look.accent, 0.3, 0.045);
    let collar =
        [(1.6, 13.2), (1.6, 13.2), (1.7, 13.3), (1.7, 14.6), (1.5, 14.8), (0.5, 14.9), (0.45, 17.0), (0.0, 17.0)];
    set.put(turned(&collar, set.fine * 0.8), black());
    let head = [(0.0, 16.6), (1.0, 16.7), (1.15, 17.0), (1.1, 17.7), (0.9, 17.9), (0.0, 17.95)];
    set.put(turned(&head, set.fine * 0.8), black());
    let path = [v3(0.2, 17.3, 0.0), v3(-2.6, 17.4, 0.0), v3(-4.1, 17.2, 0.0), v3(-4.5, 16.4, 0.0)];
    set.put(drawn(&path, set.fine, |way| (0.52 - 0.16 * way, 0.44 - 0.12 * way)), black());
    set.look(8.0, 14.0, 0.74);
}

pub(super) fn dropper(set: &mut Set, look: &Look) {
    let body = [(0.0, 0.0), (2.2, 0.0), (2.4, 0.2), (2.45, 0.8), (2.45, 6.4), (2.1, 7.4), (1.1, 8.0), (0.95, 8.6)];
    let text = Look { accent: INK, ..look.clone() };
    let ground = plain(look.colour, 0.08, 0.06);
    set.put(turned(&body, set.fine).turned(6.0), labelled(ground, CREAM, label(&text, 1.1), wrapped(0.36, 1.0, 5.9)));
    let cap = [(1.2, 8.0), (1.2, 8.0), (1.25, 8.1), (1.25, 9.6), (1.05, 9.8), (0.7, 9.9)];
    set.put(turned(&cap, set.fine * 0.8), metal(BRASS, 0.28));
    let bulb = [(0.72, 9.8), (0.8, 10.6), (0.78, 12.2), (0.5, 12.9), (0.0, 13.0)];
    set.put(turned(&bulb, set.fine * 0.8), plain(look.accent, 0.6, 0.03));
    let carton = labelled(paper(look.accent), CREAM, label(&text, 1.4), |spot| {
        (spot.made.z > 2.7).then(|| (0.5 + spot.made.x / 4.4, (9.0 - spot.made.y) / 6.2))
    });
    set.put(boxed(5.6, 12.0, 5.6, 0.12).turned(-14.0).at(-6.8, 0.0, -2.2), carton);
    set.look(0.0, 15.0, 0.70);
}

pub(super) fn candle(set: &mut Set, look: &Look) {
    let cup = [
        (0.0, 0.0),
        (3.9, 0.0),
        (4.15, 0.25),
        (4.2, 0.9),
        (4.2, 9.0),
        (4.15, 9.15),
        (4.0, 9.15),
        (3.95, 8.9),
        (3.95, 6.6),
    ];
    let text = Look { accent: INK.mix(look.accent, 0.4), ..look.clone() };
    let paint = labelled(plain(look.colour, 0.34, 0.045), CREAM, label(&text, 0.86), wrapped(0.26, 1.8, 7.4));
    set.put(turned(&cup, set.fine).turned(6.0), paint);
    let fill = [(3.96, 8.0), (3.6, 8.05), (2.0, 7.95), (0.0, 8.0)];
    let mut top = turned(&fill, set.fine);
    top.corners.iter_mut().for_each(|corner| corner.normal = v3(0.0, 1.0, 0.0));
    set.put(top, wax(v3(0.84, 0.78, 0.66)));
    set.put(
        drawn(&[v3(0.0, 7.8, 0.0), v3(0.05, 9.0, 0.0), v3(0.12, 9.5, 0.05)], set.fine * 0.5, |_| (0.11, 0.11)),
        plain(v3(0.30, 0.25, 0.2), 0.9, 0.0),
    );
    set.look(4.0, 21.0, 0.60);
}

pub(super) fn pillars(set: &mut Set, look: &Look) {
    for (x, z, wide, tall, turn) in
        [(-5.4, -2.0, 3.6, 15.0, 0.0), (2.6, -3.6, 3.3, 10.6, 50.0), (3.0, 4.4, 3.0, 6.4, 20.0_f32)]
    {
        let body = [
            (0.0, 0.0),
            (wide, 0.0),
            (wide, 0.0),
            (wide, tall - 0.5),
            (wide - 0.2, tall - 0.1),
            (wide - 0.6, tall),
            (wide * 0.5, tall - 0.25),
            (0.0, tall - 0.4),
        ];
        let ground = wax(look.colour);
        let comb: Paint = Box::new(move |spot| {
            let mut finish = ground(spot);
            let turn = spot.made.x.atan2(spot.made.z) * wide;
            let row = (spot.made.y * 1.35).floor();
            let cell = (turn * 1.15 + 0.5 * row.rem_euclid(2.0)).rem_euclid(1.0) - 0.5;
            let level = (spot.made.y * 1.35).rem_euclid(1.0) - 0.5;
            let wall = smooth(0.30, 0.47, cell.abs().max(level.abs()));
            finish.colour = finish.colour * (0.86 + 0.2 * wall);
            finish
        });
        set.put(turned(&body, set.fine).turned(turn).at(x, 0.0, z), comb);
        let wick = drawn(&[v3(x, tall - 0.5, z), v3(x, tall + 0.9, z)], set.fine * 0.4, |_| (0.1, 0.1));
        set.put(wick, plain(v3(0.6, 0.55, 0.45), 0.9, 0.0));
    }
    set.look(8.0, 16.0, 0.70);
}

pub(super) fn diffuser(set: &mut Set, look: &Look) {
    let glass =
        [(0.0, 0.0), (3.6, 0.0), (4.1, 0.4), (4.4, 2.4), (3.9, 5.4), (2.0, 7.2), (1.3, 8.0), (1.3, 9.4), (1.5, 9.6)];
    set.pane(turned(&glass, set.fine), look.colour);
    let oil = [(0.0, 0.3), (3.5, 0.3), (4.0, 1.0), (4.15, 2.4), (4.0, 4.2), (4.0, 4.2), (0.0, 4.2)];
    set.pane(turned(&oil, set.fine), look.accent);
    set.put(
        turned(&[(1.0, 8.6), (1.55, 8.6), (1.6, 8.7), (1.6, 9.8), (1.5, 9.9), (0.9, 9.9)], set.fine * 0.8),
        wood(OAK, 1.5),
    );
    for (lean, turn) in [(0.26, 10.0), (0.30, 85.0), (0.22, 150.0), (0.32, 215.0), (0.27, 290.0_f32)] {
        let top = v3(lean * 24.0, 25.0, 0.0).turned(turn.to_radians());
        let foot = v3(-lean * 8.0, 0.8, 0.0).turned(turn.to_radians());
        set.put(drawn(&[foot, top], set.fine * 0.5, |_| (0.15, 0.15)), plain(BEECH * 0.9, 0.8, 0.01));
    }
    set.look(10.0, 14.0, 0.76);
}

pub(super) fn brush(set: &mut Set, look: &Look) {
    let outline = [
        (-4.4, 0.0),
        (-3.8, 2.6),
        (0.0, 3.4),
        (4.2, 2.7),
        (6.6, 1.5),
        (12.0, 1.1),
        (18.0, 1.3),
        (20.4, 1.0),
        (21.0, 0.0),
        (20.4, -1.0),
        (18.0, -1.3),
        (12.0, -1.1),
        (6.6, -1.5),
        (4.2, -2.7),
        (0.0, -3.4),
        (-3.8, -2.6),
    ];
    let high = 3.2;
    set.put(cut(&outline, 1.5, 0.6, set.fine).at(0.0, high, 0.0), wood(look.colour, 1.1));
    let hair = look.accent;
    let bristles: Paint = Box::new(move |spot| {
        let strand = noise(v3(spot.made.x * 9.0, spot.made.y * 0.4, spot.made.z * 9.0));
        let mut finish = plain(hair * (0.55 + 0.6 * strand), 1.0, 0.0)(spot);
        finish.soft = 0.4;
        finish
    });
    let tuft = [(-3.9, 0.0), (-3.4, 2.2), (0.0, 2.9), (3.7, 2.3), (5.0, 0.0), (3.7, -2.3), (0.0, -2.9), (-3.4, -2.2)];
    let mut mesh = cut(&tuft, high + 0.2, 0.25, set.fine);
    for corner in &mut mesh.corners {
        let spread = 1.0 + 0.10 * (1.0 - corner.at.y / high);
        corner.at.x *= spread;
        corner.at.z *= spread;
    }
    set.put(mesh, bristles);
    set.look(-30.0, 30.0, 0.80);
}

pub(super) fn dish(set: &mut Set, look: &Look) {
    let rows = [
        (0.0, 0.0),
        (4.2, 0.0),
        (4.2, 0.0),
        (4.8, 0.3),
        (6.4, 1.5),
        (7.0, 2.4),
        (6.85, 2.6),
        (6.5, 2.4),
        (4.8, 1.0),
        (0.0, 0.7),
    ];
    let mut mesh = turned(&rows, set.fine);
    for corner in &mut mesh.corners {
        corner.at.z *= 0.74;
    }
    set.put(mesh, stoneware(look, 0.45));
    set.put(boxed(6.4, 2.1, 4.3, 0.8).turned(8.0).at(0.0, 1.15, 0.0), wax(look.accent));
    set.look(-18.0, 33.0, 0.68);
}

pub(super) fn balm(set: &mut Set, look: &Look) {
    let text = Look { accent: INK, ..look.clone() };
    let print = label(&text, 1.0);
    let tin = |open: bool| -> Vec<(f32, f32)> {
        let top =
            if open { vec![(2.9, 1.9), (2.85, 1.9), (2.8, 1.5)] } else { vec![(2.9, 1.9), (2.8, 2.0), (0.0, 2.0)] };
        [vec![(0.0, 0.0), (2.8, 0.0), (2.8, 0.0), (2.9, 0.1)], top].concat()
    };
    set.put(turned(&tin(true), set.fine).at(3.3, 0.0, 2.4), metal(look.accent, 0.3));
    set.put(turned(&[(2.82, 1.55), (2.0, 1.62), (0.0, 1.6)], set.fine).at(3.3, 0.0, 2.4), wax(look.colour));
    let lid = [(0.0, 0.0), (3.0, 0.0), (3.0, 0.0), (3.08, 0.1), (3.08, 1.1), (2.95, 1.25), (2.95, 1.25), (0.0, 1.25)];
    let round = labelled(metal(look.accent, 0.3), CREAM, print, |spot| {
        let inside = spot.made.x.hypot(spot.made.z) < 2.6 && spot.made.y > 1.2;
        inside.then_some((0.5 + spot.made.x / 5.0, 0.5 + spot.made.z / 5.0))
    });
    set.put(turned(&lid, set.fine).tipped(52.0).turned(-10.0).at(-2.4, 2.35, -1.4), round);
    set.put(turned(&tin(false), set.fine).at(-2.4, 0.0, -3.6), metal(look.accent, 0.3));
    set.look(-4.0, 30.0, 0.62);
}

pub(super) fn salts(set: &mut Set, look: &Look) {
    let colour = look.colour;
    let crystals: Paint = Box::new(move |spot| {
        let grain = noise(spot.made * 4.2);
        let mut finish = plain(
            colour.mix(V3 { x: 0.95, y: 0.95, z: 0.95 }, smooth(0.35, 0.8, grain) * 0.7) * (0.75 + 0.35 * grain),
            0.6,
            0.05,
        )(spot);
        finish.soft = 0.6;
        finish
    });
    set.put(turned(&[(0.0, 0.4), (4.0, 0.4), (4.3, 0.9), (4.3, 8.6), (3.6, 9.0), (0.0, 9.4)], set.fine), crystals);
    let text = Look { accent: INK, ..look.clone() };
    set.pane(
        turned(&[(0.0, 0.0), (4.2, 0.0), (4.6, 0.4), (4.65, 1.0), (4.65, 10.2), (4.1, 11.2), (3.7, 11.6)], set.fine),
        v3(0.985, 0.99, 0.99),
    );
    let cork = [(3.5, 11.0), (3.5, 11.0), (3.7, 11.4), (3.9, 13.4), (3.7, 13.6), (0.0, 13.6)];
    set.put(turned(&cork, set.fine), {
        let ground = glaze(v3(0.52, 0.34, 0.19), OAK, -9.0);
        Box::new(move |spot| {
            let mut finish = ground(spot);
            finish.rough = 0.95;
            finish
        })
    });
    let wrap = labelled(paper(CREAM), CREAM, label(&text, 0.9), wrapped(0.34, 2.2, 8.0));
    let sleeve = [(4.69, 2.0), (4.71, 2.02), (4.71, 8.18), (4.69, 8.2)];
    set.put(turned(&sleeve, set.fine).turned(6.0), wrap);
    set.look(4.0, 16.0, 0.66);
}
