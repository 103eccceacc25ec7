import { STOCK_BALANCES } from '@backroom/wms/stock-levels'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import Fastify from 'fastify'
import pg from 'pg'
import { z } from 'zod'
import { tokenCheck } from './token-check.ts'

/**
 * The SDK as its pages "Serve with Fastify" and "Serve over HTTP" document it: a factory that makes an `McpServer` for each
 * request and registers its tools, schemas included; the same SQL and token check. With SCHEMAS=once the schemas are built
 * outside the factory, which those pages do not show.
 */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8, options: '-c search_path=wms' })
const check = tokenCheck(process.env)
const toolNames = (process.env.TOOL_NAMES ?? '').split(',').filter(Boolean)
const schemasOf = () => ({
  inputSchema: z.object({ skus: z.array(z.string()).min(1) }),
  outputSchema: z.object({ items: z.array(z.record(z.string(), z.unknown())) }),
})
const once = process.env.SCHEMAS === 'once' ? schemasOf() : undefined

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'sdk', version: '1.0.0' })
  for (const name of toolNames) {
    server.registerTool(name, { description: `The tool ${name}.`, ...(once ?? schemasOf()) }, async ({ skus }) => {
      const { rows } = await pool.query({ name: 'stock', text: STOCK_BALANCES, values: [skus] })
      const output = { items: rows }
      return { content: [{ type: 'text', text: JSON.stringify(output) }], structuredContent: output }
    })
  }
  return server
})
const serve = toNodeHandler(handler)
const app = Fastify()

app.post('/mcp', async (request, reply) => {
  if (!(await check(request.headers.authorization))) return reply.code(401).send({ error: 'unauthorized' })
  reply.hijack()
  await serve(request.raw, reply.raw, request.body)
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
