"""GitHub's workflows and CodeBuild: nothing granted that is not needed, and no key to lose."""

import re
from typing import Any

from tests.infra.project import Complaints, Fault, Project, check

FOLDER = ".github/workflows"
ORDER = (
    "anchore/scan-action",
    "docker/build-push-action",
    "cosign sign",
    "cosign verify",
    "deploy/render.py",
    "deploy/rollout.sh",
)


def workflows(project: Project) -> list[str]:
    return project.files(f"{FOLDER}/*.yml")


def steps_of(workflow: Any) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def commands_of(project: Project) -> list[str]:
    phases = project.yaml("buildspec.yml")["phases"].values()
    return [line for phase in phases for line in phase["commands"]]


@check
def nothing_is_granted_but_where_it_is_needed(project: Project) -> Complaints:
    for path in workflows(project):
        content = project.yaml(path)
        if content["permissions"] != {}:
            yield f"{path}: every job is granted {content['permissions']}"
        for name, job in content["jobs"].items():
            granted = job.get("permissions", {"everything": "by default"})
            if granted.keys() - {"contents", "id-token"} or granted.get("contents") != "read":
                yield f"{path}: {name} is granted {granted}"
            if job.get("timeout-minutes", 360) > 90:
                yield f"{path}: {name} may hang for hours"


@check
def actions_are_pinned_with_their_version(project: Project) -> Complaints:
    for path in workflows(project):
        for action, comment in re.findall(r"uses: (\S+)(.*)", project.text(path)):
            if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action):
                yield f"{path}: {action} can be moved"
            if not re.search(r"# v\d+\.\d+\.\d+$", comment):
                yield f"{path}: {action} does not say its version"


@check
def there_is_no_key_to_lose(project: Project) -> Complaints:
    """AWS is reached by roles that GitHub's own token is changed for."""
    for path in workflows(project):
        for words in ("secrets.", "aws-access-key-id"):
            if words in project.text(path):
                yield f"{path}: {words}"


@check
def only_approved_runs_apply_and_deploy(project: Project) -> Complaints:
    apply = project.yaml(f"{FOLDER}/apply.yml")
    if apply["jobs"]["apply"].get("environment") != "${{ inputs.environment }}-infra":
        yield "apply.yml runs outside of the environment that a person must approve"
    # True is what YAML makes of the word "on".
    if list(apply[True]) != ["workflow_dispatch"]:
        yield f"apply.yml starts by itself: {list(apply[True])}"
    for name, job in project.yaml(f"{FOLDER}/deploy.yml")["jobs"].items():
        if "environment" not in job:
            yield f"deploy.yml: {name} runs in no environment"


@check
def what_is_deployed_was_scanned_signed_and_named_by_digest(project: Project) -> Complaints:
    steps = steps_of(project.yaml(f"{FOLDER}/deploy.yml"))
    names = [step.get("uses", step.get("run", "")) for step in steps]
    at = -1
    for word in ORDER:
        later = [index for index, name in enumerate(names) if index > at and word in name]
        if not later:
            yield f"{word} does not come in its turn"
            return
        at = later[0]


def subjects_of(content: Any) -> dict[str, set[str]]:
    """Return what GitHub's token says of a workflow's runs, by the kind of role that they take."""
    found: dict[str, set[str]] = {}
    # True is what YAML makes of the word "on".
    triggers = set(content[True])
    for job in content["jobs"].values():
        taken = set(re.findall(r"vars\.(PLAN|APPLY|DEPLOY)_ROLE_ARN", str(job["steps"])))
        if "environment" in job:
            name = re.sub(r"\$\{\{.*?\}\}", "${environment}", job["environment"])
            said = {f"environment:{name}"}
        else:
            said = {"pull_request"} & triggers
            said |= {"ref:refs/heads/main"} if triggers - {"pull_request"} else set()
        for role in taken:
            found.setdefault(role.lower(), set()).update(said)
    return found


@check
def roles_are_for_the_runs_that_take_them(project: Project) -> Complaints:
    """AWS refuses a run that its role does not name: one by the clock comes from main."""
    text = project.text("infra/bootstrap/main.tf")
    block = text[text.index("subjects = merge(") :].partition("\n  )\n")[0]
    trusted = {
        role: set(re.findall(r'"repo:\$\{var\.github_repository\}:([^"]+)"', listed))
        for role, listed in re.findall(r"(plan|apply|deploy)\S* =>? \[(.*)\] \}", block)
    }
    taken: dict[str, set[str]] = {}
    for path in workflows(project):
        for role, said in subjects_of(project.yaml(path)).items():
            taken.setdefault(role, set()).update(said)
    for role in sorted(taken.keys() | trusted.keys()):
        if taken.get(role) != trusted.get(role):
            yield f"{role} is for {trusted.get(role)}, and taken by {taken.get(role)}"


