# shellcheck shell=bash
# shellcheck disable=SC2034  # variables are for the scripts that read this one
# What `up` and `down` share.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
environment=${1:-}
outputs=var/infra/$environment.outputs.json
python=.venv/bin/python

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || fail "$program is missing. infra/README.md says what is needed."
    done
}

terraform_in() { terraform -chdir=infra "$@"; }

value_of() { # value_of NAME: from the environment's variables
    sed -nE "s/^$1[[:space:]]*=[[:space:]]*\"(.*)\"/\1/p" "infra/env/$environment.tfvars"
}

check_environment() {
    [ -f "infra/env/$environment.tfvars" ] || fail "Say which: ENV=dev, staging or production."
    local account actual
    account=$(value_of account_id)
    [ "$account" != 000000000000 ] || fail "Put your own values into infra/env/$environment.tfvars first."
    actual=$(aws sts get-caller-identity --query Account --output text) || fail "Sign in to AWS first: aws sso login"
    [ "$account" = "$actual" ] || fail "infra/env/$environment.tfvars is for account $account, and you are signed in to $actual."
}

confirm() { # confirm WORD QUESTION
    local answer
    [ "${CONFIRM:-}" != "$1" ] || return 0
    printf '%s Type %s to go on: ' "$2" "$1"
    read -r answer
    [ "$answer" = "$1" ] || fail "Nothing was changed."
}
