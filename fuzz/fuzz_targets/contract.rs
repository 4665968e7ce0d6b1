//! Texts to a contract and its tools: a malformed one is an error, never a panic.
//!
//! The input is the root, one piece and the catalogue of codes, separated by lines of three dashes.

#![no_main]

use fixtures::Contract;
use libfuzzer_sys::fuzz_target;
use server::Table;

fuzz_target!(|text: &str| {
    let mut texts = text.splitn(3, "\n---\n");
    let mut next = || texts.next().unwrap_or("{}");
    let (root, piece, errors) = (next(), next(), next());
    if let Ok(contract) = Contract::from_texts(root, &[("media", piece)], errors) {
        let tools = contract.tools().count();
        if let Ok(table) = Table::new(&contract, true) {
            assert_eq!(table.definitions().count(), tools);
        }
    }
});
