# Images of the fleet: one target for each process, and `fleet` for its jobs (secrets, migrations, proofs of the books, administration).
#   docker build --target wms -t backroom/wms .
# The folders are kept as they are in the checkout, because Node strips no types under node_modules; each image holds the
# program of its target, the libraries it imports and their production dependencies as the lockfile names them.
# Plain instructions only: it builds with and without BuildKit.

FROM node:24.21.0-bookworm-slim AS source
WORKDIR /backroom
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# pnpm's store is filled once for every target below, and again when the lockfile changes.
RUN npm install --global --no-audit --no-fund "$(node -p "require('./package.json').packageManager")" \
 && pnpm fetch --prod --reporter=append-only \
 && rm -rf node_modules
COPY . .

FROM node:24.21.0-bookworm-slim AS process
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 INTERNAL_PORT=9000 SHUTDOWN_NOTICE_MS=2000
# Programs are started by Node alone; what could install others does not belong here.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
 && install --directory --owner=1000 --group=1000 /audit
WORKDIR /backroom
USER 1000:1000
EXPOSE 8000 9000
ENTRYPOINT ["node"]
# The first start of the demo fills the tables: on a small machine that takes a while.
HEALTHCHECK --interval=5s --timeout=5s --start-period=180s --retries=6 CMD ["/bin/bash", "/backroom/healthy"]

FROM source AS gateway-files
RUN sh fleet/image/assemble.sh @backroom/gateway
FROM process AS gateway
COPY --from=gateway-files /image /backroom
CMD ["gateway/src/main.ts"]

FROM source AS auth-files
RUN sh fleet/image/assemble.sh @backroom/auth
FROM process AS auth
COPY --from=auth-files /image /backroom
CMD ["auth/src/main.ts"]

FROM source AS wms-files
RUN sh fleet/image/assemble.sh @backroom/wms
FROM process AS wms
COPY --from=wms-files /image /backroom
CMD ["services/wms/src/main.ts"]

FROM source AS oms-files
RUN sh fleet/image/assemble.sh @backroom/oms
FROM process AS oms
COPY --from=oms-files /image /backroom
CMD ["services/oms/src/main.ts"]

FROM source AS tms-files
RUN sh fleet/image/assemble.sh @backroom/tms
FROM process AS tms
COPY --from=tms-files /image /backroom
CMD ["services/tms/src/main.ts"]

FROM source AS rma-files
RUN sh fleet/image/assemble.sh @backroom/rma
FROM process AS rma
COPY --from=rma-files /image /backroom
CMD ["services/rma/src/main.ts"]

FROM source AS claims-files
RUN sh fleet/image/assemble.sh @backroom/claims
FROM process AS claims
COPY --from=claims-files /image /backroom
CMD ["services/claims/src/main.ts"]

FROM source AS payments-files
RUN sh fleet/image/assemble.sh @backroom/payments
FROM process AS payments
COPY --from=payments-files /image /backroom
CMD ["services/payments/src/main.ts"]

FROM source AS catshop-files
RUN sh fleet/image/assemble.sh @backroom/catshop
FROM process AS catshop
COPY --from=catshop-files /image /backroom
CMD ["services/catshop/src/main.ts"]

# The simulated payment provider of the demo keeps its books in a file.
FROM source AS psp-files
RUN sh fleet/image/assemble.sh @backroom/payment-simulator
FROM process AS psp
COPY --from=psp-files /image /backroom
COPY --from=psp-files --chown=1000:1000 /empty /data
CMD ["services/payments/simulator/src/main.ts"]

# Jobs. The binaries of the embedded Postgres, which npm start uses, are optional dependencies and stay out.
FROM source AS fleet-files
RUN sh fleet/image/assemble.sh @backroom/fleet --no-optional
FROM process AS fleet
COPY --from=fleet-files /image /backroom
COPY --from=fleet-files --chown=1000:1000 /secrets /secrets
HEALTHCHECK NONE
CMD ["fleet/src/migrate.ts"]
