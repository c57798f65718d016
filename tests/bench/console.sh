#!/usr/bin/env bash
# What the console costs with a hundred containers, with one that floods its log, and with a thousand simulated ones,
# beside its peer in the same run on the same Engine; then what logs cost (tests/bench/logs.sh). One table of it all.
#
#   tests/bench/console.sh [PROGRAM]        PROGRAM is target/release/mcp-tui when none is given
#   OXKER=PATH                              the peer; the one on PATH when not given, and left out where there is none
#   STARTS=9 IDLE=30 PRESSES=200            starts (the median counts), idle seconds, keys
#   CONTAINERS=100                          how many quiet ones
#   PROBE=PATH FRAME=PATH SEARCH=PATH       built measuring programs (tests/bench/console.rs, frame.rs and search.rs);
#                                           else cargo builds them
#   LINES= RUNS= FLOODS= FLOOD=             as for tests/bench/logs.sh
#
# Needs a Docker Engine, and cargo where a measuring program is not given. Whatever else runs on the machine is measured
# with it. Ends with 0 whether goals are met or not, and with another status when something could not be measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/bench/common.sh

oxker=${OXKER:-$(command -v oxker || true)}
starts=${STARTS:-9} idle=${IDLE:-30} presses=${PRESSES:-200} containers=${CONTAINERS:-100}
prefix=mcpbench$$

program PROBE console
program FRAME frame
program SEARCH search

tests/images/build busybox
say "starting $containers containers"
names=()
for number in $(seq -w 0 $((containers - 1))); do
    project=$prefix-${number%?} service=s${number: -1}
    create 100m "$project" "$service" sleep 100000
    names+=("$project-$service-1")
done
printf '%s\n' "${names[@]}" | xargs -n 10 docker start >/dev/null
create 100m "$prefix-flood" writer \
    sh -c 'while :; do yes "INFO request served status=200 path=/v1/models bytes=4711 took=12ms" | head -n 100000; done'

# A figure is kept as a line `WHO.NAME VALUE`; of several the median counts. What is measured right after a start is
# somebody else's: a program that has only just begun holds little.
: >"$work/figures"
note() { # WHO COMMAND…: what does not come stays open in the table
    local who=$1
    shift
    attended "$@" >"$work/told" || say "this could not be measured: $*"
    sed "s/^/$who./" "$work/told" >>"$work/figures"
}
figure() { # WHO.NAME
    awk -v name="$1" '$1 == name { print $2 }' "$work/figures" | median
}

[ -n "$oxker" ] || say "oxker is not installed (cargo install oxker --locked)"
say "first content, $starts times"
for _ in $(seq "$starts"); do
    note ours-start "$PROBE" --until "$prefix" -- "$ours"
    [ -z "$oxker" ] || note oxker-start "$PROBE" --until "$prefix" -- "$oxker"
done
say "no client, ours${oxker:+, oxker}: idle for $idle s each, then $presses keys"
at_rest=(--until "$prefix" --settle 8 --idle "$idle" --presses "$presses")
note none "$PROBE" --idle "$idle"
note ours "$PROBE" "${at_rest[@]}" -- "$ours"
[ -z "$oxker" ] || note oxker "$PROBE" "${at_rest[@]}" -- "$oxker"
note none "$PROBE" --idle "$idle"

say "under flood"
under_flood=(--until "$prefix" --settle 3 --then '/writer\r' --presses "$presses")
docker start "$prefix-flood-writer-1" >/dev/null
note ours-flood "$PROBE" "${under_flood[@]}" -- "$ours"
[ -z "$oxker" ] || note oxker-flood "$PROBE" "${under_flood[@]}" -- "$oxker"
docker rm --force "$prefix-flood-writer-1" >/dev/null

say "a thousand simulated containers"
for _ in 1 2 3; do note many-start "$PROBE" --simulated 1000 --until fleet-01 -- "$ours"; done
note many "$PROBE" --simulated 1000 --until fleet-01 --settle 8 --presses "$presses" -- "$ours"
note many "$FRAME" 1000

# The containers would be in the way of what logs cost.
docker rm --force "${names[@]}" >/dev/null
attended env ROWS_ONLY=1 PROBE="$PROBE" SEARCH="$SEARCH" tests/bench/logs.sh "$ours" >"$work/rows" || unmeasured=1

printf '\n%s containers, %s CPUs, Engine %s; peer, where the goal names no other: %s\n\n' "$containers" "$(nproc)" \
    "$(docker version --format '{{.Server.Version}}')" \
    "$([ -z "$oxker" ] && echo 'oxker, which is not installed' || "$oxker" --version)"
head_of_table
both() { # WHAT GOAL FIGURE MET, the figure as in `ours.FIGURE` and `oxker.FIGURE`
    row "$1" "$2" "$(figure "ours$3")" "$(figure "oxker$3")" "$4"
}
both 'first content, ms' '<= 30' -start.first_content_ms 'ours <= 30'
[ -z "$oxker" ] || both 'the same beside oxker' '<= 0.5 x oxker' -start.first_content_ms 'ours <= 0.5 * peer'
both 'own CPU, idle, % of a core' '<= 0.6' .own_percent 'ours <= 0.6'
over_none() { calculate 'a - b' "$(figure "$1.daemons_percent")" "$(figure none.daemons_percent)"; }
row 'dockerd + containerd over no client, points' '<= 0.5' "$(over_none ours)" "$(over_none oxker)" 'ours <= 0.5'
both 'bytes to the terminal, idle, per s' '<= 500' .bytes_per_second 'ours <= 500'
both 'key to paint, p50, ms' '<= 2' .key_p50_ms 'ours <= 2'
both 'key to paint, p99, ms' '<= 8' .key_p99_ms 'ours <= 8'
both 'keys after which nothing was drawn' '' .keys_unanswered ''
both 'the same under flood: p50, ms' '<= 4' -flood.key_p50_ms 'ours <= 4'
both 'the same under flood: p99, ms' '<= 16' -flood.key_p99_ms 'ours <= 16'
both 'the same under flood: nothing drawn' '' -flood.keys_unanswered ''
both 'resident, quiet, MB' '<= 16' .resident_mb 'ours <= 16'
both 'resident, under flood, MB' '<= 100' -flood.resident_mb 'ours <= 100'
many() { row "1,000 simulated: $1" "$2" "$(figure "many$3")" - "$4"; }
many 'first content, ms' '<= 150' -start.first_content_ms 'ours <= 150'
many 'frame, p50, ms' '<= 4' .frame_p50_ms 'ours <= 4'
many 'frame, p99, ms' '<= 4' .frame_p99_ms 'ours <= 4'
many 'key to paint, p50, ms' '' .key_p50_ms ''
many 'resident, MB' '<= 60' .resident_mb 'ours <= 60'
cat "$work/rows"
exit "$unmeasured"
