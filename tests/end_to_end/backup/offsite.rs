//! Copies in a bucket: made after each backup, brought back where nothing else is left, and gone on with after whatever
//! happened on the way.

use super::objects;
use super::shop::{self, Shop};
use crate::bucket::{Bucket, ID, SECRET, Trouble};
use crate::support::engine::docker;
use crate::support::wait::{PATIENCE, eventually};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::sync::Arc;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A volume and a path with large files in them, copied to the bucket.
fn compose(endpoint: &str, more: &str) -> String {
    let place = format!(
        "objects_over: 1m\n    offsite:\n      url: s3://backups/server1\n      endpoint: {endpoint}\n      \
         credentials_file: keys\n{more}"
    );
    objects::COMPOSE.replace("objects_over: 1m\n", &place)
}

/// Its keys are in place, and nothing runs.
fn shop(what: &str, compose: &str) -> Shop {
    let shop = Shop::empty(what, compose);
    keys(&shop, SECRET, 0o600);
    shop
}

fn keys(shop: &Shop, secret: &str, mode: u32) {
    let text = format!("[default]\naws_access_key_id = {ID}\naws_secret_access_key = {secret}\n");
    let file = shop.workplace.write(&format!("work/stacks/{}/keys", shop.project.name), &text);
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).expect("the file is ours");
}

/// The same up, with files in it.
fn filled(what: &str, compose: &str) -> Shop {
    let shop = shop(what, compose);
    let folder = format!("work/stacks/{}/models", shop.project.name);
    shop.workplace.write(&format!("{folder}/weights"), &"weight ".repeat(400_000));
    shop.run(["up"]).succeeded("up");
    shop.in_pages("cd /pages && echo note > note && head -c 20000000 /dev/urandom > large");
    shop
}

fn name(shop: &Shop) -> String {
    let mut bundles = shop.bundles();
    bundles.sort();
    bundles.pop().expect("a bundle").file_name().expect("a name").to_string_lossy().into_owned()
}

fn manifest(shop: &Shop, name: &str) -> String {
    format!("server1/{}/{name}/manifest.json", shop.project.name)
}

