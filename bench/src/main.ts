import { benchHotSku } from './hot-sku.ts'
import { readOptions } from './options.ts'
import { benchOrders } from './orders.ts'
import { benchScale } from './scale.ts'
import { benchToolCalls } from './tool-calls.ts'

const benchmarks: Record<string, typeof benchOrders> = {
  orders: benchOrders,
  'hot-sku': benchHotSku,
  scale: benchScale,
}

/** `npm run bench`: the tool call against its baselines; with a name, the benchmark of that name. */
const { name, options } = readOptions(process.argv.slice(2))
const benchmark = name === undefined ? benchToolCalls : benchmarks[name]
if (benchmark) await benchmark(options)
else {
  console.error(
    `There is no benchmark ${name}. There are: ${Object.keys(benchmarks).join(', ')}, and the one without a name.`,
  )
  process.exitCode = 1
}
