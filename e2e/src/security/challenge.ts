/** The parameters of a `WWW-Authenticate: Bearer` header; undefined when there is no such challenge. */
export function challengeOf(headers: Headers): Record<string, string> | undefined {
  const value = headers.get('www-authenticate')
  if (!value?.startsWith('Bearer ')) return undefined
  return Object.fromEntries([...value.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text]))
}
