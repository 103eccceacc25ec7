import pg from 'pg'

/** A service's own place in the database. */
export interface SchemaLogin {
  /** Schema and login role share this name. */
  schema: string
  password: string
}

/**
 * Creates (or updates) the schema of a service and the login role that its process uses. The role may read and write the
 * rows of its own schema, owns nothing and can enter no other schema.
 */
export async function prepareSchema(ownerUrl: string, { schema, password }: SchemaLogin): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const role = client.escapeIdentifier(schema)
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [schema])
    await client.query(`${rowCount ? 'alter' : 'create'} role ${role} login password ${client.escapeLiteral(password)}`)
    await client.query(`
      create schema if not exists ${role};
      revoke all on schema public from public;
      grant usage on schema ${role} to ${role};
      alter default privileges in schema ${role} grant select, insert, update, delete on tables to ${role};
      alter default privileges in schema ${role} grant usage on sequences to ${role};
    `)
  } finally {
    await client.end()
  }
}
