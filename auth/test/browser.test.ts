import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { launchBrowser } from '@backroom/fleet-testing'
import { DEMO_PASSWORD } from '../src/accounts/demo-accounts.ts'
import { type AuthUnderTest, startAuth } from './auth-under-test.ts'

type Browser = Awaited<ReturnType<typeof launchBrowser>>

describe('the pages in Chromium', () => {
  let auth: AuthUnderTest
  let browser: Browser
  let callback: Server
  before(async () => {
    callback = createServer((_request, response) => response.end('<title>back in the app</title>'))
    await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve))
    ;[auth, browser] = await Promise.all([startAuth(), launchBrowser()])
  })
  after(async () => {
    await browser.close()
    callback.close()
    await auth.stop()
  })

  const authorizeUrl = () => {
    const url = new URL(`${auth.issuer}/authorize`)
    url.search = new URLSearchParams({
      client_id: 'probe',
      response_type: 'code',
      redirect_uri: `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`,
      resource: auth.resource('wms'),
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString()
    return url.href
  }

  for (const javaScriptEnabled of [true, false]) {
    it(`sign-in, consent and sign-out work ${javaScriptEnabled ? 'with' : 'without'} JavaScript, by keyboard`, async () => {
      const context = await browser.newContext({ javaScriptEnabled, colorScheme: javaScriptEnabled ? 'dark' : 'light' })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text())
      })
      page.on('request', (request) => {
        const { origin } = new URL(request.url())
        if (origin !== auth.publicUrl && !request.url().includes('/callback')) complaints.push(request.url())
      })
      await page.goto(authorizeUrl())
      // The focus arrives with the first frame, which may be later than the load event; keys pressed before it are lost.
      await page.getByLabel('Email or username').and(page.locator(':focus')).waitFor()
      await page.keyboard.type('warehouse@example.com')
      await page.getByLabel('Password').fill('wrong')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
      await page.getByLabel('Password').fill(DEMO_PASSWORD)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Allow Backroom command line?' }).waitFor()
      await page.getByText('This app runs on your device').waitFor()
      await page.getByRole('checkbox', { name: 'correct stock levels' }).uncheck()
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      await page.waitForURL(/\/callback\?code=/)
      await page.goto(`${auth.issuer}/session/end`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
      assert.deepEqual(complaints, [])
      await context.close()
    })
  }

  it('no page is wider than a phone, and every control has a name', async () => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } })
    const page = await context.newPage()
    await page.goto(authorizeUrl())
    const check = async () => {
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= 320'))
      assert.equal(
        await page.evaluate(
          `[...document.querySelectorAll('input:not([type=hidden])')].filter((i) => !i.labels.length).length`,
        ),
        0,
      )
      assert.equal(await page.getByRole('main').count(), 1)
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1)
    }
    await check()
    await page.getByLabel('Email or username').fill('finance')
    await page.getByLabel('Password').fill(DEMO_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: /Your account cannot allow this/ }).waitFor()
    await check()
    await context.close()
  })

  it('no other site can show them in a frame', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(callback.address() as AddressInfo).port}/`)
    const refused = page.waitForEvent('framenavigated', (frame) => frame.url() === 'chrome-error://chromewebdata/')
    await page.setContent(`<iframe src="${authorizeUrl().replaceAll('&', '&amp;')}"></iframe>`)
    assert.equal((await refused).parentFrame(), page.mainFrame())
    await context.close()
  })
})
