use super::*;

#[test]
fn an_unknown_name_gets_the_nearest_and_all_there_are() {
    let fault = unknown("stack", "mlfow", "mlfow", &["mcp", "mlflow"]);
    assert_eq!(fault.kind, FaultKind::NotFound);
    assert_eq!(fault.to_string(), "find stack mlfow: no such stack");
    assert_eq!(fault.hint.as_deref(), Some("did you mean `mlflow`? there are mcp, mlflow"));
    let fault = unknown("service", "mcp/x", "x", &[]);
    assert_eq!(fault.hint.as_deref(), Some("there is no service at all"));
}

#[test]
fn several_mistakes_make_one_fault_that_tells_of_all() {
    let first = Fault::new(FaultKind::Invalid, "read", "a.yaml:1:1").because("one").hint("mend it");
    let second = Fault::new(FaultKind::Invalid, "read", "a.yaml:9:1").because("two");
    let merged = Fault::merged(vec![first, second]);
    assert_eq!(merged.to_string(), "read a.yaml:1:1: one; and 1 more");
    let told: Vec<_> = merged.each().into_iter().map(|(fault, hint)| (fault.sentence(), hint)).collect();
    let expected = [("read a.yaml:1:1: one", Some("mend it")), ("read a.yaml:9:1: two", None)];
    assert_eq!(told, expected.map(|(text, hint)| (text.to_owned(), hint)));
}
