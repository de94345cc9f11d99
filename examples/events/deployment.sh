#!/bin/sh
# Something was deployed.
#   examples/events/deployment.sh            STAMP_URL=http://localhost:8001 TICKET=TKT-1 examples/events/deployment.sh
set -eu
. "$(dirname "$0")/send.sh"

# Named here: the event is in that ticket's history too.
ticket=${TICKET:+"\"ticket\": \"$TICKET\","}

send "{\"specversion\": \"1.0\", \"id\": \"deployment.finished-$run\", \"source\": \"https://deploy.example/shop\", \"type\": \"deployment.finished\", ${ticket-}
  \"link\": \"https://deploy.example/shop/$run\",
  \"data\": {\"service\": \"shop\", \"version\": \"1.2.3\", \"environment\": \"qa\", \"outcome\": \"succeeded\"}}"
