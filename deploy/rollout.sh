#!/usr/bin/env bash
# Bring what render.py wrote onto the cluster: migrate, then roll out, and roll back what fails.
#   deploy/rollout.sh MANIFESTS.yaml
# kubectl must point to the cluster: aws eks update-kubeconfig --name CLUSTER
set -euo pipefail
manifests=${1:?usage: deploy/rollout.sh MANIFESTS.yaml}
kube() { kubectl --namespace devops360 "$@"; }
deployments=(accounts admin files notifications worker)

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
[ "${#failed[@]}" -gt 0 ] || exit 0

echo "== Not ready: ${failed[*]}. Rolling back." >&2
for deployment in "${deployments[@]}"; do
    kube rollout undo "deployment/$deployment"
done
for deployment in "${deployments[@]}"; do
    kube rollout status "deployment/$deployment" --timeout=10m
done
exit 1
