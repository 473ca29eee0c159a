//! Bodies as nets of triangles: turned on a wheel, drawn along a path, boxes with round edges, cut from a sheet.

use super::vector::{V3, v3};
use std::f32::consts::TAU;

/// A corner of triangles.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Corner {
    /// Where it stands in the scene.
    pub(crate) at: V3,
    /// Where it was when the body was made: what its pattern hangs on.
    pub(crate) made: V3,
    pub(crate) normal: V3,
    /// Across and along the body, 0 to 1.
    pub(crate) uv: (f32, f32),
    /// How much of the main light reaches it, and of the light from everywhere.
    pub(crate) lit: (f32, f32),
}

/// A body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mesh {
    pub(crate) corners: Vec<Corner>,
    pub(crate) faces: Vec<[u32; 3]>,
}

impl Mesh {
    fn moved(mut self, by: impl Fn(V3) -> V3) -> Self {
        let zero = by(V3::default());
        for corner in &mut self.corners {
            corner.normal = by(corner.normal) - zero;
            corner.at = by(corner.at);
        }
        self
    }

    /// Somewhere else.
    pub(crate) fn at(self, x: f32, y: f32, z: f32) -> Self {
        self.moved(|point| point + v3(x, y, z))
    }

    /// Turned around the upright axis, degrees.
    pub(crate) fn turned(self, degrees: f32) -> Self {
        self.moved(|point| point.turned(degrees.to_radians()))
    }

    /// Tipped forward, degrees.
    pub(crate) fn tipped(self, degrees: f32) -> Self {
        self.moved(|point| point.tipped(degrees.to_radians()))
    }

    /// Rolled to the left, degrees.
    pub(crate) fn rolled(self, degrees: f32) -> Self {
        self.moved(|point| point.rolled(degrees.to_radians()))
    }

    /// With its inside out.
    pub(crate) fn flipped(mut self) -> Self {
        self.corners.iter_mut().for_each(|corner| corner.normal = -corner.normal);
        self
    }

    /// Both as one.
    pub(crate) fn with(mut self, other: Self) -> Self {
        let first = self.corners.len() as u32;
        self.corners.extend(other.corners);
        self.faces.extend(other.faces.into_iter().map(|face| face.map(|corner| corner + first)));
        self
    }
}

/// A net over a surface that is given by its two coordinates, 0 to 1 each.
pub(crate) fn net(across: usize, along: usize, surface: impl Fn(f32, f32) -> V3) -> Mesh {
    let mut mesh = Mesh::default();
    for row in 0..=along {
        for column in 0..=across {
            let uv = (column as f32 / across as f32, row as f32 / along as f32);
            let at = surface(uv.0, uv.1);
            mesh.corners.push(Corner { at, made: at, normal: V3::default(), uv, lit: (1.0, 1.0) });
        }
    }
    let wide = across as u32 + 1;
    for row in 0..along as u32 {
        for column in 0..across as u32 {
            let first = row * wide + column;
            mesh.faces.push([first, first + wide, first + 1]);
            mesh.faces.push([first + 1, first + wide, first + wide + 1]);
        }
    }
    smooth_normals(&mut mesh, across + 1);
    mesh
}

/// Normals from the triangles around; where a row ends in its beginning, or is one point, it is smooth there as well.
fn smooth_normals(mesh: &mut Mesh, wide: usize) {
    for face in &mesh.faces {
        let [one, two, three] = face.map(|corner| mesh.corners[corner as usize].at);
        let normal = (two - one).cross(three - one);
        for corner in face {
            mesh.corners[*corner as usize].normal = mesh.corners[*corner as usize].normal + normal;
        }
    }
    for row in mesh.corners.chunks_mut(wide) {
        let (first, last, middle) = (row[0], row[wide - 1], row[wide / 2]);
        if (first.at - last.at).length() < 1e-4 {
            let all = (first.at - middle.at).length() < 1e-4;
            let sum = row.iter().fold(V3::default(), |sum, corner| sum + corner.normal);
            let seam = first.normal + last.normal;
            if all {
                for corner in row.iter_mut() {
                    corner.normal = sum;
                }
            } else {
                row[0].normal = seam;
                row[wide - 1].normal = seam;
            }
        }
        for corner in row {
            corner.normal = corner.normal.unit();
        }
    }
}

