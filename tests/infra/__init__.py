"""Checks of the image, Terraform, Kubernetes and workflows, without an account: `make check-infra`.

Each is the real program on the real files, and each is seen to fail on a planted fault.
"""