/// All that a stack holds goes to the bucket and comes back from it, past whatever a network does.
pub fn a_server_that_burnt_down() {
    let bucket = Bucket::open();
    let text = compose(&bucket.endpoint(), "")
        .replace("    volumes: [pages]\n", "    volumes: [pages]\n    postgres: [db]\n");
    let text = text.replace("services:\n", &format!("services:\n{}", shop::DATABASE)) + "  rows:\n";
    let shop = shop("burnt", &text);
    let folder = format!("work/stacks/{}", shop.project.name);
    shop.workplace.write(&format!("{folder}/tables.sql"), shop::TABLES);
    shop.workplace.write(&format!("{folder}/models/weights"), &"weight ".repeat(400_000));
    shop.run(["up"]).succeeded("up");
    shop.wait_for_database();
    shop.in_pages("cd /pages && echo note > note && head -c 20000000 /dev/urandom > large");
    let before = (objects::sums(&shop), rows(&shop));

    let dry = shop.run(["--dry-run", "backup", "create"]).succeeded("dry run").stdout;
    for words in ["s3://backups/server1", "unencrypted", "off site"] {
        assert!(dry.contains(words), "{words}: {dry}");
    }
    assert_eq!(bucket.requests(), Vec::<String>::new(), "a plan asks nobody");
    // Each third request is turned away at first, and the first piece of a large file is cut off.
    let (mut count, mut cut, mut turned) = (0, false, BTreeSet::new());
    bucket.mood(move |request| {
        count += 1;
        if request.ends_with("?1") && !std::mem::replace(&mut cut, true) {
            return Trouble::CutRequest(1 << 20);
        }
        if count % 3 == 0 && turned.insert(request.to_owned()) { Trouble::Busy } else { Trouble::None }
    });
    let created = shop.run(["backup", "create"]).succeeded("create").stdout;
    assert!(created.contains("off site") && !created.contains("warning: the backup"), "{created}");
    let name = name(&shop);
    let keys = bucket.keys();
    assert!(keys.contains(&manifest(&shop, &name)), "{keys:?}");
    assert_eq!(keys.iter().filter(|key| key.contains("/objects/sha256/")).count(), 2, "{keys:?}");
    let last = bucket.requests().into_iter().rfind(|request| request.starts_with("PUT "));
    assert_eq!(last, Some(format!("PUT {}", manifest(&shop, &name))), "the manifest goes last");
    assert_eq!(bucket.unfinished(), 0);
    let listed = shop.run(["backup", "list"]).succeeded("list").stdout;
    assert!(listed.contains("off site"), "{listed}");
    let shown = shop.run(["backup", "show", "latest"]).succeeded("show").stdout;
    assert!(shown.contains(&format!("s3://backups/server1/{}/{name}", shop.project.name)), "{shown}");
    shop.run(["backup", "verify", "latest"]).succeeded("what is noted beside a bundle does not change it");

    // What does not change is not sent again.
    shop.run(["backup", "create"]).succeeded("create again");
    let sent = bucket.requests();
    assert!(
        !sent.iter().any(|request| request.starts_with("PUT") && request.contains("/objects/")),
        "{sent:?}"
    );

    // All that is left is the stack's file, and the bucket.
    shop.run(["down", "--volumes"]).succeeded("down");
    fs::remove_dir_all(shop.workplace.path(&format!("{folder}/models"))).expect("ours");
    fs::create_dir(shop.workplace.path(&format!("{folder}/models"))).expect("ours");
    fs::remove_dir_all(shop.workplace.path("state/mcp-tui/backups")).expect("ours");
    let listed = shop.run(["backup", "list", "--offsite", "--json"]).succeeded("list").json();
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(
        (&listed[1]["entry"]["name"], &listed[1]["here"]),
        (&name.clone().into(), &false.into()),
        "{listed}"
    );
    let mut cuts = 2;
    bucket.mood(move |request| {
        let cut = request.starts_with("GET") && request.contains("/objects/") && cuts > 0;
        cuts -= i32::from(cut);
        if cut { Trouble::CutAnswer(2_000_000) } else { Trouble::None }
    });
    let dry = shop.run(["--dry-run", "backup", "pull", &name]).succeeded("dry run").stdout;
    assert!(dry.contains("fetch from off site"), "{dry}");
    shop.run(["backup", "pull", &name]).succeeded("pull");
    shop.run(["backup", "pull", &name]).failed(5, ["is there already"]);
    shop.run(["backup", "verify", "latest", "--deep"]).succeeded("verify");
    let listed = shop.run(["backup", "list"]).succeeded("list").stdout;
    assert!(listed.contains("pinned") && listed.contains("off site"), "{listed}");
    shop.run(["up"]).succeeded("up");
    shop.wait_for_database();
    docker(["exec", &shop.container("db"), "psql", "-U", "ledger", "-qc", "truncate entries"]);
    shop.run(["backup", "restore", &name, "--yes"]).succeeded("restore");
    shop.wait_for_database();
    assert_eq!((objects::sums(&shop), rows(&shop)), before);
    shop.run(["backup", "accept", "--yes"]).succeeded("accept");
}

fn rows(shop: &Shop) -> String {
    let query = "select md5(string_agg(id || what, ',' order by id)) from entries";
    docker(["exec", &shop.container("db"), "psql", "-U", "ledger", "-tAc", query])
}

