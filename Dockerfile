# Two stages: the console is built with everything, the image keeps only what runs.
# Node 26.12.1 or newer: earlier ones have CVE-2026-111497 in their Brotli decoder.
FROM node:26.12.1-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# The image has its own Node: the one that npm brings for bare machines is older and stays out.
RUN npm run prepare && npm prune --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM node:26.12.1-bookworm-slim
ENV NODE_ENV=production GATEHOUSE_DATA=/var/lib/gatehouse
WORKDIR /app
COPY --from=build --chown=root:root /app /app
RUN install -d -o node -g node -m 0700 /var/lib/gatehouse
USER node
VOLUME /var/lib/gatehouse
EXPOSE 8080
ENTRYPOINT ["node", "gateway/main.ts"]
CMD ["run"]
