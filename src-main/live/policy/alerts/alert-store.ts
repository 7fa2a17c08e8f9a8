import type { SecretBox } from '../../../platform/identity/secret-box.ts'
import type { LiveDatabase } from '../../live-database.ts'
import type { AlertRule, ChannelRequest } from './schemas.ts'

export interface StoredChannel {
  readonly id: string
  readonly createdAt: string
  readonly request: ChannelRequest
}

/** Rules and channels in the host's database; what a channel needs is encrypted whole. Resolves when it is on disk. */
export interface AlertStore {
  rules(): Promise<readonly AlertRule[]>
  saveRule(rule: AlertRule): Promise<void>
  removeRule(id: string): Promise<void>
  channels(): Promise<readonly StoredChannel[]>
  addChannel(channel: StoredChannel): Promise<void>
  removeChannel(id: string): Promise<void>
}

export function createAlertStore(database: LiveDatabase, secrets: SecretBox): AlertStore {
  return {
    async rules() {
      const rows = await database.selectFrom('alert_rule').selectAll().orderBy('created_at').execute()
      return rows.map((row) => ({
        ...(JSON.parse(row.settings) as Omit<AlertRule, 'id' | 'createdAt'>),
        id: row.id,
        createdAt: row.created_at,
      }))
    },
    async saveRule({ id, createdAt, ...settings }) {
      const changes = { settings: JSON.stringify(settings) }
      await database
        .insertInto('alert_rule')
        .values({ id, created_at: createdAt, ...changes })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changes))
        .execute()
    },
    async removeRule(id) {
      await database.deleteFrom('alert_rule').where('id', '=', id).execute()
    },
    async channels() {
      const rows = await database.selectFrom('alert_channel').selectAll().orderBy('created_at').execute()
      return rows.map((row) => ({
        id: row.id,
        createdAt: row.created_at,
        request: JSON.parse(secrets.open(row.sealed)) as ChannelRequest,
      }))
    },
    async addChannel({ id, createdAt, request }) {
      await database
        .insertInto('alert_channel')
        .values({ id, created_at: createdAt, sealed: secrets.encrypt(JSON.stringify(request)) })
        .execute()
    },
    async removeChannel(id) {
      await database.deleteFrom('alert_channel').where('id', '=', id).execute()
    },
  }
}