/// Killed while a file is on its way: what arrived is not sent again, and no list takes it for a backup before all of it is
/// there. The stack was not locked all that while.
pub fn killed_in_the_middle() {
    let bucket = Bucket::open();
    let shop = filled("offkill", &compose(&bucket.endpoint(), ""));
    bucket.mood(|request| if request.ends_with("?2") { Trouble::Silence } else { Trouble::None });
    let mut create = shop.workplace.command(["-s", &shop.project.name, "backup", "create"]);
    let mut create = create.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program");
    eventually("a first piece", PATIENCE * 2, || {
        bucket.requests().iter().any(|request| request.ends_with("?1")).then_some(())
    });
    // However long it takes: the stack can be mended meanwhile, and what is being sent cannot be removed.
    shop.run(["restart"]).succeeded("restart");
    shop.run(["backup", "rm", "latest", "--force"]).failed(8, ["the backups of", "runs backup"]);
    let tasks = shop.run(["tasks", "--json"]).succeeded("tasks").json();
    let create_task =
        tasks.as_array().into_iter().flatten().find(|task| task["spec"]["operation"]["do"] == "backup");
    let worker =
        create_task.expect("the backup")["worker"][0].as_i64().and_then(|pid| i32::try_from(pid).ok());
    kill_process(worker.and_then(Pid::from_raw).expect("a worker"), Signal::KILL)
        .expect("the worker is killed");
    drop(create.wait());
    let name = name(&shop);
    let arrived = bucket.keys();
    assert!(!arrived.contains(&manifest(&shop, &name)) && !arrived.is_empty(), "{arrived:?}");
    shop.run(["backup", "verify", "latest"]).succeeded("the backup itself is whole");
    let listed = shop.run(["backup", "list", "--offsite"]).succeeded("list").stdout;
    assert!(!listed.contains("yes") || listed.contains("not complete"), "{listed}");
    shop.run(["backup", "pull", "latest"]).failed(4, ["there is no backup"]);

    bucket.mood(|_| Trouble::None);
    bucket.requests();
    shop.run(["backup", "push", "latest"]).succeeded("push");
    let sent = bucket.requests();
    for key in &arrived {
        assert!(
            !sent.iter().any(|request| request.starts_with("PUT") && request.contains(key)),
            "{key}: {sent:?}"
        );
    }
    assert!(bucket.keys().contains(&manifest(&shop, &name)));
    shop.run(["backup", "push", "latest"]).succeeded("push again");
    let sent: Vec<_> = bucket.requests().into_iter().filter(|request| request.starts_with("PUT")).collect();
    assert_eq!(sent, [format!("PUT {}", manifest(&shop, &name))], "all is there");
    assert!(shop.run(["backup", "list"]).succeeded("list").stdout.contains("off site"));
}

/// What rotted in the bucket never appears here.
pub fn a_bit_that_flipped_there() {
    let bucket = Bucket::open();
    let shop = filled("offrot", &compose(&bucket.endpoint(), ""));
    shop.run(["backup", "create"]).succeeded("create");
    let name = name(&shop);
    let keys = bucket.keys();
    let part = keys.iter().find(|key| key.contains("/volumes/")).expect("a part").clone();
    let object = keys.iter().find(|key| key.contains("/objects/")).expect("an object").clone();
    // A newer one whose manifest has rotted hides the others from nobody.
    shop.run(["backup", "create"]).succeeded("create another");
    let newer = self::name(&shop);
    bucket.rot(&manifest(&shop, &newer));
    let listed = shop.run(["backup", "list", "--offsite", "--json"]).succeeded("list").json();
    let reason = listed[0]["entry"]["damaged"].as_str().unwrap_or_default();
    assert!(listed[0]["entry"]["name"] == newer.as_str() && reason.contains("not those"), "{listed}");
    assert!(listed[1]["entry"]["manifest"].is_object(), "{listed}");
    let shown = shop.run(["backup", "list", "--offsite"]).succeeded("list").stdout;
    assert!(shown.contains("damaged"), "{shown}");
    fs::remove_dir_all(shop.directory()).expect("ours");
    for key in [&part, &object, &manifest(&shop, &name)] {
        bucket.rot(key);
        shop.run(["backup", "pull", &name]).failed(2, [""]);
        assert_eq!(shop.bundles(), Vec::<std::path::PathBuf>::new(), "nothing appears, and nothing stays");
        assert!(
            !shop::files(&shop.directory()).iter().any(|file| file.to_string_lossy().contains("partial"))
        );
        bucket.rot(key);
    }
    let pulled = shop.run(["backup", "pull", "latest"]).succeeded("what is mended comes").stdout;
    assert!(pulled.contains(&format!("{newer} was skipped")), "{pulled}");
    assert!(shop.directory().join(&name).is_dir());
    shop.run(["backup", "verify", "latest"]).succeeded("verify");
    for wrong in ["../../etc", "20261120", "..", "latest/../x"] {
        shop.run(["backup", "pull", wrong]).failed(if wrong == "20261120" { 4 } else { 2 }, ["backup"]);
    }
    // What has rotted here does not go there.
    let bundle = shop.directory().join(&name);
    let local = bundle.join(part.rsplit_once(&format!("{name}/")).expect("a part").1);
    let mut bytes = fs::read(&local).expect("a part");
    bytes[100] ^= 1;
    fs::write(&local, bytes).expect("the part is ours");
    let before = bucket.read(&part);
    bucket.rot(&part);
    let other = compose(&bucket.endpoint(), "").replace("server1", "server2");
    shop.workplace.stack(&shop.project.name, &other);
    shop.run(["backup", "push", "latest"]).failed(2, ["not any more what was written"]);
    assert!(!bucket.keys().iter().any(|key| key.starts_with("server2") && key.ends_with("manifest.json")));
    assert_ne!(bucket.read(&part), before);
}

