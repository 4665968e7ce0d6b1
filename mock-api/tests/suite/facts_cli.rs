//! `pilot-status-mock --facts`.

use std::process::Command;

use serde_json::Value;

fn output(argument: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_pilot-status-mock")).arg(argument).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_table_by_area_and_evidence() {
    let table = output("--facts");
    let columns: Vec<_> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(columns, ["area", "evidence", "facts", "proven", "left", "out"]);
    assert!(table.lines().any(|line| line.starts_with("messaging  documented")), "{table}");
}

#[test]
fn the_same_as_json() {
    let coverage: Value = serde_json::from_str(&output("--facts=json")).unwrap();
    let rows = coverage["rows"].as_array().unwrap();
    let total: u64 = rows.iter().filter_map(|row| row["facts"].as_u64()).sum();
    assert_eq!(coverage["facts"], total);
    assert!(total >= 500, "{total}");
}
