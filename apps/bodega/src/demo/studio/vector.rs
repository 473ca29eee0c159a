//! Points, directions and colours: three numbers. Lengths are centimetres, y is up; colours are linear light.

use std::ops::{Add, Mul, Neg, Sub};

/// A point, a direction, or a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct V3 {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) z: f32,
}

/// The three numbers as one.
pub(crate) const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

impl V3 {
    pub(crate) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    pub(crate) fn cross(self, other: Self) -> Self {
        v3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    pub(crate) fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// Of length 1; up where it has none.
    pub(crate) fn unit(self) -> Self {
        let length = self.length();
        if length > 1e-9 { self * (1.0 / length) } else { v3(0.0, 1.0, 0.0) }
    }

    /// Between `self` at 0 and `other` at 1.
    pub(crate) fn mix(self, other: Self, share: f32) -> Self {
        self + (other - self) * share
    }

    /// Each number by itself.
    pub(crate) fn times(self, other: Self) -> Self {
        v3(self.x * other.x, self.y * other.y, self.z * other.z)
    }

    /// Turned around the upright axis, radians.
    pub(crate) fn turned(self, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        v3(self.x * cos + self.z * sin, self.y, self.z * cos - self.x * sin)
    }

    /// Turned around the axis that points right, radians; the top comes forward.
    pub(crate) fn tipped(self, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        v3(self.x, self.y * cos - self.z * sin, self.y * sin + self.z * cos)
    }

    /// Turned around the axis that points at the viewer, radians; the top goes left.
    pub(crate) fn rolled(self, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        v3(self.x * cos - self.y * sin, self.x * sin + self.y * cos, self.z)
    }
}

impl Add for V3 {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        v3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl Sub for V3 {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        v3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul<f32> for V3 {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        v3(self.x * factor, self.y * factor, self.z * factor)
    }
}

impl Neg for V3 {
    type Output = Self;

    fn neg(self) -> Self {
        self * -1.0
    }
}

/// 0 below `from`, 1 above `to`, smooth between.
pub(crate) fn smooth(from: f32, to: f32, at: f32) -> f32 {
    let share = ((at - from) / (to - from)).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// A colour written as `#rrggbb`, as linear light; grey where it is none.
pub(crate) fn colour(hex: &str) -> V3 {
    let number = u32::from_str_radix(hex.trim_start_matches('#'), 16).unwrap_or(0x80_80_80);
    let channel = |shift: u32| (((number >> shift) & 255) as f32 / 255.0).powf(2.2);
    v3(channel(16), channel(8), channel(0))
}

fn scattered(x: i32, y: i32, z: i32) -> f32 {
    let mut bits = (x as u32).wrapping_mul(0x8da6_b343) ^ (y as u32).wrapping_mul(0xd816_3841);
    bits ^= (z as u32).wrapping_mul(0xcb1a_b31f);
    bits = (bits ^ (bits >> 13)).wrapping_mul(0x5bd1_e995);
    bits ^= bits >> 15;
    (bits & 0xffff) as f32 / 65_535.0
}

/// Smooth chance between 0 and 1, about one hill in each unit of length.
pub(crate) fn noise(at: V3) -> f32 {
    let floor = v3(at.x.floor(), at.y.floor(), at.z.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let share = v3(ease(at.x - floor.x), ease(at.y - floor.y), ease(at.z - floor.z));
    let corner = |dx: i32, dy: i32, dz: i32| scattered(floor.x as i32 + dx, floor.y as i32 + dy, floor.z as i32 + dz);
    let line = |dy: i32, dz: i32| {
        let (left, right) = (corner(0, dy, dz), corner(1, dy, dz));
        left + (right - left) * share.x
    };
    let sheet = |dz: i32| {
        let (low, high) = (line(0, dz), line(1, dz));
        low + (high - low) * share.y
    };
    let (near, far) = (sheet(0), sheet(1));
    near + (far - near) * share.z
}

/// Chance with coarse and fine hills, between 0 and 1.
pub(crate) fn cloudy(at: V3) -> f32 {
    noise(at) * 0.55 + noise(at * 2.1) * 0.28 + noise(at * 4.3) * 0.17
}
