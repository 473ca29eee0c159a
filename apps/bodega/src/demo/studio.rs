//! A small studio: bodies on a seamless ground under soft light, and a camera. Pictures are drawn by code, stripe by stripe,
//! so that a large one takes little memory.

pub(crate) mod camera;
pub(crate) mod light;
pub(crate) mod mesh;
pub(crate) mod paint;
pub(crate) mod print;
pub(crate) mod vector;

use camera::{Camera, FINE, NOTHING, Outline, Stripe, View, between, shares_at};
use light::Shade;
use mesh::{Corner, Mesh};
use paint::{Paint, Spot};
use vector::{V3, smooth, v3};

/// Rows of a stripe.
const STRIPE: usize = 40;
/// Steps of the ground's shadow each way.
const GROUND: usize = 96;

/// What stands in the studio.
pub(crate) struct Scene {
    pub(crate) bodies: Vec<(Mesh, Paint)>,
    /// What light goes through, by its tint.
    pub(crate) glass: Vec<(Mesh, V3)>,
    pub(crate) view: View,
    /// The colour of the ground and of what is behind.
    pub(crate) tone: V3,
}

/// A picture: three bytes for each point.
pub(crate) struct Picture {
    pub(crate) size: usize,
    pub(crate) bytes: Vec<u8>,
}

struct Lit<'s> {
    scene: &'s Scene,
    camera: Camera,
    /// Of solid bodies and then of glass: the body and the triangle.
    faces: Vec<(usize, usize)>,
    outlines: Vec<Outline>,
    glass: Vec<(usize, usize, Outline, f32)>,
    ground: Ground,
    film: Film,
}

/// The shadow on the ground.
struct Ground {
    low: V3,
    size: V3,
    dark: Vec<f32>,
}

impl Scene {
    fn all(&self) -> impl Iterator<Item = &Mesh> + Clone {
        self.bodies.iter().map(|(mesh, _)| mesh).chain(self.glass.iter().map(|(mesh, _)| mesh))
    }

    /// Draws it, `size` points each way.
    pub(crate) fn draw(mut self, size: usize) -> Picture {
        let fine = (size as f32 / 700.0).clamp(0.02, 1.0);
        let shade = Shade::of(self.bodies.iter().map(|(mesh, _)| mesh), fine);
        let ghost = Shade::of(self.all(), fine);
        for (mesh, _) in &mut self.bodies {
            shade.light(mesh);
        }
        let ground = Ground::under(&self, &shade, &ghost, fine);
        let camera = Camera::on(self.all(), self.view, size);
        let lit = Lit::new(&self, camera, ground);
        let mut bytes = Vec::with_capacity(size * size * 3);
        for first in (0..size).step_by(STRIPE) {
            lit.stripe(first, STRIPE.min(size - first), size, &mut bytes);
        }
        Picture { size, bytes }
    }
}

impl<'s> Lit<'s> {
    fn new(scene: &'s Scene, camera: Camera, ground: Ground) -> Self {
        let outline = |mesh: &Mesh, face: [u32; 3]| face.map(|corner| camera.see(mesh.corners[corner as usize].at));
        let (mut faces, mut outlines, mut glass) = (Vec::new(), Vec::new(), Vec::new());
        for (body, (mesh, _)) in scene.bodies.iter().enumerate() {
            for (index, face) in mesh.faces.iter().enumerate() {
                faces.push((body, index));
                outlines.push(outline(mesh, *face));
            }
        }
        for (body, (mesh, _)) in scene.glass.iter().enumerate() {
            for (index, face) in mesh.faces.iter().enumerate() {
                let seen = outline(mesh, *face);
                let near = camera::nearness(&seen);
                glass.push((body, index, seen, near));
            }
        }
        glass.sort_by(|one, two| one.3.total_cmp(&two.3));
        Self { scene, camera, faces, outlines, glass, ground, film: Film::new() }
    }

