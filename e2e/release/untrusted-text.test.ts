import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type DomainName, domainNames } from '@backroom/access'
import { startFleet } from '@backroom/fleet-testing'
import { settled } from '../src/matrix/repeat.ts'
import { rowsOf } from '../src/matrix/tools.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { askNobody } from '../src/retail/policy.ts'
import { busyFleet, openRetail, type Retail } from '../src/retail/retail.ts'
import { stockUp } from '../src/retail/stock.ts'
import { openCorpus } from '../src/untrusted/corpus.ts'
import { knownValues, readEverything } from '../src/untrusted/readers.ts'
import { type Sighting, sightingsIn } from '../src/untrusted/sightings.ts'
import { type FieldSchema, typedFields, withText } from '../src/untrusted/typed-fields.ts'

/** Write tools that people call; servers do not make up texts. */
const rows = rowsOf().filter(({ as }) => !as.startsWith('service:'))

/** Who reads what others typed, at every server where the account may. */
const readers = ['ops', 'finance', 'auditor', 'demo6']

describe('what somebody typed', () => {
  let retail: Retail
  before(async () => {
    retail = openRetail(await startFleet({ environment: busyFleet }))
    await stockUp(retail, 'CAT-1003', 500)
    await stockUp(retail, 'CAT-1004', 50)
    await askNobody(retail)
  })
  after(async () => {
    await retail?.close()
    await retail?.fleet.stop()
  })

  const schemasOf = async (domain: DomainName) => {
    const response = await fetch(`${retail.fleet.publicUrl}/${domain}/openapi.json`)
    const { paths } = (await response.json()) as {
      paths: Record<string, { post: { requestBody: { content: Record<string, { schema: FieldSchema }> } } }>
    }
    return (tool: string) =>
      paths[`/${domain}/tools/${tool}`]?.post.requestBody.content['application/json']?.schema ?? {}
  }

  it('appears in no answer outside of the fields that are marked for it, whoever reads', async () => {
    const corpus = openCorpus()
    const values = knownValues()
    const sightings: Sighting[] = []
    const stored: string[] = []
    const refused: string[] = []
    const schemas = new Map(await Promise.all(domainNames.map(async (name) => [name, await schemasOf(name)] as const)))
    for (const row of rows) {
      const fields = typedFields(schemas.get(row.domain)?.(row.tool) ?? {})
      if (fields.length === 0) continue
      let args = await row.args(retail).catch((error: Error) => void refused.push(`${row.tool}: ${error.message}`))
      if (!args) continue
      const filled: string[] = []
      for (const field of fields) {
        const more = withText(args, field, corpus.next(field.maxLength))
        if (!more) continue
        args = more
        filled.push(`${row.domain}.${row.tool} ${field.path.join('.')}`)
      }
      const { status, body } = await settled(retail, row, args, randomUUID())
      values.note(args)
      values.note(body)
      sightings.push(...sightingsIn(body, `${row.domain}.${row.tool} answered`))
      if (status === 200 || status === 202) stored.push(...filled)
      else refused.push(`${filled.join(', ')}: ${JSON.stringify(body)}`)
    }
    await retail.quiet()

    const calls = plainCalls(retail.fleet.publicUrl)
    const seen = new Set<string>()
    for (const who of readers) {
      for (const domain of domainNames) {
        const scope = who === 'auditor' ? `${domain}:read ${domain}:audit` : undefined
        const token = await retail.fleet.token(`${who}@example.com`, domain, scope).catch(() => undefined)
        if (!token) continue
        const read = await readEverything({ calls, domain, token, values })
        sightings.push(...read.sightings)
        for (const mark of read.seen) seen.add(mark)
      }
    }
    assert.deepEqual(
      { refused, unmarked: [...new Set(sightings.map(({ at }) => at))].sort() },
      { refused: [], unmarked: [] },
    )
    assert.equal(seen.size, stored.length, 'every text that was taken is read again somewhere')
    console.log(`${stored.length} fields took a text; ${seen.size} of them were read again, every one marked`)
  })
})
