# One image for every role: web, worker, scheduler, migrate, manage (deploy/image/entrypoint.sh).
# Kept small by its second stage, which holds Python, the packages and the site, and no compiler.
#
# The base is Python's official slim image by digest. Another one may be named, as long as it has
# Python 3.12 or newer with venv: deploy/image/build-and-try.sh builds on a bare Debian.
ARG BASE=docker.io/library/python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285

# checkov:skip=CKV_DOCKER_7:BASE is pinned by digest; checkov does not resolve the argument.
FROM ${BASE} AS build
# Compiled files carry a hash, not a time: the same source gives the same bytes.
ENV UV_COMPILE_BYTECODE=1 PYC_INVALIDATION_MODE=UNCHECKED_HASH UV_LINK_MODE=copy UV_NO_CACHE=1 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
WORKDIR /app
COPY deploy/image/build-requirements.txt /tmp/
RUN python3 -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r /tmp/build-requirements.txt
COPY requirements.txt ./
# Wheels alone: what would need a compiler is refused, not built.
RUN python3 -m venv --without-pip /opt/venv \
    && /opt/uv/bin/uv pip install --quiet --python /opt/venv --require-hashes --only-binary :all: -r requirements.txt \
    # uv leaves a lock that everybody may write to.
    && rm -f /opt/venv/.lock \
    # What of Python is in it, in CycloneDX; what is the base's, whoever pushes the image adds.
    && /opt/uv/bin/cyclonedx-py environment --output-reproducible --of JSON -o /opt/venv/sbom.cdx.json /opt/venv
COPY . .
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash . \
    && ENVIRONMENT=production SITE_URL=https://image.invalid SECRET_KEY=collects-static-files-and-nothing-else \
       STATE_DIR=/tmp/state STATIC_ROOT=/srv/static \
       /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    # What people upload is for the process alone, and so is whatever Django writes: not these.
    && chmod -R a+rX /srv/static

FROM ${BASE}
ARG REVISION=unknown
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="DevOps360" \
      org.opencontainers.image.description="A private file vault: site, worker and migrations" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production BIND_ADDRESS=0.0.0.0 PORT=8000 \
    STATIC_ROOT=/srv/static STATE_DIR=/tmp/state HOME=/tmp \
    WORKER_HEARTBEAT=/tmp/worker-heartbeat
# Root owns everything, and the process is not root: what runs cannot change itself.
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/static /srv/static
COPY --from=build /app /app
WORKDIR /app
# Above every person's number on a machine, so that an escape meets nobody's files.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "deploy/image/healthcheck.py"]
ENTRYPOINT ["/app/deploy/image/entrypoint.sh"]
CMD ["web"]
