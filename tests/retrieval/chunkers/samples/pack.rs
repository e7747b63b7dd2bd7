//! Reads packs.
use std::fmt;

const LIMIT: usize = 3;

/// A pack. Of objects.
#[derive(Debug, Clone)]
pub struct Pack<T> {
    items: Vec<T>,
}

pub trait Reader {
    /// Reads one.
    fn read(&self) -> i32;

    fn skip(&self) {}
}

impl<T> fmt::Display for Pack<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        Ok(())
    }
}

mod inner {
    pub mod deeper {
        // Helps.
        #[inline]
        pub async fn help<T>(value: T) -> Option<T>
        where
            T: Clone,
        {
            Some(value)
        }
    }
}

macro_rules! twice {
    ($x:expr) => { $x; $x };
}
