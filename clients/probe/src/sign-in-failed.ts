import { OAuthClientFlowError, OAuthError, UnauthorizedError } from '@modelcontextprotocol/client'

/** The person or the pages said no. The message is theirs. */
export class SignInFailed extends Error {}

/** Whether an error means that there is no valid token: the pages, auth or the server refused. */
export function isSignInFailure(error: unknown): error is Error {
  return [SignInFailed, UnauthorizedError, OAuthError, OAuthClientFlowError].some((kind) => error instanceof kind)
}
