//! The page with plots: what it is made from, and that nothing from outside becomes a part of it.

use benches::engine::Driver;
use benches::report::{Format, Line, MOST_POINTS, Plot, plots};
use benches::result::{Hdr, Kind, Phase, RunResult, Sample, Slice};
use serde_json::Value;

use crate::fake::{Fake, ONE_CALL, driver, millis, run};
use crate::result::{phase, whole};

fn plot<'a>(plots: &'a [Plot], title: &str) -> &'a Plot {
    plots.iter().find(|plot| plot.title == title).unwrap()
}

fn line<'a>(plot: &'a Plot, name: &str) -> &'a Line {
    plot.lines.iter().find(|line| line.name == name).unwrap()
}

fn titles(result: &RunResult) -> Vec<&'static str> {
    plots(result).iter().map(|plot| plot.title).collect()
}

/// What the page's script reads.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_run_is_drawn_over_time() {
    // The first five seconds are slower, and then every fourth call fails.
    let behave = |number| {
        let late = number >= 500;
        (millis(if late { 20 } else { 80 }), if late && number % 4 == 0 { Err("NO") } else { Ok(()) })
    };
    let driver = Driver { warm_up: millis(2000), ..driver() };
    let phase = run(&driver, &Fake::new(behave), ONE_CALL, 100.0).await;
    let result = whole(vec![phase], Kind::Run);
    let drawn = plots(&result);
    let latency = plot(&drawn, "Latency over time");
    let from_the_run: Vec<f64> = (2..12).map(f64::from).collect();
    assert_eq!(latency.at, from_the_run);
    let p50 = |at: usize| line(latency, "p50").values[at].unwrap();
    assert!((79.0..83.0).contains(&p50(0)) && (19.0..22.0).contains(&p50(9)), "{latency:#?}");
    let throughput = plot(&drawn, "Throughput against what was offered");
    assert!(line(throughput, "arrivals due").values.iter().all(|value| *value == Some(100.0)));
    let good = line(throughput, "calls as wanted").values[9].unwrap();
    assert!((74.0..76.0).contains(&good), "{throughput:#?}");
    let failed = line(plot(&drawn, "Failed calls by code"), "NO");
    assert_eq!((failed.values[0], failed.values[9]), (Some(0.0), Some(25.0)));
    let distribution = plot(&drawn, "Distribution of latency");
    let all = line(distribution, "all calls");
    let longest = result.phases[0].total.latency_micros.max as f64 / 1000.0;
    assert_eq!((distribution.at[16], all.values.last().unwrap().unwrap()), (1.0, longest));
    assert!(all.values.windows(2).all(|two| two[0] <= two[1]), "{all:#?}");
}

#[tokio::test(start_paused = true)]
async fn what_has_nothing_to_show_is_left_out() {
    let well = run(&driver(), &Fake::new(|_| (millis(5), Ok(()))), ONE_CALL, 20.0).await;
    let told = titles(&whole(vec![well], Kind::Soak));
    assert_eq!(
        told,
        [
            "Latency over time",
            "Throughput against what was offered",
            "Distribution of latency",
            "Resident memory",
            "Open descriptors"
        ]
    );
    let dropped = titles(&whole(vec![phase().await], Kind::Run));
    assert!(dropped.contains(&"Arrivals that were dropped, or begun late"), "{dropped:?}");
    // Nobody is answered.
    let silent = Fake::new(|_| (millis(100_000), Ok(())));
    let stop = Driver { timeout: millis(1_000_000), ..driver() };
    let ended = stop.stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(millis(3000)).await;
        ended.cancel();
    });
    let silent = whole(vec![run(&stop, &silent, ONE_CALL, 20.0).await], Kind::Run);
    assert_eq!(titles(&silent)[0], "Throughput against what was offered");
    assert!(Format::Html.render(&silent).unwrap().contains("No call came to an end"));
}

