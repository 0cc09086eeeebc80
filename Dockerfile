# The gateway: one bundle, the page, nothing to install at run time.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY protocol/package.json protocol/
COPY nats-server/package.json nats-server/
COPY gateway/package.json gateway/
COPY agent-runner/package.json agent-runner/
COPY ptask/package.json ptask/
COPY ui/package.json ui/
COPY simulators/package.json simulators/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build -w ui && npm run build -w gateway

FROM node:24-bookworm-slim
RUN groupadd --gid 10321 praktor \
 && useradd --uid 10321 --gid 10321 --home-dir /data --shell /usr/sbin/nologin praktor \
 && mkdir -p /data/groups/global /config \
 && chown -R 10321:10321 /data
COPY --from=build /src/gateway/dist/ /app/
COPY --from=build /src/ui/dist/ /app/ui/dist/
COPY groups/global/CLAUDE.md /app/groups/global/CLAUDE.md
COPY config/swarms/ /app/config/swarms/
COPY deploy/healthcheck.mjs /app/healthcheck.mjs
# A dependency uses the punycode module; nobody who reads the log can do anything about it.
RUN printf '#!/bin/sh\nexec node --disable-warning=DEP0040 /app/praktor.mjs "$@"\n' >/usr/local/bin/praktor && chmod 755 /usr/local/bin/praktor
ENV NODE_ENV=production \
    PRAKTOR_STORE_PATH=/data/praktor.db \
    PRAKTOR_GROUPS_BASE=/data/groups
USER 10321:10321
# Settings are read from config/praktor.yaml, here /config, and may be missing.
WORKDIR /
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "/app/healthcheck.mjs"]
ENTRYPOINT ["praktor"]
CMD ["gateway"]
