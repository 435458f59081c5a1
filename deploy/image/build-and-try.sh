#!/usr/bin/env bash
# Build the image without a container engine, and try it: on Debian, as root, from nothing.
#   deploy/image/build-and-try.sh [--base-only | --try-only | --twice]
# --twice builds it again: the layers must be the same, byte by byte.
# The base is Debian trixie by debootstrap, kept in BASE_DIR; the image is built and run by buildah
# with its own storage, as plain files. BASE=docker.io/library/python:… builds on another base.
set -euo pipefail
cd "$(dirname "$0")/../.."

BASE_DIR=${BASE_DIR:-/var/tmp/devops360-base}
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
export CONTAINERS_STORAGE_CONF=$BASE_DIR/storage.conf
IMAGE=localhost/devops360:tried
MAX_MEGABYTES=600
# Packages may have to be fetched through a proxy or a certificate authority of one's own.
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

say() { printf '\n== %s\n' "$*"; }
fail() {
    echo "FAILED: $*" >&2
    exit 1
}

for program in debootstrap buildah; do
    command -v "$program" >/dev/null || fail "apt-get install debootstrap buildah"
done
[ "$(id -u)" -eq 0 ] || fail "run as root: debootstrap and chroot need it"

mkdir -p "$BASE_DIR"
cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "vfs"
graphroot = "$BASE_DIR/storage"
runroot = "$BASE_DIR/run"
END

