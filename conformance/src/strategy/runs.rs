//! What every generated check has in common: its own stream of numbers, and the way to the smallest value that fails.

use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A generator for the check `name`: each has its own stream of numbers, which the selection of checks does not change.
pub(crate) fn runner(seed: u64, name: &str) -> TestRunner {
    // FNV-1a, because the hashers of the standard library promise no stable result.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(seed.to_le_bytes().into_iter().chain(hash.to_le_bytes())) {
        *to = from;
    }
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Simplifies a value as long as it fails, in at most `steps` steps: the failure of the smallest. `failure` is that of the value as it stands.
pub(crate) fn smallest<T: ValueTree + ?Sized, F>(
    tree: &mut T,
    failure: F,
    steps: u32,
    fails: impl Fn(T::Value) -> Option<F>,
) -> F {
    let (mut smallest, mut moved) = (failure, tree.simplify());
    for _ in 0..steps {
        if !moved {
            break;
        }
        moved = match fails(tree.current()) {
            Some(failure) => {
                smallest = failure;
                tree.simplify()
            }
            None => tree.complicate(),
        };
    }
    smallest
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;

    #[test]
    fn each_name_and_seed_has_numbers_of_its_own() {
        let first = |seed, name| (0..u64::MAX).new_tree(&mut runner(seed, name)).unwrap().current();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
    }

    #[test]
    fn the_smallest_value_that_fails_is_found() {
        let mut tree = (0..1_000_000_u32).new_tree(&mut runner(7, "numbers")).unwrap();
        let failing = tree.current();
        assert!(failing > 1000);
        assert_eq!(smallest(&mut tree, failing, 1024, |value| (value >= 1000).then_some(value)), 1000);
    }
}
