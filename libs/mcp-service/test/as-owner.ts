import pg from 'pg'

/** Runs statements in the schema of the test domain as its owner, who may do everything. */
export async function asOwner(ownerUrl: string, statements: readonly string[], schema = 'wms'): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, options: `-c search_path=${schema}` })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}