/// Whatever keeps a copy from there leaves a good backup here, and is told with what mends it.
pub fn who_is_not_let_in_is_told() {
    let bucket = Bucket::open();
    let shop = filled("offrefused", &compose(&bucket.endpoint(), ""));
    keys(&shop, "canary-of-a-wrong-secret", 0o600);
    let created = shop.run(["backup", "create"]).succeeded("the backup is good all the same");
    for words in ["warning: the backup is good, but not off site", "SignatureDoesNotMatch", "backup push"] {
        assert!(created.stdout.contains(words), "{words}: {}", created.stdout);
    }
    shop.run(["backup", "verify", "latest"]).succeeded("verify");
    assert!(shop.run(["backup", "list"]).succeeded("list").stdout.contains("not off site"));
    let found = shop.run(["triage", "--json"]);
    let words = format!("{} has no backup off site", shop.project.name);
    for words in [words.as_str(), "SignatureDoesNotMatch", "backup push"] {
        assert!(found.stdout.contains(words), "{words}: {} {}", found.stdout, found.stderr);
    }
    shop.run(["backup", "push", "latest"]).failed(3, ["SignatureDoesNotMatch", "see that the keys"]);
    shop.run(["backup", "list", "--offsite"]).failed(3, ["SignatureDoesNotMatch"]);
    assert_eq!(bucket.keys(), Vec::<String>::new());
    keys(&shop, SECRET, 0o644);
    shop.run(["backup", "push", "latest"]).failed(3, ["mode 644", "chmod 600"]);
    keys(&shop, SECRET, 0o600);

    let file = |text: &str| drop(shop.workplace.stack(&shop.project.name, text));
    file(&compose(&bucket.endpoint(), "").replace("s3://backups", "s3://nowhere"));
    shop.run(["backup", "push", "latest"]).failed(4, ["NoSuchBucket", "create the bucket"]);
    file(&compose("http://127.0.0.1:9", ""));
    shop.run(["backup", "push", "latest"]).failed(3, ["refused", "endpoint"]);
    file(&compose(&bucket.endpoint(), "").replace("s3://backups/server1", "s3://backups/../other"));
    shop.run(["backup", "push", "latest"]).failed(2, ["offsite.url", "without empty pieces"]);
    file(objects::COMPOSE);
    shop.run(["backup", "push", "latest"]).failed(2, ["does not say where", "x-mcp.backup.offsite"]);
    file(&compose(&bucket.endpoint(), ""));
    bucket.mood(|request| if request.starts_with("PUT") { Trouble::Full } else { Trouble::None });
    shop.run(["backup", "push", "latest"]).failed(6, ["XMinioStorageFull", "make room"]);
    bucket.mood(|_| Trouble::None);
    shop.run(["backup", "push", "latest"]).succeeded("push");
    let found = shop.run(["triage", "--json"]);
    assert!(!found.stdout.contains("off site"), "{}", found.stdout);
    for file in shop::files(&shop.workplace.path("state")) {
        let text = fs::read(&file).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&text).contains("canary"), "a secret stands in {}", file.display());
    }
}

