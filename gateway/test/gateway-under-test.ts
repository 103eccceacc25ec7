import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { DomainName } from '@backroom/access'
import { createGateway, type GatewayOptions } from '../src/gateway.ts'
import type { GatewaySettings } from '../src/settings.ts'

/** A request as an upstream received it. */
export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  body: string
}

export interface TestUpstream {
  url: string
  received: Received[]
  server: Server
}

/** An HTTP server that stands for a domain or for auth; by default it answers `{"ok":true}`. */
export async function startUpstream(
  t: TestContext,
  answer: RequestListener = (_request, response) =>
    response.setHeader('content-type', 'application/json').end('{"ok":true}'),
): Promise<TestUpstream> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString(),
      })
      answer(request, response)
    })
  })
  const port = await listen(server)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${port}`, received, server }
}

/** An origin inside the fleet at which nothing listens. */
export async function deadUrl(): Promise<string> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

interface TestGatewayOptions extends Partial<Omit<GatewaySettings, 'domainUrls'>> {
  domains?: Partial<Record<DomainName, string>>
  options?: GatewayOptions
}

/** A gateway on a free port whose public URL is where it listens. */
export async function startGateway(t: TestContext, { domains = {}, options, ...settings }: TestGatewayOptions = {}) {
  const port = await freePort()
  const publicUrl = settings.publicUrl ?? `http://localhost:${port}`
  const app = await createGateway(
    {
      profile: 'demo',
      publicUrl,
      host: '127.0.0.1',
      port,
      logLevel: 'silent',
      authUrl: await deadUrl(),
      domainUrls: new Map(Object.entries(domains) as [DomainName, string][]),
      allowedOrigins: [],
      trustedProxies: [],
      requestsPerMinute: 0,
      ...settings,
    },
    { drainWindow: { streamsMs: 50, callsMs: 50 }, ...options },
  )
  await app.listen({ host: '127.0.0.1', port })
  t.after(() => app.close())
  return { app, port, publicUrl, url: `http://127.0.0.1:${port}` }
}

/** Waits until the condition holds; fails after five seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = Date.now() + 5_000
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`Waited 5 s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}
