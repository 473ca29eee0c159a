//! The camera: a long lens on a tripod. It looks for what is in the picture so that the bodies fill it, and finds for each
//! point of the picture which triangle is seen there.

use super::{
    mesh::{Corner, Mesh},
    vector::{V3, v3},
};

/// Points across a point of the picture, each way.
pub(crate) const FINE: usize = 2;
/// How far fine rows look to the side.
const SHEAR: f32 = 0.25;

/// From where it is looked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Around the bodies, degrees; above 0 shows their right side.
    pub(crate) around: f32,
    /// From above, degrees.
    pub(crate) above: f32,
    /// How much of the picture the bodies fill, 0 to 1.
    pub(crate) fill: f32,
    /// Which part of the picture comes to its middle, from -1 to 1 each way.
    pub(crate) aim: (f32, f32),
}

/// A tripod that stands.
pub(crate) struct Camera {
    eye: V3,
    right: V3,
    up: V3,
    ahead: V3,
    scale: f32,
    middle: (f32, f32),
    /// Of the picture, fine points each way.
    pub(crate) size: f32,
}

/// A corner as it is seen: fine points from the left and the top, and one over its distance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    x: f32,
    y: f32,
    near: f32,
}

impl Camera {
    /// That sees all of the bodies, in a picture of `size` points each way.
    pub(crate) fn on<'m>(bodies: impl Iterator<Item = &'m Mesh> + Clone, view: View, size: usize) -> Self {
        let (low, high) = super::light::bounds(bodies.clone());
        let target = (low + high) * 0.5;
        let back = v3(0.0, 0.0, 1.0).tipped(-view.above.to_radians()).turned(view.around.to_radians());
        let ahead = -back;
        let right = ahead.cross(v3(0.0, 1.0, 0.0)).unit();
        let eye = target + back * ((high - low).length() * 3.6);
        let size = (size * FINE) as f32;
        let mut camera = Self { eye, right, up: right.cross(ahead), ahead, scale: 1.0, middle: (0.0, 0.0), size };
        let (mut least, mut most) = ((1e9_f32, 1e9_f32), (-1e9_f32, -1e9_f32));
        for corner in bodies.flat_map(|body| &body.corners) {
            let seen = camera.see(corner.at);
            least = (least.0.min(seen.x), least.1.min(seen.y));
            most = (most.0.max(seen.x), most.1.max(seen.y));
        }
        let wide = (most.0 - least.0).max(most.1 - least.1).max(1e-6);
        camera.scale = view.fill * size / wide;
        camera.middle = (
            size * (0.5 - view.aim.0 * 0.5) - (least.0 + most.0) * 0.5 * camera.scale,
            size * (0.515 + view.aim.1 * 0.5) - (least.1 + most.1) * 0.5 * camera.scale,
        );
        camera
    }

    /// Where a point is in the picture.
    pub(crate) fn see(&self, at: V3) -> Seen {
        let arm = at - self.eye;
        let near = 1.0 / arm.dot(self.ahead).max(1e-3);
        let x = arm.dot(self.right) * near * self.scale + self.middle.0;
        Seen { x, y: self.middle.1 - arm.dot(self.up) * near * self.scale, near }
    }

    /// The way from the eye through a point of the picture.
    fn way(&self, x: f32, y: f32) -> V3 {
        let (across, up) = ((x - self.middle.0) / self.scale, (self.middle.1 - y) / self.scale);
        self.ahead + self.right * across + self.up * up
    }

    /// Where the ground is seen at a point of the picture, unless that is above the horizon.
    pub(crate) fn ground(&self, x: f32, y: f32) -> Option<V3> {
        let way = self.way(x, y);
        (way.y < -1e-3).then(|| self.eye + way * (-self.eye.y / way.y))
    }

    /// The direction from a point to the eye.
    pub(crate) fn back(&self, at: V3) -> V3 {
        (self.eye - at).unit()
    }
}

/// Which triangle is seen at each fine point of a stripe of the picture.
pub(crate) struct Stripe {
    first: usize,
    rows: usize,
    wide: usize,
    near: Vec<f32>,
    face: Vec<u32>,
}

/// No triangle.
pub(crate) const NOTHING: u32 = u32::MAX;

/// The three corners of a triangle as they are seen.
pub(crate) type Outline = [Seen; 3];

impl Stripe {
    /// Of `rows` fine rows from `first` on.
    pub(crate) fn new(first: usize, rows: usize, wide: usize) -> Self {
        Self { first, rows, wide, near: vec![0.0; wide * rows], face: vec![NOTHING; wide * rows] }
    }

