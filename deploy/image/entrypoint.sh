#!/bin/sh
# What a container of this image does: `entrypoint.sh ROLE [ARGUMENTS...]`.
# Every role replaces this shell, so that signals reach the program itself.
set -eu
role=${1:-web}
[ $# -eq 0 ] || shift
cd /app

case $role in
web) exec gunicorn --config gunicorn.conf.py "$@" ;;
worker) exec python manage.py worker "$@" ;;
# One look at the clock: enqueues the jobs that are due, and ends.
scheduler) exec python manage.py enqueue_due "$@" ;;
# Once, before the new version starts; never in every replica's start.
migrate)
    python manage.py migrate --no-input "$@"
    python manage.py createcachetable
    # Tables that are new are granted before anybody asks for them.
    if [ -n "${DATABASE_LOGIN_SECRETS:-}" ]; then
        exec python manage.py database_roles --secrets "$DATABASE_LOGIN_SECRETS"
    fi
    ;;
manage) exec python manage.py "$@" ;;
*)
    echo "Unknown role: $role. Use web, worker, scheduler, migrate or manage." >&2
    exit 64
    ;;
esac
