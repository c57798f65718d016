//! `RESTORE.md`: how to get the data back with docker, coreutils, zstd and tar, when all that is left is the bundle.

mod databases;
mod files;

use super::{Content, Manifest, OffsiteNote, is_sealed};
use std::fmt::Write as _;

impl Manifest {
    pub fn instructions(&self) -> String {
        let mut text = self.opening();
        for section in
            [databases::postgres(self), databases::redis(self), files::volumes(self), files::paths(self)]
        {
            text.push_str(&section);
        }
        text.push_str(&self.closing());
        text
    }

    fn opening(&self) -> String {
        let Self { stack, name, created, made_by, .. } = self;
        let mut text = format!(
            "# Restoring {stack} from {name}\n\n\
             Taken {created} by {made_by}. With mcp-tui: `mcp-tui -s {stack} backup restore {name}`.\n\
             Without it, `docker`, coreutils, `zstd` and `tar` are enough. All commands are for a shell in this directory.\n\n\
             ## Is the bundle whole?\n\n```sh\nsha256sum -c SHA256SUMS\n```\n\n\
             Every line must say OK. What ends in `.zst` is compressed: `zstd -dc FILE` writes it out. Dumps are made \
             without a compression of their own, which is slower and uses one processor, and are packed with zstd.\n\n\
             ## What is in it\n\n| file | what | bytes |\n| --- | --- | --- |\n"
        );
        for part in &self.parts {
            let _ =
                writeln!(text, "| `{}` | {} | {} |", part.part.path, part.content.word(), part.part.bytes);
        }
        for object in self.objects() {
            // A name may hold anything.
            let name = object.file.escape_default();
            let what =
                if object.file.is_empty() { "large file".to_owned() } else { format!("file `{name}`") };
            let _ = writeln!(text, "| `{}` | {what} | {} |", object.part.path, object.part.bytes);
        }
        if self.objects().next().is_some() {
            text.push_str(
                "\nLarge files are not in the archives but in `../objects`, beside this directory, each once for all backups \
                 of the stack that hold it: take them along wherever the bundle goes.\n",
            );
        }
        text.push_str(&self.elsewhere());
        for warning in &self.warnings {
            let _ = write!(text, "\nNote: {warning}\n");
        }
        let changed: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| part.content.archive())
            .flat_map(|archive| archive.changed.iter().map(String::as_str))
            .collect();
        if !changed.is_empty() {
            let _ = write!(
                text,
                "\nWritten to while they were read, so that theirs is some state in between: {}.\n",
                changed.join(", ")
            );
        }
        if !self.withheld.is_empty() {
            let _ = write!(
                text,
                "\n## What you must supply\n\nThe stack's secrets and environment files are not in the bundle. It needs \
                 these from wherever you keep them: {}.\n",
                self.withheld.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            );
        }
        if !self.encrypted_to.is_empty() {
            let keys: Vec<String> = self.encrypted_to.iter().map(|key| format!("- `{key}`\n")).collect();
            let _ = write!(
                text,
                "\n## It is encrypted\n\nEvery file that ends in `.age` is. `age` (or `rage`) opens it with the identity of one \
                 of these:\n\n{}\nThe commands below want its file in `IDENTITY`; say `export IDENTITY=/path/to/it` first. \
                 With mcp-tui it is `--identity FILE`.\n",
                keys.concat()
            );
        }
        text.push_str(
            "\n## Images\n\n`images.json` (or `images.json.age`) says what each service ran. Where `docker image inspect` does not find an \
             image under its name, pull it by the digest that stands there, and tag it.\n",
        );
        text
    }

    /// Where it was to be copied to, and how it comes from there.
    fn elsewhere(&self) -> String {
        let Some(OffsiteNote { url, endpoint }) = &self.offsite else { return String::new() };
        let name = &self.name;
        let (option, at) = match endpoint {
            Some(endpoint) => (format!(" --endpoint-url {}", quoted(endpoint)), format!(" at {endpoint}")),
            None => (String::new(), String::new()),
        };
        let below = url.strip_prefix("s3://").unwrap_or(url);
        let mut text = format!(
            "\n## Off site\n\nThe stack's file wants a copy of it in `{url}/{name}`{at}; one that has a `manifest.json` there is \
             whole. With mcp-tui: `mcp-tui -s {} backup pull {name}`. By hand, in an empty directory and with the keys in the \
             environment (`mc cp --recursive ALIAS/{below}/{name} .` does the same):\n\n    aws s3 cp{option} --recursive \
             {} {name}\n",
            self.stack,
            quoted(&format!("{url}/{name}")),
        );
        if self.objects().next().is_some() {
            let objects = quoted(&format!("{url}/objects"));
            let _ = writeln!(text, "    aws s3 cp{option} --recursive {objects} objects");
        }
        text
    }

    fn closing(&self) -> String {
        let stack = &self.stack;
        let mut text = format!(
            "\n## Start the stack\n\nFrom its own files: `mcp-tui -s {stack} up` or `docker compose up -d`.\n"
        );
        if let Some(part) = self.parts.iter().find(|part| part.content == Content::Compose) {
            let _ = writeln!(
                text,
                "If those are lost, `{}` is the whole project as it was resolved; put in what is masked by `••••••`.",
                part.part.path
            );
        }
        text
    }

    /// How the containers of a service are found.
    fn container(&self, service: &str) -> String {
        format!(
            "\"$(docker ps -q -f {} -f {} | head -n 1)\"",
            quoted(&format!("label=com.docker.compose.project={}", self.stack)),
            quoted(&format!("label=com.docker.compose.service={service}"))
        )
    }

    /// The line that makes a volume as the Compose tools would.
    fn create_volume(&self, name: &str, key: Option<&str>) -> String {
        let project = quoted(&format!("com.docker.compose.project={}", self.stack));
        let key = key.map(|key| format!(" --label {}", quoted(&format!("com.docker.compose.volume={key}"))));
        format!("docker volume create --label {project}{} {}", key.unwrap_or_default(), quoted(name))
    }
}

/// What writes a part out as its tool made it, its large files in their places.
fn unpacked(part: &super::ManifestPart) -> String {
    let mut text = match (is_sealed(&part.part.path), part.is_packed()) {
        (false, true) => format!("zstd -dc {}", quoted(&part.part.path)),
        (false, false) => format!("cat {}", quoted(&part.part.path)),
        (true, true) => format!("{} | zstd -dc", decrypted(&part.part.path)),
        (true, false) => decrypted(&part.part.path),
    };
    if part.objects.is_empty() {
        return text;
    }
    text.push_str(" | {\n");
    let mut before = 0;
    for object in &part.objects {
        let path = &object.part.path;
        let written = if is_sealed(path) { decrypted(path) } else { format!("cat {}", quoted(path)) };
        let _ = writeln!(text, "  head -c {}; {written}", object.at - before);
        before = object.at;
    }
    text.push_str("  cat\n}");
    text
}

fn decrypted(path: &str) -> String {
    format!("age -d -i \"$IDENTITY\" {}", quoted(path))
}

/// One word of a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
