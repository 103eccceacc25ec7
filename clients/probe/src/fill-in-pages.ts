import { fillAndSubmit, openBrowser } from '@backroom/auth/form-browser'
import { SignInFailed } from './sign-in-failed.ts'

/**
 * Goes through sign-in and consent as a person would who agrees to everything, and returns what the callback is told.
 *
 * @throws {SignInFailed} with what the page says
 */
export async function fillInPages(
  start: URL,
  { account, password }: { account: string; password: string },
  callbackUrl: string,
): Promise<URLSearchParams> {
  const browser = openBrowser((url) => url.href.startsWith(callbackUrl))
  const seen = new Set<string>()
  let landing = await browser.get(start)
  while (landing.kind === 'page') {
    if (landing.status >= 400 || seen.has(landing.title)) {
      throw new SignInFailed(`${landing.title}. ${landing.alert}`.trim())
    }
    seen.add(landing.title)
    landing = await fillAndSubmit(browser, landing, { login: account, password })
  }
  return landing.url.searchParams
}
