#!/bin/sh
# assemble.sh <package> [option of pnpm install …]: installs a package of the workspace with what it needs in production
# and puts it under /image, laid out as in the checkout.
set -eu
package=$1
shift

pnpm install --prod --frozen-lockfile --offline --package-import-method=copy --filter-prod "$package..." "$@"
# What only people and compilers read.
find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete

mkdir -p /image /empty
cp package.json pnpm-workspace.yaml /image/
cp fleet/image/healthy.sh /image/healthy
cp -a --parents node_modules /image/
pnpm list --filter-prod "$package..." --depth -1 --parseable | sort | while read -r folder; do
  cp -a --parents "${folder#"$PWD"/}" /image/
done

# Volumes take the owner of the folder they are mounted on: one for each process that has secrets.
for process in postgres auth $(ls services) psp; do mkdir -p "/secrets/$process"; done
