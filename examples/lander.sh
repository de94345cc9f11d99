#!/bin/sh
# A lander's day: carries one real change (an OpenSSL update in Debian) from the upload to Complete, with a build that
# fails, a retry by a new upload, and a wait for a step. Plain sh and curl.
#
#   examples/lander.sh                              against http://localhost:8000
#   STAMP_URL=http://localhost:8001 examples/lander.sh
#
# Exit code: 0 when everything went as told here, 1 when a call was refused or an answer was not what a lander relies on.
set -eu

base=${STAMP_URL:-http://localhost:8000}
api=$base/api/v1
run=$(date +%s)-$$

say() { printf '%s\n' "$*"; }
fail() { printf 'lander: %s\n' "$*" >&2; exit 1; }

# call METHOD PATH [JSON]: answers the body; an Idempotency-Key makes each retry of curl safe.
calls=0
call() {
  calls=$((calls + 1))
  method=$1 path=$2 body=${3-}
  set -- --silent --show-error --max-time 60 --retry 3 --retry-connrefused --request "$method" \
    --header "Idempotency-Key: lander-$run-$calls-$(printf '%s' "$method$path$body" | cksum | cut -d' ' -f1)" \
    --header 'Content-Type: application/json' --write-out '\n%{http_code}'
  [ -z "$body" ] || set -- "$@" --data "$body"
  reply=$(curl "$@" "$api$path") || fail "$method $path: the server at $base does not answer"
  status=${reply##*
}
  answer=${reply%
*}
  case $status in
    2*) printf '%s\n' "$answer" ;;
    *) fail "$method $path answered $status: $answer" ;;
  esac
}

# field NAME: the first value of a field in the JSON on standard input. Enough for this contract's flat objects.
field() { sed -n "s/.*\"$1\": *\"\{0,1\}\([^\"}]*\)[\",}].*/\1/p" | head -n 1; }
# own NAME: the same, of the object itself, which ends in its resource_uri.
own() { sed -n "s/^{\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"; }

# expect WHAT GOT WANTED
expect() { [ "$2" = "$3" ] || fail "$1 is $2, not $3"; }

where() { call GET "/ticketstatus/$1/" | field current_workflow_step; }

say "Stampline at $base"
say
say '1. The developer opens a ticket for a change in two source packages: one call makes it with all its parts, or nothing.'
made=$(call POST /bundle/ '{
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
  ]}')
ticket=$(printf '%s\n' "$made" | own id)
key=$(printf '%s\n' "$made" | field key)
# Its subtickets, in the order in which they were asked for.
set -- $(printf '%s\n' "$made" | grep -o '"resource_uri":"/api/v1/subticket/[0-9]*' | sed 's/.*\///')
expect "the number of $key's subtickets" "$#" 2
ssl_sub=$1 curl_sub=$2
say "   $key: subticket $ssl_sub for openssl 3.0.15-1~deb12u1, subticket $curl_sub for curl 7.88.1-10+deb12u8"
expect "the step of $key" "$(where "$ticket")" 100

say '2. The builders start. The ticket follows its subtickets to Package Building.'
call PATCH "/updatesubticketstatus/$ssl_sub/" '{"current_workflow_step": "200", "status": "100"}' >/dev/null
call PATCH "/updatesubticketstatus/$curl_sub/" '{"current_workflow_step": "200", "status": "100"}' >/dev/null
expect "the step of $key" "$(where "$ticket")" 200
say "   $key is at step $(where "$ticket")"

say '3. openssl builds. curl does not, and the builder says why and where the log is.'
call PATCH "/updatesubticketstatus/$ssl_sub/" '{"current_workflow_step": "200", "status": "1000"}' >/dev/null
call PATCH "/updatesubticketstatus/$curl_sub/" "{\"current_workflow_step\": \"999\", \"status\": \"999\", \"reason\": \"test 1560 failed: undefined reference to SSL_CTX_set_ciphersuites\", \"code\": \"build.tests_failed\", \"kind\": \"product\", \"log\": \"http://builds.example/$run/curl.log\"}" >/dev/null
expect "the step of $key" "$(where "$ticket")" 999
full=$(call GET "/ticket/$ticket/")
say "   $key failed at step $(printf '%s' "$full" | field failed_at_step): $(printf '%s' "$full" | field summary)"
say "   log: $(printf '%s' "$full" | field log)"

