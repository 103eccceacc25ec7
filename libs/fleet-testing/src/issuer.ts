/** Where the installation of a test says it is; nothing listens there. */
export const PUBLIC_URL = 'http://localhost:8000'
export const ISSUER = `${PUBLIC_URL}/auth`
export const AUDIENCE = `${PUBLIC_URL}/wms/mcp`

/** How long a token is valid, in seconds. */
export const LIFETIME_S = 300
