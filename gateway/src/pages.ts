import { readFileSync } from 'node:fs'
import { type DomainName, domains as descriptions, resourceUrl } from '@backroom/access'
import helmet from '@fastify/helmet'
import { Eta } from 'eta'
import type { FastifyInstance } from 'fastify'
import { hostConfigurations } from './host-configurations.ts'
import type { GatewaySettings } from './settings.ts'

const folder = new URL('../pages/', import.meta.url)
const assets = { 'index.css': 'text/css', 'copy.js': 'text/javascript', 'favicon.svg': 'image/svg+xml' }

/** The page for people at `/`: what this is, which domains run here and how to connect a host. */
export function pages({ settings, domains }: { settings: GatewaySettings; domains: DomainName[] }) {
  const servers = domains.map((domain) => ({
    ...descriptions[domain],
    domain,
    url: resourceUrl(settings.publicUrl, domain),
  }))
  const html = new Eta({ autoTrim: false }).renderString(read('index.eta'), {
    publicUrl: settings.publicUrl,
    servers,
    hosts: hostConfigurations(servers),
    isDemo: settings.profile === 'demo',
  })
  return async (app: FastifyInstance) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          styleSrc: ["'self'"],
          scriptSrc: ["'self'"],
          imgSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: settings.publicUrl.startsWith('https:'),
    })
    app.get('/', (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(html),
    )
    for (const [name, type] of Object.entries(assets)) {
      const content = read(name)
      app.get(`/${name}`, (_request, reply) =>
        reply.type(`${type}; charset=utf-8`).header('cache-control', 'max-age=300').send(content),
      )
    }
  }
}

function read(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}
