import { defineWorkflow, enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { Fact, FactInput, FactType } from './schemas.ts'

/** Brings one fact to the order process, and tries until it is accepted. A domain that reports lists it among its workflows. */
export const reportFacts = defineWorkflow()({
  name: 'report_fact',
  kind: 'report_fact',
  async run(fact: Fact, steps): Promise<void> {
    steps.pivot()
    await steps.call('report', 'oms', 'report_fact', { facts: [fact] })
  },
})

/** Something that happened in a domain and that others depend on. */
export interface Happening<Type extends FactType> {
  type: Type
  /** Facts of one subject arrive in the order in which they were reported. */
  subject: string
  data: FactInput<Type>
  /** Natural id, when the same happening could be reported twice. */
  id?: string
}

/** Reports in the transaction of the change: it is told if the change commits, once, and never otherwise. */
export async function reportFact<Type extends FactType>(
  // biome-ignore lint/suspicious/noExplicitAny: any domain reports, from its own tables.
  db: Kysely<any>,
  source: string,
  { type, subject, data, id = `fact_${ulid()}` }: Happening<Type>,
): Promise<void> {
  const fact: Fact = { specversion: '1.0', id, source, type, subject, time: new Date().toISOString(), data }
  await enqueue(db, reportFacts, {
    id: `report:${id}`,
    subject,
    input: fact,
    startedBy: source,
    partition: subject,
  })
}
