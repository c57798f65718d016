#!/usr/bin/env bash
# What the console costs with a hundred containers, with one that floods its log, and with a thousand simulated ones,
# beside its peer in the same run on the same Engine.
#
#   tests/bench/console.sh [PROGRAM]        PROGRAM is target/release/mcp-tui when none is given
#   OXKER=PATH                              the peer; the one on PATH when not given, and left out where there is none
#   STARTS=9 IDLE=30 PRESSES=200            starts (the median counts), idle seconds, keys
#   CONTAINERS=100                          how many quiet ones
#   PROBE=PATH                              a built measuring program (tests/bench/console.rs); else cargo builds it
#
# Needs a Docker Engine, and cargo without PROBE. Whatever else runs on the machine is measured with it. The containers
# made here carry a label of their own, by which they are removed in the end, however it comes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ours=$(realpath "${1:-target/release/mcp-tui}")
oxker=${OXKER:-$(command -v oxker || true)}
starts=${STARTS:-9} idle=${IDLE:-30} presses=${PRESSES:-200} containers=${CONTAINERS:-100}
prefix=mcpbench$$ label=mcp-tui.bench=$$
image=mcp-tui-test/busybox

work=$(mktemp -d)
export XDG_STATE_HOME=$work/state XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data
clean() {
    local ids
    ids=$(docker ps --all --quiet --filter "label=$label")
    [ -z "$ids" ] || docker rm --force $ids >/dev/null
    rm -rf -- "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf 'console: %s\n' "$*" >&2; }

probe=${PROBE:-}
if [ -z "$probe" ]; then
    say "building the measuring program"
    probe=$(cargo bench --bench console --no-run --message-format=json |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
fi

create() { # NAME PROJECT SERVICE COMMAND…: a container as compose would label it
    local name=$1 project=$2 service=$3
    shift 3
    docker create --name "$name" --network none --label "$label" --log-opt max-size=100m --log-opt max-file=2 \
        --label "com.docker.compose.project=$project" --label "com.docker.compose.service=$service" \
        --label com.docker.compose.container-number=1 --label com.docker.compose.oneoff=False \
        "$image" "$@" >/dev/null
}

tests/images/build busybox
say "starting $containers containers"
names=()
for number in $(seq -w 0 $((containers - 1))); do
    names+=("$prefix-${number%?}-s${number: -1}-1")
    create "${names[-1]}" "$prefix-${number%?}" "s${number: -1}" sleep 100000
done
printf '%s\n' "${names[@]}" | xargs -n 10 docker start >/dev/null
flood=$prefix-flood-writer-1
create "$flood" "$prefix-flood" writer \
    sh -c 'while :; do yes "INFO request served status=200 path=/v1/models bytes=4711 took=12ms" | head -n 100000; done'

# A figure is kept as a line `WHO.NAME VALUE`; of several the median counts.
note() { # WHO PROBE-ARGUMENTS…
    local who=$1
    shift
    "$probe" "$@" >"$work/told" || { say "the measurement failed: $*"; exit 1; }
    sed "s/^/$who./" "$work/told" >>"$work/figures"
}
figure() { # WHO.NAME
    awk -v name="$1" '$1 == name && $2 != "-"' "$work/figures" | sort -k2 -g |
        awk '{ all[NR] = $2 } END { print NR ? all[int((NR + 1) / 2)] : "-" }'
}

: >"$work/figures"
[ -n "$oxker" ] || say "oxker is not installed (cargo install oxker --locked)"
say "first content, $starts times"
for _ in $(seq "$starts"); do
    note ours --until "$prefix" -- "$ours"
    [ -z "$oxker" ] || note oxker --until "$prefix" -- "$oxker"
done
say "no client, ours${oxker:+, oxker}: idle for $idle s each, then $presses keys"
note none --idle "$idle"
note ours --until "$prefix" --settle 8 --idle "$idle" --presses "$presses" -- "$ours"
[ -z "$oxker" ] || note oxker --until "$prefix" --settle 8 --idle "$idle" --presses "$presses" -- "$oxker"
note none --idle "$idle"

say "under flood"
docker start "$flood" >/dev/null
note ours-flood --until "$prefix" --settle 3 --then '/writer\r' --presses "$presses" -- "$ours"
[ -z "$oxker" ] ||
    note oxker-flood --until "$prefix" --settle 3 --then '/writer\r' --presses "$presses" -- "$oxker"
docker rm --force "$flood" >/dev/null

say "a thousand simulated containers"
for _ in $(seq 3); do note many --simulated 1000 --until fleet-01 -- "$ours"; done
note many --simulated 1000 --until fleet-01 --settle 8 --presses "$presses" -- "$ours"

row() { # WHAT GOAL OURS PEER MET: the last is an awk condition over ours and peer, which `-` leaves open
    awk -v what="$1" -v goal="$2" -v ours="$3" -v peer="$4" "BEGIN {
        met = ours == \"-\" ? \"?\" : ($5) ? \"yes\" : \"NO\"
        printf \"| %-44s | %-24s | %14s | %14s | %-3s |\\n\", what, goal, ours, peer, met }"
}
over_none() { # WHO: percent of a core that the daemons take with a client, less what they take without one
    local with without
    with=$(figure "$1.daemons_percent") without=$(figure none.daemons_percent)
    awk -v with="$with" -v without="$without" 'BEGIN {
        if (with == "-" || without == "-") print "-"; else printf "%.2f\n", with - without }'
}

printf '\n%s containers, %s CPUs, Engine %s; peer: %s\n\n' "$containers" "$(nproc)" \
    "$(docker version --format '{{.Server.Version}}')" "$([ -z "$oxker" ] && echo 'not installed' || "$oxker" --version)"
printf '| %-44s | %-24s | %14s | %14s | met |\n' what goal ours oxker
printf '| --- | --- | ---: | ---: | --- |\n'
peer_first=$(figure oxker.first_content_ms)
row 'first content, ms' '<= 30, <= 0.5 x oxker' "$(figure ours.first_content_ms)" "$peer_first" \
    'ours <= 30 && (peer == "-" || ours <= 0.5 * peer)'
row 'own CPU, idle, % of a core' '<= 0.6' "$(figure ours.own_percent)" "$(figure oxker.own_percent)" 'ours <= 0.6'
row 'dockerd + containerd over no client, points' '<= 0.5' "$(over_none ours)" "$(over_none oxker)" 'ours <= 0.5'
row 'bytes to the terminal, idle, per s' '<= 500' "$(figure ours.bytes_per_second)" \
    "$(figure oxker.bytes_per_second)" 'ours <= 500'
row 'key to paint, p50, ms' '<= 2' "$(figure ours.key_p50_ms)" "$(figure oxker.key_p50_ms)" 'ours <= 2'
row 'key to paint, p99, ms' '<= 8' "$(figure ours.key_p99_ms)" "$(figure oxker.key_p99_ms)" 'ours <= 8'
row 'the same under flood, p50, ms' '<= 4' "$(figure ours-flood.key_p50_ms)" "$(figure oxker-flood.key_p50_ms)" \
    'ours <= 4'
row 'the same under flood, p99, ms' '<= 16' "$(figure ours-flood.key_p99_ms)" "$(figure oxker-flood.key_p99_ms)" \
    'ours <= 16'
row 'resident, quiet, MB' '<= 16' "$(figure ours.resident_mb)" "$(figure oxker.resident_mb)" 'ours <= 16'
row 'resident, under flood, MB' '<= 100' "$(figure ours-flood.resident_mb)" "$(figure oxker-flood.resident_mb)" \
    'ours <= 100'
row '1,000 simulated: first content, ms' '<= 150' "$(figure many.first_content_ms)" - 'ours <= 150'
row '1,000 simulated: key to paint, p50, ms' 'frame <= 4' "$(figure many.key_p50_ms)" - 'ours <= 4'
row '1,000 simulated: resident, MB' '<= 60' "$(figure many.resident_mb)" - 'ours <= 60'
