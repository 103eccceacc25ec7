export { AUDIENCE, ISSUER, PUBLIC_URL, type SigningAuthority, signingAuthority } from '@backroom/fleet-testing'
