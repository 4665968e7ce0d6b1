//! Every tool's definition and the answer to its first example, recorded for review. The gate compares with the same files.

use conformance::{Options, Rig, Suite, Target};
use insta::{assert_json_snapshot, with_settings};
use serde_json::json;

#[test]
fn definitions() {
    let rig = Rig::start().unwrap();
    for tool in rig.list_tools("ps_demo_tenant").unwrap() {
        let name = tool["name"].as_str().unwrap().to_owned();
        with_settings!({ snapshot_path => "../snapshots/definitions", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_json_snapshot!(name, tool);
        });
    }
}

#[test]
fn answers() {
    let (rig, suite) = (Rig::start().unwrap(), Suite::new(Options::default()).unwrap());
    for subject in suite.subjects().unwrap() {
        let answer = conformance::checks::example(&rig, &subject, Target::Rest).unwrap();
        let recorded = json!({ "status": answer.status, "body": answer.body });
        with_settings!({ snapshot_path => "../snapshots/answers", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_json_snapshot!(subject.tool.name.clone(), recorded);
        });
    }
}
