//! An access has private fields and is made in one place.

use store::{Access, View};

pub fn forged() -> Access<'static, View> {
    Access { right: std::marker::PhantomData }
}

fn main() {}
