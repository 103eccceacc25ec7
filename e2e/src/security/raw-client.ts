import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

/** A request exactly as it goes out: nothing is normalised. */
export interface RawRequest {
  method: string
  /** Request target: a path, or whatever else stands between method and version. */
  target: string
  headers?: Record<string, string>
  body?: string
}

export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Sends raw requests over kept connections. */
export interface RawClient {
  /** Rejects when the connection breaks before the answer is complete. A stream is left after its first headers. */
  send(request: RawRequest): Promise<RawAnswer>
  close(): void
}

/** @param port of 127.0.0.1 */
export function rawClient(port: number, connections: number): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    send: ({ method, target, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        // Without it Node sends the body of a DELETE unframed, and the server reads it as the next request.
        const framed = body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) }
        const options = { agent, host: '127.0.0.1', port, method, path: target, headers: framed }
        const request = httpRequest(options, (response) => {
          const { statusCode: status = 0, headers: received } = response
          if (received['content-type']?.startsWith('text/event-stream')) {
            resolve({ status, headers: received, text: '' })
            return void response.destroy()
          }
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          response.on('error', reject)
          response.on('end', () => resolve({ status, headers: received, text }))
        })
        request.on('error', reject)
        request.end(body)
      }),
    close: () => agent.destroy(),
  }
}
