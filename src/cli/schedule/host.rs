//! What systemd and cron are given to read. Pure but for asking where they read it.

use crate::backup::schedule::Schedule;
use crate::task::file_name;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The two units of one stack.
pub struct Units {
    name: String,
    pub service: PathBuf,
    pub timer: PathBuf,
}

impl Units {
    pub fn new(project: &str, directory: &Path) -> Self {
        let name = format!("mcp-tui-backup-{}", file_name(project));
        let file = |kind: &str| directory.join(format!("{name}.{kind}"));
        Self { service: file("service"), timer: file("timer"), name }
    }

    pub fn timer_name(&self) -> String {
        format!("{}.timer", self.name)
    }
}

/// Where the units of this user go.
pub fn unit_directory() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/etc/systemd/system");
    }
    let home = std::env::home_dir().unwrap_or_default();
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    config.unwrap_or_else(|| home.join(".config")).join("systemd/user")
}

/// The command that a timer starts, with what it cannot find out for itself.
pub struct Job {
    pub project: String,
    pub words: Vec<String>,
    pub directory: PathBuf,
    /// Variables that say where backups and state lie.
    pub environment: Vec<(String, String)>,
}

impl Job {
    pub fn service(&self) -> String {
        let mut text = format!(
            "[Unit]\nDescription=Backup of {}\nAfter=docker.service\n\n[Service]\nType=oneshot\nWorkingDirectory={}\n",
            escaped(&self.project),
            escaped(&self.directory.display().to_string())
        );
        for (name, value) in &self.environment {
            let _ = writeln!(text, "Environment={}", quoted(&format!("{name}={value}")));
        }
        // Only of a command systemd replaces variables.
        let words: Vec<String> = self.words.iter().map(|word| quoted(word).replace('$', "$$")).collect();
        let _ = writeln!(text, "ExecStart={}", words.join(" "));
        // The worker, which is a process of its own, is not to be ended with whoever follows it.
        text.push_str("KillMode=process\nNice=10\nIOSchedulingClass=best-effort\nIOSchedulingPriority=7\n");
        text
    }

    /// The second look is for the nights on which the clock skips the time: whichever of them finds a backup due takes it.
    pub fn timer(&self, schedule: &Schedule) -> String {
        format!(
            "[Unit]\nDescription=Backup of {}, when it is due\n\n[Timer]\nOnCalendar={}\nOnCalendar={}\n\
             Persistent=true\nAccuracySec=1min\n\n[Install]\nWantedBy=timers.target\n",
            escaped(&self.project),
            schedule.on_calendar(),
            schedule.an_hour_later().on_calendar(),
        )
    }

    /// For `crontab -e`: at the time, and once the host is on again.
    pub fn cron(&self, schedule: &Schedule) -> String {
        let variables = self.environment.iter().map(|(name, value)| format!("{name}={}", shell(value)));
        let words = self.words.iter().map(|word| shell(word));
        let command = variables.chain(words).collect::<Vec<_>>().join(" ").replace('%', "\\%");
        let directory = shell(&self.directory.display().to_string()).replace('%', "\\%");
        let command = format!("cd {directory} && {command}");
        format!("{} {command}\n@reboot {command}\n", schedule.cron())
    }
}

fn shell(word: &str) -> String {
    shell_words::quote(word).into_owned()
}

/// `%` begins a specifier of systemd.
fn escaped(text: &str) -> String {
    text.replace('%', "%%").replace(['\n', '\r'], " ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '=' | ':' | '@');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let word = escaped(word).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{word}\"")
}

/// Whether systemd runs this host.
pub fn has_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            project: "shop".to_owned(),
            words: ["/usr/bin/mcp-tui", "-f", "/srv/my $hop/100%.yaml", "-p", "shop", "schedule", "run"]
                .map(str::to_owned)
                .to_vec(),
            directory: "/srv".into(),
            environment: vec![("MCP_TUI_BACKUPS".to_owned(), "/mnt/b $1".to_owned())],
        }
    }

    #[test]
    fn systemd_is_told_when_and_what_and_to_catch_up() {
        let schedule = Schedule::parse("mon-fri 23:30 Europe/Berlin").unwrap().unwrap();
        let timer = job().timer(&schedule);
        for line in [
            "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 23:30:00 Europe/Berlin",
            "OnCalendar=Mon,Tue,Wed,Thu,Fri *-*-* 23:59:00 Europe/Berlin",
            "Persistent=true",
        ] {
            assert!(timer.lines().any(|other| other == line), "{line} is not in {timer}");
        }
        let service = job().service();
        assert!(
            service.contains(
                "ExecStart=/usr/bin/mcp-tui -f \"/srv/my $$hop/100%%.yaml\" -p shop schedule run\n"
            ),
            "{service}"
        );
        assert!(service.contains("Environment=\"MCP_TUI_BACKUPS=/mnt/b $1\"\n"), "{service}");
    }

    #[test]
    fn cron_is_told_so_too() {
        let lines = job().cron(&Schedule::parse("sun 03:05").unwrap().unwrap());
        let command = "cd /srv && MCP_TUI_BACKUPS='/mnt/b $1' /usr/bin/mcp-tui -f '/srv/my $hop/100\\%.yaml' -p shop schedule run";
        assert_eq!(lines, format!("5 3 * * 7 {command}\n@reboot {command}\n"));
    }
}
