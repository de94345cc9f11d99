#!/bin/sh
# The same day as lander.sh, with the command `stamp` alone: one real change (an OpenSSL update in Debian) from the upload to
# Complete, with a build that fails, a retry by a new upload, and a wait for a step. Plain sh.
#
#   examples/stamp-lander.sh                                              against http://localhost:8000
#   STAMP_URL=http://localhost:8001 examples/stamp-lander.sh
#   STAMP='node dist/cli/stamp.mjs' examples/stamp-lander.sh              with the command of a clone
#
# Exit code: 0 when everything went as told here, else that of the stamp that was refused, or 1 when an answer was not what a
# lander relies on.
set -eu

run=$(date +%s)-$$
key=

# STAMP may be several words; `command` finds the program, not this function.
stamp() { command ${STAMP:-stamp} "$@"; }
say() { printf '%s\n' "$*"; }
fail() { printf 'lander: %s\n' "$*" >&2; exit 1; }

# expect WHAT GOT WANTED
expect() { [ "$2" = "$3" ] || fail "$1 is $2, not $3"; }

# ends CODE COMMAND…: it has to end with this exit code.
ends() {
  wanted=$1 got=0
  shift
  "$@" >/dev/null 2>&1 || got=$?
  expect "the exit code of '$*'" "$got" "$wanted"
}

# Piped, status is: key, step, status and the name of the step, with tabs between.
step() { stamp status "$key" | cut -f 2; }
status() { stamp status "$key" | cut -f 3; }

say '1. The developer opens a ticket for a change in two source packages: one manifest makes it with all its parts, or nothing.'
key=$(stamp new --from - <<'MANIFEST'
{
  "owner": "alice@debian.example",
  "title": "OpenSSL 3.0.15: fix CVE-2024-9143 and rebuild curl",
  "description": "Out-of-bounds memory access in the GF(2^m) API.",
  "bug_id": "https://bugs.debian.org/1085378",
  "links": [{"kind": "bug", "url": "https://bugs.debian.org/1085378"}],
  "subtickets": [
    {"sourcepackage": "openssl", "version": "3.0.15-1~deb12u1", "assignee": "alice@debian.example",
     "artifacts": [{"name": "openssl_3.0.15-1~deb12u1.dsc", "type": "SPU",
                    "reference": "http://deb.debian.org/debian/pool/main/o/openssl/openssl_3.0.15-1~deb12u1.dsc"}]},
    {"sourcepackage": "curl", "version": "7.88.1-10+deb12u8", "assignee": "bob@debian.example",
     "artifacts": [{"name": "curl_7.88.1-10+deb12u8.dsc", "type": "SPU",
                    "reference": "http://deb.debian.org/debian/pool/main/c/curl/curl_7.88.1-10+deb12u8.dsc"}]}
  ]
}
MANIFEST
)
expect "the number of $key's subtickets" "$(stamp sub list "$key" | wc -l | tr -d ' ')" 2
expect "the step of $key" "$(step)" 100
say "   $key:"
stamp sub list "$key" | cut -f 1,4 | sed 's/^/   /'

say '2. The builders start. The ticket follows its subtickets to Package Building.'
stamp sub status openssl 200 100 -t "$key" >/dev/null
stamp sub status curl 200 100 -t "$key" >/dev/null
expect "the step of $key" "$(step)" 200
say "   $key is at step $(step)"

say '3. openssl builds. curl does not, and the builder says why and where the log is. Whoever waits hears of it: exit code 5.'
stamp sub status openssl 200 1000 -t "$key" >/dev/null
stamp sub fail curl -t "$key" --reason 'test 1560 failed: undefined reference to SSL_CTX_set_ciphersuites' \
  --code build.tests_failed --kind product --log "http://builds.example/$run/curl.log" >/dev/null
expect "the step of $key" "$(step)" 999
ends 5 stamp status "$key" --wait status=1000 --timeout 30s
stamp show "$key" | sed -n '/^  failed/,/^  log/p'

say '4. Bob uploads a fixed curl. The new subticket supersedes the failed one, and the ticket is back where it was.'
stamp sub add "$key" curl 7.88.1-10+deb12u9 --assignee bob@debian.example >/dev/null
stamp sub artifact curl curl_7.88.1-10+deb12u9.dsc -t "$key" --type SPU \
  http://deb.debian.org/debian/pool/main/c/curl/curl_7.88.1-10+deb12u9.dsc >/dev/null
expect "the number of $key's superseded subtickets" "$(stamp sub list "$key" --all | grep -c 'superseded$')" 1
expect "the step of $key" "$(step)" 200
stamp sub status curl 200 1000 -t "$key" >/dev/null
expect "the status of $key" "$(status)" 1000
say "   both packages are built: $key is at $(step) with status $(status)"

say '5. The lander waits for image testing. After a second there is no image yet: exit code 8. Then the image builder works.'
ends 8 stamp status "$key" --wait image-testing --timeout 1s
( sleep 1
  stamp status "$key" image-building
  stamp artifact add "$key" "image-$run" "http://images.example/$run.img" --type IMAGE
  stamp status "$key" image-testing ) >/dev/null &
builder=$!
woken=$(stamp status "$key" --wait image-testing --timeout 30s | cut -f 2)
wait "$builder" || fail 'the image builder was refused'
expect "the step of $key" "$woken" 400
say "   woken at step $woken"

say '6. The tests pass, the packages are published, the change is complete.'
stamp artifact add "$key" "dep8-$run" "http://tests.example/$run.xml" --type RESULTS >/dev/null
stamp status "$key" 400 1000 >/dev/null
stamp complete "$key" >/dev/null
expect "the step of $key" "$(step)" 1000
! stamp list --limit 0 | cut -f 1 | grep -qx "$key" || fail "$key is among the open tickets"

say "7. What happened to $key:"
stamp history "$key" --limit 0 | cut -f 1,4 | sed 's/T\([0-9:]*\)\.[0-9]*Z/ \1/; s/^/   /'
say
say "$key is complete."