/// Over TLS to a server of one's own, whose certificate must be trusted; with keys from the environment.
pub fn over_tls() {
    let key = KeyPair::generate().expect("a key");
    let parameters = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = parameters.self_signed(&key).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .expect("a configuration");
    let bucket = Bucket::secured(Arc::new(config));
    let endpoint = bucket.endpoint().replace("127.0.0.1", "localhost");
    let shop = filled("offtls", &compose(&endpoint, "").replace("      credentials_file: keys\n", ""));
    let text = STANDARD.encode(certificate.der());
    let text = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let trusted = shop.workplace.write("trusted.pem", &text);
    let with = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = shop.workplace.command(["-s", &shop.project.name]);
        command.args(arguments).envs(variables.iter().copied());
        crate::support::workplace::finish(command, &arguments.join(" "))
    };
    let keys = [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let created = with(&[], &["backup", "create"]).succeeded("create");
    assert!(created.stdout.contains("AWS_ACCESS_KEY_ID"), "{}", created.stdout);
    with(&keys, &["backup", "push", "latest"]).failed(3, ["certificate"]);
    assert_eq!(bucket.keys(), Vec::<String>::new());
    let trusted = trusted.display().to_string();
    let trusting = [keys[0], keys[1], ("SSL_CERT_FILE", trusted.as_str())];
    with(&trusting, &["backup", "push", "latest"]).succeeded("push");
    fs::remove_dir_all(shop.directory()).expect("ours");
    with(&trusting, &["backup", "pull", "latest"]).succeeded("pull");
    shop.run(["backup", "verify", "latest"]).succeeded("verify");
}

/// A policy lets go here, and off site only where the file says so; what newer copies need stays.
pub fn only_where_asked_a_policy_reaches_there() {
    let bucket = Bucket::open();
    let kept = |prune: &str| {
        let text = compose(&bucket.endpoint(), prune);
        text.replace("    objects_over", "    keep_last: 1\n    objects_over")
    };
    let shop = filled("offprune", &kept(""));
    let whole = || -> Vec<String> {
        bucket.keys().into_iter().filter(|key| key.ends_with("/manifest.json")).collect()
    };
    let objects = || bucket.keys().iter().filter(|key| key.contains("/objects/")).count();
    shop.run(["backup", "create"]).succeeded("create");
    shop.in_pages("head -c 3000000 /dev/urandom > /pages/large");
    shop.run(["backup", "create"]).succeeded("create");
    assert_eq!((shop.bundles().len(), whole().len(), objects()), (1, 2, 3));
    let dry = shop.run(["--dry-run", "backup", "rm", "latest"]).succeeded("dry run").stdout;
    assert!(dry.contains("stays") && dry.contains("s3://backups/server1"), "{dry}");
    let preflight = shop.run(["preflight"]);
    assert!(preflight.stdout.contains("unencrypted"), "{} {}", preflight.stdout, preflight.stderr);

    shop.workplace.stack(&shop.project.name, &kept("      prune: yes\n"));
    shop.run(["backup", "create"]).succeeded("create");
    assert_eq!((whole(), objects()), (vec![manifest(&shop, &name(&shop))], 2));
    fs::remove_dir_all(shop.directory()).expect("ours");
    shop.run(["backup", "pull", "latest"]).succeeded("what stayed is whole");

    // What has rotted there is mended from here.
    let object = bucket.keys().into_iter().find(|key| key.contains("/objects/")).expect("an object");
    bucket.rot(&object);
    let rotten = bucket.read(&object);
    shop.run(["backup", "push", "latest", "--again"]).succeeded("push again");
    assert_ne!(bucket.read(&object), rotten);
}