say '4. Bob uploads a fixed curl. The new subticket supersedes the failed one, and the ticket is back where it was.'
# The package is known: creating it again answers the one there is.
package=$(call POST /sourcepackage/ '{"name": "curl"}' | own id)
spu=$(call POST /spu/ "{\"sourcepackage\": \"/api/v1/sourcepackage/$package/\", \"version\": \"7.88.1-10+deb12u9\"}" | own id)
curl_again=$(call POST /subticket/ "{\"source_package_upload\": \"/api/v1/spu/$spu/\", \"ticket\": \"/api/v1/ticket/$ticket/\", \"assignee\": \"bob@debian.example\"}" | own id)
call POST /subticketartifact/ "{\"name\": \"curl_7.88.1-10+deb12u9.dsc\", \"subticket\": \"/api/v1/subticket/$curl_again/\", \"reference\": \"http://deb.debian.org/debian/pool/main/c/curl/curl_7.88.1-10+deb12u9.dsc\", \"type\": \"SPU\"}" >/dev/null
expect 'superseded_by of the failed subticket' "$(call GET "/subticket/$curl_sub/" | field superseded_by)" "/api/v1/subticket/$curl_again/"
expect "the step of $key" "$(where "$ticket")" 200
call PATCH "/updatesubticketstatus/$curl_again/" '{"current_workflow_step": "200", "status": "1000"}' >/dev/null
expect "the status of $key" "$(call GET "/ticketstatus/$ticket/" | field status)" 1000
say "   both packages are built: $key is at 200 with status 1000"

say '5. The lander waits for image testing while the image builder works.'
( sleep 1
  call PATCH "/updateticketstatus/$ticket/" '{"current_workflow_step": "300", "status": "000"}' >/dev/null
  call POST /ticketartifact/ "{\"name\": \"image-$run\", \"ticket\": \"/api/v1/ticket/$ticket/\", \"reference\": \"http://images.example/$run.img\", \"type\": \"IMAGE\"}" >/dev/null
  call PATCH "/updateticketstatus/$ticket/" '{"current_workflow_step": "400", "status": "000"}' >/dev/null ) &
builder=$!
# A GET without a key: waiting changes nothing.
step=$(curl --silent --show-error --max-time 60 "$api/ticket/$ticket/?wait=30&until=step%3E%3D400" | field current_workflow_step)
wait "$builder" || fail 'the image builder was refused'
expect "the step of $key" "$step" 400
say "   woken at step $step"

say '6. The tests pass, the packages are published, the change is complete.'
call POST /ticketartifact/ "{\"name\": \"dep8-$run\", \"ticket\": \"/api/v1/ticket/$ticket/\", \"reference\": \"http://tests.example/$run.xml\", \"type\": \"RESULTS\"}" >/dev/null
call PATCH "/updateticketstatus/$ticket/" '{"current_workflow_step": "400", "status": "1000"}' >/dev/null
call PATCH "/updateticketstatus/$ticket/" '{"current_workflow_step": "500", "status": "000"}' >/dev/null
call PATCH "/updateticketstatus/$ticket/" '{"current_workflow_step": "1000", "status": "1000"}' >/dev/null
expect "the step of $key" "$(where "$ticket")" 1000
open=$(call GET "/opentickets/?id=$ticket" | sed -n 's/.*"total_count":\([0-9]*\).*/\1/p')
expect "$key among the open tickets" "$open" 0

say "7. What happened to $key:"
call GET "/ticket/$ticket/history/?limit=100" | tr '{' '\n' | sed -n 's/.*"time":"\([^"]*\)".*"line":"\([^"]*\)".*/   \1  \2/p' |
  sed 's/T\([0-9:]*\)\.[0-9]*Z/ \1/'
say
say "$key is complete: $base/api/v1/fullticket/$ticket/"
