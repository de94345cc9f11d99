#!/bin/sh
# Puts a whole Debian archive into Stampline's package list: every binary package with its source and version, in one call.
# Then what a nightly job relies on: a repeat changes nothing, a bad entry keeps nothing, what is left out counts as removed.
#
#   examples/debian-archive.sh                      against http://localhost:8000
#   STAMP_URL=http://localhost:8001 examples/debian-archive.sh
#
# The input is this machine's own apt index (root gets a missing one by apt-get update); where there is none, the sample
# beside this script. Needs sh, curl and awk. Exit code: 0 when all of it went as told here.
set -eu

base=${STAMP_URL:-http://localhost:8000}
url=$base/api/v1/package-list/
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { printf '%s\n' "$*"; }
fail() { printf 'debian-archive: %s\n' "$*" >&2; exit 1; }

# put FILE WANTED_STATUS: answers the body and notes the seconds.
put() {
  curl --silent --show-error --max-time 120 --request PUT --header 'Content-Type: application/json' --data-binary "@$1" \
    --output "$work/answer" --write-out '%{http_code} %{time_total}\n' "$url" >"$work/outcome" || fail "the server at $base does not answer"
  read -r status seconds <"$work/outcome"
  [ "$status" = "$2" ] || fail "PUT answered $status, not $2: $(head -c 500 "$work/answer")"
}
count() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/answer"; }
expect() { [ "$2" = "$3" ] || fail "$1 is $2, not $3"; }
# The list itself, counted: total_count of a long list may be a few seconds old.
monitored() { curl --silent --show-error --max-time 120 "$url" | grep -o '"binary" *:' | wc -l; }

if command -v apt-cache >/dev/null && [ "$(apt-cache dumpavail | wc -c)" -eq 0 ] && [ "$(id -u)" -eq 0 ]; then
  say 'There is no apt index yet: apt-get update'
  apt-get update -qq || say 'apt-get update failed.'
fi
if command -v apt-cache >/dev/null && apt-cache dumpavail >"$work/available" && [ -s "$work/available" ]; then
  say "1. The input is this machine's apt index."
else
  cp "$here/debian-sample.txt" "$work/available"
  say '1. There is no apt index here: the input is the sample that comes with this script.'
fi

# A paragraph a package: Package, Source (with its version in brackets where that differs), Version. The newest comes first.
awk 'BEGIN { RS = ""; FS = "\n"; printf "[" }
{ binary = source = version = ""
  for (i = 1; i <= NF; i++) {
    if ($i ~ /^Package: /) binary = substr($i, 10)
    else if ($i ~ /^Source: /) { source = substr($i, 9); sub(/ .*/, "", source) }
    else if ($i ~ /^Version: /) version = substr($i, 10)
  }
  if (source == "") source = binary
  if (binary != "" && version != "" && !(binary in seen)) {
    seen[binary] = 1
    printf "%s{\"binary\":\"%s\",\"source\":\"%s\",\"version\":\"%s\"}", (n++ ? ",\n" : "\n"), binary, source, version
  }
}
END { print "\n]" }' "$work/available" >"$work/list.json"
total=$(grep -c '^{' "$work/list.json")
say "   $total binary packages, $(wc -c <"$work/list.json") bytes of JSON"

say '2. PUT, in one transaction.'
put "$work/list.json" 200
say "   $(count created) created, $(count updated) updated, $(count unchanged) unchanged, $(count removed) removed in $seconds s"
expect 'created + updated + unchanged' "$(($(count created) + $(count updated) + $(count unchanged)))" "$total"

say '3. The same again: nothing changes.'
put "$work/list.json" 200
expect unchanged "$(count unchanged)" "$total"
say "   $(count unchanged) unchanged in $seconds s"

say '4. With a bad entry in the middle: nothing is kept, and the answer names it.'
middle=$((total / 2))
awk -v line="$((middle + 2))" 'NR == 2 { sub(/"version":"[^"]*"/, "\"version\":\"0.never\"") } NR == line { sub(/"source":"[^"]*"/, "\"source\":7") } { print }' "$work/list.json" >"$work/bad.json"
put "$work/bad.json" 400
say "   $(sed -n 's/.*"error":"\(.*\)","code".*/\1/p' "$work/answer")"
grep -q "Entry $middle:" "$work/answer" || fail "the answer does not name entry $middle: $(cat "$work/answer")"
put "$work/list.json" 200
expect 'unchanged afterwards' "$(count unchanged)" "$total"

say '5. With the first ten left out: they stay, and are no longer monitored.'
awk 'NR == 1 { print; next } NR > 11 { print }' "$work/list.json" >"$work/fewer.json"
put "$work/fewer.json" 200
expect removed "$(count removed)" 10
expect monitored "$(monitored)" "$((total - 10))"
say "   $(count removed) removed, $((total - 10)) monitored"

say '6. And back.'
put "$work/list.json" 200
expect updated "$(count updated)" 10
expect monitored "$(monitored)" "$total"
say "   $(count updated) updated, $total monitored: $base/api/v1/binarypackage/?seeded=true"
