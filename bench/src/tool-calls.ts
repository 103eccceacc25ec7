import { demoProducts } from '@backroom/demo-data'
import { type Servers, startServers } from './fleet.ts'
import { type Measurement, measure, median, type Target, warmUp } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { toolCall } from './request.ts'

const CONNECTIONS = 16
const GATEWAY_CONNECTIONS = 32
const TOOL_COUNT = 20
const toolNames = ['get_stock', ...Array.from({ length: TOOL_COUNT - 1 }, (_, index) => `tool_${index + 1}`)]

const sku = demoProducts[0]?.sku ?? ''

/** `tools/call` of one read tool against a bare Fastify route, the SDK, and itself behind the gateway. */
export async function benchToolCalls(options: BenchOptions): Promise<void> {
  const servers = await startServers(toolNames)
  try {
    const targets = targetsOf(servers)
    for (const target of targets) {
      await requireStock(target)
      await warmUp(target)
    }
    const runs = new Map<string, Measurement[]>(targets.map(({ name }) => [name, []]))
    for (let round = 1; round <= options.rounds; round++) {
      for (const target of targets) runs.get(target.name)?.push(await measure(target, options.seconds))
    }
    report(runs, options)
  } finally {
    await servers.stop()
  }
}

function targetsOf({ wms, bare, sdk, sdkSchemasOnce, gateway, token }: Servers): Target[] {
  const args = { skus: [sku] }
  const { headers: mcpHeaders, body } = toolCall('get_stock', args, token)
  const { authorization, ...rest } = mcpHeaders
  const headers = { authorization, 'content-type': rest['content-type'], accept: rest.accept }
  const mcp = (name: string, url: string, connections: number, pids: number[]): Target => ({
    name,
    url,
    headers: mcpHeaders,
    body,
    connections,
    pids,
  })
  return [
    {
      name: 'bare Fastify',
      url: `${bare.url}/stock`,
      headers,
      body: JSON.stringify(args),
      connections: CONNECTIONS,
      pids: [bare.pid],
    },
    mcp('Backroom', `${wms.url}/wms/mcp`, CONNECTIONS, [wms.pid]),
    mcp('SDK as documented', `${sdk.url}/mcp`, CONNECTIONS, [sdk.pid]),
    mcp('SDK, schemas built once', `${sdkSchemasOnce.url}/mcp`, CONNECTIONS, [sdkSchemasOnce.pid]),
    mcp('Backroom, 32 connections', `${wms.url}/wms/mcp`, GATEWAY_CONNECTIONS, [wms.pid]),
    mcp('through the gateway, 32', `${gateway.url}/wms/mcp`, GATEWAY_CONNECTIONS, [gateway.pid]),
  ]
}

/** A figure over refusals would mean nothing: every target must answer with the stock that was asked for. */
async function requireStock({ name, url, headers, body }: Target): Promise<void> {
  const answer = await (await fetch(url, { method: 'POST', headers, body })).text()
  if (!answer.includes(`"${sku}"`) || answer.includes('"isError":true'))
    throw new Error(`${name} answered ${answer.slice(0, 300)}`)
}

function report(runs: Map<string, Measurement[]>, { json }: BenchOptions): void {
  const ratio = (name: string, baseline: string) => {
    const base = runs.get(baseline) ?? []
    return median(
      (runs.get(name) ?? []).map(
        ({ requestsPerSecond }, round) => requestsPerSecond / (base[round]?.requestsPerSecond ?? Number.NaN),
      ),
    )
  }
  const rows = [...runs].map(([name, measured]) => ({
    name,
    requests_per_second: Math.round(median(measured.map((run) => run.requestsPerSecond))),
    cpu_us_per_request: Math.round(median(measured.map((run) => run.cpuMicroseconds ?? Number.NaN))),
    p50_ms: median(measured.map((run) => run.p50)),
    p99_ms: median(measured.map((run) => run.p99)),
  }))
  const ratios = {
    vs_fastify: ratio('Backroom', 'bare Fastify'),
    vs_sdk: ratio('Backroom', 'SDK as documented'),
    vs_sdk_schemas_built_once: ratio('Backroom', 'SDK, schemas built once'),
    gateway_vs_direct: ratio('through the gateway, 32', 'Backroom, 32 connections'),
  }
  if (json) {
    console.log(JSON.stringify({ rows, ratios }, undefined, 2))
    return
  }
  console.table(rows)
  console.log(`tools/call against the bare Fastify route   ${ratios.vs_fastify.toFixed(2)}   (goal: at least 0.70)`)
  console.log(`tools/call against the SDK as documented    ${ratios.vs_sdk.toFixed(1)}    (goal: at least 4)`)
  console.log(`the same, its schemas built only once       ${ratios.vs_sdk_schemas_built_once.toFixed(1)}`)
  console.log(
    `through the gateway against direct          ${ratios.gateway_vs_direct.toFixed(2)}   (goal: at least 0.40)`,
  )
}
