//! The words by which each sign is known, the gravest and the most telling first.

use super::Sign;

pub(super) struct Phrase {
    pub words: &'static str,
    pub sign: Sign,
    /// Whether a line that holds the words is a sign at all.
    pub holds: fn(&str) -> bool,
}

const fn phrase(words: &'static str, sign: Sign) -> Phrase {
    Phrase { words, sign, holds: always }
}

const fn phrase_if(words: &'static str, sign: Sign, holds: fn(&str) -> bool) -> Phrase {
    Phrase { words, sign, holds }
}

fn always(_: &str) -> bool {
    true
}

/// nginx tells of an upstream; others that say the same are clients whose server is not there.
fn names_an_upstream(line: &str) -> bool {
    line.contains("upstream")
}

fn connects(line: &str) -> bool {
    line.contains("while connecting to upstream")
}

/// A path is named, or Python's errno; a database's `permission denied for table` is another matter.
fn is_about_a_file(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    line.contains('/') && !lower.contains("permission denied for ") && !lower.contains("publickey")
}

/// Redis answers in capitals; `misconfigured` is anybody's word.
fn is_rediss_answer(line: &str) -> bool {
    line.contains("MISCONF ") || line.contains("ERR invalid password")
}

fn is_error_803(line: &str) -> bool {
    let bytes = line.as_bytes();
    let mut places = bytes.windows("error 803".len()).enumerate();
    places.any(|(at, words)| {
        words.eq_ignore_ascii_case(b"error 803")
            && !bytes.get(at + words.len()).is_some_and(u8::is_ascii_digit)
    })
}

/// What stands in front of a status, and what behind it.
const BEFORE_A_STATUS: [&[u8]; 4] = [b"\" ", b"status=", b"status\":", b"status\": "];
const BEHIND_A_STATUS: [&[u8]; 3] = [b" unauthorized", b" forbidden", b" client error"];

/// The status of an access log, or an error that says so; a 401 that is a count of bytes or milliseconds is none.
fn is_a_refusal(line: &str) -> bool {
    let is_told = |(before, after): (&[u8], &[u8])| {
        let is_whole =
            !before.last().is_some_and(u8::is_ascii_digit) && !after.first().is_some_and(u8::is_ascii_digit);
        let ends = |words: &&[u8]| {
            before.len().checked_sub(words.len()).is_some_and(|at| before[at..].eq_ignore_ascii_case(words))
        };
        let begins =
            |words: &&[u8]| after.get(..words.len()).is_some_and(|text| text.eq_ignore_ascii_case(words));
        is_whole && (BEFORE_A_STATUS.iter().any(ends) || BEHIND_A_STATUS.iter().any(begins))
    };
    let bytes = line.as_bytes();
    ["401", "403"].iter().any(|code| {
        line.match_indices(code).any(|(at, _)| is_told((&bytes[..at], &bytes[at + code.len()..])))
    })
}

pub(super) const PHRASES: &[Phrase] = &[
    phrase("CUDA out of memory", Sign::CudaOutOfMemory),
    phrase("CUDA error: out of memory", Sign::CudaOutOfMemory),
    phrase("CUDA_ERROR_OUT_OF_MEMORY", Sign::CudaOutOfMemory),
    phrase("is less than desired GPU memory utilization", Sign::CudaOutOfMemory),
    phrase("No available memory for the cache blocks", Sign::CudaOutOfMemory),
    phrase("Failed to initialize NVML: Unknown Error", Sign::GpuGone),
    phrase("unsatisfied condition: cuda", Sign::CudaVersion),
    phrase("CUDA driver version is insufficient", Sign::CudaVersion),
    phrase_if("Error 803", Sign::CudaVersion, is_error_803),
    phrase("Watchdog caught collective operation timeout", Sign::CollectiveTimeout),
    phrase("insufficient shared memory", Sign::SharedMemory),
    phrase("MetadataIncompleteBuffer", Sign::ModelFile),
    phrase("does not appear to have a file named", Sign::ModelFile),
    phrase("Error while deserializing header", Sign::ModelFile),
    phrase_if("MISCONF ", Sign::RedisCannotSave, is_rediss_answer),
    phrase("OOM command not allowed when used memory", Sign::RedisFull),
    phrase("No space left on device", Sign::DiskFull),
    phrase("database or disk is full", Sign::DiskFull),
    phrase("too many open files", Sign::TooManyOpenFiles),
    phrase("sorry, too many clients already", Sign::TooManyClients),
    phrase("remaining connection slots are reserved", Sign::TooManyClients),
    phrase("password authentication failed", Sign::PasswordRefused),
    phrase("WRONGPASS", Sign::PasswordRefused),
    phrase("NOAUTH Authentication required", Sign::PasswordRefused),
    phrase("Access denied for user", Sign::PasswordRefused),
    phrase_if("ERR invalid password", Sign::PasswordRefused, is_rediss_answer),
    phrase("certificate has expired", Sign::CertificateExpired),
    phrase("certificate expired", Sign::CertificateExpired),
    phrase("CERT_HAS_EXPIRED", Sign::CertificateExpired),
    phrase_if("Connection refused", Sign::UpstreamRefused, names_an_upstream),
    phrase_if("no live upstreams", Sign::UpstreamRefused, names_an_upstream),
    phrase_if("No route to host", Sign::UpstreamRefused, names_an_upstream),
    phrase_if("Host is unreachable", Sign::UpstreamRefused, names_an_upstream),
    // Without a connection it is not slow: nobody is there.
    phrase_if("upstream timed out", Sign::UpstreamRefused, connects),
    phrase("upstream timed out", Sign::UpstreamSlow),
    phrase("host not found in upstream", Sign::NameResolution),
    phrase("Temporary failure in name resolution", Sign::NameResolution),
    phrase("Name or service not known", Sign::NameResolution),
    phrase("could not translate host name", Sign::NameResolution),
    phrase("no such host", Sign::NameResolution),
    phrase("bad address '", Sign::NameResolution),
    phrase("getaddrinfo ENOTFOUND", Sign::NameResolution),
    phrase("getaddrinfo EAI_AGAIN", Sign::NameResolution),
    phrase("could not be resolved (", Sign::NameResolution),
    phrase("address already in use", Sign::AddressInUse),
    phrase("EADDRINUSE", Sign::AddressInUse),
    phrase_if("Permission denied", Sign::FileForbidden, is_about_a_file),
    phrase_if("EACCES", Sign::FileForbidden, is_about_a_file),
    phrase("jwt expired", Sign::Unauthorized),
    phrase("invalid signature", Sign::Unauthorized),
    phrase("signature verification failed", Sign::Unauthorized),
    phrase_if("401", Sign::Unauthorized, is_a_refusal),
    phrase_if("403", Sign::Unauthorized, is_a_refusal),
    phrase("Connection refused", Sign::ConnectionRefused),
    phrase("ECONNREFUSED", Sign::ConnectionRefused),
];