/// A smooth line through points; a point that is there twice is a sharp bend.
pub(crate) fn curve(points: &[V3], steps: usize) -> Vec<V3> {
    let Some(first) = points.first() else { return Vec::new() };
    let mut line = vec![*first];
    for index in 1..points.len() {
        let (from, to) = (points[index - 1], points[index]);
        let length = (to - from).length();
        if length < 1e-6 {
            line.push(to);
            continue;
        }
        let leaving = slope(index.checked_sub(2).map(|before| points[before]), from, to, length);
        let arriving = slope(points.get(index + 1).copied(), to, from, length) * -1.0;
        for step in 1..=steps {
            let share = step as f32 / steps as f32;
            let (square, cube) = (share * share, share * share * share);
            line.push(
                from * (2.0 * cube - 3.0 * square + 1.0)
                    + leaving * (cube - 2.0 * square + share)
                    + to * (3.0 * square - 2.0 * cube)
                    + arriving * (cube - square),
            );
        }
    }
    line
}

/// Which way a curve leaves `from` for `to`, with `before` on its other side. It never swings past its points.
fn slope(before: Option<V3>, from: V3, to: V3, length: f32) -> V3 {
    let ahead = (to - from) * (1.0 / length);
    let Some(before) = before.filter(|before| (from - *before).length() > 1e-6) else { return to - from };
    let near = (from - before).length();
    let behind = (from - before) * (1.0 / near);
    let one = |behind: f32, ahead: f32| {
        let most = if behind * ahead <= 0.0 { 0.0 } else { 3.0 * behind.abs().min(ahead.abs()) };
        ((behind * length + ahead * near) / (near + length)).clamp(-most, most)
    };
    v3(one(behind.x, ahead.x), one(behind.y, ahead.y), one(behind.z, ahead.z)) * length
}

/// Turned on a wheel: `profile` has radius and height from the middle of the foot, up outside, and down inside.
pub(crate) fn turned(profile: &[(f32, f32)], fine: f32) -> Mesh {
    let points: Vec<V3> = profile.iter().map(|(radius, height)| v3(*radius, *height, 0.0)).collect();
    let line = curve(&points, steps(7.0, fine));
    let last = line.len() - 1;
    net(steps(112.0, fine), last, |u, v| {
        let point = line[(v * last as f32).round() as usize];
        let (sin, cos) = (u * TAU).sin_cos();
        v3(sin * point.x.max(0.0), point.y, -cos * point.x.max(0.0))
    })
}

/// How many steps a body of this fineness takes.
pub(crate) fn steps(full: f32, fine: f32) -> usize {
    (full * fine).round().max(3.0) as usize
}

/// Along a path, with a width and a height at each part of the way from 0 to 1.
pub(crate) fn drawn(path: &[V3], fine: f32, size: impl Fn(f32) -> (f32, f32)) -> Mesh {
    let pieces = path.len().max(2) as f32 - 1.0;
    let line = curve(path, steps(10.0_f32.max(84.0 / pieces), fine));
    let last = line.len() - 1;
    let first = (line[1] - line[0]).unit();
    let level = first.cross(v3(0.0, 1.0, 0.0));
    let mut beside = if level.length() > 0.3 { level.unit() } else { v3(0.0, 0.0, 1.0) };
    let frames: Vec<(V3, V3, V3)> = (0..=last)
        .map(|index| {
            let ahead = (line[(index + 1).min(last)] - line[index.max(1) - 1]).unit();
            beside = (beside - ahead * beside.dot(ahead)).unit();
            (line[index], beside, beside.cross(ahead))
        })
        .collect();
    // The ends are closed by rows of no size.
    net(steps(24.0, fine), last + 4, |u, v| {
        let row = (v * (last + 4) as f32).round() as usize;
        let index = row.saturating_sub(2).min(last);
        let (at, beside, up) = frames[index];
        let (width, height) = if row == 0 || row == last + 4 { (0.0, 0.0) } else { size(index as f32 / last as f32) };
        let (sin, cos) = (u * TAU).sin_cos();
        at + beside * (cos * width) + up * (sin * height)
    })
}