@check
def a_deployed_site_is_tried_and_taken_back(project: Project) -> Complaints:
    """The address is what has rollout.sh try it: test_rollout.py, test_smoke.py."""
    runs = {
        "deploy.yml": [s.get("run", "") for s in steps_of(project.yaml(f"{FOLDER}/deploy.yml"))],
        "buildspec.yml": commands_of(project),
    }
    for name, lines in runs.items():
        if not any(re.search(r'rollout\.sh manifests\.yaml "\$', line) for line in lines):
            yield f"{name} rolls out, and does not try what it has rolled out"


# The programs of .ci/run that each machine has by itself, or installs otherwise.
THERE_ALREADY = {
    "check.yml": {"buildah", "chromium", "curl", "debootstrap", "git", "make", "postgresql"},
    "buildspec.yml": {"buildah", "chromium", "curl", "debootstrap", "git", "make"},
}


@check
def what_tests_need_is_installed(project: Project) -> Complaints:
    """REQUIRE_ALL=1 makes a failure of what is missing: better a line here than a red run there."""
    ci = project.text(".ci/run")
    needed = {
        *re.findall(r"need ([a-z][\w-]+) ", ci),
        *re.findall(r"packages\+=\(([\w-]+)\)", ci),
    }
    texts = {
        "check.yml": project.text(f"{FOLDER}/check.yml"),
        "buildspec.yml": project.text("buildspec.yml"),
    }
    for name, text in texts.items():
        lines = re.findall(r"apt-get install(.*)", text.replace("\\\n", " "))
        installed = {word for line in lines for word in line.split()}
        for package in sorted(needed - THERE_ALREADY[name] - installed):
            yield f"{name} does not install {package}"


@check
def codebuild_deploys_by_the_same_scripts(project: Project) -> Complaints:
    for script in ("deploy/render.py", "deploy/rollout.sh"):
        if not any(script in line for line in commands_of(project)):
            yield f"{script} is not run"
    # A command that fails must not be followed by a roll-out.
    for name, phase in project.yaml("buildspec.yml")["phases"].items():
        if phase.get("on-failure") != "ABORT":
            yield f"{name} goes on after a failure"


@check
def the_pipeline_hands_over_what_codebuild_reads(project: Project) -> Complaints:
    """Variables of the module and of buildspec.yml are the same."""
    module = project.text("infra/modules/pipeline/main.tf")
    block = module[module.index("for_each = {") : module.index("content {")]
    given = set(re.findall(r"^\s+([A-Z_]+)\s+=", block, re.MULTILINE))
    own = {"KUBECTL_VERSION", "TERRAFORM_VERSION"}
    read = set(re.findall(r"\$\{?([A-Z_]+)", project.text("buildspec.yml"))) - own
    read = {name for name in read if not name.startswith("CODEBUILD_")}
    if read != given:
        yield f"either read or given, not both: {sorted(read ^ given)}"


@check
def terraform_is_of_one_version(project: Project) -> Complaints:
    paths = [*workflows(project), "buildspec.yml"]
    found = {
        version
        for path in paths
        for version in re.findall(
            r"(?:terraform_version|TERRAFORM_VERSION): (\S+)", project.text(path)
        )
    }
    if len(found) != 1:
        yield f"Terraform is of {sorted(found)}"


@check
def a_change_is_checked_before_it_counts(project: Project) -> Complaints:
    """A pull request and a build run what README.md calls the tests, and what checks infra/."""
    wanted = ("make check", "make check-infra", "make test")
    check_yml = project.yaml(f"{FOLDER}/check.yml")
    if "pull_request" not in check_yml[True]:
        yield "check.yml does not run for pull requests"
    runs = {
        "check.yml": [step.get("run", "") for step in steps_of(check_yml)],
        "buildspec.yml": commands_of(project),
    }
    for name, lines in runs.items():
        for command in wanted:
            if not any(re.search(rf"{command}( |$)", line, re.MULTILINE) for line in lines):
                yield f"{name} does not run {command}"
    if "make test " not in project.text("README.md"):
        yield "README.md names another command than make test"


def _text(name: str, old: str, new: str) -> Any:
    return lambda project: project.with_text(f"{FOLDER}/{name}", old, new)


def _build(old: str, new: str) -> Any:
    return lambda project: project.with_text("buildspec.yml", old, new)