BASE=${BASE:-localhost/devops360-base:trixie}
if [ "$BASE" = localhost/devops360-base:trixie ] && ! buildah inspect "$BASE" >/dev/null 2>&1; then
    say "Base: Debian trixie by debootstrap"
    rm -rf "$BASE_DIR/root"
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates trixie \
        "$BASE_DIR/root" >"$BASE_DIR/debootstrap.log" 2>&1 || {
        tail -5 "$BASE_DIR/debootstrap.log" >&2
        fail "debootstrap; is the Debian mirror reachable?"
    }
    rm -rf "$BASE_DIR"/root/var/cache/apt/* "$BASE_DIR"/root/var/lib/apt/lists/*
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$BASE_DIR/root" / >/dev/null
    buildah commit --quiet "$container" "$BASE" >/dev/null
    buildah rm "$container" >/dev/null
    rm -rf "$BASE_DIR/root"
fi
[ "${1:-}" != --base-only ] || exit 0

build() { # build TAG
    local certificates=() epoch
    [ ! -e "$CERTIFICATES" ] || certificates=(--volume "$CERTIFICATES:$CERTIFICATES:ro")
    epoch=$(git log -1 --format=%ct)
    buildah bud --format docker --quiet --layers=false --timestamp "$epoch" "${certificates[@]}" \
        --build-arg "BASE=$BASE" --build-arg "REVISION=$(git rev-parse HEAD)" --tag "$1" . >/dev/null
}
# Not the image's own id: Docker's format names the container that it was built in.
digests() { buildah inspect --type image --format '{{.Docker.RootFS.DiffIDs}}' "$1"; }

if [ "${1:-}" != --try-only ]; then
    say "Image"
    # Of the last one only the base is kept: layers are whole copies, as vfs has it.
    buildah rm --all >/dev/null
    buildah rmi --force "$IMAGE" >/dev/null 2>&1 || true
    buildah rmi --prune --force >/dev/null
    build "$IMAGE"
fi
if [ "${1:-}" = --twice ]; then
    say "The same once more"
    first=$(digests "$IMAGE")
    build "$IMAGE"
    [ "$first" = "$(digests "$IMAGE")" ] || fail "built twice: $first and $(digests "$IMAGE")"
    echo "one and the same: $first"
fi

container=$(buildah from "$IMAGE")
data=$(mktemp -d "$BASE_DIR/try.XXXXXX")
finish() {
    local file
    for file in "$data"/*.pid; do
        [ ! -e "$file" ] || kill -9 "$(cat "$file")" 2>/dev/null || true
    done
    wait
    buildah rm "$container" >/dev/null
    rm -rf "$data"
}
trap finish EXIT
mkdir "$data/media"
chown 10001:10001 "$data" "$data/media"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
in_image() {
    buildah run --volume "$data:/data" --env PORT="$port" --env BIND_ADDRESS=127.0.0.1 \
        --env SITE_URL=https://vault.example.com --env SECRET_KEY="$(printf 'k%.0s' {1..60})" \
        --env EMAIL_URL=smtp://127.0.0.1:1 --env TRUSTED_PROXIES=1 \
        --env DATABASE_URL=sqlite:////data/db.sqlite3 --env MEDIA_ROOT=/data/media \
        --env WORKER_HEARTBEAT=/data/worker-heartbeat \
        "$container" -- "$@"
}
role() { in_image /app/deploy/image/entrypoint.sh "$@"; }
python_in_image() { in_image python -c "$1"; }

wait_for() { # wait_for WHAT COMMAND...: try for a minute
    local what=$1
    shift
    for _ in $(seq 120); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.5
    done
    cat "$data"/*.log >&2 || true
    fail "$what"
}

start() { # start ROLE: in the background; the entry point keeps the number that the shell has
    # shellcheck disable=SC2016  # expanded inside of the container
    in_image sh -c 'echo $$ >"/data/$0.pid"; exec /app/deploy/image/entrypoint.sh "$0"' "$1" \
        >"$data/$1.log" 2>&1 &
}

stop() { # stop ROLE LAUNCHER: SIGTERM must end it by itself, with status 0
    local status=0
    kill -TERM "$(cat "$data/$1.pid")"
    wait "$2" || status=$?
    [ "$status" -eq 0 ] || fail "$1 ended with $status after SIGTERM"
    rm "$data/$1.pid"
    echo "$1: ended by SIGTERM"
}

say "What it is"
config=$(buildah inspect --type image --format '{{.Docker.Config.User}} {{.Docker.Config.Entrypoint}} {{len .Docker.Config.Healthcheck.Test}}' "$IMAGE")
[ "$config" = '10001:10001 [/app/deploy/image/entrypoint.sh] 3' ] || fail "user, entry point or health check: $config"
# All of ours is one layer over the base's: nothing that a later one hides is carried along.
layers() { buildah inspect --type image --format '{{len .Docker.RootFS.DiffIDs}}' "$1"; }
[ "$(layers "$IMAGE")" -eq $(($(layers "$BASE") + 1)) ] || fail "$(layers "$IMAGE") layers"
labels=$(buildah inspect --type image --format '{{index .Docker.Config.Labels "org.opencontainers.image.revision"}}' "$IMAGE")
grep -qE '^[0-9a-f]{40}$' <<<"$labels" || fail "its label does not name a revision: $labels"
root=$(buildah mount "$container")
megabytes=$(du -sm "$root" | cut -f1)
[ "$megabytes" -le "$MAX_MEGABYTES" ] || fail "$megabytes MB is more than $MAX_MEGABYTES"
for banned in usr/bin/gcc usr/bin/cc opt/uv app/.git app/tests app/files/tests; do
    [ ! -e "$root/$banned" ] || fail "/$banned is in the image"
done
python3 - "$root/opt/venv" <<'END' || fail "its bill of materials is another one than what is in it"
import json, pathlib, re, sys

venv = pathlib.Path(sys.argv[1])
listed = {(part["name"], part["version"]) for part in json.loads((venv / "sbom.cdx.json").read_text())["components"]}
there = set()
for metadata in venv.glob("lib/python*/site-packages/*.dist-info/METADATA"):
    text = metadata.read_text()
    there.add(tuple(re.search(rf"^{field}: (.+)$", text, re.M)[1] for field in ("Name", "Version")))
print(f"{len(there)} packages, each in the bill of materials")
sys.exit(listed != there or len(there) < 20)
END
buildah umount "$container" >/dev/null
echo "$megabytes MB, user 10001, no compiler, no tests"

# Folders that the process may not look into are none that it could change.
writable=$(in_image find /app /opt /srv /usr /etc -xdev -writable -not -type l 2>/dev/null || true)
[ -z "$writable" ] || fail "the process could change: $writable"
echo "nothing of its own that it could change"

say "Each role"
role migrate --verbosity 0
role manage check --fail-level ERROR >/dev/null
role scheduler
if role nonsense 2>/dev/null; then fail "an unknown role was accepted"; fi

start worker
worker=$!
start web
web=$!

browse() { curl -fsS -H 'Host: vault.example.com' -H 'X-Forwarded-Proto: https' "http://127.0.0.1:$port$1"; }
wait_for "the site did not answer" browse /livez
wait_for "the worker has no heartbeat" test -e "$data/worker-heartbeat"
# The balancer and the node ask by the pod's address, not by the site's name.
curl -fsS "http://127.0.0.1:$port/readyz" >/dev/null || fail "/readyz under another Host"
page=$(browse /account/login/)
grep -q 'csrfmiddlewaretoken' <<<"$page" || fail "no sign-in page"
style=$(grep -oE '/static/style\.[0-9a-f]+\.css' <<<"$page" | head -1)
browse "$style" >/dev/null || fail "no style sheet"
in_image python deploy/image/healthcheck.py || fail "the worker's health check"
in_image env WORKER_HEARTBEAT= python deploy/image/healthcheck.py || fail "the site's health check"
echo "the site answers, with its style sheet; the worker beats"

stop web "$web"
stop worker "$worker"
if in_image env WORKER_HEARTBEAT= python deploy/image/healthcheck.py; then
    fail "the health check passes without a site"
fi
say "Image built and tried"
