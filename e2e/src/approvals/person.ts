import { demoSecrets } from '@backroom/auth/demo-second-factor'
import { codeAt, fromBase32, stepAt } from '@backroom/auth/one-time-code'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { DEMO_PASSWORD } from '../sign-in.ts'
import { until } from '../until.ts'

/** Somebody at a browser who looks at approval requests and decides them. */
export interface Person {
  page: Page
  /** Opens a page of auth, and signs in where that is asked for. */
  visit(url: string): Promise<void>
  /** Opens the page of a request and decides it; resolves with what the page says then. */
  decide(url: string, verdict: 'approve' | 'reject', comment?: string): Promise<string>
  /** What the page says of the request. */
  state(): Promise<string>
  leave(): Promise<void>
}

/** Half minutes whose code somebody has used: a code counts once. */
const usedSteps = new Map<string, number>()

/** Opens a browser for a demo account, for example `approver1`. */
export async function openPerson(
  browser: Browser,
  account: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const state = async () => (await page.locator('.state').textContent())?.trim() ?? ''

  const visit = async (url: string) => {
    await page.goto(url)
    await signInWhereAsked(page, account)
  }
  return {
    page,
    visit,
    state,
    async decide(url, verdict, comment) {
      await visit(url)
      const again = page.getByRole('link', { name: 'Sign in to decide' })
      if (await again.isVisible()) {
        await again.click()
        await signInWhereAsked(page, account)
      }
      if (comment) await page.getByLabel('Comment').fill(comment)
      const name = verdict === 'approve' ? /^(Approve|Confirm)$/ : /^(Reject|Do not do it)$/
      await page.getByRole('button', { name }).click()
      await page.locator('.state').waitFor()
      return state()
    },
    leave: () => context.close(),
  }
}

async function signInWhereAsked(page: Page, account: string): Promise<void> {
  if (new URL(page.url()).pathname === '/auth/sign-in') {
    await page.getByLabel('Email or username').fill(account)
    await page.getByLabel('Password').fill(DEMO_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((url) => url.pathname !== '/auth/sign-in')
  }
  if (new URL(page.url()).pathname !== '/auth/second-factor') return
  await page.getByLabel('Six digits').fill(await nextCode(account))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.waitForURL((url) => url.pathname !== '/auth/second-factor')
}

/** A code that nobody has used yet; waits for the next half minute where it must. */
async function nextCode(account: string): Promise<string> {
  const secret = demoSecrets[`staff-${account}`]
  if (!secret) throw new Error(`${account} has no authenticator app`)
  const used = usedSteps.get(account) ?? 0
  await until('the authenticator app shows a new code', () => stepAt(Date.now()) > used, { limitMs: 40_000 })
  const step = stepAt(Date.now())
  usedSteps.set(account, step)
  return codeAt(fromBase32(secret), step)
}