FAULTS = (
    Fault(
        nothing_is_granted_but_where_it_is_needed,
        _text("check.yml", "permissions: {}", "permissions: write-all"),
        "every job is granted write-all",
    ),
    Fault(
        nothing_is_granted_but_where_it_is_needed,
        _text("deploy.yml", "      contents: read\n", "      contents: write\n"),
        "build is granted",
    ),
    Fault(
        nothing_is_granted_but_where_it_is_needed,
        _text("plan.yml", "    timeout-minutes: 20\n", ""),
        "may hang for hours",
    ),
    Fault(
        actions_are_pinned_with_their_version,
        _text("apply.yml", "@de0fac2e4500dabe0009e67214ff5f5447ce83dd", "@v6"),
        "checkout@v6 can be moved",
    ),
    Fault(
        actions_are_pinned_with_their_version,
        _text("apply.yml", " # v6.0.2", ""),
        "does not say its version",
    ),
    Fault(
        there_is_no_key_to_lose,
        _text("deploy.yml", "vars.DEPLOY_ROLE_ARN", "secrets.AWS_KEY"),
        "secrets.",
    ),
    Fault(
        only_approved_runs_apply_and_deploy,
        _text("apply.yml", "    environment: ${{ inputs.environment }}-infra\n", ""),
        "a person must approve",
    ),
    Fault(
        only_approved_runs_apply_and_deploy,
        _text("apply.yml", "on:\n", "on:\n  push:\n"),
        "starts by itself",
    ),
    Fault(
        only_approved_runs_apply_and_deploy,
        _text("deploy.yml", "    environment: ${{ inputs.environment || 'dev' }}\n", ""),
        "runs in no environment",
    ),
    Fault(
        what_is_deployed_was_scanned_signed_and_named_by_digest,
        _text("deploy.yml", "cosign verify", "cosign version"),
        "cosign verify does not come",
    ),
    Fault(
        roles_are_for_the_runs_that_take_them,
        lambda p: p.with_text(
            "infra/bootstrap/main.tf", ', "repo:${var.github_repository}:ref:refs/heads/main"', ""
        ),
        "plan is for {'pull_request'}, and taken by .*refs/heads/main",
    ),
    Fault(
        roles_are_for_the_runs_that_take_them,
        lambda p: p.with_text(
            "infra/bootstrap/main.tf", "environment:${environment}-infra", "ref:refs/heads/main"
        ),
        "apply is for {'ref:refs/heads/main'}",
    ),
    Fault(
        roles_are_for_the_runs_that_take_them,
        _text("plan.yml", '  pull_request:\n    paths: ["infra/**"]\n', ""),
        "plan is for .*, and taken by {'ref:refs/heads/main'}",
    ),
    Fault(
        a_deployed_site_is_tried_and_taken_back,
        _text("deploy.yml", ' "$(jq -r .site_url.value outputs.json)"', ""),
        "deploy.yml rolls out",
    ),
    Fault(
        a_deployed_site_is_tried_and_taken_back,
        _build(' "$site"', ""),
        "buildspec.yml rolls out",
    ),
    Fault(
        what_tests_need_is_installed,
        _text("check.yml", " gettext ", " "),
        "check.yml does not install gettext",
    ),
    Fault(
        what_tests_need_is_installed,
        _build(" postgresql\n", "\n"),
        "buildspec.yml does not install postgresql",
    ),
    Fault(
        codebuild_deploys_by_the_same_scripts,
        _build("deploy/rollout.sh manifests.yaml", "kubectl apply -f manifests.yaml"),
        "deploy/rollout.sh is not run",
    ),
    Fault(
        codebuild_deploys_by_the_same_scripts,
        _build("on-failure: ABORT", "on-failure: CONTINUE"),
        "goes on after a failure",
    ),
    Fault(
        the_pipeline_hands_over_what_codebuild_reads,
        _build('"$OUTPUTS_JSON"', '"$ALL_OUTPUTS"'),
        "ALL_OUTPUTS.*OUTPUTS_JSON",
    ),
    Fault(
        terraform_is_of_one_version,
        _text("plan.yml", "terraform_version: 1.11.4", "terraform_version: 1.12.0"),
        "1.11.4.*1.12.0",
    ),
    Fault(
        a_change_is_checked_before_it_counts,
        _text("check.yml", "      - run: make check-infra\n", ""),
        "check.yml does not run make check-infra",
    ),
    Fault(
        a_change_is_checked_before_it_counts,
        _text("check.yml", "  pull_request:\n", ""),
        "not run for pull requests",
    ),
    Fault(
        a_change_is_checked_before_it_counts,
        lambda p: p.with_text("README.md", "make test ", "make tests "),
        "another command than make test",
    ),
    Fault(
        a_change_is_checked_before_it_counts,
        _build("make test", "make lint"),
        "buildspec.yml does not run make test",
    ),
)