    /// The triangle at a fine point, by column and row of the stripe.
    pub(crate) fn at(&self, column: usize, row: usize) -> u32 {
        self.face[row * self.wide + column]
    }

    /// Puts a triangle where nothing is nearer.
    pub(crate) fn put(&mut self, outline: &Outline, face: u32) {
        let wide = self.wide;
        let first = self.first;
        let (near, faces) = (&mut self.near, &mut self.face);
        cover(outline, first, self.rows, wide, |column, row, [one, two, three]| {
            let index = row * wide + column;
            let depth = outline[0].near * one + outline[1].near * two + outline[2].near * three;
            if depth > near[index] {
                near[index] = depth;
                faces[index] = face;
            }
        });
    }

    /// Calls with each fine point at which the triangle stands before all that was put.
    pub(crate) fn before(&self, outline: &Outline, mut call: impl FnMut(usize, usize, [f32; 3])) {
        cover(outline, self.first, self.rows, self.wide, |column, row, shares| {
            let [one, two, three] = shares;
            let depth = outline[0].near * one + outline[1].near * two + outline[2].near * three;
            if depth > self.near[row * self.wide + column] {
                call(column, row, shares);
            }
        });
    }
}

/// Calls with each fine point that a triangle covers, and with the share of each of its corners.
fn cover(outline: &Outline, first: usize, rows: usize, wide: usize, mut call: impl FnMut(usize, usize, [f32; 3])) {
    let [one, two, three] = outline;
    let low = one.y.min(two.y).min(three.y).ceil().max(first as f32);
    let high = one.y.max(two.y).max(three.y).floor().min((first + rows) as f32 - 1.0);
    let left = (one.x.min(two.x).min(three.x) - SHEAR).ceil().max(0.0);
    let right = (one.x.max(two.x).max(three.x) + SHEAR).floor().min(wide as f32 - 1.0);
    let area = (two.x - one.x) * (three.y - one.y) - (three.x - one.x) * (two.y - one.y);
    if low > high || left > right || area.abs() < 1e-9 {
        return;
    }
    for row in low as usize..=high as usize {
        for column in left as usize..=right as usize {
            let shares = shares(outline, area, column as f32 + shear(row), row as f32);
            if shares.iter().all(|share| *share >= -1e-5) {
                call(column, row - first, shares);
            }
        }
    }
}

fn shares([one, two, three]: &Outline, area: f32, x: f32, y: f32) -> [f32; 3] {
    let second = ((x - one.x) * (three.y - one.y) - (three.x - one.x) * (y - one.y)) / area;
    let third = ((two.x - one.x) * (y - one.y) - (x - one.x) * (two.y - one.y)) / area;
    [1.0 - second - third, second, third]
}

/// Every other fine row looks a little to the side, so that upright edges have as many steps as level ones.
fn shear(row: usize) -> f32 {
    if row.is_multiple_of(2) { -SHEAR } else { SHEAR }
}

/// The share of each corner at a fine point of the picture.
pub(crate) fn shares_at(outline: &Outline, column: usize, row: usize) -> [f32; 3] {
    let (x, y) = (column as f32 + shear(row), row as f32);
    let [one, two, three] = outline;
    let area = (two.x - one.x) * (three.y - one.y) - (three.x - one.x) * (two.y - one.y);
    shares(outline, if area.abs() < 1e-9 { 1e-9 } else { area }, x, y)
}

/// What lies between three corners.
pub(crate) fn between(corners: [&Corner; 3], outline: &Outline, shares: [f32; 3]) -> Corner {
    let weights = [0, 1, 2].map(|index| shares[index] * outline[index].near);
    let sum = (weights[0] + weights[1] + weights[2]).max(1e-12);
    let [one, two, three] = weights.map(|weight| weight / sum);
    let point = |of: &dyn Fn(&Corner) -> V3| of(corners[0]) * one + of(corners[1]) * two + of(corners[2]) * three;
    let number = |of: &dyn Fn(&Corner) -> f32| of(corners[0]) * one + of(corners[1]) * two + of(corners[2]) * three;
    Corner {
        at: point(&|corner| corner.at),
        made: point(&|corner| corner.made),
        normal: point(&|corner| corner.normal).unit(),
        uv: (number(&|corner| corner.uv.0), number(&|corner| corner.uv.1)),
        lit: (number(&|corner| corner.lit.0), number(&|corner| corner.lit.1)),
    }
}

/// How near the middle of a triangle is.
pub(crate) fn nearness(outline: &Outline) -> f32 {
    outline[0].near + outline[1].near + outline[2].near
}