#[test]
fn a_result_without_phases_is_a_page_too() {
    for kind in [Kind::Run, Kind::Ramp, Kind::Soak] {
        let result = RunResult { processes: vec![], highest_held: None, ..whole(vec![], kind) };
        assert!(plots(&result).is_empty());
        let page = Format::Html.render(&result).unwrap();
        assert!(page.contains("reads over stdio") && !page.contains("<script"), "{page}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ramp_marks_where_it_is_saturated() {
    let held = Phase { rate: 90.0, ..phase().await };
    let saturated = Phase { rate: 135.0, saturated: vec!["too <slow>".to_owned()], ..phase().await };
    let result = whole(vec![held, saturated], Kind::Ramp);
    let drawn = plots(&result);
    let latency = plot(&drawn, "Latency against rate");
    let marks: Vec<_> = latency.marks.iter().map(|mark| (mark.at, mark.name.as_str())).collect();
    assert_eq!(marks, [(90.0, "90/s held"), (135.0, "135/s did not hold")]);
    assert_eq!(latency.at, [90.0, 135.0]);
    let dropped = &line(plot(&drawn, "Failed, dropped and late"), "arrivals dropped").values;
    let arrivals = result.phases[0].arrivals;
    let share = 100.0 * arrivals.dropped as f64 / arrivals.due as f64;
    assert!((dropped[0].unwrap() - share).abs() < 0.001, "{dropped:?}");
    let page = Format::Html.render(&result).unwrap();
    assert!(page.contains("did not hold: too &#60;slow&#62;") && page.contains("<b>90/s</b>"), "{page}");
}

/// `length` slices of a second: many tools, many codes.
fn long(mut phase: Phase, length: usize) -> Phase {
    let (_, measured) = phase.slices[0].tools.first().unwrap();
    let mut measured = measured.clone();
    measured.errors = (0..100).map(|code| (format!("CODE_{code:03}{}", "x".repeat(500)), 1 + code)).collect();
    let tools = (0..50).map(|tool| (format!("tool_{tool}"), measured.clone())).collect();
    let slice = Slice { seconds: 1.0, due: 7, tools: Default::default(), ..phase.slices[0].clone() };
    let slices = (0..length).map(|at| Slice { start_seconds: at as f64, ..slice.clone() });
    phase.slices = slices.collect();
    phase.slices.iter_mut().step_by(100).for_each(|slice| slice.tools = indexmap::IndexMap::clone(&tools));
    let total = phase.total.clone();
    phase.tools = tools.into_keys().map(|name| (name, total.clone())).collect();
    phase
}

#[tokio::test(start_paused = true)]
async fn hours_do_not_make_a_page_longer() {
    let hours = long(phase().await, 10_000);
    let mut result = whole(vec![hours.clone()], Kind::Soak);
    let sample = |at: u32| Sample { at_seconds: f64::from(at), resident_bytes: 1 << 20, descriptors: 9 };
    result.processes[0].samples = (0..50_000).map(sample).collect();
    result.processes[0].samples[12_345].resident_bytes = 77 << 20;
    result.processes = vec![result.processes[0].clone(); 40];
    let mut step = Phase { slices: vec![], ..hours };
    step.tools.truncate(1);
    let ramp = whole(vec![step; 1300], Kind::Ramp);
    for result in [&result, &ramp] {
        let page = Format::Html.render(result).unwrap();
        assert!(page.len() < 2_000_000, "{}", page.len());
        for plot in plots(result) {
            assert!(plot.at.len() <= MOST_POINTS + 1 && plot.lines.len() <= 8, "{}", plot.title);
            for line in plot.lines {
                assert_eq!(line.values.len(), plot.at.len(), "{}", plot.title);
                assert!(line.name.chars().count() <= 81, "{}", line.name);
            }
        }
    }
    let drawn = plots(&result);
    // Rates are the same however much is taken together, and no peak and no failure is lost.
    let due = line(plot(&drawn, "Throughput against what was offered"), "arrivals due");
    assert!(due.values.iter().all(|value| *value == Some(7.0)), "{due:?}");
    let memory = &plot(&drawn, "Resident memory").lines[0];
    assert!(memory.values.contains(&Some(77.0)), "{memory:?}");
    let failed = plot(&drawn, "Failed calls by code");
    assert_eq!(failed.lines.last().unwrap().name, "93 more codes");
    assert!(failed.lines[0].name.starts_with("CODE_099x"), "{}", failed.lines[0].name);
}

#[tokio::test(start_paused = true)]
async fn nothing_from_outside_becomes_a_part_of_the_page() {
    const EVIL: &str = "</script><img src=x onerror=alert(1)>&\"'<!--";
    let mut phase = phase().await;
    let errors =
        |errors: &mut std::collections::BTreeMap<String, u64>| *errors = [(EVIL.to_owned(), 3)].into();
    phase
        .slices
        .iter_mut()
        .flat_map(|slice| slice.tools.values_mut())
        .for_each(|tool| errors(&mut tool.errors));
    phase.tools.values_mut().for_each(|tool| errors(&mut tool.errors));
    errors(&mut phase.total.errors);
    phase.saturated = vec![EVIL.to_owned()];
    for kind in [Kind::Run, Kind::Ramp] {
        let mut result = whole(vec![phase.clone()], kind);
        result.scenario.name = EVIL.to_owned();
        result.targets[0].address = EVIL.to_owned();
        result.machine.processor = Some(EVIL.to_owned());
        result.processes[0].name = EVIL.to_owned();
        let page = Format::Html.render(&result).unwrap();
        assert!(!page.contains("<img") && !page.contains("<!--"), "{page}");
        assert_eq!(page.matches("</script>").count(), 3);
        // Yet it is told, as it is.
        assert_eq!(data(&page), serde_json::to_value(plots(&result)).unwrap());
        assert_eq!(line(plot(&plots(&result), "Failed calls by code"), EVIL).name, EVIL);
    }
}

#[tokio::test(start_paused = true)]
async fn the_page_asks_for_nothing_else() {
    let page = Format::Html.render(&whole(vec![phase().await], Kind::Run)).unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("The MIT License (MIT)"));
    for asks in [" src=", "<link", "@import", "url(", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!page.contains(asks), "{asks}");
    }
}