/// A box that stands on the ground, with round edges.
pub(crate) fn boxed(width: f32, height: f32, depth: f32, round: f32) -> Mesh {
    let half = v3(width / 2.0, height / 2.0, depth / 2.0);
    let core = half - v3(round, round, round);
    let count = |length: f32| 8 + 2 * (length * 1.2).min(20.0) as usize;
    let knot = |share: f32, half: f32| {
        // A part of the steps goes around each edge, however narrow that is.
        let (bend, steps) = (round / half, count(half * 2.0) as f32);
        let (part, flat) = ((share * 2.0 - 1.0) * steps / 2.0, steps / 2.0 - 3.0);
        let over = (part.abs() - flat) / 3.0;
        let signed = if over > 0.0 { 1.0 - bend * (1.0 - over) } else { (1.0 - bend) * part.abs() / flat.max(1.0) };
        half * signed.clamp(0.0, 1.0).copysign(part)
    };
    let rounded = |point: V3| {
        let inner = v3(point.x.clamp(-core.x, core.x), point.y.clamp(-core.y, core.y), point.z.clamp(-core.z, core.z));
        inner + (point - inner).unit() * if point == inner { 0.0 } else { round }
    };
    let (across, up, back) = (count(width), count(height), count(depth));
    let side = |face: usize| {
        let (columns, rows) = match face {
            0 | 1 => (across, up),
            2 | 3 => (back, up),
            _ => (across, back),
        };
        net(columns, rows, |u, v| {
            let point = match face {
                0 => v3(knot(u, half.x), knot(v, half.y), half.z),
                1 => v3(-knot(u, half.x), knot(v, half.y), -half.z),
                2 => v3(half.x, knot(v, half.y), -knot(u, half.z)),
                3 => v3(-half.x, knot(v, half.y), knot(u, half.z)),
                4 => v3(knot(u, half.x), half.y, -knot(v, half.z)),
                _ => v3(knot(u, half.x), -half.y, knot(v, half.z)),
            };
            rounded(point)
        })
    };
    let mut mesh = (1..6).fold(side(0), |mesh, face| mesh.with(side(face)));
    for corner in &mut mesh.corners {
        let point = corner.at;
        let inner = v3(point.x.clamp(-core.x, core.x), point.y.clamp(-core.y, core.y), point.z.clamp(-core.z, core.z));
        if (point - inner).length() > 1e-5 {
            corner.normal = (point - inner).unit();
        }
        corner.at.y += half.y;
        corner.made = corner.at;
    }
    mesh
}

/// Cut out of a sheet that lies on the ground, with a bevel: `outline` is seen from above, around a middle that sees all
/// of it; x to the right, y away from the viewer.
pub(crate) fn cut(outline: &[(f32, f32)], height: f32, bevel: f32, fine: f32) -> Mesh {
    let mut points: Vec<V3> = outline.iter().map(|(x, y)| v3(*x, 0.0, -*y)).collect();
    let area: f32 = outline.iter().zip(outline.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    if area > 0.0 {
        points.reverse();
    }
    points.push(points[0]);
    let line = curve(&points, steps(10.0, fine));
    let last = line.len() - 1;
    let middle = line.iter().fold(V3::default(), |sum, point| sum + *point) * (1.0 / line.len() as f32);
    let rows: [(f32, f32); 11] = [
        (1.0, 0.0),
        (0.0, 0.0),
        (0.0, 0.0),
        (-0.7, 0.3),
        (-1.0, 1.0),
        (-1.0, -1.0),
        (-0.7, -0.3),
        (0.0, 2.0),
        (0.4, 2.0),
        (0.7, 2.0),
        (1.0, 2.0),
    ];
    net(last, rows.len() - 1, |u, v| {
        let (inward, level) = rows[(v * 10.0).round() as usize];
        let edge = line[(u * last as f32).round() as usize];
        let arm = edge - middle;
        let shrink = (1.0 + inward.min(0.0)) * bevel / arm.length().max(bevel);
        let share = if inward > 0.0 { 1.0 - inward } else { 1.0 - shrink };
        let up = match level {
            level if level < 0.0 => height + level * bevel,
            level if level > 1.5 => height,
            level => level * bevel,
        };
        middle + arm * share + v3(0.0, up, 0.0)
    })
}
