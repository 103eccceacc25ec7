import assert from 'node:assert/strict'
import { get, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { startGateway, startUpstream, until } from './gateway-under-test.ts'

const eventStream = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }

function open(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, resolve).on('error', reject)
  })
}

describe('an event stream', () => {
  it('has its headers before the first byte, and every chunk when it is sent', async (t) => {
    let response: ServerResponse | undefined
    const wms = await startUpstream(t, (_request, given) => {
      response = given.writeHead(200, eventStream)
      response.flushHeaders()
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })

    const stream = await open(`${url}/wms/mcp`)
    assert.equal(stream.headers['content-type'], 'text/event-stream')
    assert.equal(stream.headers['x-accel-buffering'], 'no')

    const chunks: string[] = []
    stream.setEncoding('utf8').on('data', (chunk) => chunks.push(chunk))
    response?.write(': first\n\n')
    await until(() => chunks.join('') === ': first\n\n', 'the first chunk')
    response?.end(': last\n\n')
    await until(() => stream.complete, 'the end of the stream')
    assert.equal(chunks.join(''), ': first\n\n: last\n\n')
  })

  it('does not hinder others: 150 stay open and a call still gets through', async (t) => {
    let opened = 0
    const wms = await startUpstream(t, (request, response) => {
      if (request.method === 'POST') return response.end('{}')
      opened++
      response.writeHead(200, eventStream).flushHeaders()
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })

    const streams = await Promise.all(Array.from({ length: 150 }, () => open(`${url}/wms/mcp`)))
    assert.equal(opened, 150)
    const answer = await fetch(`${url}/wms/mcp`, { method: 'POST', body: '{}' })
    assert.equal(answer.status, 200)
    for (const stream of streams) stream.destroy()
  })

  it('is ended when the gateway closes, and a call in flight is finished first', async (t) => {
    let finishCall: (() => void) | undefined
    const wms = await startUpstream(t, (request, response) => {
      if (request.method === 'POST') finishCall = () => response.end('{"done":true}')
      else response.writeHead(200, eventStream).flushHeaders()
    })
    const { url, app } = await startGateway(t, {
      domains: { wms: wms.url },
      options: { drainWindow: { streamsMs: 20, callsMs: 5_000 } },
    })
    const stream = await open(`${url}/wms/mcp`)
    const call = fetch(`${url}/wms/mcp`, { method: 'POST', body: '{}' })
    await until(() => finishCall !== undefined, 'the call to arrive')

    const closed = app.close()
    await until(() => stream.resume().complete, 'a clean end of the stream')
    finishCall?.()
    assert.deepEqual(await (await call).json(), { done: true })
    await closed
  })

  it('breaks off visibly when the domain breaks off', async (t) => {
    const wms = await startUpstream(t, (_request, response) => {
      response.writeHead(200, eventStream).write(': first\n\n')
      setImmediate(() => response.destroy())
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const answer = await fetch(`${url}/wms/mcp`)
    await assert.rejects(answer.text())
  })
})

describe('a client that leaves', () => {
  it('before the headers of the answer cancels the call', async (t) => {
    let cancelled = false
    const wms = await startUpstream(t, (_request, response) => {
      response.on('close', () => {
        cancelled = true
      })
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const call = httpRequest(`${url}/wms/mcp`, { method: 'POST' }).on('error', () => {})
    call.end('{}')
    await until(() => wms.received.length === 1, 'the call to arrive')
    call.destroy()
    await until(() => cancelled, 'the cancellation to reach the domain')
  })

  it('after the headers of the answer ends the stream at the domain', async (t) => {
    let cancelled = false
    const wms = await startUpstream(t, (_request, response) => {
      response.on('close', () => {
        cancelled = true
      })
      response.writeHead(200, eventStream).flushHeaders()
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const stream = await open(`${url}/wms/mcp`)
    stream.destroy()
    await until(() => cancelled, 'the cancellation to reach the domain')
  })

  it('slowly reads a large answer without the gateway holding it', async (t) => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    let written = 0
    const wms = await startUpstream(t, async (_request, response) => {
      for (let i = 0; i < 64 && !response.destroyed; i++) {
        if (!response.write(megabyte)) await new Promise((resolve) => response.once('drain', resolve))
        written++
      }
      response.end()
    })
    const { url } = await startGateway(t, { domains: { wms: wms.url } })
    const answer = await open(`${url}/wms/openapi.json`)
    answer.pause()
    await until(() => written > 0, 'the first megabyte')
    let seen = -1
    await until(() => {
      const still = seen === written
      seen = written
      return still
    }, 'the domain to be held back')
    assert.ok(written < 64, `the domain could write ${written} MB although nobody reads`)
    answer.resume()
    await until(() => answer.complete, 'the whole answer')
  })
})
