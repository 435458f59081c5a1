"""The HTTP API for files, for scripts: /api/v1/, described by /api/v1/openapi.json.

Who may call what is the gate's business: a Bearer token within its scope. Operations parse, call
the domain, and answer.
"""
