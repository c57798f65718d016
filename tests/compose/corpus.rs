//! Files that people have written, and what the real docker compose makes of them.
//!
//! The corpus lies beside the repository, not in it. Where it is not there the test reports itself as ignored.

use libtest_mimic::{Failed, Trial};
use mcp_tui::compose::file::{LoadRequest, Project, load, render};
use mcp_tui::compose::{Flavour, config_hash};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many of the cases must come out as some recorded version of docker compose has it. What is missing are defects
/// of docker compose, such as that it cannot write the SSH keys of a build as JSON.
const EQUAL: usize = 1_182;

/// Newest first: what equals a version's JSON is held against that version's hashes.
const VERSIONS: [&str; 3] = ["5.5.0", "2.40.3", "2.26.1"];

/// Where the cases lay when docker compose answered.
const RECORDED: &str = "/tmp/oracle-root";

pub fn trial() -> Trial {
    let corpus = corpus();
    let ignored = corpus.is_none();
    let test = move || match corpus {
        Some(corpus) => hold(&corpus),
        None => Err(Failed::from("the corpus is not there")),
    };
    Trial::test("compose::corpus::resolves_as_docker_compose_does", test).with_ignored_flag(ignored)
}

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/compose-corpus");
    let named = std::env::var_os("MCP_TUI_COMPOSE_CORPUS").map(PathBuf::from);
    named.unwrap_or(beside).canonicalize().ok()
}

fn hold(corpus: &Path) -> Result<(), Failed> {
    let mut answers: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for version in VERSIONS {
        let text = std::fs::read_to_string(corpus.join(format!("answers-{version}.jsonl")))?;
        for line in text.lines() {
            let answer: Value = serde_json::from_str(line)?;
            let case = answer["case"].as_str().unwrap_or_default().to_owned();
            answers.entry(case).or_default().push(answer);
        }
    }
    let mut different = Vec::new();
    let mut hashes = Vec::new();
    for (case, answers) in &answers {
        match compare(corpus, case, answers)? {
            Some(wrong) => hashes.extend(wrong),
            None => different.push(case.as_str()),
        }
    }
    let equal = answers.len() - different.len();
    if equal < EQUAL || !hashes.is_empty() {
        let text = format!("{equal} of {}; not equal: {different:#?}; hashes: {hashes:#?}", answers.len());
        return Err(Failed::from(text));
    }
    Ok(())
}

/// Which services of a case have another hash than recorded; nothing when the case equals no version's answer.
fn compare(corpus: &Path, case: &str, answers: &[Value]) -> Result<Option<Vec<String>>, Failed> {
    let directory = corpus.join("cases").join(case);
    let loaded = load(&request(&directory)?);
    let here = corpus.join("cases").display().to_string();
    let text = match &loaded {
        Ok(project) => Some(render::json(project)?.replace(&here, RECORDED)),
        Err(faults) if faults.is_empty() => return Err(Failed::from(format!("{case}: no message"))),
        Err(_) => None,
    };
    let json: Value = text.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default();
    let equal = answers.iter().find(|answer| {
        answer["accepted"] == Value::Bool(loaded.is_ok()) && (loaded.is_err() || answer["config"] == json)
    });
    Ok(equal
        .map(|answer| loaded.map(|project| wrong_hashes(case, &project, answer, &here)).unwrap_or_default()))
}

/// A hash over a path can only be right where the path is the recorded one.
fn wrong_hashes(case: &str, project: &Project, answer: &Value, here: &str) -> Vec<String> {
    let recorded = answer["config_hash"].as_object().into_iter().flatten();
    let wrong = recorded.filter(|(name, hash)| {
        project.services.get(*name).is_some_and(|service| {
            let local = serde_json::to_string(service).is_ok_and(|text| text.contains(here));
            !local && **hash != config_hash(service, Flavour::Current)
        })
    });
    wrong.map(|(name, _)| format!("{case}: {name}")).collect()
}

fn request(directory: &Path) -> Result<LoadRequest, Failed> {
    let case: Value = serde_json::from_str(&std::fs::read_to_string(directory.join("case.json"))?)?;
    let texts = |key: &str| -> Vec<String> {
        let list = case[key].as_array().into_iter().flatten();
        list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let variables = case["env"].as_object().into_iter().flatten();
    let variables = variables.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    let home = [("HOME".to_owned(), "/home/oracle".to_owned())];
    Ok(LoadRequest {
        files: texts("files").iter().map(|file| directory.join(file)).collect(),
        project_directory: None,
        profiles: texts("profiles"),
        environment: home.into_iter().chain(variables).collect(),
        ..LoadRequest::default()
    })
}