    fn stripe(&self, first: usize, rows: usize, size: usize, bytes: &mut Vec<u8>) {
        let wide = size * FINE;
        let mut stripe = Stripe::new(first * FINE, rows * FINE, wide);
        for (face, outline) in self.outlines.iter().enumerate() {
            stripe.put(outline, face as u32);
        }
        let mut light = vec![V3::default(); wide * rows * FINE];
        for row in 0..rows {
            for column in 0..size {
                self.point(&stripe, &mut light, (column, row, first), wide);
            }
        }
        self.glass(&stripe, &mut light, wide);
        for row in 0..rows {
            for column in 0..size {
                let fine = [(0, 0), (0, 1), (1, 0), (1, 1)]
                    .map(|(down, across)| light[(row * FINE + down) * wide + column * FINE + across]);
                let sum = if fine.iter().all(|dot| *dot == fine[0]) {
                    self.film.developed(fine[0]) * 4.0
                } else {
                    // Each by itself, so that a bright edge stays smooth.
                    fine.into_iter().fold(V3::default(), |sum, dot| sum + self.film.developed(dot))
                };
                let grain = dither(column, row + first);
                let byte = |value: f32| (value * (255.0 / 4.0) + grain).clamp(0.0, 255.0) as u8;
                bytes.extend([byte(sum.x), byte(sum.y), byte(sum.z)]);
            }
        }
    }

    /// The light of one point of the picture: where it is one body, half of its fine points are enough.
    fn point(&self, stripe: &Stripe, light: &mut [V3], (column, row, first): (usize, usize, usize), wide: usize) {
        let fine = |across: usize, down: usize| (column * FINE + across, row * FINE + down);
        let faces = [fine(0, 0), fine(1, 1), fine(1, 0), fine(0, 1)].map(|(x, y)| (stripe.at(x, y), x, y));
        let behind = faces
            .iter()
            .any(|(face, ..)| *face == NOTHING)
            .then(|| self.backdrop((column * FINE) as f32 + 0.5, ((first + row) * FINE) as f32 + 0.5));
        let body = |face: u32| self.faces.get(face as usize).map(|(body, _)| *body);
        let same = faces.iter().all(|(face, ..)| body(*face) == body(faces[0].0));
        let mut sum = V3::default();
        for (index, (face, x, y)) in faces.into_iter().enumerate() {
            let seen = match behind {
                Some(behind) if face == NOTHING => behind,
                _ if same && index > 1 => sum * 0.5,
                _ => self.spot(face as usize, x, first * FINE + y),
            };
            if index < 2 {
                sum = sum + seen;
            }
            light[y * wide + x] = seen;
        }
    }

    fn spot(&self, face: usize, column: usize, row: usize) -> V3 {
        let (body, index) = self.faces[face];
        let (mesh, paint) = &self.scene.bodies[body];
        let corners = mesh.faces[index].map(|corner| &mesh.corners[corner as usize]);
        let outline = &self.outlines[face];
        let corner = between(corners, outline, shares_at(outline, column, row));
        let finish = paint(&Spot { made: corner.made, uv: corner.uv });
        paint::shine(&finish, &corner, self.camera.back(corner.at), self.scene.tone)
    }

    fn glass(&self, stripe: &Stripe, light: &mut [V3], wide: usize) {
        for (body, index, outline, _) in &self.glass {
            let (mesh, tint) = &self.scene.glass[*body];
            let corners: [&Corner; 3] = mesh.faces[*index].map(|corner| &mesh.corners[corner as usize]);
            stripe.before(outline, |column, row, shares| {
                let corner = between(corners, outline, shares);
                let dot = &mut light[row * wide + column];
                *dot = paint::through(*tint, &corner, self.camera.back(corner.at), self.scene.tone, *dot);
            });
        }
    }

    /// The seamless ground and wall at a fine point of the picture.
    fn backdrop(&self, x: f32, y: f32) -> V3 {
        let (across, down) = (x / self.camera.size, y / self.camera.size);
        let tone = self.scene.tone;
        let floor = smooth(0.25, 0.85, down);
        let base = tone * (0.90 + 0.10 * floor);
        // The lamp stands at the left.
        let (side, high) = (across - 0.34, down - 0.38);
        let pool = 0.13 * (-(side * side * 2.2 + high * high * 2.8) * 2.0).exp();
        let (side, high) = (across - 0.5, down - 0.5);
        let corner = 1.0 - 0.30 * (side * side + high * high);
        let lit = base * ((0.93 + pool) * corner);
        match self.camera.ground(x, y) {
            Some(at) => {
                let dark = self.ground.at(at);
                lit.times(v3(1.0 - dark, 1.0 - dark * 0.985, 1.0 - dark * 0.955))
            }
            None => lit,
        }
    }
}

