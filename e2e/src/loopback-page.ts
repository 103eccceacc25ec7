import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web page of somebody else, on an origin of its own. */
export interface LoopbackPage {
  /** Every path below it shows the page. */
  origin: string
  close(): Promise<void>
}

/** What an app shows at the address where it awaits the answer of the authorization server (RFC 8252). */
export const backInTheApp = '<!doctype html><title>Back in the app</title><link rel="icon" href="data:,"><p>Connected.'

/** Serves a page on a free port of 127.0.0.1, which is another site than localhost. */
export async function serveLoopbackPage(html: string): Promise<LoopbackPage> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A test that fails before it closes the page must not keep the run alive.
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
