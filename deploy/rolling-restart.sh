#!/bin/sh
# Restarts the servers behind a proxy one after the other, each when the one before is ready again: no request fails.
#
#   deploy/rolling-restart.sh 8001 8002 8003      restarts stampline@8001.service and so on, with systemctl
#
# Another way to restart: STAMPLINE_RESTART=./restart-one deploy/rolling-restart.sh 8001 …, a program that gets the port and
# ends when the old process has ended.
set -eu

restart=${STAMPLINE_RESTART:-}
[ $# -gt 0 ] || { echo 'usage: deploy/rolling-restart.sh PORT…' >&2; exit 2; }

is_ready() {
  [ "$(curl --silent --max-time 3 --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$1/readyz")" = 200 ]
}

for port in "$@"; do
  is_ready "$port" || { echo "The server on port $port isn't ready: nothing more is restarted." >&2; exit 1; }
done
for port in "$@"; do
  if [ -n "$restart" ]; then $restart "$port"; else systemctl restart "stampline@$port.service"; fi
  waited=0
  until is_ready "$port"; do
    waited=$((waited + 1))
    [ "$waited" -lt 120 ] || { echo "The server on port $port isn't ready after a minute: look at its log." >&2; exit 1; }
    sleep 0.5
  done
  # Until the proxy has seen it too.
  sleep 1
  echo "$port is ready again"
done
