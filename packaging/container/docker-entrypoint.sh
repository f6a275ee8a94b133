#!/bin/sh
# Starts mailrail as LocalStack's entry point of this name starts LocalStack: without arguments it serves. It heeds the few of
# LocalStack's variables that say something of queues.
set -eu

if [ $# -gt 0 ] && [ "$1" != serve ]; then exec mailrail "$@"; fi
if [ $# -gt 0 ]; then shift; fi

# The first of the addresses to listen on, whose host may be missing.
if [ -n "${GATEWAY_LISTEN:-}" ]; then
  listen=${GATEWAY_LISTEN%%,*}
  case $listen in
    :*) listen=0.0.0.0$listen ;;
    *:*) ;;
    *) listen=$listen:4566 ;;
  esac
  export MAILRAIL_LISTEN="$listen"
fi
case ${SQS_ENDPOINT_STRATEGY:-} in
  path | standard) export MAILRAIL_URL_STYLE="$SQS_ENDPOINT_STRATEGY" ;;
esac
if [ -n "${DEFAULT_REGION:-}" ]; then export MAILRAIL_REGION="$DEFAULT_REGION"; fi

for each in /etc/localstack/init/*/* /docker-entrypoint-initaws.d/*; do
  if [ -e "$each" ]; then echo "mailrail: $each is not run: declare queues in a topology file, and name it by MAILRAIL_TOPOLOGY." >&2; fi
done

export MAILRAIL_COMPAT="${MAILRAIL_COMPAT:-localstack}"
exec mailrail serve --insecure "$@"
