import { benchHotSku } from './hot-sku.ts'
import { readOptions, UsageError } from './options.ts'
import { benchOrders } from './orders.ts'
import { benchRevocation } from './revocation.ts'
import { benchScale } from './scale.ts'
import { benchToolCalls } from './tool-calls.ts'

const benchmarks: Record<string, typeof benchOrders> = {
  orders: benchOrders,
  'hot-sku': benchHotSku,
  scale: benchScale,
  revocation: benchRevocation,
}

const usage = `Usage: npm run bench -- [name] [options]

  (no name)     a tool call against a bare route and against the SDK as documented
  orders        checkouts a second, from the customer's call to the allocated order
  hot-sku       reservations that all want one SKU, against reservations of all SKUs
  scale         the same calls on a small and on a large fleet

  --seconds N   length of one measurement                     (default 5)
  --rounds N    measurements, of which the median counts      (default 5)
  --size N      SKUs and orders of the large fleet of scale   (default 1000000)
  --json        figures for programs`

/** `npm run bench`: performance as ratios against a baseline in the same run. */
try {
  const { name, help, options } = readOptions(process.argv.slice(2))
  const benchmark = name === undefined ? benchToolCalls : benchmarks[name]
  if (!benchmark) throw new UsageError(`There is no benchmark ${name}.`)
  if (help) console.log(usage)
  else await benchmark(options)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
