use fixtures::Contract;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

fn table() -> Table {
    Table::new(&Contract::load().unwrap(), false).unwrap()
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

fn selection(areas: &[&str], tools: &[&str], read_only: bool) -> Selection {
    Selection { areas: names(areas), tools: names(tools), read_only, ..Selection::default() }
}

fn admitted(filter: &Filter, table: &Table) -> Vec<String> {
    table
        .entries()
        .filter(|entry| filter.admits(entry))
        .map(|entry| entry.definition.name.to_string())
        .collect()
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    pairs.iter().map(pair).collect()
}

#[test]
fn areas_and_tools_add_up_and_read_only_takes_away() {
    let table = table();
    let select = |areas: &[&str], tools: &[&str], read_only| {
        admitted(&selection(areas, tools, read_only).filter(&table).unwrap(), &table)
    };
    assert_eq!(select(&[], &[], false).len(), 54);
    assert_eq!(select(&["channels"], &[], false), ["newsletters_list"]);
    assert_eq!(
        select(&["channels", "media", "media"], &["numbers_get"], false),
        ["newsletters_list", "numbers_get", "media_get"]
    );
    assert_eq!(select(&[], &["group_pin", "groups_list"], true), ["groups_list"]);
    assert!(select(&[], &["group_pin"], true).is_empty());
    let read_only = select(&[], &[], true);
    assert!(read_only.len() > 20 && read_only.len() < 54);
    assert!(!read_only.contains(&"messages_send".to_owned()));
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    let table = table();
    for (areas, tools, part) in [
        (
            &["mesaging"][..],
            &[][..],
            "no area mesaging; did you mean messaging?; the areas are messaging, webhooks",
        ),
        (&["everything"], &[], "no area everything; the areas are"),
        (&[], &["message_send"], "no tool message_send; did you mean messages_send?"),
        (&[], &["Messages-Send"], "no tool Messages-Send; did you mean messages_send?"),
        (&[], &["xyzzy"], "no tool xyzzy"),
    ] {
        let error = selection(areas, tools, false).filter(&table).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        assert_eq!(part.contains("did you"), error.contains("did you"), "{error}");
    }
    let long = SelectionError::area(&"x".repeat(10_000)).to_string();
    assert!(long.len() < 300, "{long}");
}

#[test]
fn headers_select_for_one_request() {
    let table = table();
    let select = |pairs: &[(&'static str, &str)]| from_headers(&headers(pairs), &table);
    for nothing in
        [&[][..], &[(AREAS_HEADER, " , ")], &[(READ_ONLY_HEADER, "false")], &[(READ_ONLY_HEADER, "0")]]
    {
        assert_eq!(select(nothing), Ok(None));
    }
    let both = select(&[
        (AREAS_HEADER, "channels, media"),
        (TOOLS_HEADER, "group_pin"),
        (TOOLS_HEADER, "numbers_get"),
    ]);
    assert_eq!(
        admitted(&both.unwrap().unwrap(), &table),
        ["group_pin", "newsletters_list", "numbers_get", "media_get"]
    );
    let both = select(&[
        (TOOLS_HEADER, "group_pin,groups_list"),
        (READ_ONLY_HEADER, "TRUE"),
        (READ_ONLY_HEADER, "false"),
    ]);
    assert_eq!(admitted(&both.unwrap().unwrap(), &table), ["groups_list"]);
}

#[test]
fn headers_that_say_nothing_known_are_refused_by_name() {
    let table = table();
    for (header, value, error) in [
        (AREAS_HEADER, "mesaging", "did you mean messaging?"),
        (TOOLS_HEADER, "groups_list, nope", "no tool nope"),
        (READ_ONLY_HEADER, "maybe", "true or false"),
        (TOOLS_HEADER, "é", "list of names"),
    ] {
        let (name, reason) = from_headers(&headers(&[(header, value)]), &table).unwrap_err();
        assert_eq!(name, header);
        assert!(reason.to_string().contains(error), "{reason}");
    }
}

#[test]
fn settings_refuse_unknown_keys_and_never_name_the_diagnostic_tools() {
    assert_eq!(serde_json::from_str::<Selection>("{}").unwrap(), Selection::default());
    for text in [r#"{"area":["calls"]}"#, r#"{"diagnostic_tools":true}"#] {
        assert!(serde_json::from_str::<Selection>(text).is_err(), "{text}");
    }
    let text = serde_json::to_string(&selection(&["calls"], &[], true)).unwrap();
    assert!(!text.contains("diagnostic"), "{text}");
    assert_eq!(serde_json::from_str::<Selection>(&text).unwrap(), selection(&["calls"], &[], true));
}
