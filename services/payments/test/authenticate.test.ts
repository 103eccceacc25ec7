import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launchBrowser } from '@backroom/fleet-testing'
import { type NotifiedPayments, startNotifiedPayments } from './notified-payments.ts'
import { until } from './simulator-process.ts'

type Browser = Awaited<ReturnType<typeof launchBrowser>>
type Page = Awaited<ReturnType<Browser['newPage']>>

describe('the page where a customer confirms a payment', () => {
  let payments: NotifiedPayments
  let browser: Browser

  before(async () => {
    ;[payments, browser] = await Promise.all([startNotifiedPayments(), launchBrowser()])
  })

  after(async () => {
    await browser.close()
    await payments.stop()
  })

  const start = async () => {
    const { payment_id, status, action_url } = await payments.authorize('pm_sim_3ds')
    assert.equal(status, 'requires_action')
    assert.equal(action_url, `http://localhost:8000/payments/authenticate/${payment_id}`)
    return { payment_id, url: `${payments.address}/payments/authenticate/${payment_id}` }
  }
  const settled = (paymentId: string, status: string) =>
    until(async () => (await payments.read(paymentId)).status === status)
  /** A page that keeps what the browser complained about and what it loaded from elsewhere. */
  const open = async (url: string, javaScriptEnabled = true) => {
    const context = await browser.newContext({ javaScriptEnabled, colorScheme: javaScriptEnabled ? 'dark' : 'light' })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== payments.address) complaints.push(request.url())
    })
    await page.goto(url)
    return { page, complaints }
  }
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

  for (const javaScriptEnabled of [true, false]) {
    test(`approving by keyboard, ${javaScriptEnabled ? 'with' : 'without'} JavaScript, authorises the payment`, async () => {
      const { payment_id, url } = await start()
      const { page, complaints } = await open(url, javaScriptEnabled)
      await heading(page, 'Do you want to make this payment?')
      await page.getByText('100.00 USD').waitFor()
      assert.equal((await payments.read(payment_id)).status, 'requires_action')
      await page.getByRole('button', { name: 'Approve the payment' }).press('Enter')
      await heading(page, 'Payment approved')
      await settled(payment_id, 'authorized')
      // Coming back later, or by the browser's back button, changes nothing.
      await page.reload()
      await heading(page, 'Payment approved')
      assert.equal(await page.getByRole('button').count(), 0)
      assert.deepEqual(complaints, [])
      await page.context().close()
    })
  }

  test('declining ends the payment, and a second answer does not change the first', async () => {
    const { payment_id, url } = await start()
    const [{ page }, { page: other }] = await Promise.all([open(url), open(url)])
    await page.getByRole('button', { name: 'Decline it' }).click()
    await heading(page, 'Payment declined')
    await settled(payment_id, 'declined')
    await other.getByRole('button', { name: 'Approve the payment' }).click()
    await heading(other, 'Payment declined')
    assert.equal((await payments.read(payment_id)).status, 'declined')
    await Promise.all([page.context().close(), other.context().close()])
  })

  test('a payment that was given up cannot be confirmed any more, and is never charged', async () => {
    const { payment_id, url } = await start()
    const { page } = await open(url)
    const given = { payment_id, reason: 'The customer left' }
    assert.equal((await payments.asOms('void_authorization', given)).status, 200)
    await settled(payment_id, 'voided')
    // Whether the provider hears of it before the customer answers or after: nothing stays reserved.
    await page.getByRole('button', { name: 'Approve the payment' }).click()
    const { customerAction } = payments.simulator.provider()
    await until(async () => (await customerAction?.read(payment_id))?.status === 'expired')
    await page.reload()
    await heading(page, 'This payment cannot be confirmed any more')
    assert.equal((await payments.read(payment_id)).capturable_minor, 0)
    await page.context().close()
  })

  test('it allows nothing but its own style and form, and is kept by nobody', async () => {
    const { url } = await start()
    const { status, headers } = await fetch(url)
    assert.equal(status, 200)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'/)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  })

  test('an answer from another site, an unknown payment and a wrong answer are refused in words', async () => {
    const { payment_id, url } = await start()
    const answer = async (target: string, body: string, headers: Record<string, string> = {}) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await fetch(target, {
        method: 'POST',
        body,
        headers: { ...type, ...headers },
        redirect: 'manual',
      })
      return [response.status, /<h1>([^<]*)</.exec(await response.text())?.[1]]
    }
    const elsewhere = 'This answer came from another site'
    assert.deepEqual(await answer(url, 'decision=approve', { 'sec-fetch-site': 'cross-site' }), [403, elsewhere])
    assert.deepEqual(await answer(url, 'decision=approve', { origin: 'https://evil.example' }), [403, elsewhere])
    assert.deepEqual(await answer(url, 'decision=maybe'), [400, 'We did not understand this answer'])
    const nothing = [404, 'There is no payment to confirm here']
    const { address } = payments
    assert.deepEqual(await answer(`${address}/payments/authenticate/pay_none`, 'decision=approve'), nothing)
    const { payment_id: plain } = await payments.authorize('pm_sim_visa')
    assert.deepEqual(await answer(`${address}/payments/authenticate/${plain}`, 'decision=approve'), nothing)
    assert.equal((await payments.read(payment_id)).status, 'requires_action')
  })
})
