#!/usr/bin/env bash
# Bring what render.py wrote onto the cluster: migrate, then roll out, try, and roll back what fails.
#   deploy/rollout.sh MANIFESTS.yaml [https://HOST]
# kubectl must point to the cluster: aws eks update-kubeconfig --name CLUSTER
# With the site's address it is tried from outside, too (deploy/smoke.sh).
set -euo pipefail
manifests=${1:?usage: deploy/rollout.sh MANIFESTS.yaml [https://HOST]}
site=${2:-}
kube() { kubectl --namespace devops360 "$@"; }
deployments=(accounts admin files notifications worker)

roll_back() {
    echo "== $* Rolling back." >&2
    local deployment
    for deployment in "${deployments[@]}"; do
        kube rollout undo "deployment/$deployment"
    done
    for deployment in "${deployments[@]}"; do
        kube rollout status "deployment/$deployment" --timeout=10m
    done
    exit 1
}

echo "== Settings, accounts, policies"
# Everything but what runs: the migration needs its account and its settings.
kube apply --server-side --selector '!app.kubernetes.io/name' -f "$manifests"

echo "== Migration"
kube delete job migrate --ignore-not-found --wait
kube apply --server-side --selector app.kubernetes.io/name=migrate -f "$manifests"
if ! kube wait --for=condition=complete --timeout=30m job/migrate; then
    kube logs job/migrate --tail=50 || true
    echo "The migration failed. Nothing was rolled out: the running version goes on." >&2
    exit 1
fi

echo "== Roll-out"
kube apply --server-side --selector 'app.kubernetes.io/name,app.kubernetes.io/name!=migrate' -f "$manifests"
failed=()
for deployment in "${deployments[@]}"; do
    kube rollout status "deployment/$deployment" --timeout=10m || failed+=("$deployment")
done
[ "${#failed[@]}" -eq 0 ] || roll_back "Not ready: ${failed[*]}."

[ -n "$site" ] || exit 0
echo "== From outside"
"$(dirname "$0")/smoke.sh" "$site" || roll_back "Not served as it should be."
