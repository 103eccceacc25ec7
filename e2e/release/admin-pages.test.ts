import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { seriousFindings } from '../src/approvals/accessibility.ts'
import { DEMO_PASSWORD } from '../src/sign-in.ts'

const looks: Record<string, BrowserContextOptions> = {
  'on a desktop': { viewport: { width: 1280, height: 800 } },
  'on a phone in the dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  'without JavaScript': { viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
}

describe('the pages of an administrator', () => {
  let fleet: TestFleet
  let browser: Browser
  before(async () => {
    const options = { only: ['gateway', 'auth', 'wms'], environment: { RATE_LIMIT_FACTOR: '100' } }
    ;[fleet, browser] = await Promise.all([startFleet(options), launchBrowser()])
    await fleet.token('buyer', 'wms')
  })
  after(async () => {
    await browser?.close()
    await fleet?.stop()
  })

  const signedIn = async (account: string, look: BrowserContextOptions) => {
    const page = await (await browser.newContext(look)).newPage()
    await page.goto(`${fleet.publicUrl}/auth/admin/clients`)
    await page.getByLabel('Email or username').fill(account)
    await page.getByLabel('Password').fill(DEMO_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    return page
  }
  const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name }).first()

  for (const [look, options] of Object.entries(looks)) {
    test(`${look}: a client is set up, frozen with a reason, thawed, and its grants ended`, async () => {
      const page = await signedIn('admin', options)
      const name = `Agent ${look}`
      const check = async () => {
        if (options.javaScriptEnabled === false) return
        assert.deepEqual(await seriousFindings(page), [], page.url())
        const width = options.viewport?.width ?? 0
        assert.ok(await page.evaluate(`document.documentElement.scrollWidth <= ${width}`), `${page.url()} is too wide`)
        assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1)
        const folder = process.env.SCREENSHOTS
        const file = `${look} ${new URL(page.url()).pathname}`.replace(/\W+/g, '-')
        if (folder) await page.screenshot({ path: `${folder}/${file}.png`, fullPage: true })
      }
      await check()
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Profile').selectOption('buyer')
      await page.getByLabel('Addresses for answers').fill('https://agent.example/callback')
      await page.getByText('It can keep a secret').click()
      await page.getByRole('button', { name: 'Set up' }).click()
      await page.getByRole('heading', { name: `${name} is set up` }).waitFor()
      assert.match((await page.locator('main').textContent()) ?? '', /client_secret\s*[\w-]{40,}/)
      await check()
      await page.getByRole('link', { name: 'All clients' }).click()

      await card(page, name).getByText('Stop it').click()
      await card(page, name).getByLabel('Why').fill('Seen elsewhere')
      await card(page, name).getByRole('button', { name: 'Freeze' }).click()
      await card(page, name).getByText('Seen elsewhere').waitFor()
      await check()
      await card(page, name).getByRole('button', { name: 'Thaw' }).click()
      await card(page, name).getByText('Stop it').waitFor()

      await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Sessions' }).click()
      await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor()
      await check()
      await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Grants' }).click()
      await check()
      await page.context().close()
    })
  }

  test('a grant that is ended on the page is gone from it, and the trail says who ended it', async () => {
    const page = await signedIn('admin', {})
    await page.goto(`${fleet.publicUrl}/auth/admin/grants?client=probe`)
    const before = await page.getByRole('listitem').count()
    assert.ok(before > 0)
    await page.getByRole('button', { name: /^End/ }).first().click()
    await page.waitForURL(/\/auth\/admin\/grants$/)
    assert.equal(await page.getByRole('listitem').count(), before - 1)
    await page.context().close()
  })

  test('nobody else sees them, and a form from another site changes nothing', async () => {
    const page = await signedIn('ops', {})
    await page.getByRole('heading', { name: 'This page is for administrators' }).waitFor()
    await page.context().close()
    const forged = await fetch(`${fleet.publicUrl}/auth/admin/clients/freeze`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'cross-site' },
      body: new URLSearchParams({ client: 'probe', reason: 'x' }),
    })
    assert.equal(forged.status, 403)
    const unsigned = await fetch(`${fleet.publicUrl}/auth/admin/clients/freeze`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ client: 'probe', reason: 'x' }),
    })
    assert.equal(unsigned.status, 303)
    assert.match(unsigned.headers.get('location') ?? '', /\/auth\/sign-in/)
  })
})
