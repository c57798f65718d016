#!/usr/bin/env bash
# How fast backups are taken and verified, what a task holds in memory and what it adds to an `up` that has nothing to
# do; beside the shell's own pipes and `docker compose` in the same run on the same Engine.
#
#   tests/bench/backup.sh [PROGRAM]         PROGRAM is target/release/mcp-tui when none is given
#   SIZE_DB=2000 SIZE_VOLUME=4000           megabytes of the database and of the volume
#   RUNS=3 UPS=9                            backups of each kind, and `up`s; the median counts
#
# Needs a Docker Engine, zstd, a docker compose (tests/compose/install makes sure of one), and room for three times the
# sizes. Ours sees each file to the disk before it counts, and makes the container that reads a volume anew for each
# backup; both are in its time. What the pipes write is only handed to the kernel. Whatever else runs on the machine is
# measured with it. Ends with 0 whether goals are met or not, and with another status when something could not be
# measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/bench/common.sh

size_db=${SIZE_DB:-2000} size_volume=${SIZE_VOLUME:-4000} runs=${RUNS:-3} ups=${UPS:-9}
project=mcpbackup$$
export MCP_TUI_BACKUPS=$work/backups
tests/images/build debian postgres busybox
compose=$(tests/compose/install)

# One project; what is backed up of it differs by file.
stack() { # NAME BACKUP
    {
        printf 'x-mcp: {backup: {%s, keep_last: 1, prune: no}}\n' "$2"
        cat <<SERVICES
services:
  db:
    image: postgres:15-alpine
    environment: {POSTGRES_PASSWORD: secret}
    command: [postgres, -c, fsync=off, -c, full_page_writes=off, -c, max_wal_size=4GB]
    labels: {mcp-tui.bench: "${label#*=}"}
    healthcheck: {test: [CMD-SHELL, 'pg_isready -h 127.0.0.1 -U postgres'], interval: 300ms, retries: 200}
  files:
    image: debian:bookworm-slim
    command: [sleep, "100000"]
    init: true
    labels: {mcp-tui.bench: "${label#*=}"}
    volumes: ["files:/files"]
volumes: {files: }
SERVICES
    } >"$work/$1.yaml"
}
stack database 'postgres: [{service: db, database: postgres}], volumes: []'
stack volume 'postgres: [], volumes: [files]'
stack both 'postgres: [{service: db, database: postgres}], volumes: [files]'
ours() { # FILE WORDS…
    local file=$1
    shift
    attended "$ours" -p "$project" -f "$work/$file.yaml" "$@"
}
remove_project() {
    ours both down --volumes >"$work/log" 2>&1 || cat "$work/log" >&2
    clean
}
trap remove_project EXIT

say "a database of $size_db MB and a volume of $size_volume MB"
ours both up --wait >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
db=$project-db-1 files=$project-files-1
# Rows of a thousand bytes: numbers, digests that nobody can pack to less than half, and words that repeat.
attended docker exec "$db" psql -qXU postgres -c "CREATE TABLE entries AS SELECT n AS id, now() AS at,
    (SELECT string_agg(md5(n::text || ':' || part), '') FROM generate_series(1, 20) AS part) AS digest,
    repeat('request served by worker ' || n % 97 || ' ', 12) AS words FROM generate_series(1, $size_db * 1000) AS n"
# Else the server does so by itself within a minute, in whatever is measured then.
attended docker exec "$db" psql -qXU postgres -c 'VACUUM ANALYZE entries'
# Half of it is noise, as models are, and half is text.
attended docker exec "$files" bash -c "cd /files && for n in \$(seq 8); do
    head -c $((size_volume * 1000000 / 16)) /dev/urandom > noise-\$n
    head -c $((size_volume * 1000000 / 22)) /dev/urandom | base64 > text-\$n
done"

timed() { # NAME COMMAND…: notes its microseconds
    local name=$1 began ended
    shift
    # What was left to the kernel by the one before is not in the time of this one.
    sync
    began=$(date +%s%N)
    "$@" >"$work/log" 2>&1 || { say "$* failed:"; cat "$work/log" >&2; unmeasured=1; return 0; }
    ended=$(date +%s%N)
    printf '%s\n' "$(((ended - began) / 1000))" >>"$work/$name.times"
}
times() { # NAME: milliseconds
    touch "$work/$1.times"
    calculate 'a / 1000' "$(median <"$work/$1.times")"
}

