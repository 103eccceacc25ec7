import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The loopback address to which auth sends the browser back. */
export interface Callback extends AsyncDisposable {
  url: string
  /** Parameters of the answer; rejects after the time limit. */
  answer(limitMs: number): Promise<URLSearchParams>
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed in</title>
<body style="font:1.1rem/1.6 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark">
<h1>Thank you</h1><p>The probe has your answer. You can close this page and go back to the terminal.</p></body></html>`

/** Listens on a free loopback port until disposed of. */
export async function openCallback(): Promise<Callback> {
  const { promise, resolve } = Promise.withResolvers<URLSearchParams>()
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (pathname !== '/callback') return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', connection: 'close' }).end(page)
    resolve(searchParams)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    answer(limitMs) {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error('Nobody signed in within the time limit.')), limitMs)
      return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer))
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
