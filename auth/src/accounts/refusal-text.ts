import type { SignInResult } from './sign-in.ts'

/** Why somebody was not signed in, for that person. */
export function refusalText(result: Exclude<SignInResult, { outcome: 'signed_in' }>): string {
  if (result.outcome === 'wrong') return 'Email, username or password is not right. Check them and try again.'
  return `Too many attempts. Try again in ${result.seconds} ${result.seconds === 1 ? 'second' : 'seconds'}.`
}