impl Ground {
    fn under(scene: &Scene, shade: &Shade, ghost: &Shade, fine: f32) -> Self {
        let (low, high) = light::bounds(scene.all());
        let reach = (high - low).x.max((high - low).y).max((high - low).z) * 0.95;
        let (low, high) = (low - v3(reach, 0.0, reach), high + v3(reach, 0.0, reach));
        let count = Self::count(fine);
        let up = v3(0.0, 1.0, 0.0);
        let glassy = !scene.glass.is_empty();
        let mut dark = Vec::with_capacity(count * count);
        for row in 0..count {
            for column in 0..count {
                let part = |index: usize| index as f32 / (count - 1) as f32;
                let at = low + v3((high - low).x * part(column), -low.y, (high - low).z * part(row));
                let deep = |(key, sky): (f32, f32)| (1.0 - key) * 0.34 + (1.0 - sky) * 0.62;
                let solid = deep(shade.finely(at, up));
                let light = if glassy { deep(ghost.at(at, up)) * 0.45 } else { 0.0 };
                let rim = part(column).min(1.0 - part(column)).min(part(row)).min(1.0 - part(row));
                dark.push(solid.max(light) * smooth(0.0, 0.16, rim));
            }
        }
        Self { low, size: high - low, dark }
    }

    fn count(fine: f32) -> usize {
        ((GROUND as f32) * fine.sqrt()) as usize + 2
    }

    fn at(&self, at: V3) -> f32 {
        let count = self.dark.len().isqrt();
        let last = (count - 1) as f32;
        let (x, z) = ((at.x - self.low.x) / self.size.x * last, (at.z - self.low.z) / self.size.z * last);
        if x < 0.0 || z < 0.0 || x > last || z > last {
            return 0.0;
        }
        // A spline instead of straight lines: edges of shadows have no stairs.
        let (left, top) = (x as usize, z as usize);
        let across = spline(x - left as f32);
        let down = spline(z - top as f32);
        let mut sum = 0.0;
        for (row, high) in down.iter().enumerate() {
            for (column, wide) in across.iter().enumerate() {
                let pick = |first: usize, index: usize| (first + index).saturating_sub(1).min(count - 1);
                sum += self.dark[pick(top, row) * count + pick(left, column)] * high * wide;
            }
        }
        sum
    }
}

/// The shares of four neighbours, `at` of the way from the second to the third.
fn spline(at: f32) -> [f32; 4] {
    let (square, cube) = (at * at, at * at * at);
    [
        (1.0 - 3.0 * at + 3.0 * square - cube) / 6.0,
        (4.0 - 6.0 * square + 3.0 * cube) / 6.0,
        (1.0 + 3.0 * at + 3.0 * square - 3.0 * cube) / 6.0,
        cube / 6.0,
    ]
}

/// From linear light to what a screen takes, with a soft shoulder. By the root of the light, up to 4.
struct Film {
    steps: Vec<f32>,
}

impl Film {
    fn new() -> Self {
        let one = |step: u16| {
            let value = (f32::from(step) / 1024.0).powi(2) * 1.04;
            let bent = if value < 0.7 { value } else { 0.7 + 0.3 * (1.0 - (-(value - 0.7) / 0.3).exp()) };
            bent.powf(1.0 / 2.2)
        };
        Self { steps: (0..=2048).map(one).collect() }
    }

    fn developed(&self, light: V3) -> V3 {
        let one = |value: f32| {
            let place = (value.max(0.0).sqrt() * 1024.0).min(2046.9);
            let (low, high) = (self.steps[place as usize], self.steps[place as usize + 1]);
            low + (high - low) * place.fract()
        };
        v3(one(light.x), one(light.y), one(light.z))
    }
}

/// A little unrest below one step of a screen, so that soft light has no bands.
fn dither(column: usize, row: usize) -> f32 {
    let bits = (column as u32).wrapping_mul(0x9e37_79b1) ^ (row as u32).wrapping_mul(0x85eb_ca6b);
    let bits = (bits ^ (bits >> 15)).wrapping_mul(0x2c1b_3c6d);
    ((bits >> 16) & 255) as f32 / 255.0
}
