import { STOCK_BALANCES } from '@backroom/wms/stock-levels'
import Fastify from 'fastify'
import pg from 'pg'
import { tokenCheck } from './token-check.ts'

/** The baseline: one Fastify route, the same prepared SQL, the same token check, and nothing else. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 8, options: '-c search_path=wms' })
const check = tokenCheck(process.env)
const app = Fastify()

app.post<{ Body: { skus: string[] } }>('/stock', async (request, reply) => {
  if (!(await check(request.headers.authorization))) return reply.code(401).send({ error: 'unauthorized' })
  const { rows } = await pool.query({ name: 'stock', text: STOCK_BALANCES, values: [request.body.skus] })
  return { items: rows }
})

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
