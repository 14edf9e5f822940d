#!/bin/sh
# The night without Dagster's daemon: last night's date in China, one log, the command's own exit status.
#   night.sh        the night that has just ended
#   night.sh tidy   old published nights go
set -eu
umask 027
settings=${KONGCHUO_SETTINGS:-/etc/kongchuo/kongchuo.env}
program=${KONGCHUO_PROGRAM:-/opt/kongchuo/.venv/bin/kongchuo}
export KONGCHUO_LOG=${KONGCHUO_LOG:-text}
log=${KONGCHUO_LOG_FILE:-/var/log/kongchuo/night.log}
set -a
# shellcheck disable=SC1090 - a file of NAME=value lines
. "$settings"
set +a

set -- "${1:-run}"
case $1 in
  run) set -- run --as-of "$(TZ=Asia/Shanghai date -d yesterday +%F)" --landing "$KONGCHUO_LANDING" --suites ;;
  tidy) set -- tidy ;;
  *) echo "night.sh: '$1' is neither run nor tidy" >&2; exit 2 ;;
esac
set -- "$@" --home "$KONGCHUO_HOME" ${KONGCHUO_POLICY:+--policy "$KONGCHUO_POLICY"}

status=0
{
  echo "$(date '+%F %T %z') begin: $1 ${3:-}"
  "$program" "$@" || status=$?
  echo "$(date '+%F %T %z') end: $1, exit status $status"
} >> "$log" 2>&1
# 0 published, 1 blocked, 2 something to mend: one line for cron's mail beside the alert.
[ "$status" = 0 ] || echo "kongchuo $1: exit status $status, see $log" >&2
exit "$status"
