import { domains, issuerOf, scopeSentence, workingSet } from '@backroom/access'
import { z } from 'zod'
import { VERSION } from '../mcp/view.ts'
import type { Runtime } from '../runtime.ts'
import { answerSchema, type CompiledTool } from '../tool-table.ts'
import { statusOfError } from './rest.ts'

const BusinessErrorSchema = z.object({
  code: z.enum(Object.keys(statusOfError) as [string, ...string[]]),
  message: z.string(),
  retryable: z.boolean(),
  retry_after_ms: z.int().optional(),
  details: z.record(z.string(), z.unknown()),
  next_actions: z.array(z.record(z.string(), z.unknown())),
})

/** The OpenAPI 3.1 document of a service's REST facade, from the same declarations as its MCP tools. */
export function openApiDocument({ service, tools }: Runtime, publicUrl: string) {
  const { domain } = service
  const offered = [...tools.values()].filter(({ tool }) => !tool.serviceOnly)
  const issuer = issuerOf(publicUrl)
  return {
    openapi: '3.1.0',
    info: { title: `Backroom ${domains[domain].title}`, version: VERSION, description: service.instructions },
    servers: [{ url: publicUrl }],
    paths: Object.fromEntries(
      offered.map((compiled) => [`/${domain}/tools/${compiled.tool.name}`, { post: operation(compiled) }]),
    ),
    components: {
      schemas: { Error: schemaOf(BusinessErrorSchema) },
      securitySchemes: {
        signIn: {
          type: 'oauth2',
          description: `Ask for a token with resource=${publicUrl}/${domain}/mcp.`,
          flows: {
            authorizationCode: {
              authorizationUrl: `${issuer}/authorize`,
              tokenUrl: `${issuer}/token`,
              scopes: Object.fromEntries(workingSet(domain).map((scope) => [scope, scopeSentence(scope) ?? scope])),
            },
          },
        },
      },
    },
  }
}

function operation({ tool, listing }: CompiledTool) {
  const error = (description: string) => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  })
  return {
    operationId: tool.name,
    summary: listing.title ?? tool.name.replaceAll('_', ' '),
    description: listing.description,
    security: tool.scope === 'public' ? [] : [{ signIn: [tool.scope] }],
    ...(tool.effect === 'read'
      ? {}
      : {
          parameters: [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: false,
              description: 'The same value for every retry of one intent.',
              schema: { type: 'string', maxLength: 255 },
            },
          ],
        }),
    requestBody: { required: true, content: { 'application/json': { schema: listing.inputSchema } } },
    responses: {
      '200': { description: 'Done.', content: { 'application/json': { schema: answerSchema(tool) } } },
      ...(tool.approval || 'start' in tool ? { '202': { description: 'Waiting for a person or for a process.' } } : {}),
      '400': error('The arguments are not valid.'),
      ...(tool.scope === 'public'
        ? {}
        : {
            '401': { description: 'No valid token.' },
            '403': error('The token lacks the scope, or a policy says no.'),
          }),
      '404': error('No such object, or not visible to you.'),
      ...(tool.effect === 'read'
        ? {}
        : {
            '409': error('The state differs from what you assumed.'),
            '422': error('The key belongs to another request.'),
          }),
      '429': { description: 'Too many calls. Retry-After says when to try again.' },
      '503': error('Out of reach for the moment. Retry with the same key.'),
    },
  }
}

function schemaOf(schema: z.ZodType) {
  const { $schema: _, ...document } = z.toJSONSchema(schema)
  return document
}
