import { createHash } from 'node:crypto'
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { AuthTables } from '../database-tables.ts'
import { stored } from '../storage-unavailable.ts'

/** How long a rotated refresh token is still accepted: parallel refreshes of one client must not look like theft. */
const REFRESH_REUSE_SECONDS = 20

/** Found by another column than the hashed id, or named to an administrator, so the id itself has to stay readable. */
const keepsIdInPayload = new Set(['Session', 'DeviceCode', 'Grant'])

type Records = SelectQueryBuilder<AuthTables, 'provider_record', object>

/** Told when a refresh token was accepted a second time inside the reuse window. */
export type OnReuse = (grantId: string | undefined) => void

/** Storage of one model of oidc-provider. Ids are stored hashed, expired rows are invisible, consuming is atomic. */
export function createAdapter(db: Kysely<AuthTables>, model: string, onReuse: OnReuse): Adapter {
  const find = async (filter: (records: Records) => Records, id?: string): Promise<AdapterPayload | undefined> => {
    const row = await stored(
      filter(db.selectFrom('provider_record').where('model', '=', model).where(alive))
        .select(['payload', 'consumed_at'])
        .executeTakeFirst(),
    )
    if (!row) return undefined
    const payload = id === undefined ? row.payload : { ...row.payload, jti: id }
    if (!row.consumed_at || (await isReusable(payload, row.consumed_at))) return payload
    return { ...payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) }
  }

  // Only the immediate predecessor is forgiven: once a successor was itself rotated, the old token means theft.
  const isReusable = async (payload: AdapterPayload, consumedAt: Date): Promise<boolean> => {
    if (model !== 'RefreshToken' || consumedAt.getTime() + REFRESH_REUSE_SECONDS * 1000 < Date.now()) return false
    const rotatedSuccessor = await stored(
      db
        .selectFrom('provider_record')
        .select('model')
        .where('model', '=', model)
        .where('grant_id', '=', payload.grantId ?? '')
        .where('consumed_at', 'is not', null)
        .where(sql<boolean>`(payload->>'iiat')::bigint = ${payload.iiat ?? 0}`)
        .where(sql<boolean>`(payload->>'rotations')::int > ${payload.rotations ?? 0}`)
        .limit(1)
        .executeTakeFirst(),
    )
    if (!rotatedSuccessor) onReuse(payload.grantId)
    return !rotatedSuccessor
  }

  return {
    find: (id) => find((records) => records.where('id_hash', '=', hash(id)), id),
    findByUid: (uid) => find((records) => records.where('uid', '=', uid)),
    findByUserCode: (userCode) => find((records) => records.where('user_code', '=', userCode)),

    async upsert(id, { jti, ...rest }, expiresIn) {
      const payload = keepsIdInPayload.has(model) ? { ...rest, jti } : rest
      const row = {
        payload,
        grant_id: payload.grantId ?? null,
        uid: payload.uid ?? null,
        user_code: payload.userCode ?? null,
        client_id: payload.clientId ?? null,
        expires_at: expiresIn ? new Date(Date.now() + expiresIn * 1000) : null,
      }
      const written = await stored(
        db
          .insertInto('provider_record')
          .values({ model, id_hash: hash(id), ...row })
          .onConflict((conflict) => {
            const update = conflict.columns(['model', 'id_hash']).doUpdateSet(row)
            return model === 'ReplayDetection'
              ? update.where('provider_record.expires_at', '<', sql<Date>`now()`)
              : update
          })
          .executeTakeFirst(),
      )
      if (!written.numInsertedOrUpdatedRows) throw new errors.InvalidRequest('this assertion was already used')
    },

    async consume(id) {
      const consumed = await stored(
        db
          .updateTable('provider_record')
          .set({ consumed_at: sql`coalesce(consumed_at, now())` })
          .where('model', '=', model)
          .where('id_hash', '=', hash(id))
          .where(model === 'RefreshToken' ? unusedOrJustRotated : unused)
          .executeTakeFirst(),
      )
      if (!consumed.numUpdatedRows) throw new errors.InvalidGrant('already used')
    },

    async destroy(id) {
      await stored(
        db.deleteFrom('provider_record').where('model', '=', model).where('id_hash', '=', hash(id)).execute(),
      )
    },

    async revokeByGrantId(grantId) {
      await stored(
        db.deleteFrom('provider_record').where('model', '=', model).where('grant_id', '=', grantId).execute(),
      )
    },
  }
}

const unused = sql<boolean>`consumed_at is null`
const unusedOrJustRotated = sql<boolean>`(consumed_at is null or consumed_at > now() - make_interval(secs => ${REFRESH_REUSE_SECONDS}))`
const alive = sql<boolean>`(expires_at is null or expires_at > now())`

function hash(id: string): Buffer {
  return createHash('sha256').update(id).digest()
}
