import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { readArguments, UsageError } from '../src/arguments.ts'
import { runProbe } from './run-probe.ts'

async function startServer(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('the command line', () => {
  it('asks for both eras, the local fleet and a browser when nothing else is said', () => {
    assert.deepEqual(readArguments(['wms']), {
      domain: 'wms',
      url: 'http://localhost:8000',
      eras: ['modern', 'legacy'],
      signIn: { by: 'browser' },
      json: false,
    })
  })

  it('signs demo accounts in with the demo password', () => {
    assert.deepEqual(readArguments(['catshop', '--account', 'demo1', '--era', 'legacy'])?.signIn, {
      by: 'password',
      account: 'demo1',
      password: 'Demo123!',
    })
  })

  it('is refused in words when it makes no sense', () => {
    const wrong: [string[], RegExp][] = [
      [[], /Name one domain: wms/],
      [['shop'], /Name one domain/],
      [['wms', 'oms'], /Name one domain/],
      [['wms', '--url', 'localhost'], /not a URL/],
      [['wms', '--era', '2025'], /modern, legacy or both/],
      [['wms', '--colour'], /--colour/],
      [['wms', '--token', 't', '--account', 'a'], /not both/],
      [['wms', '--password', 'p'], /needs --account/],
    ]
    for (const [args, message] of wrong) {
      assert.throws(
        () => readArguments(args),
        (error) => error instanceof UsageError && message.test(error.message),
        args.join(' '),
      )
    }
  })
})

describe('the exit code', () => {
  it('is 0 for help and 2 for wrong usage, with the usage text', async () => {
    const help = await runProbe('--help')
    assert.equal(help.code, 0)
    assert.match(help.out, /Usage: npm run probe/)
    const wrong = await runProbe('shop')
    assert.equal(wrong.code, 2)
    assert.match(wrong.err, /Name one domain.*Usage/s)
  })

  it('is 4 when nothing answers, the domain is not deployed or down', async (t) => {
    const missing = await startServer(t, (_request, response) => response.writeHead(404).end())
    const down = await startServer(t, (_request, response) => response.writeHead(503).end())
    const nobody = await runProbe('wms', '--url', 'http://127.0.0.1:9')
    assert.deepEqual([nobody.code, /npm start/.test(nobody.err)], [4, true])
    const undeployed = await runProbe('wms', '--url', missing)
    assert.deepEqual([undeployed.code, /not deployed/.test(undeployed.err)], [4, true])
    const broken = await runProbe('wms', '--url', down, '--json')
    assert.equal(broken.code, 4)
    assert.equal(JSON.parse(broken.out).outcome, 'unreachable')
  })

  it('is 3 when the token is refused', async (t) => {
    const url = await startServer(t, (_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
    )
    const { code, err } = await runProbe('wms', '--url', url, '--token', 'expired')
    assert.equal(code, 3)
    assert.match(err, /refused the token/)
  })
})
