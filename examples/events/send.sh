# Sourced by the examples beside it: `send JSON` posts one event to $STAMP_URL and shows its line.
base=${STAMP_URL:-http://localhost:8000}
run=${RUN:-$(date +%s)-$$}

# Exit code 1 when the server does not take it. The answer's lines are what the stream shows.
send() {
  reply=$(curl --silent --show-error --max-time 10 --write-out '\n%{http_code}' \
    --header "Content-Type: ${2:-application/cloudevents+json}" --data "$1" "$base/events") || exit 1
  status=${reply##*
}
  answer=${reply%
*}
  case $status in
    200 | 202) printf '%s\n' "$answer" | tr '{' '\n' | sed -n 's/.*"severity":"\([^"]*\)","line":"\(.*\)","ticket".*/\1  \2/p' ;;
    *) printf '%s answered %s: %s\n' "$base/events" "$status" "$answer" >&2; exit 1 ;;
  esac
}
