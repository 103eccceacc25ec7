import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import { RESOURCE_MIME_TYPE } from '@modelcontextprotocol/ext-apps'
import type { Browser } from 'playwright-core'
import { showApp } from '../src/app-host.ts'
import { seriousFindings } from '../src/approvals/accessibility.ts'
import { openPerson, type Person } from '../src/approvals/person.ts'
import { resourceText, type ToolResult, toolResult } from '../src/mcp-session.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { until } from '../src/until.ts'

const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const

describe('the pages where people decide', () => {
  let fleet: TestFleet
  let browser: Browser
  let token: string
  let first: Person
  let second: Person
  before(async () => {
    const options = { only: ['gateway', 'auth', 'wms'], environment: { RATE_LIMIT_FACTOR: '100' } }
    ;[fleet, browser] = await Promise.all([startFleet(options), launchBrowser()])
    token = await fleet.token('warehouse', 'wms')
    first = await openPerson(browser, 'approver1', desktop)
    second = await openPerson(browser, 'approver2', phone)
  })
  after(async () => {
    await browser?.close()
    await fleet?.stop()
  })

  const inbox = () => `${fleet.publicUrl}/auth/approvals`
  const ask = async (): Promise<string> => {
    const wish = {
      sku: 'CAT-1004',
      warehouse: 'WH-2',
      delta: 60,
      reason_code: 'found',
      evidence: crypto.randomUUID(),
      idempotency_key: crypto.randomUUID(),
    }
    const { status, body } = await plainCalls(fleet.publicUrl).tool('wms', token, 'adjust_stock', wish)
    assert.equal(status, 202, JSON.stringify(body))
    return body.approve_url
  }

  for (const [look, account, width] of [
    ['on a desktop', 'approver1', desktop.viewport.width],
    ['on a phone in the dark', 'approver2', phone.viewport.width],
  ] as const) {
    test(`${look} nothing serious stands in the way of anybody, and nothing is cut off`, async () => {
      const url = await ask()
      const person = account === 'approver1' ? first : second
      const { page } = person
      const check = async () => {
        assert.deepEqual(await seriousFindings(page), [], page.url())
        assert.ok(await page.evaluate(`document.documentElement.scrollWidth <= ${width}`), `${page.url()} is too wide`)
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1)
        await keep(page, `${look} ${new URL(page.url()).pathname}`)
      }
      await page.goto(url)
      await check()
      await page.getByLabel('Email or username').fill(account)
      await page.getByLabel('Password').fill('Demo123!')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByLabel('Six digits').waitFor()
      await check()
      await person.visit(inbox())
      await check()
      await person.visit(`${fleet.publicUrl}/auth/passkeys`)
      await check()
      await person.decide(url, 'reject', 'Look again')
      await check()
    })
  }

  test('everything can be done by keyboard', async () => {
    const url = await ask()
    const { page } = first
    await first.visit(url)
    await page.getByLabel('Comment').focus()
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Approve')
    await page.keyboard.press('Enter')
    await page.locator('.state.good').waitFor()
    await page.getByText('By keyboard').waitFor()
  })

  test('a passkey stands in for the code', async () => {
    const { page } = second
    const devices = await page.context().newCDPSession(page)
    await devices.send('WebAuthn.enable')
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasUserVerification: true,
      isUserVerified: true,
    } as const
    await devices.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, hasResidentKey: true } })
    await second.visit(`${fleet.publicUrl}/auth/passkeys`)
    await page.getByLabel('Name of the new passkey').fill('Test key')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('Test key', { exact: true }).waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    const url = await ask()
    await page.goto(url)
    await page.getByLabel('Email or username').fill('approver2')
    await page.getByLabel('Password').fill('Demo123!')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.locator('.state.good').waitFor()
  })

  test('an open page follows what others decide', async () => {
    const url = await ask()
    await first.visit(url)
    await second.decide(url, 'reject')
    await first.page.getByText('Rejected. Nothing was done').waitFor()
  })

  test('pages load nothing from elsewhere, and no script of their own policy is refused', async () => {
    const url = await ask()
    const complaints: string[] = []
    first.page.on('console', (message) => {
      if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text())
    })
    first.page.on('request', (request) => {
      if (new URL(request.url()).origin !== fleet.publicUrl) complaints.push(request.url())
    })
    await first.visit(inbox())
    await first.visit(url)
    assert.deepEqual(complaints, [])
  })

  describe('the card in a host', () => {
    const mcp = async (method: string, params: Record<string, unknown>) =>
      (await plainCalls(fleet.publicUrl).mcp('wms', token, method, params)).body.result
    const session = {
      call: async (name: string, args: Record<string, unknown> = {}) =>
        toolResult(await mcp('tools/call', { name, arguments: args })),
      read: async (uri: string) => resourceText(await mcp('resources/read', { uri })),
    }
    const show = async (uri: string, result: ToolResult) =>
      showApp(browser, session, { html: await session.read(uri), result })

    test('shows what would change, leads to the page, and decides nothing', async () => {
      const { tools } = await mcp('tools/list', {})
      const { _meta } = tools.find(({ name }: { name: string }) => name === 'adjust_stock')
      const { contents } = await mcp('resources/read', { uri: _meta.ui.resourceUri })
      assert.equal(contents[0].mimeType, RESOURCE_MIME_TYPE)
      const wish = { sku: 'CAT-1004', warehouse: 'WH-2', delta: 3, reason_code: 'found', idempotency_key: 'card' }
      const waits = await session.call('adjust_stock', wish)
      const { frame, asked, close } = await show(_meta.ui.resourceUri, waits)
      await frame.getByRole('heading', { name: 'Adjust stock: CAT-1004 at WH-2' }).waitFor()
      await frame.getByText('Units on hand in the warehouse').waitFor()
      await frame.getByRole('button', { name: 'Open the page where it is decided' }).click()
      const of = (method: string) => asked.filter((message) => message.method === method)
      await until('the host was asked to open the page', () => of('ui/open-link').length > 0)
      assert.deepEqual(of('ui/open-link')[0]?.params, { url: waits.structured.approve_url })
      const called = of('tools/call').map(({ params }) => params?.name)
      assert.deepEqual(called, ['get_approval'], 'it reads, and calls nothing else')
      await close()
    })

    test('takes no text of a result for markup', async () => {
      const text = '<img src=x onerror="parent.hacked = true">'
      const { frame, close } = await show('ui://approvals/card', { isError: false, text, structured: {} })
      await frame.getByText(text).waitFor()
      assert.equal(await frame.locator('img').count(), 0)
      await close()
    })
  })
})

/** Keeps a picture where `SCREENSHOTS` names a folder, for whoever wants to look. */
async function keep(page: Person['page'], name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (folder) await page.screenshot({ path: `${folder}/${name.replaceAll(/\W+/g, '-')}.png`, fullPage: true })
}
