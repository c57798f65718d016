#!/usr/bin/env bash
# What logs cost: printed to a file, taken in by the console under flood, and searched; beside `docker logs` and
# `grep -c` in the same run. Prints rows of the table of tests/bench/console.sh, and its head where HEAD=1.
#
#   tests/bench/logs.sh [PROGRAM]           PROGRAM is target/release/mcp-tui when none is given
#   PROBE=PATH SEARCH=PATH                  built measuring programs (tests/bench/console.rs and search.rs); else cargo
#                                           builds them
#   LINES=1000000 RUNS=5 FLOOD=10           lines of about 100 bytes, runs (the median counts), seconds of flood
#
# Needs a Docker Engine, and cargo without PROBE and SEARCH. The containers made here carry a label of their own, by
# which they are removed in the end, however it comes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ours=$(realpath "${1:-target/release/mcp-tui}")
lines=${LINES:-1000000} runs=${RUNS:-5} seconds=${FLOOD:-10}
project=mcplogs$$ label=mcp-tui.bench-logs=$$
image=mcp-tui-test/busybox
text='INFO request served status=200 path=/v1/models bytes=4711 took=12ms client=10.0.0.7'

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

say() { printf 'logs: %s\n' "$*" >&2; }
built() { # BENCH: its program
    cargo bench --bench "$1" --no-run --message-format=json |
        sed -n "s/.*\"name\":\"$1\".*\"executable\":\"\([^\"]*\)\".*/\1/p" | tail -n 1
}
probe=${PROBE:-$(built console)} search=${SEARCH:-$(built search)}

create() { # SERVICE COMMAND…: a container as compose would label it
    local service=$1
    shift
    docker create --name "$project-$service-1" --network none --label "$label" --log-opt max-size=1g \
        --label "com.docker.compose.project=$project" --label "com.docker.compose.service=$service" \
        --label com.docker.compose.container-number=1 --label com.docker.compose.oneoff=False \
        "$image" sh -c "$*" >/dev/null
}
median() { sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
row() { # WHAT GOAL OURS PEER MET: the last is an awk condition over ours and peer
    awk -v what="$1" -v goal="$2" -v ours="$3" -v peer="$4" "BEGIN {
        met = ours == \"-\" || peer == \"-\" ? \"?\" : ($5) ? \"yes\" : \"NO\"
        printf \"| %-44s | %-24s | %14s | %14s | %-3s |\\n\", what, goal, ours, peer, met }"
}
per_second() { awk -v count="$1" -v seconds="$2" 'BEGIN { printf "%.0f\n", count / seconds }'; }
timed() { # FILE COMMAND…: seconds, and what it prints in the file
    local file=$1 began ended
    shift
    began=$(date +%s.%N)
    "$@" >"$file"
    ended=$(date +%s.%N)
    awk -v began="$began" -v ended="$ended" 'BEGIN { print ended - began }'
}

tests/images/build busybox
[ -z "${HEAD:-}" ] || {
    printf '| %-44s | %-24s | %14s | %14s | met |\n' what goal ours 'docker, grep'
    printf '| --- | --- | ---: | ---: | --- |\n'
}

say "$lines lines to a file, $runs times each"
create pipe "yes '$text' | head -n $lines | nl -ba -w 9"
docker start "$project-pipe-1" >/dev/null
docker wait "$project-pipe-1" >/dev/null
for _ in $(seq "$runs"); do
    timed "$work/theirs" docker logs "$project-pipe-1" >>"$work/their-seconds"
    timed "$work/ours" "$ours" -p "$project" logs --no-log-prefix --tail all >>"$work/our-seconds"
done
cmp "$work/ours" "$work/theirs"
row 'logs --tail all > file, lines/s' '>= 1.0 x docker logs' \
    "$(per_second "$lines" "$(median <"$work/our-seconds")")" \
    "$(per_second "$lines" "$(median <"$work/their-seconds")")" 'ours >= peer'
docker rm --force "$project-pipe-1" >/dev/null
rm -f "$work/ours" "$work/theirs"

# The lines are numbered, so the last one on the screen tells how many have come; those that were lost are told beside
# the title.
say "flood, $seconds s"
create flood "sleep 3; while :; do yes '$text' | head -n 100000; done | nl -ba -w 9"
docker start "$project-flood-1" >/dev/null
docker logs --follow "$project-flood-1" >"$work/theirs" 2>/dev/null &
"$probe" --until "$project" --settle 1 --then '/flood\r' --idle "$seconds" --screen -- "$ours" >"$work/screen"
# As far as `docker logs` had come when our last screen was read.
tail -c 1000 "$work/theirs" >"$work/last"
docker kill "$project-flood-1" >/dev/null
wait
number() { sed -n 's/.*\b0*\([0-9][0-9]*\)[[:space:]]*INFO request served.*/\1/p' "$1" | sort -g | tail -n 1; }
taken=$(number "$work/screen") theirs=$(number "$work/last")
lost=$(sed -n 's/.* \([0-9,]*\) lost .*/\1/p' "$work/screen" | tr -d , | head -n 1)
row 'lines taken in under flood' '>= 0.98 x docker logs -f' "$((${taken:-0} - ${lost:-0}))" "${theirs:--}" \
    'ours >= 0.98 * peer'
row 'of them counted as lost, and drawn' '' "${lost:-0}" - 1

say "search"
"$search" >"$work/search"
while read -r name mine grep found pattern; do
    case $name in search*) row "search $pattern ($found), ms" '<= 2 x grep -c' "$mine" "$grep" 'ours <= 2 * peer' ;; esac
done <"$work/search"
