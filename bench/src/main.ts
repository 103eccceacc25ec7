import { parseArgs } from 'node:util'
import { demoProducts } from '@backroom/demo-data'
import { startServers } from './fleet.ts'
import { type Measurement, measure, median, type Target, warmUp } from './measure.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
  },
})

const CONNECTIONS = 16
const GATEWAY_CONNECTIONS = 32
const TOOL_COUNT = 20
const toolNames = ['get_stock', ...Array.from({ length: TOOL_COUNT - 1 }, (_, index) => `tool_${index + 1}`)]

const sku = demoProducts[0]?.sku ?? ''

const servers = await startServers(toolNames)
try {
  const targets = targetsOf(servers)
  for (const target of targets) {
    await requireStock(target)
    await warmUp(target)
  }
  const runs = new Map<string, Measurement[]>(targets.map(({ name }) => [name, []]))
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const target of targets) runs.get(target.name)?.push(await measure(target, Number(values.seconds)))
  }
  report(runs)
} finally {
  await servers.stop()
}

function targetsOf({ wms, bare, sdk, sdkSchemasOnce, gateway, token }: typeof servers): Target[] {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const mcpHeaders = {
    ...headers,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'get_stock',
  }
  const args = { skus: [sku] }
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'get_stock',
      arguments: args,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
      },
    },
  })
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

function report(runs: Map<string, Measurement[]>): void {
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
  if (values.json) {
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
