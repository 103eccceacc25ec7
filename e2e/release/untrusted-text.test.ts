import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { type DomainName, domainNames } from '@backroom/access'
import { startFleet } from '@backroom/fleet-testing'
import { catshopRows } from '../src/matrix/catshop.ts'
import { omsRows } from '../src/matrix/oms.ts'
import { paymentsRows } from '../src/matrix/payments.ts'
import { settled } from '../src/matrix/repeat.ts'
import type { Row } from '../src/matrix/row.ts'
import { wmsRows } from '../src/matrix/wms.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { busyFleet, openRetail, type Retail } from '../src/retail/retail.ts'
import { stockUp } from '../src/retail/stock.ts'
import { openCorpus } from '../src/untrusted/corpus.ts'
import { knownValues, readEverything } from '../src/untrusted/readers.ts'
import { type Sighting, sightingsIn } from '../src/untrusted/sightings.ts'
import { type FieldSchema, typedFields, withText } from '../src/untrusted/typed-fields.ts'

const rows = [...wmsRows, ...omsRows, ...paymentsRows, ...catshopRows]

/** Who reads what others typed, at every server where the account may. */
const readers = ['ops', 'finance', 'support', 'auditor', 'demo6']

describe('what somebody typed', () => {
  let retail: Retail
  before(async () => {
    retail = openRetail(await startFleet({ environment: busyFleet }))
    await stockUp(retail, 'CAT-1003', 500)
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
    for (const row of rows) {
      const schemaOf = await schemasOf(row.domain)
      for (const field of typedFields(schemaOf(row.tool))) {
        const args = withText(await row.args(retail), field, corpus.next(field.maxLength))
        if (!args) continue
        const { status, body } = await settled(retail, row as Row, args, randomUUID())
        values.note(args)
        values.note(body)
        const what = `${row.domain}.${row.tool} ${field.path.join('.')}`
        if (status === 200 || status === 202) stored.push(what)
        sightings.push(...sightingsIn(body, `${what} answered`))
      }
    }
    assert.ok(stored.length >= 30, `only ${stored.length} fields took a text: ${stored.join(', ')}`)
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
    assert.deepEqual([...new Set(sightings.map(({ at }) => at))].sort(), [])
    assert.ok(seen.size >= stored.length / 2, `of ${stored.length} texts only ${seen.size} were read anywhere`)
    console.log(
      `${stored.length} fields took one of ${corpus.size()} texts; ${seen.size} of them were read again, every one marked`,
    )
  })
})
