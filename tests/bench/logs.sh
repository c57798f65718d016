#!/usr/bin/env bash
# What logs cost: printed to a file, taken in by the console under flood, and searched; beside `docker logs` and
# `grep -c` in the same run. tests/bench/console.sh has these rows in its table too.
#
#   tests/bench/logs.sh [PROGRAM]           PROGRAM is target/release/mcp-tui when none is given
#   PROBE=PATH SEARCH=PATH                  built measuring programs (tests/bench/console.rs and search.rs); else cargo
#                                           builds them
#   LINES=1000000 RUNS=5                    lines of about 100 bytes, runs (the median counts)
#   FLOODS=3 FLOOD=10                       floods (the median counts), seconds of each
#   ROWS_ONLY=1                             without the head of the table
#
# Needs a Docker Engine, and cargo where a measuring program is not given. Ends with 0 whether goals are met or not, and
# with another status when something could not be measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/bench/common.sh

lines=${LINES:-1000000} runs=${RUNS:-5} floods=${FLOODS:-3} seconds=${FLOOD:-10}
project=mcplogs$$
text='INFO request served status=200 path=/v1/models bytes=4711 took=12ms client=10.0.0.7'
# Each line has its number before it, in so many columns, and a tab and a line feed: all are of one length.
columns=9 line_bytes=$((9 + 1 + ${#text} + 1))

program PROBE console
program SEARCH search
tests/images/build busybox
[ -n "${ROWS_ONLY:-}" ] || head_of_table

now() { date +%s.%N; }
timed() { # FILE COMMAND…: seconds, of which `timed` tells; what it prints is in the file
    local file=$1 began
    shift
    began=$(now)
    attended "$@" >"$file"
    calculate 'b - a' "$began" "$(now)"
}

say "$lines lines to a file, $runs times each"
create 1g "$project" pipe sh -c "yes '$text' | head -n $lines | nl -ba -w $columns"
docker start "$project-pipe-1" >/dev/null
attended docker wait "$project-pipe-1" >/dev/null
for _ in $(seq "$runs"); do
    timed "$work/theirs" docker logs "$project-pipe-1" >>"$work/their-seconds"
    timed "$work/ours" "$ours" -p "$project" logs --no-log-prefix --tail all >>"$work/our-seconds"
done
cmp "$work/ours" "$work/theirs" || { say "ours and docker logs print different lines"; unmeasured=1; }
docker rm --force "$project-pipe-1" >/dev/null
rm -f "$work/ours" "$work/theirs"
rate() { # WHOSE
    calculate 'a / b' "$lines" "$(median <"$work/$1-seconds")"
}
row 'logs --tail all > file, lines/s' '>= 1.0 x docker logs' "$(rate our)" "$(rate their)" 'ours >= peer'

# The two take turns, each with a writer of its own that has flooded for some two seconds when the count begins: at once
# they would compete for the processors, on which the writer and the daemon run as well. The log is large enough not to
# be rotated meanwhile, at which the streams of some Engines stop or begin again.
flood() {
    create 1g "$project" flood \
        sh -c "sleep 4; while :; do yes '$text' | head -n 100000; done | nl -ba -w $columns"
    docker start "$project-flood-1" >/dev/null
}
moving() { awk '{ print ($1 > 0 ? $1 : "-") }'; } # A stream that has stopped has no rate.
# `docker logs` writes what it follows to /dev/null, where nothing counts lines; the kernel counts the bytes that a
# process writes, wherever they go, and beside those lines it writes next to nothing.
written() { awk '$1 == "wchar:" { print $2 }' "/proc/$1/io"; }
follow_theirs() { # prints lines per second
    local client began before
    docker logs --follow "$project-flood-1" >/dev/null 2>&1 &
    client=$!
    attended sleep 6
    began=$(now) before=$(written "$client")
    attended sleep "$seconds"
    calculate '(b - a) / c / (e - d)' "$before" "$(written "$client")" "$line_bytes" "$began" "$(now)" | moving
}
# The last number on the screen says how far ours has come, less those that it says were lost, which it does only once
# there are any.
follow_ours() { # prints lines per second, and how many were lost
    attended "$PROBE" --until "$project" --settle 2 --then '/flood\r' --idle "$seconds" \
        --number 'line=0*(\d+)\s+INFO request served' --number 'lost=([\d,]+) lost' -- "$ours" >"$work/told" ||
        say 'the flood could not be measured'
    local line lost idle
    line=$(told line_more) lost=$(told lost_more) idle=$(told idle_seconds)
    calculate '(a - b) / c' "$line" "${lost/#-/0}" "$idle" | moving
    printf '%s\n' "${lost/#-/0}" >>"$work/lost"
}
told() { awk -v name="$1" '$1 == name { value = $2 } END { print value == "" ? "-" : value }' "$work/told"; }

say "flood, $floods times $seconds s each"
for _ in $(seq "$floods"); do
    for who in theirs ours; do
        flood
        "follow_$who" >>"$work/$who-taken"
        docker rm --force "$project-flood-1" >/dev/null
    done
done
row 'taken in under flood, lines/s' '>= 0.98 x docker logs -f' "$(median <"$work/ours-taken")" \
    "$(median <"$work/theirs-taken")" 'ours >= 0.98 * peer'
row 'lost meanwhile, lines, counted and drawn' '' "$(awk '{ sum += $1 } END { print sum }' "$work/lost")" - ''

say "search"
attended "$SEARCH" >"$work/search" || { say "the search could not be measured"; unmeasured=1; }
while read -r name mine grep found pattern; do
    case $name in search*) row "search $pattern ($found), ms" '<= 2 x grep -c' "$mine" "$grep" 'ours <= 2 * peer' ;; esac
done <"$work/search"
exit "$unmeasured"
