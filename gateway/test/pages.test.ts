import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { deadUrl, startGateway } from './gateway-under-test.ts'

describe('the page at /', () => {
  it('lists the deployed domains under the public URL with configuration to paste', async (t) => {
    const { url } = await startGateway(t, {
      domains: { wms: await deadUrl(), catshop: await deadUrl() },
      publicUrl: 'https://shop.example',
      profile: 'demo',
    })
    const page = await (await fetch(url)).text()
    for (const text of [
      'https://shop.example/wms/mcp',
      'https://shop.example/catshop/mcp',
      'claude mcp add --transport http inventory https://shop.example/wms/mcp',
      '.vscode/mcp.json',
      'mcp-remote',
      'demo1@example.com',
    ]) {
      assert.ok(page.includes(text), text)
    }
    assert.doesNotMatch(page, /oms\/mcp|127\.0\.0\.1/)
  })

  it('loads nothing from elsewhere and runs no inline code, by policy', async (t) => {
    const { url } = await startGateway(t, { domains: { wms: await deadUrl() } })
    const answer = await fetch(url)
    const policy = answer.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    const page = await answer.text()
    for (const [, path] of page.matchAll(/(?:src|href)="(\/[^"]*\.(?:css|js|svg))"/g)) {
      const asset = await fetch(url + path)
      assert.equal(asset.status, 200, path)
    }
    assert.doesNotMatch(page, /<script>|style=|onclick=/)
  })

  it('names no demo account in production', async (t) => {
    const { publicUrl } = await startGateway(t, { profile: 'production' })
    const body = await (await fetch(publicUrl)).text()
    assert.match(body, /No server is deployed/)
    assert.doesNotMatch(body, /Demo123|example\.com/)
  })
})
