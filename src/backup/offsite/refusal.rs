//! What a bucket says no with, in the operator's words.

use crate::domain::stack::OffsitePlace;
use crate::domain::{Fault, FaultKind};
use object_store::client::{HttpError, HttpErrorKind};
use std::error::Error;

/// More than so many letters of what the other side says tell nobody anything.
const MOST_SAID: usize = 500;
const NO_BUCKET: &str = "NoSuchBucket";

/// Why something could not be done; `object` is what it was done to.
pub fn fault(operation: &str, object: &str, place: &OffsitePlace, error: &(dyn Error + 'static)) -> Fault {
    let answer = Answer::of(error);
    let about = if object.is_empty() { place.words() } else { format!("{object} in {}", place.words()) };
    let (kind, hint) = answer.meaning();
    let mut fault = Fault::new(kind, operation, about);
    for cause in answer.causes {
        fault = fault.because(shortened(cause));
    }
    match hint {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// Nothing lies in a bucket that there is not.
pub fn says_there_is_no_bucket(error: &(dyn Error + 'static)) -> bool {
    Answer::of(error).code.as_deref() == Some(NO_BUCKET)
}

/// What came back, or why nothing did.
struct Answer {
    status: Option<u16>,
    /// As the protocol has it: `NoSuchBucket`.
    code: Option<String>,
    line: Option<HttpErrorKind>,
    causes: Vec<String>,
}

impl Answer {
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut answer = Self { status: None, code: None, line: None, causes: Vec::new() };
        let mut next = Some(error);
        let mut last = String::new();
        while let Some(error) = next {
            let text = error.to_string();
            if let Some(broken) = error.downcast_ref::<HttpError>() {
                answer.line = Some(broken.kind());
                answer.causes = causes_below(broken);
                return answer;
            }
            answer.status = answer.status.or_else(|| status(&text));
            answer.code = answer.code.or_else(|| element(&text, "Code"));
            let said = element(&text, "Message");
            if let (Some(code), true) = (&answer.code, answer.causes.is_empty()) {
                let said = said.map(|said| format!(": {said}")).unwrap_or_default();
                answer.causes.push(format!("{code}{said}"));
            }
            last = text;
            next = error.source();
        }
        if answer.causes.is_empty() {
            answer.causes.push(match answer.status {
                Some(status) => format!("it answered {status}"),
                None => last,
            });
        }
        answer
    }

    fn meaning(&self) -> (FaultKind, Option<&'static str>) {
        const KEYS: &str = "see that the keys are those of this endpoint, and that their owner may list, read and write there";
        match (self.code.as_deref(), self.status, self.line) {
            (Some(NO_BUCKET), ..) => {
                (FaultKind::NotFound, Some("create the bucket, or correct `x-mcp.backup.offsite.url`"))
            }
            (Some("RequestTimeTooSkewed"), ..) => {
                (FaultKind::Refused, Some("the clocks of this host and of the bucket differ: set them"))
            }
            (
                Some(
                    "AuthorizationHeaderMalformed"
                    | "PermanentRedirect"
                    | "IllegalLocationConstraintException",
                ),
                ..,
            )
            | (_, Some(301 | 307 | 308), _) => (
                FaultKind::Invalid,
                Some("correct `region`, `endpoint` or `path_style` under `x-mcp.backup.offsite`"),
            ),
            (Some("XMinioStorageFull" | "QuotaExceeded" | "XMinioAdminBucketQuotaExceeded"), ..)
            | (_, Some(507), _) => {
                (FaultKind::Exhausted, Some("make room in the bucket, or name another one"))
            }
            (Some("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "AccessDenied" | "ExpiredToken"), ..)
            | (_, Some(401 | 403), _) => (FaultKind::Permission, Some(KEYS)),
            (_, Some(404), _) => (FaultKind::NotFound, None),
            (_, Some(503 | 429), _) => (
                FaultKind::Refused,
                Some("it is overloaded, and stayed so through all attempts; try again later"),
            ),
            (_, None, Some(HttpErrorKind::Timeout)) => (
                FaultKind::Timeout,
                Some("see what keeps the network to the bucket; another attempt goes on where it was"),
            ),
            (_, None, Some(_)) => (
                FaultKind::Unreachable,
                Some(
                    "see that `x-mcp.backup.offsite.endpoint` is right and can be reached from here; another attempt goes \
                      on where it was",
                ),
            ),
            (_, Some(_), _) | (_, None, None) => (FaultKind::Refused, None),
        }
    }
}

fn causes_below(error: &dyn Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        if !causes.last().is_some_and(|last| last.contains(&text)) {
            causes.push(text);
        }
        next = error.source();
    }
    if causes.is_empty() {
        causes.push(error.to_string());
    }
    causes
}

fn shortened(mut said: String) -> String {
    if let Some((end, _)) = said.char_indices().nth(MOST_SAID) {
        said.truncate(end);
        said.push('…');
    }
    said
}

/// `… status code: 403 Forbidden: …`
fn status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("status code: ")?;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The text of an element of XML that has no others in it.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inside, _) = rest.split_once(&format!("</{name}>"))?;
    Some(inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::io;

    fn told(text: &str) -> Fault {
        let place = OffsitePlace::of_url("s3://backups/a").unwrap();
        fault("copy", "x", &place, &io::Error::other(text.to_owned()))
    }

    #[rstest]
    #[case::bucket(
        "404 Not Found: <Error><Code>NoSuchBucket</Code><Message>it is not there</Message></Error>",
        FaultKind::NotFound,
        "create the bucket"
    )]
    #[case::secret(
        "403 Forbidden: <Code>SignatureDoesNotMatch</Code>",
        FaultKind::Permission,
        "see that the keys"
    )]
    #[case::nothing_but_a_number("403 Forbidden: ", FaultKind::Permission, "see that the keys")]
    #[case::region(
        "400 Bad Request: <Code>AuthorizationHeaderMalformed</Code>",
        FaultKind::Invalid,
        "correct `region`"
    )]
    #[case::full(
        "507 Insufficient Storage: <Code>XMinioStorageFull</Code>",
        FaultKind::Exhausted,
        "make room"
    )]
    #[case::busy("503 Slow Down: <Code>SlowDown</Code>", FaultKind::Refused, "it is overloaded")]
    fn what_is_answered_has_a_kind_and_a_way_out(
        #[case] answer: &str,
        #[case] kind: FaultKind,
        #[case] hint: &str,
    ) {
        let fault = told(&format!("Server returned non-2xx status code: {answer}"));
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(fault.hint.as_deref().is_some_and(|found| found.starts_with(hint)), "{fault:?}");
        assert!(!fault.to_string().contains('<'), "{fault}");
    }

    #[test]
    fn of_many_words_only_the_first_are_told() {
        let long = "ä".repeat(MOST_SAID + 1);
        for answer in [long.clone(), format!("status code: 400 x: <Code>Odd</Code><Message>{long}</Message>")]
        {
            let fault = told(&answer);
            let said = &fault.causes[0];
            assert_eq!((said.chars().count(), said.ends_with("ä…")), (MOST_SAID + 1, true), "{said}");
        }
        let few = "ä".repeat(MOST_SAID);
        assert_eq!(told(&few).causes, [few]);
    }

    #[test]
    fn only_a_bucket_that_is_not_there_holds_nothing() {
        let says = |code: &str| {
            let text = format!("status code: 404 x: <Code>{code}</Code>");
            says_there_is_no_bucket(&io::Error::other(text))
        };
        assert_eq!([says("NoSuchBucket"), says("AuthorizationHeaderMalformed")], [true, false]);
    }

    #[test]
    fn the_words_of_the_other_side_are_passed_on() {
        let fault = told("status code: 404 x: <Code>NoSuchBucket</Code><Message>it is not there</Message>");
        assert_eq!(fault.causes, ["NoSuchBucket: it is not there"]);
        assert_eq!(fault.object, "x in s3://backups/a");
    }

    #[rstest]
    #[case::refused(HttpErrorKind::Connect, FaultKind::Unreachable)]
    #[case::silent(HttpErrorKind::Timeout, FaultKind::Timeout)]
    #[case::cut(HttpErrorKind::Interrupted, FaultKind::Unreachable)]
    fn a_line_that_fails_is_told_by_how_it_did(#[case] line: HttpErrorKind, #[case] kind: FaultKind) {
        let broken = HttpError::new(line, io::Error::other("connection refused"));
        let fault = fault("copy", "", &OffsitePlace::of_url("s3://backups").unwrap(), &broken);
        assert_eq!(
            (fault.kind, fault.causes.as_slice()),
            (kind, ["connection refused".to_owned()].as_slice())
        );
    }
}
