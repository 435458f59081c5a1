#!/usr/bin/env bash
# Try the site from outside, as people reach it: deploy/smoke.sh https://vault.example.com
# Patient for a minute: a balancer takes its time to see new pods.
set -euo pipefail
site=${1:?usage: deploy/smoke.sh https://HOST}
wait=(--retry "${SMOKE_RETRIES:-10}" --retry-delay "${SMOKE_DELAY:-6}" --retry-all-errors)

fail() {
    echo "$site: $*" >&2
    exit 1
}
status() { curl -sS -o /dev/null -w '%{http_code}' "$@"; }

page=$(curl -fsS "${wait[@]}" "$site/account/login/") || fail "the sign-in page does not come"
grep -q csrfmiddlewaretoken <<<"$page" || fail "what comes is not the sign-in page"
# Each part: the one that serves it answers, and not the one for the rest.
for path in /files/ /notifications/ /admin/; do
    [ "$(status "$site$path")" = 302 ] || fail "$path does not ask visitors to sign in"
done
# Health and metrics are for the inside.
for path in /readyz /metrics; do
    [ "$(status "$site$path")" = 404 ] || fail "$path is open to everybody"
done
case $site in https://*)
    [ "$(status "http://${site#https://}/")" = 301 ] || fail "http is not redirected to https"
    ;;
esac
echo "$site answers as it should."
