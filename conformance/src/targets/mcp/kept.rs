//! A few things that are kept by key, the one that was kept longest going first.

use std::sync::{Mutex, PoisonError};

/// How many are kept: more than there are keys in the demo world.
const MOST: usize = 16;

#[derive(Debug)]
pub(super) struct Kept<T>(Mutex<Vec<(String, T)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Kept<T> {
    /// Takes out what is kept for a key; nobody else finds it until it is kept again.
    pub(super) fn take(&self, key: &str) -> Option<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = kept.iter().position(|(of, _)| of == key)?;
        Some(kept.remove(index).1)
    }

    pub(super) fn keep(&self, key: &str, value: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(of, _)| of != key);
        kept.push((key.to_owned(), value));
        if kept.len() > MOST {
            kept.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_place() {
        let kept = Kept::default();
        for number in 0..=MOST {
            kept.keep(&number.to_string(), number);
        }
        assert_eq!((kept.take("0"), kept.take("1"), kept.take("1")), (None, Some(1), None));
    }
}
