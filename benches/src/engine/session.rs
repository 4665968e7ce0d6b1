//! One arrival: the calls of a flow in their order.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout};

use super::plan::{Answers, Known, Plan, Step};
use super::recorder::{Done, Shared};
use crate::target::{Answer, Call, Target};

/// What an arrival needs.
pub(super) struct Session<T> {
    pub(super) target: Arc<T>,
    pub(super) plan: Arc<Plan>,
    pub(super) recorder: Shared,
    /// When the phase began.
    pub(super) start: Instant,
    /// Longest wait for an answer.
    pub(super) patience: Duration,
    /// The number of the arrival.
    pub(super) number: u64,
    pub(super) random: fastrand::Rng,
}

impl<T: Target> Session<T> {
    /// Makes the calls, the first of which is due at `due`, until one fails.
    pub(super) async fn run(mut self, mut due: Instant) {
        let plan = Arc::clone(&self.plan);
        let Some(flow) = plan.pick(&mut self.random) else { return };
        let mut kept = Answers::new();
        let mut is_first = true;
        for step in flow.steps.iter().flat_map(|step| (0..step.times).map(move |_| step)) {
            if !std::mem::take(&mut is_first) {
                // What a caller thinks about is the answer, so that it is counted from there.
                due = Instant::now() + flow.think.pause(&mut self.random);
                sleep_until(due).await;
            }
            match self.make(step, due, &kept).await {
                Ok(answer) => keep(&mut kept, step, answer),
                Err(()) => break,
            }
        }
        self.recorder.lock().flow_ended(self.start.elapsed());
    }

    async fn make(&mut self, step: &Step, due: Instant, kept: &Answers) -> Result<Value, ()> {
        let began = Instant::now();
        let answer = self.ask(step, kept).await;
        let ended = Instant::now();
        let (answer, failure) = match step.judge(answer) {
            Ok(answer) => (Ok(answer), None),
            Err(code) => (Err(()), Some(code)),
        };
        self.recorder.lock().call_ended(Done {
            tool: step.tool,
            due: due - self.start,
            latency: ended - due,
            service: ended - began,
            failure,
        });
        answer
    }

    async fn ask(&mut self, step: &Step, kept: &Answers) -> Answer {
        let draw = self.random.usize(..);
        let answers = [kept, &self.plan.known];
        let mut known = Known { counter: self.number, random: &mut self.random, draw, answers };
        let arguments = step.arguments.fill(&mut known).map_err(|_| "NOTHING_TO_REFER_TO".to_owned())?;
        let keep = step.keep.is_some();
        let call = Call { operation: &step.operation, caller: step.caller, arguments, keep };
        let answer = timeout(self.patience, self.target.call(call)).await;
        answer.unwrap_or_else(|_| Err("TIMEOUT".to_owned()))
    }
}

pub(super) fn keep(answers: &mut Answers, step: &Step, answer: Value) {
    if let Some(name) = &step.keep {
        answers.entry(name.clone()).or_default().push(answer);
    }
}
