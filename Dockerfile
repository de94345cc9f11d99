# The server without a database of its own: DATABASE_URL says where its Postgres (15 or later) is.
#
#   docker compose up        starts it with a Postgres beside it, with STAMPLINE_DB_PASSWORD set: docker-compose.yml
#
# Alone, with its port published on this machine only:
#
#   docker run -p 127.0.0.1:8000:8000 -v stampline-data:/var/lib/stampline \
#     -e DATABASE_URL=postgres://user:password@host:5432/stampline \
#     -e STAMPLINE_LISTEN_TRUST=published-loopback stampline

ARG NODE_IMAGE=node:20.20-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# With the optional packages: the compiler's binary is one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY .swcrc tsconfig.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Without the optional packages: the embedded Postgres is one.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    STAMPLINE_DATA=/var/lib/stampline
WORKDIR /app
# `docker exec … stampline token list` and so on, beside the server.
RUN install -d -o node -g node -m 0750 /var/lib/stampline \
  && ln -s /app/scripts/stampline.mjs /usr/local/bin/stampline
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/scripts ./scripts
COPY package.json openapi.json ./
USER node
VOLUME /var/lib/stampline
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=40s --retries=3 \
  CMD ["node", "scripts/health.mjs", "/livez"]
CMD ["node", "--v8-pool-size=1", "scripts/start.mjs"]
