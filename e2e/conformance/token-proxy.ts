import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ConfigurationError } from '@backroom/configuration'

/** A way to a protected server for a client that cannot send a token. */
export interface TokenProxy {
  /** Where the server is reached without a token; path and all. */
  url: string
  close(): Promise<void>
}

/**
 * Passes requests on as they came, with a token where there is none. A `Host` that names the proxy becomes the server's;
 * any other one and `Origin` stay, so that the server's own checks of them are tested. For tests alone.
 *
 * @throws {ConfigurationError} in the production profile
 */
export async function startTokenProxy(target: string, token: () => Promise<string>): Promise<TokenProxy> {
  if (process.env.BACKROOM_PROFILE === 'production')
    throw new ConfigurationError('The token proxy opens a protected server to everyone: it is for tests only.')
  const { host, hostname, port, pathname } = new URL(target)
  const server = createServer(async (incoming, outgoing) => {
    const headers = { authorization: `Bearer ${await token()}`, ...incoming.headers }
    if (names.has(headers.host)) headers.host = host
    const passed = send({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      outgoing.flushHeaders()
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = (server.address() as AddressInfo).port
  const names = new Set<string | undefined>([`127.0.0.1:${own}`, `localhost:${own}`])
  return {
    url: `http://127.0.0.1:${own}${pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
