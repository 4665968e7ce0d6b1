//! Templates against a small model: versions, Meta's review, what may be sent.

use std::collections::BTreeMap;

use crate::common::machine::{Machine, config};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::{Value, json};

/// The review ends as the name says.
const NAMES: [&str; 4] = ["aviso", "aviso_rejected", "aviso_pending", "aviso_disabled"];
const REVIEW: i64 = 180;

type Name = usize;

#[derive(Debug, Clone)]
enum Step {
    Create(Name),
    Update(Name),
    Delete(Name),
    Verdict(Name, &'static str),
    Pass(i64),
}

#[derive(Debug, Clone)]
struct Template {
    version: u32,
    status: &'static str,
    /// Whether an older version is approved.
    approved: bool,
    /// When the review of the latest version ends.
    reviewed: Option<i64>,
    /// When it is switched off after all.
    switched_off: Option<i64>,
}

impl Template {
    fn decide(&mut self, status: &'static str) {
        self.status = status;
        self.approved &= matches!(status, "PENDING" | "REJECTED");
    }

    fn sendable(&self) -> bool {
        self.status == "APPROVED" || (self.status == "PENDING" && self.approved)
    }
}

#[derive(Debug, Clone, Default)]
struct Model {
    now: i64,
    templates: BTreeMap<Name, Template>,
}

impl Model {
    fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        for (name, template) in &mut self.templates {
            if let Some(at) = template.reviewed.take_if(|at| *at <= self.now)
                && template.status == "PENDING"
            {
                template.decide(["APPROVED", "REJECTED", "PENDING", "APPROVED"][*name]);
                template.switched_off = (*name == 3).then_some(at + REVIEW);
            }
            if template.switched_off.take_if(|at| *at <= self.now).is_some() && template.status == "APPROVED"
            {
                template.decide("DISABLED");
            }
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let name = 0..NAMES.len();
        let verdict = prop::sample::select(vec!["APPROVED", "PENDING", "REJECTED", "DISABLED"]);
        prop_oneof![
            3 => name.clone().prop_map(Step::Create),
            2 => name.clone().prop_map(Step::Update),
            1 => name.clone().prop_map(Step::Delete),
            2 => (name, verdict).prop_map(|(name, verdict)| Step::Verdict(name, verdict)),
            3 => prop::sample::select(vec![1, 60, 179, 180, 600]).prop_map(Step::Pass),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        let reviewed = Some(model.now + REVIEW);
        match *step {
            Step::Create(name) => {
                let template =
                    Template { version: 1, status: "PENDING", approved: false, reviewed, switched_off: None };
                model.templates.entry(name).or_insert(template);
            }
            Step::Update(name) => {
                if let Some(template) = model.templates.get_mut(&name) {
                    template.version += 1;
                    template.approved |= template.status == "APPROVED";
                    template.status = "PENDING";
                    template.reviewed = reviewed;
                    template.switched_off = None;
                }
            }
            Step::Delete(name) => drop(model.templates.remove(&name)),
            Step::Verdict(name, verdict) => {
                if let Some(template) = model.templates.get_mut(&name) {
                    template.decide(verdict);
                }
            }
            Step::Pass(seconds) => model.pass(seconds),
        }
        model
    }
}

struct Sut;

fn body() -> Value {
    json!({ "body": "Seu pedido está a caminho." })
}

impl StateMachineTest for Sut {
    type SystemUnderTest = Machine;
    type Reference = Model;

    fn init_test(_: &Model) -> Machine {
        Machine::start("ps_demo_meta")
    }

    fn apply(mock: Machine, model: &Model, step: Step) -> Machine {
        let known = |name: &Name, status: u16| if model.templates.contains_key(name) { status } else { 404 };
        match step {
            Step::Create(name) => {
                let mut body = body();
                body["name"] = NAMES[name].into();
                let (status, answer) = mock.post("/templates", body);
                // The model has it now, whether it was there before or not.
                assert!(status == 201 || (status == 409 && answer["code"] == "TEMPLATE_ALREADY_EXISTS"));
            }
            Step::Update(name) => {
                let (status, answer) = mock.run(mock.api.put(&format!("/templates/{}", NAMES[name]), body()));
                assert_eq!(status, known(&name, 200), "{answer}");
            }
            Step::Delete(name) => {
                let (status, _) = mock.delete(&format!("/templates/{}", NAMES[name]));
                assert!(status == 200 || status == 404);
            }
            Step::Verdict(name, verdict) => {
                let body = json!({ "numberId": "num_meta", "template": NAMES[name], "status": verdict });
                assert_eq!(mock.simulate("template-verdict", body).0, known(&name, 200));
            }
            Step::Pass(seconds) => mock.pass(seconds),
        }
        mock
    }

    fn check_invariants(mock: &Machine, model: &Model) {
        for (name, text) in NAMES.iter().enumerate() {
            let (status, answer) = mock.get(&format!("/templates/{text}"));
            let Some(template) = model.templates.get(&name) else {
                assert_eq!((status, answer["code"].as_str().unwrap()), (404, "TEMPLATE_NOT_FOUND"));
                continue;
            };
            assert_eq!(
                (&answer["metaStatus"], &answer["sendable"], &answer["latestVersion"]["version"]),
                (&json!(template.status), &json!(template.sendable()), &json!(template.version)),
                "{text} at {}",
                model.now
            );
        }
    }
}

prop_state_machine! {
    #![proptest_config(config())]
    // facts: TPL-CREATE-018, TPL-CREATE-019, TPL-CREATE-020, TPL-CREATE-021, TPL-UPDATE-004, TPL-UPDATE-011
    // facts: TPL-LIST-006
    #[test]
    fn templates_follow_the_model(sequential 1..30 => Sut);
}