#[test]
fn percentiles_of_any_number_of_calls_end_at_the_longest() {
    for count in [1_u64, 2, 9, 10, 11, 99, 100, 101, 12_345] {
        let mut histogram = Hdr::new();
        (1..=count).for_each(|time| histogram.record(std::time::Duration::from_millis(time)));
        let longest = histogram.percentiles().max as f64 / 1000.0;
        let mut phase = Phase { slices: vec![], ..empty() };
        phase.total.count = count;
        (phase.total.latency_histogram, phase.total.latency_micros) =
            (histogram.clone(), histogram.percentiles());
        let drawn = plots(&whole(vec![phase], Kind::Run));
        let all = line(plot(&drawn, "Distribution of latency"), "all calls").values.clone();
        assert_eq!(all.last().unwrap().unwrap(), longest, "{count}: {all:?}");
        assert!(all.len() <= 16 * 5 + 1);
    }
}

fn empty() -> Phase {
    let measured = r#"{"count":0,"errors":{},"throughput":0}"#;
    let mut total: Value = serde_json::from_str(measured).unwrap();
    for name in ["latency", "service"] {
        total[format!("{name}Micros")] = serde_json::to_value(Hdr::new().percentiles()).unwrap();
        total[format!("{name}Histogram")] = serde_json::to_value(Hdr::new()).unwrap();
    }
    Phase {
        connections: None,
        rate: 1.0,
        start_seconds: 0.0,
        seconds: 1.0,
        arrivals: Default::default(),
        total: serde_json::from_value(total).unwrap(),
        tools: Default::default(),
        slices: vec![],
        saturated: vec![],
    }
}
