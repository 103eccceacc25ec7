/**
 * The policy of a page of auth. A browser applies `form-action` to every redirect after a form, so the place where the
 * answer to the client goes has to be named.
 */
export function contentSecurityPolicy(redirectUri?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${["'self'", ...formTarget(redirectUri)].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

function formTarget(redirectUri: string | undefined): string[] {
  const url = redirectUri === undefined ? null : URL.parse(redirectUri)
  if (!url) return []
  // Neither an IPv6 address nor the path of an editor's own scheme can be written in this header.
  return [url.hostname.startsWith('[') || url.origin === 'null' ? url.protocol : url.origin]
}