# The most that a worker held until shortly before its end: the kernel notes it, and tells as long as the worker lives.
watch_worker() {
    local journal pid peak=- name value
    until journal=$(find "$work/state" -name journal.jsonl -newer "$work/begun" 2>/dev/null) && [ -s "$journal" ]; do
        [ ! -e "$work/over" ] || return 0
        sleep 0.02
    done
    pid=$(sed -n '1s/.*"pid": *\([0-9]*\).*/\1/p' "$journal")
    # By the shell itself, and seldom: it runs in the time of what it looks at.
    while [ -e "/proc/$pid/status" ]; do
        while read -r name value _; do
            [ "$name" != VmHWM: ] || peak=$value
        done 2>/dev/null <"/proc/$pid/status" || true
        sleep 0.2
    done
    printf '%s\n' "$peak" >>"$work/peaks"
}
create() { # FILE: a backup, the only one that there is
    local watcher
    rm -rf -- "$MCP_TUI_BACKUPS" "$work/over"
    : >"$work/begun"
    watch_worker &
    watcher=$!
    timed "create-$1" ours "$1" backup create
    : >"$work/over"
    wait "$watcher"
}
dump_pipe() { docker exec "$db" pg_dump -Fc -Z0 -U postgres postgres | zstd -q -T0 -f -o "$work/pipe.zst"; }
tar_pipe() {
    docker run --rm --network none -v "${project}_files:/files:ro" debian:bookworm-slim tar -c -C /files . |
        zstd -q -T0 -f -o "$work/pipe.zst"
}
raw_bytes() { # of the largest part
    grep -ho '"raw_bytes": *[0-9]*' "$MCP_TUI_BACKUPS"/*/*/manifest.json |
        awk '$2 > most { most = $2 } END { print most }'
}

for run in $(seq "$runs"); do
    say "backups, $run of $runs"
    create database
    bytes_database=$(raw_bytes)
    timed pipe-database dump_pipe
    create volume
    bytes_volume=$(raw_bytes)
    timed pipe-volume tar_pipe
done
rm -f "$work/pipe.zst"

say "verification, $runs times each"
create both
packed=$(find "$MCP_TUI_BACKUPS" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
# The largest first, as ours takes them.
sums() {
    find "$MCP_TUI_BACKUPS" -type f -printf '%s %p\0' | sort -zrn | cut -zd' ' -f2- | xargs -0 -n 1 -P 2 sha256sum
}
for _ in $(seq "$runs"); do
    timed verify ours both backup verify latest
    timed sums sums
done

say "an up that has nothing to do, $ups times each"
for _ in $(seq "$ups"); do
    timed up ours both up -d
    timed plan ours both plan
    timed compose attended "$compose" -p "$project" -f "$work/both.yaml" up -d
done

rate() { calculate 'a / 1000 / b' "$1" "$(times "$2")"; } # MB/s
printf '\n%s MB of a database, %s MB of a volume; %s CPUs, Engine %s, %s\n\n' "$size_db" "$size_volume" "$(nproc)" \
    "$(docker version --format '{{.Server.Version}}')" "$(zstd --version | grep -o 'v[0-9.]*' | sed 's/^/zstd /')"
head_of_table
row 'backup create of a database, MB/s' '>= 0.95 x pg_dump, zstd' "$(rate "$bytes_database" create-database)" \
    "$(rate "$bytes_database" pipe-database)" 'ours >= 0.95 * peer'
row 'backup create of a volume, MB/s' '>= 0.95 x tar c, zstd' "$(rate "$bytes_volume" create-volume)" \
    "$(rate "$bytes_volume" pipe-volume)" 'ours >= 0.95 * peer'
row 'backup verify, MB/s' '>= 1.0 x sha256sum on 2' "$(rate "$packed" verify)" "$(rate "$packed" sums)" 'ours >= peer'
peak=$(calculate 'a / 1000' "$(sort -g "$work/peaks" | tail -n 1)")
row 'most resident in a worker, MB' '<= 100' "$peak" - 'ours <= 100'
# `plan` reads, looks and plans as `up` does: what is more is the task, its worker, lock, preflight and journal.
over_plan=$(calculate 'a - b' "$(times up)" "$(times plan)")
row 'up that has nothing to do, ms over plan' '<= 50' "$over_plan" - 'ours <= 50'
row 'the same whole, ms; beside docker compose' '' "$(times up)" "$(times compose)" ''
exit "$unmeasured"
