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
  issued_before: Date | null
}

interface FrozenClientTable {
  client_id: string
  reason: string
  frozen_by: string
  frozen_at: Timestamp
}

interface AuditTable {
  id: GeneratedAlways<number>
  at: Timestamp
  event: string
  sub: string | null
  client_id: string | null
  address: string | null
  request_id: string | null
  detail: ColumnType<unknown, object | null, never>
}

interface PageSessionTable {
  id_hash: Buffer
  sub: string
  password_at: Date
  second_factor_at: OptionalTimestamp
  second_factor: 'otp' | 'hwk' | null
  challenge: string | null
  expires_at: Date
}

interface OneTimeCodeTable {
  sub: string
  secret: Buffer
  last_step: Generated<number>
  created_at: Timestamp
}

interface PasskeyTable {
  id: string
  sub: string
  public_key: Buffer
  counter: number
  transports: string[]
  name: string
  created_at: Timestamp
  last_used_at: OptionalTimestamp
}

/** The schema `auth`. */
export interface AuthTables {
  account: AccountTable
  sign_in_limit: SignInLimitTable
  provider_record: ProviderRecordTable
  token_deny: TokenDenyTable
  page_session: PageSessionTable
  one_time_code: OneTimeCodeTable
  passkey: PasskeyTable
  frozen_client: FrozenClientTable
  audit: AuditTable
}
