import type { RoleName } from '@backroom/access'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { AdapterPayload } from 'oidc-provider'

type Timestamp = ColumnType<Date, Date | undefined, Date>
type OptionalTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>

export interface AccountTable {
  sub: string
  email: string
  username: string
  role: RoleName
  password_hash: string
  is_demo: Generated<boolean>
  locked_at: OptionalTimestamp
  created_at: Timestamp
}

interface SignInLimitTable {
  key: Buffer
  attempts: number
  resets_at: Date
  blocked_until: OptionalTimestamp
}

interface ProviderRecordTable {
  model: string
  id_hash: Buffer
  payload: ColumnType<AdapterPayload, AdapterPayload, AdapterPayload>
  grant_id: string | null
  uid: string | null
  user_code: string | null
  client_id: string | null
  expires_at: OptionalTimestamp
  consumed_at: OptionalTimestamp
  created_at: Timestamp
}

interface TokenDenyTable {
  seq: GeneratedAlways<number>
  kind: 'gid' | 'jti' | 'sub' | 'client_id'
  id: string
  until: Date
}

interface AuditEventTable {
  id: GeneratedAlways<number>
  at: Timestamp
  event: string
  sub: string | null
  client_id: string | null
  address: string | null
  request_id: string | null
  detail: ColumnType<unknown, object | null, never>
}

/** The schema `auth`. */
export interface AuthTables {
  account: AccountTable
  sign_in_limit: SignInLimitTable
  provider_record: ProviderRecordTable
  token_deny: TokenDenyTable
  audit_event: AuditEventTable
}
