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
    const secret = client.escapeLiteral(password)
    if (!rowCount) await client.query(`create role ${role} login password ${secret}`)
    else if (!(await canEnter(ownerUrl, schema, password)))
      await client.query(`alter role ${role} login password ${secret}`)
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

/**
 * Roles belong to the whole server: one that is right already is left alone, so that two of its databases can be
 * prepared at once.
 */
async function canEnter(ownerUrl: string, role: string, password: string): Promise<boolean> {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = password
  const client = new pg.Client({ connectionString: url.href })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}
