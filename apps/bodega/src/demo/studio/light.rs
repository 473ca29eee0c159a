//! Where the light goes: a coarse grid of what is solid, and how much of the main light and of the light from everywhere
//! reaches a point past it.

use super::{
    mesh::Mesh,
    vector::{V3, v3},
};

/// Cells along the longest side.
const CELLS: f32 = 104.0;

/// What is solid, in cells.
pub(crate) struct Shade {
    solid: Vec<bool>,
    low: V3,
    cell: f32,
    count: [usize; 3],
    rays: Vec<V3>,
    keys: Vec<V3>,
    fine_keys: Vec<V3>,
}

/// Where the middle of the main light stands.
pub(crate) fn key_direction() -> V3 {
    v3(-0.58, 0.74, 0.42).unit()
}

impl Shade {
    /// Of these bodies; `fine` below 1 sees less.
    pub(crate) fn of<'m>(bodies: impl Iterator<Item = &'m Mesh> + Clone, fine: f32) -> Self {
        let (low, high) = bounds(bodies.clone());
        let size = high - low;
        let cell = size.x.max(size.y).max(size.z) / (CELLS * fine.sqrt());
        let low = low - v3(cell, cell, cell) * 2.0;
        let cells = |length: f32| (length / cell).ceil() as usize + 5;
        let count = [cells(size.x), cells(size.y), cells(size.z)];
        let mut shade = Self {
            solid: vec![false; count.iter().product()],
            low,
            cell,
            count,
            rays: around((110.0 * fine).max(24.0)),
            keys: key_rays((30.0 * fine).max(6.0)),
            fine_keys: key_rays((110.0 * fine).max(6.0)),
        };
        for body in bodies {
            shade.fill(body);
        }
        shade
    }

    fn fill(&mut self, body: &Mesh) {
        for face in &body.faces {
            let [one, two, three] = face.map(|corner| body.corners[corner as usize].at);
            let (side, other) = (two - one, three - one);
            let count = |edge: V3| (edge.length() / self.cell * 1.6).ceil().clamp(1.0, 400.0);
            let (columns, rows) = (count(side), count(other));
            for row in 0..=rows as usize {
                for column in 0..=columns as usize {
                    let (u, v) = (column as f32 / columns, row as f32 / rows);
                    if u + v <= 1.001
                        && let Some(index) = self.index(one + side * u + other * v)
                    {
                        self.solid[index] = true;
                    }
                }
            }
        }
    }

    fn index(&self, at: V3) -> Option<usize> {
        let place = (at - self.low) * (1.0 / self.cell);
        if place.x < 0.0 || place.y < 0.0 || place.z < 0.0 {
            return None;
        }
        let [x, y, z] = [place.x as usize, place.y as usize, place.z as usize];
        let inside = x < self.count[0] && y < self.count[1] && z < self.count[2];
        inside.then(|| (z * self.count[1] + y) * self.count[0] + x)
    }

    /// Whether light comes from that direction to a point, which is in cells.
    fn reaches(&self, from: V3, way: V3) -> bool {
        let [wide, high, deep] = self.count;
        // From where to where the way is inside of the grid.
        let (mut enters, mut leaves) = (0.0_f32, f32::MAX);
        for (at, step, most) in [(from.x, way.x, wide), (from.y, way.y, high), (from.z, way.z, deep)] {
            let turn = if step.abs() < 1e-6 { 1e6_f32.copysign(step) } else { 1.0 / step };
            let (one, two) = (-at * turn, (most as f32 - at) * turn);
            enters = enters.max(one.min(two));
            leaves = leaves.min(one.max(two));
        }
        if enters >= leaves {
            return true;
        }
        let (mut at, step) = (from + way * (enters + 0.01), way * 0.95);
        for _ in 0..((leaves - enters) / 0.95) as usize {
            let index = (at.z as usize * high + at.y as usize) * wide + at.x as usize;
            if self.solid.get(index).is_some_and(|solid| *solid) {
                return false;
            }
            at = at + step;
        }
        true
    }

    /// How much of the main light, and of the light from everywhere, is seen from a point of a surface.
    pub(crate) fn at(&self, point: V3, normal: V3) -> (f32, f32) {
        self.past(point, normal, &self.keys)
    }

    /// The same for the ground, where every step of a shadow is seen.
    pub(crate) fn finely(&self, point: V3, normal: V3) -> (f32, f32) {
        self.past(point, normal, &self.fine_keys)
    }

    fn past(&self, point: V3, normal: V3, keys: &[V3]) -> (f32, f32) {
        let from = (point - self.low) * (1.0 / self.cell) + normal * 1.7;
        let (mut sky, mut whole) = (0.0, 0.0);
        for ray in &self.rays {
            let weight = ray.dot(normal);
            if weight > 0.02 {
                // The ground gives back a part of the light.
                let gives = if ray.y < 0.0 { 0.62 } else { 1.0 };
                whole += weight;
                if self.reaches(from, *ray) {
                    sky += weight * gives;
                }
            }
        }
        let (mut key, mut seen) = (0.0, 0.0);
        for ray in keys {
            seen += 1.0;
            if ray.dot(normal) > -0.25 && self.reaches(from, *ray) {
                key += 1.0;
            }
        }
        (key / seen, if whole > 0.0 { sky / whole } else { 1.0 })
    }

    /// Lights every corner of a body.
    pub(crate) fn light(&self, body: &mut Mesh) {
        for corner in &mut body.corners {
            corner.lit = self.at(corner.at, corner.normal);
        }
    }
}

/// The lowest and highest numbers of all corners.
pub(crate) fn bounds<'m>(bodies: impl Iterator<Item = &'m Mesh>) -> (V3, V3) {
    let (mut low, mut high) = (v3(1e9, 1e9, 1e9), v3(-1e9, -1e9, -1e9));
    for corner in bodies.flat_map(|body| &body.corners) {
        let at = corner.at;
        low = v3(low.x.min(at.x), low.y.min(at.y), low.z.min(at.z));
        high = v3(high.x.max(at.x), high.y.max(at.y), high.z.max(at.z));
    }
    (low, high)
}

/// Evenly in all directions.
fn around(count: f32) -> Vec<V3> {
    (0..count as usize)
        .map(|index| {
            let up = 1.0 - 2.0 * (index as f32 + 0.5) / count;
            let (sin, cos) = (index as f32 * 2.399_963).sin_cos();
            let flat = (1.0 - up * up).sqrt();
            v3(flat * cos, up, flat * sin)
        })
        .collect()
}

/// Evenly over the face of the main light.
fn key_rays(count: f32) -> Vec<V3> {
    let middle = key_direction();
    let side = middle.cross(v3(0.0, 1.0, 0.0)).unit();
    let up = side.cross(middle);
    (0..count as usize)
        .map(|index| {
            let far = ((index as f32 + 0.5) / count).sqrt() * 0.34;
            let (sin, cos) = (index as f32 * 2.399_963).sin_cos();
            (middle + side * (far * cos) + up * (far * sin)).unit()
        })
        .collect()
}
